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


def parts(view: View, desk: Desk, layout: Layout, kit: Kit) -> list[Part]:
    rows = [row for row in _rows(view, desk) if applies(row, view.kind)]
    area = layout.knobs
    if view.source == "paper" and desk.tool in ("mask", "fill"):
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


def applies(row: Parameter, kind: str) -> bool:
    """Whether that kind of model listens to it; an unknown kind is offered everything."""
    return not row.kinds or not kind or kind in row.kinds


def _rows(view: View, desk: Desk) -> list[Parameter]:
    if view.source == "paper":
        size = "eraser_size" if desk.tool == "eraser" else "size"
        return [parameter(name) for name in ("faithful", size, "stabilizer")]
    return [parameter(name) for name in ("faithful", "line_detail", "smoothing")]
