"""What each action does to the paper: how it lies, what lies under it, what is picked on it."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from livesketch.canvas.reference import reference_of
from livesketch.canvas.stroke import strokes_from_points
from livesketch.canvas.viewpoint import HOME
from livesketch.controls.key_file import key_path, write_sample
from livesketch.desk import Desk
from livesketch.errors import DrawingError, UsageError
from livesketch.parameters import parameter
from livesketch.session import Session, next_choice
from livesketch.sources.picture import read_picture
from livesketch.tools import brush_in_hand, brush_knobs

STEP = 1.25  # nearer, farther
TURN = 7.5  # degrees
PRESSED = 0.5  # how firmly lines that were suggested are drawn
GHOST = 0.35  # how clearly it shines through where the key switched it on

PaperAct = Callable[[Session, Desk, object], str | None]


def choose_brush(session: Session, name: str) -> None:
    """Take another brush in hand; each has its own knobs, as they were when it was put away."""
    before = str(session.values["brush"])
    if name not in parameter("brush").choices or name == before:
        return
    session.brush_knobs[before] = {knob: session.values[knob] for knob in brush_knobs(before)}
    for knob, value in (brush_knobs(name) | session.brush_knobs.get(name, {})).items():
        session.set(knob, value)
    session.set("brush", name)
    if session.tool not in ("line", "ellipse"):
        session.tool = "pen"


def _tool(name: str) -> PaperAct:
    def act(session: Session, desk: Desk, value: object) -> None:
        session.tool = name

    return act


def _next_brush(session: Session, desk: Desk, value: object) -> str:
    name = next_choice(session, "brush")
    choose_brush(session, name)
    return f"Brush: {name}."


def _next_part(session: Session, desk: Desk, value: object) -> str:
    part = next_choice(session, "part")
    session.set("part", part)
    return f"Part: {part}."


def _symmetry(session: Session, desk: Desk, value: object) -> str:
    session.set("symmetry", not session.values["symmetry"])
    return "Both sides are drawn." if session.values["symmetry"] else "One side is drawn."


def _calibrate(session: Session, desk: Desk, value: object) -> str:
    if session.source != "paper":
        raise UsageError("The pen is measured on the paper.", "Go back to the pen first.")
    desk.feeling.calibrate()
    return "Draw a light stroke with your pen."


def _select_all(session: Session, desk: Desk, value: object) -> None:
    session.tool = "select"
    desk.picking.choose_all()


def _delete(session: Session, desk: Desk, value: object) -> str:
    return "" if desk.picking.delete() else "Nothing is picked. V picks strokes."


def _nearer(factor: float) -> PaperAct:
    def act(session: Session, desk: Desk, value: object) -> None:
        session.view = session.view.nearer(factor)

    return act


def _turn(degrees: float) -> PaperAct:
    def act(session: Session, desk: Desk, value: object) -> None:
        session.view = session.view.turned(degrees)

    return act


def _flip(session: Session, desk: Desk, value: object) -> None:
    session.view = session.view.flipped()


def _home(session: Session, desk: Desk, value: object) -> None:
    session.view = HOME


def _view(session: Session, desk: Desk, value: object) -> None:
    """("move", dx, dy), ("zoom", factor, x, y), ("turn", degrees, x, y): in sides of the square."""
    if not isinstance(value, tuple) or len(value) < 3:
        raise UsageError("How the paper moves is needed.")
    kind, *numbers = value
    if kind == "move":
        session.view = session.view.moved(numbers[0], numbers[1])
    elif kind == "zoom" and len(numbers) == 3:
        session.view = session.view.nearer(numbers[0], (numbers[1], numbers[2]))
    elif kind == "turn" and len(numbers) == 3:
        session.view = session.view.turned(numbers[0], (numbers[1], numbers[2]))


def _ghost(session: Session, desk: Desk, value: object) -> None:
    session.set("ghost", 0.0 if session.values["ghost"] else GHOST)


def _photo(session: Session, desk: Desk, value: object) -> str:
    if value is None:
        raise UsageError("Which photo?", "Ctrl+R asks for its file.")
    path = Path(str(value))
    photo = reference_of(path.name, read_picture(path))
    photo = replace(photo, opacity=float(session.values["photo_opacity"]))
    document = session.document
    document.edit(replace(document.sheet, reference=photo))
    return f"{path.name} lies under your drawing. V moves it, K locks it."


def _lock_photo(session: Session, desk: Desk, value: object) -> str:
    document = session.document
    photo = document.sheet.reference
    if photo is None:
        raise DrawingError("No photo lies under the drawing.", "Ctrl+R lays one there.")
    document.edit(replace(document.sheet, reference=replace(photo, is_locked=not photo.is_locked)))
    return "The photo can be moved." if photo.is_locked else "The photo stays where it is."


def _dark_paper(session: Session, desk: Desk, value: object) -> None:
    session.set("paper_colour", "light" if session.values["paper_colour"] == "dark" else "dark")


def _suggest(session: Session, desk: Desk, value: object) -> str:
    session.set("suggestions", not session.values["suggestions"])
    return "Q takes over the lines of one part." if session.values["suggestions"] else ""


def _accept(session: Session, desk: Desk, value: object) -> str:
    """value: a place before the eye near the part that is meant."""
    at = session.view.to_paper(value[0], value[1]) if isinstance(value, tuple) else None
    one = desk.suggestions.nearest(at)
    if one is None:
        return "There is nothing to take over. S shows suggested lines."
    brush = replace(brush_in_hand(session, is_eraser=False), mirror=None)
    session.document.end()
    lines = [np.insert(line, 2, PRESSED, axis=1) for line in one.lines]
    drawn = strokes_from_points(lines, brush)
    session.document.rearrange([*session.document.strokes, *drawn])
    desk.suggestions.take(one)
    return f"Taken over: {one.part}."


def _replay(session: Session, desk: Desk, value: object) -> str:
    return "" if desk.retell(time.monotonic()) else "Your drawing, as it is."


def _key_file(session: Session, desk: Desk, value: object) -> str:
    path = key_path()
    where = "They count from the next start." if write_sample(path) else "It is there already."
    return f"Your keys are in {path}. {where}"


def knob_turned(session: Session, name: str, value: object) -> bool:
    """What a knob does beyond its value; True where that is all there is to it."""
    if name == "brush":
        choose_brush(session, str(value))
        return True
    if name == "photo_opacity":
        session.set(name, value)
        sheet = session.document.sheet
        if sheet.reference is not None and not session.document.is_drawing:
            photo = replace(sheet.reference, opacity=float(session.values[name]))
            session.document.preview(replace(sheet, reference=photo))
        return True
    return False


PAPER_ACTS: dict[str, PaperAct] = {
    **{name: _tool(name) for name in ("line", "ellipse", "select", "mask", "fill")},
    "next_brush": _next_brush,
    "next_part": _next_part,
    "symmetry": _symmetry,
    "calibrate": _calibrate,
    "select_all": _select_all,
    "delete": _delete,
    "nearer": _nearer(STEP),
    "farther": _nearer(1 / STEP),
    "turn_left": _turn(-TURN),
    "turn_right": _turn(TURN),
    "flip": _flip,
    "home": _home,
    "view": _view,
    "ghost": _ghost,
    "photo": _photo,
    "lock_photo": _lock_photo,
    "dark_paper": _dark_paper,
    "replay": _replay,
    "suggest": _suggest,
    "accept": _accept,
    "key_file": _key_file,
}
