"""What a stroke is drawn with: its name, how wide and how dark it is under a given pressure."""

from dataclasses import dataclass, replace

PEN = "pen"  # ink, in the words of people
PENCIL = "pencil"
MARKER = "marker"
ERASER = "eraser"
_BROADENING = 6.0  # times: the side of a lead against its point
_PALING = 0.55  # share of the darkness that goes then


@dataclass(frozen=True, slots=True)
class Brush:
    """`size` is the full width in paper sides (0..1).

    An eraser is a stroke in the colour of the paper, of full width always. A name this version
    does not know draws like a pen, so that drawings from later versions open.
    """

    name: str = PEN
    size: float = 0.005
    hardness: float = 1.0  # 1: a sharp edge; 0: it fades from the middle on
    opacity: float = 1.0
    thinning: float = 0.7  # share of the width that the lightest touch takes away
    fading: float = 0.0  # share of the darkness that the lightest touch takes away
    mirror: float | None = None  # x of the upright axis at which the stroke is drawn a second time
    tilting: float = 0.0  # how much a pen that is laid flat draws broader and paler

    @property
    def is_eraser(self) -> bool:
        return self.name == ERASER

    @property
    def is_opaque(self) -> bool:
        """Every pixel of it is covered, or its sharp edge: it need not know what lies below."""
        if self.is_eraser:
            return True
        plain = self.hardness >= 1.0 and self.opacity >= 1.0 and self.fading <= 0.0
        return plain and self.tilting <= 0.0 and not self.has_grain

    @property
    def has_grain(self) -> bool:
        """The tooth of the paper shows."""
        return self.name == PENCIL

    def width_at(self, pressure: float, lean: float = 0.0) -> float:
        """Width in paper sides under `pressure` 0..1, of a pen that leans 0..1 (see tilt.py)."""
        if self.is_eraser:
            return self.size
        width = self.size * (1.0 - self.thinning * (1.0 - min(max(pressure, 0.0), 1.0)))
        return width * self.broadening(lean)

    def darkness_at(self, pressure: float, lean: float = 0.0) -> float:
        """0..1 under `pressure` 0..1, of a pen that leans 0..1."""
        if self.is_eraser:
            return 1.0
        dark = self.opacity * (1.0 - self.fading * (1.0 - min(max(pressure, 0.0), 1.0)))
        return dark * self.paling(lean)

    def broadening(self, lean: float) -> float:
        """How many times as broad as upright."""
        return 1.0 if self.is_eraser else 1.0 + (_BROADENING - 1.0) * self.tilting * lean

    def paling(self, lean: float) -> float:
        """What is left of the darkness."""
        return 1.0 if self.is_eraser else 1.0 - _PALING * self.tilting * lean

    def scaled(self, factor: float) -> "Brush":
        return self if factor == 1.0 else replace(self, size=self.size * factor)


# What a person finds under each name before turning any knob.
BRUSHES: dict[str, Brush] = {
    PEN: Brush(PEN, 0.005),
    PENCIL: Brush(
        PENCIL, 0.006, hardness=0.45, opacity=0.85, thinning=0.35, fading=0.75, tilting=1.0
    ),
    MARKER: Brush(MARKER, 0.022, hardness=0.9, opacity=0.35, thinning=0.1, fading=0.15),
}
