"""Who a model can show: one doodle in many random looks."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from livesketch.evaluation.distances import spread
from livesketch.evaluation.instruments import REAL_SPREAD, Instruments
from livesketch.evaluation.landmarks import SKIN_TONES, skin_tone
from livesketch.frames import Picture, Sketch

FOR_DIVERSITY = 100  # looks: the spread is a mean of pairs, and more of them change nothing


@dataclass(frozen=True, eq=False)
class People:
    """None: not measured. Shares are of the faces found."""

    n: int
    face_found: float
    skin_tone: dict[str, float] | None
    diversity: float | None
    faces: tuple[Picture, ...]  # the first looks, for the report


def people(sketch: Sketch, looks: Sequence[int], tools: Instruments) -> People:
    tones: Counter[str] = Counter()
    codes, shown = [], []
    for number, look in enumerate(tools.told(looks, "looks")):
        face = tools.face(sketch, look)
        if number < 48:
            shown.append(face)
        marks = tools.find(face)
        if marks is None:
            continue
        tones[skin_tone(face, marks)] += 1
        code = tools.code(face, marks) if number < FOR_DIVERSITY else None
        if code is not None:
            codes.append(code)
    found = tones.total()
    return People(
        n=len(looks),
        face_found=found / len(looks),
        skin_tone={name: tones[name] / found for name in SKIN_TONES} if found else None,
        diversity=spread(np.stack(codes)) / REAL_SPREAD if len(codes) > 1 else None,
        faces=tuple(shown),
    )
