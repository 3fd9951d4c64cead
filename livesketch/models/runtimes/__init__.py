"""What plays a network: the same few things are asked of each runtime; see the table in models."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from livesketch.frames import Code, Picture


@dataclass(frozen=True)
class Shape:
    """The sizes of what goes in and comes out of a network."""

    channels: int
    sketch_size: int
    code_size: int
    resolution: int
    finer: int = 0  # side of the faces that `finer` gives; 0: there is none


class Runtime(Protocol):
    """Opened for one weights file; used by one thread at a time."""

    name: str
    device: str  # in words, for people
    shape: Shape
    is_card: bool  # whether a larger face costs next to nothing

    def face(self, drawing: NDArray[np.float32], code: Code, knobs: NDArray[np.float32]) -> Picture:
        """drawing (1, C, S, S) as the network takes it, code (Z,) or a blend (M, Z + 1), knobs (K,) in knobs.KNOBS' order -> (R, R, 3)."""
        ...

    def finer(self, face: Picture) -> Picture:
        """A face (R, R, 3) at twice the size, (2 R, 2 R, 3), where `shape.finer` says that it can be had."""
        ...

    def code_of(self, picture: NDArray[np.float32]) -> Code | None:
        """picture (1, 3, 128, 128) in -1..1 -> (Z,); None where the file has no style encoder."""
        ...
