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


class PictureSmoother:
    """Remembers the last picture. Where hardly anything changed, the newest one counts little."""

    def __init__(self) -> None:
        self._last: NDArray[np.float32] | None = None
        self._time = 0.0

    def reset(self) -> None:
        self._last = None

    def smoothed(self, picture: Picture, time: float, strength: float) -> Picture:
        """A picture (H, W, 3) of `time` seconds -> the same, calmed; `strength` 0 is off, 1 much."""
        now = picture.astype(np.float32)
        last, gap = self._last, time - self._time
        self._time = time
        if strength <= 0 or last is None or last.shape != now.shape or not 0 <= gap < LONGEST_GAP:
            self._last = now
            return picture
        if gap == 0:
            return np.clip(last + 0.5, 0, 255).astype(np.uint8)
        change = cv2.GaussianBlur(now - last, (0, 0), SPREAD)
        change = np.abs(np.asarray(change, np.float32)).max(2)
        if float(change.mean()) > CUT:
            self._last = now
            return picture
        rest = 0.05 ** min(strength, 1.0)  # of the newest picture, where nothing moves
        weight = rest + (1 - rest) * np.clip((change - NOISE) / (MOVED - NOISE), 0, 1)
        mixed = last + weight[..., None] * (now - last)
        self._last = mixed.astype(np.float32)
        return np.clip(mixed + 0.5, 0, 255).astype(np.uint8)
