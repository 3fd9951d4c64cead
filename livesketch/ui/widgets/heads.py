"""The two lines above the pictures: what is drawn, who appears, and the green light."""

import pygame

from livesketch.controls.actions import Action
from livesketch.ui import theme
from livesketch.ui.desk import Desk
from livesketch.ui.kit import Kit
from livesketch.ui.layout import Layout
from livesketch.ui.parts import Part
from livesketch.ui.view import View
from livesketch.ui.widgets.controls import word_button


def parts(view: View, desk: Desk, layout: Layout, kit: Kit, now: float) -> list[Part]:
    is_fresh = now - desk.fresh_at < 0.25  # a light that stays on between two faces of one stroke
    left = _recovery(view, desk, layout, kit) if view.recoverable else [_drawing(view, layout, kit)]
    return [*left, _person(view, layout, kit, is_fresh and view.face is not None)]


def _drawing(view: View, layout: Layout, kit: Kit) -> Part:
    rect = layout.paper_head
    if view.source == "paper":
        name, more = view.drawing_name, "" if view.is_saved or view.is_empty else "not saved"
    else:
        labels = {choice.name: choice.label or choice.name for choice in view.sources}
        name = labels.get(view.source, view.source)
        more = view.input_label

    def draw(surface: pygame.Surface) -> None:
        words = kit.fitted(name, rect.width, theme.HEAD, theme.TEXT)
        place = words.get_rect(midleft=(rect.x + kit.px(2), rect.centery))
        surface.blit(words, place)
        left = place.right + kit.px(12)
        if more and rect.right - left > kit.px(30):
            quiet = kit.fitted(more, rect.right - left, theme.SMALL, theme.GREY)
            surface.blit(quiet, quiet.get_rect(midleft=(left, rect.centery + kit.px(1))))

    return Part("head.drawing", rect, (name, more, kit.scale), draw)


def _recovery(view: View, desk: Desk, layout: Layout, kit: Kit) -> list[Part]:
    """An offer in the place of the drawing's name; the paper stays free to draw on."""
    head = layout.paper_head
    rect = pygame.Rect(head.x, head.y + kit.px(5), head.width, head.height - kit.px(10))
    height = rect.height - kit.px(8)
    forget = pygame.Rect(0, 0, kit.width("Forget it", theme.SMALL) + kit.px(20), height)
    forget.midright = (rect.right - kit.px(4), rect.centery)
    accept = pygame.Rect(0, 0, kit.width("Open it", theme.SMALL) + kit.px(20), height)
    accept.midright = (forget.x - kit.px(6), rect.centery)

    def draw(surface: pygame.Surface) -> None:
        kit.rounded(surface, rect, 9, theme.RAISED)
        words = kit.fitted(view.recoverable, accept.x - rect.x - kit.px(24), theme.SMALL)
        surface.blit(words, words.get_rect(midleft=(rect.x + kit.px(12), rect.centery)))

    return [
        Part("recover", rect, (view.recoverable, kit.scale), draw),
        word_button(
            kit,
            "recover.open",
            accept,
            "Open it",
            lambda: [Action("recover")],
            is_main=True,
        ),
        word_button(
            kit,
            "recover.forget",
            forget,
            "Forget it",
            lambda: [Action("forget")],
            is_hovered=desk.hovered == "recover.forget",
        ),
    ]


def _person(view: View, layout: Layout, kit: Kit, is_fresh: bool) -> Part:
    rect = layout.face_head
    note = view.note if view.face is not None else ""

    def draw(surface: pygame.Surface) -> None:
        light = kit.disc(11, theme.GREEN if is_fresh else theme.LINE)
        right = rect.right - kit.px(4)
        surface.blit(light, light.get_rect(midright=(right, rect.centery)))
        right -= kit.px(24)
        words = kit.fitted(view.look_name, right - rect.x, theme.HEAD, theme.TEXT, is_bold=True)
        place = words.get_rect(midleft=(rect.x + kit.px(2), rect.centery))
        surface.blit(words, place)
        left = place.right + kit.px(12)
        if note and right - left > kit.px(40):
            quiet = kit.fitted(note, right - left, theme.SMALL, theme.GREY)
            surface.blit(quiet, quiet.get_rect(midright=(right, rect.centery + kit.px(1))))

    return Part(
        "head.person",
        rect,
        (view.look_name, is_fresh, note, kit.scale),
        draw,
        tip="Green: this face answers your last stroke",
    )
