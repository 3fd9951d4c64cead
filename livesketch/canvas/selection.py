"""Picking strokes out of a drawing and laying them elsewhere: moved, turned, larger or smaller."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from livesketch.canvas.stroke import Box, Stroke, mirrored

Matrix = NDArray[np.float64]  # (2, 3): a similarity of the paper

_SMALLEST, _LARGEST = 1e-4, 1.0  # paper sides: widths that a scaled brush may have


def stroke_at(strokes: Sequence[Stroke], x: float, y: float, reach: float) -> Stroke | None:
    """The topmost line within `reach` paper sides of that place; what was erased with is no line."""
    for stroke in reversed(strokes):
        left, top, right, bottom = stroke.box
        if stroke.brush.is_eraser or not (
            left - reach <= x <= right + reach and top - reach <= y <= bottom + reach
        ):
            continue
        near = reach + 0.5 * stroke.brush.size
        for path in stroke.paths:
            if _distance(path.points[:, :2], x, y) <= near:
                return stroke
    return None


def strokes_within(strokes: Iterable[Stroke], box: Box) -> list[Stroke]:
    """Those that lie wholly in the box, places that were erased included."""
    found = []
    for stroke in strokes:
        left, top, right, bottom = stroke.span
        if (
            left >= box[0]
            and top >= box[1]
            and right <= box[2]
            and bottom <= box[3]
            and len(stroke)
        ):
            found.append(stroke)
    return found


def box_around(strokes: Sequence[Stroke]) -> Box | None:
    """What these lines cover, without their width."""
    spans = [stroke.span for stroke in strokes if len(stroke)]
    if not spans:
        return None
    lefts, tops, rights, bottoms = zip(*spans, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def moving(dx: float, dy: float) -> Matrix:
    return np.array([[1.0, 0.0, dx], [0.0, 1.0, dy]])


def turning(degrees: float, factor: float, centre: tuple[float, float]) -> Matrix:
    """Turned clockwise and scaled about a place that stays."""
    angle = math.radians(degrees)
    cos, sin = factor * math.cos(angle), factor * math.sin(angle)
    x, y = centre
    return np.array([[cos, -sin, x - cos * x + sin * y], [sin, cos, y - sin * x - cos * y]])


def laid_elsewhere(
    strokes: Sequence[Stroke], chosen: set[int], matrix: Matrix
) -> tuple[list[Stroke], list[Stroke]]:
    """All strokes with the chosen ones (by id) laid elsewhere, and those anew, in their order.

    A stroke with a reflection becomes two, because its mirror does not go along.
    """
    everything: list[Stroke] = []
    anew: list[Stroke] = []
    for stroke in strokes:
        if id(stroke) in chosen:
            laid = _laid(stroke, matrix)
            anew += laid
            everything += laid
        else:
            everything.append(stroke)
    return everything, anew


def _laid(stroke: Stroke, matrix: Matrix) -> list[Stroke]:
    tables = [stroke.table]
    if stroke.brush.mirror is not None:
        tables.append(mirrored(stroke.table, stroke.brush.mirror))
    factor = math.sqrt(abs(float(np.linalg.det(matrix[:, :2]))))
    size = min(max(stroke.brush.size * factor, _SMALLEST), _LARGEST)
    brush = replace(stroke.brush, size=size, mirror=None)
    laid = []
    for table in tables:
        moved = table.copy()
        moved[:, :2] = table[:, :2] @ matrix[:, :2].T + matrix[:, 2]
        laid.append(Stroke(moved, brush))
    return laid


def _distance(points: NDArray[np.float64], x: float, y: float) -> float:
    """From a place to a line through points (N, 2)."""
    if len(points) == 0:
        return math.inf
    here = np.array([x, y])
    if len(points) == 1:
        return float(np.hypot(*(points[0] - here)))
    start, step = points[:-1], np.diff(points, axis=0)
    square = np.maximum(np.square(step).sum(1), 1e-18)
    t = np.clip(((here - start) * step).sum(1) / square, 0.0, 1.0)
    away = start + step * t[:, None] - here
    return float(np.sqrt(np.square(away).sum(1).min()))
