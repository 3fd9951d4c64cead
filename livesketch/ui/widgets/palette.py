"""The parts of a face as colours under the paper: one tap and the brush paints that part."""

import pygame

from livesketch.controls.actions import Action
from livesketch.frames import FACE_PARTS
from livesketch.ui import theme
from livesketch.ui.desk import Desk
from livesketch.ui.kit import Kit
from livesketch.ui.parts import Part, button
from livesketch.ui.view import View

NOT_TAKEN = "this model follows lines; M goes to one for painted parts"


def parts(view: View, desk: Desk, area: pygame.Rect, kit: Kit) -> list[Part]:
    gap = kit.px(4)
    side = min(kit.px(30), (area.width - gap * (len(FACE_PARTS) - 1)) // len(FACE_PARTS))
    if side < 4:
        return []
    chosen = str(view.values.get("part", FACE_PARTS[1][0]))
    y = area.y + kit.px(34)
    title = pygame.Rect(area.x, area.y + kit.px(10), area.width, kit.px(22))
    found = [_title(chosen, NOT_TAKEN if view.task not in ("", "mask") else "", title, kit)]
    for number, (name, colour) in enumerate(FACE_PARTS):
        rect = pygame.Rect(area.x + number * (side + gap), y, side, side)
        found.append(_swatch(name, colour, rect, name == chosen, desk, kit))
    return found


def _title(chosen: str, more: str, rect: pygame.Rect, kit: Kit) -> Part:
    def draw(surface: pygame.Surface) -> None:
        title = kit.text("part to paint", theme.SMALL, theme.GREY)
        surface.blit(title, rect.topleft)
        words = kit.text(chosen, theme.SMALL, theme.TEXT)
        left = rect.x + title.get_width() + kit.px(10)
        surface.blit(words, (left, rect.y))
        left += words.get_width() + kit.px(20)
        if more and rect.right - left > kit.px(80):
            quiet = kit.fitted(more, rect.right - left, theme.SMALL, theme.ACCENT)
            surface.blit(quiet, (left, rect.y))

    return Part("palette", rect, (chosen, more, kit.scale), draw)


def _swatch(
    name: str,
    colour: theme.Colour,
    rect: pygame.Rect,
    is_chosen: bool,
    desk: Desk,
    kit: Kit,
) -> Part:
    part_name = f"palette.{name}"
    is_hovered = desk.hovered == part_name
    choose = [Action("set", ("part", name))]
    if desk.tool not in ("mask", "fill"):
        choose.insert(0, Action("mask"))
    frame = rect.inflate(2 * kit.px(2), 2 * kit.px(2))

    def draw(surface: pygame.Surface) -> None:
        around = theme.ACCENT if is_chosen else theme.LINE if is_hovered else theme.ROOM
        kit.rounded(surface, frame, 7, around)
        kit.rounded(surface, rect, 6, colour)
        if name == FACE_PARTS[0][0]:  # nothing: it takes away
            pygame.draw.aaline(
                surface, theme.GREY, rect.inflate(-8, -8).bottomleft, rect.inflate(-8, -8).topright
            )

    return Part(
        part_name,
        frame,
        (is_chosen, is_hovered, kit.scale),
        draw,
        button(lambda: choose),
        tip=name,
    )
