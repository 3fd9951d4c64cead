"""A drawing as it was when so much of the pen's path had been drawn."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from livesketch.canvas.stroke import Stroke


def prefix(strokes: Sequence[Stroke], percent: float) -> list[Stroke]:
    """The first `percent` (0..100) of the length that the pen and the eraser went on the paper.

    The last stroke ends exactly there, on the straight line between its two samples. A prefix
    above 0 holds at least where the pen first touched the paper; 100 is the drawing itself.
    """
    if percent >= 100:
        return list(strokes)
    lengths = [_steps(stroke) for stroke in strokes]
    left = percent / 100 * float(sum(steps.sum() for steps in lengths))
    kept: list[Stroke] = []
    if percent <= 0:
        return kept
    for stroke, steps in zip(strokes, lengths, strict=True):
        if steps.sum() <= left:
            kept.append(stroke)
            left -= float(steps.sum())
            continue
        if left > 0 or not kept:
            kept.append(_cut(stroke, steps, left))
        break
    return kept


def _steps(stroke: Stroke) -> NDArray[np.float64]:
    """The distance from each sample to the next, in paper sides."""
    return np.hypot(*np.diff(stroke.points, axis=0).T)


def _cut(stroke: Stroke, steps: NDArray[np.float64], length: float) -> Stroke:
    ends = np.cumsum(steps)
    whole = int(np.searchsorted(ends, length, side="right"))
    begun = length - (float(ends[whole - 1]) if whole else 0.0)
    share = begun / float(steps[whole])
    table = stroke.table
    if share <= 0:
        return Stroke(table[: whole + 1], stroke.brush)
    last = table[whole] + share * (table[whole + 1] - table[whole])
    return Stroke(np.vstack([table[: whole + 1], last]), stroke.brush)
