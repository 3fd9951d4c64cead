"""The outlines of SVG shapes as plain lines: path data, arcs and curves included."""

import math
import re
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Line = NDArray[np.float64]  # (N, 2)
_Point = tuple[float, float]

_NUMBER = re.compile(r"[\s,]*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)")
_COMMAND = re.compile(r"[\s,]*([MmLlHhVvCcSsQqTtAaZz])")
_FLAG = re.compile(r"[\s,]*([01])")
_ARGUMENTS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}
_CURVE_PIECES = 24
_ARC_PIECE = math.pi / 48
_MOST_POINTS = 300_000
_MOST_NUMBERS = 1_200_000  # of one list, more than are drawn: what comes after is not even read


def numbers(text: str) -> list[float]:
    """The numbers at the start of a text, up to what is none, or to very many."""
    found, position = [], 0
    while len(found) < _MOST_NUMBERS and (match := _NUMBER.match(text, position)):
        found.append(_finite(match[1]))
        position = match.end()
    return found


def lines_of_path(data: str) -> list[Line]:
    """Path data (SVG 1.1, section 8.3) as lines; what stands behind an error is left out, as browsers do."""
    return _Reader(data).read()


def ellipse(x: float, y: float, radius_x: float, radius_y: float) -> Line:
    angles = np.linspace(0.0, 2.0 * math.pi, 97)
    return np.stack([x + radius_x * np.cos(angles), y + radius_y * np.sin(angles)], axis=1)


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else 0.0


class _Reader:
    def __init__(self, data: str) -> None:
        self._data = data
        self._position = 0
        self._lines: list[list[_Point]] = []
        self._line: list[_Point] = []
        self._here: _Point = (0.0, 0.0)
        self._start: _Point = (0.0, 0.0)
        self._handle: tuple[str, _Point] = ("", (0.0, 0.0))  # the last curve's second handle
        self._points = 0

    def read(self) -> list[Line]:
        command = ""
        while self._points < _MOST_POINTS:
            match = _COMMAND.match(self._data, self._position)
            if match:
                command, self._position = match[1], match.end()
            elif not command or command in "Zz":
                break
            arguments = self._arguments(command.upper())
            if arguments is None:
                break
            self._do(command, arguments)
            if command in "Mm":  # further pairs are lines
                command = "L" if command == "M" else "l"
            elif command in "Zz" and not _COMMAND.match(self._data, self._position):
                break
        self._lift()
        return [np.array(line) for line in self._lines]

    def _arguments(self, command: str) -> list[float] | None:
        found: list[float] = []
        for number in range(_ARGUMENTS[command]):
            pattern = _FLAG if command == "A" and number in (3, 4) else _NUMBER
            match = pattern.match(self._data, self._position)
            if not match:
                return None
            found.append(_finite(match[1]))
            self._position = match.end()
        return found

    def _do(self, command: str, arguments: list[float]) -> None:
        kind = command.upper()
        x, y = self._here if command.islower() else (0.0, 0.0)
        if kind == "Z":
            self._to([self._start])
            self._lift()
            self._here = self._start
            return
        if kind == "H":
            end = (x + arguments[0], self._here[1])
        elif kind == "V":
            end = (self._here[0], y + arguments[0])
        else:
            end = (x + arguments[-2], y + arguments[-1])
        if kind == "M":
            self._lift()
            self._here = self._start = end
        elif kind in "LHV":
            self._to([end])
        elif kind == "A":
            self._to(_arc(self._here, arguments, end))
        else:
            self._curve(kind, [(x + a, y + b) for a, b in _pairs(arguments)], end)
            return
        self._handle = ("", end)

    def _curve(self, kind: str, points: list[_Point], end: _Point) -> None:
        is_cubic = kind in "CS"
        if kind in "ST":  # the first handle mirrors the last curve's second one
            known, handle = self._handle
            if known != ("cubic" if is_cubic else "quadratic"):
                handle = self._here
            mirrored = (2 * self._here[0] - handle[0], 2 * self._here[1] - handle[1])
            points = [mirrored, *points]
        self._handle = ("cubic" if is_cubic else "quadratic", points[-2])
        controls = np.array([self._here, *points])
        t = (np.arange(1, _CURVE_PIECES + 1) / _CURVE_PIECES)[:, None]
        layers = [np.broadcast_to(point, (len(t), 2)) for point in controls]
        while len(layers) > 1:  # de Casteljau
            layers = [a + (b - a) * t for a, b in pairwise(layers)]
        self._to([(float(x), float(y)) for x, y in layers[0][:-1]] + [end])

    def _to(self, points: list[_Point]) -> None:
        if not self._line:
            self._line = [self._here]
        self._line += points
        self._points += len(points)
        self._here = points[-1]

    def _lift(self) -> None:
        if len(self._line) > 1:
            self._lines.append(self._line)
        self._line = []


def _pairs(values: list[float]) -> list[_Point]:
    return list(zip(values[::2], values[1::2], strict=True))


def _arc(start: _Point, arguments: list[float], end: _Point) -> list[_Point]:
    """An elliptical arc, from end points to its centre (SVG 1.1, appendix F.6)."""
    radius_x, radius_y = abs(arguments[0]), abs(arguments[1])
    is_large, is_sweep = bool(arguments[3]), bool(arguments[4])
    if start == end or radius_x < 1e-12 or radius_y < 1e-12:
        return [end]
    turn = math.radians(arguments[2] % 360.0)
    cos, sin = math.cos(turn), math.sin(turn)
    half_x, half_y = (start[0] - end[0]) / 2, (start[1] - end[1]) / 2
    x, y = cos * half_x + sin * half_y, cos * half_y - sin * half_x
    stretch = (x / radius_x) ** 2 + (y / radius_y) ** 2
    if stretch > 1.0:  # too small to reach: as large as needed
        radius_x, radius_y = radius_x * math.sqrt(stretch), radius_y * math.sqrt(stretch)
        stretch = 1.0
    away = math.sqrt(max(1.0 / stretch - 1.0, 0.0)) * (-1.0 if is_large == is_sweep else 1.0)
    centre_x, centre_y = away * radius_x * y / radius_y, -away * radius_y * x / radius_x
    first = math.atan2((y - centre_y) / radius_y, (x - centre_x) / radius_x)
    last = math.atan2((-y - centre_y) / radius_y, (-x - centre_x) / radius_x)
    sweep = last - first
    if is_sweep and sweep < 0.0:
        sweep += 2.0 * math.pi
    elif not is_sweep and sweep > 0.0:
        sweep -= 2.0 * math.pi
    middle_x, middle_y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    points = []
    pieces = max(math.ceil(abs(sweep) / _ARC_PIECE), 1)
    for number in range(1, pieces):
        angle = first + sweep * number / pieces
        a, b = centre_x + radius_x * math.cos(angle), centre_y + radius_y * math.sin(angle)
        points.append((cos * a - sin * b + middle_x, sin * a + cos * b + middle_y))
    return [*points, end]
