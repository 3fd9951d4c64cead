"""What an empty paper says, and the calm place where a face will be: outlines, no default face."""

import pygame

from livesketch.canvas.paper import COLOURS
from livesketch.ui import theme
from livesketch.ui.kit import Kit
from livesketch.ui.parts import Part

WORDS = {"mask": "Paint a face", "lowres": "W: the camera", "photo": "W: the camera"}


def on_paper(
    rect: pygame.Rect, kit: Kit, task: str = "", is_dark: bool = False, has_axis: bool = False
) -> Part:
    """Nothing but words and a faint head in the middle: the paper below hears the pen.

    has_axis: the axis of symmetry is seen, and makes room for the words.
    """
    paper = COLOURS["dark" if is_dark else "light"][0]

    def put(surface: pygame.Surface, words: pygame.Surface, middle: tuple[int, int]) -> None:
        place = words.get_rect(center=middle)
        if has_axis:
            surface.fill(paper, place.inflate(kit.px(16), kit.px(6)).clip(rect))
        surface.blit(words, place)

    def draw(surface: pygame.Surface) -> None:
        _head(surface, rect, kit, theme.DARK_PAPER_LINE if is_dark else theme.PAPER_LINE)
        middle = (rect.centerx, rect.y + round(0.54 * rect.height))
        words = kit.text(WORDS.get(task, "Draw a face"), theme.TITLE, theme.PAPER_TEXT)
        put(surface, words, middle)
        hints = "W  camera      Ctrl+O  open, or drop a file"
        quiet = kit.fitted(hints, round(rect.width * 0.9), theme.SMALL, theme.PAPER_TEXT)
        put(surface, quiet, (rect.centerx, rect.bottom - kit.px(26)))

    return Part("invitation", rect, (task, is_dark, has_axis, kit.scale), draw)


def face_to_come(rect: pygame.Rect, note: str, is_alone: bool, kit: Kit) -> Part:
    def draw(surface: pygame.Surface) -> None:
        if is_alone:
            surface.fill(theme.ROOM, rect)
        else:
            kit.rounded(surface, rect, theme.RADIUS, theme.SUNK)
            _head(surface, rect, kit, theme.HOVER)
        if note:
            words = kit.fitted(note, round(rect.width * 0.8), theme.BODY, theme.GREY)
            surface.blit(words, words.get_rect(center=(rect.centerx, rect.bottom - kit.px(28))))

    return Part("face", rect, ("none", note, is_alone, kit.scale), draw)


def _head(surface: pygame.Surface, rect: pygame.Rect, kit: Kit, colour: theme.Colour) -> None:
    """Where the model expects a head: 0.48 × 0.66 of the square around (0.5, 0.54)."""
    width, height = round(0.48 * rect.width), round(0.66 * rect.height)
    if width < 8:
        return
    outline = kit.ellipse(width, height, kit.px(1.5), colour)
    middle = (rect.centerx, rect.y + round(0.54 * rect.height))
    surface.blit(outline, outline.get_rect(center=middle))
