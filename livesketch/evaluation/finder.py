"""Finds the face in what a model made, once and without patience: a face one must search for is none."""

from pathlib import Path

import cv2
import numpy as np

from livesketch.evaluation.landmarks import Landmarks
from livesketch.frames import Picture
from livesketch.sources.picture import read_picture
from livesketch.tracing.meshes import open_mesh

SIDE = 256  # faces are looked for at this size, whatever the model's resolution
EDGE = 64  # of grey around it, because the detector wants to see past the head
GRAY = 110


class Finder:
    """Still-picture mode: no picture knows of the one before. One thread at a time.

    FaceFinder in tracing.face retries closer, wider and in tiles; that is right for people with a
    camera, and would flatter a model.
    """

    def __init__(self) -> None:
        self._mesh = open_mesh(is_still=True)

    def find(self, picture: Picture) -> Landmarks | None:
        """A square picture (S, S, 3) -> landmarks (478, 2) in units of its side, or None."""
        how = cv2.INTER_CUBIC if picture.shape[0] < SIDE else cv2.INTER_AREA
        small = cv2.resize(picture, (SIDE, SIDE), interpolation=how)
        padded = np.full((SIDE + 2 * EDGE, SIDE + 2 * EDGE, 3), GRAY, np.uint8)
        padded[EDGE:-EDGE, EDGE:-EDGE] = small
        points = self._mesh.points(padded)
        if points is None:
            return None
        return ((points[:, :2] - EDGE) / SIDE).astype(np.float32)

    def close(self) -> None:
        self._mesh.close()


def read_square(path: Path) -> Picture:
    """A photo in the frame of the drawing over it: in the middle of a grey square, as drawings are."""
    picture = read_picture(path)
    height, width = picture.shape[:2]
    side = max(height, width)
    square = np.full((side, side, 3), GRAY, np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = picture
    return square
