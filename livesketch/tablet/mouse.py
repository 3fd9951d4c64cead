"""The mouse as a pen: it has no pressure, so a slow hand draws broad and a fast one thin."""

import math
from dataclasses import replace

from livesketch.canvas.stroke import Sample
from livesketch.tablet.pen import PenEvent

_LIGHTEST = 0.3
_BRISK = 1.1  # paper sides a second at which half of the pressure is gone
_SMOOTHING_S = 0.05  # the hand's speed is averaged over about as long
_TOUCH = 0.6  # pressure at which a stroke begins
_GRAIN = 0.004  # paper sides, some pixels: mice move from pixel to pixel, in little stairs


class MousePen:
    """Turns the moves of a pressed button into pen events.

    Steps of about a pixel are evened out over the last few pixels of the way (the line trails by
    as much, and ends where the button was released); larger steps stay nearly as they are.
    """

    label = "mouse (pressure from speed)"

    def __init__(self) -> None:
        self._last: Sample | None = None
        self._hand = (0.0, 0.0)  # where the mouse really is
        self._is_eraser = False

    def feed(
        self, kind: str, x: float, y: float, time: float, is_eraser: bool = False
    ) -> list[PenEvent]:
        """kind: "down", "move" or "up"; x, y in paper sides; time in seconds. Moves without a button are nothing."""
        if kind == "down":
            events = [] if self._last is None else self._lift()
            self._is_eraser = is_eraser
            self._hand = (x, y)
            self._last = Sample(x, y, 1.0 if is_eraser else _TOUCH, time=time)
            return [*events, PenEvent("down", self._last, is_eraser)]
        if self._last is None:
            return []
        if kind == "move":
            self._last = self._moved(self._last, x, y, time)
            return [PenEvent("move", self._last, self._is_eraser)]
        self._last = replace(self._moved(self._last, x, y, time), x=x, y=y)
        return self._lift()

    def _lift(self) -> list[PenEvent]:
        last, self._last = self._last, None
        return [] if last is None else [PenEvent("up", last, self._is_eraser)]

    def _moved(self, last: Sample, x: float, y: float, time: float) -> Sample:
        distance = math.hypot(x - self._hand[0], y - self._hand[1])
        self._hand = (x, y)
        share = 1.0 - math.exp(-distance / _GRAIN)
        x, y = last.x + share * (x - last.x), last.y + share * (y - last.y)
        if self._is_eraser:
            return Sample(x, y, 1.0, time=max(time, last.time))
        step_s = time - last.time
        if step_s <= 0.0:  # several moves with one stamp: the next one tells the speed
            return Sample(x, y, last.pressure, time=last.time)
        speed = distance / step_s
        wanted = _LIGHTEST + (1.0 - _LIGHTEST) / (1.0 + (speed / _BRISK) ** 2)
        share = 1.0 - math.exp(-step_s / _SMOOTHING_S)
        return Sample(x, y, last.pressure + share * (wanted - last.pressure), time=time)
