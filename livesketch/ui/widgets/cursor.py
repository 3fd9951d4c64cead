"""The circle that shows how wide the pen or the eraser is."""

import pygame

from livesketch.parameters import defaults
from livesketch.ui import theme
from livesketch.ui.desk import Desk
from livesketch.ui.kit import Kit
from livesketch.ui.layout import Layout
from livesketch.ui.parts import Part
from livesketch.ui.view import View


def parts(view: View, desk: Desk, layout: Layout, kit: Kit) -> list[Part]:
    if desk.mouse is None or not is_on_paper(view, desk):
        return []
    is_eraser = desk.is_stroke_eraser if desk.grabbed == "paper" else desk.tool == "eraser"
    name = "eraser_size" if is_eraser else "size"
    thousandths = float(view.values.get(name, defaults()[name]))
    diameter = max(kit.px(8), thousandths / 1000 * layout.paper.width)
    circle = kit.ring(diameter, max(1.5, 1.5 * kit.scale), theme.ACCENT)
    rect = circle.get_rect(center=desk.mouse)

    def draw(surface: pygame.Surface) -> None:
        surface.blit(circle, rect)

    return [Part("cursor", rect, (round(diameter * 2), kit.scale), draw)]


def is_on_paper(view: View, desk: Desk) -> bool:
    if view.source != "paper":
        return False
    return desk.grabbed == "paper" or (not desk.grabbed and desk.hovered == "paper")
