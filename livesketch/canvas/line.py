"""The two ways a stroke is painted: thin and clean for the network, in ink for the eye."""

import cv2
import numpy as np
from numpy.typing import NDArray

from livesketch.canvas.brush import Brush
from livesketch.canvas.curve import Curve
from livesketch.canvas.ink import Rect, area_of, paint
from livesketch.canvas.layer import Raster
from livesketch.frames import Place

_WIDTH = 3 / 256  # of the line that the network sees, in sides of the sketch
_STEP = 1.5 / 256  # between two points of it: dense samples must not make it bolder
_RUN = 16  # points drawn in one go
_SHIFT = 4  # bits of a pixel that OpenCV is told


class ThinLine:
    """A stroke for the network: straight anti-aliased pieces, as the training drawings are made."""

    def __init__(self, size: int, place: Place, brush: Brush) -> None:
        self._scale = size / place.side
        self._origin = np.array([place.x, place.y])
        self._step = _STEP * place.side  # paper sides
        self._colour = (255.0,) if brush.is_eraser else (0.0,)
        width = brush.size * self._scale if brush.is_eraser else _WIDTH * size
        self._width = min(max(round(width), 1), 4 * size)
        self._size = size
        self._margin = self._width // 2 + 3
        self._used = 0  # firm points of the path that were looked at
        self._last_step = -1
        self._run: list[NDArray[np.int32]] = []  # points (n, 2) of the run that is not full yet
        self._run_length = 0

    def advance(self, raster: Raster, path: Curve) -> list[Rect]:
        rects = []
        firm = path.firm
        fresh = firm[self._used :]
        if len(fresh):
            self._used = len(firm)
            points, self._last_step = self._thinned(fresh)
            self._run.append(points)
            self._run_length += len(points)
        if self._run_length > _RUN:
            points = np.concatenate(self._run)
            first = 0
            while len(points) - first > _RUN:
                run = points[first : first + _RUN + 1]
                self._draw(raster, run)
                rects.append(self._area(run))
                first += _RUN
            self._run = [points[first:]]
            self._run_length = len(points) - first
        return [rect for rect in rects if rect[2] > 0 and rect[3] > 0]

    def rest(self, raster: Raster, path: Curve) -> list[Rect]:
        points = self._rest_points(path)
        area = self._area(points)
        if len(points) == 0 or area[2] <= 0 or area[3] <= 0:
            return []
        self._draw(raster, points)
        return [area]

    def rest_area(self, path: Curve) -> Rect:
        return self._area(self._rest_points(path))

    def _rest_points(self, path: Curve) -> NDArray[np.int32]:
        pieces = list(self._run)
        if len(path.tail):
            points, _ = self._thinned(path.tail)
            pieces.append(points)
            pieces.append(self._pixels(path.tail[-1:]))  # the line reaches the pen
        return np.concatenate(pieces) if pieces else np.empty((0, 2), np.int32)

    def _thinned(self, points: NDArray[np.float64]) -> tuple[NDArray[np.int32], int]:
        """Those points (N, 2) that begin another step of the line's length, in OpenCV's pixels."""
        steps = np.floor(points[:, 3] / self._step).astype(np.int64)
        begins = np.empty(len(points), bool)
        begins[0] = steps[0] != self._last_step
        begins[1:] = steps[1:] != steps[:-1]
        return self._pixels(points[begins]), int(steps[-1])

    def _pixels(self, points: NDArray[np.float64]) -> NDArray[np.int32]:
        scaled = (points[:, :2] - self._origin) * (self._scale * (1 << _SHIFT))
        return np.rint(np.clip(scaled, -(2**24), 2**24)).astype(np.int32)

    def _draw(self, raster: Raster, points: NDArray[np.int32]) -> None:
        if len(points) == 1:
            points = np.concatenate([points, points])
        cv2.polylines(raster, [points], False, self._colour, self._width, cv2.LINE_AA, _SHIFT)

    def _area(self, points: NDArray[np.int32]) -> Rect:
        if len(points) == 0:
            return (0, 0, 0, 0)
        x0, y0 = (points.min(0) >> _SHIFT).tolist()
        x1, y1 = (points.max(0) >> _SHIFT).tolist()
        x0, y0 = max(x0 - self._margin, 0), max(y0 - self._margin, 0)
        x1, y1 = min(x1 + self._margin + 1, self._size), min(y1 + self._margin + 1, self._size)
        return (x0, y0, max(x1 - x0, 0), max(y1 - y0, 0))


class InkLine:
    """A stroke for the eye: the brush's width, following pressure."""

    def __init__(self, size: int, brush: Brush) -> None:
        self._size = size
        self._brush = brush
        self._used = 0  # firm points that are painted

    def advance(self, raster: Raster, path: Curve) -> list[Rect]:
        fresh = path.firm[max(self._used - 1, 0) :]
        self._used = len(path.firm)
        return paint(raster, fresh, self._brush)

    def rest(self, raster: Raster, path: Curve) -> list[Rect]:
        return paint(raster, _rest_of(path), self._brush, is_dot=True)

    def rest_area(self, path: Curve) -> Rect:
        return area_of(_rest_of(path), self._brush, self._size)


def _rest_of(path: Curve) -> NDArray[np.float64]:
    return np.concatenate([path.firm[-1:], path.tail])
