"""The axis of symmetry is taken by its handle, however the paper lies before the eye."""

from collections.abc import Iterator

import pytest
from stage import quiet_rig
from ui_stage import Hand

from livesketch.acts import Stage, act
from livesketch.canvas.viewpoint import HOME, Viewpoint
from livesketch.controls.actions import Pointer
from livesketch.desk import Desk
from livesketch.parameters import defaults
from livesketch.session import Session
from livesketch.showing import paper_marks


@pytest.fixture
def hand() -> Iterator[Hand]:
    hand = Hand()
    yield hand
    hand.window.close()


@pytest.fixture
def stage() -> Stage:
    session = Session()
    session.set("symmetry", True)
    return Stage(session, Desk(session, None), None, quiet_rig(session), ())  # type: ignore[arg-type]


def shown(hand: Hand, stage: Stage) -> None:
    """What is asked for is done, and seen a turn later."""
    for _ in range(2):
        hand.facts["values"] = {**defaults(), **stage.session.values}
        hand.facts["marks"] = paper_marks(stage.session, stage.desk)
        for action in hand.turn():
            act(stage, action.name, action.value)
    hand.facts["values"] = {**defaults(), **stage.session.values}
    hand.facts["marks"] = paper_marks(stage.session, stage.desk)
    hand.turn()


def pull(hand: Hand, stage: Stage, to: tuple[float, float], button: int = 1) -> None:
    """The handle, from where it is to a place on the paper, in one go."""
    x, y = hand.part("axis.handle").rect.center
    x1, y1 = hand.paper(*stage.session.view.to_eye(*to))
    hand.drag([(x, y), ((x + x1) / 2, (y + y1) / 2), (x1, y1)], button)
    shown(hand, stage)


@pytest.mark.parametrize(
    "view",
    [HOME, Viewpoint(zoom=2.5), Viewpoint(angle=50.0), Viewpoint(0.4, 0.6, 1.7, -160.0, True)],
    ids=["as it is", "nearer", "turned", "turned, flipped"],
)
def test_the_axis_goes_where_its_handle_is_pulled(hand: Hand, stage: Stage, view) -> None:
    stage.session.view = view
    shown(hand, stage)
    pull(hand, stage, (0.62, 0.3))
    assert stage.session.values["symmetry_axis"] == pytest.approx(0.62, abs=0.004)
    grip, paper = hand.part("axis.handle").rect, hand.window.layout.paper
    assert paper.contains(grip)
    assert stage.session.document.is_empty  # the pull was no stroke


def test_near_the_middle_it_is_caught_and_the_right_button_brings_it_there(hand, stage) -> None:
    stage.session.set("symmetry_axis", 0.3)
    shown(hand, stage)
    pull(hand, stage, (0.503, 0.1))
    assert stage.session.values["symmetry_axis"] == 0.5
    pull(hand, stage, (0.9, 0.1))
    pull(hand, stage, (0.8, 0.1), button=3)
    assert stage.session.values["symmetry_axis"] == 0.5


def test_beyond_the_paper_it_stays_on_its_edge(hand, stage) -> None:
    shown(hand, stage)
    pull(hand, stage, (1.4, 0.1))
    assert stage.session.values["symmetry_axis"] == 1.0


def test_without_symmetry_or_where_the_axis_is_not_seen_there_is_no_handle(hand, stage) -> None:
    stage.session.set("symmetry", False)
    shown(hand, stage)
    assert not hand.has("axis.handle")
    stage.session.set("symmetry", True)
    stage.session.view = Viewpoint(0.05, 0.05, 10.0)
    shown(hand, stage)
    assert not hand.has("axis.handle")


def test_beside_the_handle_the_paper_is_drawn_on(hand, stage) -> None:
    shown(hand, stage)
    x, y = hand.part("axis.handle").rect.center
    hand.drag([(x, y + 60), (x + 40, y + 90)])
    facts = [action.value for action in hand.turn() if isinstance(action.value, Pointer)]
    assert [fact.kind for fact in facts] == ["down", "move", "up"]
