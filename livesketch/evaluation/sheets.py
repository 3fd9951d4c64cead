"""Contact sheets: drawing, looks, photo, side by side, in the order of their names."""

from collections.abc import Sequence

import cv2
import numpy as np

from livesketch.frames import Picture, Sketch

ROOM = (0x16, 0x17, 0x1A)
GAP = 4


def as_picture(sketch: Sketch) -> Picture:
    grey = np.rint(np.clip(sketch, 0, 1) * 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


def contact_sheet(rows: Sequence[Sequence[Picture]], side: int = 128, across: int = 1) -> Picture:
    """Rows of square pictures of any size, `across` rows beside one another on each line.

    Shorter rows leave the room dark.
    """
    cells = max((len(row) for row in rows), default=1)
    lines = -(-len(rows) // across) or 1
    block = cells * (side + GAP) + 2 * GAP
    sheet = np.full((lines * (side + GAP) + GAP, across * block, 3), ROOM, np.uint8)
    for number, row in enumerate(rows):
        y = GAP + number // across * (side + GAP)
        for cell, picture in enumerate(row):
            x = GAP + number % across * block + cell * (side + GAP)
            sheet[y : y + side, x : x + side] = _sized(picture, side)
    return sheet


def _sized(picture: Picture, side: int) -> Picture:
    how = cv2.INTER_AREA if picture.shape[0] > side else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, (side, side), interpolation=how), np.uint8)
