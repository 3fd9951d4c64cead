"""What the hand does with each tool: lines, ellipses, picking and moving; every bit of it can be undone."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from stage import quiet_rig

from livesketch.acts import Stage, act
from livesketch.canvas.document import Document
from livesketch.canvas.drawing_file import load
from livesketch.controls.actions import Pointer
from livesketch.desk import Desk
from livesketch.errors import LivesketchError
from livesketch.outputs.files import write_png
from livesketch.session import Session


class Nobody:
    """A player for stages whose faces nobody looks at."""


@pytest.fixture
def stage() -> Stage:
    session = Session()
    session.values["stabilizer"] = 0.0
    return Stage(session, Desk(session, None), Nobody(), quiet_rig(session), ())  # type: ignore[arg-type]


def drag(
    stage: Stage, points, is_constrained=False, pressure: float | None = 0.6, lift=True
) -> None:
    for n, (x, y) in enumerate(points):
        kind = "move" if n else "down"
        fact = Pointer(kind, x, y, 1.0 + n / 100, False, pressure, (0, 0), is_constrained)
        act(stage, "pointer", fact)
    if lift:
        x, y = points[-1]
        fact = Pointer("up", x, y, 9.0, False, 0.0 if pressure else None)
        act(stage, "pointer", fact)


def line(x0, y0, x1, y1, n=10):
    return [(x0 + (x1 - x0) * i / n, y0 + (y1 - y0) * i / n) for i in range(n + 1)]


def ends(stroke):
    return [*stroke.points[0].tolist(), *stroke.points[-1].tolist()]


def undo_everything(document: Document) -> None:
    while document.can_undo:
        document.undo()
    assert document.is_blank


def test_the_line_tool_draws_one_straight_stroke_however_the_hand_wandered(stage):
    act(stage, "line", None)
    drag(stage, [(0.1, 0.1), (0.9, 0.2), (0.3, 0.8), (0.5, 0.5)])
    (stroke,) = stage.session.document.strokes
    assert ends(stroke) == pytest.approx([0.1, 0.1, 0.5, 0.5])
    x, y = stroke.points.T
    assert np.abs(x - y).max() < 1e-9
    undo_everything(stage.session.document)


def test_shift_keeps_a_line_to_steps_of_fifteen_degrees_and_makes_circles(stage):
    act(stage, "line", None)
    drag(stage, [(0.1, 0.5), (0.6, 0.52)], is_constrained=True)
    assert stage.session.document.strokes[0].points[-1][1] == pytest.approx(0.5)
    act(stage, "ellipse", None)
    drag(stage, [(0.2, 0.2), (0.6, 0.5)], is_constrained=True)
    points = stage.session.document.strokes[1].points
    radii = np.hypot(points[:, 0] - 0.4, points[:, 1] - 0.4)
    assert radii == pytest.approx(np.full(len(points), 0.2))


def test_an_ellipse_closes_and_is_a_head_to_the_framing(stage):
    act(stage, "ellipse", None)
    drag(stage, [(0.3, 0.2), (0.7, 0.75)])
    stroke = stage.session.document.strokes[0]
    assert ends(stroke)[:2] == pytest.approx(ends(stroke)[2:])
    left, top, right, bottom = stroke.box
    assert (left, right) == pytest.approx((0.3, 0.7), abs=0.01)
    assert (top, bottom) == pytest.approx((0.2, 0.75), abs=0.01)


def test_each_brush_keeps_its_own_knobs(stage):
    act(stage, "set", ("size", 9.0))
    act(stage, "next_brush", None)
    assert stage.session.values["brush"] == "pencil"
    assert stage.session.values["size"] != 9.0
    act(stage, "set", ("opacity", 0.3))
    drag(stage, line(0.1, 0.1, 0.5, 0.1))
    brush = stage.session.document.strokes[0].brush
    assert (brush.name, brush.opacity) == ("pencil", 0.3)
    act(stage, "set", ("brush", "ink"))
    assert stage.session.values["size"] == 9.0
    drag(stage, line(0.1, 0.2, 0.5, 0.2))
    assert stage.session.document.strokes[1].brush.name == "pen"
    act(stage, "set", ("brush", "pencil"))
    assert stage.session.values["opacity"] == 0.3


def test_a_pulled_string_swallows_what_is_shorter_than_it(stage):
    act(stage, "set", ("stabilizer_kind", "string"))
    act(stage, "set", ("stabilizer", 1.0))
    wobble = [(0.1 + 0.008 * n, 0.5 + 0.01 * math.sin(n)) for n in range(100)]
    drag(stage, wobble)
    stroke = stage.session.document.strokes[0]
    assert len(stroke) >= len(wobble)  # every sample has its place on the line
    assert np.ptp(stroke.points[30:, 1]) < 0.4 * 0.02
    assert stroke.points[-1][0] == pytest.approx(wobble[-1][0] - 0.08, abs=0.01)


def test_symmetry_draws_both_sides_and_its_axis_moves(stage):
    act(stage, "symmetry", None)
    act(stage, "set", ("symmetry_axis", 0.6))
    drag(stage, line(0.1, 0.1, 0.2, 0.5))
    (stroke,) = stage.session.document.strokes
    assert len(stroke.paths) == 2
    assert stroke.paths[1].points[0][0] == pytest.approx(1.1)
    undo_everything(stage.session.document)


def test_a_stroke_is_drawn_where_it_is_seen_from_any_view(stage):
    act(stage, "view", ("zoom", 2.0, 0.5, 0.5))
    act(stage, "view", ("turn", 90.0, 0.5, 0.5))
    act(stage, "flip", None)
    act(stage, "view", ("move", 0.1, 0.0))
    drag(stage, line(0.2, 0.3, 0.7, 0.6))
    stroke = stage.session.document.strokes[0]
    view = stage.session.view
    assert view.to_eye(*stroke.points[0]) == pytest.approx((0.2, 0.3))
    assert view.to_eye(*stroke.points[-1]) == pytest.approx((0.7, 0.6))
    act(stage, "home", None)
    assert stage.session.view.to_eye(0.3, 0.3) == (0.3, 0.3)


@pytest.fixture
def three(stage) -> Stage:
    for y in (0.2, 0.4, 0.6):
        drag(stage, line(0.2, y, 0.6, y))
    act(stage, "select", None)
    return stage


def test_a_stroke_is_picked_moved_and_put_back(three):
    before = three.session.document.strokes
    drag(three, [(0.4, 0.4), (0.45, 0.45), (0.5, 0.5)])
    after = three.session.document.strokes
    assert [after[0], after[2]] == [before[0], before[2]]
    assert ends(after[1]) == pytest.approx([0.3, 0.5, 0.7, 0.5])
    assert three.desk.picking.chosen == [after[1]]
    three.session.document.undo()
    assert three.session.document.strokes == before
    three.session.document.redo()
    assert three.session.document.strokes == after
    undo_everything(three.session.document)


def test_a_box_picks_what_lies_in_it_and_backspace_deletes_it(three):
    drag(three, [(0.1, 0.1), (0.7, 0.5)])
    assert len(three.desk.picking.chosen) == 2
    act(three, "delete", None)
    assert [ends(one)[1] for one in three.session.document.strokes] == pytest.approx([0.6])
    three.session.document.undo()
    assert len(three.session.document.strokes) == 3
    assert act(three, "delete", None) != ""  # nothing is picked: it is said


def test_corners_scale_and_the_handle_turns(three):
    drag(three, [(0.4, 0.2), (0.4, 0.2)])
    drag(three, [(0.6, 0.2), (0.8, 0.2)])  # a corner of the box of a flat line
    stroke = three.session.document.strokes[0]
    assert ends(stroke) == pytest.approx([0.0, 0.2, 0.8, 0.2])
    assert stroke.brush.size == pytest.approx(0.01)
    drag(three, [(0.4, 0.15), (0.45, 0.2)])  # a quarter of a circle round the middle
    assert ends(three.session.document.strokes[0]) == pytest.approx([0.4, -0.2, 0.4, 0.6], abs=1e-6)
    undo_everything(three.session.document)


def test_shift_picks_more_and_ctrl_a_everything(three):
    drag(three, [(0.4, 0.2), (0.4, 0.2)])
    drag(three, [(0.4, 0.6), (0.4, 0.6)], is_constrained=True)
    assert len(three.desk.picking.chosen) == 2
    act(three, "select_all", None)
    assert len(three.desk.picking.chosen) == 3
    act(three, "clear", None)
    three.desk.keep(1.0)
    assert three.desk.picking.chosen == []


def test_what_was_drawn_with_symmetry_moves_as_two_lines(stage):
    act(stage, "symmetry", None)
    drag(stage, line(0.1, 0.1, 0.1, 0.5))
    act(stage, "select", None)
    drag(stage, [(0.9, 0.3), (0.9, 0.4)])  # its reflection is as good to take hold of
    strokes = stage.session.document.strokes
    assert sorted(ends(one)[0] for one in strokes) == pytest.approx([0.1, 0.9])
    assert all(one.brush.mirror is None for one in strokes)
    assert all(ends(one)[1] == pytest.approx(0.2) for one in strokes)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "me.png"
    write_png(np.full((80, 60, 3), (200, 30, 30), np.uint8), path)
    return path


def red(stage: Stage) -> np.ndarray:
    picture, _ = stage.desk.paper(200)
    picture = picture.astype(int)
    return picture[..., 0] - picture[..., 1] > 40


def test_a_photo_lies_under_the_drawing_fades_moves_and_is_locked(stage, photo, tmp_path):
    drag(stage, line(0.2, 0.5, 0.8, 0.5))
    act(stage, "photo", photo)
    assert red(stage).mean() == pytest.approx(0.75, abs=0.03)
    act(stage, "set", ("photo_opacity", 0.1))
    stage.desk.keep(1.0)
    assert not red(stage).any()
    stage.desk.keep(9.0)  # the knob stands still: one step
    act(stage, "undo", None)
    assert red(stage).mean() == pytest.approx(0.75, abs=0.03)
    act(stage, "select", None)
    drag(stage, [(0.5, 0.2), (0.8, 0.2)])
    moved = stage.session.document.sheet.reference
    assert moved is not None
    assert moved.x == pytest.approx(0.8)
    act(stage, "lock_photo", None)
    drag(stage, [(0.8, 0.2), (0.5, 0.2)])
    assert stage.session.document.sheet.reference in (moved, replace(moved, is_locked=True))
    path = tmp_path / "a.livesketch"
    stage.desk.save(path)
    assert load(path) == stage.session.document
    kept = load(path).sheet.reference
    assert kept is not None
    assert kept.is_locked
    undo_everything(stage.session.document)


def test_what_is_no_photo_is_said_and_changes_nothing(stage, tmp_path):
    path = tmp_path / "no.png"
    path.write_bytes(b"hello")
    with pytest.raises(LivesketchError):
        act(stage, "photo", path)
    with pytest.raises(LivesketchError, match="No photo"):
        act(stage, "lock_photo", None)
    assert stage.session.document.is_blank


def press(stage: Stage, pressure: float) -> None:
    drag(stage, line(0.2, 0.5, 0.6, 0.5, 20), pressure=pressure)


def test_two_strokes_measure_how_a_hand_presses_and_leave_nothing(stage):
    assert "light" in act(stage, "calibrate", None)
    press(stage, 0.2)
    assert "firm" in stage.desk.trouble
    press(stage, 0.6)
    assert "measured" in stage.desk.trouble
    assert stage.session.document.strokes == ()
    press(stage, 0.6)
    assert stage.session.document.strokes[0].samples[5].pressure == pytest.approx(1.0, abs=0.01)
    press(stage, 0.2)
    assert 0.1 < stage.session.document.strokes[1].samples[5].pressure < 0.35
    assert stage.session.values["pressure_high"] == pytest.approx(0.6)


def test_two_strokes_pressed_alike_change_nothing_and_it_is_said(stage):
    act(stage, "calibrate", None)
    press(stage, 0.5)
    press(stage, 0.52)
    assert "alike" in stage.desk.trouble
    assert not stage.desk.is_news
    assert stage.session.values["pressure_high"] == 1.0
    assert stage.session.document.strokes == ()
