"""Where everything lies for a size of the window: arithmetic on rectangles, nothing is drawn here."""

from dataclasses import dataclass, field, fields, replace
from enum import IntEnum

from pygame import Rect

from livesketch.ui import theme


def _nowhere() -> Rect:
    return Rect(0, 0, 0, 0)


class Focus(IntEnum):
    """How much is shown; Tab goes round."""

    EVERYTHING = 0
    PICTURES = 1
    FACE = 2


@dataclass(frozen=True)
class Layout:
    """Rectangles in real pixels; empty ones are not shown. `scale` = real pixels per unit."""

    size: tuple[int, int]
    scale: float
    focus: Focus
    is_stacked: bool
    paper: Rect
    face: Rect
    rail: Rect = field(default_factory=_nowhere)
    paper_head: Rect = field(default_factory=_nowhere)
    face_head: Rect = field(default_factory=_nowhere)
    knobs: Rect = field(default_factory=_nowhere)
    looks: Rect = field(default_factory=_nowhere)
    status: Rect = field(default_factory=_nowhere)
    panel: Rect = field(default_factory=_nowhere)
    stage: Rect = field(default_factory=_nowhere)


def scale_for(size: tuple[int, int]) -> float:
    """Real pixels per unit: text grows with the window, in steps, and is never smaller than one to one."""
    fits = min(size[0] / 1440, size[1] / 810)
    return max(1.0, min(4.0, round(fits * 8) / 8))


def arrange(
    size: tuple[int, int],
    focus: Focus = Focus.EVERYTHING,
    is_panel_open: bool = False,
    has_stage: bool = False,
    is_left_handed: bool = False,
) -> Layout:
    """Two equal squares, as large as they can be, beside each other or one above the other.

    `has_stage`: above the status line there is room for the operator of a show.
    For a left hand all of it is seen as in a mirror: the paper and its tools are on the right.
    """
    layout = _arranged(size, focus, is_panel_open, has_stage)
    return _mirrored(layout) if is_left_handed else layout


def _mirrored(layout: Layout) -> Layout:
    width = layout.size[0]

    def other_side(rect: Rect) -> Rect:
        return Rect(width - rect.right, rect.y, rect.width, rect.height) if rect.width else rect

    rects = {one.name: getattr(layout, one.name) for one in fields(layout)}
    return replace(
        layout, **{name: other_side(one) for name, one in rects.items() if isinstance(one, Rect)}
    )


def _arranged(size: tuple[int, int], focus: Focus, is_panel_open: bool, has_stage: bool) -> Layout:
    scale = scale_for(size)
    if focus == Focus.FACE:
        side = max(16, min(size))
        face = Rect((size[0] - side) // 2, (size[1] - side) // 2, side, side)
        return Layout(size, scale, focus, False, _nowhere(), face)
    if focus == Focus.PICTURES:
        return _only_pictures(size, scale)
    return _everything(size, scale, is_panel_open, has_stage)


def _only_pictures(size: tuple[int, int], scale: float) -> Layout:
    width, height = size
    gap = round(theme.GAP * scale)
    beside = min((width - 3 * gap) // 2, height - 2 * gap)
    above = min(width - 2 * gap, (height - 3 * gap) // 2)
    is_stacked = above > beside
    side = max(16, above if is_stacked else beside)
    if is_stacked:
        x, y = (width - side) // 2, (height - 2 * side - gap) // 2
        face = Rect(x, y + side + gap, side, side)
    else:
        x, y = (width - 2 * side - gap) // 2, (height - side) // 2
        face = Rect(x + side + gap, y, side, side)
    return Layout(size, scale, Focus.PICTURES, is_stacked, Rect(x, y, side, side), face)


def _everything(
    size: tuple[int, int], scale: float, is_panel_open: bool, has_stage: bool
) -> Layout:
    def px(units: float) -> int:
        return round(units * scale)

    width, height = size
    rail, gap, margin = px(theme.RAIL), px(theme.GAP), px(theme.MARGIN)
    head, knobs, status = px(theme.HEAD_ROW), px(theme.KNOBS_ROW), px(theme.STATUS_ROW)
    small_head, small_row = px(36), px(62)  # rows are tighter where everything stacks
    stage = px(theme.STAGE_ROW) if has_stage else 0
    room_high = height - status - stage
    panel = min(px(theme.PANEL), width)

    def sides(wide: int) -> tuple[int, int]:
        beside = min((wide - rail - gap - margin) // 2, room_high - head - knobs)
        above = min(wide - rail - margin, (room_high - 2 * small_head - 2 * small_row) // 2)
        return beside, above

    wide = width
    if is_panel_open and max(sides(width - panel)) >= 0.55 * max(sides(width)):
        wide = width - panel  # the pictures make room; otherwise the panel lies over them
    beside, above = sides(wide)
    is_stacked = above > beside
    side = max(16, above if is_stacked else beside)
    if is_stacked:
        head, knobs = small_head, small_row
        high = 2 * (head + side + knobs)
        x = rail + max(0, (wide - rail - margin - side) // 2)
        y = max(0, (room_high - high) // 2) + head
        paper = Rect(x, y, side, side)
        face = Rect(x, y + side + knobs + head, side, side)
    else:
        x = max(rail, (wide - 2 * side - gap) // 2)
        y = max(0, (room_high - head - side - knobs) // 2) + head
        paper = Rect(x, y, side, side)
        face = Rect(x + side + gap, y, side, side)
    bottom = face.bottom if is_stacked else paper.bottom
    return Layout(
        size,
        scale,
        Focus.EVERYTHING,
        is_stacked,
        paper,
        face,
        rail=_rail(Rect(x - rail, paper.y, rail, bottom - paper.y), room_high, scale),
        paper_head=Rect(paper.x, paper.y - head, side, head),
        face_head=Rect(face.x, face.y - head, side, head),
        knobs=Rect(paper.x, paper.bottom, side, knobs),
        looks=Rect(face.x, face.bottom, side, knobs),
        status=Rect(0, room_high + stage, width, status),
        stage=Rect(0, room_high, width, stage) if stage else _nowhere(),
        panel=Rect(width - panel, 0, panel, room_high) if is_panel_open else _nowhere(),
    )


def _rail(beside: Rect, room_high: int, scale: float) -> Rect:
    """As high as the pictures beside it, or all there is where its icons would be small."""
    margin = round(8 * scale)
    if beside.height >= round(640 * scale):
        return beside
    return Rect(beside.x, margin, beside.width, max(1, room_high - 2 * margin))
