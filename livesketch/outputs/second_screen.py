"""A clean picture on another display: no border, no cursor, nothing but the show, and never the desktop."""

import logging
import os
import time
from collections.abc import Callable

import numpy as np
import pygame

from livesketch.frames import Show
from livesketch.outputs import Setup
from livesketch.outputs.backdrop import Backdrop, Pixels, open_backdrop
from livesketch.outputs.displays import Display, Look, look_for
from livesketch.outputs.wall import Compose, composer
from livesketch.worker import Worker

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0  # displays come and go
REPAIR_EVERY_S = 1.0  # what another program painted over is put right, whether or not it is new
SILENT_S = 2.0

Asked = tuple[Show, Setup]


class SecondScreen:
    """An Output of the main thread. The picture is composed by a Worker; black and panic are not
    waited for. It never waits for the display's beat: the window does that already."""

    def __init__(
        self,
        setup: Setup,
        look: Look | None = None,
        clock: Callable[[], float] = time.monotonic,
        backdrop: Backdrop | None = None,
    ) -> None:
        self._setup, self._look, self._clock = setup, look, clock
        self._backdrop = backdrop
        self._window: pygame.Window | None = None
        self._display: Display | None = None
        self._name = setup.display  # remembered once it was chosen
        self._looked = self._flipped = -float("inf")
        self._worker: Worker[Asked, Pixels] | None = None
        self._now: Compose | None = None  # for what cannot wait
        self._asked: Asked | None = None
        self._composed: Pixels | None = None
        self._black: Pixels = np.zeros((1, 1), np.uint32)
        self._on_screen: Pixels | None = None
        self._trouble = ""
        self._state = "opening"

    @property
    def state(self) -> str:
        return self._trouble or self._state

    @property
    def display(self) -> str:
        """The name of the display that it belongs to; empty before there was one."""
        return self._name

    def show(self, show: Show) -> None:
        now = self._clock()
        if now - self._looked >= LOOK_EVERY_S:
            self._looked = now
            self._find()
        if self._window is None or self._display is None:
            self._tell(show)
            return
        if self._backdrop is not None and self._backdrop.has_risen():
            self._rise()
        pixels = self._pixels(show)
        if pixels is not self._on_screen or now - self._flipped >= REPAIR_EVERY_S:
            self._put(pixels)
            self._flipped = now
        self._tell(show)

    def shape(self, setup: Setup) -> None:
        """Flip, corners and edges by this one from now on; the display stays."""
        self._setup = setup

    def close(self) -> None:
        self._leave_worker()
        if self._backdrop is not None:
            self._backdrop.close()
        if self._window is not None:
            self._window.destroy()
        self._window, self._display = None, None
        self._state = "closed"

    def _pixels(self, show: Show) -> Pixels:
        if show.is_blackout:
            return self._black
        if show.is_panic and self._now is not None:
            return self._now((show, self._setup))
        self._ask(show)
        worker = self._worker
        if worker is not None:
            try:
                newest = worker.newest()
            except Exception as error:
                if not self._trouble:
                    log.exception("the second screen's picture failed")
                self._trouble = f"broken: {error or type(error).__name__}"
            else:
                if newest is not None:
                    self._composed, self._trouble = newest, ""
        if self._composed is None and self._now is not None:
            self._composed = self._now((show, self._setup))  # it has just come to its display
        return self._black if self._composed is None else self._composed

    def _ask(self, show: Show) -> None:
        """Only what is new is composed."""
        worker, asked = self._worker, self._asked
        if worker is None or worker.silent_for() > SILENT_S:
            self._begin_worker()
            asked = None
        if asked is None or asked[1] != self._setup or not _is_same(asked[0], show):
            self._asked = (show, self._setup)
            if self._worker is not None:
                self._worker.submit(self._asked)

    def _put(self, pixels: Pixels) -> None:
        if self._window is None:
            return
        surface = self._window.get_surface()
        height, width = pixels.shape
        if surface.get_size() != (width, height):
            self._resize(surface.get_size())  # the system had another size in mind
            return
        if surface.get_bitsize() == 32 and surface.get_masks()[:3] == (0xFF0000, 0xFF00, 0xFF):
            pygame.surfarray.pixels2d(surface)[:] = pixels.T
        else:
            shared = pygame.image.frombuffer(pixels.view(np.uint8).data, (width, height), "BGRA")
            surface.blit(shared, (0, 0))
        self._window.flip()
        self._on_screen = pixels

    def _tell(self, show: Show) -> None:
        if self._backdrop is not None:
            is_urgent = show.is_blackout or show.is_panic
            self._backdrop.tell(self._display, self._on_screen, is_urgent)

    def _rise(self) -> None:
        """Above the curtain, which shows the same picture meanwhile."""
        if self._window is not None and self._display is not None:
            self._window.hide()
            self._window.show()
            _hide_cursor()
            self._window.position = (self._display.x, self._display.y)
            self._on_screen = None

    def _find(self) -> None:
        """Be on the display that was chosen, if it is plugged in; else be nowhere."""
        if self._look is None:
            self._look = look_for(pygame.display.get_driver())
        try:
            there = self._look()
        except Exception as error:  # whatever lists displays, the show goes on where it is
            log.warning("displays cannot be listed: %s", error)
            return
        chosen = self._chosen(there)
        if chosen is None:
            self._state = (
                f"missing: the display {self._name} is not plugged in"
                if self._name
                else "missing: there is no second display"
            )
            if self._window is not None and self._display is not None:
                self._window.hide()  # it would be moved onto the operator's display
            self._display = None
        elif chosen != self._display:
            self._move_to(chosen)

    def _chosen(self, there: list[Display]) -> Display | None:
        if self._name:
            return next((one for one in there if one.name == self._name), None)
        x, y = pygame.display.get_window_position()
        width, height = pygame.display.get_window_size()
        middle = x + width / 2, y + height / 2
        others = [one for one in there if not one.holds(*middle)]
        others.sort(key=lambda one: one.name != self._setup.last_display)
        return others[0] if others and len(there) > 1 else None

    def _move_to(self, display: Display) -> None:
        size, place = (display.width, display.height), (display.x, display.y)
        if self._window is None:
            # The operator's window keeps the keyboard.
            os.environ.setdefault("SDL_WINDOW_NO_ACTIVATION_WHEN_SHOWN", "1")
            self._window = pygame.Window(
                "livesketch: second screen",
                size,
                place,
                hidden=True,
                borderless=True,
                always_on_top=True,
            )
        else:
            self._window.size, self._window.position = size, place
        self._name, self._display = display.name, display
        self._resize(self._window.get_surface().get_size())
        self._window.show()
        _hide_cursor()
        self._window.position = place  # some window managers place what is shown where they like
        self._state = f"playing on {display.name}, {size[0]}×{size[1]}"

    def _resize(self, size: tuple[int, int]) -> None:
        self._black = np.full((size[1], size[0]), 0xFF000000, np.uint32)
        self._now = composer(size)
        self._composed = self._on_screen = None
        self._leave_worker()

    def _begin_worker(self) -> None:
        if self._window is None:
            return
        self._leave_worker()
        size = self._window.get_surface().get_size()
        self._worker = Worker(lambda: composer(size), "second screen")

    def _leave_worker(self) -> None:
        if self._worker is not None:
            self._worker.close(timeout=0)
        self._worker, self._asked = None, None


def _hide_cursor() -> None:
    """Over a window that has just come up below the mouse; the operator's shows its own in the same turn.

    SDL hides it over the windows that are there by then, and only where it was to be seen.
    """
    for is_seen in (True, False):
        pygame.mouse.set_visible(is_seen)


def _is_same(one: Show, other: Show) -> bool:
    return (one.result is other.result, one.is_held, one.layout, one.mix) == (
        True,
        other.is_held,
        other.layout,
        other.mix,
    )


def open_output(setup: Setup) -> SecondScreen:
    """`setup.display` is a display's name; empty: one that the window is not on."""
    return SecondScreen(setup, backdrop=open_backdrop())
