"""The whole window as a list of parts, from the back to the front."""

from collections.abc import Mapping, Sequence

from livesketch.ui.desk import Desk
from livesketch.ui.kit import Kit
from livesketch.ui.layout import Focus, Layout
from livesketch.ui.parts import Part
from livesketch.ui.pictures import Pictures
from livesketch.ui.view import View
from livesketch.ui.widgets import (
    browser_card,
    canvas,
    cursor,
    heads,
    key_help,
    knobs,
    looks,
    panel,
    rail,
    stage_bar,
    status,
    tips,
    tour,
)


def build(
    view: View,
    desk: Desk,
    layout: Layout,
    kit: Kit,
    pictures: Pictures,
    keys: Mapping[str, str],
    finish: browser_card.Finish,
    now: float,
) -> Sequence[Part]:
    found = canvas.parts(view, desk, layout, kit, pictures)
    if layout.focus == Focus.EVERYTHING:
        found += heads.parts(view, desk, layout, kit, now)
        found += rail.parts(view, desk, layout, kit, keys)
        found += knobs.parts(view, desk, layout, kit)
        found += looks.parts(view, desk, layout, kit, pictures, keys)
        found += stage_bar.parts(view, desk, layout, kit, pictures, keys)
        found.append(status.line(view, desk, layout, kit, keys))
        found += tour.parts(desk, layout, kit)
    found += cursor.parts(view, desk, layout, kit)
    found += panel.parts(view, desk, layout, kit)
    found += browser_card.parts(desk, layout, kit, finish)
    found += status.message(view, desk, layout, kit, now)
    found += key_help.parts(desk, layout, kit, keys)
    found += tips.parts(found, desk, layout, kit, now)
    return found
