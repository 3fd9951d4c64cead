"""Drawings in files of every kind: opened and saved by their ending."""

from pathlib import Path

from livesketch.canvas.document import Document
from livesketch.canvas.drawing_file import load_with_notes, save
from livesketch.canvas.interchange import (
    read_quickdraw,
    read_svg,
    write_quickdraw,
    write_svg,
    write_transparent,
)
from livesketch.kinds import SAVED_AS
from livesketch.layered import read_psd, write_psd


def read_drawings(path: Path) -> tuple[list[Document], list[str]]:
    """The drawings of a file, and a sentence about each thing in it that is not whole.

    DrawingError where there is none.
    """
    ending = path.suffix.lower()
    if ending == ".ndjson":
        return read_quickdraw(path), []
    if ending == ".svg":
        return [read_svg(path)], []
    if ending == ".psd":
        document, notes = read_psd(path)
        return [document], notes
    document, notes = load_with_notes(path)
    return [document], notes


def write_drawing(document: Document, path: Path, paper_colour: str = "light") -> Path:
    """Returns where it lies; a name without an ending of SAVED_AS gets the first of them.

    Only that one keeps all, undone strokes and pressures included: only it counts as saved.
    DrawingError leaves what was there untouched.
    """
    ending = path.suffix.lower()
    if ending not in SAVED_AS:
        path, ending = path.with_name(path.name + SAVED_AS[0]), SAVED_AS[0]
    document.settle()
    if ending == ".svg":
        write_svg(document, path)
    elif ending == ".ndjson":
        write_quickdraw(document, path)
    elif ending == ".png":
        write_transparent(document, path, paper_colour)
    elif ending == ".psd":
        write_psd(document, path, paper_colour)
    else:
        save(document, path)
    return path
