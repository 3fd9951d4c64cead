"""The operator's view: safety keys that can be hit, a light for each output, and the next cue beside this one."""

from collections.abc import Iterator

import pygame
import pytest
from ui_stage import Hand, flat, names

from livesketch.ui import theme
from livesketch.ui.layout import Focus, arrange
from livesketch.ui.view import CueCard, OutputCard, ShowView

OUTPUTS = (
    OutputCard("second screen", "playing on DP-2", "good", flat((200, 40, 40), 72)),
    OutputCard("ndi", "missing: cyndilib", "bad", None),
)
SHOW = ShowView(
    outputs=OUTPUTS,
    cue=CueCard("Anna"),
    next_cue=CueCard("Bert", flat((40, 40, 200), 64)),
    number="1/2",
)


@pytest.fixture
def hand() -> Iterator[Hand]:
    hand = Hand()
    yield hand
    hand.window.close()


def test_without_a_show_the_window_is_as_it_was(hand: Hand) -> None:
    assert not hand.has("stage")
    assert not arrange((1440, 810)).stage.width


def test_the_safety_keys_are_pressed_with_a_finger_and_lit_while_they_are_on(hand: Hand) -> None:
    hand.facts["show"] = SHOW
    hand.turn()
    hand.turn()
    for name in ("blackout", "freeze", "panic"):
        assert names(hand.click(f"stage.{name}")) == [name]
    rect = hand.part("stage.panic").rect
    assert hand.colour(rect.x + 12, rect.y + 8) != theme.ACCENT
    hand.facts["show"] = ShowView(is_panic=True)
    hand.turn()
    assert hand.colour(rect.x + 12, rect.y + 8) == theme.ACCENT


@pytest.mark.parametrize("size", [(1440, 810), (1000, 600), (620, 900)])
def test_every_output_has_its_light_and_nothing_lies_over_anything(size: tuple[int, int]) -> None:
    hand = Hand(size)
    hand.facts["show"] = SHOW
    hand.turn()
    hand.turn()
    layout = hand.window.layout
    assert layout.stage.bottom == layout.status.y
    assert layout.knobs.bottom <= layout.stage.y
    parts = [part for part in hand.window._parts if part.name.startswith("stage.")]
    for n, one in enumerate(parts):
        assert layout.stage.contains(one.rect)
        assert one.rect.collidelist([other.rect for other in parts[n + 1 :]]) == -1
    hand.window.close()


def test_the_next_cue_is_one_press_away(hand: Hand) -> None:
    hand.facts["show"] = SHOW
    hand.turn()
    hand.turn()
    assert names(hand.click("stage.next")) == ["next_cue"]


def test_the_panel_opens_and_closes_outputs(hand: Hand) -> None:
    hand.facts.update(outputs_offered=("ndi", "page"), outputs=("page",))
    hand.key(pygame.K_p)
    hand.turn()
    (action,) = hand.click("panel.output.ndi")
    assert (action.name, action.value) == ("output", "ndi")


def test_blackout_works_while_a_file_is_named_and_a_dot_is_a_dot(hand: Hand) -> None:
    hand.key(pygame.K_e, pygame.KMOD_CTRL)  # where to save the face?
    assert hand.window._desk.browser is not None
    assert names(hand.key(pygame.K_F9)) == ["blackout"]
    assert names(hand.key(pygame.K_PERIOD, sign=".")) == []


def test_the_face_alone_has_no_bar(hand: Hand) -> None:
    assert not arrange((1440, 810), Focus.FACE, False, True).stage.width


def test_what_happens_in_an_outputs_window_is_not_drawn_on_the_paper(hand: Hand) -> None:
    other = pygame.Window("output", (200, 100), hidden=True)
    x, y = hand.window.layout.paper.center
    for kind in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
        hand.post(kind, pos=(x, y), button=1, touch=False, window=other)
    hand.post(pygame.WINDOWCLOSE, window=other)
    assert hand.turn() == []
    hand.post(pygame.KEYDOWN, key=pygame.K_F9, mod=0, unicode="", scancode=0, window=other)
    assert names(hand.turn()) == ["blackout"]
    hand.post(pygame.WINDOWCLOSE, window=None)
    assert names(hand.turn()) == ["quit"]
    other.destroy()
