"""How a real pen is felt: a hand at rest leaves no fur, a quick one loses nothing, two strokes measure it."""

import numpy as np
import pytest
from stage import quiet_rig

from livesketch.acts import Stage, act
from livesketch.controls.actions import Pointer
from livesketch.desk import Desk
from livesketch.errors import UsageError
from livesketch.parameters import defaults
from livesketch.session import Session

SIDE = 652  # pixels of the paper in an ordinary window
STEP_S = 0.005


@pytest.fixture
def stage() -> Stage:
    session = Session()
    session.values["stabilizer"] = 0.0
    desk = Desk(session, None)
    return Stage(session, desk, player=None, rig=quiet_rig(session), models=())  # type: ignore[arg-type]


def drawn(stage: Stage, places: np.ndarray, pressure: float = 0.5) -> np.ndarray:
    """The stroke of a pen at those places (N, 2), in pixels of the paper; without the lift."""
    count = len(stage.session.document.strokes)
    for n, (x, y) in enumerate(places / SIDE):
        kind = "down" if n == 0 else "move"
        act(stage, "pointer", Pointer(kind, x, y, 1.0 + n * STEP_S, False, pressure))
    x, y = places[-1] / SIDE
    act(stage, "pointer", Pointer("up", x, y, 1.0 + len(places) * STEP_S, False, pressure))
    strokes = stage.session.document.strokes
    return strokes[-1].points * SIDE if len(strokes) > count else np.zeros((0, 2))


def test_a_pen_that_rests_and_trembles_leaves_one_dot(stage):
    noise = np.random.default_rng(1).uniform(-0.35, 0.35, (400, 2))
    place = np.array([300.0, 200.0])
    rested = drawn(stage, place + np.vstack([[0.0, 0.0], noise]))
    assert len(rested) == 401
    assert np.ptp(rested, axis=0).max() < 0.1
    act(stage, "set", ("jitter", 0.0))
    raw = drawn(stage, place + np.vstack([[0.0, 0.0], noise]))
    assert np.ptp(raw, axis=0).max() > 0.6


def test_a_quick_line_is_as_long_and_as_round_as_it_was_drawn(stage):
    turn = np.linspace(0, 2 * np.pi, 60)
    circle = 326 + 150 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    line = drawn(stage, circle)
    assert line.shape == circle.shape
    assert np.linalg.norm(line - circle, axis=1).max() < 0.1


def test_a_slow_line_follows_evenly_and_keeps_every_sample_and_its_time(stage):
    slow = np.stack([200 + 0.2 * np.arange(300), np.full(300, 100.0)], axis=1)
    line = drawn(stage, slow)
    behind = slow[:, 0] - line[:, 0]
    assert behind.min() >= 0.0
    assert behind.max() < float(defaults()["jitter"]) / 1000 * SIDE + 0.2
    assert np.diff(line[50:, 0]).max() < 0.4  # it does not go by jerks that are seen
    times = stage.session.document.strokes[-1].table[:, 5]
    assert times == pytest.approx(1.0 + STEP_S * np.arange(300))


def press(stage: Stage, pressure: float, y: float = 100.0) -> None:
    drawn(stage, np.stack([np.linspace(100, 300, 20), np.full(20, y)], axis=1), pressure)


def test_measuring_leaves_the_drawing_and_what_can_be_redone_alone(stage):
    for _ in range(2):
        press(stage, 0.5)
    act(stage, "undo", None)
    document = stage.session.document
    before, events = document.strokes, len(document.events)
    act(stage, "calibrate", None)
    press(stage, 0.2)
    press(stage, 0.7)
    assert stage.session.values["pressure_high"] == pytest.approx(0.7)
    assert document.strokes == before
    assert document.can_redo
    assert len(document.events) == events  # nothing to be seen in a replay


def test_asked_for_in_the_middle_of_a_stroke_measuring_takes_the_next_two(stage):
    act(stage, "pointer", Pointer("down", 0.2, 0.2, 1.0, False, 0.5))
    act(stage, "pointer", Pointer("move", 0.4, 0.2, 1.1, False, 0.5))
    act(stage, "calibrate", None)
    act(stage, "pointer", Pointer("move", 0.6, 0.2, 1.2, False, 0.5))
    act(stage, "pointer", Pointer("up", 0.6, 0.2, 1.3, False, 0.5))
    (kept,) = stage.session.document.strokes
    assert len(kept.samples) == 3
    press(stage, 0.2)
    press(stage, 0.7)
    assert stage.session.values["pressure_high"] == pytest.approx(0.7)
    assert stage.session.document.strokes == (kept,)


def test_another_tool_taken_while_measuring_harms_no_stroke(stage):
    press(stage, 0.5)
    before = stage.session.document.strokes
    act(stage, "calibrate", None)
    press(stage, 0.2)
    act(stage, "select", None)
    press(stage, 0.7, y=500.0)
    assert stage.session.document.strokes == before


def test_before_the_camera_the_pen_is_not_measured_and_it_is_said(stage):
    stage.session.source = "webcam"
    with pytest.raises(UsageError, match="on the paper"):
        act(stage, "calibrate", None)
