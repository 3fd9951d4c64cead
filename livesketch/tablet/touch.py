"""Fingers and pens on a touch screen, with their real pressure, straight from SDL.

pygame fills a finger's pressure with another field, so SDL's own events are watched here through
ctypes (SDL 2: SDL_TouchFingerEvent of SDL_events.h). Only screens that report pressure count: where
every touch is fully pressed, the mouse that the system makes of it draws as before.
"""

import ctypes
import importlib.util
import sys
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from livesketch.canvas.stroke import Sample
from livesketch.errors import SourceError
from livesketch.tablet.pen import PenEvent
from livesketch.tablet.reports import Stamps

_DOWN, _UP, _MOTION = 0x700, 0x701, 0x702
_KINDS = {_DOWN: "down", _UP: "up", _MOTION: "move"}
_NEAR_S = 0.3  # the mouse events made of a touch come no later than that


class _Finger(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_uint32),
        ("timestamp", ctypes.c_uint32),  # milliseconds of SDL_GetTicks
        ("touch", ctypes.c_int64),
        ("finger", ctypes.c_int64),
        ("x", ctypes.c_float),  # 0..1 of the window
        ("y", ctypes.c_float),
        ("dx", ctypes.c_float),
        ("dy", ctypes.c_float),
        ("pressure", ctypes.c_float),  # 0..1
        ("window", ctypes.c_uint32),
    )


_WATCH = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(_Finger))


class TouchPen:
    """The first finger that presses draws; others, and a palm beside it, do not."""

    def __init__(self, library: Any) -> None:
        self._sdl = library
        self._heard: deque[tuple[str, _Finger, float]] = deque()
        self._finger: int | None = None  # the one that draws
        self._last: Sample | None = None
        self._when = -_NEAR_S
        self._stamps = Stamps()
        # SDL keeps no reference to what it calls: it is told to stop before that goes away, also
        # where nobody closed this pen
        watch = _WATCH(_noting_down(self._heard))
        self._sdl.SDL_AddEventWatch(watch, None)
        self._unwatch = weakref.finalize(self, self._sdl.SDL_DelEventWatch, watch, None)
        self._is_open = True

    @property
    def label(self) -> str:
        return "touch screen, pressure"

    @property
    def is_plugged_in(self) -> bool:
        """Known only once somebody has pressed."""
        return self._is_open and self._last is not None

    @property
    def is_near(self) -> bool:
        return self._finger is not None or time.monotonic() - self._when < _NEAR_S

    @property
    def is_eraser_near(self) -> bool:
        return False

    def read(self) -> list[PenEvent]:
        events: list[PenEvent] = []
        while self._heard:
            kind, told, moment = self._heard.popleft()
            events += self._understood(kind, told, moment)
        return events

    def close(self) -> None:
        self._is_open = False
        self._unwatch()

    # --- inside

    def _understood(self, kind: str, told: _Finger, moment: float) -> Iterator[PenEvent]:
        if kind == "down":
            if self._finger is not None or not 0.0 < told.pressure < 1.0:
                return  # another finger, a palm, or a screen that knows no pressure
            self._finger = told.finger
        elif told.finger != self._finger:
            return
        width, height = self._size(told.window)
        pressure = float(told.pressure)
        if kind == "up" and self._last is not None:
            pressure = (
                self._last.pressure
            )  # a finger that leaves presses nothing: the line keeps its width
        stamp = self._stamps.ours(told.timestamp / 1000, moment)
        self._last = Sample(told.x * width, told.y * height, pressure, time=stamp)
        self._when = time.monotonic()
        if kind == "up":
            self._finger = None
            yield PenEvent("up", self._last)
        else:
            yield PenEvent("down" if kind == "down" else "move", self._last)

    def _size(self, window_id: int) -> tuple[int, int]:
        """Of the window, in its own units."""
        window = self._sdl.SDL_GetWindowFromID(window_id)
        width, height = ctypes.c_int(1), ctypes.c_int(1)
        if window:
            self._sdl.SDL_GetWindowSize(window, ctypes.byref(width), ctypes.byref(height))
        return width.value, height.value


def open_on(window_id: int) -> TouchPen:
    """SourceError where pygame's SDL cannot be asked; the same library that shows the window is meant."""
    path = _library()
    if path is None:
        raise SourceError("Touch pressure cannot be read: SDL's library was not found.")
    try:
        library = ctypes.CDLL(str(path))
        library.SDL_AddEventWatch.argtypes = [_WATCH, ctypes.c_void_p]
        library.SDL_DelEventWatch.argtypes = [_WATCH, ctypes.c_void_p]
        library.SDL_GetWindowFromID.argtypes = [ctypes.c_uint32]
        library.SDL_GetWindowFromID.restype = ctypes.c_void_p
        library.SDL_GetWindowSize.argtypes = [
            ctypes.c_void_p,
            ctypes.POINTER(ctypes.c_int),
            ctypes.POINTER(ctypes.c_int),
        ]
        return TouchPen(library)
    except (OSError, AttributeError) as error:
        raise SourceError("Touch pressure cannot be read.", str(error)) from error


def _noting_down(heard: deque[tuple[str, _Finger, float]]) -> Callable[[Any, Any], int]:
    """What SDL calls as an event is queued; it knows the list it writes to and no pen."""

    def seen(_: Any, event: Any) -> int:
        kind = _KINDS.get(event.contents.type)
        if kind is not None:
            heard.append((kind, _Finger.from_buffer_copy(event.contents), time.monotonic()))
        return 1

    return seen


def _library() -> Path | None:
    """SDL 2 as pygame brought it along; it is loaded already, so this is the same one."""
    found = importlib.util.find_spec("pygame")
    if found is None or found.origin is None:
        return None
    folder = Path(found.origin).parent
    places = {
        "win32": [folder.glob("SDL2.dll")],
        "darwin": [folder.glob(".dylibs/libSDL2-2*.dylib")],
    }
    beside = [folder.parent.glob("pygame_ce.libs/libSDL2-2*.so*")]
    for paths in places.get(sys.platform, beside):
        for path in paths:
            return path
    return None
