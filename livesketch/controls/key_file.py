"""The person's own keys: a file of lines such as `ctrl+d = undo`, read at the start."""

from collections.abc import Mapping
from pathlib import Path

from livesketch.controls.actions import ACTIONS
from livesketch.controls.keys import default_keys, keys_with
from livesketch.disk import write_whole
from livesketch.errors import LivesketchError, UsageError
from livesketch.places import user_dir

_HEAD = """\
# Your own keys for livesketch: one line a key, read when it starts.
#
#   ctrl+d = undo      this key does that, whatever it did before
#   delete =           this key does nothing any more
#
# A key is written small, with ctrl, alt, shift before it in this order (on a Mac the command key
# is ctrl); signs as they are: [ ] + ?. Lines that begin with # are notes. Below stand all keys as
# they are at first: take away the # before the one that you change.

"""
_ORDER = ("ctrl", "alt", "shift")


def key_path() -> Path:
    return user_dir("config") / "keys.txt"


def read_keys(path: Path) -> tuple[dict[str, str], list[str]]:
    """Chord -> action, the usual keys with the person's on top; and a sentence about each line that
    is not understood. No file: the usual keys."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        return default_keys(), []
    except (OSError, ValueError):
        return default_keys(), [f"Your keys in {path} cannot be read; these are the usual ones."]
    changes: dict[str, str] = {}
    notes = []
    for number, line in enumerate(lines, 1):
        words = line.strip()
        if not words or words.startswith("#"):
            continue
        try:
            chord, name = _understood(words)
            keys_with({chord: name})
            changes[chord] = name
        except LivesketchError as error:
            notes.append(f"Line {number} of {path.name}: {error.message}")
    return keys_with(changes), notes


def write_sample(path: Path) -> bool:
    """A file to change, with all keys as notes; False where there is one already."""
    if path.exists():
        return False
    rows = [row for row in ACTIONS if row.keys]
    lines = [f"# {chord} = {row.name}   ({row.help})" for row in rows for chord in row.keys]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, _HEAD + "\n".join(lines) + "\n")
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}.", "Free some space there."
        ) from error
    return True


def unreachable(keys: Mapping[str, str]) -> list[str]:
    """Actions that had a key and have none any more."""
    return [row.name for row in ACTIONS if row.keys and row.name not in keys.values()]


def _understood(line: str) -> tuple[str, str]:
    """ "ctrl+d = undo   (a note)" -> chord, action; "" frees the key."""
    chord, sign, name = line.partition("=")
    if not chord:  # the key = itself
        chord, (_, sign, name) = "=", name.partition("=")
    if not sign:
        raise UsageError(f"there is no = in {line!r}.")
    name = name.partition("(")[0].strip()
    *held, key = _parts(chord.strip().lower())
    wrong = [word for word in held if word not in _ORDER]
    if wrong or not key:
        raise UsageError(f"{chord.strip()!r} is no key.")
    return "+".join([*sorted(held, key=_ORDER.index), key]), name


def _parts(chord: str) -> list[str]:
    """ "ctrl++" is ctrl and the sign +."""
    if chord.endswith("+"):
        return [*[part for part in chord[:-1].split("+") if part], "+"]
    return chord.split("+")
