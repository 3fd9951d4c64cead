"""Marks over the paper that are no part of the drawing: what is picked, and the axis of symmetry."""

from collections.abc import Sequence
from itertools import pairwise

import pygame

from livesketch.ui import theme
from livesketch.ui.kit import Kit
from livesketch.ui.parts import Part
from livesketch.ui.view import Point, View


def parts(view: View, rect: pygame.Rect, kit: Kit) -> list[Part]:
    found = []
    if len(view.marks.axis) == 2:
        found.append(_outline("axis", view.marks.axis, (), rect, kit, is_dashed=True))
    if len(view.marks.picked) == 5:
        corners, handle = view.marks.picked[:4], view.marks.picked[4]
        found.append(_outline("picked", (*corners, corners[0]), (*corners, handle), rect, kit))
    if len(view.marks.frame) == 4:
        corners = view.marks.frame
        found.append(_outline("frame", (*corners, corners[0]), (), rect, kit, is_dashed=True))
    return found


def _outline(
    name: str,
    points: Sequence[Point],
    handles: Sequence[Point],
    rect: pygame.Rect,
    kit: Kit,
    is_dashed: bool = False,
) -> Part:
    """A line through the points, and a handle at each of `handles`."""
    pixels = [(rect.x + x * rect.width, rect.y + y * rect.height) for x, y in points]
    grips = [(rect.x + x * rect.width, rect.y + y * rect.height) for x, y in handles]
    every = pixels + grips
    reach = kit.px(8)
    left, top = min(x for x, _ in every), min(y for _, y in every)
    right, bottom = max(x for x, _ in every), max(y for _, y in every)
    area = pygame.Rect(int(left), int(top), int(right - left) + 1, int(bottom - top) + 1)
    area = area.inflate(2 * reach, 2 * reach).clip(rect)

    def draw(surface: pygame.Surface) -> None:
        before = surface.get_clip()
        surface.set_clip(before.clip(area))
        for start, end in pairwise(pixels):
            if is_dashed:
                _dashes(surface, start, end, kit)
            else:
                pygame.draw.aaline(surface, theme.ACCENT, start, end)
        disc = kit.disc(9, theme.ACCENT)
        for grip in grips:
            surface.blit(disc, disc.get_rect(center=grip))
        surface.set_clip(before)

    state = (tuple(points), tuple(handles), kit.scale)
    return Part(name, area, state, draw)


def _dashes(surface: pygame.Surface, start: Point, end: Point, kit: Kit) -> None:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = max((dx * dx + dy * dy) ** 0.5, 1e-6)
    step = kit.px(7)
    for n in range(0, min(int(length // step) + 1, 2000), 2):
        a, b = n * step / length, min((n + 1) * step / length, 1.0)
        pygame.draw.aaline(
            surface,
            theme.ACCENT,
            (start[0] + a * dx, start[1] + a * dy),
            (start[0] + b * dx, start[1] + b * dy),
        )
