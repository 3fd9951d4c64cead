"""Pens on Windows: what is made of its messages, with made-up ones. No Windows is needed."""

import ctypes
from collections.abc import Callable

import pytest

from livesketch.errors import SourceError
from livesketch.tablet import open_pen
from livesketch.tablet.pen import PenEvent
from livesketch.tablet.windows import WindowsPen, axes_of, open_on
from livesketch.tablet.windows_structs import (
    BARREL,
    CANCELED,
    ERASER,
    IN_CONTACT,
    IN_RANGE,
    INVERTED,
    DeviceInfo,
    DeviceProperty,
    PenInfo,
    Point,
    PointerInfo,
    Rect,
    Surface,
)

UPDATE, DOWN, UP, CAPTURE_CHANGED = 0x0245, 0x0246, 0x0247, 0x024C
DOWN_HERE = IN_RANGE | IN_CONTACT


def told(
    x: int = 300,
    pressure: int = 512,
    flags: int = DOWN_HERE,
    pen: int = 0,
    mask: int = 0xD,
    **facts,
) -> PenInfo:
    info = PenInfo(penFlags=pen, penMask=mask, pressure=pressure, tiltX=-40, tiltY=25)
    pointer = info.pointerInfo
    pointer.pointerFlags = flags
    pointer.ptPixelLocationRaw = Point(x, 200)
    pointer.ptHimetricLocationRaw = Point(*facts.get("fine", (-1, -1)))
    pointer.PerformanceCount = facts.get("ticks", 10 * x)
    pointer.sourceDevice = 7
    return info


class System:
    """A Windows on which the window stands at 100, 50 and a clock ticks a thousand times a second."""

    def __init__(self) -> None:
        self.waiting: list[PenInfo] = []
        self.hear: Callable[[int, int], None] = lambda message, pointer: None
        self.is_stopped = False
        self.area: Surface | None = None

    def history(self, pointer: int) -> list[PenInfo]:
        heard, self.waiting = self.waiting, []
        return heard if pointer == 3 else []

    def surface(self, device: int) -> Surface | None:
        return self.area

    def in_window(self, x: float, y: float) -> tuple[float, float]:
        return x - 100, y - 50

    def seconds(self, info: PenInfo) -> float:
        return info.pointerInfo.PerformanceCount / 1000

    def listen(self, hear: Callable[[int, int], None]) -> None:
        self.hear = hear

    def stop(self) -> None:
        self.is_stopped = True

    def says(self, message: int, *infos: PenInfo) -> None:
        self.waiting += infos
        self.hear(message, 3)


@pytest.fixture
def system() -> System:
    return System()


def drawn(system: System, *infos: PenInfo) -> list[PenEvent]:
    pen = WindowsPen(system)
    system.says(UPDATE, *infos)
    return pen.read()


def test_the_structures_are_laid_out_as_windows_lays_them_out() -> None:
    """Sizes and places of 64-bit Windows' winuser.h."""
    assert ctypes.sizeof(PointerInfo) == 96
    assert ctypes.sizeof(PenInfo) == 120
    assert PointerInfo.sourceDevice.offset == 16
    assert PointerInfo.ptHimetricLocationRaw.offset == 56
    assert PointerInfo.PerformanceCount.offset == 80
    assert PenInfo.penFlags.offset == 96
    assert PenInfo.tiltY.offset == 116
    assert ctypes.sizeof(DeviceProperty) == 28
    assert DeviceInfo.productString.offset == 38
    assert ctypes.sizeof(DeviceInfo) == 1080


def test_a_stroke_keeps_every_report_between_two_messages_in_order(system: System) -> None:
    pen = WindowsPen(system)
    assert not pen.is_plugged_in
    system.says(UPDATE, told(300, 0, IN_RANGE))
    system.says(DOWN, told(301, 100))
    system.says(UPDATE, told(302, 256), told(303, 512), told(304, 1024))
    system.says(UP, told(305, 0, IN_RANGE))
    events = pen.read()
    assert [event.kind for event in events] == ["hover", "down", "move", "move", "move", "up"]
    assert [event.sample.x for event in events] == [200, 201, 202, 203, 204, 205]
    assert {event.sample.y for event in events} == {150}
    pressures = [event.sample.pressure for event in events]
    assert pressures[1:] == pytest.approx([100 / 1024, 0.25, 0.5, 1.0, 1.0])
    times = [event.sample.time for event in events]
    assert times == sorted(times)
    assert pen.is_plugged_in
    assert pen.is_near
    assert pen.label == "pen, pressure, tilt"
    assert pen.read() == []


def test_tilt_is_told_where_the_pen_knows_it(system: System) -> None:
    with_tilt, without = drawn(system, told(mask=0xD), told(mask=0x1))
    assert (with_tilt.sample.tilt_x, with_tilt.sample.tilt_y) == (-40.0, 25.0)
    assert (without.sample.tilt_x, without.sample.tilt_y) == (0.0, 0.0)


@pytest.mark.parametrize("flag", [INVERTED, ERASER])
def test_a_pen_turned_round_erases(system: System, flag: int) -> None:
    assert [event.is_eraser for event in drawn(system, told(pen=flag))] == [True]


def test_the_side_button_is_a_button_and_no_stroke(system: System) -> None:
    events = drawn(
        system,
        told(flags=IN_RANGE, pen=BARREL),
        told(flags=IN_RANGE),
    )
    assert [(event.kind, event.button) for event in events] == [
        *(("press", 1), ("hover", 0), ("release", 1), ("hover", 0))
    ]


def test_a_place_finer_than_a_pixel_is_taken_where_it_agrees_with_the_coarse_one(system) -> None:
    system.area = Surface(Rect(0, 0, 20_000, 10_000), Rect(0, 0, 2000, 1000))
    fine, strange = drawn(system, told(300, fine=(3004, 2003)), told(300, fine=(9000, 2003)))
    assert (fine.sample.x, fine.sample.y) == pytest.approx((200.4, 150.3))
    assert (strange.sample.x, strange.sample.y) == (200, 150)
    assert Surface(Rect(), Rect()).place(Point(1, 1)) is None


def test_a_pen_that_is_taken_away_in_a_stroke_ends_it(system: System) -> None:
    pen = WindowsPen(system)
    system.says(DOWN, told(300))
    system.hear(CAPTURE_CHANGED, 3)
    assert [event.kind for event in pen.read()] == ["down", "up"]
    system.says(DOWN, told(310), told(311, flags=DOWN_HERE | CANCELED))
    assert [event.kind for event in pen.read()] == ["down", "up"]


def test_fingers_and_pens_without_pressure_are_left_to_the_mouse(system: System) -> None:
    pen = WindowsPen(system)
    system.says(DOWN, told(mask=0))
    system.waiting = [told()]
    system.hear(UPDATE, 4)  # a finger: no history of a pen
    assert pen.read() == []
    assert not pen.is_plugged_in
    assert not pen.is_near


def test_when_it_is_closed_nobody_listens(system: System) -> None:
    pen = WindowsPen(system)
    pen.close()
    assert system.is_stopped
    assert not pen.is_plugged_in


def test_a_tablets_axes_are_told_from_its_usages() -> None:
    def axis(page: int, usage: int, low: int, high: int) -> DeviceProperty:
        return DeviceProperty(low, high, 0, 0, 0, 0, page, usage)

    known = axes_of([axis(0x0D, 0x30, 0, 4095), axis(0x0D, 0x3D, -60, 60), axis(0x0D, 0x42, 0, 1)])
    assert known == {"Abs Pressure": (0, 4095), "Abs Tilt X": (-60, 60)}
    device = DeviceInfo()
    name = "Pen 弓".encode("utf-16-le")
    ctypes.memmove(device.productString, name, len(name))  # type: ignore[arg-type]
    assert device.name == "Pen 弓"


def test_elsewhere_the_mouse_draws(caplog) -> None:
    with pytest.raises(SourceError):
        open_on(1)
    open_pen(1, "windows")
    assert "Windows" in caplog.text
