"""Shadow guidance: faint lines, traced back from the face that is shown, which one may follow or ignore."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from livesketch.canvas.curve import curve_of
from livesketch.canvas.stroke import strokes_from_points
from livesketch.frames import Picture, Place, Result, Sketch
from livesketch.tracing.chains import (
    BROWS,
    EYES,
    IRISES,
    LIPS,
    MOUTH_LINE,
    NOSE_BASE,
    NOSE_RIDGE,
    OVAL,
)
from livesketch.worker import Worker

Line = NDArray[np.float64]  # (N, 2) in sides: of the face, or of the paper
Points = NDArray[np.float32]  # (478, 2) in sides of the face

# Which lines belong together: a key takes over one row. Left and right are the picture's.
PARTS: tuple[tuple[str, tuple[tuple[int, ...], ...]], ...] = (
    ("head", (OVAL,)),
    ("left eye", (EYES[0], IRISES[0])),
    ("right eye", (EYES[1], IRISES[1])),
    ("left brow", (BROWS[0],)),
    ("right brow", (BROWS[1],)),
    ("nose", (NOSE_RIDGE, NOSE_BASE)),
    ("mouth", (LIPS, MOUTH_LINE)),
)
_NEAR = 0.025  # sides of the sketch: a line so close to ink is drawn already
_DRAWN = 0.5  # share of a part's points: it is not suggested any more


@dataclass(frozen=True, eq=False)
class Suggestion:
    """The lines of one part, on the paper."""

    part: str
    lines: tuple[Line, ...]


class Suggestions:
    """Remembers the face that is looked at, and what was found in it. The looking is done in a Worker."""

    def __init__(
        self, start: Callable[[], Callable[[Picture], Points | None]] | None = None
    ) -> None:
        self._start = start or _start
        self._worker: Worker[Result, tuple[Result, Points | None]] | None = None
        self._asked: Result | None = None
        self.found: tuple[Suggestion, ...] = ()

    def look(self, answer: Result | None, is_wanted: bool) -> None:
        """Called every turn with the newest answer of the model; never waits."""
        if not is_wanted or answer is None or answer.face is None or _sketch(answer) is None:
            self.found = ()
            self._asked = None
            return
        if self._worker is None:
            self._worker = Worker(self._begin, "suggestions")
        if answer is not self._asked:
            self._asked = answer
            self._worker.submit(answer)
        done = self._worker.newest()
        if done is not None:
            seen, points = done
            sketch = _sketch(seen)
            place = seen.request.frame.place
            self.found = () if points is None or sketch is None else missing(points, sketch, place)

    def nearest(self, at: tuple[float, float] | None) -> Suggestion | None:
        """The part whose lines come nearest to that place on the paper; the first one without a place."""
        if at is None or not self.found:
            return self.found[0] if self.found else None
        return min(self.found, key=lambda one: _distance(one.lines, at))

    def take(self, one: Suggestion) -> None:
        """It is drawn now."""
        self.found = tuple(other for other in self.found if other is not one)

    def close(self) -> None:
        if self._worker is not None:
            self._worker.close(timeout=0.0)
            self._worker = None

    def _begin(self) -> Callable[[Result], tuple[Result, Points | None]]:
        find = self._start()

        def look_at(answer: Result) -> tuple[Result, Points | None]:
            return answer, None if answer.face is None else find(answer.face)

        return look_at


def missing(points: Points, sketch: Sketch, place: Place) -> tuple[Suggestion, ...]:
    """The parts that are in the face and not yet in the drawing, where they would be on the paper."""
    size = sketch.shape[0]
    away = cv2.distanceTransform((sketch > 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    found = []
    for part, chains in PARTS:
        lines = [_line(points, chain) for chain in chains]
        every = np.clip((np.concatenate(lines) * size).astype(int), 0, size - 1)
        drawn = (away[every[:, 1], every[:, 0]] < _NEAR * size).mean()
        if drawn < _DRAWN:
            smooth = (_smooth(line) for line in lines)
            on_paper = tuple((place.x, place.y) + place.side * line for line in smooth)
            found.append(Suggestion(part, on_paper))
    return tuple(found)


def _line(points: Points, chain: tuple[int, ...]) -> Line:
    """A chain as it is; an iris, told by its middle and four points around it, as a circle."""
    line = np.asarray(points[list(chain)], np.float64)
    if chain not in IRISES:
        return line
    angle = np.linspace(0.0, 2.0 * math.pi, 25)
    radius = float(np.hypot(*(line[1:] - line[0]).T).mean())
    return line[0] + radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _smooth(line: Line) -> Line:
    (stroke,) = strokes_from_points([line])
    return curve_of(stroke.table).points[:, :2]


def _sketch(answer: Result) -> Sketch | None:
    """What the model saw of a drawing; None for a photo."""
    return answer.request.frame.sketch


def _distance(lines: Sequence[Line], at: tuple[float, float]) -> float:
    return min(float(np.hypot(*(line - at).T).min()) if len(line) else math.inf for line in lines)


def _start() -> Callable[[Picture], Points | None]:
    # MediaPipe takes seconds to import, and who wants no suggestions never needs it
    from livesketch.tracing.face import FaceFinder

    finder = FaceFinder(is_still=True)

    def find(picture: Picture) -> Points | None:
        face = finder.find(picture)
        if face is None:
            return None
        height, width = picture.shape[:2]
        return (face.landmarks[:, :2] / (width, height)).astype(np.float32)

    return find
