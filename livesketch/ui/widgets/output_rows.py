"""How each open output looks: its light, its own layout and size, and for a projector its corners and edges."""

from collections.abc import Sequence

import pygame

from livesketch.controls.actions import Action
from livesketch.parameters import Parameter, parameter
from livesketch.ui import theme
from livesketch.ui.desk import Desk
from livesketch.ui.kit import Kit
from livesketch.ui.parts import Part, Touch, button, meaning
from livesketch.ui.view import OutputCard, Point
from livesketch.ui.widgets.blocks import Block, segmented
from livesketch.ui.widgets.controls import slider
from livesketch.ui.widgets.stage_bar import LIGHTS

STRAIGHT: tuple[Point, ...] = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
SIZES = ((640, 360), (1280, 720), (1920, 1080), (720, 720), (1080, 1080), (1080, 1920))
AS_KNOB = "as the knob"
FLIPS = (
    ("", "as it is"),
    ("h", "mirrored"),
    ("v", "upside down"),
    ("hv", "turned round"),
)
EDGES = ("left", "top", "right", "bottom")
_NEAR = 0.15  # a corner is caught from so far, in widths of the wall
_ROOM = 0.12  # round the wall, so that a corner may go outside


def blocks(card: OutputCard, desk: Desk, kit: Kit, width: int) -> list[Block]:
    """One output's rows; folded there is only its name and light."""
    name = f"panel.of.{card.name}"
    found = [_head(card, desk, kit)]
    if card.name not in desk.opened:
        return found
    layouts = [("", AS_KNOB), *((choice, choice) for choice in parameter("layout").choices)]
    found.append(
        segmented(
            f"{name}.layout",
            "its layout",
            layouts,
            card.layout,
            lambda chosen: _shape(card, "layout", chosen),
            desk,
            kit,
            width,
        )
    )
    if not card.is_screen:
        sizes = dict.fromkeys((*SIZES, card.size))
        found.append(
            segmented(
                f"{name}.size",
                "its size",
                [(f"{w}x{h}", f"{w}×{h}") for w, h in sizes],
                f"{card.size[0]}x{card.size[1]}",
                lambda chosen: _shape(card, "size", tuple(map(int, chosen.split("x")))),
                desk,
                kit,
                width,
            )
        )
        return found
    found.append(
        segmented(
            f"{name}.flip",
            "projection",
            FLIPS,
            card.flip,
            lambda chosen: _shape(card, "flip", chosen),
            desk,
            kit,
            width,
        )
    )
    found.append(_wall(card, f"{name}.corners", desk, kit, width))
    found += [_edge(card, number, f"{name}.edge", desk, kit) for number in range(len(EDGES))]
    return found


def _shape(card: OutputCard, key: str, value: object) -> Sequence[Action]:
    return [Action("shape_output", (card.name, key, value))]


def _head(card: OutputCard, desk: Desk, kit: Kit) -> Block:
    name = f"panel.of.{card.name}"
    is_open = card.name in desk.opened

    def fold() -> Sequence[Action]:
        desk.opened.symmetric_difference_update({card.name})
        return ()

    def make(rect: pygame.Rect) -> Sequence[Part]:
        def draw(surface: pygame.Surface) -> None:
            light = kit.disc(11, LIGHTS.get(card.light, theme.GREY))
            surface.blit(light, light.get_rect(midleft=(rect.x, rect.centery)))
            colour = theme.ACCENT if desk.hovered == name else theme.TEXT
            title = kit.text(card.name, theme.SMALL, colour)
            place = title.get_rect(midleft=(rect.x + kit.px(20), rect.centery))
            surface.blit(title, place)
            arrow = kit.icon("unfold" if is_open else "fold", 14, theme.GREY)
            surface.blit(arrow, arrow.get_rect(midright=(rect.right, rect.centery)))
            room = rect.right - place.right - kit.px(34)
            if room > kit.px(30):
                said = kit.fitted(card.state, room, theme.SMALL - 1, theme.GREY)
                surface.blit(said, said.get_rect(midleft=(place.right + kit.px(10), rect.centery)))

        state = (card.name, card.state, card.light, is_open, desk.hovered == name, kit.scale)
        tip = f"{kit.words(card.name)}: {kit.words(card.state)}"
        return [Part(name, rect, state, draw, button(fold), tip=tip)]

    return Block(kit.px(36), make)


def _wall(card: OutputCard, name: str, desk: Desk, kit: Kit, width: int) -> Block:
    """The display in small: its corners are dragged to where the picture is straight."""
    side = min(width, kit.px(260))
    corners = card.corners or STRAIGHT

    def make(rect: pygame.Rect) -> Sequence[Part]:
        wall = pygame.Rect(0, 0, round(side * (1 - 2 * _ROOM)), 0)
        wall.height = wall.width * 9 // 16
        wall.center = rect.center

        def place(corner: Point) -> tuple[float, float]:
            return wall.x + corner[0] * wall.width, wall.y + corner[1] * wall.height

        def draw(surface: pygame.Surface) -> None:
            surface.fill(theme.SUNK, rect)
            pygame.draw.rect(surface, theme.LINE, wall, 1)
            points = [place(corner) for corner in corners]
            pygame.draw.aalines(surface, theme.GREY, True, points)
            for point in points:
                dot = kit.disc(11, theme.ACCENT if desk.hovered == name else theme.KNOB)
                surface.blit(dot, dot.get_rect(center=point))

        def touch(touch: Touch) -> Sequence[Action]:
            if touch.kind == "up":
                desk.corner = None
                return ()
            if touch.button == 3:
                return _shape(card, "corners", ())
            here = (touch.x - wall.x) / wall.width, (touch.y - wall.y) / wall.height
            if touch.kind == "down":
                spans = [_span(here, corner) for corner in corners]
                nearest = min(range(4), key=spans.__getitem__)
                desk.corner = nearest if spans[nearest] < _NEAR else None
            if desk.corner is None:
                return ()
            moved = list(corners)
            moved[desk.corner] = (_within(here[0]), _within(here[1]))
            return _shape(card, "corners", tuple(moved))

        state = (corners, desk.hovered == name, kit.scale)
        tip = "Drag the corners until the picture is straight; the right button brings them back."
        return [Part(name, rect, state, draw, touch, tip=tip)]

    return Block(side * 9 // 16 + kit.px(10), make)


def _edge(card: OutputCard, number: int, name: str, desk: Desk, kit: Kit) -> Block:
    edges = list(card.crop or (0.0,) * 4)
    row = Parameter(
        f"edge_{EDGES[number]}",
        "outputs",
        0.0,
        "So much of this edge stays black.",
        0.0,
        0.45,
        label=f"black edge: {EDGES[number]}",
    )
    part_name = f"{name}.{EDGES[number]}"
    is_hovered = part_name in (desk.hovered, desk.grabbed)

    def meant(actions: Sequence[Action]) -> Sequence[Action]:
        for action in actions:
            if isinstance(action.value, tuple):
                edges[number] = float(action.value[1])
                return _shape(card, "crop", tuple(edges))
        return ()

    def make(rect: pygame.Rect) -> Sequence[Part]:
        place = pygame.Rect(rect.x, rect.y + kit.px(4), rect.width, kit.px(42))
        part = slider(kit, part_name, place, row, edges[number], is_hovered)
        return [meaning(part, meant)]

    return Block(kit.px(48), make)


def _span(one: Point, other: Point) -> float:
    return ((one[0] - other[0]) ** 2 + ((one[1] - other[1]) * 9 / 16) ** 2) ** 0.5


def _within(place: float) -> float:
    return round(min(max(place, -1.0), 2.0), 3)
