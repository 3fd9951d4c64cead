"""One photo after another as lines: what the `trace` command asks for."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from livesketch.errors import TraceError
from livesketch.frames import Picture, Sketch
from livesketch.tracing.face import FaceFinder
from livesketch.tracing.framing import crop, in_place
from livesketch.tracing.lines import draw, strokes_of

SIZE = 256  # side of the sketch; the networks take that


@dataclass(frozen=True, eq=False)
class Traced:
    """A photo's sketch (S, S), and if asked for the same as strokes (n, 2) in units of the side."""

    sketch: Sketch
    strokes: list[NDArray[np.float32]]


class Trace(Protocol):
    def __call__(self, picture: Picture) -> Traced: ...


@contextmanager
def tracer(style: str, detail: float, has_strokes: bool, size: int = SIZE) -> Iterator[Trace]:
    """A function that draws photos; TraceError from it where no face is found."""
    finder = FaceFinder(is_still=True)

    def trace(picture: Picture) -> Traced:
        face = finder.find(picture)
        if face is None:
            raise TraceError("no face was found.", "A face should fill a tenth of the picture.")
        square = crop(picture, face.place, size)
        landmarks = in_place(face.landmarks, face.place, size)
        outline = finder.silhouette(square)
        sketch = draw(square, landmarks, outline, style, detail)
        strokes = strokes_of(square, landmarks, outline, style, detail) if has_strokes else []
        return Traced(sketch, strokes)

    try:
        yield trace
    finally:
        finder.close()
