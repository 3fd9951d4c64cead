"""The small controls every panel is made of: icon buttons, word buttons, sliders, switches, segments."""

import math
from collections.abc import Callable, Sequence

import pygame

from livesketch.controls.actions import Action
from livesketch.parameters import Parameter, Value
from livesketch.ui import theme
from livesketch.ui.kit import Kit
from livesketch.ui.parts import Part, Touch, button


def icon_button(
    kit: Kit,
    name: str,
    rect: pygame.Rect,
    icon: str,
    act: Callable[[], Sequence[Action]],
    *,
    is_on: bool = False,
    is_filled: bool = True,  # how "on" looks: a coloured ground, or a coloured icon
    is_usable: bool = True,
    is_hovered: bool = False,
    tip: str = "",
    tip_key: str = "",
    icon_size: float = 22.0,
) -> Part:
    def draw(surface: pygame.Surface) -> None:
        if is_on and is_filled:
            kit.rounded(surface, rect, 9, theme.ACCENT)
        elif is_hovered:
            kit.rounded(surface, rect, 9, theme.HOVER)
        if not is_usable:
            colour = theme.FAINT
        elif is_on:
            colour = theme.INK if is_filled else theme.ACCENT
        else:
            colour = theme.TEXT if is_hovered else theme.GREY
        size = min(icon_size, rect.height / kit.scale * 0.62)
        picture = kit.icon(icon, size, colour)
        surface.blit(picture, picture.get_rect(center=rect.center))

    state = (icon, is_on, is_usable, is_hovered, kit.scale)
    return Part(name, rect, state, draw, button(act), tip=tip, tip_key=tip_key)


def word_button(
    kit: Kit,
    name: str,
    rect: pygame.Rect,
    words: str,
    act: Callable[[], Sequence[Action]],
    *,
    is_main: bool = False,
    is_hovered: bool = False,
    size: float = theme.SMALL,
) -> Part:
    def draw(surface: pygame.Surface) -> None:
        if is_main:
            kit.rounded(surface, rect, 7, theme.ACCENT)
        else:
            kit.rounded(surface, rect, 7, theme.LINE if is_hovered else theme.HOVER)
        colour = theme.INK if is_main else theme.TEXT
        picture = kit.fitted(words, rect.width - kit.px(8), size, colour)
        surface.blit(picture, picture.get_rect(center=rect.center))

    return Part(name, rect, (words, is_main, is_hovered, kit.scale), draw, button(act))


def shown_value(row: Parameter, value: Value) -> str:
    """A number as people read it beside its slider: "0.50", "5.0 ‰"."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if row.high - row.low <= 2:
        return f"{value:.2f} {row.unit}".strip()
    return f"{value:.3g} {row.unit}".strip()


def position(row: Parameter, value: float) -> float:
    """Where the knob stands, 0..1; wide ranges move by ratios so that small values can be met."""
    if row.low > 0 and row.high / row.low >= 10:
        t = math.log(max(value, row.low) / row.low) / math.log(row.high / row.low)
    else:
        t = (value - row.low) / (row.high - row.low)
    return min(1.0, max(0.0, t))


def value_at(row: Parameter, t: float) -> float:
    """The value of a knob that stands at t (0..1)."""
    t = min(1.0, max(0.0, t))
    if row.low > 0 and row.high / row.low >= 10:
        return row.low * (row.high / row.low) ** t
    return row.low + t * (row.high - row.low)


def slider(
    kit: Kit, name: str, rect: pygame.Rect, row: Parameter, value: Value, is_hovered: bool
) -> Part:
    """Label above, track below. The right button brings the default back."""
    number = float(value)
    track_y = rect.y + kit.px(31)
    radius = kit.px(7.5)
    left, right = rect.x + radius, rect.right - radius

    def draw(surface: pygame.Surface) -> None:
        room = rect.width - kit.px(48)  # the value comes beside it
        title = row.title if kit.width(row.title, theme.SMALL) <= room else _short(row)
        room = room if is_hovered else rect.width
        label = kit.fitted(title, room, theme.SMALL, theme.GREY)
        surface.blit(label, (rect.x, rect.y))
        if is_hovered:
            words = kit.text(shown_value(row, value), theme.SMALL, theme.TEXT)
            surface.blit(words, (rect.right - words.get_width(), rect.y))
        thick = max(2, kit.px(3.5))
        x = round(left + position(row, number) * (right - left))
        track = pygame.Rect(rect.x, track_y - thick // 2, rect.width, thick)
        kit.rounded(surface, track, 2, theme.LINE)
        kit.rounded(surface, pygame.Rect(track.x, track.y, x - rect.x, thick), 2, theme.ACCENT)
        knob = kit.disc(15, theme.KNOB)
        surface.blit(knob, knob.get_rect(center=(x, track_y)))

    def touch(touch: Touch) -> Sequence[Action]:
        if touch.kind == "up":
            return ()
        if touch.button == 3:
            return [Action("set", (row.name, row.default))]
        if touch.button != 1:
            return ()
        return [Action("set", (row.name, value_at(row, (touch.x - left) / max(1, right - left))))]

    def wheel(notches: float) -> Sequence[Action]:
        moved = position(row, number) + 0.02 * notches
        return [Action("set", (row.name, value_at(row, moved)))]

    state = (number, is_hovered, row.title, kit.scale)
    return Part(name, rect, state, draw, touch, wheel, tip=row.help)


def _short(row: Parameter) -> str:
    """What a narrow slider is called."""
    return row.name.replace("_", " ")


def switch(
    kit: Kit, name: str, rect: pygame.Rect, row: Parameter, value: Value, is_hovered: bool
) -> Part:
    is_on = bool(value)

    def draw(surface: pygame.Surface) -> None:
        box = pygame.Rect(0, 0, kit.px(34), kit.px(20))
        box.midright = (rect.right, rect.centery)
        colour = theme.TEXT if is_hovered else theme.GREY
        label = kit.fitted(row.title, box.x - rect.x - kit.px(8), theme.SMALL, colour)
        surface.blit(label, label.get_rect(midleft=(rect.x, rect.centery)))
        kit.rounded(surface, box, 10, theme.ACCENT if is_on else theme.LINE)
        knob = kit.disc(14, theme.KNOB if is_on else theme.GREY)
        x = box.right - kit.px(10) if is_on else box.x + kit.px(10)
        surface.blit(knob, knob.get_rect(center=(x, box.centery)))

    return Part(
        name,
        rect,
        (is_on, is_hovered, row.title, kit.scale),
        draw,
        button(lambda: [Action("set", (row.name, not is_on))]),
        tip=row.help,
    )


def segments(
    kit: Kit,
    name: str,
    rect: pygame.Rect,
    choices: Sequence[tuple[str, str]],
    chosen: str | frozenset[str],
    choose: Callable[[str], Sequence[Action]],
    hovered: str,
    tip: str = "",
) -> list[Part]:
    """Buttons side by side, one of them chosen, or some. choices: (name, label). Falls into rows where narrow."""
    gap = kit.px(4)
    widest = max((kit.width(label, theme.SMALL) for _, label in choices), default=0) + kit.px(20)
    per_row = max(1, min(len(choices), (rect.width + gap) // (widest + gap)))
    width = (rect.width - gap * (per_row - 1)) // per_row
    height = kit.px(28)
    parts = []
    for number, (choice, label) in enumerate(choices):
        x = rect.x + (number % per_row) * (width + gap)
        y = rect.y + (number // per_row) * (height + gap)
        parts.append(
            _segment(
                kit,
                f"{name}.{choice}",
                pygame.Rect(x, y, width, height),
                label,
                choice in chosen if isinstance(chosen, frozenset) else choice == chosen,
                hovered,
                button(lambda choice=choice: choose(choice)),
                tip,
            )
        )
    return parts


def segments_height(kit: Kit, width: int, choices: Sequence[tuple[str, str]]) -> int:
    gap = kit.px(4)
    widest = max((kit.width(label, theme.SMALL) for _, label in choices), default=0) + kit.px(20)
    per_row = max(1, min(len(choices), (width + gap) // (widest + gap)))
    return math.ceil(len(choices) / per_row) * (kit.px(28) + gap) - gap


def _segment(
    kit: Kit,
    name: str,
    rect: pygame.Rect,
    label: str,
    is_chosen: bool,
    hovered: str,
    touch: Callable[[Touch], Sequence[Action]],
    tip: str,
) -> Part:
    is_hovered = hovered == name

    def draw(surface: pygame.Surface) -> None:
        kit.rounded(surface, rect, 7, theme.LINE if is_chosen or is_hovered else theme.HOVER)
        colour = theme.ACCENT if is_chosen else (theme.TEXT if is_hovered else theme.GREY)
        words = kit.fitted(label, rect.width - kit.px(8), theme.SMALL, colour)
        surface.blit(words, words.get_rect(center=rect.center))

    return Part(name, rect, (label, is_chosen, is_hovered, kit.scale), draw, touch, tip=tip)
