"""What every pen reports."""

from dataclasses import dataclass
from typing import Literal, Protocol

from livesketch.canvas.stroke import Sample


@dataclass(frozen=True, slots=True)
class PenEvent:
    """The tip touches, moves on the paper, or leaves it. Every report is kept, in order.

    "hover": it moves above the paper; "press" and "release": side button `button` (from 1), which
    change nothing about a stroke.
    """

    kind: Literal["down", "move", "up", "hover", "press", "release"]
    sample: Sample
    is_eraser: bool = False
    button: int = 0


class Pen(Protocol):
    """The pens with pressure that draw on one window, whichever the platform."""

    @property
    def label(self) -> str:
        """Which pen draws: its name and what it reports."""
        ...

    @property
    def is_plugged_in(self) -> bool: ...

    @property
    def is_near(self) -> bool:
        """A pen touches or hovers: the mouse moves that are made of it should be dropped."""
        ...

    @property
    def is_eraser_near(self) -> bool: ...

    def read(self) -> list[PenEvent]:
        """Every report since the last call, in order, in pixels of the window; never waits."""
        ...

    def close(self) -> None: ...
