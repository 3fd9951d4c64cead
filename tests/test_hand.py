"""Mouse and pen at one window: no stroke twice, none that began beside the paper, and what the status line says."""

import logging
import sys

import pytest
from stage import quiet_rig

from livesketch.acts import Stage, act
from livesketch.canvas.pressure import felt
from livesketch.canvas.stroke import Sample
from livesketch.controls.actions import Action, Pointer
from livesketch.controls.keys import keys_with
from livesketch.desk import Desk
from livesketch.errors import SourceError
from livesketch.hand import Hand, open_hand
from livesketch.session import Session
from livesketch.tablet import open_pen
from livesketch.tablet.pen import PenEvent


class Pen:
    """A pen that reports what a test tells it to."""

    label = "Slate, pressure"

    def __init__(self) -> None:
        self.events: list[PenEvent] = []
        self.is_plugged_in, self.is_near, self.is_eraser_near = True, False, False
        self.is_broken = self.is_closed = False

    def tell(
        self, kind, x: float, y: float, pressure: float = 0.5, is_eraser=False, button=0
    ) -> None:
        time = 10.0 + 0.005 * len(self.events)
        sample = Sample(x, y, pressure, 10.0, -5.0, time)
        self.events.append(PenEvent(kind, sample, is_eraser, button))
        self.is_near = True

    def read(self) -> list[PenEvent]:
        if self.is_broken:
            raise SourceError("It is gone.")
        told, self.events = self.events, []
        return told

    def close(self) -> None:
        self.is_closed = True


def paper(x: float, y: float) -> tuple[int, int, int] | None:
    return (100, 50, 400) if 100 <= x < 500 and 50 <= y < 450 else None


def mouse(kind, x: float = 0.5, time: float = 10.0) -> Action:
    return Action("pointer", Pointer(kind, x, 0.5, time, False))


def draw(desk: Desk, actions: list[Action]) -> None:
    for action in actions:
        if isinstance(action.value, Pointer):
            desk.pointer(action.value)


@pytest.fixture
def desk() -> Desk:
    session = Session()
    session.set("stabilizer", 0)
    return Desk(session, None)


def test_a_pens_samples_are_in_sides_of_the_paper_with_pressure_tilt_and_time() -> None:
    pen = Pen()
    hand = Hand(pen)
    pen.tell("down", 300, 250, 0.25)
    pen.tell("move", 500, 450.5, 0.75, is_eraser=True)
    heard = [action.value for action in hand.hear([], paper)]
    assert heard == [
        Pointer("down", 0.5, 0.5, 10.0, False, 0.25, (10.0, -5.0)),
        Pointer("move", 1.0, 1.00125, 10.005, True, 0.75, (10.0, -5.0)),
    ]


def test_the_shadow_of_a_pen_is_no_stroke_but_buttons_and_a_mouse_alone_are_heard(desk) -> None:
    pen = Pen()
    hand = Hand(pen)
    pen.tell("down", 300, 250)
    pen.tell("move", 320, 250)
    shadow = [mouse("down"), mouse("move", 0.55), Action("undo"), mouse("up", 0.6)]
    heard = hand.hear(shadow, paper)
    assert Action("undo") in heard
    draw(desk, heard)
    pen.tell("up", 320, 250)
    draw(desk, hand.hear([mouse("up")], paper))
    assert [len(stroke) for stroke in desk.session.document.strokes] == [2]
    pen.is_near = False
    hand.hear([], paper)
    draw(desk, hand.hear([mouse("down"), mouse("move", 0.7, 10.1), mouse("up", 0.8, 10.2)], paper))
    assert [len(stroke) for stroke in desk.session.document.strokes] == [2, 3]


def test_a_shadow_that_was_heard_before_its_pen_is_taken_back(desk) -> None:
    pen = Pen()
    hand = Hand(pen)
    draw(desk, hand.hear([mouse("down", time=9.99)], paper))
    assert desk.session.document.is_drawing
    pen.tell("down", 300, 250)
    pen.tell("up", 310, 250)
    draw(desk, hand.hear([mouse("move", 0.6)], paper))
    draw(desk, hand.hear([mouse("up", 0.6)], paper))
    (stroke,) = desk.session.document.strokes
    assert stroke.samples[0].tilt_x == 10.0


def test_a_shadow_that_comes_after_a_very_long_turn_is_known_by_its_pen(desk) -> None:
    """The pen has come, drawn and gone since; its mouse events are heard a turn later."""
    pen = Pen()
    hand = Hand(pen)
    pen.tell("down", 300, 250)
    pen.tell("up", 310, 250)
    pen.is_near = False
    draw(desk, hand.hear([], paper))
    draw(desk, hand.hear([mouse("down"), mouse("move", 0.6), mouse("up", 0.6)], paper))
    assert len(desk.session.document.strokes) == 1
    hand.hear([], paper)
    draw(desk, hand.hear([mouse("down"), mouse("up", 0.6)], paper))
    assert len(desk.session.document.strokes) == 2


def test_what_begins_beside_the_paper_is_no_stroke_and_what_begins_on_it_may_leave_it() -> None:
    pen = Pen()
    hand = Hand(pen)
    pen.tell("down", 20, 250)
    pen.tell("move", 300, 250)
    pen.tell("up", 300, 250)
    assert hand.hear([], paper) == []
    pen.tell("down", 480, 250)
    pen.tell("move", 540, 250)
    kinds = [action.value.kind for action in hand.hear([], paper)]  # type: ignore[union-attr]
    assert kinds == ["down", "move"]


def test_the_paper_may_go_away_during_a_stroke() -> None:
    pen = Pen()
    hand = Hand(pen)
    pen.tell("down", 300, 250)
    hand.hear([], paper)
    pen.tell("move", 340, 250)
    pen.tell("up", 340, 250)
    heard = hand.hear([], lambda x, y: None)
    assert [action.value.x for action in heard] == [0.6, 0.6]  # type: ignore[union-attr]


def test_the_label_says_what_draws_now() -> None:
    pen = Pen()
    hand = Hand(pen)
    assert hand.label == "Slate, pressure"
    hand.hear([mouse("down")], paper)
    assert hand.label == "mouse"
    pen.tell("down", 300, 250)
    hand.hear([], paper)
    assert hand.label == "Slate, pressure"
    pen.is_plugged_in = False
    assert hand.label == "mouse"
    assert Hand(None).label == "mouse"


def test_a_pen_that_fails_leaves_the_mouse(caplog) -> None:
    pen = Pen()
    hand = Hand(pen)
    pen.is_broken = True
    pen.is_near = True
    with caplog.at_level(logging.WARNING):
        assert hand.hear([mouse("down")], paper) == [mouse("down")]
        hand.hear([], paper)
    assert len(caplog.records) == 1
    assert pen.is_closed


def test_the_tip_takes_the_tool_in_hand_and_the_eraser_always_erases(desk) -> None:
    pen = Pen()
    hand = Hand(pen)
    for tool in ("pen", "eraser"):
        desk.session.tool = tool
        for is_eraser in (False, True):
            pen.tell("down", 300, 250, is_eraser=is_eraser)
            pen.tell("up", 310, 250, is_eraser=is_eraser)
            draw(desk, hand.hear([], paper))
    names = [stroke.brush.name for stroke in desk.session.document.strokes]
    assert names == ["pen", "eraser", "eraser", "eraser"]


# --- side buttons


def moves(actions: list[Action]) -> list[tuple[float, float]]:
    return [(a.value[1], a.value[2]) for a in actions if a.name == "view"]  # type: ignore[index]


def test_with_the_first_side_button_held_the_paper_goes_with_the_pen_and_nothing_is_drawn() -> None:
    pen = Pen()
    hand = Hand(pen)
    pen.tell("press", 200, 150, button=1)
    pen.tell("hover", 200, 150)
    pen.tell("hover", 240, 150)
    pen.tell("down", 240, 190)
    pen.tell("move", 280, 190)
    assert moves(hand.hear([], paper)) == [(0.1, 0.0), (0.0, 0.1), (0.1, 0.0)]
    pen.tell("release", 280, 190, button=1)
    pen.tell("move", 320, 190)  # until the tip is lifted
    pen.tell("up", 320, 190)
    heard = hand.hear([], paper)
    assert moves(heard) == [(0.1, 0.0)]
    pen.tell("hover", 400, 190)
    pen.tell("down", 400, 190)
    assert [action.name for action in hand.hear([], paper)] == ["pointer"]


def test_a_button_that_is_pressed_during_a_stroke_leaves_the_stroke_whole() -> None:
    pen = Pen()
    hand = Hand(pen)
    pen.tell("down", 200, 150)
    pen.tell("press", 200, 150, button=1)
    pen.tell("press", 200, 150, button=2)
    pen.tell("move", 240, 150)
    pen.tell("up", 240, 150)
    heard = [action.value for action in hand.hear([], paper)]
    assert [fact.kind for fact in heard] == ["down", "move", "up"]  # type: ignore[union-attr]
    assert not any(fact.is_eraser for fact in heard)  # type: ignore[union-attr]


def test_with_the_second_side_button_held_the_tip_erases() -> None:
    pen = Pen()
    hand = Hand(pen)
    pen.tell("press", 200, 150, button=2)
    pen.tell("down", 200, 150)
    heard = hand.hear([], paper)
    assert hand.is_erasing
    pen.tell("release", 200, 150, button=2)
    pen.tell("up", 240, 150)
    heard += hand.hear([], paper)
    assert [action.value.is_eraser for action in heard] == [True, True]  # type: ignore[union-attr]
    assert not hand.is_erasing
    pen.tell("down", 200, 150)
    (first,) = hand.hear([], paper)
    assert not first.value.is_eraser  # type: ignore[union-attr]


def test_a_side_button_asks_for_what_ones_own_keys_say() -> None:
    pen = Pen()
    hand = Hand(pen, keys_with({"pen1": "undo", "pen2": "", "pen3": "pan"}))
    for button in (1, 2):
        pen.tell("press", 200, 150, button=button)
        pen.tell("release", 200, 150, button=button)
    pen.tell("press", 200, 150, button=3)
    pen.tell("hover", 200, 150)
    pen.tell("hover", 200, 190)
    heard = hand.hear([], paper)
    assert [action.name for action in heard] == ["undo", "view"]


def test_what_the_system_makes_of_a_side_button_is_dropped_and_a_wheel_is_not() -> None:
    pen = Pen()
    hand = Hand(pen)
    shadow, wheel = Action("view", ("move", 0.1, 0.0)), Action("view", ("zoom", 1.2, 0.5, 0.5))
    assert hand.hear([shadow], paper) == [shadow]
    pen.tell("hover", 200, 150)
    assert hand.hear([shadow, wheel], paper) == [wheel]


def test_with_the_key_held_a_pen_without_buttons_moves_the_paper_too() -> None:
    pen = Pen()
    hand = Hand(pen)
    pen.tell("down", 200, 150)
    pen.tell("move", 240, 150)
    assert moves(hand.hear([], paper, is_panning=True)) == [(0.1, 0.0)]
    pen.tell("up", 240, 150)
    pen.tell("down", 200, 150)
    assert moves(hand.hear([], paper)) == []


def test_lifting_the_pen_adds_no_sample_and_waits_for_no_face(desk) -> None:
    """Measured from the lift, the next stroke's face would seem to take as long as the pause."""
    stage = Stage(desk.session, desk, player=None, rig=quiet_rig(desk.session), models=())  # type: ignore[arg-type]
    for kind, x, time in (("down", 0.2, 10.0), ("move", 0.3, 10.005), ("up", 0.3, 10.4)):
        act(stage, "pointer", Pointer(kind, x, 0.5, time, False, 0.5))  # type: ignore[arg-type]
    (stroke,) = desk.session.document.strokes
    assert stroke.table[:, 5].tolist() == [10.0, 10.005]
    assert stage.pointers == [10.0, 10.005, 10.005]


def test_a_pen_that_moved_as_it_left_ends_where_it_left(desk) -> None:
    for kind, x in (("down", 0.2), ("move", 0.3), ("up", 0.31)):
        desk.pointer(Pointer(kind, x, 0.5, 10.0, False, 0.5))  # type: ignore[arg-type]
    (stroke,) = desk.session.document.strokes
    assert stroke.points[:, 0].tolist() == [0.2, 0.3, 0.31]


def test_the_curve_changes_how_a_pen_feels_and_leaves_the_mouse_alone(desk) -> None:
    def pressed(curve: float, *actions: Action) -> float:
        desk.session.set("pressure_curve", curve)
        draw(desk, list(actions))
        return desk.session.document.strokes[-1].samples[0].pressure

    pen = [Action("pointer", Pointer(kind, 0.5, 0.5, 10.0, False, 0.5)) for kind in ("down", "up")]  # type: ignore[arg-type]
    soft, plain, hard = (pressed(curve, *pen) for curve in (0.0, 0.5, 1.0))
    assert plain == 0.5
    assert soft == pytest.approx(0.5**0.25)
    assert hard == pytest.approx(0.5**4)
    by_mouse = [pressed(curve, mouse("down"), mouse("up")) for curve in (0.0, 1.0)]
    assert by_mouse[0] == by_mouse[1]
    assert [felt(end, curve) for end in (0.0, 1.0) for curve in (0.0, 1.0)] == [0.0, 0.0, 1.0, 1.0]


def test_without_a_tablet_or_its_library_the_mouse_draws_and_the_log_says_why(
    monkeypatch, caplog
) -> None:
    assert open_pen(0, "dummy") is None
    assert not caplog.records
    monkeypatch.setitem(sys.modules, "livesketch.tablet.x11", None)
    with caplog.at_level(logging.WARNING):
        assert open_hand(1, "x11").label == "mouse"
    assert len(caplog.records) == 1
    assert "mouse" in caplog.text
