"""The two pictures: the paper or what a camera's picture became, and the face; with their empty states."""

from collections.abc import Sequence

import pygame

from livesketch.controls.actions import Action, Pointer
from livesketch.ui import theme
from livesketch.ui.desk import Desk
from livesketch.ui.kit import Kit
from livesketch.ui.layout import Focus, Layout
from livesketch.ui.parts import Part, Touch
from livesketch.ui.pictures import Pictures
from livesketch.ui.view import View
from livesketch.ui.widgets import invitation


def parts(view: View, desk: Desk, layout: Layout, kit: Kit, pictures: Pictures) -> list[Part]:
    found = []
    if layout.paper.width:
        if view.source == "paper":
            found.append(_paper(view, desk, layout.paper, kit, pictures))
            if view.is_empty and desk.grabbed != "paper":
                found.append(invitation.on_paper(layout.paper, kit))
        else:
            found.append(_traced(view, layout.paper, kit, pictures))
    found.append(_face(view, layout, kit, pictures))
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
        lambda touch: _pen(touch, desk, rect),
        lambda notches: [Action("larger" if notches > 0 else "smaller")] * round(abs(notches)),
        changed=changed,
    )


def _pen(touch: Touch, desk: Desk, rect: pygame.Rect) -> Sequence[Action]:
    """Real pixels to units of the paper's side."""
    if touch.kind == "down":
        desk.is_stroke_eraser = touch.button == 3 or desk.tool == "eraser"
    x = (touch.x - rect.x) / rect.width
    y = (touch.y - rect.y) / rect.height
    desk.last_pointer = Pointer(touch.kind, x, y, touch.time, desk.is_stroke_eraser)
    return [Action("pointer", desk.last_pointer)]


def _traced(view: View, rect: pygame.Rect, kit: Kit, pictures: Pictures) -> Part:
    sketch = view.traced
    shown = None if sketch is None else pictures.traced(sketch, rect.width)

    def draw(surface: pygame.Surface) -> None:
        if shown is None:
            surface.fill(theme.PAPER, rect)
            words = kit.text("waiting for a picture…", theme.BODY, theme.PAPER_TEXT)
            surface.blit(words, words.get_rect(center=rect.center))
        else:
            surface.blit(shown, rect)
        kit.round_off(surface, rect, theme.RADIUS, theme.ROOM)

    return Part("traced", rect, (pictures.number("traced"), shown is None, kit.scale), draw)


def _face(view: View, layout: Layout, kit: Kit, pictures: Pictures) -> Part:
    rect = layout.face
    if view.face is None:
        return invitation.face_to_come(rect, view.note, layout.focus == Focus.FACE, kit)
    shown = pictures.face("face", view.face, rect.width)

    def draw(surface: pygame.Surface) -> None:
        surface.blit(shown, rect)
        if layout.focus != Focus.FACE:
            kit.round_off(surface, rect, theme.RADIUS, theme.ROOM)

    return Part("face", rect, (pictures.number("face"), kit.scale), draw)
