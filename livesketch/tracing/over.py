"""Lines drawn over a live face: they stick to it, follow its turns and its expressions, and join its drawing."""

import cv2
import numpy as np
from numpy.typing import NDArray

from livesketch.frames import Over, Sketch

NEIGHBOURS = 6  # landmarks that a point of a line holds on to
LOOSE = 0.12  # sides from the nearest landmark at which it holds on to the head only


def moved(points: NDArray[np.float64], over: Over, landmarks: NDArray[np.float32]) -> NDArray:
    """Where points (n, 2) of a line are now; everything in sides of the square around the face.

    The square itself follows the head's place, size and roll; the rest is the landmarks' doing.
    """
    then = over.anchors[:, :2].astype(np.float64)
    away = ((points[:, None] - then[None]) ** 2).sum(2)
    near = np.argsort(away, axis=1)[:, :NEIGHBOURS]
    distance = np.take_along_axis(away, near, 1)
    weights = 1 / (distance + 1e-4)
    weights /= weights.sum(1, keepdims=True)
    shift = landmarks[:, :2].astype(np.float64) - then
    hold = np.exp(-distance[:, :1] / (2 * LOOSE**2))
    return points + hold * (weights[..., None] * shift[near]).sum(1)


def drawn_over(
    sketch: Sketch, lines: tuple[Over, ...], landmarks: NDArray[np.float32], width: float
) -> Sketch:
    """The sketch (S, S) with the lines, in order; `landmarks` (478, 2 or 3) in sides of the square.

    A pen's line is `width` sides wide, as the sketch's own are; an eraser's as wide as it is.
    """
    if not lines:
        return sketch
    size = len(sketch)
    page = np.round(np.clip(sketch, 0, 1) * 255).astype(np.uint8)
    for over in lines:
        at = moved(over.points.astype(np.float64), over, landmarks)
        wide = over.width if over.is_eraser else width
        pixels = np.round((np.clip(at, -2, 3) * size - 0.5) * 16).astype(np.int32)
        if len(pixels) == 1:
            pixels = np.repeat(pixels, 2, 0)
        thickness = max(1, 2 * round((wide * size - 1.4) / 2.1))
        colour = 255 if over.is_eraser else 0
        cv2.polylines(page, [pixels], False, (colour,), thickness, cv2.LINE_AA, 4)
    return page.astype(np.float32) / np.float32(255)
