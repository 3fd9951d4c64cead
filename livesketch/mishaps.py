"""What goes wrong in a rehearsal, and when: a fault counts once it has really happened, not once it was planned."""

import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from livesketch.controls.actions import Action

ENDS = 0.97  # of the show; later ones might not be seen to happen


def _at_once() -> bool:
    return True


@dataclass(frozen=True)
class Mishap:
    """One kind of fault. `can`: it makes sense now; `is_done`: what was thrown has hit somebody."""

    throw: Callable[[], list[Action] | None]
    can: Callable[[], bool] = _at_once
    is_done: Callable[[], bool] = _at_once


class Mishaps:
    """As many as planned, at seeded times; those that a long turn missed are caught up with."""

    def __init__(self, kinds: Mapping[str, Mishap], seed: int, count: int, seconds: float) -> None:
        self._kinds = kinds
        self._rng = random.Random(seed)
        times = (self._rng.uniform(0, ENDS * seconds) for _ in range(count))
        self._times = sorted(times, reverse=True)
        self._thrown: set[str] = set()  # on their way
        self.happened: Counter[str] = Counter()

    def turn(self, elapsed: float) -> list[Action]:
        """`elapsed`: seconds since the show began. What has to be done to make them happen."""
        actions: list[Action] = []
        self._count()
        while self._times and self._times[-1] <= elapsed:
            able = sorted(
                name
                for name, kind in self._kinds.items()
                if name not in self._thrown and kind.can()
            )
            if not able:
                break  # next turn
            self._times.pop()
            name = self._rng.choice(able)
            self._thrown.add(name)
            actions += self._kinds[name].throw() or []
        return actions

    def _count(self) -> None:
        for name in sorted(self._thrown):
            if self._kinds[name].is_done():
                self._thrown.remove(name)
                self.happened[name] += 1
