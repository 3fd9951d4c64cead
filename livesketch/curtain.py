"""A program of its own that hangs behind the second screen: should the show crash, its last picture stays there."""

import logging
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

import pygame

from livesketch.awake import keep_awake
from livesketch.outputs.backdrop import RAISED, Shared, place
from livesketch.outputs.displays import Display
from livesketch.revival_names import ALIVE, OVER

log = logging.getLogger(__name__)

HZ = 30
GUARDLESS_S = 30.0  # a guard that gives no sign for so long is dead


class Curtain:
    """Its window lies below the second screen's, which comes up over it again whenever this one rises."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._display: Display | None = None
        self._window: pygame.Window | None = None
        self._shared: Shared | None = None
        self._shown = -1  # which picture is on it
        self._sign, self._signed = 0, time.monotonic()

    def turn(self) -> bool:
        """False when it is to end."""
        has_to_draw = False
        for event in pygame.event.get():
            has_to_draw |= event.type == pygame.WINDOWEXPOSED
            if _opens(event) and (self._folder / OVER).exists():
                return False
        where = place(self._folder)
        if where != self._display:
            self._hang(where)
            has_to_draw = True
        self._draw(has_to_draw)
        return self._is_guarded()

    def close(self) -> None:
        if self._window is not None:
            self._window.destroy()

    def _hang(self, where: Display | None) -> None:
        self._display, self._shared = where, None
        if where is None:
            if self._window is not None:
                self._window.hide()
            return
        size, corner = (where.width, where.height), (where.x, where.y)
        if self._window is None:
            self._window = pygame.Window(
                "livesketch: curtain",
                size,
                corner,
                hidden=True,
                borderless=True,
                always_on_top=True,
            )
        else:
            self._window.size, self._window.position = size, corner
        self._window.get_surface()  # made before it is seen
        self._window.show()
        for is_seen in (True, False):  # SDL hides it over the windows that are there by then
            pygame.mouse.set_visible(is_seen)
        self._window.position = corner
        self._draw(True)
        with suppress(OSError):
            (self._folder / RAISED).touch()

    def _draw(self, has_to: bool) -> None:
        if self._window is None or self._display is None:
            return
        surface = self._window.get_surface()
        width, height = surface.get_size()
        if self._shared is None or self._shared.size != (width, height):
            try:
                self._shared = Shared(self._folder, (width, height))
            except (OSError, ValueError):
                self._shared = None
        count, pixels = (0, None) if self._shared is None else self._shared.newest()
        if count == self._shown and not has_to:
            return
        self._shown = count
        if pixels is None:
            surface.fill((0, 0, 0))
        else:
            data = pixels.tobytes()
            surface.blit(pygame.image.frombuffer(data, (width, height), "BGRA"), (0, 0))
        self._window.flip()

    def _is_guarded(self) -> bool:
        now = time.monotonic()
        try:
            sign = (self._folder / ALIVE).stat().st_mtime_ns
        except OSError:
            return self._folder.exists()
        if sign != self._sign or (self._folder / OVER).exists():
            self._sign, self._signed = sign, now
        return now - self._signed < GUARDLESS_S


def _opens(event: pygame.event.Event) -> bool:
    is_key = event.type == pygame.KEYDOWN and event.key == pygame.K_ESCAPE
    return is_key or event.type in (pygame.MOUSEBUTTONDOWN, pygame.WINDOWCLOSE, pygame.QUIT)


def hold(folder: Path) -> None:
    """Until the guard ends it, or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the show; the guard ends this
    os.environ.setdefault("SDL_WINDOW_NO_ACTIVATION_WHEN_SHOWN", "1")
    os.environ["SDL_NO_SIGNAL_HANDLERS"] = "1"  # else SDL makes a wish to close of the guard's word
    pygame.display.init()
    let_sleep = keep_awake(pygame.display.get_driver())
    curtain, clock = Curtain(folder), pygame.time.Clock()
    while curtain.turn():
        clock.tick(HZ)
    let_sleep()
    curtain.close()


if __name__ == "__main__":
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    hold(Path(sys.argv[1]))
