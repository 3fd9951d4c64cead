"""Touch screens with their real pressure, and a palm that draws nothing while a pen is near."""

import ctypes
from collections.abc import Iterator

import pygame
import pytest
from ui_stage import Hand

from livesketch.canvas.stroke import Sample
from livesketch.errors import SourceError
from livesketch.tablet.pen import PenEvent
from livesketch.tablet.several import SeveralPens
from livesketch.tablet.touch import _DOWN, _MOTION, _UP, TouchPen, _Finger, _library, open_on

pytestmark = pytest.mark.skipif(_library() is None, reason="pygame's SDL is not beside it")


@pytest.fixture
def hand() -> Iterator[Hand]:
    hand = Hand((800, 400))
    yield hand
    hand.window.close()


@pytest.fixture
def touch(hand: Hand) -> Iterator[TouchPen]:
    pen = open_on(0)
    yield pen
    pen.close()


def press(kind: int, x: float, y: float, pressure: float, finger: int = 5, dy: float = 0.3) -> None:
    """As SDL does when a screen is touched."""
    event = (ctypes.c_uint8 * 64)()  # room for any event
    told = _Finger.from_buffer(event)
    told.type, told.touch, told.finger = kind, 1, finger
    told.x, told.y, told.dy, told.pressure = x, y, dy, pressure
    told.timestamp = pygame.time.get_ticks()
    told.window = pygame.Window.from_display_module().id
    sdl = ctypes.CDLL(str(_library()))
    assert sdl.SDL_PushEvent(ctypes.byref(event)) >= 0


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_finger_draws_with_the_pressure_it_has(hand, touch):
    press(_DOWN, 0.25, 0.5, 0.2)
    press(_MOTION, 0.5, 0.5, 0.7)
    press(_UP, 0.5, 0.5, 0.0)
    events = touch.read()
    assert [event.kind for event in events] == ["down", "move", "up"]
    assert [event.sample.pressure for event in events] == pytest.approx([0.2, 0.7, 0.7])
    assert (events[0].sample.x, events[0].sample.y) == pytest.approx((200, 200))
    assert events[0].sample.time <= events[1].sample.time <= events[2].sample.time
    assert "pressure" in touch.label
    hand.turn()  # the window is not disturbed by them


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_second_finger_draws_nothing_and_a_screen_without_pressure_is_left_to_the_mouse(touch):
    press(_DOWN, 0.25, 0.5, 0.4, finger=1)
    press(_DOWN, 0.9, 0.9, 0.4, finger=2)
    press(_MOTION, 0.8, 0.9, 0.4, finger=2)
    press(_UP, 0.8, 0.9, 0.0, finger=2)
    press(_UP, 0.25, 0.5, 0.0, finger=1)
    assert [event.kind for event in touch.read()] == ["down", "up"]
    press(_DOWN, 0.25, 0.5, 1.0)
    press(_MOTION, 0.3, 0.5, 1.0)
    press(_UP, 0.3, 0.5, 0.0)
    assert touch.read() == []


class Fake:
    """A pen that reports what it is told to."""

    def __init__(self, label: str) -> None:
        self.label, self.is_near, self.is_closed = label, False, False
        self.is_plugged_in, self.is_eraser_near = True, False
        self.told: list[PenEvent] = []
        self.error: SourceError | None = None

    def read(self) -> list[PenEvent]:
        if self.error is not None:
            raise self.error
        told, self.told = self.told, []
        return told

    def close(self) -> None:
        self.is_closed = True


def told(*kinds: str) -> list[PenEvent]:
    return [PenEvent(kind, Sample(n, n, 0.5, time=float(n))) for n, kind in enumerate(kinds)]  # type: ignore[arg-type]


def kinds(events: list[PenEvent]) -> list[str]:
    return [event.kind for event in events]


def test_while_a_pen_is_near_the_palm_draws_nothing():
    pen, palm = Fake("pen"), Fake("touch")
    both = SeveralPens([pen, palm])
    pen.is_near = True
    palm.told = told("down", "move")
    assert both.read() == []
    pen.is_near = False
    palm.told = told("move", "up")  # of the stroke whose beginning was dropped
    assert both.read() == []
    palm.told = told("down", "move", "up")
    assert kinds(both.read()) == ["down", "move", "up"]
    assert both.label == "touch"


def test_a_pen_that_comes_near_ends_the_palms_stroke_cleanly():
    pen, palm = Fake("pen"), Fake("touch")
    both = SeveralPens([pen, palm])
    palm.told = told("down", "move")
    assert kinds(both.read()) == ["down", "move"]
    pen.is_near, pen.told, palm.told = True, told("down"), told("move")
    assert kinds(both.read()) == ["up", "down"]
    pen.told = told("move", "up")
    assert kinds(both.read()) == ["move", "up"]
    assert both.label == "pen"


def test_one_pen_that_fails_leaves_the_other_and_ends_its_stroke():
    pen, touch = Fake("pen"), Fake("touch")
    both = SeveralPens([pen, touch])
    pen.told = told("down", "move")
    assert kinds(both.read()) == ["down", "move"]
    pen.error = SourceError("gone")
    assert kinds(both.read()) == ["up"]
    assert pen.is_closed
    touch.told = told("down", "up")
    assert kinds(both.read()) == ["down", "up"]
    touch.error = SourceError("gone too")
    with pytest.raises(SourceError):
        both.read()
