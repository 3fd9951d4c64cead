"""All knobs: generated from PARAMETERS in groups that fold, with the choice of source, model and runtime above."""

from collections.abc import Sequence

import pygame

from livesketch.controls.actions import Action
from livesketch.parameters import PARAMETERS, Parameter
from livesketch.ui import theme
from livesketch.ui.desk import Desk
from livesketch.ui.kit import Kit
from livesketch.ui.layout import Layout
from livesketch.ui.parts import Part, button
from livesketch.ui.view import Choice, View
from livesketch.ui.widgets import output_rows, pressure_curve, sound_rows
from livesketch.ui.widgets.blocks import Block, segmented
from livesketch.ui.widgets.controls import slider, switch
from livesketch.ui.widgets.knobs import applies

_TOP, _ROW, _SWITCH = 20.0, 54.0, 34.0


def parts(view: View, desk: Desk, layout: Layout, kit: Kit) -> list[Part]:
    area = layout.panel
    if not area.width:
        return []
    inner = area.inflate(-2 * kit.px(20), 0)
    blocks = _blocks(view, desk, kit, inner.width)
    total = sum(block.height for block in blocks) + kit.px(2 * _TOP)
    desk.panel_scroll = max(0, min(desk.panel_scroll, total - area.height))

    scroll = desk.panel_scroll

    def draw(surface: pygame.Surface) -> None:
        surface.fill(theme.RAISED, area)
        if total > area.height:  # how much more there is
            height = area.height * area.height // total
            y = area.y + scroll * area.height // total
            thumb = pygame.Rect(area.right - kit.px(7), y, kit.px(4), height)
            kit.rounded(surface, thumb, 2, theme.LINE)

    def wheel(notches: float) -> Sequence[Action]:
        desk.panel_scroll -= round(notches * kit.px(40))
        return ()

    ground = Part("panel", area, (kit.scale, scroll, total), draw, lambda touch: (), wheel)
    found = [ground]
    y = area.y + kit.px(_TOP) - desk.panel_scroll
    for block in blocks:
        rect = pygame.Rect(inner.x, y, inner.width, block.height)
        y += block.height
        if area.colliderect(rect):
            found += [_clipped(part, area) for part in block.make(rect)]
    return found


def _clipped(part: Part, area: pygame.Rect) -> Part:
    """What is scrolled half out of the panel must not paint over what lies below it."""
    if area.contains(part.rect):
        return part

    def draw(surface: pygame.Surface) -> None:
        before = surface.get_clip()
        surface.set_clip(before.clip(area))
        part.draw(surface)
        surface.set_clip(before)

    return Part(
        part.name,
        part.rect.clip(area),
        (tuple(part.rect), part.state),
        draw,
        part.touch,
        part.wheel,
    )


def _blocks(view: View, desk: Desk, kit: Kit, width: int) -> list[Block]:
    blocks: list[Block] = []
    choices = (
        ("source", view.sources, view.source),
        ("model", view.models, view.model),
        ("runtime", view.runtimes, view.runtime),
    )
    offered = [choice for choice in choices if choice[1]]
    if offered:
        blocks.append(_title("plays", desk, kit))
        if "plays" not in desk.folded:
            for action, among, chosen in offered:
                blocks.append(_choice(action, action, among, chosen, desk, kit, width))
    if view.outputs_offered:
        blocks.append(_title("outputs", desk, kit))
        if "outputs" not in desk.folded:
            blocks.append(_outputs(view, desk, kit, width))
            for card in view.show.outputs if view.show is not None else ():
                blocks += output_rows.blocks(card, desk, kit, width)
    groups = list(dict.fromkeys(row.group for row in PARAMETERS))
    for group in groups:
        rows = [row for row in PARAMETERS if row.group == group and applies(row, view)]
        if not rows:
            continue
        blocks.append(_title(group, desk, kit))
        if group not in desk.folded:
            if group == "sound":
                blocks += sound_rows.blocks(view.sound, desk, kit, width)
            for row in rows:
                blocks.append(_knob(row, view, desk, kit, width))
                if row.name == "pressure_high":  # the last of those that bend the curve
                    blocks.append(_curve(view, kit))
    return blocks


def _outputs(view: View, desk: Desk, kit: Kit, width: int) -> Block:
    """Those that are open are lit; pressing one opens or closes it."""
    return segmented(
        "panel.output",
        "open or close",
        [(name, name) for name in view.outputs_offered],
        frozenset(view.outputs),
        lambda name: [Action("output", name)],
        desk,
        kit,
        width,
    )


def _curve(view: View, kit: Kit) -> Block:
    return Block(kit.px(pressure_curve.HEIGHT), lambda rect: [pressure_curve.part(view, rect, kit)])


def _title(group: str, desk: Desk, kit: Kit) -> Block:
    name = f"panel.group.{group}"
    is_folded = group in desk.folded

    def fold() -> Sequence[Action]:
        desk.folded.symmetric_difference_update({group})
        return ()

    def make(rect: pygame.Rect) -> Sequence[Part]:
        def draw(surface: pygame.Surface) -> None:
            colour = theme.ACCENT if desk.hovered == name else theme.TEXT
            words = kit.text(group, theme.HEAD, colour, is_bold=True)
            surface.blit(words, words.get_rect(midleft=(rect.x, rect.centery)))
            arrow = kit.icon("fold" if is_folded else "unfold", 16, theme.GREY)
            surface.blit(arrow, arrow.get_rect(midright=(rect.right, rect.centery)))

        state = (is_folded, desk.hovered == name, kit.scale)
        return [Part(name, rect, state, draw, button(fold))]

    return Block(kit.px(44), make)


def _choice(
    action: str, label: str, among: Sequence[Choice], chosen: str, desk: Desk, kit: Kit, width: int
) -> Block:
    return segmented(
        f"panel.{action}",
        label,
        [(choice.name, choice.label or choice.name) for choice in among],
        chosen,
        lambda name: [Action(action, name)],
        desk,
        kit,
        width,
    )


def _knob(row: Parameter, view: View, desk: Desk, kit: Kit, width: int) -> Block:
    name = f"panel.{row.name}"
    value = view.values.get(row.name, row.default)
    if row.choices:
        return segmented(
            name,
            row.title,
            [(choice, choice) for choice in row.choices],
            str(value),
            lambda chosen: [Action("set", (row.name, chosen))],
            desk,
            kit,
            width,
            row.help,
        )
    is_hovered = name in (desk.hovered, desk.grabbed)
    if isinstance(row.default, bool):

        def make_switch(rect: pygame.Rect) -> Sequence[Part]:
            return [switch(kit, name, rect, row, value, is_hovered)]

        return Block(kit.px(_SWITCH), make_switch)

    def make_slider(rect: pygame.Rect) -> Sequence[Part]:
        place = pygame.Rect(rect.x, rect.y + kit.px(4), rect.width, kit.px(42))
        return [slider(kit, name, place, row, value, is_hovered)]

    return Block(kit.px(_ROW), make_slider)
