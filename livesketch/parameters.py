"""THE table: every knob a person can turn. Sliders, flags, addresses and the generated docs come from it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from livesketch.errors import UsageError
from livesketch.frames import FACE_PARTS, Settings

Value = float | bool | str
WHOSE = ("face", "parts", "person", "look")  # groups of knobs that decide whose face it is, and how
LAYERS = 18  # of the largest generator that is steered by a w for every layer
FINE = 8  # the first of the layers that a held look paints: colours, skin, light (pSp, §4.2)


@dataclass(frozen=True)
class Parameter:
    """One knob. A number has low < high; a switch has a bool default; a choice has `choices`."""

    name: str
    group: str  # the panel folds by it
    default: Value
    help: str
    low: float = 0.0
    high: float = 1.0
    unit: str = ""
    choices: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()  # kinds of model it applies to; empty: all of them
    tasks: tuple[str, ...] = ()  # tasks of models it applies to; empty: all of them
    label: str = ""  # what the panel writes; empty: the name with spaces

    @property
    def title(self) -> str:
        return self.label or self.name.replace("_", " ")


PARAMETERS: tuple[Parameter, ...] = (
    Parameter(
        "faithful",
        "face",
        0.5,
        "How strictly the lines bind: 0 makes the most believable face, 1 follows every line.",
        kinds=("compact",),
        label="plausible — faithful",
    ),
    *(
        Parameter(
            f"{part}_faithful",
            "parts",
            0.0,
            f"How much more strictly than the rest the drawn {part} bind{verb}; below 0: less.",
            -1.0,
            1.0,
            kinds=("compact",),
            label=part,
        )
        for part, verb in (
            ("eyes", ""),
            ("brows", ""),
            ("nose", "s"),
            ("mouth", "s"),
            ("outline", "s"),
            ("hair", "s"),
        )
    ),
    Parameter(
        "kin",
        "face",
        0.9,
        "How much a drawing decides who the person is, by where it was begun: 0 leaves it to the look alone.",
        kinds=("compact",),
        label="the drawing decides who",
    ),
    Parameter(
        "face_side",
        "face",
        "auto",
        "Pixels of a face's side: 512 is sharper on a large screen; auto is that on a graphics card, 256 on a processor.",
        choices=("auto", "256", "512"),
        kinds=("compact",),
        label="pixels",
    ),
    *(
        Parameter(name, "person", 0.0, help, -1.0, 1.0, kinds=("compact",), label=label)
        for name, help, label in (
            ("skin", "Darker or lighter skin.", "skin: darker — lighter"),
            ("hair_colour", "Darker or lighter hair.", "hair: darker — lighter"),
            ("smile", "A sterner or a friendlier mouth.", "smile: less — more"),
            (
                "age",
                "Younger, down to a child, or older, with wrinkles and grey hair.",
                "age: younger — older",
            ),
        )
    ),
    Parameter(
        "studio",
        "person",
        0.4,
        "How much light and backdrop are a photographer's: at 0 as any photo has them, at 1 even and plain for everybody.",
        kinds=("compact",),
        label="light: candid — studio",
    ),
    Parameter(
        "faces",
        "person",
        "1",
        "How many people are shown side by side for one drawing: the chosen one, and those after it.",
        choices=("1", "4", "9"),
        label="people side by side",
    ),
    Parameter(
        "brush",
        "pen",
        "ink",
        "What the pen leaves on your paper; the model sees the line alone.",
        choices=("ink", "pencil", "marker"),
    ),
    Parameter(
        "size",
        "pen",
        5.0,
        "Width of the pen's line, in thousandths of the paper's side.",
        1.0,
        40.0,
        "‰",
    ),
    Parameter(
        "eraser_size",
        "pen",
        28.0,
        "Width of the eraser, in thousandths of the paper's side.",
        4.0,
        120.0,
        "‰",
    ),
    Parameter("hardness", "pen", 1.0, "1 draws a sharp edge, 0 one that fades from the middle on."),
    Parameter("opacity", "pen", 1.0, "How dark the line is.", 0.05),
    Parameter(
        "pressure_size",
        "pen",
        0.7,
        "How much pressure changes the width: 0 draws one width.",
        label="pressure → width",
    ),
    Parameter(
        "pressure_opacity",
        "pen",
        0.0,
        "How much pressure changes the darkness: 0 draws one shade.",
        label="pressure → darkness",
    ),
    Parameter(
        "tilt",
        "pen",
        0.0,
        "How much a pen that is laid flat draws broader and paler, as the side of a lead does; needs a tablet that tells its tilt.",
        label="tilt → broad and pale",
    ),
    Parameter(
        "stabilizer_kind",
        "pen",
        "average",
        "How the line is calmed: averaged over time, pulled on a string behind the pen, or not at all.",
        choices=("average", "string", "none"),
        label="stabilizer",
    ),
    Parameter(
        "stabilizer",
        "pen",
        0.2,
        "How much the line is calmed: 0 is the raw hand.",
        label="stabilizer strength",
    ),
    Parameter(
        "jitter",
        "pen",
        0.8,
        "What a tablet's pen moves less than this is the tremble of its rest and not drawn, in thousandths of the paper's side; 0 draws all of it.",
        0.0,
        5.0,
        "‰",
        label="tremble left out",
    ),
    Parameter(
        "pressure_curve",
        "pen",
        0.5,
        "How hard a tablet's pen wants to be pressed: 0 draws broad at a light touch, 0.5 is as the pen reports.",
        label="pressure: soft — hard",
    ),
    Parameter(
        "pressure_low",
        "pen",
        0.0,
        "The lightest touch that draws, as the pen reports it. Ctrl+P measures it.",
        0.0,
        0.9,
        label="lightest pressure",
    ),
    Parameter(
        "pressure_high",
        "pen",
        1.0,
        "The firmest touch of this hand, as the pen reports it. Ctrl+P measures it.",
        0.05,
        1.0,
        label="firmest pressure",
    ),
    Parameter(
        "framing",
        "pen",
        True,
        "Find the head in the drawing and bring it to where the model expects one.",
    ),
    Parameter(
        "part",
        "paint",
        "skin",
        "Which part of the face is painted or filled; background takes away. L and r are the person's own.",
        choices=tuple(name for name, _ in FACE_PARTS),
        label="part to paint",
    ),
    Parameter(
        "symmetry", "paper", False, "Draw the other side of the axis too, as a mirror would."
    ),
    Parameter(
        "symmetry_axis",
        "paper",
        0.5,
        "Where the mirror stands: 0 is the left edge of the paper, 1 the right one.",
        label="axis of symmetry",
    ),
    Parameter(
        "ghost",
        "paper",
        0.0,
        "The face shines through the paper, where the model sees your drawing: to draw after it.",
        0.0,
        0.9,
        label="ghost of the face",
    ),
    Parameter(
        "suggestions",
        "paper",
        False,
        "Faint lines traced back from the face, to follow or to ignore; Q takes over those of one part.",
        label="suggested lines",
    ),
    Parameter(
        "photo_opacity",
        "paper",
        0.5,
        "How clearly the photo under the drawing is seen.",
        label="photo",
    ),
    Parameter(
        "replay_speed",
        "paper",
        4.0,
        "How many times as fast as it was drawn a drawing is replayed.",
        0.25,
        50.0,
        "×",
        label="speed of the replay",
    ),
    Parameter(
        "replay_undone",
        "paper",
        False,
        "The replay also shows strokes that were taken back.",
        label="replay what was undone",
    ),
    Parameter(
        "paper_colour",
        "paper",
        "light",
        "Dark ink on light paper, or the other way round; the face is the same.",
        choices=("light", "dark"),
        label="paper",
    ),
    Parameter(
        "line_style",
        "camera",
        "contour",
        "How a photographed face is drawn.",
        choices=("contour", "ink", "edges", "artist", "pencil"),
        label="line style",
    ),
    Parameter("line_detail", "camera", 0.5, "How many lines a photographed face gets."),
    Parameter(
        "person",
        "camera",
        0.0,
        "Who is followed of several people in the picture: 0 the nearest, else the nth from the left when it is turned.",
        0.0,
        8.0,
    ),
    Parameter(
        "everybody",
        "camera",
        False,
        "A face for each of up to four people in the picture, with a look of their own: the chosen one, and those after it.",
        label="a face for everybody",
    ),
    Parameter(
        "face_me",
        "camera",
        0.0,
        "Turn the head to the front before it is drawn: 0 leaves it, 1 faces you.",
        label="face me",
    ),
    Parameter(
        "expression",
        "camera",
        1.0,
        "How lively the face is: 0 is a mask, 1 as it is, more is a caricature.",
        0.0,
        2.5,
        label="calm — caricature",
    ),
    Parameter(
        "me_other",
        "camera",
        1.0,
        "From yourself (0) to the chosen person (1), once your own look was taken.",
        label="me — the other",
    ),
    Parameter(
        "composite",
        "camera",
        "face alone",
        "What is shown: the face alone, the face back in the camera's picture, or the drawing on it.",
        choices=("face alone", "face in picture", "drawing on picture"),
        label="show",
    ),
    Parameter(
        "background",
        "camera",
        "kept",
        "What is behind you in the camera's picture, where that is shown; Ctrl+B replaces it by a picture.",
        choices=("kept", "blurred", "replaced", "removed"),
    ),
    Parameter(
        "freeze_pose",
        "camera",
        "never",
        "Hold this for a second and a half, looking ahead, and the lines freeze as they were before it.",
        choices=("never", "eyes shut", "mouth open"),
        label="freeze by a pose",
    ),
    Parameter("mirror", "camera", True, "Show the camera as a mirror does."),
    Parameter("smoothing", "camera", 0.5, "How calm the camera's lines are; 0 is off."),
    Parameter(
        "shrink",
        "camera",
        4.0,
        "How many times smaller a picture is made before a model makes it large again.",
        1.0,
        32.0,
        "×",
        tasks=("lowres",),
        label="thumbnail",
    ),
    Parameter(
        "photo_look",
        "look",
        0.0,
        "Whose face a photo becomes, with models that redo pictures: 0 who is in it, 1 the chosen person.",
        tasks=("photo", "lowres"),
        label="in the picture — the other",
    ),
    Parameter(
        "look_mix",
        "look",
        1.0,
        "How much the chosen person paints of a drawn face, in the layers below: 0 is the network's plain answer.",
        kinds=("psp",),
        tasks=("sketch", "mask"),
        label="the look's share",
    ),
    Parameter(
        "truncation",
        "look",
        1.0,
        "How far people may be from the average face: 0 is the average itself.",
        kinds=("psp", "stylegan2"),
    ),
    *(
        Parameter(
            f"layer_{k}",
            "layers",
            float(k > FINE),
            f"How much of layer {k} of {LAYERS} the chosen person paints: the first ones turn the head, the last ones colour it.",
            kinds=("psp",),
            label=f"layer {k}",
        )
        for k in range(1, LAYERS + 1)
    ),
    Parameter(
        "layout",
        "stage",
        "face",
        "What the outputs show, those that have no layout of their own.",
        choices=(
            "face",
            "drawing",
            "side by side",
            "picture in picture",
            "drawing over face",
            "crossfade",
        ),
    ),
    Parameter("mix", "stage", 0.5, "In the layout crossfade: 0 is the drawing, 1 the face."),
    Parameter(
        "glide",
        "stage",
        0.0,
        "How long it takes to become another person, and to come to a cue that says nothing else; 0 is at once.",
        0.0,
        30.0,
        "s",
    ),
    Parameter(
        "drift_pace", "stage", 12.0, "Drifting: from one person to the next.", 2.0, 120.0, "s"
    ),
    Parameter(
        "sound_gain",
        "sound",
        0.0,
        "How much louder than it comes in the sound is taken.",
        -20.0,
        40.0,
        "dB",
        label="sensitivity",
    ),
    Parameter(
        "record_sound",
        "sound",
        False,
        "The microphone is in films that are recorded, from the next one on.",
        label="sound in recordings",
    ),
    Parameter(
        "left_handed",
        "window",
        False,
        "The tools stand on the right, the paper too: your arm covers neither.",
        label="left-handed",
    ),
    Parameter(
        "language",
        "window",
        "auto",
        "Of the window. The file keys.txt and the command line stay English.",
        choices=("auto", "en", "zh"),
    ),
)


def parameter(name: str) -> Parameter:
    """The row called `name`; UsageError where there is none."""
    for row in PARAMETERS:
        if row.name == name:
            return row
    raise UsageError(
        f"There is no parameter called {name!r}.",
        f"There are: {', '.join(row.name for row in PARAMETERS)}.",
    )


def defaults() -> dict[str, Value]:
    return {row.name: row.default for row in PARAMETERS}


def frozen(values: Mapping[str, Value]) -> Settings:
    """A copy that nobody can change: what a Request carries."""
    return MappingProxyType(dict(values))


def checked(name: str, value: object) -> Value:
    """`value` as the parameter takes it, numbers brought into range; UsageError where it makes no sense."""
    row = parameter(name)
    if row.choices:
        if value in row.choices:
            return str(value)
        raise UsageError(f"{name} cannot be {value!r}.", f"Choose from: {', '.join(row.choices)}.")
    if isinstance(row.default, bool):
        words = {"on": True, "off": False, "true": True, "false": False, "yes": True, "no": False}
        if isinstance(value, str):
            if value.lower() in words:
                return words[value.lower()]
        elif isinstance(value, bool | int | float):
            return bool(value)
        raise UsageError(f"{name} cannot be {value!r}.", "Say on or off.")
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise UsageError(
            f"{name} cannot be {value!r}.", f"Give a number, {row.low:g} to {row.high:g}."
        )
    return min(max(number, row.low), row.high)
