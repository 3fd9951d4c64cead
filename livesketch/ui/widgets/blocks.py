"""What the panel is stacked from: blocks that know their height before they know their place."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pygame

from livesketch.controls.actions import Action
from livesketch.ui import theme
from livesketch.ui.desk import Desk
from livesketch.ui.kit import Kit
from livesketch.ui.parts import Part
from livesketch.ui.widgets.controls import segments, segments_height

BETWEEN = 10.0


@dataclass(frozen=True)
class Block:
    """One row of the panel: its height in pixels and how its parts are made once its place is known."""

    height: int
    make: Callable[[pygame.Rect], Sequence[Part]]


def segmented(
    name: str,
    label: str,
    choices: Sequence[tuple[str, str]],
    chosen: str | frozenset[str],
    choose: Callable[[str], Sequence[Action]],
    desk: Desk,
    kit: Kit,
    width: int,
    tip: str = "",
) -> Block:
    """Words, and below them buttons of which one is chosen, or some."""
    label_height = kit.px(24)

    def make(rect: pygame.Rect) -> Sequence[Part]:
        def draw(surface: pygame.Surface) -> None:
            surface.blit(kit.fitted(label, rect.width, theme.SMALL, theme.GREY), rect.topleft)

        head = pygame.Rect(rect.x, rect.y, rect.width, label_height)
        below = pygame.Rect(rect.x, rect.y + label_height, rect.width, rect.height - label_height)
        row = segments(kit, name, below, choices, chosen, choose, desk.hovered, tip)
        return [Part(f"{name}.label", head, (label, kit.scale), draw), *row]

    height = label_height + segments_height(kit, width, choices) + kit.px(BETWEEN)
    return Block(height, make)
