"""Which knob of which MIDI controller turns what: kept as JSON that a person can read and edit."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeGuard

from livesketch.controls.addresses import Address
from livesketch.errors import OutputError

VERSION = 1


@dataclass(frozen=True)
class Control:
    """Something to touch on a controller. `kind`: "knob" sends control changes, "note" is a pad or key."""

    kind: Literal["knob", "note"]
    channel: int  # 0..15
    number: int  # 0..127

    @property
    def words(self) -> str:
        return f"{self.kind} {self.number}, channel {self.channel + 1}"


@dataclass(frozen=True)
class Target:
    """What a control is for: the name of an Address, and what a pad sends where it needs a value."""

    name: str
    value: int | str | None = None


Profile = dict[Control, Target]


def write_profile(profile: Mapping[Control, Target], path: Path) -> None:
    """Replaced in one step. OutputError where it cannot be kept."""
    rows = []
    for control, target in sorted(profile.items(), key=lambda pair: pair[1].name):
        row: dict[str, object] = {
            "name": target.name,
            control.kind: control.number,
            "channel": control.channel + 1,  # people and controllers count from 1
        }
        if target.value is not None:
            row["value"] = target.value
        rows.append(json.dumps(row, ensure_ascii=False))
    text = f'{{"version": {VERSION}, "controls": [\n  ' + ",\n  ".join(rows) + "\n]}\n"
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        os.replace(part, path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise OutputError(
            f"The MIDI profile cannot be kept in {path}: {error.strerror}."
        ) from error


def read_profile(path: Path, found: Mapping[str, Address]) -> tuple[Profile, list[str]]:
    """What is whole in the file, and a sentence about each line that is not. No file: nothing."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        rows = kept["controls"]
        if not isinstance(rows, list):
            raise TypeError("no list")
    except FileNotFoundError:
        return {}, []
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}, [f"The MIDI profile {path.name} cannot be read; knobs have to be learnt again."]
    profile: Profile = {}
    notes = []
    for number, row in enumerate(rows, 1):
        control = _control(row)
        name = row.get("name") if isinstance(row, dict) else None
        if control is None:
            notes.append(f"{path.name}: control {number} says no knob or note, 0 to 127.")
        elif not isinstance(name, str) or name not in found:
            notes.append(f"{path.name}: control {number} is for {name!r}, which is nothing.")
        else:
            value = row.get("value")
            is_value = isinstance(value, int | str) and not isinstance(value, bool)
            profile[control] = Target(name, value if is_value else None)
    return profile, notes


def _control(row: object) -> Control | None:
    if not isinstance(row, dict):
        return None
    channel = row.get("channel", 1)
    for kind in ("knob", "note"):
        number = row.get(kind)
        if _is_whole(number, 0, 127) and _is_whole(channel, 1, 16):
            return Control(kind, channel - 1, number)
    return None


def _is_whole(value: object, low: int, high: int) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
