"""Choosing a file inside the window: what is typed, listed and selected. Drawn by widgets/browser_card.py."""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from livesketch.kinds import SAVED_AS
from livesketch.places import assets_dir
from livesketch.ui.folder import Entry, Listing

Purpose = Literal["open", "photo", "room", "save_as", "save_face"]
# what may be saved -> the endings of its name, the usual one first
ENDINGS: dict[str, tuple[str, ...]] = {"save_as": SAVED_AS, "save_face": (".png",)}


class Browser:
    """Open while somebody chooses. `ask(folder)` asks for a Listing that arrives by take() later."""

    def __init__(
        self, purpose: Purpose, folder: Path, ask: Callable[[Path], None], name: str = ""
    ) -> None:
        self.purpose: Purpose = purpose
        self.folder = folder
        self.text = name  # open: narrows the list, or a path; save: the file's name
        self.selected = -1 if self.is_saving else 0
        self.scroll = 0  # first row shown
        self.is_replacing = False  # Enter was pressed on an existing name; once more replaces it
        self.listing: Listing | None = None
        self._ask = ask
        ask(folder)

    @property
    def is_saving(self) -> bool:
        return self.purpose in ENDINGS

    @property
    def is_examples(self) -> bool:
        """The folder of the program's own drawings: where it lies says nothing to anybody."""
        return self.folder == assets_dir() / "drawings"

    @property
    def rows(self) -> list[Entry]:
        if self.listing is None:
            return []
        if self.is_saving:
            endings = ENDINGS[self.purpose]
            return [
                entry
                for entry in self.listing.entries
                if entry.kind == "folder" or Path(entry.name).suffix.lower() in endings
            ]
        wanted = self.text.casefold()
        return [entry for entry in self.listing.entries if wanted in entry.name.casefold()]

    @property
    def endings(self) -> tuple[str, ...]:
        """What can be chosen for the name's end; nothing while opening."""
        return ENDINGS.get(self.purpose, ())

    @property
    def ending(self) -> str:
        """The one that the name has, or that it will get."""
        suffix = Path(self.text).suffix.lower()
        return suffix if suffix in self.endings else next(iter(self.endings), "")

    def choose_ending(self, ending: str) -> None:
        """Another kind of file under the same name."""
        stem = self.text
        if Path(stem).suffix.lower() in self.endings:
            stem = stem[: -len(self.ending)]
        self.text = stem + ending
        self._text_changed()

    @property
    def is_folder_selected(self) -> bool:
        rows = self.rows
        return 0 <= self.selected < len(rows) and rows[self.selected].kind == "folder"

    def take(self, listing: Listing) -> None:
        if listing.folder == self.folder:
            self.listing = listing
            self.scroll = 0
            self.selected = min(self.selected, len(self.rows) - 1)

    def go(self, folder: Path) -> None:
        self.folder = folder
        self.listing = None
        self.scroll = 0
        self.is_replacing = False
        if not self.is_saving:
            self.text = ""
            self.selected = 0
        self._ask(folder)

    def go_up(self) -> None:
        if self.folder.parent != self.folder:
            self.go(self.folder.parent)

    def type(self, words: str) -> None:
        self.text += "".join(sign for sign in words if sign.isprintable())
        self._text_changed()

    def erase(self) -> None:
        """The last letter; where nothing is left to erase while opening: the folder above."""
        if self.text:
            self.text = self.text[:-1]
            self._text_changed()
        elif not self.is_saving:
            self.go_up()

    def select(self, row: int, rows_shown: int) -> None:
        """Select that row (kept within the list) and scroll so that it is seen."""
        last = len(self.rows) - 1
        self.selected = max(min(0, last), min(row, last))
        if self.selected >= 0:
            highest = min(self.scroll, self.selected)
            self.scroll = max(highest, self.selected - rows_shown + 1)

    def scroll_by(self, rows: int, rows_shown: int) -> None:
        self.scroll = max(0, min(self.scroll + rows, len(self.rows) - rows_shown))

    def click(self, row: int) -> Path | None:
        """A folder opens, a file to open is the answer, a file to save over lends its name."""
        rows = self.rows
        if not 0 <= row < len(rows):
            return None
        entry = rows[row]
        if entry.kind == "folder":
            self.go(self.folder / entry.name)
        elif self.is_saving:
            self.text = entry.name
            self.is_replacing = False
        else:
            return self.folder / entry.name
        return None

    def enter(self) -> Path | None:
        """The file chosen, or None while there is more to choose."""
        typed = Path(self.text).expanduser() if self.text else None
        if typed is not None and (typed.is_absolute() or "/" in self.text):
            path = self.folder / typed
            if path.is_dir():
                self.go(path)
                if self.is_saving:
                    self.text = ""
                return None
            if self.is_saving or path.is_file():
                return self._checked(path)
        if not self.is_saving:
            return self.click(self.selected)
        if typed is None:
            return None
        return self._checked(self.folder / typed)

    def _checked(self, path: Path) -> Path | None:
        if not self.is_saving:
            return path
        if path.suffix.lower() not in ENDINGS[self.purpose]:
            path = path.with_name(path.name + self.ending)
        if path.exists() and not self.is_replacing:
            self.is_replacing = True
            return None
        return path

    def _text_changed(self) -> None:
        self.is_replacing = False
        self.scroll = 0
        if not self.is_saving:
            self.selected = 0 if self.rows else -1
