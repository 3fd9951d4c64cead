"""The unsaved drawing survives a crash: what happens on the paper is written down while it happens."""

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from livesketch.canvas.brush import Brush
from livesketch.canvas.disk import not_written
from livesketch.canvas.document import Document
from livesketch.canvas.file_lock import take_lock
from livesketch.canvas.record import (
    VERSION,
    BrokenLineError,
    decode,
    decoded_brush,
    decoded_point,
    decoded_stroke,
    decoded_table,
    encode,
    encoded_brush,
    encoded_samples,
    encoded_stroke,
    header,
    version_of,
)
from livesketch.canvas.sheet import Event, Growing
from livesketch.canvas.sheet_record import decoded_edit, encoded_edit
from livesketch.canvas.stroke import Sample
from livesketch.errors import DrawingError

_EVERY_S = 0.4  # at most that much is lost, and one turn


@dataclass(frozen=True)
class Recoverable:
    """A drawing that a program which is gone did not save."""

    path: Path
    strokes: int
    changed: float  # seconds since 1970

    @property
    def words(self) -> str:
        when = time.strftime("%d %b %H:%M", time.localtime(self.changed))
        count = "one stroke" if self.strokes == 1 else f"{self.strokes} strokes"
        return f"A drawing of {count} was not saved ({when})."


class Journal:
    """One file of this program in `folder`, appended to while somebody draws.

    `tick` is called every turn and costs nothing when nothing changed. What it writes is with the
    system at once, so it survives the program's death at any moment (a power cut may take the
    last seconds). No thread, no waiting for the disk.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = Path(folder)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise not_written(self._folder / "journal", error) from error
        self._file: IO[bytes] | None = None
        self._path: Path | None = None
        self._document: Document | None = None
        self._state: tuple[int, bool] = (-1, False)
        self._has_header = False
        self._events = 0  # written so far
        self._growing: Growing | None = None  # of which a part is written
        self._samples = 0
        self._written_at = 0.0
        self._found: list[Recoverable] | None = None

    # --- while somebody draws

    def tick(self, document: Document, now: float) -> None:
        """Write what is new, at most every 0.4 s; another document is written whole at once.

        `now`: time.monotonic(). DrawingError where the disk does not take it.
        """
        if document is not self._document:
            self._restart(document)
        state = (document.version, document.is_saved)
        if state == self._state or now - self._written_at < _EVERY_S:
            return
        self._write_news(document)
        self._state, self._written_at = state, now

    def close(self, document: Document) -> None:
        """The program ends: a drawing that is not saved stays to be offered, else nothing stays."""
        if document.is_saved or document.is_blank:
            self.discard()
            return
        if document is not self._document:
            self._restart(document)
        if (document.version, document.is_saved) != self._state:
            self._write_news(document)
        self._close_file()

    def discard(self, entry: Recoverable | None = None) -> None:
        """Remove that unsaved drawing; without one, this program's own journal."""
        if entry is not None:
            with suppress(OSError):
                entry.path.unlink()
            self._found = [found for found in self.recoverable() if found != entry]
            return
        self._close_file()
        if self._path is not None:
            with suppress(OSError):
                self._path.unlink()
        self._path = self._document = None

    def _restart(self, document: Document) -> None:
        """Begin with another document; the one before was saved, kept elsewhere or given up."""
        self._document = document
        self._events, self._growing, self._samples = 0, None, 0
        self._has_header = False
        self._state, self._written_at = (-1, False), -_EVERY_S
        if self._file is not None:
            try:
                self._file.seek(0)
                self._file.truncate()
            except OSError as error:
                raise self._failed(error) from error
        if document.is_blank and not document.events:
            self._state = (document.version, document.is_saved)  # nothing to keep yet

    def _write_news(self, document: Document) -> None:
        lines = []
        if not self._has_header:
            path = str(document.path) if document.path else None
            lines.append(header("journal", path=path, name=document.name, extra=document.extra))
        growing, samples = self._growing, self._samples
        for event in document.events[self._events :]:
            if growing is not None and event.growing is not growing:
                lines.append({"cancel": 1})
                growing = None
            lines += _event_lines(event, growing, samples)
            growing = None
        if growing is not None and growing is not document.growing:
            lines.append({"cancel": 1})
            growing = None
        if document.growing is not None:
            if growing is None:
                growing, samples = document.growing, 0
                lines.append({"begin": encoded_brush(growing.brush)})
            fresh = growing.samples[samples:]
            if fresh:
                lines.append({"more": encoded_samples(fresh)})
            samples += len(fresh)
        if document.begun_at is not None:
            lines.append({"begun_at": document.begun_at})
        if document.is_saved:
            lines.append({"saved": 1})
        self._append(b"".join(map(encode, lines)))
        self._has_header = True
        self._events = len(document.events)
        self._growing, self._samples = growing, samples

    def _append(self, content: bytes) -> None:
        end = 0
        try:
            file = self._open()
            end = file.seek(0, os.SEEK_END)
            view = memoryview(content)
            while view:
                view = view[file.write(view) or 0 :]
        except OSError as error:
            if self._file is not None:  # half a line must not stand before whole ones
                with suppress(OSError):
                    self._file.truncate(end)
            raise self._failed(error) from error

    def _open(self) -> IO[bytes]:
        if self._file is None:
            name = f"{os.getpid()}-{time.monotonic_ns()}.journal"
            self._path = self._folder / name
            self._file = open(self._path, "xb", buffering=0)  # noqa: SIM115 - stays open
            take_lock(self._file)
        return self._file

    def _failed(self, error: OSError) -> DrawingError:
        return DrawingError(
            f"The drawing is not kept safe while you draw: {error.strerror or error}.",
            "Save it yourself.",
        )

    def _close_file(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    # --- the next time

    def recoverable(self) -> list[Recoverable]:
        """What programs that are gone left unsaved, newest first. Looked up once."""
        if self._found is None:
            self._found = []
            for path in self._folder.glob("*.journal"):
                if path != self._path:
                    with suppress(OSError, DrawingError):
                        self._found += _left_behind(path)
            self._found.sort(key=lambda entry: entry.changed, reverse=True)
        return list(self._found)

    def recover(self, entry: Recoverable | None = None) -> Document:
        """That drawing (the newest), with all its steps back and forth; its file stays until `discard(entry)`."""
        entries = self.recoverable() if entry is None else [entry]
        if not entries:
            raise DrawingError("There is no drawing to bring back.")
        try:
            return _replayed(entries[0].path)
        except OSError as error:
            raise DrawingError(
                f"The unsaved drawing cannot be read: {error.strerror or error}."
            ) from error


def _event_lines(event: Event, growing: Growing | None, samples: int) -> list[dict[str, Any]]:
    if event.kind == "edit":
        return [{"edit": encoded_edit(event.before, event.after)}]
    if event.kind != "stroke":
        return [{event.kind: 1}]
    if event.stroke is None:
        return []
    if growing is not None:
        rest = encoded_samples(growing.samples[samples:])
        return [{"more": rest}, {"end": 1}] if rest else [{"end": 1}]
    return [{"stroke": encoded_stroke(event.stroke)}]


def _left_behind(path: Path) -> list[Recoverable]:
    """The unsaved drawing in a journal whose program is gone; a journal of no use is removed."""
    with open(path, "r+b", buffering=0) as file:
        if not take_lock(file):
            return []
        document = _replayed(path)
        if not document.is_blank and not document.is_saved:
            return [Recoverable(path, document.chain.count, path.stat().st_mtime)]
    path.unlink()
    return []


def _replayed(path: Path) -> Document:
    """The document that a journal tells of; broken lines are passed over."""
    document = Document()
    for line in path.read_bytes().splitlines():
        try:
            _replay(decode(line), document, path)
        except BrokenLineError:
            continue
    document.end()
    return document


def _replay(fields: dict[str, Any], document: Document, path: Path) -> None:
    if "livesketch" in fields:
        if fields["livesketch"] != "journal" or version_of(fields)[0] > VERSION[0]:
            raise DrawingError(f"{path.name} was made by a newer livesketch.")
        document.name = str(fields.get("name") or "")
        document.path = Path(fields["path"]) if isinstance(fields.get("path"), str) else None
        extra = fields.get("extra")
        document.extra = extra if isinstance(extra, dict) else {}
    elif "stroke" in fields:
        document.add(decoded_stroke(fields["stroke"]))
    elif "begin" in fields:
        brush: Brush = decoded_brush(fields["begin"])
        document.end()
        document.growing = Growing(brush)
    elif "edit" in fields:
        document.edit(decoded_edit(fields["edit"], document.sheet))
    elif "more" in fields:
        if fields["more"]:
            document.extend(Sample(*row) for row in decoded_table(fields["more"]).tolist())
    elif "begun_at" in fields:
        document.begin_at(decoded_point(fields["begun_at"]))
    elif "saved" in fields:
        document.mark_saved(None)
    elif len(fields) == 1 and next(iter(fields)) in ("end", "cancel", "undo", "redo", "clear"):
        getattr(document, next(iter(fields)))()
