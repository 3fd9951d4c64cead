"""The thin column of tools left of the paper."""

from collections.abc import Mapping

import pygame

from livesketch.controls.actions import Action, row
from livesketch.controls.keys import chord_words, chords_of
from livesketch.ui.desk import Desk
from livesketch.ui.kit import Kit
from livesketch.ui.layout import Layout
from livesketch.ui.parts import Part
from livesketch.ui.theme import CELL
from livesketch.ui.view import View
from livesketch.ui.widgets.controls import icon_button

_GROUPS: tuple[tuple[str, ...], ...] = (
    ("pen", "eraser", "line", "ellipse", "select", "mask", "fill"),
    ("undo", "redo", "clear"),
    ("toggle_camera",),
    ("open", "save", "save_face"),
    ("panel", "help"),
)


def parts(view: View, desk: Desk, layout: Layout, kit: Kit, keys: Mapping[str, str]) -> list[Part]:
    rail = layout.rail
    names = [name for group in _GROUPS for name in group]
    space, between = kit.px(4), kit.px(14)
    breaks = between * (len(_GROUPS) - 1)
    cell = min(kit.px(CELL), (rail.height - breaks) // len(names) - space)
    if cell < 8:
        return []
    is_paper = view.source == "paper"
    is_on = {
        **{name: desk.tool == name for name in _GROUPS[0]},
        "toggle_camera": not is_paper,
        "panel": desk.is_panel_open,
        "help": desk.is_help_open,
    }
    is_usable = {
        "undo": view.can_undo,
        "redo": view.can_redo,
        "clear": not view.is_empty,
        **dict.fromkeys(("select", "mask", "fill"), is_paper),
        "save": is_paper and not view.is_empty,
        "save_face": view.face is not None,
    }
    found = []
    y = rail.y
    for group in _GROUPS:
        if group[0] == "panel":  # what belongs to the window stands at the foot
            y = max(y, rail.bottom - len(group) * (cell + space) + space)
        for name in group:
            part_name = f"rail.{name}"
            chords = chords_of(name, keys)
            described = row(name)
            found.append(
                icon_button(
                    kit,
                    part_name,
                    pygame.Rect(rail.centerx - cell // 2, y, cell, cell),
                    name,
                    lambda name=name: [Action(name)],
                    is_on=is_on.get(name, False),
                    is_usable=is_usable.get(name, True),
                    is_hovered=desk.hovered == part_name,
                    tip=described.help if described else name,
                    tip_key=chord_words(chords[0]) if chords else "",
                )
            )
            y += cell + space
        y += between - space
    return found
