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
_Arranged = tuple[list[_Column], int, int, float]
_SIGN = 0.68  # of a line's height


def parts(desk: Desk, layout: Layout, kit: Kit, keys: Mapping[str, str]) -> list[Part]:
    if not desk.is_help_open:
        return []
    room = pygame.Rect(0, 0, *layout.size).inflate(-kit.px(24), -kit.px(24))
    apart, margin = kit.px(36), kit.px(56)
    key = ("help", tuple(keys.items()), tuple(room))
    columns, each, line, size = kit.once(key, lambda: _best(keys, kit, room))
    width = len(columns) * (each + apart) - apart + margin
    height = min(room.height, max(map(_rows, columns)) * line + kit.px(44))
    rect = pygame.Rect(0, 0, width, height)
    rect.center = room.center

    def draw(surface: pygame.Surface) -> None:
        kit.rounded(surface, rect, 14, theme.RAISED)
        for number, column in enumerate(columns):
            area = pygame.Rect(rect.x + margin // 2, rect.y + kit.px(22), each, height)
            area.x += number * (each + apart)
            _draw_column(surface, kit, area, column, line, size)

    def close(touch: Touch) -> Sequence[Action]:
        if touch.kind == "down":
            desk.is_help_open = False
        return ()

    whole = pygame.Rect(0, 0, *layout.size)
    state = (tuple(keys.items()), tuple(rect), kit.scale)
    ground = Part("help.ground", whole, "help", lambda surface: None, close)
    return [ground, Part("help", rect, state, draw, close)]


def _best(keys: Mapping[str, str], kit: Kit, room: pygame.Rect) -> _Arranged:
    """With the number of columns that lets the signs be largest."""
    fits = max(1, (room.width - kit.px(56)) // kit.px(190))
    every = [_arranged(keys, kit, room, count) for count in range(1, min(4, fits) + 1)]
    return max(every, key=lambda found: (round(found[3]), found[2]))


def _arranged(keys: Mapping[str, str], kit: Kit, room: pygame.Rect, count: int) -> _Arranged:
    """So many columns, their width and a line's height in pixels, the signs' size in units."""
    apart, margin = kit.px(36), kit.px(56)
    each = min(kit.px(390), (room.width - margin - (count - 1) * apart) // count)
    line, size = kit.px(27), theme.SMALL
    while True:  # smaller signs want fewer lines, and more lines want smaller signs
        columns = _balanced(_groups(keys, kit, each, size), count)
        line = min(line, (room.height - kit.px(44)) // max(1, *map(_rows, columns), 1))
        wanted = min(theme.SMALL, line / kit.scale * _SIGN)
        if wanted >= size - 0.01 or size < 7:
            return columns, each, line, size
        line, size = kit.px(27), max(wanted, size - 0.5)


def _rows(column: _Column) -> int:
    return sum(_height(rows) + 2 for _, rows in column) - 1


def _draw_column(
    surface: pygame.Surface, kit: Kit, area: pygame.Rect, column: _Column, line: int, size: float
) -> None:
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


def _groups(keys: Mapping[str, str], kit: Kit, width: int, size: float = theme.SMALL) -> _Column:
    """width: pixels of a column; what does not fit beside its keys is broken into lines."""

    def lines(help: str, chords: Sequence[str]) -> list[str]:
        caps = [_cap_width(kit, kit.width(chord_words(one), size - 1)) for one in chords]
        room = width - sum(caps) - kit.px(5) * len(caps) - kit.px(8)
        return kit.lines(help, max(room, kit.px(60)), size)

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
