"""Keys of one's own, a left hand, another language, the first-run tour, examples to open."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pygame
import pytest
from tiny import write_tiny
from ui_stage import Hand, names

from livesketch.app import App, AppOptions
from livesketch.canvas.drawing_file import load_with_notes
from livesketch.controls.actions import ACTIONS, Action
from livesketch.controls.key_file import read_keys, unreachable, write_sample
from livesketch.controls.keys import chord_words, default_keys
from livesketch.desk import Desk
from livesketch.parameters import defaults
from livesketch.places import assets_dir
from livesketch.rig_options import RigOptions
from livesketch.session import Session
from livesketch.ui import theme
from livesketch.ui.catalogue import Catalogue, language_of
from livesketch.ui.kit import Kit
from livesketch.ui.layout import Focus, arrange
from livesketch.ui.view import Marks
from livesketch.ui.widgets.key_help import _best, _cap_width, _groups
from livesketch.ui.widgets.tour import CARDS, PEOPLE, _lines
from livesketch.ui.window import Window


@pytest.fixture
def hand() -> Iterator[Hand]:
    hand = Hand()
    yield hand
    hand.window.close()


# --- keys


def test_without_a_file_the_keys_are_the_usual_ones(tmp_path):
    assert read_keys(tmp_path / "keys.txt") == (default_keys(), [])


def test_keys_are_changed_freed_and_written_as_people_write_them(tmp_path):
    path = tmp_path / "keys.txt"
    path.write_text(
        "# mine\n\nShift+Ctrl+D = undo  (as in my other program)\ndelete =\nctrl++ = larger\n"
        "= = smaller\n",
        encoding="utf-8-sig",
    )
    keys, notes = read_keys(path)
    assert notes == []
    assert keys["ctrl+shift+d"] == "undo"
    assert keys["ctrl+z"] == "undo"
    assert keys["ctrl++"] == "larger"
    assert keys["="] == "smaller"
    assert "delete" not in keys
    assert "clear" in unreachable(keys)


def test_a_line_that_is_not_understood_is_named_and_the_others_count(tmp_path):
    path = tmp_path / "keys.txt"
    path.write_text("q = fly\nhello\nsuper+x = undo\n7 = undo\n")
    keys, notes = read_keys(path)
    assert keys["7"] == "undo"
    assert [note.split(" of ")[0] for note in notes] == ["Line 1", "Line 2", "Line 3"]
    path.write_bytes(b"\xff\xfe\x00")
    assert read_keys(path)[0] == default_keys()


def test_the_sample_file_changes_nothing_until_one_does_and_is_never_overwritten(tmp_path):
    path = tmp_path / "config" / "keys.txt"
    assert write_sample(path)
    assert read_keys(path) == (default_keys(), [])
    first = next(
        line for line in path.read_text().splitlines() if " = undo" in line and "ctrl+z" in line
    )
    path.write_text(path.read_text().replace(first, "f8 = undo"))
    assert read_keys(path)[0]["f8"] == "undo"
    assert not write_sample(path)


def test_a_key_of_ones_own_works_in_the_window():
    window = Window((720, 405), keys={"q": "undo"})
    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_q, mod=0, unicode="q"))
    assert names(window.events()) == ["undo"]
    window.close()


# --- a left hand


@pytest.mark.parametrize("focus", list(Focus))
@pytest.mark.parametrize("size", [(1440, 810), (500, 900)])
def test_for_a_left_hand_everything_is_on_the_other_side(size, focus):
    right, left = arrange(size, focus, True), arrange(size, focus, True, is_left_handed=True)
    for name in ("paper", "face", "rail", "panel", "knobs"):
        one, other = getattr(right, name), getattr(left, name)
        assert one.size == other.size
        if one.width:
            assert other.right == size[0] - one.x
            assert other.y == one.y


def test_a_left_hand_draws_where_it_sees_the_paper(hand):
    hand.facts["values"] = {**defaults(), "left_handed": True}
    hand.turn()
    hand.turn()
    paper, rail = hand.window.layout.paper, hand.window.layout.rail
    assert paper.x > hand.window.layout.face.x
    assert rail.x > paper.x
    hand.drag([hand.paper(0.2, 0.3), hand.paper(0.4, 0.5)])
    (first, *_) = [action.value for action in hand.turn() if action.name == "pointer"]
    assert (first.x, first.y) == pytest.approx((0.2, 0.3), abs=0.005)


@pytest.mark.parametrize("is_left_handed", [False, True])
def test_what_a_tool_does_is_told_beside_it_and_covers_no_tool(hand, is_left_handed):
    hand.facts["values"] = {**defaults(), "left_handed": is_left_handed}
    hand.turn()
    hand.turn()
    hand.move(*hand.part("rail.undo").rect.center)
    hand.turn()
    hand.window._desk.hovered_since -= 10
    hand.turn()
    tip = hand.part("tip").rect
    tools = [part.rect for part in hand.window._parts if part.name.startswith("rail.")]
    assert tip.collidelist(tools) < 0


# --- languages


def test_the_window_speaks_chinese_at_once_and_english_again(hand):
    english = hand.window.picture()
    hand.facts["values"] = {**defaults(), "language": "zh"}
    hand.turn()
    assert hand.window._kit.words("Undo") == "撤销"
    assert (hand.window.picture() != english).any()
    hand.facts["values"] = {**defaults(), "language": "en"}
    hand.turn()
    hand.turn()
    assert hand.window._kit.words("Undo") == "Undo"


def test_chinese_lines_break_anywhere_and_english_ones_between_words(hand):
    kit = hand.window._kit
    lines = kit.lines("人脸透过画纸显现在模型看到画的位置，便于描摹。" * 3, 200)
    assert len(lines) > 3
    assert all(kit.width(line) <= 210 for line in lines)
    assert kit.lines("one two three", 10_000) == ["one two three"]
    assert "".join(kit.lines("one two three", 40)) == "onetwothree"


def test_the_language_of_the_system_is_taken_where_it_is_known(monkeypatch):
    monkeypatch.setattr("locale.getlocale", lambda: ("zh_CN", "UTF-8"))
    assert language_of("auto") == "zh"
    monkeypatch.setattr("locale.getlocale", lambda: (None, None))
    assert language_of("auto") == "en"
    assert language_of("zh") == "zh"


# --- the first time


@pytest.mark.parametrize(
    ("rig", "card"), [({}, 0), ({"is_show": True}, None), ({"cues": "a"}, None)]
)
def test_who_performs_is_shown_no_tour(own_home, tmp_path, rig, card):
    if "cues" in rig:
        rig = {"cues": tmp_path / "a.toml"}
        rig["cues"].write_text('[[cue]]\nname = "A"\nseed = 90\n')
    model = str(write_tiny(tmp_path / "tiny.safetensors"))
    app = App(AppOptions(model=model, runtime="torch", size=(720, 405), rig=RigOptions(**rig)))
    assert app.window._desk.tour_card == card
    app.close()


def test_the_tour_has_four_cards_that_cover_no_picture_and_goes_away(hand):
    assert not hand.has("tour")
    hand.window._desk.tour_card = 0
    hand.turn()
    layout = hand.window.layout
    for _ in range(4):
        rect = hand.part("tour").rect
        assert not rect.colliderect(layout.paper)
        assert not rect.colliderect(layout.face)
        hand.click("tour.next")
        hand.turn()
    assert not hand.has("tour")
    hand.window._desk.tour_card = 1
    hand.turn()
    hand.click("tour.skip")
    hand.turn()
    assert not hand.has("tour")
    hand.window._desk.tour_card = 1
    hand.turn()
    hand.key(pygame.K_ESCAPE)
    assert not hand.has("tour")


def test_the_card_about_the_people_does_not_lie_over_them(hand):
    hand.window._desk.tour_card = PEOPLE
    hand.turn()
    assert not hand.part("tour").rect.colliderect(hand.window.layout.looks)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("size", [(1440, 810), (1024, 640), (600, 900)])
def test_the_tour_is_read_without_glasses_and_reaches_no_further_than_the_pictures(size, language):
    hand = Hand(size)
    hand.facts["values"] = {**defaults(), "language": language}
    try:
        for number, (title, more) in enumerate(CARDS):
            hand.window._desk.tour_card = number
            hand.turn()
            hand.turn()
            layout, kit, rect = hand.window.layout, hand.window._kit, hand.part("tour").rect
            room = hand.part("tour.next" if number == 3 else "tour.skip").rect.x - rect.x
            lines, letters, step = _lines(title, more, room - kit.px(56), rect.height - 8, kit)
            assert letters >= 10.5
            assert step * len(lines) <= rect.height
            if not layout.is_stacked:
                assert rect.x >= layout.paper.x
                assert rect.right <= layout.face.right
            assert not rect.colliderect(layout.paper.inflate(-2, -2))
            assert not rect.colliderect(layout.face.inflate(-2, -2))
    finally:
        hand.window.close()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("size", [(1440, 810), (1024, 640)])
def test_the_help_of_keys_is_read_without_glasses_and_none_is_cut_short(size, language):
    kit = Kit(arrange(size).scale, Catalogue(language))
    room = pygame.Rect((0, 0), size).inflate(-24, -24)
    columns, each, line, letters = _best(default_keys(), kit, room)
    assert letters >= 10
    assert line >= letters * 1.3
    assert len(columns) * each <= room.width
    helps = {kit.words(row.help).replace(" ", "") for row in ACTIONS if row.keys}
    rows = [row for column in columns for _, rows in column for row in rows]
    assert {"".join(lines).replace(" ", "") for lines, _ in rows} == helps
    for lines, chords in rows:
        caps = sum(_cap_width(kit, kit.width(chord_words(one), letters - 1)) for one in chords)
        wanted = max(kit.width(one, letters) for one in lines)
        assert wanted + caps + 5 * len(chords) <= each


def test_the_axis_of_symmetry_cuts_no_word_of_the_invitation(hand):
    """Where the words are, the paper is as it is without the axis."""
    hand.turn(is_empty=True)
    rect = hand.window.layout.paper
    words = pygame.Rect(0, 0, 200, 24)
    words.center = (rect.centerx, rect.y + round(0.54 * rect.height))
    area = (slice(words.y, words.bottom), slice(words.x, words.right))
    plain = hand.window.picture()[area]
    hand.turn(is_empty=True, marks=Marks(axis=((0.5, 0.0), (0.5, 1.0))))
    assert hand.has("axis")
    assert np.array_equal(hand.window.picture()[area], plain)


def test_no_key_of_the_help_is_cut_short(hand):
    kit = hand.window._kit
    told = [" ".join(lines) for _, rows in _groups(default_keys(), kit, 304) for lines, _ in rows]
    assert told == [row.help for row in ACTIONS if row.keys]


def test_the_palette_says_when_a_model_takes_no_painted_parts(hand):
    def orange() -> int:
        rect = hand.part("palette").rect
        title = hand.window.picture()[rect.y : rect.bottom, rect.x : rect.right].astype(int)
        return int((abs(title - theme.ACCENT).max(axis=2) < 40).sum())

    hand.facts |= {"tool": "mask", "task": "mask"}
    hand.turn()
    hand.turn()
    assert orange() == 0
    hand.facts["task"] = "sketch"
    hand.turn()
    hand.turn()
    assert orange() > 50


def test_the_tour_can_be_taken_again(hand):
    hand.window._desk.focus = list(Focus)[1]
    hand.turn()
    hand.key(pygame.K_F1)
    hand.key(pygame.K_F1, pygame.KMOD_LSHIFT)
    hand.turn()
    assert hand.has("tour")
    assert not hand.window._desk.is_help_open


# --- examples


@pytest.mark.parametrize(
    "path", sorted((assets_dir() / "drawings").iterdir()), ids=lambda p: p.stem
)
def test_every_example_opens_whole_and_is_saved_under_a_name_of_ones_own(path: Path):
    document, notes = load_with_notes(path)
    assert notes == []
    assert len(document.strokes) >= 10
    desk = Desk(Session(), None)
    desk.open(path)
    assert desk.session.document.path is None
    assert desk.session.document.name == path.stem


def test_the_examples_are_one_key_away(hand):
    ctrl, shift = pygame.KMOD_LCTRL, pygame.KMOD_LSHIFT
    hand.key(pygame.K_o, ctrl | shift)
    browser = hand.window._desk.browser
    assert browser is not None
    assert browser.folder == assets_dir() / "drawings"
    assert browser.is_examples
    chosen = assets_dir() / "drawings" / "plain.livesketch"
    assert hand.window._finish(chosen) == [Action("open", chosen)]
    assert hand.window._dialogs.last_folder is None
