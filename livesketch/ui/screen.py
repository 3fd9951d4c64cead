"""Opening the window's surface, and finding out whether the screen sets the beat."""

import ctypes
import os
import time
import warnings
from dataclasses import dataclass
from statistics import median

import pygame

from livesketch.errors import OutputError

_SHORTEST_WAIT_S = 0.0035  # a flip that returns sooner waited for no screen
_CHEAP_FLIP_S = 0.003  # processor time; a graphics card takes a window's pixels for less


@dataclass(frozen=True)
class Screen:
    """`has_vsync`: flip() waits for the screen and sets the program's beat."""

    has_vsync: bool


def open_screen(size: tuple[int, int], title: str) -> Screen:
    """A resizable window. OutputError where there is no display.

    With vsync SDL shows the window through a renderer. Where that renderer is the processor itself
    it costs milliseconds of every turn that the model needs: then the plain way is taken, which
    copies only what changed.
    """
    os.environ.setdefault("SDL_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR", "0")
    os.environ.setdefault("SDL_WINDOWS_DPI_AWARENESS", "permonitorv2")
    os.environ.setdefault("SDL_MOUSE_FOCUS_CLICKTHROUGH", "1")
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    try:
        screen = _open(size, title, wants_vsync=True)
        if screen is None:
            pygame.display.quit()
            os.environ["SDL_FRAMEBUFFER_ACCELERATION"] = "0"
            screen = _open(size, title, wants_vsync=False)
    except pygame.error as error:
        raise OutputError(
            f"No window can be opened here ({error}).",
            "Run it on a machine with a display; `livesketch render` needs none.",
        ) from error
    return screen or Screen(False)


def _open(size: tuple[int, int], title: str, wants_vsync: bool) -> Screen | None:
    """None: this way costs too much processor time."""
    pygame.display.init()
    pygame.display.set_caption(title)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "no fast renderer available": we measure it
        try:
            pygame.display.set_mode(size, pygame.RESIZABLE, vsync=int(wants_vsync))
        except pygame.error:
            if not wants_vsync:
                raise
            return None
    if not wants_vsync:
        return Screen(False)
    pygame.display.flip()
    waits, costs = [], []
    for _ in range(7):
        began, busy = time.monotonic(), time.process_time()
        pygame.display.flip()
        waits.append(time.monotonic() - began)
        costs.append(time.process_time() - busy)
    if median(costs) > _CHEAP_FLIP_S:
        return None
    return Screen(has_vsync=median(waits) > _SHORTEST_WAIT_S)


def set_full_screen(is_full: bool) -> None:
    """The window itself covers the display, or becomes what it was; it is never made anew."""
    window = _window()  # set_mode() would make another one, which pens do not know
    if is_full:
        window.set_fullscreen(desktop=True)
    else:
        window.set_windowed()


def window_id() -> int:
    """SDL's number of the window: what its events carry."""
    return _window().id


def native_id(told: object = None) -> int:
    """What the system calls the window; 0 where it has no name for it. told: what pygame says of it."""
    if told is None:
        told = pygame.display.get_wm_info().get("window", 0)
    if isinstance(told, int):
        return told
    # on macOS pygame wraps the address of the NSWindow
    unwrap = ctypes.pythonapi.PyCapsule_GetPointer
    unwrap.restype, unwrap.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    try:
        return int(unwrap(told, b"window") or 0)
    except ValueError:
        return 0


def _window() -> pygame.Window:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return pygame.Window.from_display_module()
