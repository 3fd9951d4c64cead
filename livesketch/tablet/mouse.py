"""The mouse as a pen: it has no pressure, so a slow hand draws broad and a fast one thin."""

import math

from livesketch.canvas.stroke import Sample
from livesketch.tablet.pen import PenEvent

_LIGHTEST = 0.3
_BRISK = 1.1  # paper sides a second at which half of the pressure is gone
_SMOOTHING_S = 0.05  # the hand's speed is averaged over about as long
_TOUCH = 0.6  # pressure at which a stroke begins


class MousePen:
    """Turns the moves of a pressed button into pen events."""

    label = "mouse (pressure from speed)"

    def __init__(self) -> None:
        self._last: Sample | None = None
        self._is_eraser = False

    def feed(
        self, kind: str, x: float, y: float, time: float, is_eraser: bool = False
    ) -> list[PenEvent]:
        """kind: "down", "move" or "up"; x, y in paper sides; time in seconds. Moves without a button are nothing."""
        if kind == "down":
            events = [] if self._last is None else self._lift()
            self._is_eraser = is_eraser
            self._last = Sample(x, y, 1.0 if is_eraser else _TOUCH, time=time)
            return [*events, PenEvent("down", self._last, is_eraser)]
        if self._last is None:
            return []
        if kind == "move":
            self._last = self._moved(self._last, x, y, time)
            return [PenEvent("move", self._last, self._is_eraser)]
        self._last = self._moved(self._last, x, y, time)
        return self._lift()

    def _lift(self) -> list[PenEvent]:
        last, self._last = self._last, None
        return [] if last is None else [PenEvent("up", last, self._is_eraser)]

    def _moved(self, last: Sample, x: float, y: float, time: float) -> Sample:
        if self._is_eraser:
            return Sample(x, y, 1.0, time=time)
        step_s = time - last.time
        if step_s <= 0.0:  # several moves with one stamp: the next one tells the speed
            return Sample(x, y, last.pressure, time=max(time, last.time))
        speed = math.hypot(x - last.x, y - last.y) / step_s
        wanted = _LIGHTEST + (1.0 - _LIGHTEST) / (1.0 + (speed / _BRISK) ** 2)
        share = 1.0 - math.exp(-step_s / _SMOOTHING_S)
        return Sample(x, y, last.pressure + share * (wanted - last.pressure), time=time)
