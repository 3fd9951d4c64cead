"""Pens on Windows, also Windows Ink: pressure, tilt, eraser and side button, through pointer messages.

The window's own procedure is asked first and then goes on as before, so that a pen still works as a
mouse beside the paper. Not tried on a real Windows yet: what is made of its messages is.
"""

import ctypes
import logging
import sys
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from livesketch.errors import SourceError
from livesketch.tablet.listing import described
from livesketch.tablet.pen import PenEvent
from livesketch.tablet.reports import Reports, Stamps
from livesketch.tablet.windows_structs import (
    AXES,
    DeviceInfo,
    DeviceProperty,
    PenInfo,
    Point,
    Rect,
    Surface,
    has_pressure,
    place_of,
    report_of,
)

log = logging.getLogger(__name__)

_UPDATE, _DOWN, _UP, _ENTER, _LEAVE, _CAPTURE = 0x0245, 0x0246, 0x0247, 0x0249, 0x024A, 0x024C
_TELLS = (_UPDATE, _DOWN, _UP, _ENTER, _LEAVE)
_GESTURES = 0x02CC  # WM_TABLET_QUERYSYSTEMGESTURESTATUS
_NO_GESTURES = 0x1 | 0x8 | 0x10 | 0x10000  # no waiting for press-and-hold, no rings, no flicks
_PEN = 3  # PT_PEN
_PROCEDURE = -4  # GWLP_WNDPROC
_PENS = (1, 2)  # of DeviceInfo.pointerDeviceType

# On 64 bits, the only ones there are for torch, Windows knows a single way of calling.
_WNDPROC = ctypes.CFUNCTYPE(
    ctypes.c_ssize_t, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_size_t, ctypes.c_ssize_t
)


class System(Protocol):
    """What is needed of Windows for one window."""

    def history(self, pointer: int) -> list[PenInfo]:
        """What the pointer did since it was asked last, the oldest first; nothing for what is no pen."""
        ...

    def surface(self, device: int) -> Surface | None: ...

    def in_window(self, x: float, y: float) -> tuple[float, float]: ...

    def seconds(self, info: PenInfo) -> float: ...

    def listen(self, hear: Callable[[int, int], None]) -> None:
        """hear(message, pointer's number), from inside of the window's procedure."""
        ...

    def stop(self) -> None: ...


class WindowsPen:
    """The pens that draw on one window."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._heard: deque[tuple[PenInfo | None, float]] = deque()  # None: it is gone
        self._reports = Reports()
        self._stamps = Stamps()
        self._surfaces: dict[int, Surface | None] = {}
        self._was_heard, self._is_open, self._has_tilt = False, True, False
        system.listen(self._noted)

    @property
    def label(self) -> str:
        return f"pen, pressure{', tilt' if self._has_tilt else ''}"

    @property
    def is_plugged_in(self) -> bool:
        """Known only once a pen came near."""
        return self._is_open and self._was_heard

    @property
    def is_near(self) -> bool:
        return self._reports.is_near

    @property
    def is_eraser_near(self) -> bool:
        return self._reports.is_eraser_near

    def read(self) -> list[PenEvent]:
        events: list[PenEvent] = []
        while self._heard:
            info, moment = self._heard.popleft()
            events += self._reports.lift() if info is None else self._understood(info, moment)
        return events

    def close(self) -> None:
        if self._is_open:
            self._is_open = False
            self._system.stop()

    def _noted(self, message: int, pointer: int) -> None:
        """Called by Windows: notes down and returns."""
        moment = time.monotonic()
        if message in _TELLS:
            self._heard.extend((info, moment) for info in self._system.history(pointer))
        if message == _CAPTURE:
            self._heard.append((None, moment))

    def _understood(self, info: PenInfo, moment: float) -> list[PenEvent]:
        if not has_pressure(info):
            return []  # the mouse that is made of it draws as well
        self._was_heard = True
        self._has_tilt |= bool(info.penMask & 0xC)
        device = int(info.pointerInfo.sourceDevice or 0)
        if device not in self._surfaces:
            self._surfaces[device] = self._system.surface(device)
        at = self._system.in_window(*place_of(info.pointerInfo, self._surfaces[device]))
        stamp = self._stamps.ours(self._system.seconds(info), moment)
        return self._reports.feed(report_of(info, at, stamp))


class User32:
    """The calls themselves. SourceError where this Windows has none of them (before Windows 8)."""

    def __init__(self, window_id: int) -> None:
        try:
            self._user32: Any = ctypes.WinDLL("user32", use_last_error=True)  # type: ignore[attr-defined]
            self._kernel32: Any = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined]
            for name in ("GetPointerType", "GetPointerPenInfoHistory", "GetPointerDeviceRects"):
                getattr(self._user32, name).restype = ctypes.c_int32
            self._user32.SetWindowLongPtrW.restype = ctypes.c_void_p
            self._user32.SetWindowLongPtrW.argtypes = [
                ctypes.c_void_p,
                ctypes.c_int32,
                ctypes.c_void_p,
            ]
            self._user32.CallWindowProcW.restype = ctypes.c_ssize_t
            self._user32.CallWindowProcW.argtypes = [
                ctypes.c_void_p,
                ctypes.c_void_p,
                ctypes.c_uint32,
                ctypes.c_size_t,
                ctypes.c_ssize_t,
            ]
        except (AttributeError, OSError) as error:
            raise SourceError("This Windows tells nothing about pens.", str(error)) from error
        self._window = ctypes.c_void_p(window_id)
        frequency = ctypes.c_int64(1)
        self._kernel32.QueryPerformanceFrequency(ctypes.byref(frequency))
        self._ticks = max(frequency.value, 1)
        self._before: int | None = None
        self._procedure: Any = None  # Windows keeps no reference to it

    def history(self, pointer: int) -> list[PenInfo]:
        kind = ctypes.c_uint32()
        number = ctypes.c_uint32(pointer)
        if not self._user32.GetPointerType(number, ctypes.byref(kind)) or kind.value != _PEN:
            return []
        count = ctypes.c_uint32(0)
        if not self._user32.GetPointerPenInfoHistory(number, ctypes.byref(count), None):
            return []
        infos = (PenInfo * max(count.value, 1))()
        if not self._user32.GetPointerPenInfoHistory(number, ctypes.byref(count), infos):
            return []
        return [PenInfo.from_buffer_copy(one) for one in infos[: count.value]][::-1]

    def surface(self, device: int) -> Surface | None:
        own, display = Rect(), Rect()
        rects = ctypes.byref(own), ctypes.byref(display)
        if not self._user32.GetPointerDeviceRects(ctypes.c_void_p(device), *rects):
            return None
        return Surface(own, display)

    def in_window(self, x: float, y: float) -> tuple[float, float]:
        corner = Point(0, 0)
        self._user32.ClientToScreen(self._window, ctypes.byref(corner))
        return x - corner.x, y - corner.y

    def seconds(self, info: PenInfo) -> float:
        ticks = int(info.pointerInfo.PerformanceCount)
        return ticks / self._ticks if ticks else info.pointerInfo.dwTime / 1000

    def listen(self, hear: Callable[[int, int], None]) -> None:
        def procedure(window: int, message: int, first: int, second: int) -> int:
            if message == _GESTURES:
                return _NO_GESTURES
            if message in (*_TELLS, _CAPTURE):
                try:
                    hear(message, first & 0xFFFF)
                except Exception:  # nothing may be raised into Windows
                    log.exception("a pen's message was not understood")
            return self._user32.CallWindowProcW(self._before, window, message, first, second)

        self._procedure = _WNDPROC(procedure)
        here = ctypes.cast(self._procedure, ctypes.c_void_p)
        self._before = self._user32.SetWindowLongPtrW(self._window, _PROCEDURE, here)
        if not self._before:
            raise SourceError("The window cannot be listened to for pens.", "The mouse draws.")

    def stop(self) -> None:
        if self._before:
            self._user32.SetWindowLongPtrW(self._window, _PROCEDURE, self._before)


def open_on(window_id: int) -> WindowsPen:
    if sys.platform != "win32":
        raise SourceError("Windows' pens are heard on Windows.")
    return WindowsPen(User32(window_id))


def windows_pens() -> list[str]:
    """The pens that Windows knows, with their axes and ranges."""
    user32: Any = ctypes.WinDLL("user32")  # type: ignore[attr-defined]
    count = ctypes.c_uint32(0)
    if not user32.GetPointerDevices(ctypes.byref(count), None) or not count.value:
        return []
    devices = (DeviceInfo * count.value)()
    user32.GetPointerDevices(ctypes.byref(count), devices)
    pens = [one for one in devices[: count.value] if one.pointerDeviceType in _PENS]
    return [described(one.name or "a pen", _axes(user32, one.device)) for one in pens]


def _axes(user32: Any, device: int) -> dict[str, tuple[float, float]]:
    count, handle = ctypes.c_uint32(0), ctypes.c_void_p(device)
    user32.GetPointerDeviceProperties(handle, ctypes.byref(count), None)
    found = (DeviceProperty * max(count.value, 1))()
    if not count.value or not user32.GetPointerDeviceProperties(handle, ctypes.byref(count), found):
        return {}
    return axes_of(found[: count.value])


def axes_of(properties: list[DeviceProperty]) -> dict[str, tuple[float, float]]:
    """Names as listing.py has them -> lowest and highest value."""
    known = {}
    for one in properties:
        name = AXES.get((one.usagePageId, one.usageId))
        if name is not None:
            known[name] = (float(one.logicalMin), float(one.logicalMax))
    return known
