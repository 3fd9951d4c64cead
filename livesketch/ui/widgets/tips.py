"""What the thing under the mouse does, and its key: a small label beside it."""

from collections.abc import Sequence

import pygame

from livesketch.ui import theme
from livesketch.ui.desk import Desk
from livesketch.ui.kit import Kit
from livesketch.ui.layout import Layout
from livesketch.ui.parts import Part

_AFTER_S = 0.35


def parts(found: Sequence[Part], desk: Desk, layout: Layout, kit: Kit, now: float) -> list[Part]:
    part = next((part for part in found if part.name == desk.hovered), None)
    if part is None or not part.tip or desk.grabbed or now - desk.hovered_since < _AFTER_S:
        return []
    lines = kit.lines(part.tip, kit.px(280), theme.SMALL)
    key_width = kit.width(part.tip_key, theme.SMALL) + kit.px(24) if part.tip_key else 0
    step = kit.px(19)
    width = max(kit.width(line, theme.SMALL) for line in lines) + key_width + kit.px(24)
    rect = pygame.Rect(0, 0, width, step * len(lines) + kit.px(12))
    space = kit.px(8)
    if layout.rail.colliderect(part.rect):
        if layout.rail.x < layout.paper.x:
            rect.midleft = (part.rect.right + space, part.rect.centery)
        else:  # for a left hand
            rect.midright = (part.rect.x - space, part.rect.centery)
    elif layout.panel.width and layout.panel.colliderect(part.rect):
        rect.midright = (layout.panel.x - space, part.rect.centery)
    else:
        rect.midbottom = (part.rect.centerx, part.rect.y - space)
        if rect.y < 0:
            rect.midtop = (part.rect.centerx, part.rect.bottom + space)
        rect.x = max(rect.x, min(part.rect.x, layout.paper.x))  # off the tools
    rect.clamp_ip(pygame.Rect(0, 0, *layout.size).inflate(-2 * space, -2 * space))

    def draw(surface: pygame.Surface) -> None:
        kit.rounded(surface, rect, 8, theme.LINE)
        kit.rounded(surface, rect.inflate(-2, -2), 8, theme.RAISED)
        y = rect.y + kit.px(6) + step // 2
        for line in lines:
            words = kit.text(line, theme.SMALL, theme.TEXT)
            surface.blit(words, words.get_rect(midleft=(rect.x + kit.px(12), y)))
            y += step
        if part.tip_key:
            cap = pygame.Rect(0, 0, key_width - kit.px(12), kit.px(20))
            cap.midright = (rect.right - kit.px(7), rect.centery)
            kit.rounded(surface, cap, 5, theme.HOVER)
            key = kit.text(part.tip_key, theme.SMALL, theme.ACCENT)
            surface.blit(key, key.get_rect(center=cap.center))

    return [Part("tip", rect, (part.tip, part.tip_key, kit.scale), draw)]
