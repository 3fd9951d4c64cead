"""Several faces as one picture: rows of equal squares, the first one above on the left."""

from collections.abc import Sequence

import cv2
import numpy as np

from livesketch.frames import Picture


def sheet(faces: Sequence[Picture]) -> Picture:
    """1, 4, 9 … faces (S, S, 3) -> (S, S, 3): all of them, smaller."""
    across = round(len(faces) ** 0.5)
    if across * across != len(faces):
        raise ValueError(f"{len(faces)} faces are no square")
    if across == 1:
        return faces[0]
    side = faces[0].shape[0]
    edges = np.round(np.linspace(0, side, across + 1)).astype(int)
    out = np.empty((side, side, 3), np.uint8)
    for number, face in enumerate(faces):
        row, column = divmod(number, across)
        (top, bottom), (left, right) = edges[row : row + 2], edges[column : column + 2]
        size = (int(right - left), int(bottom - top))
        out[top:bottom, left:right] = cv2.resize(face, size, interpolation=cv2.INTER_AREA)
    return out
