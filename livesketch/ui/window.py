"""The main window: hears keys, mouse and dropped files, and shows what the View says."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pygame

from livesketch.awake import keep_awake
from livesketch.controls.actions import WINDOW_ACTIONS, Action
from livesketch.controls.keys import default_keys
from livesketch.frames import Picture
from livesketch.places import assets_dir
from livesketch.ui import dialogs, hearing, scene
from livesketch.ui.catalogue import Catalogue, language_of
from livesketch.ui.chords import held_keys
from livesketch.ui.clipboard import Clipboard
from livesketch.ui.desk import Desk
from livesketch.ui.kit import Kit
from livesketch.ui.layout import Focus, Layout, arrange
from livesketch.ui.parts import Part, Patchwork, at
from livesketch.ui.pictures import Pictures
from livesketch.ui.screen import native_id, open_screen, set_full_screen, window_id
from livesketch.ui.view import TOOLS, View
from livesketch.ui.widgets import cursor

_READ_EVERY_S = 0.5  # figures change no faster than one can read them


class Window:
    """One window in the main thread. OutputError where there is no display to open it on.

    A turn of the app: events(), then show(view). show() is the only thing that waits, and it waits
    for a screen with vsync only: elsewhere the app keeps the beat.
    """

    def __init__(
        self,
        size: tuple[int, int] = (1440, 810),
        title: str = "livesketch",
        is_full_screen: bool = False,
        keys: Mapping[str, str] | None = None,
        is_first_time: bool = False,
    ) -> None:
        self._screen = open_screen(size, title)
        pygame.display.set_allow_screensaver(False)
        self._let_sleep = keep_awake(self.driver)
        pygame.key.set_repeat(380, 45)
        hearing.choose_events()
        self._keys = dict(default_keys() if keys is None else keys)
        self._desk = Desk(tour_card=0 if is_first_time else None)
        self._view = View()
        self._title = title
        self._parts: Sequence[Part] = ()
        self._patchwork = Patchwork()
        self._pictures = Pictures()
        self._catalogue = Catalogue()
        self._kit = Kit(1.0, self._catalogue)
        self._ear = hearing.Ear(window_id())
        self._dialogs = dialogs.Dialogs()
        self._clipboard = Clipboard()
        self._surface: pygame.Surface | None = None
        self._size = (0, 0)
        self._paper_side = 16
        self.is_open = True
        self.is_full_screen = False
        if is_full_screen:
            self.apply(Action("full_screen"))

    @property
    def layout(self) -> Layout:
        surface = pygame.display.get_surface() if self.is_open else None
        size = surface.get_size() if surface is not None else self._size
        return self._arranged(size)

    @property
    def paper_side(self) -> int:
        """Pixels of the paper's side on the screen, which View.paper should have; the last ones while hidden."""
        self._paper_side = self.layout.paper.width or self._paper_side
        return self._paper_side

    @property
    def native_id(self) -> int:
        """What the system calls the window; 0 where it has no name for it."""
        return native_id()

    @property
    def driver(self) -> str:
        """What shows the window, as SDL calls it: x11, wayland, windows, cocoa, dummy…"""
        return pygame.display.get_driver()

    def paper_under(self, x: float, y: float) -> tuple[int, int, int] | None:
        """Left, top and side, in pixels, of the paper that lies open there to be drawn on; else None."""
        part = at(self._parts, x, y)
        if part is None or part.name not in ("paper", "traced"):
            return None
        return part.rect.x, part.rect.y, part.rect.width

    @property
    def is_shift_down(self) -> bool:
        return "shift" in held_keys()

    @property
    def is_panning(self) -> bool:
        """The key that moves the paper is held."""
        return self._desk.is_panning

    def events(self) -> list[Action]:
        """All that was asked for since the last call, in order; every pen sample among it."""
        if not self.is_open:
            return []
        actions: list[Action] = []
        for wish in self._ear.listen(self._desk, self._parts, self._keys):
            actions += self._ask(wish)
        return actions

    def apply(self, action: Action) -> bool:
        """Do what concerns the window alone; False if it is not of that kind."""
        desk = self._desk
        if action.name == "panel":
            desk.is_panel_open = not desk.is_panel_open
            if desk.focus != Focus.EVERYTHING:
                desk.focus, desk.is_panel_open = Focus.EVERYTHING, True
        elif action.name == "focus":
            desk.focus = Focus((desk.focus + 1) % len(Focus))
            desk.is_panel_open = False
        elif action.name == "full_screen":
            self.is_full_screen = not self.is_full_screen
            set_full_screen(self.is_full_screen)
            self._patchwork.forget()
        elif action.name == "help":
            desk.is_help_open = not desk.is_help_open
        elif action.name == "tour":
            desk.tour_card, desk.focus, desk.is_help_open = 0, Focus.EVERYTHING, False
        elif action.name == "pan":
            is_told = isinstance(action.value, bool)
            desk.is_panning = bool(action.value) if is_told else not desk.is_panning
        elif action.name == "leave":
            self._leave()
        return action.name in WINDOW_ACTIONS

    def show(self, view: View) -> float:
        """Draw what changed and flip; time.monotonic() right after the flip."""
        if not self.is_open:
            return time.monotonic()
        now = time.monotonic()
        self._notice(view, now)
        surface, layout = self._prepare()
        desk = self._desk
        self._parts = scene.build(
            view, desk, layout, self._kit, self._pictures, self._keys, self._finish, now
        )
        dirty = self._patchwork.paint(surface, self._parts)
        pygame.mouse.set_visible(self._is_mouse_seen(view, now))
        if self._screen.has_vsync:
            pygame.display.flip()  # always: the screen's beat is the program's
        elif dirty:
            pygame.display.update(dirty)
        return time.monotonic()

    def copy(self, picture: Picture) -> None:
        """Put a picture on the clipboard; OutputError says what is missing for that."""
        self._clipboard.copy(picture)

    def picture(self) -> Picture:
        """What the window shows, (H, W, 3): for tests, the README and the operator's log."""
        surface = pygame.display.get_surface()
        assert surface is not None
        return pygame.surfarray.array3d(surface).swapaxes(0, 1).copy()

    def close(self) -> None:
        if not self.is_open:
            return
        self.is_open = False
        self._dialogs.close()
        self._let_sleep()
        pygame.mouse.set_visible(True)
        pygame.display.quit()

    def _ask(self, action: Action) -> list[Action]:
        """What the app hears of a wish: nothing of what the window does itself."""
        if action.name == "chosen" and isinstance(action.value, Path):
            return self._finish(action.value)
        if action.name == "accept" and action.value is None:
            action = Action("accept", self._mouse_on_paper())
        if self.apply(action):
            return []
        if action.value is None and self._dialogs.asks(action, self._view, self._desk):
            return []
        if action.name in TOOLS:
            self._desk.tool = action.name
        return [action]

    def _mouse_on_paper(self) -> tuple[float, float] | None:
        """In sides of the paper's square; None where it is elsewhere."""
        rect, mouse = self.layout.paper, self._desk.mouse
        if mouse is None or not rect.width or not rect.collidepoint(mouse):
            return None
        return (mouse[0] - rect.x) / rect.width, (mouse[1] - rect.y) / rect.height

    def _finish(self, path: Path) -> list[Action]:
        browser = self._desk.browser
        if browser is None:
            return []
        if path.parent != assets_dir() / "drawings":
            self._dialogs.last_folder = path.parent
        self._desk.browser = None
        return [Action("save" if browser.purpose == "save_as" else browser.purpose, path)]

    def _leave(self) -> None:
        """Esc takes away what lies on top, one thing at a time, and never quits."""
        desk = self._desk
        if desk.is_help_open:
            desk.is_help_open = False
        elif desk.tour_card is not None and desk.browser is None:
            desk.tour_card = None
        elif desk.browser is not None:
            desk.browser = None
        elif desk.is_panel_open:
            desk.is_panel_open = False
        elif desk.focus != Focus.EVERYTHING:
            desk.focus = Focus.EVERYTHING
        elif self.is_full_screen:
            self.apply(Action("full_screen"))

    def _notice(self, view: View, now: float) -> None:
        desk = self._desk
        self._view = view
        desk.tool = view.tool
        desk.has_stage = view.show is not None
        if view.is_fresh:
            desk.fresh_at = now
        if now - desk.stats_at >= _READ_EVERY_S:
            desk.stats, desk.stats_at = view.stats, now
        if view.message != desk.message:
            desk.message, desk.message_at = view.message, now
        if view.title != self._title:
            self._title = view.title
            pygame.display.set_caption(view.title)
        self._dialogs.collect(desk)

    def _arranged(self, size: tuple[int, int]) -> Layout:
        desk = self._desk
        is_left_handed = bool(self._view.values.get("left_handed", False))
        return arrange(size, desk.focus, desk.is_panel_open, desk.has_stage, is_left_handed)

    def _prepare(self) -> tuple[pygame.Surface, Layout]:
        surface = pygame.display.get_surface()
        assert surface is not None
        size = surface.get_size()
        layout = self._arranged(size)
        if surface is not self._surface or size != self._size or self._ear.was_damaged:
            self._surface, self._size = surface, size
            self._ear.was_damaged = False
            self._patchwork.forget()
        language = language_of(str(self._view.values.get("language", "en")))
        if layout.scale != self._kit.scale or language != self._catalogue.language:
            self._catalogue = Catalogue(language)
            self._kit = Kit(layout.scale, self._catalogue)
            self._patchwork.forget()
        return surface, layout

    def _is_mouse_seen(self, view: View, now: float) -> bool:
        desk = self._desk
        if cursor.is_on_paper(view, desk):
            return False  # the circle is the cursor
        if desk.mouse is None:
            return False  # it is over an output, or over another program, which has its own
        return desk.focus != Focus.FACE or now - desk.moved_at < 2.0
