"""What the eye meets: paper and face, the green light, the invitation, the sentence when something failed."""

from collections.abc import Iterator

import numpy as np
import pygame
import pytest
from ui_stage import BLUE, Hand, flat

from livesketch.canvas.paper import COLOURS
from livesketch.parameters import defaults
from livesketch.ui import theme
from livesketch.ui.kit import Kit
from livesketch.ui.view import Marks, Message
from livesketch.ui.widgets import status


@pytest.fixture
def hand() -> Iterator[Hand]:
    hand = Hand()
    yield hand
    hand.window.close()


def light(hand: Hand) -> tuple[int, ...]:
    rect = hand.window.layout.face_head
    return hand.colour(rect.right - 9, rect.centery)


def test_paper_left_and_face_right(hand: Hand) -> None:
    layout = hand.window.layout
    assert hand.colour(*layout.paper.center) == theme.PAPER
    assert hand.colour(*layout.face.center) == BLUE
    assert hand.colour(layout.paper.x, layout.paper.y) == theme.ROOM  # round corners
    assert hand.colour(layout.face.right - 1, layout.face.bottom - 1) == theme.ROOM


def test_what_is_drawn_into_the_paper_shows_where_it_is_said_to_have_changed(hand: Hand) -> None:
    paper = hand.facts["paper"]
    assert isinstance(paper, np.ndarray)
    paper[100:120, 200:220] = (10, 20, 30)
    hand.turn(paper_dirty=((200, 100, 20, 20),))
    rect = hand.window.layout.paper
    assert hand.colour(rect.x + 210, rect.y + 110) == (10, 20, 30)


def test_a_paper_of_another_size_is_scaled(hand: Hand) -> None:
    side = hand.window.paper_side
    small = np.full((100, 100, 3), 247, np.uint8)
    small[50:, :] = 0
    rect = hand.window.layout.paper
    hand.window.show(hand.view(paper=small))
    assert hand.colour(rect.centerx, rect.y + side * 0.25) == (247, 247, 247)
    assert hand.colour(rect.centerx, rect.y + side * 0.75) == (0, 0, 0)


def test_the_light_is_green_only_while_the_face_answers_the_last_stroke(hand: Hand) -> None:
    hand.turn(is_fresh=True)
    assert light(hand) == theme.GREEN
    hand.window._desk.fresh_at -= 1.0
    hand.turn(is_fresh=False)
    assert light(hand) != theme.GREEN


def test_the_light_does_not_blink_between_two_faces_of_a_stroke(hand: Hand) -> None:
    hand.turn(is_fresh=True)
    hand.turn(is_fresh=False)
    assert light(hand) == theme.GREEN


def test_an_empty_paper_invites_and_shows_no_default_face(hand: Hand) -> None:
    hand.turn(is_empty=True, face=None, is_fresh=False)
    assert hand.has("invitation")
    rect = hand.window.layout.face
    right = hand.window.picture()[rect.y : rect.bottom, rect.x : rect.right]
    assert right.max() < 80  # dark and calm
    hand.down(*hand.paper(0.5, 0.5))
    hand.facts.update(is_empty=True, face=None)
    hand.turn()
    hand.turn()
    assert not hand.has("invitation")  # gone with the first touch


@pytest.mark.parametrize("name", ["light", "dark"])
def test_the_outline_of_the_invitation_is_faint_on_either_paper(hand: Hand, name: str) -> None:
    """It must not be taken for a line that somebody drew."""
    values = {**defaults(), "paper_colour": name}
    hand.turn(is_empty=True, values=values, paper=flat(COLOURS[name][0], hand.window.paper_side))
    x, y = (round(place) for place in hand.paper(0.5 - 0.24, 0.54))
    across = hand.window.picture()[y, x - 4 : x + 8].astype(int)
    contrast = np.abs(across - np.array(COLOURS[name][0])).max()
    assert 15 < contrast < 60


def test_a_camera_shows_its_lines_as_ink_on_paper(hand: Hand) -> None:
    sketch = np.ones((64, 64), np.float32)
    sketch[:, 32:] = 0.0
    hand.turn(source="webcam", traced=sketch)
    rect = hand.window.layout.paper
    assert hand.colour(rect.x + rect.width * 0.25, rect.centery) == theme.PAPER
    assert hand.colour(rect.x + rect.width * 0.75, rect.centery) == theme.INK


def test_a_failure_is_said_until_it_is_clicked_away(hand: Hand) -> None:
    first = Message("The camera was unplugged.", "Plug it in again.", 1.0)
    hand.facts["message"] = first
    hand.turn()
    assert hand.colour(1, 800) == theme.ACCENT
    hand.click("message")
    hand.turn()
    assert not hand.has("message")
    hand.facts["message"] = Message(first.sentence, first.hint, 2.0)
    hand.turn()
    assert hand.has("message")  # said again, shown again


def test_a_sentence_goes_by_itself(hand: Hand) -> None:
    hand.facts["message"] = Message("Saved.", "", 1.0, is_error=False)
    hand.turn()
    assert hand.colour(1, 800) == theme.GREEN
    hand.window._desk.message_at -= status.STAYS_S + status.FADES_S + 0.1
    hand.turn()
    assert not hand.has("message")


@pytest.mark.parametrize("size", [(1440, 810), (600, 900), (480, 360)])
def test_a_long_sentence_stays_inside_the_window(size: tuple[int, int]) -> None:
    hand = Hand(size)
    try:
        long = Message("A very long sentence about a file. " * 5, "And a long hint. " * 6, 1.0)
        hand.turn(message=long)
        rect = hand.part("message").rect
        assert pygame.Rect((0, 0), size).contains(rect)
    finally:
        hand.window.close()


def test_words_are_cut_to_fit_and_never_wider() -> None:
    kit = Kit(1.0)
    for width in (0, 5, 30, 77, 200):
        assert kit.fitted("a name much longer than its place", width).get_width() <= max(width, 1)
    assert kit.fitted("short", 500).get_width() == kit.text("short").get_width()


@pytest.mark.parametrize("name", ["Zoë’s face", "Αθήνα", "Москва", "a\x00b", "脸", "🙂", ""])
def test_any_name_can_be_shown(hand: Hand, name: str) -> None:
    hand.turn(drawing_name=name, look_name=name)
    assert hand.has("head.drawing")


def test_the_circle_is_as_wide_as_the_pen(hand: Hand) -> None:
    x, y = hand.paper(0.5, 0.5)
    hand.move(x, y)
    hand.facts["values"] = {"size": 40.0, "eraser_size": 100.0}
    hand.turn()
    side = hand.window.paper_side
    assert hand.part("cursor").rect.width == pytest.approx(0.040 * side, abs=8)
    hand.facts["tool"] = "eraser"
    hand.turn()
    hand.turn()
    assert hand.part("cursor").rect.width == pytest.approx(0.100 * side, abs=8)


def test_the_cursor_shows_how_firmly_the_pen_presses(hand: Hand) -> None:
    """A disc beside the circle that grows with the pressure; a pen in the air and a mouse have none."""
    x, y = hand.paper(0.5, 0.5)
    hand.move(x, y)
    hand.turn()

    def disc(pressure: float | None) -> int:
        """Pixels of it, right of and below the circle."""
        hand.turn(marks=Marks(pressure=pressure, raw_pressure=pressure or 0.0))
        beside = hand.window.picture()[round(y) + 6 : round(y) + 40, round(x) + 6 : round(x) + 40]
        return int((abs(beside.astype(int) - theme.ACCENT).max(axis=2) < 60).sum())

    sizes = [disc(pressure) for pressure in (0.2, 0.5, 1.0)]
    assert 0 < sizes[0] < sizes[1] < sizes[2]
    assert disc(None) == 0


def test_the_key_help_shows_every_key_at_any_size() -> None:
    for size in ((1440, 810), (600, 900), (480, 360)):
        hand = Hand(size)
        hand.key(pygame.K_F1)
        assert pygame.Rect((0, 0), size).contains(hand.part("help").rect)
        hand.window.close()
