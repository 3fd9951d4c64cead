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
    if desk.tool == "select" or (desk.grabbed == "paper" and desk.grabbed_button == 2):
        return []
    is_eraser = (
        desk.is_stroke_eraser if desk.grabbed in ("paper", "traced") else desk.tool == "eraser"
    )
    name = "eraser_size" if is_eraser or desk.tool == "mask" else "size"
    thousandths = float(view.values.get(name, defaults()[name]))
    diameter = thousandths / 1000 * layout.paper.width * view.marks.zoom
    circle = kit.ring(max(kit.px(8), diameter), max(1.5, 1.5 * kit.scale), theme.ACCENT)
    rect = circle.get_rect(center=desk.mouse)
    pressed = None if view.marks.pressure is None else round(8 * view.marks.pressure)
    if pressed:  # a disc that grows as one presses
        rect = rect.union(pygame.Rect(0, 0, kit.px(34), kit.px(34)).move(desk.mouse))

    def draw(surface: pygame.Surface) -> None:
        surface.blit(circle, circle.get_rect(center=desk.mouse))
        if pressed and desk.mouse is not None:
            disc = kit.disc(2 + 1.6 * pressed, theme.ACCENT)
            beside = (desk.mouse[0] + kit.px(20), desk.mouse[1] + kit.px(20))
            surface.blit(disc, disc.get_rect(center=beside))

    return [Part("cursor", rect, (round(diameter * 2), pressed, kit.scale), draw)]


def is_on_paper(view: View, desk: Desk) -> bool:
    if desk.tool == "select" or desk.is_panning:
        return False  # an arrow picks better
    pages = ("paper", "traced")
    return desk.grabbed in pages or (not desk.grabbed and desk.hovered in pages)
