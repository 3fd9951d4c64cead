"""When the next turn of the live loop begins: on its beat, or at once where there is something to show."""

import math
import time
from collections.abc import Callable

from livesketch.worker import Bell

GLANCE_S = 0.004  # between two glances at a camera
SHORTEST_S = 1 / 240  # of a turn, however quick the answers are


class Beat:
    """`bell` is rung by whoever has something to show; `clock` gives seconds."""

    def __init__(self, bell: Bell, clock: Callable[[], float] = time.monotonic) -> None:
        self._bell, self._clock = bell, clock
        self._next = 0.0  # time.monotonic() of the next beat
        self._began = -math.inf  # time.monotonic() of the turn that is ending

    def rest(self, hz: float, glance: Callable[[], object] | None = None) -> bool:
        """Waits for the next of `hz` beats a second; True if the bell cut it short. `glance` is
        called all the while: so that what a camera sees need not wait for a turn."""
        now = self._clock()
        if now >= self._next:  # a turn that was too long is followed at once, and so is the first
            self._next = max(self._next + 1 / hz, now)
        self._next = min(self._next, now + 1 / hz)
        early = self._began + SHORTEST_S
        is_rung = False
        while (left := (early if is_rung else self._next) - self._clock()) > 0:
            is_rung |= self._bell.wait(left if glance is None else min(left, GLANCE_S))
            if glance is not None and not is_rung:
                glance()
        self._began = self._clock()
        return is_rung
