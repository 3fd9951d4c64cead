"""The types that travel between rooms; every shape and range is written here, once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]  # (H, W, 3) RGB, 0..255
Sketch = NDArray[np.float32]  # (S, S), 0 = ink, 1 = paper
Mask = NDArray[np.uint8]  # (S, S), class numbers: rows of FACE_PARTS
# Who somebody is to a network: (Z,), a blend of several people, or (num_ws, w_dim)
Code = NDArray[np.float32]
Point = tuple[float, float]  # x, y in sides of the paper
TRACED: Point = (-1000.0, -1000.0)  # begun there: by no hand, these are lines of a photo
Settings = Mapping[str, float | bool | str]  # parameter name -> value, frozen; see parameters.py

# CelebAMask-HQ's 19 classes in its order; left and right are the person's own. The colours are the brushes of the mask palette.
FACE_PARTS: tuple[tuple[str, tuple[int, int, int]], ...] = (
    ("background", (30, 32, 36)),
    ("skin", (236, 188, 160)),
    ("nose", (214, 150, 120)),
    ("eye_g", (90, 110, 160)),
    ("l_eye", (70, 130, 200)),
    ("r_eye", (90, 160, 220)),
    ("l_brow", (110, 76, 50)),
    ("r_brow", (134, 96, 66)),
    ("l_ear", (226, 160, 130)),
    ("r_ear", (206, 144, 118)),
    ("mouth", (120, 30, 40)),
    ("u_lip", (204, 84, 92)),
    ("l_lip", (224, 104, 110)),
    ("hair", (84, 60, 44)),
    ("hat", (150, 90, 170)),
    ("ear_r", (240, 200, 80)),
    ("neck_l", (190, 190, 200)),
    ("neck", (222, 172, 146)),
    ("cloth", (80, 140, 110)),
)


@dataclass(frozen=True)
class Place:
    """Where the square that the network sees lies: its upper left corner, side, and roll about its centre.

    For a drawing in units of the paper's side; for a picture in pixels of the picture. Roll in
    degrees, clockwise.
    """

    x: float
    y: float
    side: float
    roll: float = 0.0


WHOLE_PAPER = Place(0.0, 0.0, 1.0)


@dataclass(frozen=True)
class Frame:
    """One moment of a source: a framed drawing, a painted mask, or a photographic picture that is yet to be traced.

    `time` is time.monotonic() of the newest thing in it: the last pen sample, or the camera's
    exposure. `number` grows by one with every new frame of a source, so that two frames can be
    told apart without looking at their pixels. `is_empty`: nothing has been drawn, there is no
    face to make. `begun_at`: where the pen first touched the paper, or TRACED; None: nobody knows.
    """

    time: float
    number: int = 0
    sketch: Sketch | None = None
    picture: Picture | None = None
    place: Place = WHOLE_PAPER
    is_live: bool = False  # from a camera or a moving video: smoothing over time applies
    is_empty: bool = False
    mask: Mask | None = None  # painted parts of a face: beside a drawing, or alone
    begun_at: Point | None = None

    def __post_init__(self) -> None:
        if self.picture is not None and (self.sketch is not None or self.mask is not None):
            raise ValueError("a Frame with a picture holds nothing else")
        if self.picture is None and self.sketch is None and self.mask is None:
            raise ValueError("a Frame holds a sketch, a picture or a mask")


@dataclass(frozen=True, eq=False)
class Look:
    """Who the face is. A held look is a held person.

    `code` is None where the seed alone says who; otherwise it counts, as long as the model's
    style space has the same id as `style_space`.
    """

    name: str = ""
    seed: int = 1
    code: Code | None = None
    style_space: str = ""


@dataclass(frozen=True, eq=False)
class Morph:
    """Between two looks: t = 0 is `start`, t = 1 is `end`."""

    start: Look
    end: Look
    t: float


CodeOf = Callable[[Look | Morph], Code]  # what a model calls a person, or whom one meets on the way


@dataclass(frozen=True, eq=False)
class Over:
    """A line drawn over a live face: `points` float32 (n, 2) and `anchors` (478, 3), the landmarks
    as they were then, both in sides of the square around the face; `width` in sides."""

    points: NDArray[np.float32]
    anchors: NDArray[np.float32]
    width: float
    is_eraser: bool = False


@dataclass(frozen=True, eq=False)
class Request:
    """All that the worker may know: it reads nothing else."""

    frame: Frame
    settings: Settings
    model: str
    look: Look | Morph = field(default_factory=Look)
    over: tuple[Over, ...] = ()  # drawn over a live face, in order
    wants_look: bool = False  # of the person in the picture
    room: Picture | None = None  # what replaces the background of a camera's picture


@dataclass(frozen=True, eq=False)
class Traced:
    """A face in a picture, as it was drawn: `square` (S, S, 3) is what lies in `place` of `picture`
    (H, W, 3), levelled; `landmarks` (478, 3) in its pixels, `silhouette` (S, S) 0 behind .. 1
    person, or None."""

    picture: Picture
    place: Place
    square: Picture
    landmarks: NDArray[np.float32]
    silhouette: NDArray[np.float32] | None
    hairline: NDArray[np.float32] | None  # (n, 2) in sides of the square
    style: str
    detail: float
    turned: float = 0.0  # degrees by which the head in the picture looks past you


@dataclass(frozen=True, eq=False)
class Result:
    """What became of a request, and when (time.monotonic() seconds).

    `face` is None where there was nothing to make a face of: an empty paper, or a picture without
    a face (`note` then says so). `steps_ms` is step name -> milliseconds.
    """

    request: Request
    sketch: Sketch | None
    face: Picture | None
    started: float
    finished: float
    steps_ms: Mapping[str, float] = field(default_factory=dict)
    note: str = ""
    traced: Traced | None = None  # of a picture with a face in it
    look: Look | None = None  # where one was asked for
    seen: Picture | None = None  # what a model that redoes pictures was shown, (S, S, 3)
    trouble: str = ""  # a sentence for the person: the model plays on, but not as it was meant to


@dataclass(frozen=True, eq=False)
class Show:
    """What the audience may see now."""

    result: Result | None = None
    is_blackout: bool = False
    is_held: bool = False
    is_panic: bool = False  # `result` is the safe picture
    layout: str = "face"
    mix: float = 0.5  # of the layout crossfade: 0 is the drawing, 1 the face
