"""Several faces as one picture: rows of equal squares, the first one above on the left."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

import cv2
import numpy as np

from livesketch.frames import Picture, Sketch

ROOM = (22, 23, 26)  # around the pictures

T = TypeVar("T")


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


def side_by_side(faces: Sequence[Picture]) -> Picture:
    """Any number of faces (S, S, 3) -> (S, S, 3): in rows, each as large as fits, the rest room."""
    if len(faces) == 1:
        return faces[0]
    side = faces[0].shape[0]
    out = np.empty((side, side, 3), np.uint8)
    out[:] = ROOM
    for (x, y), small, face in _places(faces, side):
        out[y : y + small, x : x + small] = cv2.resize(
            face, (small, small), interpolation=cv2.INTER_AREA
        )
    return out


def drawings_side_by_side(sketches: Sequence[Sketch]) -> Sketch:
    """The same for drawings (S, S), on one paper."""
    if len(sketches) == 1:
        return sketches[0]
    side = len(sketches[0])
    out = np.ones((side, side), np.float32)
    for (x, y), small, sketch in _places(sketches, side):
        out[y : y + small, x : x + small] = cv2.resize(
            sketch, (small, small), interpolation=cv2.INTER_AREA
        )
    return out


def _places(pictures: Sequence[T], side: int) -> Iterator[tuple[tuple[int, int], int, T]]:
    """Corner and side of each; the last row, and all rows together, in the middle."""
    count = len(pictures)
    across = int(np.ceil(count**0.5))
    rows = int(np.ceil(count / across))
    small = side // across
    for number, picture in enumerate(pictures):
        row, column = divmod(number, across)
        here = min(across, count - row * across)
        x = (side - here * small) // 2 + column * small
        yield (x, (side - rows * small) // 2 + row * small), small, picture
