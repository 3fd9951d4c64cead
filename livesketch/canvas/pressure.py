"""How a pen's pressure is felt: some hands press lightly, some pens want to be pressed hard."""

import numpy as np

from livesketch.errors import UsageError

_ALIKE = 0.06  # a firm stroke must be that much firmer than a light one


def felt(pressure: float, hardness: float, low: float = 0.0, high: float = 1.0) -> float:
    """pressure 0..1 as the pen reports it -> 0..1 as the line takes it.

    What lies under `low` is nothing, over `high` everything. Between them, hardness 0 (soft: a
    light touch draws broad) .. 0.5 (even) .. 1 (hard): a power of 0.25 .. 1 .. 4.
    """
    share = (pressure - low) / max(high - low, 1e-6)
    return min(max(share, 0.0), 1.0) ** (4.0 ** (2.0 * hardness - 1.0))


class Calibration:
    """Two strokes, a light one and a firm one, say between which pressures a hand draws."""

    def __init__(self) -> None:
        self._strokes: list[list[float]] = []

    @property
    def strokes(self) -> int:
        """How many are begun."""
        return len(self._strokes)

    def feed(self, is_first: bool, pressure: float) -> None:
        """One report of the pen, while it is down."""
        if is_first:
            self._strokes.append([])
        if self._strokes and pressure > 0.0:
            self._strokes[-1].append(pressure)

    def range(self) -> tuple[float, float]:
        """(low, high) for `felt`; UsageError where the two strokes do not tell."""
        if len(self._strokes) < 2 or min(map(len, self._strokes)) < 5:
            raise UsageError("The strokes were too short to measure.", "Draw two longer ones.")
        light = float(np.median(self._strokes[0]))
        firm = float(np.percentile(self._strokes[1], 90))
        if firm - light < _ALIKE:
            raise UsageError(
                "Both strokes were pressed alike.", "First a light one, then a firm one."
            )
        return max(0.0, light - 0.3 * (firm - light)), min(1.0, firm)
