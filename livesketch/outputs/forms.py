"""What each output looks like, as plain facts that the command line, the panel and the session's file agree on."""

import math
from collections.abc import Mapping
from dataclasses import replace

from livesketch.errors import LivesketchError, UsageError
from livesketch.outputs import FLIPS, OUTPUTS, Setup
from livesketch.parameters import parameter

LAYOUTS = parameter("layout").choices
SCREEN = "second screen"
# What only the second screen has: the others have a size.
ITS_OWN = ("flip", "corners", "crop", "last_display")
LARGEST = 8192
MOST_EDGE = 0.45
LONGEST_NAME = 200
Form = dict[str, object]


def checked_form(name: str, key: str, value: object) -> object:
    """`value` as Setup keeps it; UsageError where this output has no such thing, or it makes no sense.

    layout: one of LAYOUTS, "" for that of the knob. size: (width, height), 16 to 8192 pixels.
    flip: one of FLIPS. corners: four (x, y), -1 to 2, or none. crop: four shares 0 to 0.45, or none.
    last_display: a name, or "".
    """
    if name not in OUTPUTS:
        raise UsageError(
            f"There is no output called {name!r}.", f"There are: {', '.join(OUTPUTS)}."
        )
    if key not in ("layout", "size", *ITS_OWN):
        raise UsageError(f"An output has no {key!r}.")
    if (key in ITS_OWN) != (name == SCREEN) and key != "layout":
        whose = (
            "The second screen has its display's size"
            if name == SCREEN
            else f"The {name} has no {key}"
        )
        raise UsageError(f"{whose}.")
    found = _CHECKS[key](value)
    if found is None:
        raise UsageError(f"{value!r} is no {key} of an output.", _HINTS[key])
    return found


def forms_from(kept: object) -> dict[str, Form]:
    """Those in a session's file; what makes no sense is left out."""
    forms: dict[str, Form] = {}
    for name, facts in kept.items() if isinstance(kept, dict) else ():
        for key, value in facts.items() if isinstance(facts, dict) else ():
            try:
                forms.setdefault(str(name), {})[str(key)] = checked_form(str(name), str(key), value)
            except LivesketchError:
                continue
    return forms


def shaped(setup: Setup, form: Mapping[str, object]) -> Setup:
    """The setup in this form; `form` is of checked values."""
    return replace(setup, **form)  # type: ignore[arg-type]


def _layout(value: object) -> str | None:
    return value if isinstance(value, str) and value in ("", *LAYOUTS) else None


def _flip(value: object) -> str | None:
    return value if isinstance(value, str) and value in FLIPS else None


def _size(value: object) -> tuple[int, int] | None:
    numbers = _numbers(value, 16, LARGEST)
    return (round(numbers[0]), round(numbers[1])) if len(numbers) == 2 else None


def _corners(value: object) -> tuple[tuple[float, float], ...] | None:
    if not isinstance(value, list | tuple):
        return None
    pairs = [_numbers(pair, -1, 2) for pair in value]
    is_whole = len(pairs) in (0, 4) and all(len(pair) == 2 for pair in pairs)
    return tuple((x, y) for x, y in pairs) if is_whole else None


def _crop(value: object) -> tuple[float, ...] | None:
    numbers = _numbers(value, 0, MOST_EDGE)
    is_whole = isinstance(value, list | tuple) and len(value) == len(numbers) in (0, 4)
    return tuple(numbers) if is_whole else None


def _name(value: object) -> str | None:
    return value if isinstance(value, str) and len(value) <= LONGEST_NAME else None


def _numbers(value: object, low: float, high: float) -> list[float]:
    """Empty unless all of them are numbers within the range."""
    if not isinstance(value, list | tuple):
        return []
    numbers = [
        float(one) for one in value if isinstance(one, int | float) and not isinstance(one, bool)
    ]
    is_good = len(numbers) == len(value) and all(
        math.isfinite(one) and low <= one <= high for one in numbers
    )
    return numbers if is_good else []


_CHECKS = {
    "layout": _layout,
    "size": _size,
    "flip": _flip,
    "corners": _corners,
    "crop": _crop,
    "last_display": _name,
}
_HINTS = {
    "layout": f"There are: {', '.join(LAYOUTS)}.",
    "size": "A size is such as 1280x720.",
    "flip": "Say h, v or hv.",
    "corners": "Four corners are needed, clockwise from the upper left, each from 0 to 1.",
    "last_display": "livesketch devices has the displays' names.",
    "crop": f"Four shares are needed: left, top, right, bottom, each from 0 to {MOST_EDGE}.",
}
