"""Turns pygame's events into Actions: which part was touched, which key was pressed, what was dropped."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pygame

from livesketch.controls.actions import Action, row
from livesketch.controls.addresses import SAFETY
from livesketch.ui.chords import chord_of, held_keys
from livesketch.ui.desk import Desk
from livesketch.ui.parts import Part, Touch, at

# Told on, so that tablet/touch.py meets them on their way; nothing is done with them here.
_FINGERS = (pygame.FINGERDOWN, pygame.FINGERMOTION, pygame.FINGERUP)
_HEARD = (
    *_FINGERS,
    pygame.QUIT,
    pygame.KEYDOWN,
    pygame.KEYUP,
    pygame.TEXTINPUT,
    pygame.MOUSEMOTION,
    pygame.MOUSEBUTTONDOWN,
    pygame.MOUSEBUTTONUP,
    pygame.MOUSEWHEEL,
    pygame.DROPFILE,
    pygame.WINDOWEXPOSED,
    pygame.WINDOWRESIZED,
    pygame.WINDOWSIZECHANGED,
    pygame.WINDOWLEAVE,
    pygame.WINDOWFOCUSLOST,
    pygame.WINDOWCLOSE,
)
_KEYS = (pygame.KEYDOWN, pygame.KEYUP, pygame.TEXTINPUT)
_LONGEST_TURN_S = 0.5


def choose_events() -> None:
    """Everything else, fingers and joysticks above all, would only fill the queue."""
    pygame.event.set_blocked(None)
    pygame.event.set_allowed(_HEARD)


class Ear:
    """Remembers which keys are down, when it listened last, and whether the window was uncovered."""

    def __init__(self, window_id: int) -> None:
        self._window_id = window_id  # SDL's number of the window
        self.was_damaged = False
        self._down: set[int] = set()
        self._listened = time.monotonic()
        self._pan_key: int | None = None  # while it is down
        self._last_stroke: tuple[float, float] = (0.0, 0.0)

    def listen(
        self, desk: Desk, parts: Sequence[Part], keys: Mapping[str, str]
    ) -> Iterator[Action]:
        """What was asked for since the last call, in order."""
        heard = [event for event in pygame.event.get() if self._is_ours(event)]
        for event, moment in zip(heard, self._moments(len(heard)), strict=True):
            yield from self._hear(event, moment, desk, parts, keys)

    def _is_ours(self, event: pygame.Event) -> bool:
        """Of an output's window only the keys are heard: whichever has the keyboard, blackout is black."""
        window = getattr(event, "window", None)
        return window is None or window.id == self._window_id or event.type in _KEYS

    def _moments(self, count: int) -> list[float]:
        """When `count` events arrived: pygame keeps no stamps, so they are spread evenly over the turn.

        The last one gets the present moment, and time never goes back.
        """
        now = time.monotonic()
        since = max(self._listened, now - _LONGEST_TURN_S)
        self._listened = now
        return [since + (now - since) * (number + 1) / count for number in range(count)]

    def _hear(
        self,
        event: pygame.Event,
        moment: float,
        desk: Desk,
        parts: Sequence[Part],
        keys: Mapping[str, str],
    ) -> Iterator[Action]:
        kind = event.type
        if kind == pygame.MOUSEMOTION:
            yield from self._moved(event, moment, desk, parts)
        elif kind == pygame.MOUSEBUTTONDOWN:
            yield from self._pressed(event, moment, desk, parts)
        elif kind == pygame.MOUSEBUTTONUP:
            if desk.grabbed and event.button == desk.grabbed_button:
                yield from self._let_go(event.pos, moment, desk, parts)
        elif kind == pygame.MOUSEWHEEL:
            yield from self._turned(event, desk, parts)
        elif kind == pygame.KEYDOWN:
            is_repeat = event.key in self._down
            self._down.add(event.key)
            yield from self._key(event, is_repeat, desk, keys)
        elif kind == pygame.KEYUP:
            self._down.discard(event.key)
            if event.key == self._pan_key:
                self._pan_key = None
                yield Action("pan", False)
        elif kind == pygame.TEXTINPUT:
            if desk.browser is not None and not desk.is_help_open:
                desk.browser.type(event.text)
        elif kind == pygame.DROPFILE:
            desk.browser = None
            yield Action("open", Path(event.file))
        elif kind in (pygame.QUIT, pygame.WINDOWCLOSE):  # with a second window there is no QUIT
            yield Action("quit")
        else:
            yield from self._window_changed(kind, moment, desk, parts)

    def _window_changed(
        self, kind: int, moment: float, desk: Desk, parts: Sequence[Part]
    ) -> Iterator[Action]:
        if kind == pygame.WINDOWFOCUSLOST:
            self._down.clear()  # their going up is heard by somebody else
            if self._pan_key is not None:
                self._pan_key = None
                yield Action("pan", False)
            if desk.grabbed:
                yield from self._let_go(self._last_stroke, moment, desk, parts)
        elif kind == pygame.WINDOWLEAVE:
            if not desk.grabbed:
                desk.mouse, desk.hovered = None, ""
        else:
            self.was_damaged = True

    def _pressed(
        self, event: pygame.Event, moment: float, desk: Desk, parts: Sequence[Part]
    ) -> Iterator[Action]:
        if event.button > 3:
            return  # wheels of old drivers
        self._hover(event.pos, moment, desk, parts)
        if desk.grabbed:
            return  # a second button during a stroke
        part = at(parts, *event.pos)
        if part is None or part.touch is None:
            return
        desk.grabbed, desk.grabbed_button = part.name, event.button
        self._last_stroke = event.pos
        yield from part.touch(
            Touch("down", event.pos[0], event.pos[1], event.button, moment, held_keys())
        )

    def _moved(
        self, event: pygame.Event, moment: float, desk: Desk, parts: Sequence[Part]
    ) -> Iterator[Action]:
        self._hover(event.pos, moment, desk, parts)
        if not desk.grabbed:
            return
        if not event.buttons[desk.grabbed_button - 1]:
            yield from self._let_go(event.pos, moment, desk, parts)  # its release was lost
            return
        self._last_stroke = event.pos
        part = _named(parts, desk.grabbed)
        if part is not None and part.touch is not None:
            yield from part.touch(
                Touch("move", event.pos[0], event.pos[1], desk.grabbed_button, moment, held_keys())
            )

    def _let_go(
        self, pos: tuple[float, float], moment: float, desk: Desk, parts: Sequence[Part]
    ) -> Iterator[Action]:
        part = _named(parts, desk.grabbed)
        if part is not None and part.touch is not None:
            yield from part.touch(Touch("up", *pos, desk.grabbed_button, moment))
        elif desk.grabbed in ("paper", "traced") and desk.last_pointer is not None:
            yield Action("pointer", replace(desk.last_pointer, kind="up", time=moment))
        desk.grabbed, desk.grabbed_button = "", 0

    def _turned(self, event: pygame.Event, desk: Desk, parts: Sequence[Part]) -> Iterator[Action]:
        if desk.mouse is None or desk.grabbed:
            return
        over = [p for p in parts if p.wheel is not None and p.rect.collidepoint(desk.mouse)]
        if over and over[-1].wheel is not None:
            notches = getattr(event, "precise_y", 0.0) or float(event.y)
            yield from over[-1].wheel(notches)

    def _key(
        self, event: pygame.Event, is_repeat: bool, desk: Desk, keys: Mapping[str, str]
    ) -> Iterator[Action]:
        chord = chord_of(event)
        if keys.get(chord) in SAFETY and len(chord) > 1:  # also while a name is being typed
            if not is_repeat:
                yield Action(keys[chord])
            return
        if desk.browser is not None and not desk.is_help_open and "ctrl" not in chord:
            yield from _browse(chord, desk)
            return
        name = keys.get(chord, "")
        if name == "pan":
            if not is_repeat:
                self._pan_key = event.key
                yield Action("pan", True)
            return
        described = row(name)
        if described is not None and (described.may_repeat or not is_repeat):
            yield Action(name)

    def _hover(
        self, pos: tuple[int, int], moment: float, desk: Desk, parts: Sequence[Part]
    ) -> None:
        desk.mouse = pos
        desk.moved_at = moment
        part = at(parts, *pos)
        name = part.name if part is not None else ""
        if name != desk.hovered:
            desk.hovered, desk.hovered_since = name, moment


def _named(parts: Sequence[Part], name: str) -> Part | None:
    return next((part for part in parts if part.name == name), None)


def _browse(chord: str, desk: Desk) -> Iterator[Action]:
    """Keys while a file is being chosen; letters arrive as text."""
    browser = desk.browser
    if browser is None:
        return
    steps = {"up": -1, "down": 1, "page up": -desk.browser_rows, "page down": desk.browser_rows}
    if chord in steps:
        browser.select(browser.selected + steps[chord], desk.browser_rows)
    elif chord == "backspace":
        browser.erase()
    elif chord == "escape":
        yield Action("leave")
    elif chord == "return":
        row_chosen = browser.is_saving and browser.selected >= 0 and browser.is_folder_selected
        path = browser.click(browser.selected) if row_chosen else browser.enter()
        if path is not None:
            yield Action("chosen", path)
    elif chord in ("f1", "f11"):
        yield Action("help" if chord == "f1" else "full_screen")
