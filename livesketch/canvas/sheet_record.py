"""A sheet, and a step from one sheet to another, as lines of text."""

import base64
import binascii
import math
from dataclasses import replace
from typing import Any

from livesketch.canvas.chain import Chain, moved, moves
from livesketch.canvas.record import (
    BrokenLineError,
    decoded_point,
    decoded_stroke,
    encoded_stroke,
)
from livesketch.canvas.reference import Reference
from livesketch.canvas.sheet import Sheet


def encoded_reference(reference: Reference | None) -> dict[str, Any] | None:
    if reference is None:
        return None
    return {
        "name": reference.name,
        "place": [reference.x, reference.y, reference.side],
        "opacity": reference.opacity,
        "locked": reference.is_locked,
        "data": base64.b64encode(reference.data).decode("ascii"),
    }


def decoded_reference(content: object) -> Reference | None:
    if content is None:
        return None
    if not isinstance(content, dict):
        raise BrokenLineError("not a photo")
    try:
        x, y, side = map(float, content["place"])
        opacity = float(content["opacity"])
        data = base64.b64decode(content["data"], validate=True)
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise BrokenLineError("a photo that is not whole") from error
    if not all(map(math.isfinite, (x, y, side, opacity))) or not 0.0 < side < 100.0:
        raise BrokenLineError("a photo in an impossible place")
    name, is_locked = str(content.get("name", "")), bool(content.get("locked"))
    return Reference(name, data, x, y, side, min(max(opacity, 0.0), 1.0), is_locked)


def encoded_edit(before: Sheet, after: Sheet) -> dict[str, Any]:
    """Only what differs."""
    content: dict[str, Any] = {}
    for name, one, other in (
        ("strokes", before.chain, after.chain),
        ("mask", before.mask, after.mask),
    ):
        if one is not other:
            gone, come = moves(one, other)
            content[name] = {
                "gone": gone,
                "come": [[place, encoded_stroke(stroke)] for place, stroke in come],
            }
    if before.reference is not after.reference:
        content["reference"] = encoded_reference(after.reference)
    if before.begun_at != after.begun_at:
        content["begun_at"] = after.begun_at
    return content


def decoded_edit(content: object, sheet: Sheet) -> Sheet:
    if not isinstance(content, dict):
        raise BrokenLineError("not an edit")
    if "strokes" in content:
        sheet = replace(sheet, chain=_moved(sheet.chain, content["strokes"]))
    if "mask" in content:
        sheet = replace(sheet, mask=_moved(sheet.mask, content["mask"]))
    if "reference" in content:
        sheet = replace(sheet, reference=decoded_reference(content["reference"]))
    if "begun_at" in content:
        place = content["begun_at"]
        sheet = replace(sheet, begun_at=None if place is None else decoded_point(place))
    return sheet


def _moved(chain: Chain, content: object) -> Chain:
    try:
        gone = [int(place) for place in content["gone"]]  # type: ignore[index]
        come = [(int(place), decoded_stroke(one)) for place, one in content["come"]]  # type: ignore[index]
    except (KeyError, TypeError, ValueError) as error:
        raise BrokenLineError("an edit that is not whole") from error
    return moved(chain, gone, come)
