"""What happens to one request, in order: trace and smooth (pictures only), then the face."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from livesketch.frames import Frame, Look, Morph, Picture, Request, Result, Settings, Sketch
from livesketch.looks.morph import between
from livesketch.models import weights
from livesketch.models.engine import Model, open_model
from livesketch.parameters import PARAMETERS, parameter
from livesketch.post.calm import PictureSmoother
from livesketch.post.smoothing import LandmarkSmoother

if TYPE_CHECKING:
    from livesketch.tracing.face import Face, FaceFinder

NO_FACE = "no face in the picture"
FACE_KNOBS = tuple(row.name for row in PARAMETERS if row.group == "face")

Steps = dict[str, float]  # step -> milliseconds


def open_pipeline(model: str, runtime: str = "auto", device: str | None = None) -> Pipeline:
    """A pipeline on this model, warm: its first face is as quick as the next. Raises ModelError."""
    opened = open_model(model, device, runtime)
    opened.warm_up()
    return Pipeline(opened)


def model_names() -> list[str]:
    """The models that can be played here, shipped ones first."""
    return [info.name for info in weights.list_models() if info.task == "sketch"]


class Pipeline:
    """Remembers what is costly and may be asked for again: the last face, and what a picture gave.

    Used by one thread at a time. A drawing's result is a pure function of the request; only live
    frames are smoothed over time.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self._tracer = _Tracer(model.sketch_size)
        self._sketch: Sketch | None = None  # of the last face
        self._asked: tuple[object, ...] = ()
        self._face: Picture | None = None

    def process(self, request: Request) -> Result:
        """Raises ModelError, and TraceError where the face finder cannot be had."""
        started = time.monotonic()
        steps: Steps = {}
        frame, sketch, face, note = request.frame, request.frame.sketch, None, ""
        if frame.picture is not None:
            sketch = self._tracer.trace(frame, frame.picture, request.settings, steps)
            note = NO_FACE if sketch is None else ""
        if sketch is not None and not frame.is_empty:
            face = self._face_of(sketch, request, steps)
        return Result(request, sketch, face, started, time.monotonic(), steps, note)

    def look_of(self, picture: Picture, name: str = "") -> Look | None:
        """The look of the person in a photo (H, W, 3); None where no face is found in it."""
        square = self._tracer.face_square(picture, self.model.resolution)
        return None if square is None else self.model.look_of(square, name)

    def close(self) -> None:
        self._tracer.close()

    def _face_of(self, sketch: Sketch, request: Request, steps: Steps) -> Picture:
        look = self._look(request.look)
        knobs = tuple(request.settings.get(name) for name in FACE_KNOBS)
        asked = (look.seed, look.style_space, None if look.code is None else look.code.tobytes())
        same = self._sketch is not None and (asked, knobs) == self._asked
        if self._face is not None and same and _equal(sketch, self._sketch):
            return self._face
        with _timed(steps, "face"):
            self._face = self.model.face(sketch, look, request.settings)
        self._sketch, self._asked = sketch, (asked, knobs)
        return self._face

    def _look(self, look: Look | Morph) -> Look:
        if isinstance(look, Look):
            return look
        ends = self.model.code_of(look.start), self.model.code_of(look.end)
        return Look(code=between(*ends, look.t), style_space=self.model.style_space)


def _equal(one: Sketch, other: Sketch | None) -> bool:
    return one is other or (other is not None and np.array_equal(one, other))


@contextmanager
def _timed(steps: Steps, step: str) -> Iterator[None]:
    start = time.monotonic()
    try:
        yield
    finally:
        steps[step] = 1000 * (time.monotonic() - start)


@dataclass(eq=False)
class _Seen:
    """What was found in one frame; each part is made once."""

    frame: Frame
    is_mirrored: bool
    person: int
    picture: Picture
    face: Face | None
    crop: Picture | None = None
    landmarks: NDArray[np.float32] | None = None  # in pixels of the crop
    silhouette: NDArray[np.float32] | None = None
    lines: tuple[tuple[object, ...], Sketch] | None = None  # settings they were drawn with


class _Tracer:
    """Pictures to sketches (size, size): one finder follows live faces, another looks at stills."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._finders: dict[bool, FaceFinder] = {}
        self._calm = LandmarkSmoother()
        self._calm_picture = PictureSmoother()
        self._seen: _Seen | None = None

    def trace(
        self, frame: Frame, picture: Picture, settings: Settings, steps: Steps
    ) -> Sketch | None:
        """None where there is no face. A step whose input did not change is not done again."""
        is_mirrored = frame.is_live and bool(_setting(settings, "mirror"))
        person = int(float(_setting(settings, "person")))
        seen = self._seen
        if (
            seen is None
            or seen.frame is not frame
            or (seen.is_mirrored, seen.person) != (is_mirrored, person)
        ):
            if seen is not None and (seen.is_mirrored, seen.person) != (is_mirrored, person):
                self._calm.reset()
                self._calm_picture.reset()
            with _timed(steps, "find"):
                seen = self._look_at(frame, picture, is_mirrored, person, settings)
            self._seen = seen
        if seen.face is None:
            return None
        if seen.crop is None or seen.landmarks is None:
            with _timed(steps, "crop"):
                self._cut_out(seen, seen.face, float(_setting(settings, "smoothing")))
        assert seen.crop is not None
        assert seen.landmarks is not None
        style = (str(_setting(settings, "line_style")), float(_setting(settings, "line_detail")))
        if seen.lines is None or seen.lines[0] != style:
            # see _finder
            from livesketch.tracing.lines import draw

            with _timed(steps, "lines"):
                sketch = draw(seen.crop, seen.landmarks, seen.silhouette, *style)
            seen.lines = (style, sketch)
        return seen.lines[1]

    def face_square(self, picture: Picture, size: int) -> Picture | None:
        """The face of a still picture, framed and levelled, (size, size, 3)."""
        from livesketch.tracing.framing import crop  # see _finder

        face = self._finder(is_still=True).find(picture)
        return None if face is None else crop(picture, face.place, size)

    def close(self) -> None:
        for finder in self._finders.values():
            finder.close()
        self._finders.clear()
        self._seen = None

    def _look_at(
        self, frame: Frame, picture: Picture, is_mirrored: bool, person: int, settings: Settings
    ) -> _Seen:
        if is_mirrored:
            picture = np.ascontiguousarray(picture[:, ::-1])
        face = self._finder(is_still=not frame.is_live).find(picture, person)
        if face is not None and frame.is_live:
            strength = float(_setting(settings, "smoothing"))
            calm = self._calm.smoothed(face.landmarks, frame.time, strength)
            face = replace(face, landmarks=calm)
        return _Seen(frame, is_mirrored, person, picture, face)

    def _cut_out(self, seen: _Seen, face: Face, smoothing: float) -> None:
        from livesketch.tracing.framing import crop, in_place  # see _finder

        seen.crop = crop(seen.picture, face.place, self._size)
        if seen.frame.is_live:
            seen.crop = self._calm_picture.smoothed(seen.crop, seen.frame.time, smoothing)
        seen.landmarks = in_place(face.landmarks, face.place, self._size)
        finder = self._finder(is_still=not seen.frame.is_live)
        seen.silhouette = finder.silhouette(seen.crop)

    def _finder(self, is_still: bool) -> FaceFinder:
        if is_still not in self._finders:
            # MediaPipe takes seconds to import, and who only draws never needs it
            from livesketch.tracing.face import FaceFinder

            self._finders[is_still] = FaceFinder(is_still=is_still)
        return self._finders[is_still]


def _setting(settings: Settings, name: str) -> float | bool | str:
    return settings.get(name, parameter(name).default)
