"""A face in poor light, as a detector wants it: a brightened copy that nobody else ever sees."""

import cv2
import numpy as np
from numpy.typing import NDArray

from livesketch.frames import Picture, Place

DIM, BRIGHT = 70.0, 85.0  # a face's lightness (0..255) under which it is helped, over which no more
AIM = 110.0  # the lightness it is brought to
MOST = 9.0  # times brighter: more shows nothing but noise
GLARE, GLARING = 235, 0.15  # a share of the picture above that grey: a window behind the head
GRAIN = 1.2  # pixels of blur, against the noise that is brightened with it
SMALL = 120.0  # a face's square of fewer pixels is not blurred


def lightness(picture: Picture, place: Place | None = None) -> float:
    """Mean grey (0..255) of a picture, or of the middle of a face's square in it."""
    if place is not None:
        height, width = picture.shape[:2]
        x, y, half = place.x + place.side / 2, place.y + place.side / 2, place.side / 4
        columns = slice(max(0, int(x - half)), min(width, int(x + half) + 1))
        rows = slice(max(0, int(y - half)), min(height, int(y + half) + 1))
        part = picture[rows, columns]
        if part.size:
            picture = part
    step = max(1, min(picture.shape[:2]) // 64)
    return float(picture[::step, ::step].mean())


def is_hard_to_see(picture: Picture) -> bool:
    """Dark as a whole, or a bright ground that leaves who sits before it dark."""
    gray = picture[::8, ::8].mean(2)
    return bool(gray.mean() < DIM or (gray > GLARE).mean() > GLARING)


def brightened(picture: Picture, level: float, side: float) -> Picture:
    """The picture with a face of that lightness, `side` pixels wide, brought to a middle one.

    What is behind may go white: with a gain, landmarks were found to lie closer to where they are
    in good light than with evened contrast (0.4 against 0.7 % of the side at 6 % of the light).
    """
    gain = min(MOST, AIM / max(level, 1.0))
    if side >= SMALL:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), GRAIN), np.uint8)
    return np.asarray(cv2.LUT(picture, _gained(gain)), np.uint8)


def evened(picture: Picture) -> Picture:
    """Contrast evened out in patches (CLAHE, Zuiderveld 1994), on the lightness only: for a face
    whose place, and so whose lightness, is not known yet."""
    lab = cv2.cvtColor(cv2.GaussianBlur(picture, (0, 0), GRAIN), cv2.COLOR_RGB2LAB)
    lab[..., 0] = cv2.createCLAHE(4.0, (8, 8)).apply(lab[..., 0])
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), np.uint8)


def _gained(gain: float) -> NDArray[np.uint8]:
    return np.clip(np.arange(256) * gain, 0, 255).astype(np.uint8)
