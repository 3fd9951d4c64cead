"""Choosing a file inside the window."""

import time
from collections.abc import Callable
from pathlib import Path

import pygame
import pytest
from ui_stage import Hand, names

from livesketch.controls.actions import Action
from livesketch.ui.browser import Browser
from livesketch.ui.folder import read_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "faces").mkdir()
    (tmp_path / ".hidden").mkdir()
    for name in ("anna.livesketch", "Bert.png", "clip.mp4", "notes.txt", "faces/eve.svg"):
        (tmp_path / name).write_text("x")
    return tmp_path


def browser_in(folder: Path, purpose: str = "open", name: str = "") -> Browser:
    """A browser whose folders are read at once."""
    opened: list[Browser] = []

    def ask(wanted: Path) -> None:
        if opened:
            opened[0].take(read_folder(wanted))

    opened.append(Browser(purpose, folder, ask, name))  # type: ignore[arg-type]
    ask(folder)
    return opened[0]


def shown(browser: Browser) -> list[str]:
    return [entry.name for entry in browser.rows]


def test_it_lists_folders_first_and_only_what_can_be_opened(folder: Path) -> None:
    assert shown(browser_in(folder)) == ["faces", "anna.livesketch", "Bert.png", "clip.mp4"]


def test_typing_narrows_the_list_and_enter_opens(folder: Path) -> None:
    browser = browser_in(folder)
    browser.type("BER")
    assert shown(browser) == ["Bert.png"]
    assert browser.enter() == folder / "Bert.png"


def test_enter_goes_into_a_folder_and_backspace_out_of_it(folder: Path) -> None:
    browser = browser_in(folder)
    assert browser.enter() is None
    assert browser.folder == folder / "faces"
    assert shown(browser) == ["eve.svg"]
    browser.erase()
    assert browser.folder == folder


def test_a_path_can_be_typed(folder: Path) -> None:
    browser = browser_in(folder)
    browser.type(str(folder / "faces" / "eve.svg"))
    assert browser.enter() == folder / "faces" / "eve.svg"


def test_saving_adds_the_ending_and_asks_before_it_replaces(folder: Path) -> None:
    browser = browser_in(folder, "save_as", "anna")
    assert browser.enter() is None
    assert browser.is_replacing
    assert browser.enter() == folder / "anna.livesketch"
    browser = browser_in(folder, "save_as", "new one")
    assert browser.enter() == folder / "new one.livesketch"


def test_a_drawing_is_saved_as_what_its_name_or_the_buttons_say(folder: Path) -> None:
    browser = browser_in(folder, "save_as", "anna.livesketch")
    assert shown(browser) == ["faces", "anna.livesketch", "Bert.png"]
    browser.choose_ending(".png")
    assert browser.text == "anna.png"
    assert browser.enter() == folder / "anna.png"
    browser.choose_ending(".ndjson")
    assert browser.text == "anna.ndjson"
    browser = browser_in(folder, "save_as", "eva.v2")
    assert browser.ending == ".livesketch"
    browser.choose_ending(".svg")
    assert browser.enter() == folder / "eva.v2.svg"
    assert browser_in(folder, "save_face", "me").endings == (".png",)


def test_typing_another_name_forgets_about_replacing(folder: Path) -> None:
    browser = browser_in(folder, "save_as", "ann")
    browser.type("a")
    assert browser.enter() is None
    browser.type("2")
    assert not browser.is_replacing
    assert browser.enter() == folder / "anna2.livesketch"


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    listing = read_folder(tmp_path / "nowhere")
    assert listing.entries == ()
    assert "cannot be read" in listing.error


def test_the_selection_stays_in_view(folder: Path) -> None:
    for n in range(40):
        (folder / f"face-{n:02}.png").touch()
    browser = browser_in(folder)
    for _ in range(60):
        browser.select(browser.selected + 1, rows_shown=10)
        assert browser.scroll <= browser.selected < browser.scroll + 10
    assert browser.selected == len(browser.rows) - 1


def until(hand: Hand, is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < end
        hand.turn()


@pytest.fixture
def hand(folder: Path) -> Hand:
    hand = Hand((1000, 700))
    hand.facts["path"] = folder / "anna.livesketch"
    hand.turn()
    return hand


def test_a_file_is_opened_with_the_keyboard_alone(hand: Hand, folder: Path) -> None:
    try:
        assert hand.key(pygame.K_o, pygame.KMOD_LCTRL) == []
        until(hand, lambda: hand.has("browser.row.3"))
        assert hand.key(pygame.K_f, sign="f") == []  # a letter to narrow with, not full screen
        hand.type("anna")
        assert hand.key(pygame.K_RETURN, sign="\r") == [Action("open", folder / "anna.livesketch")]
        assert not hand.has("browser")
    finally:
        hand.window.close()


def test_a_file_is_opened_with_the_mouse_and_closed_with_escape(hand: Hand, folder: Path) -> None:
    try:
        hand.click("rail.open")
        until(hand, lambda: hand.has("browser.row.2"))
        assert hand.click("browser.row.2") == [Action("open", folder / "Bert.png")]
        hand.click("rail.open")
        assert hand.has("browser")
        assert hand.key(pygame.K_ESCAPE) == []
        assert not hand.has("browser")
    finally:
        hand.window.close()


def test_a_drawing_with_a_file_is_saved_at_once_and_one_without_asks(hand: Hand) -> None:
    try:
        assert hand.key(pygame.K_s, pygame.KMOD_LCTRL) == [Action("save")]
        hand.facts["path"] = None
        hand.turn()
        assert hand.key(pygame.K_s, pygame.KMOD_LCTRL) == []
        hand.turn()
        assert hand.has("browser")
    finally:
        hand.window.close()


def test_the_face_is_saved_under_a_name_that_says_who(hand: Hand, folder: Path) -> None:
    try:
        hand.facts["drawing_name"] = 'a/b: "c"'
        hand.turn()
        hand.key(pygame.K_e, pygame.KMOD_LCTRL)
        hand.turn()
        asked = hand.key(pygame.K_RETURN, sign="\r")
        assert asked == [Action("save_face", folder / "ab c look 1.png")]
        hand.facts["face"] = None
        hand.turn()
        assert names(hand.key(pygame.K_e, pygame.KMOD_LCTRL)) == [
            "save_face"
        ]  # the app says why not
    finally:
        hand.window.close()


def test_the_ink_alone_is_three_clicks_away(hand: Hand, folder: Path) -> None:
    try:
        hand.key(pygame.K_s, pygame.KMOD_LCTRL | pygame.KMOD_LSHIFT)
        until(hand, lambda: hand.has("browser.ending.png"))
        hand.click("browser.ending.png")
        hand.turn()
        assert hand.click("browser.go") == [Action("save", folder / "anna.png")]
    finally:
        hand.window.close()


def test_a_picture_for_behind_oneself_is_chosen_like_any_file(hand: Hand, folder: Path) -> None:
    try:
        assert hand.key(pygame.K_b, pygame.KMOD_LCTRL) == []
        until(hand, lambda: hand.has("browser.row.3"))
        hand.type("bert")
        assert hand.key(pygame.K_RETURN, sign="\r") == [Action("room", folder / "Bert.png")]
        assert not hand.has("browser")
    finally:
        hand.window.close()
