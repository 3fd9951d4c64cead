"""The displays of this machine: what they are called, and where they lie on the desktop."""

import ctypes
import ctypes.util
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Display:
    """`name` tells it from the others and stays the same when it is plugged in again."""

    name: str
    x: int
    y: int
    width: int
    height: int

    def holds(self, x: float, y: float) -> bool:
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height


Look = Callable[[], list[Display]]


def look_for(driver: str) -> Look:
    """How to list the displays where SDL shows windows by `driver`; each call looks anew."""
    if driver == "x11":
        try:
            return _x11()
        except Exception as error:  # python-xlib lets sockets' and its own errors through
            log.info("displays are asked of SDL: %s", error)
    return _sdl()


def _x11() -> Look:
    """RandR's monitors: SDL tells of one that was switched off as if it were there."""
    xdisplay, randr = import_module("Xlib.display"), import_module("Xlib.ext.randr")
    display = xdisplay.Display()
    root = display.screen().root

    def look() -> list[Display]:
        return _told_apart(
            [
                Display(
                    display.get_atom_name(one.name),
                    one.x,
                    one.y,
                    one.width_in_pixels,
                    one.height_in_pixels,
                )
                for one in randr.get_monitors(root).monitors
            ]
        )

    look()
    return look


class _Rect(ctypes.Structure):
    _fields_ = (
        ("x", ctypes.c_int),
        ("y", ctypes.c_int),
        ("w", ctypes.c_int),
        ("h", ctypes.c_int),
    )


def _sdl() -> Look:
    """pygame tells neither names nor places, the SDL in it does."""
    sdl = _sdl_library()
    if sdl is None:
        log.warning("no SDL was found: displays have no names")
        return list

    sdl.SDL_GetDisplayName.restype = ctypes.c_char_p

    def look() -> list[Display]:
        found = []
        for number in range(sdl.SDL_GetNumVideoDisplays()):
            rect = _Rect()
            if sdl.SDL_GetDisplayBounds(number, ctypes.byref(rect)) == 0:
                name = (sdl.SDL_GetDisplayName(number) or b"").decode("utf-8", "replace")
                found.append(
                    Display(name or f"display {number + 1}", rect.x, rect.y, rect.w, rect.h)
                )
        return _told_apart(found)

    return look


def _sdl_library() -> Any:
    """The very library that pygame has loaded."""
    spec = find_spec("pygame")
    folders = [Path(one) for one in (spec.submodule_search_locations or ())] if spec else []
    places = [
        *(folder.parent / "pygame_ce.libs" for folder in folders),
        *(folder / ".dylibs" for folder in folders),
        *folders,
    ]
    names = ("libSDL2-2*.so*", "libSDL2-2*.dylib", "SDL2.dll")
    found = [path for place in places for name in names for path in place.glob(name)]
    wanted = [str(path) for path in found] or [ctypes.util.find_library("SDL2-2.0") or ""]
    try:
        return ctypes.CDLL(wanted[0]) if wanted[0] else None
    except OSError:
        return None


def _told_apart(displays: list[Display]) -> list[Display]:
    """Of two with one name the second is called "name 2"."""
    seen: Counter[str] = Counter()
    found = []
    for one in displays:
        seen[one.name] += 1
        name = one.name if seen[one.name] == 1 else f"{one.name} {seen[one.name]}"
        found.append(Display(name, one.x, one.y, one.width, one.height))
    return found
