"""One line of a drawing: the samples of the pen, and the brush it was drawn with."""

import math
from collections.abc import Iterable
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

from livesketch.canvas.brush import PEN, Brush
from livesketch.canvas.curve import Curve, curve_of
from livesketch.frames import Point

COLUMNS = 6  # x, y, pressure, tilt_x, tilt_y, time

Box = tuple[float, float, float, float]  # left, top, right, bottom in paper sides


@dataclass(frozen=True, slots=True)
class Sample:
    """One report of the pen.

    x, y in paper sides: 0..1 is the paper, outside is allowed. pressure 0..1. tilt in degrees,
    -90..90, 0 is upright. time in seconds of time.monotonic() while drawing; in a drawing that
    was read from a file only differences mean something.
    """

    x: float
    y: float
    pressure: float = 1.0
    tilt_x: float = 0.0
    tilt_y: float = 0.0
    time: float = 0.0

    @property
    def is_finite(self) -> bool:
        return all(map(math.isfinite, astuple(self)))


class Stroke:
    """A finished line, never changed again.

    The samples lie in one table of numbers (`table`, float64 (N, 6), read-only): an hour of
    drawing as objects would take five times the memory. The curve through them takes three times
    theirs, so it is computed whenever it is asked for; only a stroke that was just drawn still has it.
    """

    __slots__ = ("_fresh", "_span", "brush", "table")

    def __init__(
        self,
        samples: Iterable[Sample] | NDArray[np.float64],
        brush: Brush,
        paths: tuple[Curve, ...] = (),
    ) -> None:
        if isinstance(samples, np.ndarray):
            table = np.array(samples, np.float64).reshape(-1, COLUMNS)
        else:
            rows = [(s.x, s.y, s.pressure, s.tilt_x, s.tilt_y, s.time) for s in samples]
            table = np.array(rows, np.float64).reshape(-1, COLUMNS)
        table.flags.writeable = False
        self.table = table
        self.brush = brush
        self._fresh = paths  # the pen's own path and its reflection, until `dry`
        self._span: tuple[float, float, float, float, float] | None = None

    @property
    def paths(self) -> tuple[Curve, ...]:
        """The smooth curve through the samples, and what the brush's mirror makes of it."""
        if self._fresh:
            return self._fresh
        if self.brush.mirror is None:
            return (curve_of(self.table),)
        return curve_of(self.table), curve_of(mirrored(self.table, self.brush.mirror))

    def dry(self) -> None:
        """The next stroke is being drawn: what can be computed again is let go."""
        self._fresh = ()

    @property
    def span(self) -> Box:
        """What its curves cover, without their width."""
        return self._known_span()[:4]

    @property
    def box(self) -> Box:
        """What the line may cover, with its width, in paper sides: left, top, right, bottom."""
        if len(self) == 0:
            return (0.0, 0.0, 0.0, 0.0)
        left, top, right, bottom, leaning = self._known_span()
        reach = 0.5 * self.brush.size * self.brush.broadening(leaning)
        return left - reach, top - reach, right + reach, bottom + reach

    def _known_span(self) -> tuple[float, float, float, float, float]:
        """`span`, and how much the pen leaned at most."""
        if self._span is None:
            points = np.concatenate([path.points for path in self.paths])
            if len(points) == 0:
                self._span = (0.0, 0.0, 0.0, 0.0, 0.0)
            else:
                low, high = points[:, :2].min(0).tolist(), points.max(0).tolist()
                self._span = (low[0], low[1], high[0], high[1], high[4])
        return self._span

    @property
    def samples(self) -> tuple[Sample, ...]:
        return tuple(Sample(*row) for row in self.table.tolist())

    @property
    def points(self) -> NDArray[np.float64]:
        """x, y of every sample: (N, 2) in paper sides."""
        return self.table[:, :2]

    @property
    def start(self) -> Point | None:
        """Where the pen was put down."""
        return (float(self.table[0, 0]), float(self.table[0, 1])) if len(self) else None

    def __len__(self) -> int:
        return len(self.table)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Stroke):
            return NotImplemented
        return self.brush == other.brush and np.array_equal(self.table, other.table)

    def __hash__(self) -> int:
        return hash((self.brush, self.table.tobytes()))

    def __repr__(self) -> str:
        return f"Stroke({len(self)} samples, {self.brush})"


def mirrored(table: NDArray[np.float64], axis: float) -> NDArray[np.float64]:
    """The samples as they are seen in a mirror that stands upright at x = `axis`."""
    other = table.copy()
    other[:, 0] = 2.0 * axis - table[:, 0]
    other[:, 3] = -table[:, 3]
    return other


_SPEED = 0.8  # paper sides a second: how fast a hand is taken to draw lines without times
_PAUSE = 0.25  # seconds between two such lines
BROAD, THINNING = 0.026, 0.83  # the brush of an artist's lines, which swell under pressure
EVEN = 0.008  # sides: the width of a traced line that does not


def strokes_of_face(lines: Iterable[NDArray[np.floating]]) -> list[Stroke]:
    """Strokes of a face that was traced: lines (n, 2) are even, (n, 3) swell with their pressure."""
    strokes: list[Stroke] = []
    for line in lines:
        is_even = line.shape[1] == 2
        brush = Brush(PEN, EVEN) if is_even else Brush(PEN, BROAD, thinning=THINNING)
        strokes += strokes_from_points([line], brush)
    return strokes


def strokes_from_points(
    lines: Iterable[NDArray[np.floating]], brush: Brush | None = None
) -> list[Stroke]:
    """Strokes of plain lines (N, 2) x, y or (N, 3) x, y, pressure, in paper sides.

    They get the times of an unhurried hand, so that they can be replayed.
    """
    strokes, clock = [], 0.0
    for line in lines:
        points = np.asarray(line, np.float64)
        if len(points) == 0:
            continue
        table = np.zeros((len(points), COLUMNS))
        table[:, :2] = points[:, :2]
        table[:, 2] = points[:, 2] if points.shape[1] > 2 else 1.0
        steps = np.hypot(*np.diff(points[:, :2], axis=0).T) / _SPEED
        table[:, 5] = clock + np.concatenate([[0.0], np.cumsum(steps)])
        clock = float(table[-1, 5]) + _PAUSE
        strokes.append(Stroke(table, brush or Brush()))
    return strokes
