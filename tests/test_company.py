"""A step back over Clear brings back the drawing and the person who was there; a step forth the other one."""

import numpy as np
import pytest
from stage import quiet_rig

from livesketch.acts import act
from livesketch.canvas.brush import Brush
from livesketch.canvas.document import Document
from livesketch.canvas.stroke import strokes_from_points
from livesketch.controls.actions import Pointer
from livesketch.desk import Desk
from livesketch.live import Live, Overlay
from livesketch.session import Session
from livesketch.staging import Stage

LINE = np.array([(0.1, 0.1), (0.9, 0.9)])


@pytest.fixture
def stage() -> Stage:
    session = Session()
    return Stage(session, Desk(session, None), None, quiet_rig(session), ())  # type: ignore[arg-type]


def do(stage: Stage, *names: str) -> str:
    """Who is there afterwards."""
    for name in names:
        act(stage, name, None)
    return stage.session.look.name


def draw(stage: Stage) -> None:
    for kind, x in (("down", 0.2), ("move", 0.5), ("up", 0.8)):
        act(stage, "pointer", Pointer(kind, x, 0.5, 1.0, False))  # type: ignore[arg-type]


def test_who_left_with_a_clear_is_back_with_the_strokes_and_leaves_again_by_redo(stage) -> None:
    do(stage, "hold")  # let go: a cleared paper brings somebody else
    assert do(stage, "next_person", "next_person") == "look 3"
    draw(stage)
    drawn = stage.session.document.strokes
    assert do(stage, "clear") == "look 4"
    draw(stage)
    draw(stage)
    assert do(stage, "undo", "undo") == "look 4"  # their strokes go first
    assert do(stage, "undo") == "look 3"
    assert stage.session.document.strokes == drawn
    assert do(stage, "redo") == "look 4"
    assert stage.session.document.is_empty
    assert do(stage, "redo", "redo") == "look 4"
    assert do(stage, "undo", "undo", "undo") == "look 3"


def test_whoever_was_chosen_by_hand_on_either_side_is_met_there_again(stage) -> None:
    draw(stage)
    assert do(stage, "clear", "next_person", "next_person") == "look 3"  # held, then chosen
    assert do(stage, "undo") == "look 1"
    assert do(stage, "next_person") == "look 2"
    assert do(stage, "redo") == "look 3"
    assert do(stage, "undo") == "look 2"


def test_every_clear_has_its_own_people_and_an_empty_one_is_no_step(stage) -> None:
    do(stage, "hold")
    draw(stage)
    assert do(stage, "clear") == "look 2"
    assert do(stage, "clear") == "look 3"  # nothing to clear: only somebody else
    draw(stage)
    assert do(stage, "clear") == "look 4"
    assert do(stage, "undo") == "look 3"
    assert do(stage, "undo", "undo") == "look 1"
    assert do(stage, "redo", "redo", "redo") == "look 4"


def test_an_undo_that_steps_over_no_clear_changes_nobody(stage) -> None:
    draw(stage)
    do(stage, "next_person")
    draw(stage)
    assert do(stage, "undo", "undo") == "look 2"
    do(stage, "redo", "redo", "clear")
    line = strokes_from_points([LINE], Brush())
    stage.desk.put_down(Document.from_strokes(line))
    assert do(stage, "next_person", "undo") == "look 3"


def test_lines_over_a_live_face_are_cleared_without_a_change_of_person(stage) -> None:
    stage.session.source = "webcam"
    stage.live = Live(Overlay(stage.session))
    stage.live.overlay.document.add(strokes_from_points([LINE])[0])
    assert do(stage, "hold", "clear") == "look 1"
    assert do(stage, "next_person", "undo") == "look 2"
    assert len(stage.live.overlay.document.strokes) == 1
