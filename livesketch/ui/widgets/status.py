"""The line at the foot: how fast it is, what one draws with, what plays; and the sentence when something failed."""

from collections.abc import Mapping

import pygame

from livesketch.controls.actions import Action
from livesketch.controls.keys import chord_words, chords_of
from livesketch.ui import theme
from livesketch.ui.desk import Desk
from livesketch.ui.kit import Kit
from livesketch.ui.layout import Layout
from livesketch.ui.parts import Part, Touch
from livesketch.ui.view import Stats, View

STAYS_S = 9.0
FADES_S = 1.0
_HINTS = (("focus", "pictures only"), ("full_screen", "full screen"), ("help", "keys"))


def line(view: View, desk: Desk, layout: Layout, kit: Kit, keys: Mapping[str, str]) -> Part:
    rect = layout.status
    said = [*_figures(desk.stats), view.input_label, view.device]
    hints = [
        (chord_words(chords[0]), words)
        for name, words in _HINTS
        if (chords := chords_of(name, keys))
    ]

    def draw(surface: pygame.Surface) -> None:
        surface.fill(theme.SUNK, rect)
        x = rect.x + kit.px(20)
        for words in said:
            if not words:
                continue
            room = rect.right - kit.px(12) - x
            if room < kit.px(40):
                break
            picture = kit.fitted(words, room, theme.SMALL, theme.TEXT)
            surface.blit(picture, picture.get_rect(midleft=(x, rect.centery)))
            x += picture.get_width() + kit.px(24)
        widths = [
            kit.width(key, theme.SMALL) + kit.width(words, theme.SMALL) + kit.px(30)
            for key, words in hints
        ]
        right = rect.right - kit.px(20)
        if right - sum(widths) < x:
            return
        for (key, words), width in zip(reversed(hints), reversed(widths), strict=True):
            start = right - width + kit.px(22)
            shown_key = kit.text(key, theme.SMALL, theme.GREY)
            surface.blit(shown_key, shown_key.get_rect(midleft=(start, rect.centery)))
            shown = kit.text(words, theme.SMALL, theme.FAINT)
            surface.blit(shown, shown.get_rect(midright=(right, rect.centery)))
            right -= width

    return Part("status", rect, (tuple(said), tuple(hints), kit.scale), draw)


def _figures(stats: Stats) -> list[str]:
    words = ""
    if stats.p50_ms is not None:
        words = f"pen → face {stats.p50_ms:.0f} ms"
        if stats.p95_ms is not None:
            words += f"   p95 {stats.p95_ms:.0f}"
    rate = "" if stats.faces_per_s is None else f"{stats.faces_per_s:.0f} faces/s"
    return [words, rate]


def message(view: View, desk: Desk, layout: Layout, kit: Kit, now: float) -> list[Part]:
    """A bar over the status line: it covers no picture, and goes by itself or by a click."""
    said = view.message
    if said is None or said == desk.closed_message:
        return []
    age = now - desk.message_at
    if age > STAYS_S + FADES_S:
        return []
    opacity = round(255 * min(1.0, max(0.0, (STAYS_S + FADES_S - age) / FADES_S)) / 15) * 15
    margin = kit.px(20)
    width = layout.size[0] - 2 * margin
    one_line = kit.width(said.sentence) + kit.px(12) + kit.width(said.hint) <= width - kit.px(24)
    sentences = kit.lines(said.sentence, width - kit.px(24))
    hints = [] if one_line else kit.lines(said.hint, width - kit.px(24))
    if one_line:
        sentences = [said.sentence]
    step = kit.px(20)
    height = max(kit.px(theme.STATUS_ROW), kit.px(12) + step * (len(sentences) + len(hints)))
    rect = pygame.Rect(0, layout.size[1] - height, layout.size[0], height)

    def paint(target: pygame.Surface, area: pygame.Rect) -> None:
        target.fill(theme.RAISED, area)
        colour = theme.ACCENT if said.is_error else theme.GREEN
        target.fill(colour, (area.x, area.y, kit.px(4), area.height))
        lines = [(words, theme.TEXT) for words in sentences]
        lines += [(words, theme.GREY) for words in hints]
        y = area.centery - step * len(lines) / 2 + step / 2
        for words, ink in lines:
            picture = kit.fitted(words, width, theme.BODY, ink)
            place = picture.get_rect(midleft=(area.x + margin, round(y)))
            target.blit(picture, place)
            if one_line and said.hint:
                hint = kit.text(said.hint, theme.BODY, theme.GREY)
                target.blit(hint, hint.get_rect(midleft=(place.right + kit.px(12), round(y))))
            y += step

    def draw(surface: pygame.Surface) -> None:
        if opacity >= 255:
            paint(surface, rect)
            return
        fading = pygame.Surface(rect.size)
        paint(fading, fading.get_rect())
        fading.set_alpha(opacity)
        surface.blit(fading, rect)

    def put_away(touch: Touch) -> list[Action]:
        desk.closed_message = said
        return []

    return [Part("message", rect, (said, opacity, kit.scale), draw, put_away)]
