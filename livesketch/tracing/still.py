"""What changed no more than a camera's noise makes it change stays exactly as it was: the same drawing, and so the same face."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from livesketch.frames import Picture

TREMBLE, TREMBLE_ANY = 0.0018, 0.006  # sizes: of all points together (RMS), and of a single one
GRAIN = 2  # grey levels of 255 in a picture that was calmed before
BLOCK, TORN = 8, 0.08  # pixels of a silhouette, and by how much such a block may change
SURE = 0.2  # change of a block that is no noise
AGAIN_S = 0.5  # even what rests is looked at again so often


class HeldPoints:
    """Points that rest. Those that move stay behind by half of what they may tremble, so that no jump
    is seen when they set out and their trembling at the end is less than it takes to set out again."""

    def __init__(self) -> None:
        self._held: NDArray[np.float32] | None = None

    def reset(self) -> None:
        self._held = None

    def held(
        self, points: NDArray[np.float32], size: float, strength: float = 1.0
    ) -> NDArray[np.float32]:
        """Points (n, 2 or more), `size` in their unit -> where they are drawn: the very array of the
        last call, where they did but tremble. `strength` 0 holds nothing."""
        last = self._held
        if last is None or last.shape != points.shape or strength <= 0:
            self._held = points
            return points
        away = np.hypot(*(points - last)[:, :2].T) / (size * min(strength, 1.0))
        beyond = max(float(np.sqrt((away**2).mean())) / TREMBLE, float(away.max()) / TREMBLE_ANY)
        if beyond <= 1:
            return last
        self._held = (last + (points - last) * np.float32(1 - 0.5 / beyond)).astype(np.float32)
        return self._held


class HeldPicture:
    """A picture that rests."""

    def __init__(self) -> None:
        self._held: Picture | None = None

    def reset(self) -> None:
        self._held = None

    def held(self, picture: Picture) -> Picture:
        """A calmed picture (H, W, 3) -> the very array of the last call, where it is as good as that."""
        last = self._held
        if last is None or last.shape != picture.shape:
            self._held = picture
            return picture
        if cv2.norm(picture, last, cv2.NORM_INF) > GRAIN:
            self._held = picture
            return picture
        return last


class Outline:
    """A live person's silhouette: looked for in every second picture, or now and then while nothing
    moves; one that is hardly another is the very same."""

    def __init__(self, silhouette: Callable[[Picture], NDArray[np.float32] | None]) -> None:
        self._silhouette = silhouette
        self._mean: NDArray[np.float32] | None = None
        self._held: NDArray[np.float32] | None = None
        self._of: Picture | None = None  # the newest square, and when it was
        self._time = 0.0  # at which it was looked for
        self.is_new = False  # it was looked for in the last call
        self.has_time = True  # it was not, and something else can be

    def reset(self) -> None:
        self._of = self._mean = self._held = None

    def at(self, square: Picture, time: float) -> NDArray[np.float32] | None:
        """Square (S, S, 3) of `time` seconds -> float32 (S, S), 0 behind .. 1 person, or None."""
        is_known = self._of is not None and self._of.shape == square.shape
        is_resting = is_known and square is self._of and 0 <= time - self._time < AGAIN_S
        is_skipped = is_resting or (is_known and self.is_new)
        self.has_time = is_skipped and (self.is_new or not is_resting)
        self._of, self.is_new = square, not is_skipped
        if not is_skipped:
            self._time = time
            self._mean = _calmed(self._silhouette(square), self._mean)
            if self._held is None or not _is_alike(self._mean, self._held):
                self._held = self._mean
        return self._held


def _calmed(
    found: NDArray[np.float32] | None, mean: NDArray[np.float32] | None
) -> NDArray[np.float32] | None:
    """What changed as noise does counts little."""
    if found is None or mean is None or found.shape != mean.shape:
        return found
    weight = np.clip(_change(found, mean) / SURE, 0.25, 1)
    weight = cv2.resize(weight, found.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(mean + weight * (found - mean), np.float32)


def _is_alike(one: NDArray[np.float32] | None, other: NDArray[np.float32]) -> bool:
    return one is not None and one.shape == other.shape and float(_change(one, other).max()) < TORN


def _change(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of each block of BLOCK pixels, on average."""
    blocks = (max(1, one.shape[1] // BLOCK), max(1, one.shape[0] // BLOCK))
    small = cv2.resize(cv2.absdiff(one, other), blocks, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)
