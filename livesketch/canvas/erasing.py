"""Which pieces of the lines are left after the eraser, for files that know no eraser."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from livesketch.canvas.stroke import Stroke, mirrored

_SIDE = 1024  # pixels of the paper on which erased places are noted
_SHIFT = 4  # bits of a pixel that OpenCV is told

Table = NDArray[np.float64]  # (N, 6), as in Stroke


def left_over(strokes: Sequence[Stroke]) -> list[Table]:
    """The samples of each visible piece, in the order they were drawn, reflections after their originals.

    A sample is gone where a later eraser passed over it; what lies beside the paper stays whole.
    """
    gone = np.zeros((_SIDE, _SIDE), np.uint8)
    found: list[Table] = []
    for stroke in reversed(strokes):
        tables = [stroke.table]
        if stroke.brush.mirror is not None:
            tables.append(mirrored(stroke.table, stroke.brush.mirror))
        for table in reversed(tables):
            if stroke.brush.is_eraser:
                _rub(gone, table, stroke.brush.size)
            else:
                found += reversed(_pieces(gone, table))
    return found[::-1]


def _rub(gone: NDArray[np.uint8], table: Table, size: float) -> None:
    points = np.rint(np.clip(table[:, :2] * _SIDE, -(2**20), 2**20) * (1 << _SHIFT)).astype(
        np.int32
    )
    if len(points) == 1:
        points = np.concatenate([points, points])
    width = max(1, round(size * _SIDE))
    cv2.polylines(gone, [points], False, (1.0,), width, cv2.LINE_8, _SHIFT)


def _pieces(gone: NDArray[np.uint8], table: Table) -> list[Table]:
    cells = np.floor(table[:, :2] * _SIDE).astype(np.int64)
    is_inside = ((cells >= 0) & (cells < _SIDE)).all(1)
    x, y = np.clip(cells, 0, _SIDE - 1).T
    stays = ~(is_inside & (gone[y, x] > 0))
    ends = np.flatnonzero(np.diff(stays)) + 1
    runs = np.split(np.arange(len(table)), ends)
    return [table[run] for run in runs if len(run) and stays[run[0]]]
