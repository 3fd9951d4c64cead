"""Turns a drawing made of pixels into strokes: thin it to one pixel, then walk along what is left."""

import cv2
import numpy as np
from numpy.typing import NDArray

_AROUND = ((-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1))


def strokes_in(
    sketch: NDArray[np.float32], shortest: float = 0.02, accuracy: float = 0.0025
) -> list[NDArray[np.float32]]:
    """Sketch (S, S) -> strokes (n, 2) of x, y in 0..1, long ones first.

    `shortest` and `accuracy` in units of the side. Thinning: Zhang and Suen 1984; polygons:
    Douglas and Peucker 1973.
    """
    size = len(sketch)
    ink = (sketch < 0.5).astype(np.uint8) * 255
    if not ink.any():
        return []
    thin = np.asarray(cv2.ximgproc.thinning(ink))
    strokes = []
    for walk in _walks(thin):
        points = np.array(walk, np.float32)[:, ::-1]
        if np.hypot(*np.diff(points, axis=0).T).sum() < shortest * size:
            continue
        kept = cv2.approxPolyDP(np.ascontiguousarray(points[:, None]), accuracy * size, False)
        strokes.append((np.asarray(kept, np.float32)[:, 0] + 0.5) / np.float32(size))
    return sorted(strokes, key=lambda s: -float(np.hypot(*np.diff(s, axis=0).T).sum()))


def _walks(thin: NDArray[np.generic]) -> list[list[tuple[int, int]]]:
    """Every pixel once, in paths of (row, column) that start at loose ends where there are any."""
    left = {(int(y), int(x)) for y, x in zip(*np.nonzero(thin), strict=True)}

    def neighbours(at: tuple[int, int]) -> list[tuple[int, int]]:
        y, x = at
        return [(y + dy, x + dx) for dy, dx in _AROUND if (y + dy, x + dx) in left]

    ends = sorted(at for at in left if len(neighbours(at)) == 1)
    walks = []
    for start in ends + sorted(left):
        if start not in left:
            continue
        walk = [start]
        left.discard(start)
        heading = (0, 0)
        while ahead := neighbours(walk[-1]):
            y, x = walk[-1]
            # At a crossing a pen goes straight on.
            nearest = max(ahead, key=lambda n: (n[0] - y) * heading[0] + (n[1] - x) * heading[1])
            walk.append(nearest)
            left.discard(nearest)
            back = walk[max(0, len(walk) - 5)]
            heading = (nearest[0] - back[0], nearest[1] - back[1])
        if len(walk) > 1:
            walks.append(walk)
    return walks
