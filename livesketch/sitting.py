"""One person's face from picture to picture: made anew where what it is made of changed, and only then."""

import numpy as np

from livesketch.frames import TRACED, Frame, Look, Mask, Picture, Point, Settings, Sketch
from livesketch.models.engine import Model
from livesketch.parameters import PARAMETERS, WHOSE
from livesketch.post.sheet import sheet
from livesketch.post.steering import LatentSmoother
from livesketch.tracer import Steps, setting, timed

FACE_GROUPS = (*WHOSE, "layers")
FACE_KNOBS = tuple(row.name for row in PARAMETERS if row.group in FACE_GROUPS)

Seen = Sketch | Mask | Picture  # what a face is made of


class Sitting:
    """Remembers the last face, and where the latents of a model that is steered by them are."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._calm = LatentSmoother()
        self._who: object = None  # the look it was steered as last
        self._sketch: Sketch | None = None  # of the last face
        self._asked: tuple[object, ...] = ()
        self._face: Picture | None = None

    def face(
        self,
        sketch: Sketch,
        look: Look,
        settings: Settings,
        frame: Frame,
        steps: Steps,
        is_cut: bool = False,
    ) -> Picture:
        """`is_cut`: the person in the frame is another than in the one before."""
        knobs = tuple(settings.get(name) for name in FACE_KNOBS)
        asked = (_who(look), _begun_at(frame), knobs)
        is_same = asked == self._asked and _equal(sketch, self._sketch)
        if self._face is not None and is_same and self._calm.has_arrived:
            return self._face
        with timed(steps, "face"):
            self._face = self.made_of(sketch, look, settings, frame, is_cut)
        self._sketch, self._asked = sketch, asked
        return self._face

    def made_of(
        self, seen: Seen, look: Look, settings: Settings, frame: Frame, is_cut: bool = False
    ) -> Picture:
        """The face, or as many side by side as are asked for: the look's, then those of the next seeds."""
        count = int(str(setting(settings, "faces")))
        if count == 1 and frame.is_live and self._model.is_steered:
            return self._steered(seen, look, settings, frame, is_cut)
        others = [Look(seed=look.seed + number) for number in range(1, count)]
        make, begun_at = self._model.face, _begun_at(frame)
        return sheet([make(seen, who, settings, begun_at) for who in (look, *others)])

    def _steered(
        self, seen: Seen, look: Look, settings: Settings, frame: Frame, is_cut: bool
    ) -> Picture:
        """On the way to what is seen, which is there at once where somebody else is shown."""
        who = _who(look)
        if who != self._who or is_cut:
            self._calm.reset()
        self._who = who
        ws = self._model.steered(seen, look, settings)
        strength = float(setting(settings, "smoothing"))
        return self._model.painted(self._calm.smoothed(ws, frame.time, strength))


def _who(look: Look) -> tuple[object, ...]:
    return look.seed, look.style_space, None if look.code is None else look.code.tobytes()


def _begun_at(frame: Frame) -> Point | None:
    """Who moves before a camera, or looks out of a photo, is the look itself."""
    return frame.begun_at if frame.picture is None else TRACED


def _equal(one: Sketch, other: Sketch | None) -> bool:
    return one is other or (other is not None and np.array_equal(one, other))
