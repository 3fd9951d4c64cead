"""When a file has to be chosen: opens the browser and brings it the folders' contents from a Worker."""

from pathlib import Path

from livesketch.controls.actions import Action
from livesketch.places import assets_dir
from livesketch.ui.browser import Browser, Purpose
from livesketch.ui.desk import Desk
from livesketch.ui.folder import Listing, read_folder
from livesketch.ui.view import View
from livesketch.worker import Worker


class Dialogs:
    """Remembers the last folder and the thread that reads folders, which starts with the first one."""

    def __init__(self) -> None:
        self.last_folder: Path | None = None
        self._reader: Worker[Path, Listing] | None = None

    def asks(self, action: Action, view: View, desk: Desk) -> bool:
        """True if a file must be chosen before `action` can be done: then the browser is open now."""
        purposes: dict[str, Purpose] = {"open": "open", "photo": "photo", "room": "room"}
        if action.name in purposes:
            self._open(purposes[action.name], view, desk)
        elif action.name == "examples":
            self._open("open", view, desk, folder=assets_dir() / "drawings")
        elif action.name == "save_as" or (action.name == "save" and view.path is None):
            name = view.path.name if view.path else f"{_plain(view.drawing_name)}.livesketch"
            self._open("save_as", view, desk, name)
        elif action.name == "save_face":
            if view.face is None:
                return False  # the app says that there is none
            name = f"{_plain(view.drawing_name)} {_plain(view.look_name)}".strip()
            self._open("save_face", view, desk, f"{name}.png")
        else:
            return False
        return True

    def collect(self, desk: Desk) -> None:
        """Give the browser what the reader found since."""
        if self._reader is None:
            return
        listing = self._reader.newest()
        if listing is not None and desk.browser is not None:
            desk.browser.take(listing)

    def close(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _open(
        self,
        purpose: Purpose,
        view: View,
        desk: Desk,
        name: str = "",
        folder: Path | None = None,
    ) -> None:
        folder = folder or self.last_folder or (view.path.parent if view.path else Path.home())
        desk.browser = Browser(purpose, folder, self._ask, name)
        desk.is_help_open = False

    def _ask(self, folder: Path) -> None:
        if self._reader is None:
            self._reader = Worker(lambda: read_folder, "folder")
        self._reader.submit(folder)


def _plain(name: str) -> str:
    """A name that is a name on every file system."""
    return "".join(sign for sign in name if sign not in '\\/:*?"<>|' and sign.isprintable()).strip()
