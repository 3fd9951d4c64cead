"""How the paper lies before the eye: moved, nearer, turned, flipped. The drawing itself does not change."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

_NEAREST, _FARTHEST = 16.0, 0.25


@dataclass(frozen=True)
class Viewpoint:
    """`x, y`: the point of the paper in the middle of the window's square. `angle` in degrees, clockwise.

    Places on the paper are in its sides; places before the eye are in sides of the square.
    """

    x: float = 0.5
    y: float = 0.5
    zoom: float = 1.0
    angle: float = 0.0
    is_flipped: bool = False

    @property
    def matrix(self) -> NDArray[np.float64]:
        """(2, 3): paper to eye."""
        radians = math.radians(self.angle)
        cos, sin = self.zoom * math.cos(radians), self.zoom * math.sin(radians)
        flip = -1.0 if self.is_flipped else 1.0
        turn = np.array([[flip * cos, -sin], [flip * sin, cos]])
        shift = 0.5 - turn @ np.array([self.x, self.y])
        return np.concatenate([turn, shift[:, None]], axis=1)

    def seen(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Points (N, >= 2) of the paper as the eye sees them; further columns stay."""
        if self == HOME:
            return points
        matrix = self.matrix
        moved = points.copy()
        moved[:, 0] = points[:, 0] * matrix[0, 0] + points[:, 1] * matrix[0, 1] + matrix[0, 2]
        moved[:, 1] = points[:, 0] * matrix[1, 0] + points[:, 1] * matrix[1, 1] + matrix[1, 2]
        return moved

    def to_eye(self, x: float, y: float) -> tuple[float, float]:
        if self == HOME:
            return x, y
        m = self.matrix
        return (
            float(m[0, 0] * x + m[0, 1] * y + m[0, 2]),
            float(m[1, 0] * x + m[1, 1] * y + m[1, 2]),
        )

    def to_paper(self, x: float, y: float) -> tuple[float, float]:
        if self == HOME:
            return x, y
        m = self.matrix
        dx, dy = x - m[0, 2], y - m[1, 2]
        det = m[0, 0] * m[1, 1] - m[0, 1] * m[1, 0]
        return (
            float((m[1, 1] * dx - m[0, 1] * dy) / det),
            float((m[0, 0] * dy - m[1, 0] * dx) / det),
        )

    def moved(self, dx: float, dy: float) -> "Viewpoint":
        """The paper goes with the hand, by so much before the eye."""
        x, y = self.to_paper(0.5 - dx, 0.5 - dy)
        return replace(self, x=_kept(x), y=_kept(y))

    def nearer(self, factor: float, at: tuple[float, float] = (0.5, 0.5)) -> "Viewpoint":
        """What is `at` that place before the eye stays there."""
        zoom = min(max(self.zoom * factor, _FARTHEST), _NEAREST)
        return self._holding(replace(self, zoom=zoom), at)

    def turned(self, degrees: float, at: tuple[float, float] = (0.5, 0.5)) -> "Viewpoint":
        angle = (self.angle + degrees + 180.0) % 360.0 - 180.0
        return self._holding(replace(self, angle=angle), at)

    def flipped(self) -> "Viewpoint":
        """As in a mirror that stands before the eye."""
        return replace(self, is_flipped=not self.is_flipped, angle=-self.angle)

    def as_list(self) -> list[float]:
        """What a drawing file keeps."""
        return [self.x, self.y, self.zoom, self.angle, float(self.is_flipped)]

    def _holding(self, other: "Viewpoint", at: tuple[float, float]) -> "Viewpoint":
        held, now = self.to_paper(*at), other.to_paper(*at)
        x, y = other.x + held[0] - now[0], other.y + held[1] - now[1]
        return replace(other, x=_kept(x), y=_kept(y))


HOME = Viewpoint()


def viewpoint_of(kept: object) -> Viewpoint:
    """What `as_list` gave; HOME for anything else."""
    if not isinstance(kept, list) or len(kept) < 5:
        return HOME
    if not all(isinstance(one, int | float) and math.isfinite(one) for one in kept[:5]):
        return HOME
    x, y, zoom, angle, flipped = kept[:5]
    zoom = min(max(zoom, _FARTHEST), _NEAREST)
    return Viewpoint(_kept(x), _kept(y), zoom, angle % 360.0, bool(flipped))


def _kept(place: float) -> float:
    """The paper never gets lost: its middle stays within reach."""
    return min(max(place, -1.0), 2.0)
