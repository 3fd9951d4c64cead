"""The clean picture on another display: where it goes, what is on it, and what it does when the display goes away."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pygame
import pytest
from stage import BLUE, GREEN, RED, Clock, quiet_rig, show, until

from livesketch.frames import Picture, Show
from livesketch.outputs import Setup
from livesketch.outputs.displays import Display, _told_apart
from livesketch.outputs.forms import SCREEN
from livesketch.outputs.second_screen import SecondScreen
from livesketch.outputs.wall import fitted_to_wall, packed
from livesketch.session import Session, restore, save

DESK = Display("DP-1", 0, 0, 800, 600)
WALL = Display("HDMI-1", 800, 0, 320, 180)
SIDE = Display("VGA-1", 1120, 0, 160, 120)


class Venue:
    """An operator's window, and displays that a test plugs in and out."""

    def __init__(self) -> None:
        pygame.display.init()
        pygame.display.set_mode((200, 100))
        pygame.display.set_window_position((10, 10))
        self.clock = Clock()
        self.there = [DESK, WALL]
        self.screen = self.open(Setup())

    def open(self, setup: Setup) -> SecondScreen:
        return SecondScreen(setup, lambda: list(self.there), self.clock)

    def turn(self, what: Show) -> None:
        self.clock.now += 1 / 60
        self.screen.show(what)

    def shows(self, what: Show, colour: tuple[int, int, int]) -> bool:
        return until(lambda: (self.turn(what), self.colour == colour)[1], 10)

    @property
    def window(self) -> pygame.Window:
        assert self.screen._window is not None
        return self.screen._window

    @property
    def colour(self) -> tuple[int, ...]:
        """In the middle."""
        surface = self.window.get_surface()
        x, y = surface.get_size()
        return tuple(surface.get_at((x // 2, y // 2)))[:3]


@pytest.fixture
def venue() -> Iterator[Venue]:
    venue = Venue()
    yield venue
    venue.screen.close()
    pygame.display.quit()


def test_it_covers_the_display_that_the_window_is_not_on_without_a_border(venue: Venue) -> None:
    assert venue.shows(show(RED), RED)
    assert venue.window.size == (320, 180)
    assert venue.window.position == (800, 0)
    assert venue.window.borderless
    assert venue.screen.display == "HDMI-1"
    assert venue.screen.state == "playing on HDMI-1, 320×180"


def test_black_and_panic_are_there_in_the_turn_that_asks_for_them(venue: Venue) -> None:
    assert venue.shows(show(RED), RED)
    live = show(GREEN)
    venue.turn(replace(live, is_blackout=True))
    assert venue.colour == (0, 0, 0)
    venue.turn(replace(show(BLUE), is_panic=True))
    assert venue.colour == BLUE
    assert venue.shows(live, GREEN)


def test_lifting_a_blackout_shows_the_last_good_face_at_once(venue: Venue) -> None:
    live = show(RED)
    assert venue.shows(live, RED)
    venue.turn(replace(live, is_blackout=True))
    venue.turn(live)
    assert venue.colour == RED


def test_with_one_display_it_stays_off_the_operators_window(venue: Venue) -> None:
    venue.there = [DESK]
    venue.turn(show(RED))
    assert venue.screen._window is None
    assert venue.screen.state == "missing: there is no second display"
    venue.there = [DESK, WALL]  # it is plugged in
    venue.clock.now += 1
    assert venue.shows(show(RED), RED)


def test_an_unplugged_display_hides_it_and_the_same_one_brings_it_back(venue: Venue) -> None:
    assert venue.shows(show(RED), RED)
    other = Display("VGA-1", 800, 0, 640, 480)
    venue.there = [DESK, other]
    venue.clock.now += 1
    venue.turn(show(RED))
    assert venue.screen.state == "missing: the display HDMI-1 is not plugged in"
    moved = Display("HDMI-1", 1440, 0, 400, 300)  # it comes back elsewhere, and larger
    venue.there = [DESK, other, moved]
    venue.clock.now += 1
    assert venue.shows(show(RED), RED)
    assert venue.window.size == (400, 300)
    assert venue.window.position == (1440, 0)


def test_a_display_is_chosen_by_its_name(venue: Venue) -> None:
    venue.there = [DESK, WALL, SIDE]
    venue.screen = venue.open(Setup(display="VGA-1"))
    assert venue.shows(show(RED), RED)
    assert venue.window.size == (160, 120)


def test_of_three_displays_it_takes_that_of_the_last_time_unless_the_window_is_there(
    venue: Venue,
) -> None:
    venue.there = [DESK, WALL, SIDE]

    def chosen(last: str) -> str:
        screen = venue.open(Setup(last_display=last))
        screen.show(show(RED))
        screen.close()
        return screen.display

    assert chosen("VGA-1") == "VGA-1"
    assert chosen("left at home") == "HDMI-1"
    pygame.display.set_window_position((SIDE.x + 5, 10))
    assert chosen("VGA-1") == "DP-1"


def test_the_chosen_display_is_remembered_when_it_is_closed_and_on_another_evening(
    venue: Venue, tmp_path: Path
) -> None:
    venue.there = [DESK, WALL, SIDE]

    def opened(session: Session, setup: Setup | None = None) -> str:
        rig = quiet_rig(session)
        rig.audience.open_output = lambda name, setup: venue.open(setup)
        if setup is not None:
            rig.audience.setups[SCREEN] = setup
        rig.audience.open(SCREEN)
        rig.show()
        where = rig.audience.display
        rig.audience.close(SCREEN)
        rig.audience.open(SCREEN)
        rig.show()
        assert rig.audience.display == where
        rig.close()
        return where

    session, later, path = Session(), Session(), tmp_path / "settings.json"
    assert opened(session, Setup(display="VGA-1")) == "VGA-1"
    save(session, path)
    assert restore(later, path) == []
    assert opened(later) == "VGA-1"


def test_displays_that_cannot_be_listed_change_nothing(venue: Venue) -> None:
    assert venue.shows(show(RED), RED)

    def fail() -> list[Display]:
        raise OSError("no answer")

    venue.screen._look = fail
    venue.clock.now += 2
    assert venue.shows(show(GREEN), GREEN)


def test_what_was_painted_over_is_put_right_within_a_second(venue: Venue) -> None:
    same = show(RED)
    assert venue.shows(same, RED)
    at_once = venue.screen._composed
    assert until(lambda: (venue.turn(same), venue.screen._composed is not at_once)[1])  # Worker's
    venue.turn(same)
    venue.window.get_surface().fill((9, 9, 9))
    venue.turn(same)
    assert venue.colour == (9, 9, 9)  # nothing new, nothing done
    venue.clock.now += 1
    venue.turn(same)
    assert venue.colour == RED


def test_a_picture_can_be_flipped_and_pulled_straight() -> None:
    picture: Picture = np.zeros((40, 60, 3), np.uint8)
    picture[:20, :30] = RED
    assert tuple(fitted_to_wall(picture, Setup(flip="h"))[5, 55]) == RED
    assert tuple(fitted_to_wall(picture, Setup(flip="v"))[35, 5]) == RED
    small = ((0.5, 0.5), (1.0, 0.5), (1.0, 1.0), (0.5, 1.0))
    aslant = fitted_to_wall(picture, Setup(corners=small))
    assert not aslant[:18].any()
    assert tuple(aslant[24, 36]) == RED


def test_its_edges_stay_black_where_the_light_would_miss_the_screen() -> None:
    picture: Picture = np.full((40, 60, 3), RED, np.uint8)
    edged = fitted_to_wall(picture, Setup(crop=(0.5 / 6, 0.25, 0, 0)))
    assert not edged[:10].any()
    assert not edged[:, :5].any()
    assert (edged[10:, 5:] == RED).all()


def test_it_is_turned_and_pulled_while_it_plays(venue: Venue) -> None:
    assert venue.shows(show(RED), RED)
    first = venue.screen._composed
    assert until(
        lambda: (venue.turn(show(RED)), venue.screen._composed is not first)[1]
    )  # Worker's
    held = replace(show(None), is_held=True)
    half = ((0.0, 0.0), (0.2, 0.0), (0.2, 1.0), (0.0, 1.0))
    venue.screen.shape(Setup(corners=half))
    assert venue.shows(held, (0, 0, 0))  # the middle lies outside of it now
    venue.screen.shape(Setup())
    assert venue.shows(held, RED)  # and the face was never lost


def test_pixels_are_packed_as_a_window_keeps_them() -> None:
    picture: Picture = np.full((2, 3, 3), (0x12, 0x34, 0x56), np.uint8)
    assert (packed(picture) == 0xFF123456).all()


def test_two_displays_of_one_name_are_told_apart() -> None:
    twins = [Display("DELL", 0, 0, 10, 10), Display("DELL", 10, 0, 10, 10)]
    assert [one.name for one in _told_apart(twins)] == ["DELL", "DELL 2"]
