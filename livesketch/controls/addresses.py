"""What may be asked from outside (OSC, MIDI): every knob and most actions by name, typed and ranged, from the two tables."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from livesketch.controls.actions import ACTIONS, Action, ActionRow
from livesketch.errors import LivesketchError
from livesketch.parameters import PARAMETERS, Parameter, checked

ROOT = "/livesketch/"
# Done before everything else that came in the same turn.
SAFETY = frozenset({"blackout", "panic", "freeze"})
# Nobody from outside opens or names files, ends the show, or opens a dialog on it.
CLOSED = frozenset(
    {"open", "save", "save_as", "save_face", "copy_face", "quit", "confirm", "leave"}
    | {"recover", "forget", "learn"}
    | {"microphone", "follow"}
    # these carry more than one value; knobs have addresses of their own
    | {"set", "pointer", "shape_output", "route"}
)
# Whoever reaches a network port writes nothing on the disk, uncovers no screen and opens no microphone;
# a pad may.
AT_HAND = frozenset({"listen", "record", "keep_replay", "keep_cue", "second_screen", "output"})
NUMBERED = frozenset({"pick_look", "cue"})

Kind = Literal["number", "switch", "choice", "press", "text", "index"]


@dataclass(frozen=True)
class Address:
    """One thing that can be asked for. `low`, `high` and `choices` are those of the knob."""

    name: str
    kind: Kind
    help: str
    title: str  # what the window calls it
    low: float = 0.0
    high: float = 1.0
    choices: tuple[str, ...] = ()
    is_knob: bool = False  # asked for by the action "set"

    @property
    def path(self) -> str:
        return ROOT + self.name

    @property
    def is_safety(self) -> bool:
        return self.name in SAFETY


def addresses(
    parameters: Sequence[Parameter] = PARAMETERS,
    actions: Sequence[ActionRow] = ACTIONS,
    is_at_hand: bool = False,
) -> dict[str, Address]:
    """name -> Address. Where a knob and an action have one name (framing), it is the knob's: a value
    that is sent twice must mean the same twice. `is_at_hand`: for a controller that is plugged in."""
    closed = CLOSED if is_at_hand else CLOSED | AT_HAND
    found = {row.name: _of_action(row) for row in actions if row.name not in closed}
    return found | {row.name: _of_knob(row) for row in parameters}


def action_for(address: Address, arguments: Sequence[object]) -> Action | None:
    """The Action that these arguments ask for; None where they make no sense, or ask for nothing
    (a button that is let go sends 0)."""
    first = arguments[0] if arguments else None
    if address.is_knob:
        try:
            return Action("set", (address.name, checked(address.name, _knob_value(address, first))))
        except (LivesketchError, TypeError):
            return None
    if address.kind == "switch":
        if first is None:
            return Action(address.name)
        whole = isinstance(first, int | float) and math.isfinite(first)
        return Action(address.name, float(first) >= 0.5) if whole else None  # type: ignore[arg-type]
    if address.kind == "press":
        is_down = first is None or (isinstance(first, int | float) and float(first) > 0)
        return Action(address.name) if is_down else None
    if address.kind == "index":
        whole = isinstance(first, int | float) and math.isfinite(first) and first >= 0
        return Action(address.name, int(first)) if whole else None  # type: ignore[arg-type]
    return Action(address.name, first) if isinstance(first, str) and first else None


def scaled(address: Address, share: float) -> object:
    """What a share 0..1 of a fader's way means to this address, as an argument of action_for()."""
    if address.kind == "number":
        return address.low + share * (address.high - address.low)
    if address.kind == "choice":
        return address.choices[min(int(share * len(address.choices)), len(address.choices) - 1)]
    if address.kind == "switch":
        return share >= 0.5
    return share


def share_of(address: Address, value: object) -> float:
    """Where a fader of 0..1 stands for this value; the opposite of scaled()."""
    if address.kind == "choice" and value in address.choices:
        return address.choices.index(str(value)) / max(1, len(address.choices) - 1)
    if isinstance(value, bool) or address.kind == "switch":
        return float(bool(value))
    if isinstance(value, int | float) and address.high > address.low:
        return min(max((value - address.low) / (address.high - address.low), 0.0), 1.0)
    return 0.0


def page(found: Iterable[Address]) -> str:
    """The addresses as a table in Markdown."""
    lines = ["| address | takes | what it does |", "|---|---|---|"]
    lines += [f"| `{one.path}` | {takes(one)} | {one.help} |" for one in found]
    return "\n".join(lines)


def takes(address: Address) -> str:
    """What an address takes, in words."""
    if address.kind == "number":
        return f"{address.low:g} to {address.high:g}"
    words = {
        "switch": "0 or 1",
        "press": "nothing, or 1",
        "text": "its name",
        "index": "0, 1, 2 …",
    }
    return words.get(address.kind) or ", ".join(address.choices)


def _of_knob(row: Parameter) -> Address:
    kind: Kind = "number"
    if row.choices:
        kind = "choice"
    elif isinstance(row.default, bool):
        kind = "switch"
    return Address(
        row.name, kind, row.help, row.title, row.low, row.high, row.choices, is_knob=True
    )


def _of_action(row: ActionRow) -> Address:
    kind: Kind = "press"
    if row.name in SAFETY:
        kind = "switch"
    elif row.name in NUMBERED:
        kind = "index"
    elif row.value:
        kind = "text"
    return Address(row.name, kind, row.help, row.help)


def _knob_value(address: Address, value: object) -> object:
    """A choice may be sent by its number, a switch as a number."""
    if address.kind == "choice" and isinstance(value, int | float) and not isinstance(value, bool):
        return address.choices[int(value)] if 0 <= value < len(address.choices) else value
    if address.kind == "switch" and isinstance(value, float):
        return value >= 0.5
    if address.kind == "number" and isinstance(value, bool | str):
        raise TypeError("a number is needed")
    return value
