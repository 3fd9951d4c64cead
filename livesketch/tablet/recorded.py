"""A pen that repeats what another pen once drew, in its own time or faster."""

from collections.abc import Sequence
from dataclasses import replace

from livesketch.canvas.stroke import Stroke
from livesketch.tablet.pen import PenEvent

_LONGEST_PAUSE_S = 1.0  # between two strokes: nobody wants to watch the thinking


class RecordedPen:
    """Plays strokes back from time `start` on, `speed` times as fast as they were drawn.

    The events carry the time at which they are due, on the clock of `start`.
    """

    label = "recorded pen"

    def __init__(self, strokes: Sequence[Stroke], start: float, speed: float = 1.0) -> None:
        if not speed > 0.0:
            raise ValueError("speed must be above 0")
        self._events = _schedule(strokes, start, speed)
        self._next = 0

    @property
    def is_over(self) -> bool:
        return self._next >= len(self._events)

    @property
    def end(self) -> float:
        """When the last event is due; 0 where there is none."""
        return self._events[-1].sample.time if self._events else 0.0

    def read(self, now: float) -> list[PenEvent]:
        """Everything due until `now` that was not read yet, in order."""
        first = self._next
        while self._next < len(self._events) and self._events[self._next].sample.time <= now:
            self._next += 1
        return self._events[first : self._next]


def _schedule(strokes: Sequence[Stroke], start: float, speed: float) -> list[PenEvent]:
    events: list[PenEvent] = []
    clock, last_time = start, None
    for stroke in strokes:
        samples = stroke.samples
        for number, sample in enumerate(samples):
            step_s = 0.0 if last_time is None else max(sample.time - last_time, 0.0)
            if number == 0:
                step_s = min(step_s, _LONGEST_PAUSE_S)
            clock += step_s / speed
            last_time = sample.time
            due = replace(sample, time=clock)
            kind = "move" if number else "down"
            events.append(PenEvent(kind, due, stroke.brush.is_eraser))
        if samples:
            lifted = replace(samples[-1], time=clock)
            events.append(PenEvent("up", lifted, stroke.brush.is_eraser))
    return events
