"""What every pen reports."""

from dataclasses import dataclass
from typing import Literal

from livesketch.canvas.stroke import Sample


@dataclass(frozen=True, slots=True)
class PenEvent:
    """The tip touches, moves on the paper, or leaves it. Every report is kept, in order."""

    kind: Literal["down", "move", "up"]
    sample: Sample
    is_eraser: bool = False
