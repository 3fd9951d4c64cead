"""The tempo that a finger taps."""

from collections import deque
from itertools import pairwise
from statistics import median

PAUSE_S = 2.0  # after so long the next tap begins anew
FASTEST_S = 0.2  # quicker than 300 beats a minute is a finger that bounced
COUNTED = 8


class TapTempo:
    """Remembers the last taps. Times are time.monotonic() seconds."""

    def __init__(self, beat_s: float = 0.5) -> None:
        self.beat_s = beat_s
        self._taps: deque[float] = deque(maxlen=COUNTED)

    def tap(self, now: float) -> float:
        """Seconds a beat after this tap; the middle of the intervals, so one bad tap does no harm."""
        if self._taps and now - self._taps[-1] < FASTEST_S:
            return self.beat_s
        if self._taps and now - self._taps[-1] > PAUSE_S:
            self._taps.clear()
        self._taps.append(now)
        taps = list(self._taps)
        if len(taps) > 1:
            self.beat_s = median(b - a for a, b in pairwise(taps))
        return self.beat_s

    @property
    def is_tapped(self) -> bool:
        return len(self._taps) > 1

    @property
    def per_minute(self) -> float:
        return 60 / self.beat_s

    def phase(self, now: float) -> float:
        """Where in the beat `now` is, 0..1, counted from the last tap."""
        return ((now - self._taps[-1]) / self.beat_s) % 1.0 if self._taps else 0.0
