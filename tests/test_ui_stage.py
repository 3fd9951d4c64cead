"""The operator's view: safety keys that can be hit, a light for each output, and the next cue beside this one."""

from collections.abc import Iterator

import pygame
import pytest
from ui_stage import BLUE, Hand, flat, names

from livesketch.parameters import defaults
from livesketch.sound.routes import Route
from livesketch.ui import theme
from livesketch.ui.layout import Focus, arrange
from livesketch.ui.view import CueCard, OutputCard, ShowView, SoundView

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


def test_the_cues_name_is_on_the_operators_face_and_on_no_face_alone(hand: Hand) -> None:
    hand.facts["show"] = ShowView(number="1/2")
    hand.turn()
    hand.turn()
    rect = hand.window.layout.face
    plain = hand.window.picture()[rect.y : rect.bottom, rect.x : rect.right]
    hand.facts["show"] = SHOW
    hand.turn()
    named = hand.window.picture()[rect.y : rect.bottom, rect.x : rect.right]
    changed = (plain != named).any(axis=2)
    assert changed[-60:, :200].any()
    assert not changed[: rect.height // 2].any()
    hand.window._desk.focus = Focus.FACE
    hand.turn()
    hand.turn()
    alone = hand.window.layout.face
    corner = hand.window.picture()[
        alone.bottom - 40 : alone.bottom - 20, alone.x + 20 : alone.x + 60
    ]
    assert (corner == BLUE).all()


def test_the_operator_compares_with_what_comes_next_while_the_mouse_is_on_it(hand: Hand) -> None:
    hand.facts["show"] = SHOW
    hand.turn()
    hand.turn()
    face, place = hand.window.layout.face, hand.part("stage.next").rect
    assert hand.colour(*face.center) == BLUE
    hand.move(*place.center)
    hand.turn()
    hand.turn()
    assert hand.colour(*face.center) == (40, 40, 200)
    hand.move(*face.center)
    hand.turn()
    hand.turn()
    assert hand.colour(*face.center) == BLUE


def test_what_is_missing_to_hear_a_controller_is_said_when_the_mouse_is_there(hand: Hand) -> None:
    trouble = "no MIDI here: pip install 'livesketch[midi]'"
    hand.facts["show"] = ShowView(remotes="no MIDI here", trouble=trouble)
    hand.turn()
    hand.turn()
    assert hand.part("stage.next").tip == trouble


def test_an_operator_reads_what_each_output_and_remote_is_doing_in_chinese(hand: Hand) -> None:
    hand.facts["show"] = ShowView(outputs=OUTPUTS, remotes="OSC 9000  no MIDI here  sound missing")
    hand.facts["values"] = {**defaults(), "language": "zh"}
    hand.turn()
    hand.turn()
    assert hand.part("stage.output.second screen").tip == "第二屏幕: 正在播放：DP-2"
    assert "OSC 9000  没有 MIDI  缺少声音" in str(hand.part("stage.next").state)


def test_the_panel_opens_and_closes_outputs(hand: Hand) -> None:
    hand.facts.update(outputs_offered=("ndi", "page"), outputs=("page",))
    hand.key(pygame.K_p)
    hand.turn()
    (action,) = hand.click("panel.output.ndi")
    assert (action.name, action.value) == ("output", "ndi")


def panel_with(hand: Hand, card: OutputCard) -> None:
    hand.facts.update(
        outputs_offered=("second screen", "ndi"),
        outputs=(card.name,),
        show=ShowView(outputs=(card,)),
    )
    hand.key(pygame.K_p)
    hand.turn()
    hand.click(f"panel.of.{card.name}")
    hand.turn()
    hand.turn()


def test_the_panel_gives_an_output_its_own_layout_and_size_beside_its_light(hand: Hand) -> None:
    panel_with(hand, OutputCard("ndi", "playing", "good"))
    head = hand.part("panel.of.ndi").rect
    assert hand.colour(head.x + 5, head.centery)[:3] == theme.GREEN
    (action,) = hand.click("panel.of.ndi.layout.side by side")
    assert (action.name, action.value) == ("shape_output", ("ndi", "layout", "side by side"))
    (action,) = hand.click("panel.of.ndi.size.1920x1080")
    assert action.value == ("ndi", "size", (1920, 1080))


def test_a_projectors_corner_is_dragged_and_its_edge_blackened(hand: Hand) -> None:
    panel_with(hand, OutputCard("second screen", "playing on DP-2", "good", is_screen=True))
    assert not hand.has("panel.of.second screen.size.1280x720")  # its size is the display's
    (action,) = hand.click("panel.of.second screen.flip.h")
    assert action.value == ("second screen", "flip", "h")
    hand.window._desk.panel_scroll = 280  # as the wheel would
    hand.turn()
    hand.turn()
    rect = hand.part("panel.of.second screen.corners").rect
    wall_width = round(min(rect.width, 260) * 0.76)
    x, y = rect.centerx - wall_width // 2, rect.centery - wall_width * 9 // 32
    hand.drag([(x + 1, y + 1), (x + wall_width // 4, y + 1)])
    *_, action = [one for one in hand.turn() if one.name == "shape_output"]
    name, key, corners = action.value  # type: ignore[misc]
    assert (name, key) == ("second screen", "corners")
    assert corners[0] == pytest.approx((0.25, 0.0), abs=0.03)
    assert corners[1:] == ((1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


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


SOUND = SoundView(
    chosen="",
    state="listening",
    names=("Built-in", "USB"),
    levels=(0.7, 0.4, 0.2, 0.5, 0.1),
    routes=(Route("onset", "smile", -0.2, 0.8, 0.1),),
)


def open_sound(hand: Hand, sound: SoundView) -> None:
    hand.facts["sound"] = sound
    hand.key(pygame.K_p)
    hand.turn()
    hand.window._desk.folded.discard("sound")
    hand.window._desk.folded |= {"plays", "face", "pen", "paint", "paper", "camera", "stage"}
    hand.turn()
    hand.turn()


def test_the_panel_shows_what_is_heard_and_chooses_who_listens(hand: Hand) -> None:
    open_sound(hand, SOUND)
    meters = hand.part("panel.sound.meters").rect
    assert hand.colour(meters.x + 5, meters.y + 25)[:3] == theme.GREEN  # level: 0.7
    (action,) = hand.click("panel.microphone.USB")
    assert (action.name, action.value) == ("microphone", "USB")
    (action,) = hand.click("panel.microphone.off")
    assert (action.name, action.value) == ("microphone", None)
    (action,) = hand.click("panel.follow.onset")
    assert (action.name, action.value) == ("follow", "onset")


def test_the_range_of_a_knob_that_follows_is_set_and_it_is_taken_away(hand: Hand) -> None:
    open_sound(hand, SOUND)
    hand.window._desk.panel_scroll = 200
    hand.turn()
    hand.turn()
    (action,) = hand.click("panel.route.smile_low")
    assert action.name == "route"
    route = action.value
    assert isinstance(route, Route)
    assert route == Route("onset", "smile", route.low, 0.8, 0.1)
    assert route.low == pytest.approx(0.0, abs=0.02)
    (action,) = hand.click("panel.route.smile")
    assert (action.name, action.value) == ("route", "smile")


def test_a_missing_microphone_is_said_in_the_panel(hand: Hand) -> None:
    open_sound(hand, SoundView(chosen="", state="missing: There is no microphone here."))
    assert "no microphone" in hand.part("panel.sound.state").tip
