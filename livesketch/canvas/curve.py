"""The smooth curve through a pen's samples, as points close enough together to be joined by straight lines."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from livesketch.canvas.tilt import lean

_NEAR = 2e-4  # paper sides: samples closer together than this are one
_FLAT = 4e-5  # paper sides: how far the straight pieces may leave the curve
_MOST_PIECES = 24  # between two samples


class Curve:
    """A centripetal Catmull-Rom spline (Catmull & Rom 1974; Yuksel, Schaefer & Keyser 2011), grown sample by sample.

    Points are float64 (N, 5): x, y, pressure, the length of the line up to there, in paper sides,
    and how much the pen leans, 0..1. `firm` points never change again; `tail` goes on from them to the newest sample and is
    provisional, because the curve there depends on where the pen goes next. The result does not
    depend on how the samples were dealt out: grown one by one or all at once, it is the same bit
    for bit.
    """

    def __init__(self) -> None:
        self._kept: list[
            tuple[float, float, float, float]
        ] = []  # samples that are not one with the last
        self._buffer = np.empty((16, 5))
        self._count = 0
        self._firm_pieces = 0  # of the pieces between kept samples, how many are firm
        self.tail = np.empty((0, 5))

    @property
    def firm(self) -> NDArray[np.float64]:
        return self._buffer[: self._count]

    @property
    def points(self) -> NDArray[np.float64]:
        """All of it: `firm` and `tail`."""
        return np.concatenate([self.firm, self.tail])

    def extend(self, samples: Iterable[Sequence[float]]) -> None:
        """More samples: x, y in paper sides, pressure and, unless the pen stands upright, lean 0..1."""
        kept = self._kept
        for x, y, pressure, *more in samples:
            leaning = more[0] if more else 0.0
            if kept:
                dx, dy = x - kept[-1][0], y - kept[-1][1]
                if dx * dx + dy * dy < _NEAR * _NEAR:
                    if pressure > kept[-1][2]:  # pressed harder on the spot: the dot widens
                        kept[-1] = (kept[-1][0], kept[-1][1], pressure, leaning)
                    continue
            kept.append((x, y, pressure, leaning))
        if not kept:
            return
        if len(kept) == 1:
            self.tail = np.array([[*kept[0][:3], 0.0, kept[0][3]]])
            return
        first = self._firm_pieces
        points, counts = _pieces(kept, first)
        if self._count == 0:
            points = np.concatenate([[kept[0]], points])
            before, length = points[:1, :2], 0.0
        else:
            before, length = self.firm[-1:, :2], self.firm[-1, 3]
        steps = np.diff(np.concatenate([before, points[:, :2]]), axis=0)
        steps = np.sqrt(steps[:, 0] * steps[:, 0] + steps[:, 1] * steps[:, 1])
        lengths = np.cumsum(np.concatenate([[length], steps]))[1:]
        grown = np.concatenate([points[:, :3], lengths[:, None], points[:, 3:]], axis=1)
        split = len(grown) - counts[-1]
        if len(counts) == 1 and self._count == 0:
            split = 0  # nothing is firm before the third sample
        self._append(grown[:split])
        self._firm_pieces = len(kept) - 2
        self.tail = grown[split:]

    def finish(self) -> None:
        """Nothing is added any more: what only growing needs is given back."""
        self._kept = []
        self._buffer = self.firm.copy()

    def _append(self, points: NDArray[np.float64]) -> None:
        needed = self._count + len(points)
        if needed > len(self._buffer):
            larger = np.empty((max(needed, 2 * len(self._buffer)), 5))
            larger[: self._count] = self.firm
            self._buffer = larger
        self._buffer[self._count : needed] = points
        self._count = needed


def curve_of(table: NDArray[np.float64]) -> Curve:
    """The path of a finished stroke's table (N, 6)."""
    path = Curve()
    path.extend((x, y, press, lean(*tilt)) for x, y, press, *tilt in table[:, :5].tolist())
    path.finish()
    return path


def _pieces(
    kept: list[tuple[float, float, float, float]], first: int
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """The pieces from sample `first` on: points (M, 4) as samples are, without the starting one, and how many each has.

    Only additions, products, divisions and square roots: those are exact to the last bit whatever
    the length of the array.
    """
    has_before = first > 0
    window = np.array(kept[first - 1 if has_before else 0 :])
    xy = window[:, :2]
    chords = xy[1:] - xy[:-1]  # (W - 1, 2)
    squares = chords[:, 0] * chords[:, 0] + chords[:, 1] * chords[:, 1]
    knots = np.sqrt(np.sqrt(squares))[:, None]  # centripetal: the square root of the distance
    slopes = chords / knots
    spans = knots[:-1] + knots[1:]
    # The tangent at each inner sample, per unit of the knots.
    inner = slopes[:-1] - (xy[2:] - xy[:-2]) / spans + slopes[1:]
    leaving = np.empty_like(chords)  # tangents at the start of each piece, times its knots
    arriving = np.empty_like(chords)
    leaving[1:] = inner * knots[1:]
    arriving[:-1] = inner * knots[:-1]
    # Ends bend on as a natural spline does.
    if len(chords) == 1:
        leaving[0] = arriving[0] = chords[0]
    else:
        leaving[0] = 1.5 * chords[0] - 0.5 * arriving[0]
        arriving[-1] = 1.5 * chords[-1] - 0.5 * leaving[-1]
    if has_before:
        start, end = window[1:-1], window[2:]
        chords, leaving, arriving = chords[1:], leaving[1:], arriving[1:]
    else:
        start, end = window[:-1], window[1:]
    off = np.abs(leaving - chords) + np.abs(arriving - chords)
    counts = np.ceil(np.sqrt((off[:, 0] + off[:, 1]) * (0.15 / _FLAT))).astype(np.intp)
    counts = np.clip(counts, 1, _MOST_PIECES)
    which = np.repeat(np.arange(len(counts)), counts)
    ends = np.cumsum(counts)
    step = np.arange(1, ends[-1] + 1) - (ends - counts)[which]
    t = (step / counts[which])[:, None]
    # Hermite form: start + t * leaving + t^2 * bend + t^3 * twist
    bend = 3.0 * chords - 2.0 * leaving - arriving
    twist = leaving + arriving - 2.0 * chords
    points = np.empty((len(which), 4))
    points[:, :2] = ((twist[which] * t + bend[which]) * t + leaving[which]) * t + start[which, :2]
    others = start[:, 2:]
    points[:, 2:] = others[which] + (end[:, 2:] - others)[which] * t
    points[ends - 1] = end
    return points, counts
