"""What happens to one request, in order: trace and smooth (pictures only), then the face."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from livesketch.everybody import Everybody, Person
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
    Traced,
)
from livesketch.looks.morph import between
from livesketch.models import weights
from livesketch.models.engine import Model, open_model
from livesketch.parameters import frozen
from livesketch.post import composite
from livesketch.post.sheet import drawings_side_by_side, side_by_side
from livesketch.sitting import Sitting
from livesketch.tracer import Steps, Tracer, moved, pose_of, setting, strokes_of, timed

__all__ = [
    "WANTS",
    "Pipeline",
    "model_tasks",
    "moved",
    "open_live",
    "open_pipeline",
    "pose_of",
    "strokes_of",
]

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


def open_live(model: str, runtime: str = "auto") -> Pipeline:
    """As open_pipeline(), for a window: a quicker way to play takes over when it is ready.

    What is rendered to files stays on one runtime, so that every face of it is made alike.
    """
    pipeline = open_pipeline(model, runtime)
    pipeline.model.quicken()
    return pipeline


class Pipeline:
    """Remembers what is costly and may be asked for again: the last face, and what a picture gave.

    Used by one thread at a time. A drawing's result is a pure function of the request; only live
    frames are smoothed over time.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        size = model.sketch_size
        self._tracer = Tracer(size if model.task == "sketch" else max(size, PHOTO_SIDE))
        self._sittings: dict[int, Sitting] = {}  # by the seats of those before the camera
        self._everybody: Everybody | None = None
        self._corner: tuple[int, int] | None = None  # of the square of the camera that is shown
        self._me: tuple[float, Code] | None = None  # when a live person was seen last, and who

    def process(self, request: Request) -> Result:
        """Raises ModelError, and TraceError where the face finder cannot be had."""
        result = self._answer(request)
        trouble = self.model.trouble()
        return replace(result, trouble=trouble) if trouble else result

    def _answer(self, request: Request) -> Result:
        started = time.monotonic()
        steps: Steps = {}
        frame, sketch, face, note = request.frame, request.frame.sketch, None, ""
        if self.model.task != "sketch":
            return self._other_task(request, started)
        traced: Traced | None = None
        if frame.picture is not None and bool(setting(request.settings, "everybody")):
            return self._of_everybody(request, frame.picture, started)
        if frame.picture is not None:
            found = self._tracer.trace(frame, frame.picture, request.settings, steps, request.over)
            sketch, traced = (None, None) if found is None else found
            note = NO_FACE if sketch is None else ""
        if sketch is not None and not frame.is_empty:
            look, is_cut = self._look(request.look), self._tracer.is_cut
            sitting = self._sitting(0)
            face = sitting.face(sketch, look, request.settings, frame, steps, is_cut)
            if traced is not None:
                shown = [(face, Person(0, sketch, traced, is_cut))]
                back = self._composed(shown, request, steps)
                face = face if back is None else back
        own = self._own_look(request)
        ended = time.monotonic()
        return Result(request, sketch, face, started, ended, steps, note, traced, own)

    def look_of(self, picture: Picture, name: str = "") -> Look | None:
        """The look of the person in a photo (H, W, 3); None where no face is found in it."""
        square = self._tracer.face_square(picture, self.model.resolution)
        return None if square is None else self.model.look_of(square, name)

    def close(self) -> None:
        self._tracer.close()
        if self._everybody is not None:
            self._everybody.close()

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
            sitting, is_cut = self._sitting(0), self._tracer.is_cut
            face = sitting.made_of(seen, who, request.settings, frame, is_cut)
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

    def _of_everybody(self, request: Request, picture: Picture, started: float) -> Result:
        """A face for each person in the picture: the first has the look, the others the next seeds'."""
        if self._everybody is None:
            self._everybody = Everybody(self.model.sketch_size)
        frame, settings, steps = request.frame, request.settings, {}
        people = self._everybody.traced(frame, picture, settings, steps, request.over)
        own = self._own_look(request)
        if not people:
            return Result(request, None, None, started, time.monotonic(), steps, NO_FACE, look=own)
        first = self._look(request.look)
        settings = frozen({**settings, "faces": "1"})
        shown, spent = [], 0.0
        for one in people:
            look = first if one.seat == 0 else Look(seed=first.seed + one.seat)
            sitting = self._sitting(one.seat)
            face = sitting.face(one.sketch, look, settings, frame, steps, one.is_cut)
            spent += steps.pop("face", 0.0)
            shown.append((face, one))
        steps["face"] = spent
        face = self._composed(shown, request, steps)
        if face is None:
            face = side_by_side([face for face, _ in shown])
        sketch = drawings_side_by_side([one.sketch for one in people])
        ended, traced = time.monotonic(), people[0].traced
        return Result(request, sketch, face, started, ended, steps, "", traced, own)

    def _own_look(self, request: Request) -> Look | None:
        picture = request.frame.picture
        return self.look_of(picture, "me") if request.wants_look and picture is not None else None

    def _sitting(self, seat: int) -> Sitting:
        return self._sittings.setdefault(seat, Sitting(self.model))

    def _composed(
        self, shown: list[tuple[Picture, Person]], request: Request, steps: Steps
    ) -> Picture | None:
        """The faces back in the camera's picture, or their drawings over it; None: not asked for."""
        settings, traced = request.settings, shown[0][1].traced
        how, background = str(setting(settings, "composite")), str(setting(settings, "background"))
        are_several_looks = str(setting(settings, "faces")) != "1" and len(shown) == 1
        if how == composite.OFF or are_several_looks:
            return None
        with timed(steps, "composite"):
            is_live = request.frame.is_live
            person = None if background == "kept" else self._tracer.person(traced, is_live)
            picture = composite.before(traced.picture, person, background, request.room)
            for face, one in shown:
                place = one.traced.place
                if how == composite.FACE:
                    outline = one.traced.landmarks[:, :2] / np.float32(len(one.traced.square))
                    picture = composite.put_back(picture, face, place, outline)
                else:
                    picture = composite.drawn_on(picture, one.sketch, place)
            around = composite.around([one.traced.place for _, one in shown])
            self._corner = composite.corner_of(picture.shape, around, self._corner)
            return composite.squared(picture, self._corner, COMPOSITE_SIDE)

    def _look(self, look: Look | Morph) -> Look:
        if isinstance(look, Look):
            return look
        ends = self.model.code_of(look.start), self.model.code_of(look.end)
        return Look(code=between(*ends, look.t), style_space=self.model.style_space)
