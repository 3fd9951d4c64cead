"""Pens on macOS: pressure, tilt, eraser and side buttons, through a monitor of the program's own NSEvents.

AppKit is asked through the Objective-C runtime with ctypes, so that no bridge need be installed.
Not tried on a real Mac yet: what is made of its events is (mac_events.py).
"""

import ctypes
import ctypes.util
import logging
import sys
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from livesketch.errors import SourceError
from livesketch.tablet.mac_events import MASK, POINT, PROXIMITY, MacEvent, MacState
from livesketch.tablet.pen import PenEvent
from livesketch.tablet.reports import Report, Reports, Stamps

log = logging.getLogger(__name__)

_GLOBAL_BLOCK = 1 << 28  # BLOCK_IS_GLOBAL of the blocks' own interface: it is never copied


class System(Protocol):
    """What is needed of macOS for one window."""

    def listen(self, hear: Callable[[MacEvent, float], None]) -> None:
        """hear(event, height of the window's inside) for each event of this window."""
        ...

    def stop(self) -> None: ...


class MacPen:
    """The pens that draw on one window."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._heard: deque[tuple[MacEvent, float, float]] = deque()
        self._state, self._reports, self._stamps = MacState(), Reports(), Stamps()
        self._before: Report | None = None
        self._is_open, self._has_tilt = True, False
        system.listen(lambda event, height: self._heard.append((event, height, time.monotonic())))

    @property
    def label(self) -> str:
        return f"pen, pressure{', tilt' if self._has_tilt else ''}"

    @property
    def is_plugged_in(self) -> bool:
        """Known only once a pen came near."""
        return self._is_open and self._before is not None

    @property
    def is_near(self) -> bool:
        return self._reports.is_near

    @property
    def is_eraser_near(self) -> bool:
        return self._reports.is_eraser_near

    def read(self) -> list[PenEvent]:
        events: list[PenEvent] = []
        while self._heard:
            event, height, moment = self._heard.popleft()
            report = self._state.report(event, height, self._before)
            if report is None:
                continue
            self._has_tilt |= bool(report.sample.tilt_x or report.sample.tilt_y)
            stamp = self._stamps.ours(event.stamp_s, moment)
            self._before = replace(report, sample=replace(report.sample, time=stamp))
            events += self._reports.feed(self._before)
        return events

    def close(self) -> None:
        if self._is_open:
            self._is_open = False
            self._system.stop()


class _Point(ctypes.Structure):
    _fields_ = (("x", ctypes.c_double), ("y", ctypes.c_double))


class _Rect(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_double) for name in ("x", "y", "width", "height"))


class _Descriptor(ctypes.Structure):
    _fields_ = (("reserved", ctypes.c_ulong), ("size", ctypes.c_ulong))


class _Block(ctypes.Structure):
    """A function as Objective-C passes it on."""

    _fields_ = (
        ("isa", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("reserved", ctypes.c_int),
        ("invoke", ctypes.c_void_p),
        ("descriptor", ctypes.POINTER(_Descriptor)),
    )


_HANDLER = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)


class AppKit:
    """The calls themselves. SourceError where AppKit is not there."""

    def __init__(self, window_id: int) -> None:
        try:
            self._objc: Any = ctypes.CDLL(ctypes.util.find_library("objc") or "libobjc.dylib")
            self._system: Any = ctypes.CDLL(ctypes.util.find_library("System"))
            ctypes.CDLL(ctypes.util.find_library("AppKit") or "AppKit")
            for name in ("objc_getClass", "sel_registerName"):
                getattr(self._objc, name).restype = ctypes.c_void_p
                getattr(self._objc, name).argtypes = [ctypes.c_char_p]
            self._events = self._objc.objc_getClass(b"NSEvent")
        except (OSError, AttributeError) as error:
            raise SourceError("This system tells nothing about pens.", str(error)) from error
        self._window = window_id
        self._monitor: int | None = None
        self._kept: tuple[Any, ...] = ()  # what AppKit calls must not go away

    def listen(self, hear: Callable[[MacEvent, float], None]) -> None:
        def handler(_: int, event: int) -> int:
            try:
                if self._send(event, "window", ctypes.c_void_p) == self._window:
                    hear(self._event(event), self._height())
            except Exception:  # nothing may be raised into AppKit
                log.exception("a pen's event was not understood")
            return event  # it goes on as before: beside the paper a pen is a mouse

        invoke = _HANDLER(handler)
        descriptor = _Descriptor(0, ctypes.sizeof(_Block))
        isa = ctypes.addressof(ctypes.c_void_p.in_dll(self._system, "_NSConcreteGlobalBlock"))
        here = ctypes.cast(invoke, ctypes.c_void_p)
        block = _Block(isa, _GLOBAL_BLOCK, 0, here, ctypes.pointer(descriptor))
        self._kept = (invoke, descriptor, block)
        self._monitor = self._send(
            self._events,
            "addLocalMonitorForEventsMatchingMask:handler:",
            ctypes.c_void_p,
            (ctypes.c_ulonglong, MASK),
            (ctypes.c_void_p, ctypes.addressof(block)),
        )
        if not self._monitor:
            raise SourceError("The window cannot be listened to for pens.", "The mouse draws.")

    def stop(self) -> None:
        if self._monitor:
            self._send(self._events, "removeMonitor:", None, (ctypes.c_void_p, self._monitor))
            self._monitor = None

    def _event(self, event: int) -> MacEvent:
        def ask(name: str, kind: Any) -> Any:
            return self._send(event, name, kind)

        kind = int(ask("type", ctypes.c_ulong))
        # only events of these kinds have a subtype, and only those that a tablet made the rest
        subtype = 0 if kind in (POINT, PROXIMITY) else int(ask("subtype", ctypes.c_short))
        place = ask("locationInWindow", _Point)
        stamp = float(ask("timestamp", ctypes.c_double))
        if kind == PROXIMITY or subtype == 2:
            return MacEvent(
                kind,
                subtype,
                place.x,
                place.y,
                stamp_s=stamp,
                is_entering=bool(ask("isEnteringProximity", ctypes.c_bool)),
                device=int(ask("pointingDeviceType", ctypes.c_ulong)),
            )
        if kind != POINT and subtype != 1:
            return MacEvent(kind, subtype, place.x, place.y, stamp_s=stamp)
        tilt = ask("tilt", _Point)
        pressure, buttons = ask("pressure", ctypes.c_float), int(ask("buttonMask", ctypes.c_ulong))
        return MacEvent(
            kind, subtype, place.x, place.y, float(pressure), tilt.x, tilt.y, buttons, stamp
        )

    def _height(self) -> float:
        view = self._send(self._window, "contentView", ctypes.c_void_p)
        if not hasattr(self._objc, "objc_msgSend_stret"):  # Apple's own processors
            return float(self._send(view, "frame", _Rect).height)
        rect = _Rect()
        call = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
        send = call(ctypes.cast(self._objc.objc_msgSend_stret, ctypes.c_void_p).value or 0)
        send(ctypes.addressof(rect), view, self._objc.sel_registerName(b"frame"))
        return float(rect.height)

    def _send(self, who: int | None, name: str, answer: Any, *given: tuple[Any, Any]) -> Any:
        """One message; given: (type, value) of each argument. A function of its own a message, since
        each must be called by its very types."""
        kinds = [kind for kind, _ in given]
        call = ctypes.CFUNCTYPE(answer, ctypes.c_void_p, ctypes.c_void_p, *kinds)
        send = call(ctypes.cast(self._objc.objc_msgSend, ctypes.c_void_p).value or 0)
        values = [value for _, value in given]
        return send(who, self._objc.sel_registerName(name.encode()), *values)


def open_on(window_id: int) -> MacPen:
    if sys.platform != "darwin":
        raise SourceError("macOS' pens are heard on macOS.")
    return MacPen(AppKit(window_id))
