"""The hand at the window: what a mouse asks for and what a real pen draws, in one row and nothing twice."""

import logging
from collections.abc import Callable, Sequence

from livesketch.controls.actions import Action, Pointer
from livesketch.errors import SourceError
from livesketch.tablet import open_pen
from livesketch.tablet.pen import Pen

log = logging.getLogger(__name__)

Square = tuple[int, int, int]  # left, top and side of the paper, in pixels of the window


class Hand:
    """Remembers the pen, and where the paper lay when its stroke began.

    A stroke is a press on the paper; elsewhere the pen is the mouse that the system makes of it.
    The paper may move, shrink or go away during a stroke: the line goes on as it began.
    """

    def __init__(self, pen: Pen | None) -> None:
        self._pen = pen
        self._square: Square | None = None  # while a stroke goes on
        self._is_mouse = False  # what drew last

    @property
    def label(self) -> str:
        """What one draws with now."""
        pen = self._pen
        return "mouse" if pen is None or not pen.is_plugged_in or self._is_mouse else pen.label

    @property
    def is_erasing(self) -> bool:
        """The eraser tip of a pen is near, whatever tool was chosen."""
        return self._pen is not None and self._pen.is_eraser_near

    def hear(
        self,
        asked: Sequence[Action],
        paper_under: Callable[[float, float], Square | None],
        is_constrained: bool = False,
    ) -> list[Action]:
        """What the window was asked for, without the mouse strokes that are a pen's shadow; then
        every sample of the pen, in order.

        The pen is read after the window, so that it is known to be near when its shadow is judged.
        is_constrained: Shift is down, which a pen does not know.
        """
        samples = self._samples(paper_under, is_constrained)
        return [action for action in asked if not self._is_shadow(action)] + samples

    def close(self) -> None:
        if self._pen is not None:
            self._pen.close()

    def _samples(
        self, paper_under: Callable[[float, float], Square | None], is_constrained: bool
    ) -> list[Action]:
        if self._pen is None:
            return []
        samples: list[Action] = []
        try:
            events = self._pen.read()
        except SourceError as error:
            log.warning("The pen is not heard any more, the mouse draws: %s", error)
            self._pen.close()
            self._pen, self._square = None, None
            return []
        for event in events:
            at = event.sample
            if event.kind == "down":
                self._square = paper_under(at.x, at.y)
            if self._square is None:
                continue
            left, top, side = self._square
            x, y = (at.x - left) / side, (at.y - top) / side
            tilt = (at.tilt_x, at.tilt_y)
            fact = Pointer(
                event.kind, x, y, at.time, event.is_eraser, at.pressure, tilt, is_constrained
            )
            samples.append(Action("pointer", fact))
            self._is_mouse = False
            if event.kind == "up":
                self._square = None
        return samples

    def _is_shadow(self, action: Action) -> bool:
        """Without its "down" the rest of a mouse stroke is nothing to anybody."""
        fact = action.value
        if not isinstance(fact, Pointer) or fact.kind != "down":
            return False
        if self._pen is not None and self._pen.is_near:
            return True
        self._is_mouse = True
        return False


def open_hand(window_id: int, driver: str) -> Hand:
    """The hand at a window, with a pen where there is one to be heard; see tablet.open_pen."""
    return Hand(open_pen(window_id, driver))
