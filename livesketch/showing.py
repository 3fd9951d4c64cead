"""What an answer means to the person at the window: is it fresh, what was traced, what is to be said."""

from collections.abc import Iterable

from livesketch.canvas.doodle import Doodle, strokes
from livesketch.canvas.mask import plain_face
from livesketch.canvas.raster import render_sketch
from livesketch.canvas.stroke import Box, strokes_from_points
from livesketch.canvas.underlay import Ghost
from livesketch.canvas.viewpoint import Viewpoint
from livesketch.desk import Desk
from livesketch.frames import Frame, Picture, Result, Settings, Sketch
from livesketch.picking import turn_handle
from livesketch.pipeline import Pipeline
from livesketch.player import Player
from livesketch.session import Session
from livesketch.ui.view import Choice, Marks, Point

LIVE_S = 0.25  # a face as old as that still answers a camera

SOURCE_WORDS = {"paper": "pen", "webcam": "camera", "video": "video", "picture": "picture"}


def source_choices(names: Iterable[str]) -> tuple[Choice, ...]:
    return tuple(Choice(name, SOURCE_WORDS.get(name, name)) for name in names)


def is_fresh(answer: Result | None, is_answered: bool, newest: Frame | None, now: float) -> bool:
    """A camera's newest frame is always still on its way: while one plays, a recent one counts."""
    if answer is None or answer.face is None:
        return False
    frame = answer.request.frame
    is_camera = frame.is_live and newest is not None and newest.is_live
    return is_answered or (is_camera and now - frame.time < LIVE_S)


def seen(answer: Result | None) -> Picture | None:
    """What a model that redoes pictures was shown."""
    return None if answer is None else answer.seen


def traced(answer: Result | None) -> Sketch | None:
    """What a photo became; None for a drawing."""
    is_photo = answer is not None and answer.request.frame.picture is not None
    return answer.sketch if answer is not None and is_photo else None


def ghost(answer: Result | None) -> Ghost | None:
    """The newest face of a drawing, and where on the paper its lines are."""
    if answer is None or answer.face is None or answer.request.frame.sketch is None:
        return None
    return Ghost(answer.face, answer.request.frame.place)


def paper_marks(session: Session, desk: Desk) -> Marks:
    """What is picked, and the axis of symmetry, where the eye sees them."""
    view = session.view
    picked: tuple[Point, ...] = ()
    picking = desk.picking
    box = picking.box if session.tool == "select" else None
    if box is not None:
        handle = turn_handle(box, view.zoom)
        picked = tuple(view.to_eye(*point) for point in (*_corners(box), handle))
    frame = () if picking.frame is None else _seen(view, _corners(picking.frame))
    axis: tuple[Point, ...] = ()
    if session.values["symmetry"]:
        x = float(session.values["symmetry_axis"])
        axis = _seen(view, ((x, 0.0), (x, 1.0)))
    (left, top), (right, bottom) = _seen(view, ((0.0, 0.0), (1.0, 0.0)))
    across = (right - left, bottom - top)
    pen = desk.feeling
    return Marks(picked, frame, axis, across, view.zoom, pen.pressure, pen.raw_pressure)


def _corners(box: Box) -> tuple[Point, ...]:
    left, top, right, bottom = box
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def _seen(view: Viewpoint, points: tuple[Point, ...]) -> tuple[Point, ...]:
    return tuple(view.to_eye(*point) for point in points)


def note(player: Player, answer: Result | None) -> str:
    """A few quiet words about the face side."""
    if player.is_dead:
        return "no model"
    if not player.is_ready:
        return "waking the model…"
    return answer.note if answer is not None else ""


def device_words(pipeline: Pipeline | None, settings: Settings) -> str:
    """The model that plays, how large its faces are, and where."""
    if pipeline is None:
        return ""
    model = pipeline.model
    return f"{model.name} {model.side(settings)} · {model.device} · {model.runtime}"


def example_frame() -> Frame:
    """A plain doodle of a head, drawn and painted, for the little faces of the looks."""
    sketch, place = render_sketch(strokes_from_points(strokes(Doodle())))
    return Frame(time=0.0, sketch=sketch, place=place, mask=plain_face(sketch.shape[0]))
