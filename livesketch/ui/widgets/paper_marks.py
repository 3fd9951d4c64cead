"""Marks over the paper that are no part of the drawing: what is picked, and the axis of symmetry with
its handle."""

from collections.abc import Sequence
from itertools import pairwise

import pygame

from livesketch.controls.actions import Action
from livesketch.parameters import parameter
from livesketch.ui import theme
from livesketch.ui.desk import Desk
from livesketch.ui.kit import Kit
from livesketch.ui.parts import Part, Touch
from livesketch.ui.view import Point, View

_AXIS = "symmetry_axis"
_GRIP = 26.0  # units: the handle of the axis
_CAUGHT = 0.008  # paper sides: so near to the middle of the paper the axis stays there


def parts(view: View, desk: Desk, rect: pygame.Rect, kit: Kit) -> list[Part]:
    found = []
    if len(view.marks.axis) == 2:
        found.append(_outline("axis", view.marks.axis, (), rect, kit, is_dashed=True))
        found += _axis_handle(view, desk, rect, kit)
    if len(view.marks.picked) == 5:
        corners, handle = view.marks.picked[:4], view.marks.picked[4]
        found.append(_outline("picked", (*corners, corners[0]), (*corners, handle), rect, kit))
    if len(view.marks.frame) == 4:
        corners = view.marks.frame
        found.append(_outline("frame", (*corners, corners[0]), (), rect, kit, is_dashed=True))
    return found


def _axis_handle(view: View, desk: Desk, rect: pygame.Rect, kit: Kit) -> list[Part]:
    """At the axis' upper end that is seen; a pen or a mouse moves the axis by it."""
    seen = _within(view.marks.axis[0], view.marks.axis[1])
    if seen is None:
        return []
    (x0, y0), (x1, y1) = sorted(seen, key=lambda point: point[1])
    side = kit.px(_GRIP)
    length = max(((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5, 1e-6)
    share = min(0.7 * side / rect.width / length, 0.5)
    centre = (x0 + share * (x1 - x0), y0 + share * (y1 - y0))
    grip = pygame.Rect(0, 0, side, side)
    grip.center = (round(rect.x + centre[0] * rect.width), round(rect.y + centre[1] * rect.height))
    grip.clamp_ip(rect)
    is_lit = desk.grabbed == "axis.handle" or desk.hovered == "axis.handle"
    across = view.marks.across
    value = float(view.values.get(_AXIS, 0.5))

    def draw(surface: pygame.Surface) -> None:
        disc = kit.disc(_GRIP - 4, theme.ACCENT if is_lit else theme.RAISED)
        surface.blit(disc, disc.get_rect(center=grip.center))
        arrows = theme.INK if is_lit else theme.ACCENT
        x, y = grip.center
        near, far, half = kit.px(2.5), kit.px(7.5), kit.px(4)
        for way in (-1, 1):
            points = [(x + way * near, y - half), (x + way * far, y), (x + way * near, y + half)]
            pygame.draw.polygon(surface, arrows, points)

    def touch(touch: Touch) -> list[Action]:
        if touch.button == 3:
            is_asked = touch.kind == "down"
            return [Action("set", (_AXIS, parameter(_AXIS).default))] if is_asked else []
        if touch.kind != "move":
            return []
        dx = (touch.x - rect.x) / rect.width - view.marks.axis[0][0]
        dy = (touch.y - rect.y) / rect.height - view.marks.axis[0][1]
        square = across[0] ** 2 + across[1] ** 2
        moved = value + (dx * across[0] + dy * across[1]) / max(square, 1e-9)
        moved = 0.5 if abs(moved - 0.5) < _CAUGHT else moved
        return [Action("set", (_AXIS, min(max(moved, 0.0), 1.0)))]

    state = (is_lit, kit.scale)
    tip = "Move the axis; the right button brings it back to the middle"
    return [Part("axis.handle", grip, state, draw, touch, tip=tip)]


def _within(start: Point, end: Point) -> tuple[Point, Point] | None:
    """The piece of a line that lies in the square 0..1 (Liang & Barsky 1984); None where none does."""
    first, last = 0.0, 1.0
    for axis in (0, 1):
        step = end[axis] - start[axis]
        for ahead, room in ((-step, start[axis]), (step, 1.0 - start[axis])):
            if abs(ahead) < 1e-12:
                if room < 0.0:
                    return None
            elif ahead < 0.0:
                first = max(first, room / ahead)
            else:
                last = min(last, room / ahead)
    if first >= last:
        return None
    dx, dy = end[0] - start[0], end[1] - start[1]
    return (
        (start[0] + first * dx, start[1] + first * dy),
        (start[0] + last * dx, start[1] + last * dy),
    )


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
