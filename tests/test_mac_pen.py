"""Pens on macOS: what is made of its events, with made-up ones. No Mac is needed."""

import ctypes
from collections.abc import Callable
from typing import Any

import pytest

from livesketch.errors import SourceError
from livesketch.tablet.mac import MacPen, open_on
from livesketch.tablet.mac_events import (
    BY_POINT,
    BY_PROXIMITY,
    DRAGGED,
    ERASER,
    LEFT_DOWN,
    LEFT_UP,
    MASK,
    MOVED,
    POINT,
    PROXIMITY,
    MacEvent,
)
from livesketch.ui.screen import native_id

HEIGHT = 600.0


class System:
    def __init__(self) -> None:
        self.hear: Callable[[MacEvent, float], None] = lambda event, height: None
        self.is_stopped = False

    def listen(self, hear: Callable[[MacEvent, float], None]) -> None:
        self.hear = hear

    def stop(self) -> None:
        self.is_stopped = True

    def says(self, *events: MacEvent) -> None:
        for event in events:
            self.hear(event, HEIGHT)


@pytest.fixture
def system() -> System:
    return System()


def at(kind: int, x: float, pressure: float = 0.5, **facts) -> MacEvent:
    facts.setdefault("subtype", BY_POINT)
    return MacEvent(kind, x=x, y=400.25, pressure=pressure, stamp_s=100 + x / 1000, **facts)


def test_a_stroke_is_told_with_pressure_tilt_and_times_from_the_top_of_the_window(system) -> None:
    pen = MacPen(system)
    assert not pen.is_plugged_in
    system.says(
        at(MOVED, 10, 0.0),
        at(LEFT_DOWN, 11, 0.1),
        at(DRAGGED, 12.5, 0.7, tilt_x=-0.5, tilt_y=0.25),
        at(LEFT_UP, 13, 0.0),
    )
    events = pen.read()
    assert [event.kind for event in events] == ["hover", "down", "move", "up"]
    assert [event.sample.x for event in events] == [10, 11, 12.5, 13]
    assert {event.sample.y for event in events} == {HEIGHT - 400.25}
    assert [event.sample.pressure for event in events[1:]] == [0.1, 0.7, 0.7]
    assert (events[2].sample.tilt_x, events[2].sample.tilt_y) == (-30.0, 15.0)
    times = [event.sample.time for event in events]
    assert times == sorted(times)
    assert pen.label == "pen, pressure, tilt"
    assert pen.is_plugged_in
    assert pen.read() == []


def test_a_mouse_is_left_to_the_mouse(system) -> None:
    pen = MacPen(system)
    system.says(at(LEFT_DOWN, 10, 1.0, subtype=0), at(DRAGGED, 12, 1.0, subtype=0))
    assert pen.read() == []
    assert not pen.is_near


@pytest.mark.parametrize("kind", [PROXIMITY, MOVED])
def test_the_tip_that_came_near_says_whether_it_erases(system, kind: int) -> None:
    pen = MacPen(system)
    facts: dict[str, Any] = {"kind": kind, "subtype": BY_PROXIMITY}
    system.says(MacEvent(**facts, is_entering=True, device=ERASER), at(LEFT_DOWN, 10))
    (_, down) = pen.read()
    assert down.is_eraser
    system.says(at(LEFT_UP, 11), MacEvent(**facts), MacEvent(**facts, is_entering=True, device=1))
    system.says(at(LEFT_DOWN, 12))
    assert not pen.read()[-1].is_eraser


def test_side_buttons_are_told_by_the_mask(system) -> None:
    pen = MacPen(system)
    system.says(at(POINT, 10, buttons=0b010), at(POINT, 11, buttons=0b101), at(POINT, 12))
    told = [(event.kind, event.button) for event in pen.read()]
    assert told == [
        *(("press", 1), ("hover", 0)),
        *(("release", 1), ("press", 2), ("down", 0)),
        *(("release", 2), ("up", 0)),
    ]


def test_the_events_that_are_asked_for_are_those_that_are_understood() -> None:
    for kind in (LEFT_DOWN, LEFT_UP, MOVED, DRAGGED, POINT, PROXIMITY):
        assert MASK >> kind & 1
    assert not MASK >> 10 & 1  # keys are nobody's business here


def test_when_it_is_closed_nobody_listens(system) -> None:
    pen = MacPen(system)
    pen.close()
    assert system.is_stopped


def test_elsewhere_it_says_so() -> None:
    with pytest.raises(SourceError):
        open_on(1)


def test_the_windows_number_is_found_also_where_pygame_wraps_it() -> None:
    """On macOS pygame hands out a capsule round the window's address."""
    wrap = ctypes.pythonapi.PyCapsule_New
    wrap.restype = ctypes.py_object
    wrap.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    name = ctypes.c_char_p(b"window")
    assert native_id(wrap(4242, name, None)) == 4242
    assert native_id(77) == 77
    other = ctypes.c_char_p(b"surface")
    assert native_id(wrap(1, other, None)) == 0
