"""Calms the hand: the line follows the pen as through something thick, or is pulled on a string."""

import math
from dataclasses import replace
from typing import Protocol

from livesketch.canvas.stroke import Sample

_SLOWEST_S = 0.12  # the time constant at full strength
_USUAL_STEP_S = 0.005  # between two samples, where their stamps do not say
_LONGEST_STEP_S = 0.05
_LONGEST_STRING = 0.04  # sides that the average may hang behind the pen at full strength
_PULLED_STRING = 0.08  # sides of the string that is pulled at full strength


class Stabilizer(Protocol):
    """A pure function of the samples and their stamps, one stroke long; each one that comes in gives
    one that goes out, with its own time."""

    def push(self, sample: Sample) -> list[Sample]: ...

    def finish(self) -> list[Sample]:
        """What is missing up to where the pen was lifted; the stabilizer is as new after it."""
        ...


def stabilizer(kind: str, strength: float) -> Stabilizer:
    """kind: "average", "string" or "none"; strength 0..1, 0 is the raw hand."""
    strength = min(max(strength, 0.0), 1.0)
    if kind == "string":
        return PulledString(_PULLED_STRING * strength**1.5)
    return Average(0.0 if kind == "none" else strength)


class Average:
    """An exponential average over time of place, pressure and tilt, on a string.

    strength 0: the raw hand. 1: a time constant of 0.12 s, and never further behind the pen than
    0.04 sides, so that a very quick hand gets its own line and no shortcut.
    """

    def __init__(self, strength: float) -> None:
        self._constant_s = _SLOWEST_S * strength**1.5
        self._string = _LONGEST_STRING * strength
        self._raw: Sample | None = None
        self._calm: Sample | None = None

    def push(self, sample: Sample) -> list[Sample]:
        raw, calm = self._raw, self._calm
        self._raw = sample
        if raw is None or calm is None or self._constant_s == 0.0:
            self._calm = sample
            return [sample]
        step_s = sample.time - raw.time
        if not step_s > 0.0:
            step_s = _USUAL_STEP_S
        share = 1.0 - math.exp(-min(step_s, _LONGEST_STEP_S) / self._constant_s)
        behind = (1.0 - share) * math.hypot(sample.x - calm.x, sample.y - calm.y)
        if behind > self._string:
            share = 1.0 - (1.0 - share) * self._string / behind
        self._calm = replace(
            sample,
            x=calm.x + share * (sample.x - calm.x),
            y=calm.y + share * (sample.y - calm.y),
            pressure=calm.pressure + share * (sample.pressure - calm.pressure),
            tilt_x=calm.tilt_x + share * (sample.tilt_x - calm.tilt_x),
            tilt_y=calm.tilt_y + share * (sample.tilt_y - calm.tilt_y),
        )
        return [self._calm]

    def finish(self) -> list[Sample]:
        raw, calm = self._raw, self._calm
        self._raw = self._calm = None
        if raw is None or calm is None or (raw.x, raw.y) == (calm.x, calm.y):
            return []
        # The pressure stays: a pen that is being lifted reports next to none.
        return [replace(raw, pressure=calm.pressure)]


class PulledString:
    """The pen pulls the line behind it on a string of that length: what the slack swallows is not drawn.

    Where the pen is lifted the line ends at the string's end: a corner stays a corner.
    """

    def __init__(self, length: float) -> None:
        self._length = length
        self._end: Sample | None = None

    def push(self, sample: Sample) -> list[Sample]:
        end = self._end
        if end is None or self._length == 0.0:
            self._end = sample
            return [sample]
        dx, dy = sample.x - end.x, sample.y - end.y
        distance = math.hypot(dx, dy)
        share = max(0.0, 1.0 - self._length / distance) if distance > 0.0 else 0.0
        self._end = replace(sample, x=end.x + share * dx, y=end.y + share * dy)
        return [self._end]

    def finish(self) -> list[Sample]:
        self._end = None
        return []
