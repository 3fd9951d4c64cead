"""What an encoder learns from: what its task shows of a bent photo, and the photo itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from livesketch.training import raster, warp
from livesketch.training.dataset import Prepared
from livesketch.training.examples import chosen, drawn, meaning, mirrored, sized
from livesketch.training.tasks import FACTORS, painted_mask, shares

SEEN_SIDE = 256  # the published encoders look at 256 x 256
CHANNELS = {"sketch": 1, "mask": 19, "lowres": 3, "photo": 3}


@dataclass(frozen=True)
class Encoding:
    """An encoder's example."""

    seen: np.ndarray  # (C, 256, 256) uint8: of a drawing, 0 is ink; a mask is one-hot, 0 or 255
    picture: np.ndarray  # (S, S, 3) uint8: the photo that is meant
    points: np.ndarray  # (K, 2) float32: rows of POINTS, units of the side


Example = Callable[[Prepared, int, np.random.Generator], Encoding]


def encoding_of(task: str) -> Example:
    """What makes the examples of a task."""
    return lambda data, size, rng: _encoding(task, data, size, rng)


def _encoding(task: str, data: Prepared, size: int, rng: np.random.Generator) -> Encoding:
    """One random example; the same rng gives the same one."""
    i = chosen(data.chances, rng)
    bending = warp.random_warp(np.asarray(data.landmarks[i]), rng, rng.random() < 0.35)
    whole = warp.bend(data.pictures[i], warp.field(bending, data.pictures.shape[1]))
    points, regions = meaning(data, i, bending)
    sketch = drawn(data, i, bending, SEEN_SIDE, rng) if task == "sketch" else None
    if rng.random() < 0.5:
        whole = np.ascontiguousarray(whole[:, ::-1])
        points, regions = mirrored(points), regions[:, :, ::-1]
        sketch = None if sketch is None else sketch[:, ::-1]
    if sketch is not None:
        seen = sketch[None]
    elif task == "mask":
        seen = shares(painted_mask(points, regions, rng), SEEN_SIDE)
    else:
        small = sized(whole, SEEN_SIDE)
        if task == "lowres":
            small = raster.smaller(small, int(rng.choice((1, *FACTORS))))
        seen = raster.enlarged(small, SEEN_SIDE).transpose(2, 0, 1)
    return Encoding(np.ascontiguousarray(seen), np.ascontiguousarray(sized(whole, size)), points)
