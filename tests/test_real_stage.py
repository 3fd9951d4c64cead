"""A show on two real displays: the operator's window on one, what the audience sees on the other."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pytest
from real_show import (
    draw_face,
    free_port,
    has_curtain,
    has_face,
    is_black,
    killed,
    osc,
    paint_desktop,
    shows_desktop,
    still_face,
    window_of,
)
from screen import Screen
from stage import until
from tiny import write_tiny
from two_displays import SIZE, audience, open_screen, plug, unplug
from Xlib.display import Display

from livesketch.frames import Picture
from livesketch.ui import theme


@dataclass
class Show:
    """One that plays, with a face before the audience."""

    screen: Screen
    port: int


@pytest.fixture(scope="module")
def show(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Show]:
    """Whoever plays with it leaves the face where it was."""
    home, port = tmp_path_factory.mktemp("show"), free_port()
    model = write_tiny(home / "tiny.safetensors")
    words = ("--model", str(model), "--runtime", "torch", "--second-screen", "--osc", str(port))
    screen = open_screen(*words, home=home)
    try:
        draw_face(screen)
        yield Show(screen, port)
    finally:
        screen.close()


def test_black_by_keys_and_osc_whichever_window_the_mouse_is_over(show: Show) -> None:
    screen = show.screen
    room = audience(screen.until(has_face, "a face"))[SIZE[1] // 2, 5]
    assert tuple(room) == theme.ROOM  # beside the face there is nothing: no border
    screen.key("F9")
    screen.until(is_black, "black by a key")
    osc(show.port, "blackout", 0)
    screen.until(has_face, "the face again")
    osc(show.port, "blackout", 1)
    screen.until(is_black, "black by OSC")
    screen.key("period")
    screen.until(has_face, "the face again")
    screen.hand("mousemove", SIZE[0] + 600, 300, "click", 1)
    screen.key("F9")
    screen.until(is_black, "black by a key although the mouse is over the second display")
    screen.key("F9")
    screen.until(has_face, "the face again")


def test_a_pulled_cable_and_the_very_face_on_the_display_that_is_back(show: Show) -> None:
    screen, before = show.screen, still_face(show.screen)
    unplug(screen.display)
    screen.until(lambda picture: picture.shape[1] == SIZE[0] or is_black(picture), "no display")
    plug(screen.display)
    screen.until(lambda picture: np.array_equal(audience(picture), before), "the same face")


def test_no_cursor_lies_on_the_audiences_picture(show: Show) -> None:
    is_seen = cursor(show.screen)
    show.screen.hand("mousemove", 40, SIZE[1] - 200)
    assert until(is_seen), "beside the paper the operator sees it"
    show.screen.hand("mousemove", SIZE[0] + 640, 360)
    assert until(lambda: not is_seen())
    for x, y in ((1, 1), (640, 300), (1278, 718), (700, 360)):
        show.screen.hand("mousemove", SIZE[0] + x, y)
        assert not is_seen()
    show.screen.hand("mousemove", 40, SIZE[1] - 200)
    assert until(is_seen)


@pytest.mark.parametrize(
    ("key", "what"),
    [
        ("F1", "the help"),
        ("p", "the panel"),
        ("ctrl+o", "a dialog about files"),
        ("ctrl+m", "a sentence about what failed"),
    ],
)
def test_what_the_operator_opens_is_seen_by_the_operator_alone(
    show: Show, key: str, what: str
) -> None:
    screen, seen = show.screen, []
    screen.hand("mousemove", 40, SIZE[1] - 200)
    before, window = still_face(screen), screen.look()[:, : SIZE[0]]

    def has_changed(picture: Picture) -> bool:
        seen.append(audience(picture))
        return bool((picture[:, : SIZE[0]] != window).any(axis=2).mean() > 0.002)

    screen.key(key)
    screen.until(has_changed, what)
    seen += [audience(screen.look()) for _ in range(5)]
    screen.key("p" if key == "p" else "Escape")
    assert all(np.array_equal(one, before) for one in seen)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    """A show under its guard with a face, and the curtain behind it, before a desktop nobody may see."""
    home = tmp_path_factory.mktemp("guarded")
    model = write_tiny(home / "tiny.safetensors")
    words = ("--model", str(model), "--runtime", "torch", "--second-screen", "--show")
    screen = open_screen(*words, home=home)
    try:
        paint_desktop(screen.display)
        draw_face(screen)
        yield screen
    finally:
        screen.close()


def test_killed_in_the_middle_of_a_show_the_audience_sees_the_same_face_and_never_the_desktop(
    guarded: Screen,
) -> None:
    screen, face = guarded, guarded.home / "data" / "show" / "face.npz"
    screen.until(lambda picture: face.is_file(), "the face on the disk")
    screen.until(lambda picture: has_curtain(screen.program.pid), "the curtain")
    screen.hand("mousemove", SIZE[0] + 640, 360)
    before, has_cursor = still_face(screen), cursor(screen)

    def noted(picture: Picture) -> tuple[bool, bool, bool]:
        is_same = np.array_equal(audience(picture), before)
        return shows_desktop(picture), is_same, has_cursor()

    seen = killed(screen, noted)
    began = time.monotonic()
    while time.monotonic() < began + 2:
        seen.append(noted(screen.look()))
    were_desktop, were_same, had_cursor = zip(*seen, strict=True)
    assert not any(were_desktop)
    assert all(were_same)
    assert not any(had_cursor)


def test_a_black_show_stays_black_through_a_crash(guarded: Screen) -> None:
    screen, kept = guarded, guarded.home / "data" / "show" / "show.json"
    take_keyboard(screen)
    screen.key("F9")
    screen.until(is_black, "black by a key: it is the show, not the curtain")
    screen.until(lambda picture: '"is_blackout": true' in kept.read_text(), "black on disk")
    assert all(killed(screen, is_black))
    take_keyboard(screen)
    screen.key("F9")
    screen.until(has_face, "the face again")


def test_two_keys_end_it_and_the_curtain_goes_too(guarded: Screen) -> None:
    """The last one that plays with it."""
    screen = guarded
    screen.key("ctrl+q")
    screen.key("Return")
    assert screen.program.wait(30) == 0
    assert until(lambda: shows_desktop(screen.look()))  # the server hears of it a moment later


def take_keyboard(screen: Screen) -> None:
    """Without a window manager nobody gives it to a window that came while keys went nowhere."""
    screen.hand("windowfocus", window_of(screen))


def cursor(screen: Screen) -> Callable[[], bool]:
    """Whether a cursor is to be seen: the server is asked for its picture, 0xAARRGGBB."""
    display = Display(screen.display)
    display.xfixes_query_version()
    root = display.screen().root
    return lambda: any(pixel >> 24 for pixel in display.xfixes_get_cursor_image(root).cursor_image)
