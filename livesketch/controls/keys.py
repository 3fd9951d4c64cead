"""Which key asks for what: chords as text ("ctrl+shift+z") → the name of an action.

A chord is a key's name in lower case with its modifiers before it in the order ctrl, alt, shift;
on macOS the command key counts as ctrl. Signs such as "[" or "?" are written as themselves, however
the keyboard makes them. The side buttons of a pen are "pen1", "pen2" and "pen3", the one nearest
the tip first.
"""

from collections.abc import Mapping
from functools import lru_cache

from livesketch.controls.actions import ACTIONS
from livesketch.errors import UsageError

_WORDS = {
    "ctrl": "Ctrl",
    "alt": "Alt",
    "shift": "Shift",
    "space": "Space",
    "tab": "Tab",
    "escape": "Esc",
    "delete": "Del",
    "backspace": "Backspace",
    "return": "Enter",
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
    "home": "Home",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "pen1": "Pen button 1",
    "pen2": "Pen button 2",
    "pen3": "Pen button 3",
}


def pen_chord(button: int) -> str:
    """The chord of a pen's side button, counted from 1."""
    return f"pen{button}"


def default_keys() -> dict[str, str]:
    """chord -> action name, as ACTIONS has it."""
    return {chord: row.name for row in ACTIONS for chord in row.keys}


def keys_with(changes: Mapping[str, str]) -> dict[str, str]:
    """The default keys with the user's own on top: chord -> action name, "" frees a key.

    UsageError where an action does not exist.
    """
    keys = default_keys()
    names = {row.name for row in ACTIONS}
    for chord, name in changes.items():
        if name and name not in names:
            raise UsageError(
                f"There is no action called {name!r} for the key {chord!r}.",
                f"There are: {', '.join(sorted(names))}.",
            )
        if name:
            keys[chord] = name
        else:
            keys.pop(chord, None)
    return keys


@lru_cache(maxsize=256)  # asked for every button, every turn
def chord_words(chord: str) -> str:
    """How people read a chord: Ctrl+Shift+Z."""
    *held, last = chord.removesuffix("+").split("+") if chord != "+" else ["+"]
    return "+".join(_WORDS.get(part, part.upper()) for part in [*held, last or chord[-1:]])


def chords_of(name: str, keys: Mapping[str, str]) -> list[str]:
    """The chords that ask for `name`, in the table's order."""
    return [chord for chord, action in keys.items() if action == name]
