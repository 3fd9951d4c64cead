"""The two pictures: the paper or what a camera's picture became, and the face; with their empty states."""

import math
from collections.abc import Sequence

import pygame

from livesketch.controls.actions import Action, Pointer
from livesketch.ui import theme
from livesketch.ui.chords import held_keys
from livesketch.ui.desk import Desk
from livesketch.ui.kit import Kit
from livesketch.ui.layout import Focus, Layout
from livesketch.ui.parts import Part, Touch
from livesketch.ui.pictures import Pictures
from livesketch.ui.view import View
from livesketch.ui.widgets import invitation, paper_marks


def parts(view: View, desk: Desk, layout: Layout, kit: Kit, pictures: Pictures) -> list[Part]:
    found = []
    if layout.paper.width:
        if view.source == "paper":
            found.append(_paper(view, desk, layout.paper, kit, pictures))
            found += paper_marks.parts(view, desk, layout.paper, kit)
            if view.is_empty and desk.grabbed != "paper":
                is_dark = view.values.get("paper_colour") == "dark"
                has_axis = bool(view.marks.axis)
                found.append(invitation.on_paper(layout.paper, kit, view.task, is_dark, has_axis))
        else:
            found.append(_traced(view, desk, layout.paper, kit, pictures))
    found.append(_face(view, desk, layout, kit, pictures))
    return found


def _paper(view: View, desk: Desk, rect: pygame.Rect, kit: Kit, pictures: Pictures) -> Part:
    pixels = view.paper
    surface_to_show = (
        None if pixels is None else pictures.paper(pixels, rect.width, bool(view.paper_dirty))
    )

    def draw(surface: pygame.Surface) -> None:
        if surface_to_show is None:
            surface.fill(theme.PAPER, rect)
        else:
            surface.blit(surface_to_show, rect)
        kit.round_off(surface, rect, theme.RADIUS, theme.ROOM)

    changed: list[pygame.Rect] = []
    if pixels is not None and pixels.shape[0] == rect.width:
        changed = [pygame.Rect(dirty).move(rect.topleft).clip(rect) for dirty in view.paper_dirty]
    return Part(
        "paper",
        rect,
        (pictures.number("paper"), pixels is None, kit.scale),
        draw,
        lambda touch: _touched(touch, desk, rect),
        lambda notches: _wheel(notches, desk, rect),
        changed=changed,
    )


def _touched(touch: Touch, desk: Desk, rect: pygame.Rect) -> Sequence[Action]:
    """Draws; the middle button, or any with the key held, moves the paper, turns it with Shift,
    brings it nearer with Ctrl."""
    x = (touch.x - rect.x) / rect.width  # real pixels to sides of the square
    y = (touch.y - rect.y) / rect.height
    if touch.kind == "down":
        desk.is_paper_held = touch.button == 2 or desk.is_panning
    if desk.is_paper_held:
        return _paper_moved(touch, desk, x, y)
    if touch.kind == "down":
        desk.is_stroke_eraser = touch.button == 3 or desk.tool == "eraser"
    desk.last_pointer = Pointer(
        touch.kind,
        x,
        y,
        touch.time,
        desk.is_stroke_eraser,
        is_constrained="shift" in touch.held,
    )
    return [Action("pointer", desk.last_pointer)]


def _paper_moved(touch: Touch, desk: Desk, x: float, y: float) -> Sequence[Action]:
    before, desk.drag_place = desk.drag_place, (x, y)
    if touch.kind == "down" or before is None:
        return []
    if touch.kind == "up":
        desk.drag_place, desk.is_paper_held = None, False
    dx, dy = x - before[0], y - before[1]
    if "shift" in touch.held:
        turn = math.atan2(y - 0.5, x - 0.5) - math.atan2(before[1] - 0.5, before[0] - 0.5)
        return [Action("view", ("turn", math.degrees(turn), 0.5, 0.5))]
    if "ctrl" in touch.held:
        return [Action("view", ("zoom", math.exp(-3.0 * dy), 0.5, 0.5))]
    return [Action("view", ("move", dx, dy))]


def _wheel(notches: float, desk: Desk, rect: pygame.Rect) -> Sequence[Action]:
    """The width of the pen; with Ctrl nearer to what is under the mouse, with Shift the paper turns."""
    held = held_keys()
    x, y = desk.mouse or rect.center
    at = (x - rect.x) / rect.width, (y - rect.y) / rect.height
    if "ctrl" in held:
        return [Action("view", ("zoom", 1.12**notches, *at))]
    if "shift" in held:
        return [Action("view", ("turn", 5.0 * notches, *at))]
    return [Action("larger" if notches > 0 else "smaller")] * round(abs(notches))


def _traced(view: View, desk: Desk, rect: pygame.Rect, kit: Kit, pictures: Pictures) -> Part:
    sketch = view.traced
    shown = None if sketch is None else pictures.traced(sketch, rect.width)
    if view.seen is not None:
        shown = pictures.face("traced", view.seen, rect.width)

    def draw(surface: pygame.Surface) -> None:
        if shown is None:
            surface.fill(theme.PAPER, rect)
            words = kit.text("waiting for a picture…", theme.BODY, theme.PAPER_TEXT)
            surface.blit(words, words.get_rect(center=rect.center))
        else:
            surface.blit(shown, rect)
        kit.round_off(surface, rect, theme.RADIUS, theme.ROOM)

    return Part(
        "traced",
        rect,
        (pictures.number("traced"), shown is None, kit.scale),
        draw,
        lambda touch: _touched(touch, desk, rect) if touch.button != 2 else [],
        lambda notches: [Action("larger" if notches > 0 else "smaller")] * round(abs(notches)),
    )


def _face(view: View, desk: Desk, layout: Layout, kit: Kit, pictures: Pictures) -> Part:
    """With the mouse on what comes next, that: the operator compares, the audience sees this one on."""
    rect = layout.face
    picture, caption = view.face, ""
    show = view.show
    if show is not None:
        caption = f"{show.number}  {show.cue.name}" if show.cue else ""
        coming = show.next_cue
        if desk.hovered == "stage.next" and coming is not None and coming.picture is not None:
            picture, caption = coming.picture, f"next: {coming.name}"
    if picture is None:
        return invitation.face_to_come(rect, view.note, layout.focus == Focus.FACE, kit)
    shown = pictures.face("face", picture, rect.width)
    is_alone = layout.focus == Focus.FACE  # it may be what an audience looks at: no words on it

    def draw(surface: pygame.Surface) -> None:
        surface.blit(shown, rect)
        if caption and not is_alone:
            _caption(surface, rect, caption, kit)
        if layout.focus != Focus.FACE:
            kit.round_off(surface, rect, theme.RADIUS, theme.ROOM)

    return Part("face", rect, (pictures.number("face"), caption, is_alone, kit.scale), draw)


def _caption(surface: pygame.Surface, rect: pygame.Rect, words: str, kit: Kit) -> None:
    """Which cue it is, for the operator: outputs are handed the face itself."""
    said = kit.fitted(words, rect.width - kit.px(40), theme.SMALL, theme.TEXT)
    ground = said.get_rect().inflate(kit.px(16), kit.px(8))
    ground.bottomleft = (rect.x + kit.px(12), rect.bottom - kit.px(12))
    kit.rounded(surface, ground, 6, theme.SUNK)
    surface.blit(said, said.get_rect(center=ground.center))
