"""The hand at the window: what a mouse asks for and what a real pen draws, in one row and nothing twice."""

import logging
from collections.abc import Callable, Mapping, Sequence

from livesketch.controls.actions import Action, Pointer
from livesketch.controls.keys import default_keys, pen_chord
from livesketch.errors import SourceError
from livesketch.tablet import open_pen
from livesketch.tablet.pen import Pen, PenEvent

log = logging.getLogger(__name__)

Square = tuple[int, int, int]  # left, top and side of the paper, in pixels of the window
PaperUnder = Callable[[float, float], Square | None]
HELD = ("pan", "eraser")  # what a side button does for as long as it is held; others act once


class Hand:
    """Remembers the pen, and where the paper lay when its stroke began.

    A stroke is a press on the paper; elsewhere the pen is the mouse that the system makes of it.
    The paper may move, shrink or go away during a stroke: the line goes on as it began. Side
    buttons are keys: `keys` says what "pen1" and so on ask for.
    """

    def __init__(self, pen: Pen | None, keys: Mapping[str, str] | None = None) -> None:
        self._pen = pen
        self._keys = default_keys() if keys is None else keys
        self._square: Square | None = None  # while a stroke goes on
        self._is_mouse = False  # what drew last
        self._held: dict[int, str] = {}  # side buttons that are down -> what they do
        self._pulled: tuple[float, float, int] | None = None  # where the paper is held, its side
        self._told = (False, False)  # whether the pen was heard in this turn, and in the one before
        self._is_rubbing = False  # the stroke began with the eraser's button held

    @property
    def label(self) -> str:
        """What one draws with now."""
        pen = self._pen
        return "mouse" if pen is None or not pen.is_plugged_in or self._is_mouse else pen.label

    @property
    def is_erasing(self) -> bool:
        """The eraser tip of a pen is near, or its button held, whatever tool was chosen."""
        if self._pen is None:
            return False
        return self._pen.is_eraser_near or (self._pen.is_near and self._is_held("eraser"))

    def hear(
        self,
        asked: Sequence[Action],
        paper_under: PaperUnder,
        is_constrained: bool = False,
        is_panning: bool = False,
    ) -> list[Action]:
        """What the window was asked for, without the mouse strokes that are a pen's shadow; then
        every sample of the pen, in order.

        The pen is read after the window, so that it is known to be near when its shadow is judged.
        is_constrained: Shift is down, is_panning: the key that moves the paper, which a pen does
        not know.
        """
        heard = self._heard(paper_under, is_constrained, is_panning)
        return [action for action in asked if not self._is_shadow(action)] + heard

    def close(self) -> None:
        if self._pen is not None:
            self._pen.close()

    def _is_held(self, name: str) -> bool:
        return name in self._held.values()

    def _heard(
        self, paper_under: PaperUnder, is_constrained: bool, is_panning: bool
    ) -> list[Action]:
        if self._pen is None:
            return []
        heard: list[Action] = []
        try:
            events = self._pen.read()
        except SourceError as error:
            log.warning("The pen is not heard any more, the mouse draws: %s", error)
            self._pen.close()
            self._pen, self._square, self._pulled = None, None, None
            self._held.clear()
            return []
        self._told = (bool(events), self._told[0])
        for event in events:
            if event.kind in ("press", "release"):
                heard += self._button(event)
            elif self._square is None and (is_panning or self._is_held("pan") or self._pulled):
                heard += self._pan(event, paper_under, is_panning)
            else:
                heard += self._drawn(event, paper_under, is_constrained)
        return heard

    def _drawn(
        self, event: PenEvent, paper_under: PaperUnder, is_constrained: bool
    ) -> list[Action]:
        at, kind = event.sample, event.kind
        if kind not in ("down", "move", "up"):
            return []
        if event.kind == "down":
            self._square = paper_under(at.x, at.y)
            self._is_rubbing = self._is_held("eraser")
        if self._square is None:
            return []
        left, top, side = self._square
        x, y = (at.x - left) / side, (at.y - top) / side
        tilt = (at.tilt_x, at.tilt_y)
        is_eraser = event.is_eraser or self._is_rubbing
        fact = Pointer(kind, x, y, at.time, is_eraser, at.pressure, tilt, is_constrained)
        self._is_mouse = False
        if event.kind == "up":
            self._square = None
        return [Action("pointer", fact)]

    def _button(self, event: PenEvent) -> list[Action]:
        """A side button as a key: some actions last while it is held."""
        if event.kind == "release":
            self._held.pop(event.button, None)
            return []
        name = self._keys.get(pen_chord(event.button), "")
        self._held[event.button] = name
        return [Action(name)] if name and name not in HELD else []

    def _pan(self, event: PenEvent, paper_under: PaperUnder, is_panning: bool) -> list[Action]:
        """The paper goes with the pen, above it or on it, until the button and the tip are lifted."""
        at, before = event.sample, self._pulled
        is_held = is_panning or self._is_held("pan")
        if event.kind == "hover" and not is_held:
            self._pulled = None  # let go, and gone elsewhere since
            return []
        goes_on = is_held or event.kind in ("down", "move")
        if before is None:
            square = paper_under(at.x, at.y)
            self._pulled = (at.x, at.y, square[2]) if square is not None and goes_on else None
            return []
        x, y, side = before
        self._pulled = (at.x, at.y, side) if goes_on else None
        step = ("move", (at.x - x) / side, (at.y - y) / side)
        return [Action("view", step)] if (at.x, at.y) != (x, y) else []

    def _is_shadow(self, action: Action) -> bool:
        """Without its "down" the rest of a mouse stroke is nothing to anybody.

        A turn may take so long that the pen is gone when its shadow of the turn before is heard.
        """
        fact = action.value
        is_near = self._pen is not None and (self._pen.is_near or any(self._told))
        if action.name == "view" and isinstance(fact, tuple):
            return is_near and fact[0] == "move"  # a side button, heard of as the mouse's
        if not isinstance(fact, Pointer) or fact.kind != "down":
            return False
        if is_near:
            return True
        self._is_mouse = True
        return False


def open_hand(window_id: int, driver: str, keys: Mapping[str, str] | None = None) -> Hand:
    """The hand at a window, with a pen where there is one to be heard; see tablet.open_pen."""
    return Hand(open_pen(window_id, driver), keys)
