"""What a stroke is drawn with: its name and how wide it is under a given pressure."""

from dataclasses import dataclass

PEN = "pen"
ERASER = "eraser"

_LIGHTEST = 0.3  # share of the full width that the lightest touch still leaves


@dataclass(frozen=True, slots=True)
class Brush:
    """`size` is the full width in paper sides (0..1); `name` is "pen" or "eraser".

    An eraser is a stroke in the colour of the paper. A name this version does not know draws like
    a pen, so that drawings from later versions open.
    """

    name: str = PEN
    size: float = 0.005

    @property
    def is_eraser(self) -> bool:
        return self.name == ERASER

    def width_at(self, pressure: float) -> float:
        """Width in paper sides under `pressure` 0..1. An eraser takes away its full width always."""
        if self.is_eraser:
            return self.size
        return self.size * (_LIGHTEST + (1.0 - _LIGHTEST) * min(max(pressure, 0.0), 1.0))
