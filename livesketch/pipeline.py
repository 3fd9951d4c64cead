"""What happens to one request, in order: trace and smooth (pictures only), then the face."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from livesketch.everybody import Person
from livesketch.eyes import Drawn, Eyes, is_composed
from livesketch.frames import Code, Frame, Look, Mask, Morph, Picture, Request, Result, Settings
from livesketch.looks.morph import between
from livesketch.models import weights
from livesketch.models.blend import blended
from livesketch.models.engine import BLENDING, Model, open_model
from livesketch.models.machine import cores
from livesketch.parameters import frozen
from livesketch.post import composite
from livesketch.post.sheet import drawings_side_by_side, side_by_side
from livesketch.sitting import Sitting
from livesketch.tracer import Steps, moved, pose_of, setting, strokes_of, timed

__all__ = [
    "WANTS",
    "Pipeline",
    "model_tasks",
    "moved",
    "open_alone",
    "open_live",
    "open_pipeline",
    "pose_of",
    "strokes_of",
]

# task -> what is to be done where a model is shown something else
WANTS = {
    "sketch": "this model wants a drawing",
    "mask": "this model wants the parts of a face, painted",
    "lowres": "this model wants a camera or a picture",
    "photo": "this model wants a camera or a picture",
}
OWN_PACE_S = 0.5  # how soon the person in a live picture is known again after another sat down
COMPOSITE_SIDE = 512  # pixels of a picture that the face was put back into


def open_pipeline(
    model: str, runtime: str = "auto", device: str | None = None, threads: int | None = None
) -> Pipeline:
    """A pipeline on this model, warm: its first face is as quick as the next. Raises ModelError.

    threads: of the CPU; None: one core is left to a window.
    """
    opened = open_model(model, device, runtime, threads)
    opened.warm_up()
    return Pipeline(opened)


def open_alone(model: str, runtime: str = "auto") -> Pipeline:
    """As open_pipeline(), for work without a window: every core makes faces."""
    return open_pipeline(model, runtime, threads=cores())


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

    Used by one thread at a time; but `eyes` may look at the next request in another thread while
    painted() makes the face of the one before. A drawing's result is a pure function of the
    request; only live frames are smoothed over time.
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self.eyes = Eyes(model.task, model.sketch_size, model.resolution)
        self._sittings: dict[int, Sitting] = {}  # by the seats of those before the camera
        self._corner: tuple[int, int] | None = None  # of the square of the camera that is shown
        self._me: tuple[float, Code] | None = None  # when a live person was seen last, and who

    def process(self, request: Request) -> Result:
        """Both halves of the road. Raises ModelError, and TraceError where the face finder cannot be had."""
        return self.painted(self.eyes.drawn(request))

    def painted(self, drawn: Drawn) -> Result:
        """The face of what the eyes gave. Raises ModelError."""
        started = time.monotonic() if drawn.started is None else drawn.started
        make = self._sketched if self.model.task == "sketch" else self._other_task
        result = make(drawn, started)
        trouble = self.model.trouble()
        return replace(result, trouble=trouble) if trouble else result

    def look_of(self, picture: Picture, name: str = "") -> Look | None:
        """The look of the person in a photo (H, W, 3); None where no face is found in it."""
        square = self.eyes.face_square(picture)
        return None if square is None else self.model.look_of(square, name)

    def close(self) -> None:
        self.eyes.close()

    def _sketched(self, drawn: Drawn, started: float) -> Result:
        """A face for each person in the picture, the first with the look, the others with the next
        seeds'; or the face of a drawing."""
        request, people, steps = drawn.request, drawn.people, dict(drawn.steps)
        frame, look = request.frame, self._look(request.look)
        sketch, face, traced = frame.sketch, None, None
        if people:
            shown = self._faces(drawn, look, steps)
            face = self._composed(shown, drawn, steps)
            face = side_by_side([one for one, _ in shown]) if face is None else face
            sketch = drawings_side_by_side([one.sketch for one in people])
            traced = people[0].traced
        elif sketch is not None and not frame.is_empty:
            face = self._sitting(0).face(sketch, look, request.settings, frame, steps)
        own = None if drawn.own is None else self.model.look_of(drawn.own, "me")
        ended = time.monotonic()
        return Result(request, sketch, face, started, ended, steps, drawn.note, traced, own)

    def _faces(self, drawn: Drawn, look: Look, steps: Steps) -> list[tuple[Picture, Person]]:
        request, settings = drawn.request, drawn.request.settings
        if bool(setting(settings, "everybody")):
            settings = frozen({**settings, "faces": "1"})
        shown, spent = [], 0.0
        for one in drawn.people:
            who = look if one.seat == 0 else Look(seed=look.seed + one.seat)
            sitting = self._sitting(one.seat)
            face = sitting.face(one.sketch, who, settings, request.frame, steps, one.is_cut)
            spent += steps.pop("face", 0.0)
            shown.append((face, one))
        if spent:
            steps["face"] = spent
        return shown

    def _other_task(self, drawn: Drawn, started: float) -> Result:
        """A mask is painted from as it is; of a photo, the face that was found in it."""
        request, task, steps, look = drawn.request, self.model.task, dict(drawn.steps), None
        frame, settings, square = request.frame, request.settings, drawn.square
        seen: Mask | Picture | None = square
        if task == "look":
            seen = np.zeros((1, 1), np.uint8)
        elif task == "mask":
            seen = frame.mask
        if seen is None:
            note = drawn.note or WANTS[task]
            return Result(request, None, None, started, time.monotonic(), steps, note)
        who = self._look(request.look)
        if square is not None:
            look = self.model.look_of(square, "me") if request.wants_look else None
            who = self._redone(square, frame, who, settings)
        with timed(steps, "face"):
            face = self._sitting(0).made_of(seen, who, settings, frame, drawn.is_cut)
        ended = time.monotonic()
        return Result(request, None, face, started, ended, steps, look=look, seen=square)

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
        code = self._way(code, self.model.code_of(other), share)
        return Look(seed=own.seed, code=code, style_space=self.model.style_space)

    def _sitting(self, seat: int) -> Sitting:
        return self._sittings.setdefault(seat, Sitting(self.model))

    def _composed(
        self, shown: list[tuple[Picture, Person]], drawn: Drawn, steps: Steps
    ) -> Picture | None:
        """The faces back in the camera's picture, or their drawings over it; None: not asked for."""
        request, traced = drawn.request, shown[0][1].traced
        if not is_composed(request, len(shown)):
            return None
        how = str(setting(request.settings, "composite"))
        background = str(setting(request.settings, "background"))
        with timed(steps, "composite"):
            picture = composite.before(traced.picture, drawn.person, background, request.room)
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

    def code_of(self, look: Look | Morph) -> Code:
        """Who that is to the model, on the way or there. ModelError where a look's code is none."""
        return self.model.code_of(self._look(look))

    def _look(self, look: Look | Morph) -> Look:
        if isinstance(look, Look):
            return look
        ends = self.model.code_of(look.start), self.model.code_of(look.end)
        return Look(code=self._way(*ends, look.t), style_space=self.model.style_space)

    def _way(self, start: Code, end: Code, t: float) -> Code:
        return (blended if self.model.kind in BLENDING else between)(start, end, t)
