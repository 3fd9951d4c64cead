"""From what a system says of a pen's state, again and again, to what the pen did."""

import time
from dataclasses import dataclass, replace

from livesketch.canvas.stroke import Sample
from livesketch.tablet.pen import PenEvent

NEAR_S = 0.3  # a pen is near until that long after it was last heard of
_STEP_S = 60.0  # a system's clock that jumps so far was set anew


@dataclass(frozen=True)
class Report:
    """One state of a pen: the place in pixels of the window, pressure 0..1, tilts in degrees."""

    sample: Sample
    is_near: bool = True
    is_down: bool = False
    is_eraser: bool = False
    buttons: frozenset[int] = frozenset()  # those at its side that are held, from 1


class Stamps:
    """A system's time stamps on the clock of time.monotonic(): as if what was on the way the shortest
    time had come at once. They never go back, and never lie in the future."""

    def __init__(self) -> None:
        self._lead: float | None = None  # our clock before theirs, seconds
        self._last = 0.0

    def ours(self, stamp_s: float, now: float | None = None) -> float:
        """now: when it was heard; the present moment unless that is told."""
        now = time.monotonic() if now is None else now
        lead = now - stamp_s
        if self._lead is None or abs(lead - self._lead) > _STEP_S:
            self._lead = lead
        self._lead = min(self._lead, lead)
        self._last = max(self._last, min(stamp_s + self._lead, now))
        return self._last


class Reports:
    """Remembers the last state; every report becomes an event, in order."""

    def __init__(self) -> None:
        self._last: Report | None = None
        self._is_erasing = False  # the stroke that goes on; a pen does not turn round in one
        self._heard = -NEAR_S

    @property
    def is_near(self) -> bool:
        last = self._last
        if last is None:
            return False
        return last.is_down or last.is_near or time.monotonic() - self._heard < NEAR_S

    @property
    def is_eraser_near(self) -> bool:
        return self._last is not None and self._last.is_eraser and self.is_near

    def feed(self, report: Report) -> list[PenEvent]:
        before, self._last = self._last, report
        self._heard = time.monotonic()
        was_down = before is not None and before.is_down
        if report.is_down and not was_down:
            self._is_erasing = report.is_eraser
        sample, is_eraser = report.sample, report.is_eraser
        if report.is_down or was_down:
            is_eraser = self._is_erasing
        held = frozenset[int]() if before is None else before.buttons
        events = [
            PenEvent("press" if number in report.buttons else "release", sample, is_eraser, number)
            for number in sorted(held ^ report.buttons)
        ]
        if report.is_down:
            events.append(PenEvent("move" if was_down else "down", sample, is_eraser))
        elif was_down and before is not None:
            # a pen in the air presses nothing: the line keeps its width
            lifted = replace(sample, pressure=before.sample.pressure)
            events.append(PenEvent("up", lifted, is_eraser))
        elif report.is_near:
            events.append(PenEvent("hover", sample, is_eraser))
        return events

    def lift(self) -> list[PenEvent]:
        """The pen is gone, or somebody else has taken it: a stroke ends where it was."""
        last = self._last
        if last is None:
            return []
        return self.feed(Report(last.sample, is_near=False, is_eraser=last.is_eraser))
