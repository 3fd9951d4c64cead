"""What an operator has before them in a show: the safety keys, every output with its light, this cue and the next."""

from collections.abc import Mapping

import pygame

from livesketch.controls.actions import Action, row
from livesketch.controls.keys import chord_words, chords_of
from livesketch.ui import theme
from livesketch.ui.desk import Desk
from livesketch.ui.kit import Kit
from livesketch.ui.layout import Layout
from livesketch.ui.parts import Part, button
from livesketch.ui.pictures import Pictures
from livesketch.ui.view import OutputCard, ShowView, View

LIGHTS = {"good": theme.GREEN, "waiting": theme.GREY, "bad": theme.ACCENT}
_SAFETY = (("blackout", "Blackout"), ("freeze", "Hold"), ("panic", "Panic"))


def parts(
    view: View, desk: Desk, layout: Layout, kit: Kit, pictures: Pictures, keys: Mapping[str, str]
) -> list[Part]:
    show, area = view.show, layout.stage
    if show is None or not area.width:
        return []
    rect = pygame.Rect(area)

    def draw(surface: pygame.Surface) -> None:
        surface.fill(theme.SUNK, rect)
        surface.fill(theme.RAISED, (rect.x, rect.bottom - 1, rect.width, 1))

    found = [Part("stage", rect, kit.scale, draw)]
    inner = rect.inflate(-kit.px(40), -kit.px(20))
    safety = _safety(show, desk, kit, inner, keys)
    found += safety
    left = safety[-1].rect.right + kit.px(24)
    cues = _cues(show, desk, kit, pictures, inner, keys)
    right = min((part.rect.x for part in cues), default=inner.right) - kit.px(24)
    return [*found, *_outputs(show, kit, pictures, inner, left, right), *cues]


def _safety(
    show: ShowView, desk: Desk, kit: Kit, inner: pygame.Rect, keys: Mapping[str, str]
) -> list[Part]:
    """Large enough to be hit without looking; lit while they are on."""
    is_on = {"blackout": show.is_blackout, "freeze": show.is_frozen, "panic": show.is_panic}
    width, gap = kit.px(92), kit.px(8)
    found = []
    for number, (name, words) in enumerate(_SAFETY):
        rect = pygame.Rect(inner.x + number * (width + gap), inner.y, width, inner.height)
        chords = chords_of(name, keys)
        key = chord_words(chords[0]) if chords else ""
        found.append(_key(kit, desk, name, words, key, rect, is_on[name]))
    return found


def _key(
    kit: Kit, desk: Desk, name: str, words: str, key: str, rect: pygame.Rect, is_on: bool
) -> Part:
    part_name = f"stage.{name}"
    is_hovered = desk.hovered == part_name
    described = row(name)

    def draw(surface: pygame.Surface) -> None:
        ground = theme.ACCENT if is_on else (theme.LINE if is_hovered else theme.HOVER)
        kit.rounded(surface, rect, 9, ground)
        title = kit.text(words, theme.BODY, theme.INK if is_on else theme.TEXT, is_bold=True)
        surface.blit(title, title.get_rect(center=(rect.centerx, rect.centery - kit.px(9))))
        cap = kit.text(key, theme.SMALL, theme.INK if is_on else theme.GREY)
        surface.blit(cap, cap.get_rect(center=(rect.centerx, rect.centery + kit.px(12))))

    return Part(
        part_name,
        rect,
        (words, key, is_on, is_hovered, kit.scale),
        draw,
        button(lambda: [Action(name)]),
        tip=described.help if described else words,
    )


def _outputs(
    show: ShowView, kit: Kit, pictures: Pictures, inner: pygame.Rect, left: int, right: int
) -> list[Part]:
    """As many as there is room for; each says how it is when the mouse is on it."""
    height = inner.height
    picture, gap = height * 16 // 9, kit.px(14)
    each = (right - left + gap) // max(1, len(show.outputs)) - gap
    width = min(each, picture + kit.px(150))
    if width < picture + kit.px(70):  # only the pictures
        width = picture
    found = []
    for number, card in enumerate(show.outputs):
        rect = pygame.Rect(left + number * (width + gap), inner.y, width, height)
        if rect.right <= right:
            found.append(_output(card, kit, pictures, rect, picture))
    return found


def _output(card: OutputCard, kit: Kit, pictures: Pictures, rect: pygame.Rect, width: int) -> Part:
    name = f"stage.output.{card.name}"
    place = pygame.Rect(rect.x, rect.y, width, rect.height)
    shown = None if card.picture is None else pictures.still(name, card.picture, place.size)
    has_words = rect.width > width

    def draw(surface: pygame.Surface) -> None:
        if shown is None:
            surface.fill(theme.ROOM, place)
        else:
            surface.blit(shown, place)
        light = kit.disc(11, LIGHTS.get(card.light, theme.GREY))
        if not has_words:
            surface.blit(light, light.get_rect(topright=(place.right - 4, place.y + 4)))
            return
        x, room = place.right + kit.px(10), rect.right - place.right - kit.px(10)
        surface.blit(light, light.get_rect(midleft=(x, rect.y + kit.px(10))))
        title = kit.fitted(card.name, room - kit.px(18), theme.SMALL, theme.TEXT)
        surface.blit(title, title.get_rect(midleft=(x + kit.px(18), rect.y + kit.px(10))))
        y = rect.y + kit.px(30)
        for line in kit.lines(card.state, room, theme.SMALL - 1)[:2]:
            said = kit.fitted(line, room, theme.SMALL - 1, theme.GREY)
            surface.blit(said, said.get_rect(midleft=(x, y)))
            y += kit.px(16)

    state = (pictures.number(name), card.state, card.light, card.name, has_words, kit.scale)
    tip = f"{kit.words(card.name)}: {kit.words(card.state)}"
    return Part(name, rect, state, draw, tip=tip)


def _cues(
    show: ShowView,
    desk: Desk,
    kit: Kit,
    pictures: Pictures,
    inner: pygame.Rect,
    keys: Mapping[str, str],
) -> list[Part]:
    """This cue, and the next one with what it will look like; pressing it goes there."""
    coming = show.next_cue
    if coming is None and not show.cue and not show.tempo and not show.remotes:
        return []
    side, words = inner.height, kit.px(170)
    has_picture = coming is not None
    width = words + (side + kit.px(12) if has_picture else 0)
    rect = pygame.Rect(inner.right - width, inner.y, width, inner.height)
    name, title = "stage.next", "" if coming is None else coming.name
    picture = None if coming is None else coming.picture
    shown = None if picture is None else pictures.still(name, picture, (side, side))
    here = f"{show.number}  {show.cue.name}" if show.cue else show.number
    heard = (show.tempo, *show.remotes.split("  "))
    quiet = "  ".join(kit.words(part) for part in heard if part)
    is_hovered = desk.hovered == name
    chords = chords_of("next_cue", keys)

    def draw(surface: pygame.Surface) -> None:
        lines = [(here + ("  …" if show.is_moving else ""), theme.TEXT, False)]
        if title:
            lines.append((f"next: {title}", theme.ACCENT if is_hovered else theme.GREY, False))
        lines.append((quiet, theme.FAINT, False))
        y = rect.y + kit.px(10)
        for said, colour, is_bold in lines:
            if said:
                line = kit.fitted(said, words, theme.SMALL, colour, is_bold)
                surface.blit(line, line.get_rect(midleft=(rect.x, y)))
                y += kit.px(20)
        place = pygame.Rect(rect.right - side, rect.y, side, side)
        if has_picture and shown is None:
            surface.fill(theme.ROOM, place)
        elif shown is not None:
            surface.blit(shown, place)

    state = (here, title, quiet, show.is_moving, is_hovered, pictures.number(name), kit.scale)
    described = row("next_cue")
    return [
        Part(
            name,
            rect,
            state,
            draw,
            button(lambda: [Action("next_cue")]) if has_picture else None,
            tip=show.trouble or (described.help if described and has_picture else ""),
            tip_key=chord_words(chords[0]) if chords and has_picture and not show.trouble else "",
        )
    ]
