"""Cues: named scenes and how to come to them, in a TOML file that a person can read and edit."""

import json
import math
import tomllib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from livesketch.disk import write_whole
from livesketch.errors import LivesketchError, OutputError
from livesketch.frames import Code, Look, Settings
from livesketch.parameters import checked, frozen

STARTS = 0.25  # of the time of a smooth morph, in which it gains its speed, and again loses it
LONGEST_S, MOST_BEATS = 3600.0, 1024.0
LARGEST = 4_000_000  # bytes of a file; a cue with a code takes some thousand
HEADER = """\
# A list of cues. `seconds` or `beats`: how long it takes to come to a cue; 0 is at once.
# `ease`: smooth, linear, in or out. `seed` says who it is; knobs that are not named stay as they are.
"""


@dataclass(frozen=True, eq=False)
class Cue:
    """A scene: who, and the knobs that matter; and how to come to it."""

    name: str
    look: Look
    values: Settings = field(default_factory=lambda: frozen({}))
    seconds: float = 0.0
    beats: float = 0.0  # counts instead of `seconds` where it is not 0
    ease: str = "smooth"

    def takes(self, beat_s: float) -> float:
        """Seconds that it takes to come to it, where a beat takes `beat_s`."""
        return self.beats * beat_s if self.beats else self.seconds


def ease(name: str, t: float) -> float:
    """How far a morph is, 0..1, when the share `t` of its time has passed; monotone.

    "smooth" begins and ends at rest and keeps an even speed between: a face does not change evenly
    along its way, mostly it changes most half way, where a minimum-jerk curve is quickest.
    """
    t = min(max(t, 0.0), 1.0)
    if name == "linear":
        return t
    if name == "in":
        return t * t
    if name == "out":
        return t * (2 - t)
    near = min(t, 1 - t)
    even = (near - STARTS / 2 if near > STARTS else near * near / (2 * STARTS)) / (1 - STARTS)
    return even if t < 0.5 else 1 - even


EASES = ("smooth", "linear", "in", "out")


def write_cues(cues: list[Cue], path: Path) -> None:
    """Replaced in one step; read_cues() gives back what was written. OutputError where it cannot be."""
    text = HEADER + "".join(_written(cue) for cue in cues)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
    except OSError as error:
        raise OutputError(
            f"The cues cannot be kept in {path}: {error.strerror}.", "Choose another place."
        ) from error


def read_cues(path: Path) -> tuple[list[Cue], list[str]]:
    """Every cue that makes sense, and a sentence about each thing that does not.

    A broken value is left out, a cue without a person is; one typing mistake never loses a show.
    """
    try:
        if path.stat().st_size > LARGEST:
            return [], [f"{path.name} is too large for a list of cues."]
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        return [], [f"{path.name} cannot be read: {error.strerror}."]
    except UnicodeDecodeError:
        return [], [f"{path.name} is no text."]
    rows, notes = _rows(text, path.name)
    cues = []
    for number, row in enumerate(rows, 1):
        cue, said = _cue(row, number)
        notes += [f"{path.name}: {sentence}" for sentence in said]
        if cue is not None:
            cues.append(cue)
    return cues, notes


def _rows(text: str, name: str) -> tuple[list[object], list[str]]:
    """The tables of the file. Where it does not parse as a whole, each cue is read by itself."""
    try:
        rows = tomllib.loads(text).get("cue", [])
        if isinstance(rows, list):
            return rows, []
        return [], [f"{name}: a cue begins with [[cue]], in two brackets."]
    except (ValueError, RecursionError):  # ValueError: also a number of ten thousand digits
        pass
    rows, notes = [], []
    parts = text.split("[[cue]]")
    for number, part in enumerate(parts[1:], 1):
        try:
            rows += tomllib.loads("[[cue]]" + part).get("cue", [])
        except (ValueError, RecursionError) as error:
            line = sum(before.count("\n") for before in parts[:number]) + 1
            notes.append(f"{name}: cue {number}, from line {line} on, cannot be read: {error}")
    if len(parts) == 1:
        notes.append(f"{name} holds no cues: each begins with [[cue]].")
    return rows, notes


def _cue(row: object, number: int) -> tuple[Cue | None, list[str]]:
    if not isinstance(row, dict):
        return None, [f"cue {number} is no table."]
    name = row.get("name")
    name = name if isinstance(name, str) and name else f"cue {number}"
    notes: list[str] = []
    seed = row.get("seed")
    if not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed < 2**63:
        return None, [f"{name} has no person: seed is a whole number, 0 or more."]
    code = _code(row.get("code"), row.get("code_rows"))
    if "code" in row and code is None:
        notes.append(f"{name}: its code cannot be read; its seed is used.")
    space = row.get("style_space", "")
    how = row.get("ease", "smooth")
    if how not in EASES:
        notes.append(f"{name}: ease is {', '.join(EASES)}, not {how!r}.")
        how = "smooth"
    look = Look(name, seed, code, space if isinstance(space, str) else "")
    return Cue(
        name,
        look,
        _values(row.get("knobs", {}), name, notes),
        _number(row, "seconds", LONGEST_S, name, notes),
        _number(row, "beats", MOST_BEATS, name, notes),
        how,
    ), notes


def _values(knobs: object, name: str, notes: list[str]) -> Settings:
    values = {}
    if not isinstance(knobs, Mapping):
        notes.append(f"{name}: knobs are a table, such as {{ faithful = 0.5 }}.")
        knobs = {}
    for knob, value in knobs.items():
        try:
            values[knob] = checked(knob, value)
        except LivesketchError as error:
            notes.append(f"{name}: {error}")
    return frozen(values)


def _number(row: dict, key: str, most: float, name: str, notes: list[str]) -> float:
    value = row.get(key, 0.0)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or not 0 <= value <= most:
        notes.append(f"{name}: {key} is a number, 0 to {most:g}, not {value!r}.")
        return 0.0
    return float(value)


def _code(text: object, rows: object) -> Code | None:
    """Numbers as base64 of little-endian float32: (Z,), or (num_ws, w_dim) where `rows` is num_ws."""
    if not isinstance(text, str):
        return None
    try:
        code = np.frombuffer(b64decode(text, validate=True), "<f4").astype(np.float32)
        if isinstance(rows, int) and rows > 0:
            code = code.reshape(rows, -1)
    except ValueError:
        return None
    return code if code.size and np.isfinite(code).all() else None


def _written(cue: Cue) -> str:
    lines = ["", "[[cue]]", f"name = {_quoted(cue.name)}", f"seed = {cue.look.seed}"]
    if cue.beats:
        lines.append(f"beats = {float(cue.beats)!r}")
    elif cue.seconds:
        lines.append(f"seconds = {float(cue.seconds)!r}")
    if cue.ease != "smooth":
        lines.append(f"ease = {_quoted(cue.ease)}")
    if cue.values:
        knobs = (f"{knob} = {_plain(value)}" for knob, value in cue.values.items())
        lines.append(f"knobs = {{ {', '.join(knobs)} }}")
    if cue.look.code is not None:
        if cue.look.code.ndim == 2:
            lines.append(f"code_rows = {len(cue.look.code)}")
        text = b64encode(cue.look.code.astype("<f4").tobytes()).decode("ascii")
        lines += [f"style_space = {_quoted(cue.look.style_space)}", f'code = "{text}"']
    return "\n".join(lines) + "\n"


def _plain(value: float | bool | str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _quoted(value) if isinstance(value, str) else repr(float(value))


def _quoted(text: str) -> str:
    # JSON's strings are TOML's, but for the one control character that JSON writes as it is.
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(whole, ensure_ascii=False).replace("\x7f", "\\u007f")
