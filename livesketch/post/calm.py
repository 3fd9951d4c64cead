"""Takes a camera's noise out of a picture over time, and leaves what moves as sharp and prompt as it is."""

import cv2
import numpy as np
from numpy.typing import NDArray

from livesketch.frames import Picture

NOISE = 2.5  # grey levels of change, after a small blur, that a sensor makes by itself
MOVED = 9.0  # levels of change at which a pixel shows the new picture only
SPREAD = 2.0  # pixels of that blur
CUT = 24.0  # levels of change on average: another picture altogether
LONGEST_GAP = 0.5  # seconds
LONGEST_MEAN = 60.0  # pictures


class PictureSmoother:
    """Remembers the last picture. Where hardly anything changed, the newest one counts little, and
    the less the longer that was so: what rests becomes the mean of all that was seen of it."""

    def __init__(self) -> None:
        self._last: NDArray[np.float32] | None = None
        self._rested: NDArray[np.float32] = np.zeros((0, 0), np.float32)  # pictures, at half size
        self._time = 0.0

    def reset(self) -> None:
        self._last = None

    def smoothed(self, picture: Picture, time: float, strength: float) -> Picture:
        """A picture (H, W, 3) of `time` seconds -> the same, calmed; `strength` 0 is off, 1 much."""
        now = picture.astype(np.float32)
        last, gap = self._last, time - self._time
        self._time = time
        if strength <= 0 or last is None or last.shape != now.shape or not 0 <= gap < LONGEST_GAP:
            return self._begun(picture, now)
        if gap == 0:
            return _rounded(last)
        apart = np.asarray(cv2.subtract(now, last), np.float32)
        change = _change(apart)
        if float(change.mean()) > CUT:
            return self._begun(picture, now)
        moved = np.clip((change - NOISE) / (MOVED - NOISE), 0, 1)
        self._rested = np.minimum((self._rested + 1) * (1 - moved), LONGEST_MEAN)
        rest = 0.05 ** min(strength, 1.0)  # of the newest picture, where something came to rest
        rest = rest / (1 + rest * self._rested)
        weight = cv2.resize(rest + (1 - rest) * moved, picture.shape[1::-1])
        mixed = cv2.add(last, cv2.multiply(apart, cv2.merge([weight] * 3)))
        self._last = np.asarray(mixed, np.float32)
        return _rounded(self._last)

    def _begun(self, picture: Picture, now: NDArray[np.float32]) -> Picture:
        self._last = now
        height, width = picture.shape[:2]
        self._rested = np.zeros(((height + 1) // 2, (width + 1) // 2), np.float32)
        return picture


def _change(apart: NDArray[np.float32]) -> NDArray[np.float32]:
    """(H, W, 3) levels, with signs -> at half size, the size of the largest after a small blur."""
    height, width = apart.shape[:2]
    half = ((width + 1) // 2, (height + 1) // 2)
    small = cv2.resize(apart, half, interpolation=cv2.INTER_AREA)
    soft = np.abs(np.asarray(cv2.GaussianBlur(small, (0, 0), SPREAD / 2), np.float32))
    return np.maximum(np.maximum(soft[..., 0], soft[..., 1]), soft[..., 2])


def _rounded(picture: NDArray[np.float32]) -> Picture:
    return np.asarray(cv2.convertScaleAbs(picture), np.uint8)
