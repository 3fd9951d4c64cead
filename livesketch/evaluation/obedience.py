"""Does the face do what the drawing says: one property of a doodle is swept, and read off the faces."""

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

import numpy as np

from livesketch.canvas.doodle import SWEEPS, base, draw, strokes
from livesketch.evaluation.distances import rank_correlation
from livesketch.evaluation.instruments import LOOK, Instruments
from livesketch.evaluation.landmarks import shown


def obedience(bases: Sequence[int], steps: int, tools: Instruments) -> dict[str, float]:
    """Property -> median over the base doodles of Spearman's rho between what was drawn and shown.

    A base whose faces all show the same, or of which fewer than two were found, counts as 0.
    """
    result: dict[str, float] = {}
    for name, (low, high) in SWEEPS.items():
        tools.say(f"obedience: {name.replace('_', ' ')}")
        rhos = []
        for seed in bases:
            pairs: list[tuple[float, float]] = []
            for value in np.linspace(low, high, steps):
                doodle = replace(base(seed), **{name: float(value)})
                marks = tools.find(tools.face(draw(strokes(doodle)), LOOK))
                if marks is not None:
                    pairs.append((float(value), shown(name, marks)))
            rhos.append(rank_correlation(*zip(*pairs, strict=True)) if len(pairs) > 1 else 0.0)
        result[name] = float(median(rhos))
    return result
