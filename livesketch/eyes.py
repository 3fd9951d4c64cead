"""The first half of a request's road: who is in its picture, and in which lines they are drawn. Knows no model."""

import time
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from livesketch.everybody import Everybody, Person
from livesketch.frames import Picture, Request
from livesketch.post import composite
from livesketch.tracer import Steps, Tracer, setting, timed

NO_FACE = "no face in the picture"
PHOTO_SIDE = 256  # pixels at which a face is cut out for models that redo pictures
SMALL = 128  # pixels: a still picture below that shows nothing but a face


@dataclass(frozen=True, eq=False)
class Drawn:
    """What a model makes faces of, for which request. A drawing that nobody had to look at is that alone.

    `people` by their seats, of a picture; `square` (S, S, 3) is shown to models that redo pictures,
    and `is_cut`: it shows somebody else than the one before. `person` float32 (H, W), 0 behind .. 1 person, of
    the whole picture, and `own` (S, S, 3), whom one's own look is of: where they are asked for.
    """

    request: Request
    started: float | None = None  # time.monotonic(); None: when the model begins
    people: tuple[Person, ...] = ()
    square: Picture | None = None
    is_cut: bool = False
    person: NDArray[np.float32] | None = None
    own: Picture | None = None
    steps: Steps = field(default_factory=dict)  # milliseconds
    note: str = ""


class Eyes:
    """For a model of that task, whose drawings and faces have these sides. One thread at a time."""

    def __init__(self, task: str, sketch_size: int, resolution: int) -> None:
        self._task, self._size, self._resolution = task, sketch_size, resolution
        self._tracer = Tracer(sketch_size if task == "sketch" else max(sketch_size, PHOTO_SIDE))
        self._everybody: Everybody | None = None

    def drawn(self, request: Request) -> Drawn:
        """Raises TraceError, where the face finder cannot be had."""
        started, picture = time.monotonic(), request.frame.picture
        if picture is None:
            return Drawn(request, started)
        if self._task in ("photo", "lowres"):
            return self._photo(request, picture, started)
        if self._task != "sketch":
            return Drawn(request, started)
        steps: Steps = {}
        people = self._people(request, picture, steps)
        person = None
        if people and needs_person(request, len(people)):
            with timed(steps, "person"):
                person = self._tracer.person(people[0].traced, request.frame.is_live)
        own = self.face_square(picture) if request.wants_look else None
        note = "" if people else NO_FACE
        return Drawn(
            request, started, tuple(people), person=person, own=own, steps=steps, note=note
        )

    def face_square(self, picture: Picture) -> Picture | None:
        """The face of a still picture, framed and levelled, as large as the model's."""
        return self._tracer.face_square(picture, self._resolution)

    def close(self) -> None:
        self._tracer.close()
        if self._everybody is not None:
            self._everybody.close()

    def _people(self, request: Request, picture: Picture, steps: Steps) -> list[Person]:
        frame, settings, over = request.frame, request.settings, request.over
        if bool(setting(settings, "everybody")):
            if self._everybody is None:
                self._everybody = Everybody(self._size)
            return self._everybody.traced(frame, picture, settings, steps, over)
        found = self._tracer.trace(frame, picture, settings, steps, over)
        return [] if found is None else [Person(0, *found, self._tracer.is_cut)]

    def _photo(self, request: Request, picture: Picture, started: float) -> Drawn:
        """What a model that redoes pictures is shown: the face, framed; for "lowres" made small.

        A still picture without a face, or a tiny one, is taken as it is.
        """
        frame, settings = request.frame, request.settings
        square, steps = None, {}
        is_tiny = min(picture.shape[:2]) < SMALL
        if frame.is_live or not is_tiny:
            square = self._tracer.framed(frame, picture, settings, steps)
        if square is None:
            if frame.is_live and not is_tiny:
                return Drawn(request, started, steps=steps, note=NO_FACE)
            square = composite.middle_of(picture)
        if self._task == "lowres":
            square = composite.shrunk(
                square, round(PHOTO_SIDE / float(setting(settings, "shrink")))
            )
        return Drawn(request, started, square=square, is_cut=self._tracer.is_cut, steps=steps)


def is_composed(request: Request, count: int) -> bool:
    """Whether the faces of `count` people go back into the camera's picture, or their lines over it."""
    settings = request.settings
    are_several_looks = str(setting(settings, "faces")) != "1" and count == 1
    return str(setting(settings, "composite")) != composite.OFF and not are_several_looks


def needs_person(request: Request, count: int) -> bool:
    return is_composed(request, count) and str(setting(request.settings, "background")) != "kept"
