"""Reads the shapes of an SVG file as lines, wherever groups and transforms have put them."""

import math
import re
from dataclasses import dataclass, field, replace
from xml.parsers import expat

import numpy as np
from numpy.typing import NDArray

from livesketch.canvas.svg_path import Line, ellipse, lines_of_path, numbers

_DEEPEST = 200
_MOST_POINTS = 500_000
_FARTHEST = 1e9  # from the page's corner; what lies beyond would be drawn as one dot
_HIDDEN = {"defs", "clipPath", "mask", "symbol", "marker", "pattern", "linearGradient", "title"}
_TRANSFORM = re.compile(r"(matrix|translate|scale|rotate|skewX|skewY)\s*\(([^)]*)\)")

Matrix = NDArray[np.float64]  # (2, 3)


class SvgError(Exception):
    """The file is not one that can be opened; the text says why, in the middle of a sentence."""


@dataclass(frozen=True)
class Shape:
    """One line in the units of the file's outermost picture."""

    points: Line  # (N, 2)
    width: float | None  # of the stroke, where the file gives one
    brush: str  # the name livesketch wrote beside it, or nothing


@dataclass(frozen=True)
class Drawing:
    shapes: list[Shape]
    view: tuple[float, float, float, float] | None  # x, y, width, height of the page


@dataclass(frozen=True)
class _Context:
    """What an element hands down to those inside."""

    matrix: Matrix = field(default_factory=lambda: np.eye(2, 3))
    width: float | None = None
    is_hidden: bool = False


def parse(content: bytes) -> Drawing:
    """SvgError for anything that is not an SVG, and for entities: they can grow without bound."""
    return _Parser().parse(content)


class _Parser:
    def __init__(self) -> None:
        self._contexts = [_Context()]
        self._shapes: list[Shape] = []
        self._view: tuple[float, float, float, float] | None = None
        self._has_root = False
        self._points = 0

    def parse(self, content: bytes) -> Drawing:
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.EntityDeclHandler = self._entity
        try:
            parser.Parse(content, True)
        except expat.ExpatError as error:
            if not self._has_root:
                raise SvgError("is not an SVG file") from error
            if not self._shapes:
                raise SvgError("is broken before its first whole shape") from error
        except (ValueError, LookupError) as error:  # an encoding nobody knows
            raise SvgError("is written in an unknown encoding") from error
        return Drawing(self._shapes, self._view)

    def _entity(self, *_: object) -> None:
        raise SvgError("defines entities, which are not opened here")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if not self._has_root:
            if tag != "svg":
                raise SvgError("is not an SVG file")
            self._has_root = True
            self._view = _page(attributes)
        if len(self._contexts) > _DEEPEST:
            raise SvgError("is nested too deeply")
        context = _inner(self._contexts[-1], tag, attributes)
        self._contexts.append(context)
        if context.is_hidden:
            return
        for line in _outlines(tag, attributes, self._view):
            self._points += len(line)
            if self._points > _MOST_POINTS:
                raise SvgError("holds too many points")
            with np.errstate(over="ignore", invalid="ignore"):
                placed = line @ context.matrix[:, :2].T + context.matrix[:, 2]
            if not (np.abs(placed) < _FARTHEST).all():
                continue
            width = context.width
            if width is not None:
                width *= math.sqrt(abs(float(np.linalg.det(context.matrix[:, :2]))))
            self._shapes.append(Shape(placed, width, attributes.get("data-brush", "")))

    def _end(self, _: str) -> None:
        self._contexts.pop()


def _inner(outer: _Context, tag: str, attributes: dict[str, str]) -> _Context:
    style = dict(
        [part.strip() for part in rule.split(":", 1)]
        for rule in attributes.get("style", "").split(";")
        if ":" in rule
    )
    context = outer
    given = attributes.get("stroke-width", attributes.get("data-width", ""))
    width = numbers(style.get("stroke-width", given))
    if width and width[0] > 0.0:
        context = replace(context, width=width[0])
    if (
        tag in _HIDDEN
        or style.get("display", attributes.get("display")) == "none"
        or style.get("visibility", attributes.get("visibility")) == "hidden"
    ):
        context = replace(context, is_hidden=True)
    matrix = outer.matrix
    for name, text in _TRANSFORM.findall(attributes.get("transform", "")):
        matrix = _times(matrix, _matrix(name, numbers(text)))
    return context if matrix is outer.matrix else replace(context, matrix=matrix)


def _times(a: Matrix, b: Matrix) -> Matrix:
    with np.errstate(over="ignore", invalid="ignore"):  # what comes of it is left out
        return np.concatenate([a[:, :2] @ b[:, :2], a[:, :2] @ b[:, 2:] + a[:, 2:]], axis=1)


def _matrix(name: str, values: list[float]) -> Matrix:
    """One transform; one with the wrong number of values changes nothing."""
    count = len(values)
    if name == "matrix" and count == 6:
        return np.array(values).reshape(3, 2).T
    if name == "translate" and count in (1, 2):
        return np.array([[1.0, 0.0, values[0]], [0.0, 1.0, values[1] if count == 2 else 0.0]])
    if name == "scale" and count in (1, 2):
        return np.array([[values[0], 0.0, 0.0], [0.0, values[-1], 0.0]])
    if name == "rotate" and count in (1, 3):
        angle = math.radians(values[0] % 360.0)
        cos, sin = math.cos(angle), math.sin(angle)
        x, y = (values[1], values[2]) if count == 3 else (0.0, 0.0)
        return np.array([[cos, -sin, x - cos * x + sin * y], [sin, cos, y - sin * x - cos * y]])
    if name == "skewX" and count == 1:
        return np.array([[1.0, math.tan(math.radians(values[0])), 0.0], [0.0, 1.0, 0.0]])
    if name == "skewY" and count == 1:
        return np.array([[1.0, 0.0, 0.0], [math.tan(math.radians(values[0])), 1.0, 0.0]])
    return np.eye(2, 3)


def _page(attributes: dict[str, str]) -> tuple[float, float, float, float] | None:
    view = numbers(attributes.get("viewBox", ""))
    if len(view) != 4:
        view = [0.0, 0.0, _length(attributes, "width"), _length(attributes, "height")]
        if "%" in attributes.get("width", "") + attributes.get("height", ""):
            return None
    if view[2] <= 0.0 or view[3] <= 0.0:
        return None
    return (view[0], view[1], view[2], view[3])


def _outlines(
    tag: str, attributes: dict[str, str], view: tuple[float, float, float, float] | None
) -> list[Line]:
    def length(name: str) -> float:
        return _length(attributes, name)

    if tag == "path" and attributes.get("data-line"):  # the middle of an outline of ours
        values = numbers(attributes["data-line"])
        return [np.array(values[: len(values) // 2 * 2]).reshape(-1, 2)] if len(values) > 3 else []
    if tag == "path":
        return lines_of_path(attributes.get("d", ""))
    if tag in ("polyline", "polygon"):
        values = numbers(attributes.get("points", ""))
        points = np.array(values[: len(values) // 2 * 2]).reshape(-1, 2)
        if tag == "polygon" and len(points):
            points = np.concatenate([points, points[:1]])
        return [points] if len(points) > 1 else []
    if tag == "line":
        return [np.array([[length("x1"), length("y1")], [length("x2"), length("y2")]])]
    if tag == "circle" and length("r") > 0.0:
        return [ellipse(length("cx"), length("cy"), length("r"), length("r"))]
    if tag == "ellipse" and length("rx") > 0.0 and length("ry") > 0.0:
        return [ellipse(length("cx"), length("cy"), length("rx"), length("ry"))]
    if tag == "rect" and length("width") > 0.0 and length("height") > 0.0:
        x0, y0 = length("x"), length("y")
        x1, y1 = x0 + length("width"), y0 + length("height")
        if "stroke" not in attributes and view is not None:
            covered = (x1 - x0) * (y1 - y0) / (view[2] * view[3])
            if covered > 0.95 or attributes.get("width") == "100%":
                return []  # the colour of the page
        return [np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]])]
    return []


def _length(attributes: dict[str, str], name: str) -> float:
    found = numbers(attributes.get(name, ""))
    return found[0] if found else 0.0
