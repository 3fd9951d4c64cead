"""THE table: every knob a person can turn. Sliders, flags, addresses and the generated docs come from it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from livesketch.errors import UsageError
from livesketch.frames import Settings

Value = float | bool | str


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
        0.5,
        "How much the drawn head decides who the person is: 0 leaves it to the look alone.",
        kinds=("compact",),
        label="the drawing decides who",
    ),
    *(
        Parameter(name, "person", 0.0, help, -1.0, 1.0, kinds=("compact",), label=label)
        for name, help, label in (
            ("skin", "Darker or lighter skin.", "skin: darker — lighter"),
            ("hair_colour", "Darker or lighter hair.", "hair: darker — lighter"),
            ("smile", "A sterner or a friendlier mouth.", "smile: less — more"),
        )
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
    Parameter("stabilizer", "pen", 0.2, "How much the line is calmed: 0 is the raw hand."),
    Parameter(
        "pressure_curve",
        "pen",
        0.5,
        "How hard a tablet's pen wants to be pressed: 0 draws broad at a light touch, 0.5 is as the pen reports.",
        label="pressure: soft — hard",
    ),
    Parameter(
        "framing",
        "pen",
        True,
        "Find the head in the drawing and bring it to where the model expects one.",
    ),
    Parameter(
        "line_style",
        "camera",
        "contour",
        "How a photographed face is drawn.",
        choices=("contour", "ink", "edges"),
        label="line style",
    ),
    Parameter("line_detail", "camera", 0.5, "How many lines a photographed face gets."),
    Parameter("mirror", "camera", True, "Show the camera as a mirror does."),
    Parameter("smoothing", "camera", 0.5, "How calm the camera's lines are; 0 is off."),
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
