"""What happens to one request, in order: trace and smooth (pictures only), then the face."""

from __future__ import annotations

import time

import numpy as np

from livesketch.errors import ModelError
from livesketch.frames import Look, Morph, Picture, Request, Result, Sketch, Traced
from livesketch.looks.morph import between
from livesketch.models import weights
from livesketch.models.engine import Model, open_model
from livesketch.parameters import PARAMETERS, frozen
from livesketch.post import composite
from livesketch.tracer import Steps, Tracer, moved, setting, strokes_of, timed

__all__ = ["Pipeline", "model_names", "moved", "open_pipeline", "strokes_of"]

NO_FACE = "no face in the picture"
COMPOSITE_SIDE = 512  # pixels of a picture that the face was put back into
FACE_KNOBS = tuple(row.name for row in PARAMETERS if row.group in ("face", "parts", "person"))


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
        self._tracer = Tracer(model.sketch_size)
        self._sketch: Sketch | None = None  # of the last face
        self._asked: tuple[object, ...] = ()
        self._face: Picture | None = None
        self._corner: tuple[int, int] | None = None  # of the square of the camera that is shown

    def process(self, request: Request) -> Result:
        """Raises ModelError, and TraceError where the face finder cannot be had."""
        started = time.monotonic()
        steps: Steps = {}
        frame, sketch, face, note = request.frame, request.frame.sketch, None, ""
        if self.model.task != "sketch":
            return self._other_task(request, started)
        traced: Traced | None = None
        if frame.picture is not None:
            found = self._tracer.trace(frame, frame.picture, request.settings, steps, request.over)
            sketch, traced = (None, None) if found is None else found
            note = NO_FACE if sketch is None else ""
        if sketch is not None and not frame.is_empty:
            face = self._face_of(sketch, request, steps)
            if traced is not None:
                face = self._composed(face, sketch, traced, request, steps)
        look = None
        if request.wants_look and frame.picture is not None:
            look = self.look_of(frame.picture, "me")
        ended = time.monotonic()
        return Result(request, sketch, face, started, ended, steps, note, traced, look)

    def look_of(self, picture: Picture, name: str = "") -> Look | None:
        """The look of the person in a photo (H, W, 3); None where no face is found in it."""
        square = self._tracer.face_square(picture, self.model.resolution)
        return None if square is None else self.model.look_of(square, name)

    def close(self) -> None:
        self._tracer.close()

    def _other_task(self, request: Request, started: float) -> Result:
        """A mask is painted from as it is; of a photo, the face that is found in it, else its middle."""
        frame, task = request.frame, self.model.task
        seen = frame.mask if task == "mask" else frame.picture
        if seen is None:
            raise ModelError(
                f"{self.model.name} makes faces of a {task}, and this is none.",
                "Choose another model.",
            )
        steps: Steps = {}
        if task == "photo":
            square = self._tracer.face_square(seen, self.model.resolution)
            seen = seen if square is None else square
        with timed(steps, "face"):
            face = self.model.face(seen, self._look(request.look), request.settings)
        return Result(request, None, face, started, time.monotonic(), steps)

    def _face_of(self, sketch: Sketch, request: Request, steps: Steps) -> Picture:
        look, settings = self._look(request.look), request.settings
        if request.frame.is_live:  # who moves before a camera stays one person
            settings = frozen({**settings, "kin": 0.0})
        knobs = tuple(settings.get(name) for name in FACE_KNOBS)
        asked = (look.seed, look.style_space, None if look.code is None else look.code.tobytes())
        same = self._sketch is not None and (asked, knobs) == self._asked
        if self._face is not None and same and _equal(sketch, self._sketch):
            return self._face
        with timed(steps, "face"):
            self._face = self.model.face(sketch, look, settings)
        self._sketch, self._asked = sketch, (asked, knobs)
        return self._face

    def _composed(
        self, face: Picture, sketch: Sketch, traced: Traced, request: Request, steps: Steps
    ) -> Picture:
        """The face back in the camera's picture, or the drawing over it, if that is asked for."""
        settings = request.settings
        how, background = str(setting(settings, "composite")), str(setting(settings, "background"))
        if how == composite.OFF:
            return face
        with timed(steps, "composite"):
            is_live = request.frame.is_live
            person = None if background == "kept" else self._tracer.person(traced, is_live)
            picture = composite.before(traced.picture, person, background)
            if how == composite.FACE:
                outline = traced.landmarks[:, :2] / np.float32(len(traced.square))
                picture = composite.put_back(picture, face, traced.place, outline)
            else:
                picture = composite.drawn_on(picture, sketch, traced.place)
            self._corner = composite.corner_of(picture.shape, traced.place, self._corner)
            return composite.squared(picture, self._corner, COMPOSITE_SIDE)

    def _look(self, look: Look | Morph) -> Look:
        if isinstance(look, Look):
            return look
        ends = self.model.code_of(look.start), self.model.code_of(look.end)
        return Look(code=between(*ends, look.t), style_space=self.model.style_space)


def _equal(one: Sketch, other: Sketch | None) -> bool:
    return one is other or (other is not None and np.array_equal(one, other))
