"""Several pens on one window: the one that draws is the one, and while a pen is near no finger draws."""

import logging
from collections.abc import Sequence

from livesketch.canvas.stroke import Sample
from livesketch.errors import SourceError
from livesketch.tablet.pen import Pen, PenEvent

log = logging.getLogger(__name__)


class SeveralPens:
    """Pens in order of their worth: a tablet's before a touch screen.

    A hand that holds a pen rests on the screen: what the pens after it report is dropped while it
    is near, and a stroke that such a touch had begun ends where it was.
    """

    def __init__(self, pens: Sequence[Pen]) -> None:
        self._pens = list(pens)
        self._drawing: Pen | None = None  # whose stroke goes on
        self._last: Sample | None = None
        self._used: Pen | None = None

    @property
    def label(self) -> str:
        pen = self._used or next((one for one in self._pens if one.is_plugged_in), self._pens[0])
        return pen.label

    @property
    def is_plugged_in(self) -> bool:
        return any(pen.is_plugged_in for pen in self._pens)

    @property
    def is_near(self) -> bool:
        return any(pen.is_near for pen in self._pens)

    @property
    def is_eraser_near(self) -> bool:
        return any(pen.is_eraser_near for pen in self._pens)

    def read(self) -> list[PenEvent]:
        events: list[PenEvent] = []
        is_taken = False  # a pen before this one is near
        for pen in list(self._pens):
            told = self._read(pen)  # always: what is dropped must not come later
            if is_taken:
                if self._drawing is pen and self._last is not None:
                    events.insert(0, PenEvent("up", self._last))
                    self._drawing = None
                continue
            events += self._followed(pen, told)
            is_taken = pen.is_near or self._drawing is pen
        return events

    def _read(self, pen: Pen) -> list[PenEvent]:
        """A pen that fails leaves the others; the last one's failure is everybody's."""
        try:
            return pen.read()
        except SourceError as error:
            if len(self._pens) == 1:
                raise
            log.warning("One pen is not heard any more: %s", error)
            pen.close()
            self._pens.remove(pen)
            self._used = None if self._used is pen else self._used
            if self._drawing is not pen or self._last is None:
                return []
            return [PenEvent("up", self._last)]

    def close(self) -> None:
        for pen in self._pens:
            pen.close()

    def _followed(self, pen: Pen, told: Sequence[PenEvent]) -> list[PenEvent]:
        """Strokes of which the beginning was dropped are dropped whole."""
        events = []
        for event in told:
            if event.kind in ("hover", "press", "release"):
                events.append(event)
                continue
            if event.kind == "down":
                if self._drawing not in (None, pen) and self._last is not None:
                    events.append(PenEvent("up", self._last))  # the palm was first
                self._drawing = self._used = pen
            if self._drawing is not pen:
                continue
            events.append(event)
            self._last = event.sample
            if event.kind == "up":
                self._drawing = None
        return events
