"""How the pen's pressure becomes the line's: a curve, and on it the pen as it presses now."""

import pygame

from livesketch.canvas.pressure import felt
from livesketch.parameters import defaults
from livesketch.ui import theme
from livesketch.ui.kit import Kit
from livesketch.ui.parts import Part
from livesketch.ui.view import View

HEIGHT = 84.0  # units


def part(view: View, rect: pygame.Rect, kit: Kit) -> Part:
    usual = defaults()
    knobs = ("pressure_curve", "pressure_low", "pressure_high")
    hardness, low, high = (float(view.values.get(name, usual[name])) for name in knobs)
    raw = round(view.marks.raw_pressure, 2) if view.marks.pressure is not None else None
    box = rect.inflate(0, -kit.px(12))

    def place(pressure: float) -> tuple[float, float]:
        share = felt(pressure, hardness, low, high)
        return box.x + pressure * (box.width - 1), box.bottom - 1 - share * (box.height - 1)

    def draw(surface: pygame.Surface) -> None:
        kit.rounded(surface, box, 6, theme.SUNK)
        points = [place(n / 48) for n in range(49)]
        pygame.draw.aalines(surface, theme.GREY, False, points)
        if raw is not None:
            dot = kit.disc(9, theme.ACCENT)
            surface.blit(dot, dot.get_rect(center=place(raw)))

    state = (hardness, low, high, raw, kit.scale)
    return Part("panel.pressure_curve.shown", rect, state, draw)
