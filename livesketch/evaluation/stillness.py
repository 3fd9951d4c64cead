"""How calm a face is: what one pixel of the drawing's place changes in the picture."""

from collections.abc import Sequence

import cv2
import numpy as np

from livesketch.evaluation.instruments import LOOK, Instruments
from livesketch.evaluation.tiers import SKETCH_SIDE
from livesketch.frames import Sketch

MOVES = tuple((x, y) for x in (-1, 0, 1) for y in (-1, 0, 1) if (x, y) != (0, 0))


def moved(sketch: Sketch, x: int, y: int) -> Sketch:
    """The drawing shifted by whole pixels, paper coming in from outside."""
    shift = np.array([[1, 0, x], [0, 1, y]], np.float32)
    turned = cv2.warpAffine(
        sketch, shift, sketch.shape[::-1], flags=cv2.INTER_NEAREST, borderValue=(1.0,)
    )
    return np.asarray(turned, np.float32)


def stillness(sketches: Sequence[Sketch], tools: Instruments) -> float | None:
    """Mean absolute change (0..255) over the 8 shifts by one pixel of a 256 x 256 drawing; mean of drawings."""
    changes = []
    for sketch in sketches:
        if sketch.shape[0] != SKETCH_SIDE:
            sketch = cv2.resize(sketch, (SKETCH_SIDE, SKETCH_SIDE), interpolation=cv2.INTER_AREA)
        sketch = np.asarray(sketch, np.float32)
        still = tools.face(sketch, LOOK).astype(np.float32)
        for x, y in MOVES:
            changes.append(np.abs(tools.face(moved(sketch, x, y), LOOK) - still).mean())
    return float(np.mean(changes)) if changes else None
