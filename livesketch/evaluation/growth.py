"""How a face behaves while its drawing grows: is there one, is it the same person, does it jump."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from livesketch.canvas.prefix import prefix
from livesketch.canvas.stroke import Stroke
from livesketch.evaluation.instruments import LOOK, Instruments
from livesketch.evaluation.tiers import Drawing
from livesketch.frames import Picture

MOST_STROKES = 24  # after the head's that are watched one by one: the first ones change the most
STAGES = (10, 25, 50, 75, 100)  # percent of the pen path


@dataclass(frozen=True, eq=False)
class Growth:
    """One drawing in one look. None: not measured."""

    found: dict[int, bool]  # percent of the pen path -> a face is found
    identity_50_100: float | None  # cosine
    largest_jump: float | None  # 1 - cosine, between neighbouring strokes after the head's outline
    stages: tuple[Picture, ...]  # the faces at STAGES


def growth(drawing: Drawing, tools: Instruments) -> Growth:
    """Needs a drawing whose strokes are known."""
    assert drawing.strokes is not None
    found: dict[int, bool] = {}
    codes: dict[int, NDArray[np.float32] | None] = {}
    stages: list[Picture] = []
    for percent in STAGES:
        part = prefix(drawing.strokes, percent)
        face = tools.face(drawing.at(part), LOOK, drawing.begun_at)
        marks = tools.find(face)
        found[percent] = marks is not None
        codes[percent] = tools.code(face, marks) if percent in (50, 100) else None
        stages.append(face)
    half, whole = codes[50], codes[100]
    cosine = None if half is None or whole is None else float(half @ whole)
    return Growth(found, cosine, _largest_jump(drawing, whole, tools), tuple(stages))


def strokes_of_head(strokes: Sequence[Stroke]) -> int:
    """How many strokes were drawn when the head was outlined: the largest one is taken for its outline."""
    sizes = [float(np.prod(np.ptp(stroke.points, axis=0) + 1e-3)) for stroke in strokes]
    return int(np.argmax(sizes)) + 1


def _largest_jump(
    drawing: Drawing, whole: NDArray[np.float32] | None, tools: Instruments
) -> float | None:
    """Strokes after which no face is found are passed over: `found` counts those."""
    strokes = drawing.strokes or ()
    if tools.features.identity is None:
        return None
    codes = []
    head = strokes_of_head(strokes)
    for count in range(head, min(len(strokes), head + MOST_STROKES)):
        face = tools.face(drawing.at(strokes[:count]), LOOK, drawing.begun_at)
        codes.append(tools.code(face, tools.find(face)))
    if len(strokes) <= head + MOST_STROKES:
        codes.append(whole)
    jumps = [
        1 - float(before @ after)
        for before, after in pairwise(codes)
        if before is not None and after is not None
    ]
    return max(jumps) if jumps else None
