"""The ways a stroke is painted: thin and clean for the network, in ink or in a wash for the eye."""

import math
from collections.abc import Sequence
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from livesketch.canvas.brush import Brush
from livesketch.canvas.curve import Curve
from livesketch.canvas.ink import Rect, area_of, paint
from livesketch.canvas.stroke import Box
from livesketch.canvas.viewpoint import Viewpoint
from livesketch.frames import Place

_WIDTH = 3 / 256  # of the line that the network sees, in sides of the sketch
_STEP = 1.5 / 256  # between two points of it: dense samples must not make it bolder
_RUN = 16  # points drawn in one go
_SHIFT = 4  # bits of a pixel that OpenCV is told

Raster = NDArray[np.uint8]  # (H, H)


class Line(Protocol):
    """Paints one stroke while it grows; returns the rectangles that it may have changed.

    `below` is what lies under the stroke, the same all the time. A stroke has two paths where its
    brush mirrors.
    """

    def advance(self, raster: Raster, below: Raster, paths: Sequence[Curve]) -> list[Rect]:
        """Paint what of `paths` is firm and not painted yet: for good."""
        ...

    def rest(self, raster: Raster, below: Raster, paths: Sequence[Curve]) -> list[Rect]:
        """Paint the provisional rest after that. On a finished stroke this is what ends it."""
        ...

    def rest_areas(self, paths: Sequence[Curve]) -> list[Rect]:
        """Where `rest` may paint, within the raster."""
        ...


class ThinLine:
    """A stroke for the network: straight anti-aliased pieces, as the training drawings are made."""

    def __init__(self, size: int, place: Place, brush: Brush) -> None:
        self._threads = [
            _Thread(size, place, brush) for _ in range(1 if brush.mirror is None else 2)
        ]

    def advance(self, raster: Raster, below: Raster, paths: Sequence[Curve]) -> list[Rect]:
        rects: list[Rect] = []
        for thread, path in zip(self._threads, paths, strict=True):
            rects += thread.advance(raster, path)
        return rects

    def rest(self, raster: Raster, below: Raster, paths: Sequence[Curve]) -> list[Rect]:
        rects: list[Rect] = []
        for thread, path in zip(self._threads, paths, strict=True):
            rects += thread.rest(raster, path)
        return rects

    def rest_areas(self, paths: Sequence[Curve]) -> list[Rect]:
        areas = [thread.rest_area(path) for thread, path in zip(self._threads, paths, strict=True)]
        return [area for area in areas if area[2] > 0 and area[3] > 0]


class _Thread:
    """One path of a thin line."""

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
    """An opaque stroke for the eye: the brush's width, following pressure."""

    def __init__(self, size: int, view: Viewpoint, brush: Brush) -> None:
        self._size = size
        self._view = view
        self._brush = brush.scaled(view.zoom)
        self._used = [0, 0]  # firm points of each path that are painted

    def advance(self, raster: Raster, below: Raster, paths: Sequence[Curve]) -> list[Rect]:
        rects: list[Rect] = []
        for number, path in enumerate(paths):
            fresh = path.firm[max(self._used[number] - 1, 0) :]
            self._used[number] = len(path.firm)
            rects += paint(raster, self._view.seen(fresh), self._brush)
        return rects

    def rest(self, raster: Raster, below: Raster, paths: Sequence[Curve]) -> list[Rect]:
        rects: list[Rect] = []
        for path in paths:
            rects += paint(raster, self._view.seen(_rest_of(path)), self._brush, is_dot=True)
        return rects

    def rest_areas(self, paths: Sequence[Curve]) -> list[Rect]:
        areas = [
            area_of(self._view.seen(_rest_of(path)), self._brush, self._size) for path in paths
        ]
        return [area for area in areas if area[2] > 0 and area[3] > 0]


class WashLine:
    """A soft or pale stroke for the eye: it lies over what is below, and never over itself.

    Where it lay down is kept apart from the raster, so that one stroke darkens a place once,
    however often it passes.
    """

    def __init__(self, size: int, view: Viewpoint, brush: Brush, grain: Raster | None) -> None:
        self._line = InkLine(size, view, brush)
        self._cover = np.zeros((size, size), np.uint8)
        self._grain = grain if brush.has_grain else None

    def advance(self, raster: Raster, below: Raster, paths: Sequence[Curve]) -> list[Rect]:
        rects = self._line.advance(self._cover, below, paths)
        for rect in rects:
            self._lay(raster, below, rect)
        return rects

    def rest(self, raster: Raster, below: Raster, paths: Sequence[Curve]) -> list[Rect]:
        areas = self._line.rest_areas(paths)
        firm = [cut(self._cover, area).copy() for area in areas]
        self._line.rest(self._cover, below, paths)
        for area in areas:
            self._lay(raster, below, area)
        for area, before in zip(areas, firm, strict=True):
            cut(self._cover, area)[:] = before
        return areas

    def rest_areas(self, paths: Sequence[Curve]) -> list[Rect]:
        return self._line.rest_areas(paths)

    def _lay(self, raster: Raster, below: Raster, rect: Rect) -> None:
        cover = cut(self._cover, rect).astype(np.int32)
        if self._grain is not None:  # the deeper the tooth, the harder one must press to reach it
            grain = cut(self._grain, rect).astype(np.int32)
            cover = np.clip((22 * cover - 12 * grain) // 10, 0, cover)
        ground = cut(below, rect).astype(np.int32)
        cut(raster, rect)[:] = ground + ((255 - ground) * cover + 127) // 255


def thin_rect(box: Box, place: Place, size: int) -> Rect:
    """The pixels that the thin line of a stroke with that box may touch, its eraser's width included."""
    scale = size / place.side
    margin = _WIDTH * size + 4.0
    low = [(box[0] - place.x) * scale - margin, (box[1] - place.y) * scale - margin]
    high = [(box[2] - place.x) * scale + margin, (box[3] - place.y) * scale + margin]
    return _within(low, high, size)


def thin_reach(rect: Rect, place: Place, size: int) -> Box:
    """The boxes of strokes that may touch those pixels lie within."""
    x, y, width, height = rect
    scale, margin = place.side / size, _WIDTH * size + 5.0
    return (
        place.x + (x - margin) * scale,
        place.y + (y - margin) * scale,
        place.x + (x + width + margin) * scale,
        place.y + (y + height + margin) * scale,
    )


def ink_reach(rect: Rect, view: Viewpoint, size: int) -> Box:
    """The same before the eye."""
    x, y, width, height = rect
    left, top, right, bottom = x - 5.0, y - 5.0, x + width + 5.0, y + height + 5.0
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    xs, ys = zip(*(view.to_paper(a / size, b / size) for a, b in corners), strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def ink_rect(box: Box, view: Viewpoint, size: int) -> Rect:
    """The pixels that a stroke with that box may touch before the eye."""
    corners = np.array([[x, y] for x in (box[0], box[2]) for y in (box[1], box[3])])
    seen = view.seen(corners) * size
    return _within((seen.min(0) - 4.0).tolist(), (seen.max(0) + 4.0).tolist(), size)


def _within(low: Sequence[float], high: Sequence[float], size: int) -> Rect:
    x0, y0 = (math.floor(min(max(value, 0), size)) for value in low)
    x1, y1 = (math.ceil(min(max(value, 0), size)) for value in high)
    return (x0, y0, max(x1 - x0, 0), max(y1 - y0, 0))


def cut(raster: Raster, rect: Rect) -> Raster:
    x, y, width, height = rect
    return raster[y : y + height, x : x + width]


def _rest_of(path: Curve) -> NDArray[np.float64]:
    return np.concatenate([path.firm[-1:], path.tail])
