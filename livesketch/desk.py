"""The paper on the desk: the pen draws on the session's document, the eye sees it, the disk keeps it."""

import logging
import time
from dataclasses import dataclass
from pathlib import Path

from livesketch.canvas.document import Document
from livesketch.canvas.drawing_file import Journal
from livesketch.canvas.paper import PaperRaster
from livesketch.canvas.retelling import Retelling
from livesketch.canvas.underlay import Ghost, Underlay
from livesketch.canvas.viewpoint import viewpoint_of
from livesketch.controls.actions import Pointer
from livesketch.drawings import read_drawings, write_drawing
from livesketch.errors import DrawingError, LivesketchError, UsageError
from livesketch.feeling import Feeling
from livesketch.frames import Picture, Result
from livesketch.picking import Picking
from livesketch.places import assets_dir
from livesketch.session import Session, meet, person
from livesketch.suggesting import Suggestions
from livesketch.tablet.mouse import MousePen
from livesketch.tools import Tools
from livesketch.transfers import SLOW_TO_READ, SLOW_TO_WRITE, Transfers

log = logging.getLogger(__name__)

PixelRect = tuple[int, int, int, int]  # x, y, width, height
_STILL_S = 0.6
_SHADOW_S = 0.1  # the mouse press that a system makes of a pen's comes no further from it


@dataclass
class Desk:
    """Remembers, beside the session: the paper's picture, the pen in hand, the journal."""

    session: Session
    journals: Path | None  # folder; None: nothing is kept
    trouble: str = ""  # a sentence about the journal or the pen, said once
    is_news: bool = False  # it is nothing that went wrong

    def __post_init__(self) -> None:
        self._journal: Journal | None = None  # None: the disk takes none, and drawing goes on
        self._open_journal()
        self._raster = PaperRaster(512)
        self._mouse = MousePen()
        self._last: Pointer | None = None  # of a real pen's stroke
        self.feeling = Feeling(self.session)
        self.picking = Picking(self.session)
        self._tools = Tools(self.session, self.picking)
        self._underlay = Underlay()
        self.suggestions = Suggestions()
        self._transfers = Transfers()
        self._retelling: Retelling | None = None
        self._told = (0.0, 0.0)  # the last turn of a retelling, and how far it was then
        self._previewed = (-1, 0.0)  # the version that is shown and not settled, since when
        self._dirty: list[PixelRect] = []

    @property
    def document(self) -> Document:
        """What lies to be seen: the session's drawing, or the one that draws itself again."""
        return self.session.document if self._retelling is None else self._retelling.document

    @property
    def is_pen_down(self) -> bool:
        """Whatever it does: draw, erase, paint, pick."""
        return self._tools.is_down

    def suggest(self, answer: Result | None) -> None:
        """Called every turn with the newest answer of the model."""
        is_wanted = bool(self.session.values["suggestions"]) and self.session.source == "paper"
        self.suggestions.look(answer, is_wanted and self._retelling is None)

    def retell(self, now: float) -> bool:
        """Let the drawing draw itself again; False: it stops doing so."""
        if self._retelling is not None:
            self._retelling = None
            return False
        if self.session.document.is_empty:
            raise DrawingError("There is nothing to replay yet.", "Draw something first.")
        self.session.document.end()
        is_whole = bool(self.session.values["replay_undone"])
        self._retelling, self._told = Retelling(self.session.document, is_whole), (now, 0.0)
        return True

    def _retold(self, now: float) -> None:
        telling = self._retelling
        if telling is None:
            return
        then, at = self._told
        at += (now - then) * float(self.session.values["replay_speed"])
        self._told = (now, at)
        telling.advance(at)
        if telling.is_over and not telling.document.is_drawing:
            self._retelling = None

    def pointer(self, fact: Pointer) -> None:
        """What the hand did; every sample is kept, in order."""
        self._tools.is_constrained = fact.is_constrained
        self._retelling = None  # who draws has seen enough
        if fact.pressure is not None:
            self._pen(fact, fact.pressure)
            return
        for event in self._mouse.feed(fact.kind, fact.x, fact.y, fact.time, fact.is_eraser):
            if event.kind == "down":
                self._tools.down(event.sample, event.is_eraser)
            else:
                self._tools.move(event.sample)
            if event.kind == "up":
                self._tools.up()

    def _pen(self, fact: Pointer, pressure: float) -> None:
        sample = self.feeling.sample(fact, pressure)
        if fact.kind == "down":
            self._mouse = MousePen()  # a hand has one tip: the mouse's stroke is over
            growing = self.session.document.growing
            if growing is not None and fact.time - growing.samples[0].time < _SHADOW_S:
                self.session.document.cancel()  # this very press, heard of as a mouse's first
            self._tools.down(sample, fact.is_eraser)
        elif fact.kind == "move" or self._last is None or (fact.x, fact.y) != self._last.place:
            self._tools.move(sample)  # a pen that leaves where it last was has said so already
        if fact.kind == "up":
            if self.feeling.is_measuring:
                self.session.document.cancel()
            self._tools.up()
            self._measured()
        self._last = fact

    def _measured(self) -> None:
        try:
            said = self.feeling.lifted()
        except UsageError as error:
            self.trouble, self.is_news = str(error), False
            return
        if said:
            self.trouble, self.is_news = said, True

    def paper(self, side: int, ghost: Ghost | None = None) -> tuple[Picture, tuple[PixelRect, ...]]:
        """The paper's picture, `side` pixels wide, and what changed in it since the last call."""
        session, raster = self.session, self._raster
        if raster.size != side:
            raster.resize(side)
        # before the view changes: the picture that is moved at once has it under it already
        raster.lay_under(
            self._underlay.picture(
                side,
                session.view,
                self.document.sheet,
                ghost if session.values["ghost"] else None,
                float(session.values["ghost"]),
                str(session.values["paper_colour"]),
                [line for one in self.suggestions.found for line in one.lines],
            )
        )
        dirty = raster.look_from(session.view)
        raster.choose_paper(str(session.values["paper_colour"]))
        dirty += raster.update(self.document)
        return raster.pixels, tuple(dirty)

    def keep(self, now: float) -> None:
        """Called every turn: lets the journal write what is new, at its own pace."""
        self._settle(now)
        self._retold(now)
        self._transferred()
        if self._journal is None:
            return
        try:
            self._journal.tick(self.session.document, now)
        except LivesketchError as error:
            log.exception("journal failed")
            self._journal = None
            self.trouble, self.is_news = f"{error} Save your drawing yourself.", False

    def _transferred(self) -> None:
        """Tell of a drawing that was written by the way; put one that was read on the desk."""
        try:
            done = self._transfers.newest()
        except LivesketchError as error:
            self.trouble, self.is_news = f"{error} {error.hint}".strip(), False
            return
        if done is None:
            return
        if done.document is None:
            self.trouble, self.is_news = f"Saved {done.path}.", True
            return
        self.put_down(done.document)
        self.trouble, self.is_news = " ".join(done.notes), True

    def _settle(self, now: float) -> None:
        """A knob that was turned and stands still for a moment has made one step."""
        document, photo = self.session.document, self.session.document.sheet.reference
        self.picking.still_there()
        if document.is_settled:
            if photo is not None:
                self.session.values["photo_opacity"] = photo.opacity
        elif self._previewed[0] != document.version:
            self._previewed = (document.version, now)
        elif now - self._previewed[1] > _STILL_S and not self._tools.is_down:
            document.settle()

    def put_down(self, document: Document) -> None:
        """Another document on the desk. The one before, if it was not saved, can be recovered."""
        before, self.session.document = self.session.document, document
        self.picking.drop()
        self._retelling = None
        self.session.view = viewpoint_of(document.extra.get("view"))
        if self._journal is not None:
            self._journal.close(before)
            self._open_journal()

    def open(self, path: Path) -> list[str]:
        """Read a drawing; DrawingError leaves the one on the desk as it is. Returns notes.

        One that takes a while is put down in a later turn.
        """
        if path.suffix.lower() in SLOW_TO_READ:
            self._transfers.read(path)
            return [f"Opening {path.name}…"]
        documents, notes = read_drawings(path)
        document = documents[0]
        if len(documents) > 1:
            notes.append(f"{path.name} holds {len(documents)} drawings; this is the first.")
        if path.parent == assets_dir() / "drawings":
            document.path = None  # an example is saved under a name of one's own
        seed = document.extra.get("seed")
        if isinstance(seed, int) and seed >= 0:
            meet(self.session, person(seed))
        self.put_down(document)
        return notes

    def save(self, path: Path) -> str:
        """Returns a sentence; the ending says what it is, see write_drawing. What takes a while is
        done in later turns."""
        document, colour = self.session.document, str(self.session.values["paper_colour"])
        if path.suffix.lower() in SLOW_TO_WRITE:
            self._transfers.write(document, path, colour)
            return f"Saving {path.name}…"
        document.extra["seed"] = self.session.look.seed
        document.extra["view"] = self.session.view.as_list()
        return f"Saved {write_drawing(document, path, colour)}."

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
        self.suggestions.close()
        try:
            self._transfers.close()
        except LivesketchError:
            log.exception("a drawing was not written at the end")
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
