"""What happens to one request, in order: trace and smooth (pictures only), then the face."""

from __future__ import annotations

import time

import numpy as np

from livesketch.frames import (
    Code,
    Frame,
    Look,
    Mask,
    Morph,
    Picture,
    Request,
    Result,
    Settings,
    Sketch,
    Traced,
)
from livesketch.looks.morph import between
from livesketch.models import weights
from livesketch.models.engine import Model, open_model
from livesketch.parameters import PARAMETERS, frozen
from livesketch.post import composite
from livesketch.post.sheet import sheet
from livesketch.post.steering import LatentSmoother
from livesketch.tracer import Steps, Tracer, moved, setting, strokes_of, timed

__all__ = ["WANTS", "Pipeline", "model_tasks", "moved", "open_pipeline", "strokes_of"]

NO_FACE = "no face in the picture"
# task -> what is to be done where a model is shown something else
WANTS = {
    "sketch": "this model wants a drawing",
    "mask": "this model wants the parts of a face, painted",
    "lowres": "this model wants a camera or a picture",
    "photo": "this model wants a camera or a picture",
}
PHOTO_SIDE = 256  # pixels at which a face is cut out for models that redo pictures
SMALL = 128  # pixels: a still picture below that shows nothing but a face
OWN_PACE_S = 0.5  # how soon the person in a live picture is known again after another sat down
COMPOSITE_SIDE = 512  # pixels of a picture that the face was put back into
FACE_GROUPS = ("face", "parts", "person", "look", "layers")
FACE_KNOBS = tuple(row.name for row in PARAMETERS if row.group in FACE_GROUPS)


Seen = Sketch | Mask | Picture  # what a face is made of


def open_pipeline(model: str, runtime: str = "auto", device: str | None = None) -> Pipeline:
    """A pipeline on this model, warm: its first face is as quick as the next. Raises ModelError."""
    opened = open_model(model, device, runtime)
    opened.warm_up()
    return Pipeline(opened)


def model_tasks() -> dict[str, str]:
    """The models that can be played here, shipped ones first, and what each makes faces of."""
    return {
        info.name: info.task
        for info in weights.list_models()
        if info.task in WANTS or info.task == "look"
    }


class Pipeline:
    """Remembers what is costly and may be asked for again: the last face, and what a picture gave.

    Used by one thread at a time. A drawing's result is a pure function of the request; only live
    frames are smoothed over time.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        size = model.sketch_size
        self._tracer = Tracer(size if model.task == "sketch" else max(size, PHOTO_SIDE))
        self._sketch: Sketch | None = None  # of the last face
        self._asked: tuple[object, ...] = ()
        self._face: Picture | None = None
        self._calm = LatentSmoother()  # of a model that is steered by latents, before a camera
        self._steered_as: object = None  # the look it was last
        self._corner: tuple[int, int] | None = None  # of the square of the camera that is shown
        self._me: tuple[float, Code] | None = None  # when a live person was seen last, and who

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
        """A mask is painted from as it is; of a photo, the face that is found in it."""
        frame, task, steps, look, note = request.frame, self.model.task, {}, None, ""
        seen: Mask | Picture | None = None
        if task == "look":
            seen = np.zeros((1, 1), np.uint8)
        elif task == "mask":
            seen = frame.mask
        elif frame.picture is not None:
            seen = self._photo(frame, frame.picture, request.settings, steps)
            note = NO_FACE if seen is None else ""
        if seen is None:
            note = note or WANTS[task]
            return Result(request, None, None, started, time.monotonic(), steps, note)
        who, square = self._look(request.look), None
        if frame.picture is not None and task != "look":
            square = np.asarray(seen, np.uint8)
            look = self.model.look_of(square, "me") if request.wants_look else None
            who = self._redone(square, frame, who, request.settings)
        with timed(steps, "face"):
            face = self._people(seen, who, request.settings, frame)
        ended = time.monotonic()
        return Result(request, None, face, started, ended, steps, look=look, seen=square)

    def _photo(
        self, frame: Frame, picture: Picture, settings: Settings, steps: Steps
    ) -> Picture | None:
        """What a model that redoes pictures is shown: the face, framed; for "lowres" made small.

        A still picture without a face, or a tiny one, is taken as it is.
        """
        square = None
        if frame.is_live or min(picture.shape[:2]) >= SMALL:
            square = self._tracer.framed(frame, picture, settings, steps)
        if square is None:
            if frame.is_live and min(picture.shape[:2]) >= SMALL:
                return None
            square = composite.middle_of(picture)
        if self.model.task == "lowres":
            square = composite.shrunk(
                square, round(PHOTO_SIDE / float(setting(settings, "shrink")))
            )
        return square

    def _redone(self, square: Picture, frame: Frame, other: Look, settings: Settings) -> Look:
        """From who is in the picture to the chosen person; W+ models mix their layers instead."""
        share = float(setting(settings, "photo_look"))
        if self.model.kind != "compact" or share >= 1:
            return other
        own = self.model.look_of(square)
        code = self.model.code_of(own)
        if frame.is_live:
            if self._me is not None:
                gap = min(max(frame.time - self._me[0], 0.0), OWN_PACE_S)
                code = (self._me[1] + gap / OWN_PACE_S * (code - self._me[1])).astype(np.float32)
            self._me = frame.time, code
        code = between(code, self.model.code_of(other), share)
        return Look(seed=own.seed, code=code, style_space=self.model.style_space)

    def _people(self, seen: Seen, look: Look, settings: Settings, frame: Frame) -> Picture:
        """The face, or as many side by side as are asked for: the look's, then those of the next seeds."""
        count = int(str(setting(settings, "faces")))
        if count == 1 and frame.is_live and self.model.is_steered:
            return self._steered(seen, look, settings, frame)
        others = [Look(seed=look.seed + number) for number in range(1, count)]
        return sheet([self.model.face(seen, who, settings) for who in (look, *others)])

    def _face_of(self, sketch: Sketch, request: Request, steps: Steps) -> Picture:
        look, settings = self._look(request.look), request.settings
        if request.frame.is_live:  # who moves before a camera stays one person
            settings = frozen({**settings, "kin": 0.0})
        knobs = tuple(settings.get(name) for name in FACE_KNOBS)
        asked = _who(look)
        same = self._sketch is not None and (asked, knobs) == self._asked
        same &= _equal(sketch, self._sketch)
        if self._face is not None and same and self._calm.has_arrived:
            return self._face
        with timed(steps, "face"):
            self._face = self._people(sketch, look, settings, request.frame)
        self._sketch, self._asked = sketch, (asked, knobs)
        return self._face

    def _steered(self, seen: Seen, look: Look, settings: Settings, frame: Frame) -> Picture:
        """On the way to what is seen, which is there at once where somebody else is shown."""
        who = _who(look)
        if who != self._steered_as or self._tracer.is_cut:
            self._calm.reset()
        self._steered_as = who
        ws = self.model.steered(seen, look, settings)
        strength = float(setting(settings, "smoothing"))
        return self.model.painted(self._calm.smoothed(ws, frame.time, strength))

    def _composed(
        self, face: Picture, sketch: Sketch, traced: Traced, request: Request, steps: Steps
    ) -> Picture:
        """The face back in the camera's picture, or the drawing over it, if that is asked for."""
        settings = request.settings
        how, background = str(setting(settings, "composite")), str(setting(settings, "background"))
        if how == composite.OFF or str(setting(settings, "faces")) != "1":
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


def _who(look: Look) -> tuple[object, ...]:
    return look.seed, look.style_space, None if look.code is None else look.code.tobytes()


def _equal(one: Sketch, other: Sketch | None) -> bool:
    return one is other or (other is not None and np.array_equal(one, other))
