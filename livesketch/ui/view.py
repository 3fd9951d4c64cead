"""What the window shows, as plain frozen data: the app builds a View every turn, the window draws it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from livesketch.frames import Picture, Sketch
from livesketch.parameters import Value
from livesketch.sound.hearing import SOURCES
from livesketch.sound.routes import Route

TOOLS = ("pen", "eraser", "line", "ellipse", "select", "mask", "fill")
Point = tuple[float, float]  # in sides of the paper's square on the screen
PixelRect = tuple[int, int, int, int]  # x, y, width, height


@dataclass(frozen=True, eq=False)
class LookCard:
    """One little face under the face; `picture` (any square size) or None until one was made."""

    name: str
    picture: Picture | None = None


@dataclass(frozen=True)
class Stats:
    """What the status line says; None: not measured yet. Milliseconds from pen sample to the face on screen."""

    p50_ms: float | None = None
    p95_ms: float | None = None
    faces_per_s: float | None = None


@dataclass(frozen=True)
class Message:
    """A sentence for the person in front of the window, said at `time` (time.monotonic()).

    It stays some seconds and then fades; saying the same again with a newer time shows it again.
    `is_error` False: news such as "Saved face.png.".
    """

    sentence: str
    hint: str = ""
    time: float = 0.0
    is_error: bool = True


@dataclass(frozen=True)
class Choice:
    """One of several things to choose in the panel: `name` travels in the Action, `label` is read."""

    name: str
    label: str = ""


@dataclass(frozen=True)
class Marks:
    """What lies over the paper and is no part of the drawing, in sides of its square on the screen."""

    picked: tuple[
        Point, ...
    ] = ()  # corners of the box round what is picked, and its turning handle
    frame: tuple[Point, ...] = ()  # corners of the box that picks
    axis: tuple[Point, ...] = ()  # the axis of symmetry, from above to below
    across: Point = (1.0, 0.0)  # where one side of the paper to the right is seen from there
    zoom: float = 1.0
    pressure: float | None = None  # of a real pen that is down, as it is felt
    raw_pressure: float = 0.0  # as the pen reported it last


@dataclass(frozen=True, eq=False)
class OutputCard:
    """An output that is open: `light` is "good", "waiting" or "bad"; `picture` is what it shows."""

    name: str
    state: str
    light: str
    picture: Picture | None = None
    layout: str = ""  # "": that of the knob
    size: tuple[int, int] = (1280, 720)
    flip: str = ""
    corners: tuple[Point, ...] = ()  # clockwise from the upper left; none: a straight picture
    crop: tuple[float, ...] = ()  # left, top, right, bottom; none: nothing is black
    is_screen: bool = False  # a display, with a size of its own, that can be aslant


@dataclass(frozen=True, eq=False)
class CueCard:
    name: str
    picture: Picture | None = None


@dataclass(frozen=True, eq=False)
class ShowView:
    """What the operator of a show has before them."""

    is_blackout: bool = False
    is_frozen: bool = False
    is_panic: bool = False
    has_safe: bool = True  # there is a safe picture that panic brings
    outputs: tuple[OutputCard, ...] = ()
    cue: CueCard | None = None
    next_cue: CueCard | None = None
    number: str = ""  # "2/12": which cue it is
    tempo: str = ""
    is_moving: bool = False  # a morph is on its way
    remotes: str = ""  # what is listened to
    trouble: str = ""  # what is missing to listen to it


@dataclass(frozen=True)
class SoundView:
    """What is listened to and heard. `chosen`: a microphone's name, "" the usual one, None nobody."""

    chosen: str | None = None
    state: str = ""
    names: tuple[str, ...] = ()  # those that are known
    levels: tuple[float, ...] = (0.0,) * len(SOURCES)  # of SOURCES, 0..1
    learning: str = ""  # which of them waits for its knob
    routes: tuple[Route, ...] = ()


@dataclass(frozen=True, eq=False)
class View:
    """Everything the window shows in this turn. Arrays are read during show() only and never changed.

    Pictures are compared by identity: hand over the same array object while nothing changed.
    `paper` is the exception, being drawn into in place: `paper_dirty` lists what changed in it
    since the View shown before. Its side should be Window.paper_side; anything else is scaled.
    """

    # left
    source: str = "paper"  # "paper": the left side can be drawn on; else it shows `traced`
    paper: Picture | None = None
    paper_dirty: tuple[PixelRect, ...] = ()
    is_empty: bool = True  # nothing drawn: the invitation shows
    traced: Sketch | None = None  # what a camera, video or picture became
    seen: Picture | None = None  # in its place: what a model that redoes pictures was shown
    drawing_name: str = "untitled drawing"
    path: Path | None = None  # where `save` would put it; None: the window asks
    is_saved: bool = True
    can_undo: bool = False
    can_redo: bool = False
    tool: str = "pen"  # one of TOOLS
    marks: Marks = Marks()
    # right
    face: Picture | None = None
    is_fresh: bool = False  # the green light: this face answers the last stroke
    note: str = (
        ""  # a few quiet words about the face side: "waking the model…", "no face in the picture"
    )
    look_name: str = ""
    is_held: bool = False
    looks: tuple[LookCard, ...] = ()
    look_index: int | None = None  # which of `looks` is playing
    # knobs and choices
    values: Mapping[str, Value] = field(default_factory=dict)  # parameter name -> value
    kind: str = ""  # kind of the model that plays; parameters that do not apply to it are not shown
    task: str = ""  # what that model makes faces of
    model: str = ""
    models: tuple[Choice, ...] = ()
    runtime: str = ""
    runtimes: tuple[Choice, ...] = ()
    sources: tuple[Choice, ...] = ()  # what the panel offers; `source` is the one playing
    # words
    input_label: str = ""  # "mouse", "Wacom Intuos, pressure", "camera 0, 640×480"
    device: str = ""  # "default 256 · CPU"
    stats: Stats = Stats()
    message: Message | None = None
    recoverable: str = (
        ""  # "Yesterday's drawing, 82 strokes, was not saved.": offers recover, forget
    )
    title: str = "livesketch"
    outputs: tuple[str, ...] = ()  # names of those that are open
    outputs_offered: tuple[str, ...] = ()  # what the panel can open
    sound: SoundView = SoundView()
    show: ShowView | None = None  # None: nobody but the person at the window looks on
