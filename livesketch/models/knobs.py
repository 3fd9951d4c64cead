"""What a person may turn of a face, in the order the compact network takes it."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from livesketch.parameters import checked, parameter

PART_NAMES = ("eyes", "brows", "nose", "mouth", "outline", "hair")
DIRECTIONS = ("skin", "hair_colour", "smile")
# Strictness of each part, 0 as real faces are .. 1 as drawn; how much the drawn head decides who
# the person is, and how much of a studio people sit in, 0 .. 1; directions and age -1 .. 1, 0 as it comes.
KNOBS = (*PART_NAMES, "kin", "studio", *DIRECTIONS, "age")
AGE = KNOBS.index("age")


def knobs_of(settings: Mapping[str, float | bool | str]) -> NDArray[np.float32]:
    """Settings -> (len(KNOBS),); those not named are at their defaults.

    A part binds as `faithful` says, more or less by its own knob; squared, so that the middle of the
    slider still leans to what is believable.
    """

    def turned(name: str) -> float:
        return float(checked(name, settings.get(name, parameter(name).default)))

    faithful = turned("faithful")
    parts = [min(max(faithful + turned(f"{name}_faithful"), 0.0), 1.0) ** 2 for name in PART_NAMES]
    rest = [turned(name) for name in KNOBS[len(PART_NAMES) :]]
    return np.array([*parts, *rest], np.float32)
