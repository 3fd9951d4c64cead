"""Turns a head to the front, and makes its expressions larger or smaller, before it is drawn.

Both move landmarks; what is drawn from pixels is bent after them.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from livesketch.frames import Picture
from livesketch.tracing.chains import CHIN, COUNT, FOREHEAD, LEFT_SIDE, OVAL, RIGHT_SIDE
from livesketch.tracing.framing import in_place, place_of
from livesketch.tracing.halves import evened

Points = NDArray[np.float32]  # (478, 3)

SETTLING = 6.0  # seconds in which a face shows what it is like at rest
FARTHEST = 0.12  # of the face's height: no expression moves a point further than that
GRID = 20  # knots along a side of the net that bends a picture
REACH = 0.09  # sides: how far a landmark's move is felt around it


def rotation_of(points: Points) -> NDArray[np.float64]:
    """(3, 3): a head's own axes (its right in the picture, down, backwards) as columns."""
    p = points.astype(np.float64)
    across = p[RIGHT_SIDE] - p[LEFT_SIDE]
    across /= max(float(np.linalg.norm(across)), 1e-9)
    down = p[CHIN] - p[FOREHEAD]
    down -= across * (down @ across)
    down /= max(float(np.linalg.norm(down)), 1e-9)
    return np.stack([across, down, np.cross(across, down)], 1)


def turned_by(points: Points) -> float:
    """Degrees by which a head looks past you."""
    return float(np.degrees(np.arccos(np.clip((np.trace(rotation_of(points)) - 1) / 2, -1, 1))))


def frontal(points: Points, amount: float) -> Points:
    """The head turned to the front: 0 leaves it, 1 faces you. In pixels of a square, levelled."""
    if amount <= 0:
        return points
    points = evened(points, min(amount, 1.0))
    turn, _ = cv2.Rodrigues(rotation_of(points).T)
    partly, _ = cv2.Rodrigues(turn * min(amount, 1.0))
    middle = points[list(OVAL[:-1])].mean(0)
    return ((points - middle) @ np.asarray(partly).T + middle).astype(np.float32)


def reframed(points: Points, size: int) -> Points:
    """Moved and scaled so that the face lies in its square of `size` pixels as all faces do."""
    return in_place(points, place_of(points), size)


class Neutral:
    """Learns what a face is like at rest: the slow mean of itself, seen from the front."""

    def __init__(self) -> None:
        self._mean: NDArray[np.float64] | None = None
        self._time = 0.0
        self._age = 0.0

    def reset(self) -> None:
        self._mean = None

    def expressed(self, points: Points, time: float, gain: float) -> Points:
        """Landmarks in pixels of a square, at `time` seconds -> with expressions `gain` times as
        large: 0 is a mask, 1 as it is, 2 a caricature. The first seconds are spent learning."""
        turn = rotation_of(points)
        middle = points[list(OVAL[:-1])].mean(0).astype(np.float64)
        own = (points - middle) @ turn
        size = max(float(np.linalg.norm(own[CHIN] - own[FOREHEAD])), 1e-6)
        own = own / size
        gap = time - self._time
        if self._mean is None or gap < 0 or gap > 2.0:
            self._mean, self._age, gap = own, 0.0, 0.0
        self._time = time
        self._age = min(self._age + gap, SETTLING)
        weight = gap / max(self._age + 0.3, gap, 1e-6)
        self._mean = self._mean + min(weight, 1.0) * (own - self._mean)
        if gain == 1:
            return points
        motion = (gain - 1) * (own - self._mean)
        far = np.linalg.norm(motion, axis=1, keepdims=True)
        motion *= np.minimum(1, FARTHEST / np.maximum(far, 1e-9))
        return ((own + motion) * size @ turn.T + middle).astype(np.float32)


def bent(picture: Picture | NDArray[np.float32], before: Points, after: Points) -> NDArray:
    """A square picture (S, S[, 3]) whose landmarks `before` come to lie at `after` (pixels)."""
    size = len(picture)
    knots = (np.stack(np.meshgrid(*[np.linspace(0, 1, GRID)] * 2), -1)).reshape(-1, 2)
    to, move = after[:COUNT, :2] / size, (before[:COUNT, :2] - after[:COUNT, :2]) / size
    away = ((knots[:, None] - to[None]) ** 2).sum(2)
    weights = np.exp(-away / (2 * REACH**2)) + 1e-9
    nearest = np.exp(-away.min(1) / (2 * (2 * REACH) ** 2))  # what is far away stays
    shift = (weights @ move) / weights.sum(1, keepdims=True) * nearest[:, None]
    net = (shift.reshape(GRID, GRID, 2) * size).astype(np.float32)
    full = np.asarray(cv2.resize(net, (size, size), interpolation=cv2.INTER_CUBIC))
    rows, columns = np.mgrid[0:size, 0:size].astype(np.float32)
    return np.asarray(
        cv2.remap(
            picture,
            columns + full[..., 0],
            rows + full[..., 1],
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
    )
