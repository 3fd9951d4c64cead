"""The keys, on one card over the pictures; generated from ACTIONS."""

from collections.abc import Mapping, Sequence
from itertools import combinations, groupby, pairwise

import pygame

from livesketch.controls.actions import ACTIONS, Action
from livesketch.controls.keys import chord_words, chords_of
from livesketch.ui import theme
from livesketch.ui.desk import Desk
from livesketch.ui.kit import Kit
from livesketch.ui.layout import Layout
from livesketch.ui.parts import Part, Touch

_Row = tuple[list[str], list[str]]  # the help's lines, the chords
_Column = list[tuple[str, list[_Row]]]  # group -> its rows


def parts(desk: Desk, layout: Layout, kit: Kit, keys: Mapping[str, str]) -> list[Part]:
    if not desk.is_help_open:
        return []
    room = pygame.Rect(0, 0, *layout.size).inflate(-kit.px(24), -kit.px(24))
    line = kit.px(27)
    wanted, apart = kit.px(390), kit.px(48)
    count = max(1, min(4, (room.width - kit.px(40)) // kit.px(330)))
    width = min(room.width, count * wanted + kit.px(56) + (count - 1) * apart)
    each = (width - kit.px(56) - (count - 1) * apart) // count
    columns = _balanced(_groups(keys, kit, each), count)
    rows = max(sum(_height(group[1]) + 2 for group in column) - 1 for column in columns)
    height = min(room.height, rows * line + kit.px(52))
    line = min(line, (height - kit.px(52)) // max(1, rows))
    rect = pygame.Rect(0, 0, width, height)
    rect.center = room.center

    def draw(surface: pygame.Surface) -> None:
        kit.rounded(surface, rect, 14, theme.RAISED)
        for number, column in enumerate(columns):
            area = pygame.Rect(rect.x + kit.px(28), rect.y + kit.px(26), each, height)
            area.x += number * (each + apart)
            _draw_column(surface, kit, area, column, line)

    def close(touch: Touch) -> Sequence[Action]:
        if touch.kind == "down":
            desk.is_help_open = False
        return ()

    whole = pygame.Rect(0, 0, *layout.size)
    state = (tuple(keys.items()), tuple(rect), kit.scale)
    ground = Part("help.ground", whole, "help", lambda surface: None, close)
    return [ground, Part("help", rect, state, draw, close)]


def _draw_column(
    surface: pygame.Surface, kit: Kit, area: pygame.Rect, column: _Column, line: int
) -> None:
    size = min(theme.SMALL, line / kit.scale * 0.62)
    y = area.y
    for group, rows in column:
        surface.blit(
            kit.text(group, min(theme.HEAD, size + 2), theme.TEXT, is_bold=True), (area.x, y)
        )
        y += line
        for lines, chords in rows:
            right = area.right
            for chord in reversed(chords):
                right = _draw_cap(surface, kit, right, y + line // 2, chord, size, line)
            for words in lines:
                text = kit.fitted(words, right - area.x - kit.px(6), size, theme.GREY)
                surface.blit(text, text.get_rect(midleft=(area.x, y + line // 2)))
                y += line
        y += line


def _draw_cap(
    surface: pygame.Surface, kit: Kit, right: int, middle: int, chord: str, size: float, line: int
) -> int:
    """A key cap that ends at `right`; returns where the next one to the left may end."""
    words = kit.text(chord_words(chord), size - 1, theme.TEXT)
    width = _cap_width(kit, words.get_width())
    cap = pygame.Rect(right - width, 0, width, min(kit.px(21), line - 2))
    cap.centery = middle
    kit.rounded(surface, cap, 5, theme.HOVER)
    surface.blit(words, words.get_rect(center=cap.center))
    return cap.x - kit.px(5)


def _cap_width(kit: Kit, words_px: int) -> int:
    return max(words_px + kit.px(14), kit.px(24))


def _groups(keys: Mapping[str, str], kit: Kit, width: int) -> _Column:
    """width: pixels of a column; what does not fit beside its keys is broken into lines."""

    def lines(help: str, chords: Sequence[str]) -> list[str]:
        caps = [_cap_width(kit, kit.width(chord_words(one), theme.SMALL - 1)) for one in chords]
        room = width - sum(caps) - kit.px(5) * len(caps) - kit.px(8)
        return kit.lines(help, max(room, kit.px(60)), theme.SMALL)

    rows = [(row, chords_of(row.name, keys)) for row in ACTIONS]
    grouped = groupby((row for row in rows if row[1]), key=lambda row: row[0].group)
    return [
        (name, [(lines(row.help, chords), chords) for row, chords in group])
        for name, group in grouped
    ]


def _height(rows: Sequence[_Row]) -> int:
    return sum(len(lines) for lines, _ in rows)


def _balanced(groups: _Column, count: int) -> list[_Column]:
    """Groups in order, cut where the longest column is shortest."""
    sizes = [_height(rows) + 2 for _, rows in groups]
    count = min(count, len(groups))
    cuts = min(
        combinations(range(1, len(groups)), count - 1),
        key=lambda at: max(sum(sizes[a:b]) for a, b in pairwise((0, *at, len(groups)))),
    )
    return [groups[a:b] for a, b in pairwise((0, *cuts, len(groups)))]
