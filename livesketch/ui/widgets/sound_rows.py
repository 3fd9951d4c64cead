"""The panel's part about sound: who is listened to, what is heard now, and which knobs follow it how far."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pygame

from livesketch.controls.actions import Action
from livesketch.parameters import Parameter, parameter
from livesketch.sound.hearing import SOURCES
from livesketch.sound.routes import MOST_SMOOTH_S, Route
from livesketch.ui import theme
from livesketch.ui.desk import Desk
from livesketch.ui.kit import Kit
from livesketch.ui.parts import Part, button, meaning
from livesketch.ui.view import SoundView
from livesketch.ui.widgets.blocks import Block, segmented
from livesketch.ui.widgets.controls import slider

OFF = "off"
USUAL = "usual microphone"


def blocks(sound: SoundView, desk: Desk, kit: Kit, width: int) -> list[Block]:
    choices = [(OFF, OFF), ("", USUAL), *((name, name) for name in sound.names)]
    if sound.chosen not in (None, "", *sound.names):
        choices.append((str(sound.chosen), str(sound.chosen)))
    found = [
        segmented(
            "panel.microphone",
            "listens to",
            choices,
            OFF if sound.chosen is None else sound.chosen,
            lambda name: [Action("microphone", None if name == OFF else name)],
            desk,
            kit,
            width,
        )
    ]
    if sound.state not in ("", "listening"):
        found.append(_said(sound.state, kit))
    found += [_meters(sound, kit)]
    found.append(
        segmented(
            "panel.follow",
            "press one, then touch a knob",
            [(source, source) for source in SOURCES],
            sound.learning,
            lambda source: [Action("follow", source)],
            desk,
            kit,
            width,
        )
    )
    for one in sound.routes:
        found += _route(one, desk, kit)
    return found


def _said(state: str, kit: Kit) -> Block:
    def make(rect: pygame.Rect) -> Sequence[Part]:
        def draw(surface: pygame.Surface) -> None:
            words = kit.fitted(state, rect.width, theme.SMALL, theme.ACCENT)
            surface.blit(words, words.get_rect(midleft=(rect.x, rect.centery)))

        return [Part("panel.sound.state", rect, (state, kit.scale), draw, tip=state)]

    return Block(kit.px(26), make)


def _meters(sound: SoundView, kit: Kit) -> Block:
    """A bar for each, as high as it is now."""
    levels = tuple(round(level, 2) for level in sound.levels)

    def make(rect: pygame.Rect) -> Sequence[Part]:
        each = rect.width // len(SOURCES)
        height = rect.height - kit.px(12)

        def draw(surface: pygame.Surface) -> None:
            for number, level in enumerate(levels):
                ground = pygame.Rect(rect.x + number * each, rect.y, each - kit.px(6), height)
                surface.fill(theme.SUNK, ground)
                bar = ground.copy()
                bar.height = round(level * height)
                bar.bottom = ground.bottom
                surface.fill(theme.ACCENT if SOURCES[number] == "onset" else theme.GREEN, bar)

        tip = ", ".join(SOURCES)
        return [Part("panel.sound.meters", rect, (levels, kit.scale), draw, tip=tip)]

    return Block(kit.px(44), make)


def _route(one: Route, desk: Desk, kit: Kit) -> list[Block]:
    """Its name, which takes it away when pressed, and how far and how smoothly it goes."""
    row, name = parameter(one.knob), f"panel.route.{one.knob}"

    def make(rect: pygame.Rect) -> Sequence[Part]:
        def draw(surface: pygame.Surface) -> None:
            colour = theme.ACCENT if desk.hovered == name else theme.TEXT
            cross = kit.icon("close", 14, theme.GREY)
            surface.blit(cross, cross.get_rect(midright=(rect.right, rect.centery)))
            words = f"{kit.words(one.source)} → {kit.words(row.title)}"
            said = kit.fitted(words, rect.width - kit.px(20), theme.SMALL, colour)
            surface.blit(said, said.get_rect(midleft=(rect.x, rect.centery)))

        state = (one.source, row.title, desk.hovered == name, kit.scale)
        tip = "Press: it follows no more."
        take_away = button(lambda: [Action("route", one.knob)])
        return [Part(name, rect, state, draw, take_away, tip=tip)]

    low = replace(row, name=f"{one.knob}_low", label="at silence", default=row.low, help="")
    high = replace(row, name=f"{one.knob}_high", label="at its loudest", default=row.high, help="")
    smooth = Parameter(
        f"{one.knob}_smooth", "sound", 0.15, "", 0.0, MOST_SMOOTH_S, "s", label="smoothing"
    )
    return [
        Block(kit.px(30), make),
        _slider(low, one.low, lambda value: replace(one, low=value), desk, kit),
        _slider(high, one.high, lambda value: replace(one, high=value), desk, kit),
        _slider(smooth, one.smooth_s, lambda value: replace(one, smooth_s=value), desk, kit),
    ]


def _slider(
    row: Parameter, value: float, changed: Callable[[float], Route], desk: Desk, kit: Kit
) -> Block:
    name = f"panel.route.{row.name}"
    is_hovered = name in (desk.hovered, desk.grabbed)

    def meant(actions: Sequence[Action]) -> Sequence[Action]:
        return [
            Action("route", changed(float(action.value[1])))
            for action in actions
            if isinstance(action.value, tuple)
        ]

    def make(rect: pygame.Rect) -> Sequence[Part]:
        place = pygame.Rect(rect.x + kit.px(14), rect.y, rect.width - kit.px(14), kit.px(42))
        part = slider(kit, name, place, row, value, is_hovered)
        return [meaning(part, meant)]

    return Block(kit.px(46), make)
