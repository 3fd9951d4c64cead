"""The paper on the desk: the pen draws on the session's document, the eye sees it, the disk keeps it."""

import logging
import time
from dataclasses import dataclass
from pathlib import Path

from livesketch.canvas.brush import Brush
from livesketch.canvas.document import Document
from livesketch.canvas.doodle import Doodle, strokes
from livesketch.canvas.drawing_file import Journal, load_with_notes, save
from livesketch.canvas.interchange import read_quickdraw, read_svg, write_svg
from livesketch.canvas.raster import PaperRaster
from livesketch.canvas.stabilizer import Stabilizer
from livesketch.canvas.stroke import Sample
from livesketch.controls.actions import Pointer
from livesketch.errors import DrawingError, LivesketchError
from livesketch.frames import Picture
from livesketch.session import Session, meet, person
from livesketch.tablet.mouse import MousePen
from livesketch.tablet.pressure import felt

log = logging.getLogger(__name__)

PixelRect = tuple[int, int, int, int]  # x, y, width, height
_SHADOW_S = 0.1  # the mouse press that a system makes of a pen's comes no further from it


@dataclass
class Desk:
    """Remembers, beside the session: the paper's picture, the pen in hand, the journal."""

    session: Session
    journals: Path | None  # folder; None: nothing is kept
    trouble: str = ""  # a sentence about the journal, said once

    def __post_init__(self) -> None:
        self._journal: Journal | None = None  # None: the disk takes none, and drawing goes on
        self._open_journal()
        self._raster = PaperRaster(512)
        self._mouse = MousePen()
        self._last: Pointer | None = None  # of a real pen's stroke
        self._stabilizer = Stabilizer(0.0)
        self._dirty: list[PixelRect] = []

    def pointer(self, fact: Pointer) -> None:
        """What the hand did; every sample is kept, in order."""
        if fact.pressure is not None:
            self._pen(fact, fact.pressure)
            return
        for event in self._mouse.feed(fact.kind, fact.x, fact.y, fact.time, fact.is_eraser):
            if event.kind == "down":
                self._begin(event.sample, event.is_eraser)
            else:
                self._extend(event.sample)
            if event.kind == "up":
                self._end()

    def _pen(self, fact: Pointer, pressure: float) -> None:
        pressure = felt(pressure, float(self.session.values["pressure_curve"]))
        sample = Sample(fact.x, fact.y, pressure, *fact.tilt, fact.time)
        if fact.kind == "down":
            self._mouse = MousePen()  # a hand has one tip: the mouse's stroke is over
            growing = self.session.document.growing
            if growing is not None and fact.time - growing.samples[0].time < _SHADOW_S:
                self.session.document.cancel()  # this very press, heard of as a mouse's first
            self._begin(sample, fact.is_eraser or self.session.tool == "eraser")
        elif fact.kind == "move" or self._last is None or not _is_same_place(fact, self._last):
            self._extend(sample)  # a pen that leaves where it last was has said so already
        if fact.kind == "up":
            self._end()
        self._last = fact

    def _begin(self, sample: Sample, is_eraser: bool) -> None:
        self._stabilizer = Stabilizer(float(self.session.values["stabilizer"]))
        first, *rest = self._stabilizer.push(sample)
        self.session.document.begin(self._brush(is_eraser), first)
        self.session.document.extend(rest)

    def _extend(self, sample: Sample) -> None:
        if self.session.document.is_drawing:
            self.session.document.extend(self._stabilizer.push(sample))

    def _end(self) -> None:
        if self.session.document.is_drawing:
            self.session.document.extend(self._stabilizer.finish())
            self.session.document.end()

    def paper(self, side: int) -> tuple[Picture, tuple[PixelRect, ...]]:
        """The paper's picture, `side` pixels wide, and what changed in it since the last call."""
        if self._raster.size != side:
            self._raster.resize(side)
        dirty = tuple(self._raster.update(self.session.document))
        return self._raster.pixels, dirty

    def keep(self, now: float) -> None:
        """Called every turn: lets the journal write what is new, at its own pace."""
        if self._journal is None:
            return
        try:
            self._journal.tick(self.session.document, now)
        except LivesketchError as error:
            log.exception("journal failed")
            self._journal = None
            self.trouble = f"{error} Save your drawing yourself."

    def put_down(self, document: Document) -> None:
        """Another document on the desk. The one before, if it was not saved, can be recovered."""
        before, self.session.document = self.session.document, document
        if self._journal is not None:
            self._journal.close(before)
            self._open_journal()

    def open(self, path: Path) -> list[str]:
        """Read a drawing; DrawingError leaves the one on the desk as it is. Returns notes."""
        notes: list[str] = []
        suffix = path.suffix.lower()
        if suffix == ".ndjson":
            documents = read_quickdraw(path)
            document = documents[0]
            if len(documents) > 1:
                notes.append(f"{path.name} holds {len(documents)} drawings; this is the first.")
        elif suffix == ".svg":
            document = read_svg(path)
        else:
            document, notes = load_with_notes(path)
            seed = document.extra.get("seed")
            if isinstance(seed, int) and seed >= 0:
                meet(self.session, person(seed))
        self.put_down(document)
        return notes

    def save(self, path: Path) -> Path:
        """Returns where it lies; a name without a known ending gets .livesketch."""
        document = self.session.document
        if path.suffix.lower() == ".svg":
            write_svg(document, path)
            return path
        if path.suffix.lower() != ".livesketch":
            path = path.with_name(path.name + ".livesketch")
        document.extra["seed"] = self.session.look.seed
        save(document, path)
        return path

    @property
    def recoverable(self) -> str:
        """A sentence about a drawing that was not saved, or nothing."""
        found = self._journal.recoverable() if self._journal is not None else []
        return found[0].words if found else ""

    def recover(self) -> None:
        found = self._journal.recoverable() if self._journal is not None else []
        if self._journal is None or not found:
            raise DrawingError("There is no drawing to bring back.")
        document = self._journal.recover(found[0])
        self.put_down(document)
        if self._journal is not None:
            self._journal.tick(document, time.monotonic())
            self._journal.discard(found[0])

    def forget(self) -> None:
        """The drawing that is offered; an older one may be offered after it."""
        found = self._journal.recoverable() if self._journal is not None else []
        if self._journal is not None and found:
            self._journal.discard(found[0])

    def close(self) -> None:
        """The program ends: an unsaved drawing stays in the journal, to be offered next time."""
        if self._journal is not None:
            self._journal.close(self.session.document)

    def _open_journal(self) -> None:
        self._journal = None
        if self.journals is None:
            return
        try:
            self._journal = Journal(self.journals)
        except LivesketchError as error:
            self.trouble = f"{error} Your drawing is not kept safe while you draw."

    def _brush(self, is_eraser: bool) -> Brush:
        name = "eraser" if is_eraser else "pen"
        size = self.session.values["eraser_size" if is_eraser else "size"]
        return Brush(name, float(size) / 1000)


def _is_same_place(a: Pointer, b: Pointer) -> bool:
    return (a.x, a.y) == (b.x, b.y)


def example() -> Document:
    """A plain doodle of a head, for the little faces of the looks."""
    return Document.from_strokes(strokes(Doodle()))
