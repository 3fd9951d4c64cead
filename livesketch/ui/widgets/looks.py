"""The little faces under the face, one tap each, and the keys to the next person."""

from collections.abc import Mapping

import pygame

from livesketch.controls.actions import Action, row
from livesketch.controls.keys import chord_words, chords_of
from livesketch.ui import theme
from livesketch.ui.desk import Desk
from livesketch.ui.kit import Kit
from livesketch.ui.layout import Layout
from livesketch.ui.parts import Part, button
from livesketch.ui.pictures import Pictures
from livesketch.ui.view import LookCard, View
from livesketch.ui.widgets.controls import icon_button

_ASK = ("previous_person", "next_person", "random_person", "hold")


def parts(
    view: View, desk: Desk, layout: Layout, kit: Kit, pictures: Pictures, keys: Mapping[str, str]
) -> list[Part]:
    area = layout.looks
    cell = kit.px(34)
    side = kit.px(46)
    middle = area.y + kit.px(18 if not layout.is_stacked else 8) + side // 2
    buttons = _buttons(view, desk, kit, area, middle, cell, keys)
    left = area.x
    room = buttons[0].rect.x - kit.px(12) - left
    gap = kit.px(8)
    count = max(0, min(len(view.looks), (room + gap) // (side + gap)))
    first = 0
    if view.look_index is not None and count:
        first = max(0, min(view.look_index - count // 2, len(view.looks) - count))
    found = []
    for number in range(first, first + count):
        x = left + (number - first) * (side + gap)
        rect = pygame.Rect(x, middle - side // 2, side, side)
        found.append(_card(view, desk, kit, pictures, number, rect))
    return [*found, *buttons]


def _buttons(
    view: View,
    desk: Desk,
    kit: Kit,
    area: pygame.Rect,
    middle: int,
    cell: int,
    keys: Mapping[str, str],
) -> list[Part]:
    found = []
    x = area.right - len(_ASK) * cell
    for number, name in enumerate(_ASK):
        part_name = f"looks.{name}"
        chords = chords_of(name, keys)
        described = row(name)
        tip = described.help if described else name
        icon = name
        if name == "hold":
            icon = "hold" if view.is_held else "release"
            tip = "Let this person go" if view.is_held else tip
        found.append(
            icon_button(
                kit,
                part_name,
                pygame.Rect(x + number * cell, middle - cell // 2, cell, cell),
                icon,
                lambda name=name: [Action(name)],
                is_on=name == "hold" and view.is_held,
                is_filled=False,
                is_hovered=desk.hovered == part_name,
                tip=tip,
                tip_key=chord_words(chords[0]) if chords else "",
                icon_size=20,
            )
        )
    return found


def _card(
    view: View, desk: Desk, kit: Kit, pictures: Pictures, number: int, rect: pygame.Rect
) -> Part:
    card: LookCard = view.looks[number]
    is_playing = number == view.look_index
    name = f"look.{number}"
    is_hovered = desk.hovered == name
    shown = None if card.picture is None else pictures.face(name, card.picture, rect.width)
    frame = rect.inflate(kit.px(6), kit.px(6))

    def draw(surface: pygame.Surface) -> None:
        around = theme.ROOM
        if is_playing or is_hovered:
            around = theme.ACCENT if is_playing else theme.LINE
            kit.rounded(surface, frame, 9, around)
        if shown is None:
            kit.rounded(surface, rect, 6, theme.RAISED)
            words = kit.fitted(card.name, rect.width - kit.px(4), theme.SMALL, theme.GREY)
            surface.blit(words, words.get_rect(center=rect.center))
        else:
            surface.blit(shown, rect)
            kit.round_off(surface, rect, 6, around)

    state = (pictures.number(name), shown is None, card.name, is_playing, is_hovered, kit.scale)
    act = button(lambda: [Action("pick_look", number)])
    return Part(name, frame, state, draw, act, tip=card.name)
