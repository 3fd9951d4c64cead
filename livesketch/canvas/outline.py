"""The shape of one stroke: the box round it, and whether it closes into something round."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livesketch.canvas.stroke import Stroke

HEAD_SIZED = 0.27  # paper sides: an outline at least that high is a head as soon as it closes
_FLATTEST, _TALLEST = 0.5, 2.6  # height by width of a head


@dataclass(frozen=True, slots=True)
class Box:
    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    @property
    def centre(self) -> tuple[float, float]:
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2

    @property
    def is_like_a_head(self) -> bool:
        return _FLATTEST * self.width <= self.height <= _TALLEST * self.width

    def holds(self, point: tuple[float, float], slack: float = 0.0) -> bool:
        dx, dy = slack * self.width, slack * self.height
        return self.x0 - dx <= point[0] <= self.x1 + dx and self.y0 - dy <= point[1] <= self.y1 + dy

    def joined(self, other: "Box") -> "Box":
        return Box(
            min(self.x0, other.x0),
            min(self.y0, other.y0),
            max(self.x1, other.x1),
            max(self.y1, other.y1),
        )


def box_of(points: NDArray[np.float64]) -> Box:
    (x0, y0), (x1, y1) = points.min(0).tolist(), points.max(0).tolist()
    return Box(x0, y0, x1, y1)


class Outline:
    """One stroke, followed sample by sample until it closes into something round."""

    __slots__ = ("_area", "_length", "_start", "_x", "_y", "box", "closed")

    def __init__(self) -> None:
        self.box: Box | None = None
        self.closed: Box | None = None
        self._start = (0.0, 0.0)
        self._x = self._y = 0.0
        self._length = 0.0
        self._area = 0.0  # twice what the line and the chord back to its start enclose

    @property
    def start(self) -> tuple[float, float]:
        return self._start

    def add(self, x: float, y: float) -> bool:
        """True when with this sample the line has closed, or closed round something larger."""
        box = self.box
        if box is None:
            self.box = Box(x, y, x, y)
            self._start = (x, y)
            self._x, self._y = x, y
            return False
        start_x, start_y = self._start
        dx, dy = x - self._x, y - self._y
        self._length += math.sqrt(dx * dx + dy * dy)
        self._area += (self._x - start_x) * dy - (self._y - start_y) * dx
        self._x, self._y = x, y
        if not (box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1):
            box = self.box = box.joined(Box(x, y, x, y))
        width, height = box.width, box.height
        across = math.sqrt(width * width + height * height)
        gap_x, gap_y = x - start_x, y - start_y
        if (
            self._length < 1.8 * across
            or gap_x * gap_x + gap_y * gap_y > 0.06 * across * across
            or abs(self._area) < 1.0 * width * height  # a circle has pi / 2
        ):
            return False
        known = self.closed
        if known is not None and height < 1.3 * known.height and width < 1.3 * known.width:
            return False
        self.closed = box
        return True


@dataclass(frozen=True, slots=True, eq=False)
class Closings:
    """What a finished stroke encircled, in order, whatever was there before it."""

    stroke: Stroke  # so that its id stays its own
    box: Box | None
    closed: Box | None
    boxes: tuple[Box, ...]


def closing_boxes(
    outline: Outline, points: Sequence[Sequence[float]], axis: float | None
) -> Iterator[Box]:
    for x, y in points:
        if outline.add(x, y) and outline.closed is not None:
            yield outline.closed
        if axis is not None and outline.box is not None:
            both = with_reflection(outline.box, axis)
            near = 0.05 * both.height
            ends = max(abs(x - axis), abs(outline.start[0] - axis))
            if both.height >= HEAD_SIZED and ends < near:
                yield both


def closings_of(stroke: Stroke) -> Closings:
    outline = Outline()
    boxes = tuple(closing_boxes(outline, stroke.points.tolist(), stroke.brush.mirror))
    return Closings(stroke, outline.box, outline.closed, boxes)


def with_reflection(box: Box, axis: float) -> Box:
    return box.joined(Box(2.0 * axis - box.x1, box.y0, 2.0 * axis - box.x0, box.y1))
