"""The window as a hand meets it: tools, the paper's coordinates, keys, knobs, files."""

import random
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pygame
import pytest
from ui_stage import BLUE, Hand, flat, names, pointers

from livesketch.canvas.pressure import felt
from livesketch.controls.actions import Action
from livesketch.errors import OutputError
from livesketch.parameters import PARAMETERS, defaults, parameter
from livesketch.ui import theme
from livesketch.ui.layout import Focus
from livesketch.ui.view import Marks
from livesketch.ui.window import Window

SIZES = [(1440, 810), (1000, 700), (600, 900), (2880, 1620)]


@pytest.fixture
def hand() -> Iterator[Hand]:
    hand = Hand()
    yield hand
    hand.window.close()


@pytest.mark.parametrize("size", SIZES)
def test_the_eraser_icon_then_a_drag_erases_where_the_hand_is(size: tuple[int, int]) -> None:
    hand = Hand(size)
    try:
        assert names(hand.click("rail.eraser")) == ["eraser"]
        wanted = [(0.25, 0.25), (0.5, 0.75), (0.9, 0.1)]
        hand.drag(hand.paper(x, y) for x, y in wanted)
        heard = pointers(hand.turn())
        assert [one.kind for one in heard] == ["down", "move", "move", "up"]
        assert all(one.is_eraser for one in heard)
        pixel = 1 / hand.window.paper_side
        for one, (x, y) in zip(heard, wanted, strict=False):
            assert one.x == pytest.approx(x, abs=pixel)
            assert one.y == pytest.approx(y, abs=pixel)
    finally:
        hand.window.close()


def test_a_tool_and_a_stroke_in_the_same_turn_belong_together(hand: Hand) -> None:
    x, y = hand.part("rail.eraser").rect.center
    hand.down(x, y)
    hand.up(x, y)
    hand.drag([hand.paper(0.2, 0.2), hand.paper(0.3, 0.3)])
    assert all(one.is_eraser for one in pointers(hand.turn()))


def test_the_right_button_erases_and_the_left_draws(hand: Hand) -> None:
    hand.drag([hand.paper(0.2, 0.2), hand.paper(0.3, 0.3)], button=3)
    hand.drag([hand.paper(0.2, 0.2), hand.paper(0.3, 0.3)])
    heard = pointers(hand.turn())
    assert [one.is_eraser for one in heard] == [True] * 3 + [False] * 3


def test_every_sample_of_a_fast_hand_is_kept_in_order(hand: Hand) -> None:
    places = [hand.paper(0.1 + 0.8 * n / 2000, 0.5) for n in range(2000)]
    hand.drag(places)
    heard = pointers(hand.turn())
    assert len(heard) == 2001
    assert all(a.x <= b.x for a, b in pairwise(heard))
    assert all(a.time <= b.time for a, b in pairwise(heard))


def test_a_stroke_goes_on_outside_of_the_paper_and_ends_there(hand: Hand) -> None:
    hand.drag([hand.paper(0.9, 0.5), hand.paper(1.2, 0.5), hand.paper(1.2, -0.1)])
    heard = pointers(hand.turn())
    assert heard[-1].kind == "up"
    assert heard[-1].x > 1.15
    assert heard[-1].y < 0


def test_a_second_button_does_not_disturb_a_stroke(hand: Hand) -> None:
    place = hand.paper(0.5, 0.5)
    hand.down(*place)
    hand.down(*place, button=3)
    hand.up(*place, button=3)
    hand.up(*place)
    assert [one.kind for one in pointers(hand.turn())] == ["down", "up"]


def test_a_release_that_got_lost_ends_the_stroke_once(hand: Hand) -> None:
    hand.down(*hand.paper(0.5, 0.5))
    hand.move(*hand.paper(0.6, 0.5), buttons=(0, 0, 0))
    hand.move(*hand.paper(0.7, 0.5), buttons=(0, 0, 0))
    assert [one.kind for one in pointers(hand.turn())] == ["down", "up"]


def test_losing_the_keyboard_ends_the_stroke(hand: Hand) -> None:
    hand.down(*hand.paper(0.5, 0.5))
    hand.post(pygame.WINDOWFOCUSLOST)
    hand.up(*hand.paper(0.6, 0.5))
    assert [one.kind for one in pointers(hand.turn())] == ["down", "up"]


def test_hiding_the_paper_during_a_stroke_still_ends_it(hand: Hand) -> None:
    hand.down(*hand.paper(0.5, 0.5))
    hand.turn()
    hand.key(pygame.K_TAB)
    hand.key(pygame.K_TAB)
    hand.up(700, 400)
    assert [one.kind for one in pointers(hand.turn())] == ["up"]


def test_the_paper_is_met_after_the_window_was_resized(hand: Hand) -> None:
    pygame.display.set_mode((900, 1100), pygame.RESIZABLE)
    hand.turn()
    hand.turn()
    assert hand.window.layout.is_stacked
    hand.drag([hand.paper(0.75, 0.25), hand.paper(0.5, 0.5)])
    first = pointers(hand.turn())[0]
    assert (first.x, first.y) == pytest.approx((0.75, 0.25), abs=0.003)


def test_over_a_cameras_lines_the_pen_draws_too(hand: Hand) -> None:
    hand.facts.update(source="webcam", traced=np.ones((64, 64), np.float32))
    hand.turn()
    hand.drag([hand.paper(0.2, 0.2), hand.paper(0.3, 0.3)])
    asked = pointers(hand.turn())
    assert [fact.kind for fact in asked] == ["down", "move", "up"]
    assert (asked[1].x, asked[1].y) == pytest.approx((0.3, 0.3), abs=0.01)


def test_tab_shows_less_and_then_everything_again(hand: Hand) -> None:
    assert hand.has("status")
    hand.key(pygame.K_TAB)
    assert not hand.has("status")
    assert hand.has("paper")
    hand.key(pygame.K_TAB)
    assert not hand.has("paper")
    width, height = hand.window.layout.size
    assert hand.colour(width / 2, 2) == BLUE  # the face reaches the edges
    assert hand.colour(width / 2, height - 2) == BLUE
    hand.key(pygame.K_TAB)
    assert hand.window.layout.focus == Focus.EVERYTHING
    assert hand.has("status")


def test_a_held_key_asks_once_except_where_repeating_helps(hand: Hand) -> None:
    asked = []
    for _ in range(3):
        asked += names(hand.key(pygame.K_SPACE, sign=" ", is_held=True))
    assert asked == ["next_person"]
    asked = []
    for _ in range(3):
        asked += names(hand.key(pygame.K_z, pygame.KMOD_LCTRL, is_held=True))
    assert asked == ["undo"] * 3


def test_escape_closes_what_lies_on_top_and_never_quits(hand: Hand) -> None:
    hand.key(pygame.K_p)
    hand.key(pygame.K_F1)
    assert hand.has("help")
    assert hand.has("panel")
    asked = hand.key(pygame.K_ESCAPE)
    assert not hand.has("help")
    assert hand.has("panel")
    asked += hand.key(pygame.K_ESCAPE)
    assert not hand.has("panel")
    asked += hand.key(pygame.K_ESCAPE)
    assert asked == []
    assert hand.window.is_open


def test_closing_the_window_asks_to_quit(hand: Hand) -> None:
    hand.post(pygame.QUIT)
    assert hand.turn() == [Action("quit")]


def test_dropped_files_are_opened(hand: Hand, tmp_path: Path) -> None:
    assert hand.drop(tmp_path / "a b.png") == [Action("open", tmp_path / "a b.png")]


def test_knobs_follow_the_mouse_and_the_right_button_resets_them(hand: Hand) -> None:
    rect = hand.part("knob.faithful").rect
    y = rect.y + 31
    hand.drag([(rect.centerx, y), (rect.right + 50, y)])
    asked = hand.turn()
    assert asked[0] == Action("set", ("faithful", pytest.approx(0.5, abs=0.02)))
    assert asked[-1] == Action("set", ("faithful", 1.0))
    assert hand.click("knob.faithful", button=3) == [
        Action("set", ("faithful", parameter("faithful").default))
    ]


def test_the_knob_under_the_paper_is_that_of_the_tool_in_hand(hand: Hand) -> None:
    assert hand.has("knob.size")
    hand.turn(tool="eraser")
    assert hand.has("knob.eraser_size")
    assert not hand.has("knob.size")


def test_the_panel_has_every_parameter(hand: Hand) -> None:
    pygame.display.set_mode((1440, 6000), pygame.RESIZABLE)
    hand.key(pygame.K_p)
    hand.facts["kind"] = ""  # a model that nothing is known of yet
    hand.turn()
    for folded in ("parts", "person", "look", "layers", "sound"):
        hand.click(f"panel.group.{folded}")
    hand.turn()
    for row in PARAMETERS:
        inside = f"panel.{row.name}" if not row.choices else f"panel.{row.name}.{row.choices[0]}"
        assert hand.has(inside), row.name
    assert hand.click("panel.framing") == [Action("set", ("framing", False))]
    assert hand.click("panel.line_style.ink") == [Action("set", ("line_style", "ink"))]
    assert hand.click("panel.model.other") == [Action("model", "other")]
    assert hand.click("panel.source.webcam") == [Action("source", "webcam")]


def test_groups_of_the_panel_fold(hand: Hand) -> None:
    hand.key(pygame.K_p)
    hand.click("panel.group.pen")
    hand.turn()
    assert not hand.has("panel.size")
    hand.click("panel.group.pen")
    hand.turn()
    assert hand.has("panel.size")


def test_a_parameter_of_another_kind_of_model_is_not_offered(hand: Hand) -> None:
    hand.key(pygame.K_p)
    hand.turn(kind="stylegan")
    assert not hand.has("panel.faithful")
    assert not hand.has("knob.faithful")


def test_a_model_of_masks_lays_its_colours_under_the_paper(hand: Hand) -> None:
    hand.turn(task="sketch")
    assert not hand.has("palette.hair")
    hand.facts["task"] = "mask"
    hand.turn()
    assert hand.click("palette.hair") == [Action("mask"), Action("set", ("part", "hair"))]
    hand.facts["tool"] = "fill"
    hand.turn()
    hand.turn()
    assert hand.click("palette.skin") == [Action("set", ("part", "skin"))]


def test_what_a_model_of_pictures_is_shown_lies_in_place_of_the_drawing(hand: Hand) -> None:
    seen = flat((10, 150, 60), 16)
    hand.turn(task="lowres", source="webcam", seen=seen)
    middle = hand.window.layout.paper.center
    assert hand.colour(*middle) == (10, 150, 60)
    assert hand.has("knob.photo_look")
    assert hand.has("knob.shrink")
    assert not hand.has("knob.faithful")


def test_a_little_face_is_one_tap_away(hand: Hand) -> None:
    assert hand.click("look.3") == [Action("pick_look", 3)]
    assert names(hand.click("looks.next_person")) == ["next_person"]


def test_the_wheel_over_the_paper_changes_the_width(hand: Hand) -> None:
    hand.move(*hand.paper(0.5, 0.5))
    hand.post(pygame.MOUSEWHEEL, x=0, y=1, precise_x=0.0, precise_y=1.0, flipped=False)
    hand.post(pygame.MOUSEWHEEL, x=0, y=-2, precise_x=0.0, precise_y=-2.0, flipped=False)
    assert names(hand.turn()) == ["larger", "smaller", "smaller"]


def test_the_unsaved_drawing_of_last_time_is_offered(hand: Hand) -> None:
    hand.turn(recoverable="The drawing of yesterday was not saved.")
    hand.facts["recoverable"] = "The drawing of yesterday was not saved."
    assert names(hand.click("recover.open")) == ["recover"]
    assert names(hand.click("recover.forget")) == ["forget"]
    hand.drag([hand.paper(0.2, 0.2), hand.paper(0.3, 0.3)])
    assert pointers(hand.turn())  # one can draw meanwhile


def test_every_control_says_its_key_on_hover(hand: Hand) -> None:
    hand.move(*hand.part("rail.undo").rect.center)
    hand.turn()
    hand.window._desk.hovered_since -= 10
    hand.turn()
    assert hand.part("tip").state[:2] == ("Undo", "Ctrl+Z")  # type: ignore[index]


def test_what_is_repainted_in_pieces_equals_the_whole(
    hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is moved, opened, drawn: no trace stays of what was there before."""
    now = [time.monotonic()]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])  # no tip comes between the two pictures
    pygame.display.set_mode((960, 540), pygame.RESIZABLE)
    hand.turn()
    luck = random.Random(7)
    paper = hand.facts["paper"]
    assert isinstance(paper, np.ndarray)
    keys = [pygame.K_p, pygame.K_F1, pygame.K_TAB, pygame.K_ESCAPE]
    for step in range(40):
        now[0] += 0.2
        hand.move(luck.randrange(960), luck.randrange(540))
        facts: dict[str, object] = {
            "is_empty": luck.random() < 0.2,
            "is_held": luck.random() < 0.5,
            "look_index": luck.randrange(5),
            "note": luck.choice(["", "no face in the picture"]),
            "is_fresh": False,
        }
        if luck.random() < 0.3:
            hand.key(luck.choice(keys))
        side = hand.window.paper_side
        paper = hand.facts["paper"]
        assert isinstance(paper, np.ndarray)
        if paper.shape[0] == side:
            x, y = luck.randrange(side - 40), luck.randrange(side - 40)
            paper[y : y + 30, x : x + 30] = luck.randrange(256)
            facts["paper_dirty"] = ((x, y, 30, 30),)
        hand.turn(**facts)
        facts.pop("paper_dirty", None)
        pieces = hand.window.picture()
        hand.window._patchwork.forget()
        hand.window.show(hand.view(**facts))
        assert np.array_equal(pieces, hand.window.picture()), f"step {step}"


def test_without_a_display_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    pygame.display.quit()
    monkeypatch.setenv("SDL_VIDEODRIVER", "no such driver")
    with pytest.raises(OutputError, match="No window can be opened here"):
        Window((640, 480))


def test_the_panel_shows_the_pressure_curve_and_on_it_the_pen_as_it_presses_now(
    hand: Hand,
) -> None:
    pygame.display.set_mode((1440, 4600), pygame.RESIZABLE)
    hand.key(pygame.K_p)

    def dot(raw: float, **knobs: float) -> tuple[float, float] | None:
        """Where it is in the curve's box, from its lower left corner, 0..1; None: there is none."""
        pressure = felt(raw, knobs.get("pressure_curve", 0.5)) if raw else None
        hand.turn(values={**defaults(), **knobs}, marks=Marks(pressure=pressure, raw_pressure=raw))
        rect = hand.part("panel.pressure_curve.shown").rect
        box = rect.inflate(0, -hand.window._kit.px(12))
        seen = hand.window.picture()[rect.y : rect.bottom, rect.x : rect.right].astype(int)
        ys, xs = np.nonzero(abs(seen - theme.ACCENT).max(axis=2) < 60)
        if not len(xs):
            return None
        return xs.mean() / box.width, (box.bottom - rect.y - ys.mean()) / box.height

    assert dot(0.0) is None
    for knobs in ({}, {"pressure_curve": 0.2}, {"pressure_curve": 0.8}):
        for raw in (0.3, 0.6):
            assert dot(raw, **knobs) == pytest.approx(
                (raw, felt(raw, knobs.get("pressure_curve", 0.5))), abs=0.03
            )
    measured = {"pressure_low": 0.2, "pressure_high": 0.6}
    assert dot(0.6, **measured) == pytest.approx((0.6, 1.0), abs=0.05)
