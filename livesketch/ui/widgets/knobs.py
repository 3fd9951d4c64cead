"""The few knobs that matter, under the paper; the panel has all of them."""

import pygame

from livesketch.parameters import Parameter, parameter
from livesketch.ui.desk import Desk
from livesketch.ui.kit import Kit
from livesketch.ui.layout import Layout
from livesketch.ui.parts import Part
from livesketch.ui.view import View
from livesketch.ui.widgets import palette
from livesketch.ui.widgets.controls import slider

PAINTING = ("mask", "fill")  # tools that paint parts


def parts(view: View, desk: Desk, layout: Layout, kit: Kit) -> list[Part]:
    rows = _rows(view, desk)
    area = layout.knobs
    if view.source == "paper" and (view.task == "mask" or desk.tool in PAINTING):
        return palette.parts(view, desk, area, kit)
    gap = kit.px(32 if area.width > kit.px(420) else 18)
    width = (area.width - gap * (len(rows) - 1)) // len(rows)
    top = area.y + kit.px(18 if not layout.is_stacked else 10)
    found = []
    for number, row in enumerate(rows):
        name = f"knob.{row.name}"
        rect = pygame.Rect(area.x + number * (width + gap), top, width, kit.px(42))
        is_hovered = name in (desk.hovered, desk.grabbed)
        value = view.values.get(row.name, row.default)
        found.append(slider(kit, name, rect, row, value, is_hovered))
    return found


def applies(row: Parameter, view: View) -> bool:
    """Whether the model that plays listens to it; an unknown one is offered everything."""
    is_kind = not row.kinds or not view.kind or view.kind in row.kinds
    return is_kind and (not row.tasks or not view.task or view.task in row.tasks)


def _rows(view: View, desk: Desk) -> list[Parameter]:
    """Three of them; the first is what decides most with the model that plays."""
    first = ["look_mix"] if view.kind == "psp" else ["faithful"]
    if view.source == "paper":
        names = [*first, "eraser_size" if desk.tool == "eraser" else "size", "stabilizer"]
    elif view.task in ("lowres", "photo"):
        names = ["photo_look", "shrink", "smoothing"]
    else:
        names = [*first, "line_detail", "smoothing"]
    return [row for row in map(parameter, names) if applies(row, view)]
