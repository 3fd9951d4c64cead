"""A drawing as lines of text: what stands in a line of a drawing file or a journal, and how it is read back."""

import json
import re
import zlib
from collections.abc import Iterable
from typing import Any

import numpy as np

from livesketch.canvas.brush import Brush
from livesketch.canvas.stroke import COLUMNS, Sample, Stroke
from livesketch.frames import Point

VERSION = (1, 1)  # a reader opens any file with its own major number

_SUM = re.compile(rb',"sum":"([0-9a-f]{8})"}$')
_FARTHEST = 1000.0  # paper sides: nobody draws out there
_PROPERTIES = (
    ("hardness", 0.0, 1.0),
    ("opacity", 0.0, 1.0),
    ("thinning", 0.0, 1.0),
    ("fading", 0.0, 1.0),
    ("tilting", 0.0, 1.0),
    ("mirror", -_FARTHEST, _FARTHEST),
)
_DEFAULTS = (0.0, 0.0, 1.0, 0.0, 0.0, 0.0)  # of a sample's columns


class BrokenLineError(Exception):
    """A line that is not whole, or not what was written."""


def encode(content: dict[str, Any]) -> bytes:
    """One line, with a checksum: a flipped bit must not move a point."""
    body = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    start = body[:-1].encode("utf-8", errors="replace")
    return start + b',"sum":"%08x"}\n' % zlib.crc32(start)


def decode(line: bytes) -> dict[str, Any]:
    """What stands in a line; BrokenLineError where it is not whole. A line without a checksum is taken as it is."""
    line = line.strip()
    found = _SUM.search(line)
    if found and zlib.crc32(line[: found.start()]) != int(found[1], 16):
        raise BrokenLineError("the checksum differs")
    try:
        content = json.loads(line, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BrokenLineError(str(error)) from error
    if not isinstance(content, dict):
        raise BrokenLineError("not an object")
    content.pop("sum", None)
    return content


def header(kind: str, **content: object) -> dict[str, Any]:
    return {"livesketch": kind, "version": list(VERSION), **content}


def version_of(content: dict[str, Any]) -> tuple[int, int]:
    version = content.get("version")
    if isinstance(version, list) and len(version) == 2 and all(type(n) is int for n in version):
        return version[0], version[1]
    raise BrokenLineError("no version")


def encoded_stroke(stroke: Stroke) -> dict[str, Any]:
    return {"brush": encoded_brush(stroke.brush), "samples": stroke.table.tolist()}


def encoded_brush(brush: Brush) -> dict[str, Any]:
    """Only what differs from the usual."""
    usual, content = Brush(), {"name": brush.name, "size": brush.size}
    for name, low, high in _PROPERTIES:
        value = getattr(brush, name)
        if value != getattr(usual, name) and value is not None and low <= value <= high:
            content[name] = value
    return content


def encoded_samples(samples: Iterable[Sample]) -> list[list[float]]:
    return [[s.x, s.y, s.pressure, s.tilt_x, s.tilt_y, s.time] for s in samples]


def decoded_stroke(content: object) -> Stroke:
    if not isinstance(content, dict):
        raise BrokenLineError("not a stroke")
    return Stroke(decoded_table(content.get("samples")), decoded_brush(content.get("brush")))


def decoded_brush(content: object) -> Brush:
    """Properties that this version does not know are passed over."""
    if not isinstance(content, dict):
        raise BrokenLineError("no brush")
    name, size = content.get("name"), content.get("size")
    if not isinstance(name, str) or len(name) > 60:
        raise BrokenLineError("no brush name")
    if isinstance(size, bool) or not isinstance(size, int | float) or not 0.0 < size <= 2.0:
        raise BrokenLineError("an impossible brush size")
    known: dict[str, float] = {}
    for key, low, high in _PROPERTIES:
        value = content.get(key)
        if value is None:
            continue
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not low <= value <= high
        ):
            raise BrokenLineError(f"an impossible {key} of a brush")
        known[key] = float(value)
    return Brush(name, float(size), **known)


def decoded_table(rows: object) -> np.ndarray:
    """Samples as float64 (N, 6). Columns that are missing get their defaults, later ones are passed over."""
    if not isinstance(rows, list) or not rows:
        raise BrokenLineError("no samples")
    try:
        table = np.array(rows, np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise BrokenLineError("samples that are not numbers") from error
    if table.ndim != 2 or table.shape[1] < 2 or not np.isfinite(table).all():
        raise BrokenLineError("samples that are not numbers")
    if np.abs(table[:, :2]).max() > _FARTHEST:
        raise BrokenLineError("samples far off the paper")
    full = np.tile(np.array(_DEFAULTS), (len(table), 1))
    columns = min(table.shape[1], COLUMNS)
    full[:, :columns] = table[:, :columns]
    return full


def decoded_point(content: object) -> Point:
    table = decoded_table([content])
    return float(table[0, 0]), float(table[0, 1])


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number")
