"""Drawings on disk (.livesketch): one line for the header, one for each stroke; what is whole always opens."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from livesketch.canvas.disk import read_whole, write_safely
from livesketch.canvas.document import Document
from livesketch.canvas.journal import Journal
from livesketch.canvas.record import (
    VERSION,
    BrokenLineError,
    decode,
    decoded_point,
    decoded_stroke,
    encode,
    encoded_stroke,
    header,
    version_of,
)
from livesketch.canvas.sheet import BLANK
from livesketch.canvas.sheet_record import decoded_reference, encoded_reference
from livesketch.canvas.story import decoded_story, encoded_story
from livesketch.errors import DrawingError

__all__ = ["Journal", "load", "load_with_notes", "save"]

_LARGEST = 512 * 2**20  # bytes
_NEWER = "Update livesketch to open it."


def save(document: Document, path: Path) -> None:
    """Write what is visible, what was undone, and `document.extra`; the file is replaced at once or stays as it was.

    DrawingError says why it could not. `extra` must be JSON values.
    """
    document.settle()
    strokes, sheet = document.strokes, document.sheet
    lines = [encode(header("drawing", extra=document.extra))]
    lines += [encode({"stroke": encoded_stroke(stroke)}) for stroke in strokes]
    lines += [encode({"mask": encoded_stroke(stroke)}) for stroke in sheet.mask]
    if sheet.reference is not None:
        lines.append(encode({"reference": encoded_reference(sheet.reference)}))
    if strokes and sheet.begun_at != strokes[0].start:
        lines.append(encode({"begun_at": sheet.begun_at}))
    lines += [encode(fields) for fields in encoded_story(document)]
    lines.append(encode({"end": len(strokes)}))
    path = Path(path)
    write_safely(path, b"".join(lines))
    document.mark_saved(path)


def load(path: Path) -> Document:
    """The drawing in `path`; see load_with_notes."""
    return load_with_notes(path)[0]


def load_with_notes(path: Path) -> tuple[Document, list[str]]:
    """The drawing, and a sentence about each thing in the file that is not whole or not understood.

    DrawingError where there is nothing to open.
    """
    path = Path(path)
    content = read_whole(path, _LARGEST)
    document, notes = _parse(path.name, content)
    document.mark_saved(path)
    return document, notes


def _parse(name: str, content: bytes) -> tuple[Document, list[str]]:
    document, notes = Document(), []
    sheet = BLANK
    has_header = False
    story: list[dict[str, Any]] = []
    broken = unknown = 0
    end: int | None = None
    for line in content.splitlines():
        if not line.strip():
            continue
        try:
            fields = decode(line)
            if "livesketch" in fields:
                has_header = True
                notes += _read_header(name, fields, document)
            elif "stroke" in fields:
                document.add(decoded_stroke(fields["stroke"]))
            elif "mask" in fields:
                sheet = replace(sheet, mask=sheet.mask.then(decoded_stroke(fields["mask"])))
            elif "reference" in fields:
                sheet = replace(sheet, reference=decoded_reference(fields["reference"]))
            elif "begun_at" in fields:
                sheet = replace(sheet, begun_at=decoded_point(fields["begun_at"]))
            elif "undone" in fields or "story" in fields:
                story.append(fields)
            elif isinstance(fields.get("end"), int):
                end = fields["end"]
            else:
                unknown += 1
        except BrokenLineError:
            broken += 1
    count = document.chain.count
    if sheet is not BLANK:
        place = sheet.begun_at or document.begun_at
        document.edit(replace(sheet, chain=document.chain, begun_at=place))
    told = decoded_story(story, document.strokes, document.begun_at) if story else None
    if told is not None:
        document.tell(told)
    elif story:
        notes.append(f"How {name} was drawn is lost: a replay shows its strokes only.")
    if not has_header and not count:
        raise _not_a_drawing(name, content)
    if end != 0 and not count and sheet.is_blank and not story and not unknown:
        raise DrawingError(
            f"{name} is damaged: nothing in it is whole but its first line.",
            "If there is a copy of it, open that.",
        )
    if not has_header:
        notes.append(f"The beginning of {name} is broken: its look is lost.")
    if end is None:
        first = f"its first {_strokes(count)}" if count else "what is whole of it"
        notes.append(f"{name} is cut off: {first} could be opened.")
    elif count < end:
        notes.append(f"{_strokes(end - count).capitalize()} of {end} in {name} could not be read.")
    elif broken:
        notes.append(f"{name} is damaged, but every stroke in it is whole.")
    if unknown:
        notes.append(f"{name} holds something that this version does not know; it was left out.")
    return document, notes


def _read_header(name: str, fields: dict[str, object], document: Document) -> list[str]:
    if fields["livesketch"] != "drawing":
        raise DrawingError(f"{name} is a livesketch file, but not a drawing.")
    version = version_of(fields)
    if version[0] > VERSION[0]:
        raise DrawingError(f"{name} was made by a newer livesketch.", _NEWER)
    extra = fields.get("extra")
    if isinstance(extra, dict):
        document.extra = extra
    if version > VERSION:
        return [f"{name} was made by a newer livesketch; what is new in it is left out."]
    return []


def _not_a_drawing(name: str, content: bytes) -> DrawingError:
    start = content[:512].lstrip()
    if start.startswith(b'{"livesketch"'):
        return DrawingError(f"{name} breaks off in its first line: nothing in it is whole.")
    sentence = f"{name} is not a livesketch drawing."
    if start.startswith((b"\x89PNG", b"\xff\xd8\xff", b"RIFF", b"GIF8", b"BM")):
        return DrawingError(sentence, "It is a picture.")
    if start[:200].lower().startswith((b"<!doctype html", b"<html")):
        return DrawingError(sentence, "It is a web page: download the file itself again.")
    if b'"drawing"' in start:
        return DrawingError(sentence, "If it is a Quick, Draw! file, name it .ndjson.")
    if b"<svg" in start or start.startswith(b"<?xml"):
        return DrawingError(sentence, "If it is an SVG file, name it .svg.")
    return DrawingError(sentence)


def _strokes(count: int) -> str:
    return "one stroke" if count == 1 else f"{count} strokes"
