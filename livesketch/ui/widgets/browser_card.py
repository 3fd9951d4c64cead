"""The file browser as it is seen: a card over the paper, so that the face stays in view."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pygame

from livesketch.controls.actions import Action
from livesketch.ui import theme
from livesketch.ui.browser import Browser
from livesketch.ui.desk import Desk
from livesketch.ui.folder import Entry
from livesketch.ui.kit import Kit
from livesketch.ui.layout import Layout
from livesketch.ui.parts import Part, button
from livesketch.ui.widgets.controls import icon_button, word_button

_TITLES = {
    "open": "Open",
    "photo": "Lay a photo under the drawing",
    "room": "Choose the picture behind me",
    "save_as": "Save the drawing",
    "save_face": "Save the face",
}
EXAMPLES = "Examples; saved under a name of your own"
_ROW = 34.0  # units
# what a drawing can be saved as -> what is kept of it then
_KEPT = {
    ".livesketch": "everything, to go on drawing",
    ".png": "the ink, without paper",
    ".svg": "the lines, for vector programs",
    ".psd": "layers, for painting programs",
    ".ndjson": "the strokes, as Quick, Draw! has them",
}
Finish = Callable[[Path], Sequence[Action]]


def parts(desk: Desk, layout: Layout, kit: Kit, finish: Finish) -> list[Part]:
    """`finish(path)` closes the browser and says what is asked for."""
    browser = desk.browser
    if browser is None:
        return []
    card = _card(layout, kit)
    desk.browser_rows = max(1, _list_area(browser, card, kit).height // kit.px(_ROW))
    found = [_ground(browser, desk, card, kit)]
    close = pygame.Rect(0, 0, kit.px(32), kit.px(32))
    close.topright = (card.right - kit.px(14), card.y + kit.px(14))
    up = pygame.Rect(card.x + kit.px(14), card.y + kit.px(54), kit.px(32), kit.px(32))

    def put_away() -> Sequence[Action]:
        return [Action("leave")]

    def go_up() -> Sequence[Action]:
        browser.go_up()
        return ()

    def accept() -> Sequence[Action]:
        path = browser.enter()
        return finish(path) if path is not None else ()

    def button_of(
        name: str, rect: pygame.Rect, act: Callable[[], Sequence[Action]], tip: str, key: str
    ) -> Part:
        full = f"browser.{name}"
        is_hovered = desk.hovered == full
        return icon_button(
            kit, full, rect, name, act, is_hovered=is_hovered, tip=tip, tip_key=key, icon_size=19
        )

    found.append(button_of("close", close, put_away, "Close", "Esc"))
    found.append(button_of("up", up, go_up, "The folder above", ""))
    found += _rows(browser, desk, card, kit, finish)
    words = "Open"
    if browser.is_saving:
        words = "Replace it" if browser.is_replacing else "Save"
    width = kit.width(words, theme.BODY) + kit.px(36)
    go = pygame.Rect(0, 0, width, kit.px(36))
    go.bottomright = (card.right - kit.px(18), card.bottom - kit.px(16))
    found.append(word_button(kit, "browser.go", go, words, accept, is_main=True, size=theme.BODY))
    found.append(_field(browser, card, go, kit))
    return found + _endings(browser, desk, card, go, kit)


def _card(layout: Layout, kit: Kit) -> pygame.Rect:
    around = layout.paper if layout.paper.width else layout.face
    card = pygame.Rect(around)
    card.width = min(layout.size[0], max(card.width, kit.px(420)))
    card.height = min(layout.size[1], max(card.height, kit.px(400)))
    card.inflate_ip(2, 2)  # nothing of the paper's smooth edge shines through
    card.center = around.center
    card.clamp_ip(pygame.Rect(0, 0, *layout.size))
    return card


def _list_area(browser: Browser, card: pygame.Rect, kit: Kit) -> pygame.Rect:
    top, foot, margin = kit.px(96), kit.px(66), kit.px(14)
    if len(browser.endings) > 1:
        foot += kit.px(58)
    height = max(kit.px(_ROW), card.height - top - foot)
    return pygame.Rect(card.x + margin, card.y + top, card.width - 2 * margin, height)


def _ground(browser: Browser, desk: Desk, card: pygame.Rect, kit: Kit) -> Part:
    area = _list_area(browser, card, kit)
    listing = browser.listing

    def draw(surface: pygame.Surface) -> None:
        kit.rounded(surface, card, theme.RADIUS, theme.RAISED)
        title = kit.text(_TITLES[browser.purpose], theme.HEAD, theme.TEXT, is_bold=True)
        surface.blit(title, title.get_rect(midleft=(card.x + kit.px(22), card.y + kit.px(30))))
        folder = EXAMPLES if browser.is_examples else str(browser.folder)
        room = card.width - kit.px(80)
        while kit.width(folder, theme.SMALL) > room and len(folder) > 4 and not browser.is_examples:
            folder = "…" + folder[2:]  # the end of a path says more than its beginning
        words = kit.text(folder, theme.SMALL, theme.GREY)
        surface.blit(words, words.get_rect(midleft=(card.x + kit.px(56), card.y + kit.px(70))))
        surface.fill(theme.LINE, (area.x, area.y - kit.px(5), area.width, 1))
        said = ""
        if listing is None:
            said = "…"
        elif listing.error:
            said = listing.error
        elif not browser.rows:
            said = "Nothing here has that name." if browser.text else "Nothing here to open."
            if browser.is_saving:
                said = ""
        if said:
            quiet = kit.fitted(said, area.width, theme.BODY, theme.GREY)
            surface.blit(quiet, quiet.get_rect(center=area.center))

    def wheel(notches: float) -> Sequence[Action]:
        browser.scroll_by(-round(notches * 3), desk.browser_rows)
        return ()

    state = (browser.purpose, browser.folder, listing, browser.text, kit.scale)
    return Part("browser", card, state, draw, lambda touch: (), wheel)


def _rows(browser: Browser, desk: Desk, card: pygame.Rect, kit: Kit, finish: Finish) -> list[Part]:
    area = _list_area(browser, card, kit)
    height = kit.px(_ROW)
    found = []
    shown = desk.browser_rows
    rows = browser.rows
    for number in range(browser.scroll, min(len(rows), browser.scroll + shown)):
        rect = pygame.Rect(
            area.x, area.y + (number - browser.scroll) * height, area.width, height - kit.px(2)
        )
        found.append(_row(browser, desk, kit, rect, number, rows[number], finish))
    return found


def _row(
    browser: Browser,
    desk: Desk,
    kit: Kit,
    rect: pygame.Rect,
    number: int,
    entry: Entry,
    finish: Finish,
) -> Part:
    name = f"browser.row.{number - browser.scroll}"
    is_selected = number == browser.selected
    is_hovered = desk.hovered == name
    shown = Path(entry.name).stem if browser.is_examples else entry.name

    def draw(surface: pygame.Surface) -> None:
        if is_selected or is_hovered:
            kit.rounded(surface, rect, 7, theme.LINE if is_selected else theme.HOVER)
        icon = kit.icon(entry.kind, 19, theme.ACCENT if is_selected else theme.GREY)
        surface.blit(icon, icon.get_rect(midleft=(rect.x + kit.px(10), rect.centery)))
        words = kit.fitted(shown, rect.width - kit.px(52), theme.BODY, theme.TEXT)
        surface.blit(words, words.get_rect(midleft=(rect.x + kit.px(42), rect.centery)))

    def choose() -> Sequence[Action]:
        path = browser.click(number)
        return finish(path) if path is not None else ()

    state = (entry, is_selected, is_hovered, kit.scale)
    return Part(name, rect, state, draw, button(choose))


def _endings(
    browser: Browser, desk: Desk, card: pygame.Rect, go: pygame.Rect, kit: Kit
) -> list[Part]:
    """What kind of file it will be, one button each, and what that kind keeps."""
    if len(browser.endings) < 2:
        return []
    found = []
    left, height = card.x + kit.px(18), kit.px(26)
    top = go.y - kit.px(64)
    for ending in browser.endings:
        rect = pygame.Rect(left, top, kit.width(ending, theme.SMALL) + kit.px(18), height)
        left = rect.right + kit.px(6)
        name = f"browser.ending{ending}"

        def choose(ending: str = ending) -> Sequence[Action]:
            browser.choose_ending(ending)
            return ()

        is_chosen, is_hovered = ending == browser.ending, desk.hovered == name
        found.append(
            word_button(kit, name, rect, ending, choose, is_main=is_chosen, is_hovered=is_hovered)
        )
    line = pygame.Rect(card.x + kit.px(18), top + height, card.width - kit.px(36), kit.px(30))
    kept = _KEPT.get(browser.ending, "")

    def draw(surface: pygame.Surface) -> None:
        words = kit.fitted(kept, line.width, theme.SMALL, theme.GREY)
        surface.blit(words, words.get_rect(midleft=line.midleft))

    found.append(Part("browser.kept", line, (kept, kit.scale), draw))
    return found


def _field(browser: Browser, card: pygame.Rect, go: pygame.Rect, kit: Kit) -> Part:
    rect = pygame.Rect(card.x + kit.px(18), go.y, go.x - card.x - kit.px(30), go.height)

    def draw(surface: pygame.Surface) -> None:
        kit.rounded(surface, rect, 7, theme.ROOM)
        room = rect.width - kit.px(28)
        words = browser.text
        while words and kit.width(words, theme.BODY) > room:
            words = words[1:]  # what is being typed is at the end
        place = (rect.x + kit.px(12), rect.centery)
        if words:
            text = kit.text(words, theme.BODY, theme.TEXT)
        else:
            empty = "name" if browser.is_saving else "type to narrow the list, or a path"
            text = kit.fitted(empty, room, theme.BODY, theme.FAINT)
        where = text.get_rect(midleft=place)
        surface.blit(text, where)
        caret = where.right + 1 if words else where.x - kit.px(2)
        surface.fill(
            theme.ACCENT, (caret, rect.centery - kit.px(9), max(1, kit.px(1.5)), kit.px(18))
        )

    return Part("browser.field", rect, (browser.text, browser.is_saving, kit.scale), draw)
