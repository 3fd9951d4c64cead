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

PEOPLE = 1  # which card is about the people
CARDS: tuple[tuple[str, str], ...] = (
    (
        "Draw a face on the paper: large or small, anywhere, in any order.",
        "The face follows every line while you make it. Ctrl+Z takes one back.",
    ),
    (
        "Under the face are people: tap one, or press Space.",
        "H holds a person while you clear the paper and draw anew.",
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
    rect = _place(layout, kit, number)
    title, more = CARDS[number]
    height, between = kit.px(32), kit.px(8)
    is_last = number == len(CARDS) - 1
    go_words = "Start" if is_last else "Next"
    go_on = pygame.Rect(0, 0, kit.width(go_words, theme.SMALL) + kit.px(32), height)
    go_on.midright = (rect.right - kit.px(16), rect.centery)
    skip = pygame.Rect(0, 0, 0 if is_last else kit.width("Skip", theme.SMALL) + kit.px(32), height)
    skip.midright = (go_on.x - between, rect.centery)
    room = skip.x - rect.x - kit.px(56)
    lines, size, step = _lines(title, more, room, rect.height - kit.px(8), kit)
    is_short = len(lines) == 2

    def draw(surface: pygame.Surface) -> None:
        kit.rounded(surface, rect, 10, theme.LINE)
        kit.rounded(surface, rect.inflate(-2, -2), 10, theme.RAISED)
        for n in range(len(CARDS)):
            dot = kit.disc(7, theme.ACCENT if n == number else theme.FAINT)
            y = rect.centery + round((n - 1.5) * kit.px(12))
            surface.blit(dot, dot.get_rect(center=(rect.x + kit.px(22), y)))
        left = rect.x + kit.px(44)
        y = rect.centery - step * (len(lines) - 1) / 2
        for row, (words, colour) in enumerate(lines):
            is_title = is_short and row == 0 and kit.width(words, theme.BODY) <= room
            picture = kit.fitted(words, room, theme.BODY if is_title else size, colour)
            surface.blit(picture, picture.get_rect(midleft=(left, round(y))))
            y += step

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
    found.append(word_button(kit, "tour.next", go_on, go_words, turn, is_main=True))
    return found


def _place(layout: Layout, kit: Kit, number: int) -> pygame.Rect:
    """As wide as the pictures above; where they stack, all there is between them beside the rail."""
    area = pygame.Rect(layout.knobs)
    if layout.is_stacked:
        reach, height = kit.px(theme.MARGIN), area.height + layout.face_head.height
        area = pygame.Rect(reach, area.y, layout.size[0] - 2 * reach, height)
        rail = layout.rail
        if rail.x < area.x + area.width // 2:
            area.width -= rail.right - area.x
            area.x = rail.right
        else:
            area.width = rail.x - area.x
    elif number != PEOPLE:  # the card about the people must not lie over them
        area.union_ip(layout.looks)
    return area.inflate(0, -kit.px(10))


def _lines(
    title: str, more: str, room: int, height: int, kit: Kit
) -> tuple[list[tuple[str, theme.Colour]], float, float]:
    """The words in lines with their colours, their size in units, and pixels from line to line: the
    largest that fit into `room` × `height` pixels."""
    size = theme.SMALL
    while True:
        lines = [(words, theme.TEXT) for words in kit.lines(title, room, size)]
        lines += [(words, theme.GREY) for words in kit.lines(more, room, size)]
        step = min(kit.px(24 if len(lines) == 2 else 20), height / max(len(lines), 1))
        if step >= kit.scale * size * 1.3 or size <= 8:
            return lines, size, step
        size -= 0.4
