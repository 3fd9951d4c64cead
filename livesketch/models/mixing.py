"""Style mixing (Karras 2019; pSp, §4.2): a held look paints some layers of a face, the drawing the others."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livesketch.parameters import LAYERS, checked, parameter

PICTURES = ("photo", "lowres")  # tasks whose input shows who the face is


@dataclass(frozen=True)
class Mix:
    """`shares`: how much of each layer the look paints, 0..1, for LAYERS layers.

    `truncation`: 1 takes looks as they come .. 0 everybody is the average face.
    """

    shares: tuple[float, ...]
    truncation: float = 1.0

    @property
    def is_plain(self) -> bool:
        """The look paints nothing."""
        return not any(self.shares)


def mix_of(settings: Mapping[str, float | bool | str], task: str) -> Mix:
    """Settings -> Mix; those not named are at their defaults.

    A drawing or a mask says nothing of colours, so the look paints the fine layers; a picture does,
    so there it paints as much of all the chosen layers as `photo_look` says.
    """

    def turned(name: str) -> float:
        return float(checked(name, settings.get(name, parameter(name).default)))

    alpha = turned("photo_look" if task in PICTURES else "look_mix")
    shares = tuple(alpha * turned(f"layer_{k}") for k in range(1, LAYERS + 1))
    return Mix(shares, turned("truncation"))


def mixed(
    ws: NDArray[np.float32], look: NDArray[np.float32], shares: tuple[float, ...]
) -> NDArray[np.float32]:
    """Each layer a share of the way from `ws` to `look`, both (num_ws, w_dim); a generator with fewer
    layers takes the first of the shares."""
    share = np.array(shares[: len(ws)], np.float32)[:, None]
    return (ws + share * (look - ws)).astype(np.float32)
