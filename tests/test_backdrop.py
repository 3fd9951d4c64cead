"""The curtain's knowledge outlives the show: the last picture, black at once, and nothing where nothing hangs."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pygame
import pytest
from stage import Clock, until

from livesketch.curtain import Curtain
from livesketch.outputs.backdrop import RAISED, Backdrop, Pixels, Shared, lift, place
from livesketch.outputs.displays import Display
from livesketch.revival_names import ALIVE, BACKDROP, OVER, PLACE

WALL = Display("HDMI-1", 800, 0, 32, 18)
RED, BLUE, BLACK = 0xFFFF0000, 0xFF0000FF, 0xFF000000


def flat(colour: int) -> Pixels:
    return np.full((WALL.height, WALL.width), colour, np.uint32)


def newest(folder: Path) -> int | None:
    try:
        _, pixels = Shared(folder, (WALL.width, WALL.height)).newest()
    except OSError:
        return None
    return None if pixels is None else int(pixels[0, 0])


def test_black_is_there_at_once_and_faces_a_few_times_a_second(tmp_path: Path) -> None:
    clock = Clock()
    backdrop = Backdrop(tmp_path, clock)
    backdrop.tell(WALL, flat(RED), False)
    assert until(lambda: newest(tmp_path) == RED)
    assert place(tmp_path) == WALL
    backdrop.tell(WALL, flat(BLUE), False)  # too soon after the last one
    backdrop.tell(WALL, flat(BLACK), True)
    assert until(lambda: newest(tmp_path) == BLACK)
    clock.now += 1
    backdrop.tell(WALL, flat(BLUE), False)
    assert until(lambda: newest(tmp_path) == BLUE)
    backdrop.close()


def test_what_hung_there_is_kept_through_a_new_start_until_it_is_lifted(tmp_path: Path) -> None:
    first = Backdrop(tmp_path)
    first.tell(WALL, flat(RED), False)
    assert until(lambda: newest(tmp_path) == RED)
    first.close()
    assert place(tmp_path) == WALL
    second = Backdrop(tmp_path)
    second.tell(WALL, None, False)
    second.close()
    assert newest(tmp_path) == RED
    lift(tmp_path)
    assert place(tmp_path) is None


def test_a_cable_that_is_out_lifts_it(tmp_path: Path) -> None:
    backdrop = Backdrop(tmp_path)
    backdrop.tell(WALL, flat(RED), False)
    assert until(lambda: place(tmp_path) == WALL)
    backdrop.tell(None, None, False)
    assert until(lambda: place(tmp_path) is None)
    backdrop.close()


def test_the_show_hears_once_of_a_curtain_that_came_up(tmp_path: Path) -> None:
    backdrop = Backdrop(tmp_path)
    assert not backdrop.has_risen()
    (tmp_path / RAISED).touch()
    assert backdrop.has_risen()
    assert not backdrop.has_risen()
    backdrop.close()


def test_closing_the_screen_on_purpose_lifts_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(BACKDROP, str(tmp_path))
    (tmp_path / PLACE).write_text("{}")
    lift()
    assert not (tmp_path / PLACE).exists()


@pytest.fixture
def curtain(tmp_path: Path) -> Iterator[Curtain]:
    pygame.display.init()
    (tmp_path / ALIVE).touch()
    curtain = Curtain(tmp_path)
    yield curtain
    curtain.close()
    pygame.display.quit()


def colour(curtain: Curtain) -> tuple[int, ...]:
    assert curtain._window is not None
    return tuple(curtain._window.get_surface().get_at((5, 5)))[:3]


def test_the_curtain_holds_the_last_picture_over_the_whole_display(
    curtain: Curtain, tmp_path: Path
) -> None:
    assert curtain.turn()
    assert curtain._window is None  # there is nothing to cover yet
    backdrop = Backdrop(tmp_path)
    backdrop.tell(WALL, None, False)
    assert until(lambda: (curtain.turn(), curtain._window)[1])
    assert colour(curtain) == (0, 0, 0)
    assert backdrop.has_risen()
    backdrop.tell(WALL, flat(RED), True)
    assert until(lambda: (curtain.turn(), colour(curtain) == (255, 0, 0))[1])
    backdrop.close()
    assert curtain.turn()
    assert colour(curtain) == (255, 0, 0)
    assert curtain._window is not None
    assert curtain._window.size == (WALL.width, WALL.height)


def test_nobody_opens_the_curtain_by_accident_before_the_show_is_over(
    curtain: Curtain, tmp_path: Path
) -> None:
    escape = {"key": pygame.K_ESCAPE, "mod": 0, "unicode": "", "scancode": 0}
    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, escape))
    assert curtain.turn()
    (tmp_path / OVER).touch()
    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, escape))
    assert not curtain.turn()


def test_without_its_guard_it_ends(curtain: Curtain, tmp_path: Path) -> None:
    assert curtain.turn()
    curtain._signed -= 60
    assert not curtain.turn()
