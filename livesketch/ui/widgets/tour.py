"""The tour of the first start: four cards under the pictures, which cover neither of them."""

from collections.abc import Sequence

import pygame

from livesketch.controls.actions import Action
from livesketch.ui import theme
from livesketch.ui.desk import Desk
from livesketch.ui.kit import Kit
from livesketch.ui.layout import Layout
from livesketch.ui.parts import Part
from livesketch.ui.widgets.controls import word_button

CARDS: tuple[tuple[str, str], ...] = (
    (
        "Draw a face on the paper: large or small, anywhere, in any order.",
        "The face follows every line while you make it. Ctrl+Z takes one back.",
    ),
    (
        "Under the face are people: tap one, or press Space. H holds a person.",
        "The person stays while you clear the paper and draw anew.",
    ),
    (
        "Bring a photo with Ctrl+R, an example with Ctrl+Shift+O, the camera with W.",
        "Files dropped on the window open.",
    ),
    (
        "P shows every knob, F1 every key. Nothing you draw is lost.",
        "After a crash your drawing is offered again. Shift+F1 shows these cards once more.",
    ),
)


def parts(desk: Desk, layout: Layout, kit: Kit) -> list[Part]:
    number = desk.tour_card
    if number is None or number >= len(CARDS) or not layout.knobs.width:
        return []
    area = layout.knobs if layout.is_stacked else layout.knobs.union(layout.looks)
    rect = area.inflate(kit.px(12), -kit.px(10))
    title, more = CARDS[number]
    height, between = kit.px(32), kit.px(8)
    is_last = number == len(CARDS) - 1
    go_on = pygame.Rect(0, 0, kit.px(84), height)
    go_on.midright = (rect.right - kit.px(16), rect.centery)
    skip = pygame.Rect(0, 0, 0 if is_last else kit.px(84), height)
    skip.midright = (go_on.x - between, rect.centery)
    room = skip.x - rect.x - kit.px(64)

    def draw(surface: pygame.Surface) -> None:
        kit.rounded(surface, rect, 10, theme.LINE)
        kit.rounded(surface, rect.inflate(-2, -2), 10, theme.RAISED)
        for n in range(len(CARDS)):
            dot = kit.disc(7, theme.ACCENT if n == number else theme.FAINT)
            y = rect.centery + round((n - 1.5) * kit.px(12))
            surface.blit(dot, dot.get_rect(center=(rect.x + kit.px(22), y)))
        left = rect.x + kit.px(44)
        words = kit.fitted(title, room, theme.BODY, theme.TEXT)
        surface.blit(words, words.get_rect(midleft=(left, rect.centery - kit.px(12))))
        quiet = kit.fitted(more, room, theme.SMALL, theme.GREY)
        surface.blit(quiet, quiet.get_rect(midleft=(left, rect.centery + kit.px(12))))

    def turn() -> Sequence[Action]:
        desk.tour_card = None if is_last else number + 1
        return ()

    def stop() -> Sequence[Action]:
        desk.tour_card = None
        return ()

    found = [Part("tour", rect, (number, kit.scale), draw, lambda touch: ())]
    if not is_last:
        is_hovered = desk.hovered == "tour.skip"
        found.append(word_button(kit, "tour.skip", skip, "Skip", stop, is_hovered=is_hovered))
    words = "Start" if is_last else "Next"
    found.append(word_button(kit, "tour.next", go_on, words, turn, is_main=True))
    return found
