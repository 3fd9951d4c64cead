"""Shadow guidance: what the face has and the drawing has not is suggested, never drawn unasked."""

import time
from pathlib import Path

import cv2
import numpy as np
import pytest
from stage import quiet_rig
from test_tools import Nobody, undo_everything

from livesketch.acts import Stage, act
from livesketch.canvas.raster import render_sketch
from livesketch.canvas.stroke import strokes_from_points
from livesketch.desk import Desk
from livesketch.frames import WHOLE_PAPER, Frame, Place, Request, Result
from livesketch.session import Session
from livesketch.sources.picture import read_picture
from livesketch.suggesting import PARTS, Suggestions, missing

PHOTO = Path(__file__).parent / "data" / "face-one.jpg"
HERE = {name for name, _ in PARTS}


def points() -> np.ndarray:
    """478 places, each part's on a circle of its own."""
    found = np.full((478, 2), 0.5, np.float32)
    for number, (_, chains) in enumerate(PARTS):
        for chain in chains:
            angle = np.linspace(0, 6.28, len(chain))
            middle = np.array([0.2 + 0.1 * number, 0.3 + 0.05 * number])
            found[list(chain)] = middle + 0.04 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return found


def answer(face: np.ndarray, sketch: np.ndarray | None = None, place=WHOLE_PAPER) -> Result:
    sketch = np.ones((256, 256), np.float32) if sketch is None else sketch
    frame = Frame(time=0.0, sketch=sketch, place=place)
    return Result(Request(frame, {}, "tiny"), sketch, face, 0.0, 0.0)


def looked(suggestions: Suggestions, of: Result) -> None:
    end = time.monotonic() + 60
    while not suggestions.found and time.monotonic() < end:
        suggestions.look(of, True)


def test_an_empty_drawing_is_suggested_everything_and_a_drawn_part_no_more():
    blank = np.ones((256, 256), np.float32)
    everything = missing(points(), blank, WHOLE_PAPER)
    assert {one.part for one in everything} == HERE
    mouth = next(one for one in everything if one.part == "mouth")
    sketch, _ = render_sketch(strokes_from_points([*mouth.lines]), is_framed=False)
    assert {one.part for one in missing(points(), sketch, WHOLE_PAPER)} == HERE - {"mouth"}


def test_suggestions_lie_where_the_model_sees_the_drawing():
    blank = np.ones((256, 256), np.float32)
    there = {one.part: one.lines[0] for one in missing(points(), blank, Place(0.25, 0.1, 0.5))}
    here = {one.part: one.lines[0] for one in missing(points(), blank, WHOLE_PAPER)}
    for part, line in there.items():
        assert line == pytest.approx((0.25, 0.1) + 0.5 * here[part], abs=1e-9)


@pytest.fixture
def stage() -> Stage:
    session = Session()
    desk = Desk(session, None)
    desk.suggestions = Suggestions(lambda: lambda picture: points())
    return Stage(session, desk, Nobody(), quiet_rig(session), ())  # type: ignore[arg-type]


def test_a_key_takes_over_the_part_under_the_mouse_as_one_step(stage):
    face = np.zeros((64, 64, 3), np.uint8)
    assert "nothing" in act(stage, "accept", None)
    act(stage, "suggest", None)
    looked(stage.desk.suggestions, answer(face))
    stage.desk.suggest(answer(face))
    assert stage.session.document.is_blank  # nothing is drawn unasked
    number = [name for name, _ in PARTS].index("nose")
    assert "nose" in act(stage, "accept", (0.2 + 0.1 * number, 0.3 + 0.05 * number))
    assert len(stage.session.document.strokes) == 2
    assert "nose" not in {one.part for one in stage.desk.suggestions.found}
    act(stage, "undo", None)
    assert stage.session.document.strokes == ()
    undo_everything(stage.session.document)


def test_they_are_seen_faintly_and_go_with_the_switch(stage):
    plain = stage.desk.paper(200)[0].copy()
    act(stage, "suggest", None)
    looked(stage.desk.suggestions, answer(np.zeros((64, 64, 3), np.uint8)))
    shown = stage.desk.paper(200)[0].copy()
    changed = (shown != plain).any(axis=2)
    assert 0.005 < changed.mean() < 0.1
    assert shown[changed].mean() > 150  # nothing like ink
    act(stage, "suggest", None)
    stage.desk.suggest(answer(np.zeros((64, 64, 3), np.uint8)))
    assert np.array_equal(stage.desk.paper(200)[0], plain)
    stage.desk.close()


def test_a_real_face_gets_lines_on_its_features():
    photo = read_picture(PHOTO)
    face = np.asarray(cv2.resize(photo, (256, 256)), np.uint8)
    suggestions = Suggestions()
    looked(suggestions, answer(face))
    found = {one.part: one.lines for one in suggestions.found}
    suggestions.close()
    assert set(found) == HERE
    middles = {part: np.concatenate(lines).mean(0) for part, lines in found.items()}
    assert middles["left eye"][0] < middles["nose"][0] < middles["right eye"][0]
    assert middles["left brow"][1] < middles["left eye"][1] < middles["mouth"][1]
