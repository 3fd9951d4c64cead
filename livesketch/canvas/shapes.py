"""Straight lines and ellipses as a pen would draw them: samples from one place to another."""

import math

from livesketch.canvas.stroke import Sample

_CLOSE = 0.012  # paper sides between two samples
_MOST = 400
_CORNER = 15.0  # degrees: the angles that a constrained line keeps to


def straight(start: Sample, end: Sample, pressure: float, is_constrained: bool) -> list[Sample]:
    """From start to end; constrained: at a multiple of 15 degrees."""
    dx, dy = end.x - start.x, end.y - start.y
    length = math.hypot(dx, dy)
    if is_constrained:
        angle = math.radians(round(math.degrees(math.atan2(dy, dx)) / _CORNER) * _CORNER)
        dx, dy = length * math.cos(angle), length * math.sin(angle)
    count = min(max(math.ceil(length / _CLOSE), 1), _MOST)
    return [
        _sample(start.x + dx * n / count, start.y + dy * n / count, pressure, start, end, n / count)
        for n in range(count + 1)
    ]


def ellipse(start: Sample, end: Sample, pressure: float, is_constrained: bool) -> list[Sample]:
    """In the box between start and end; constrained: a circle."""
    width, height = end.x - start.x, end.y - start.y
    if is_constrained:
        side = max(abs(width), abs(height))
        width, height = math.copysign(side, width), math.copysign(side, height)
    x, y = start.x + width / 2, start.y + height / 2
    length = math.pi * (abs(width) + abs(height)) / 2
    count = min(max(math.ceil(length / _CLOSE), 12), _MOST)
    samples = []
    for n in range(count + 1):
        angle = 2.0 * math.pi * n / count - math.pi / 2  # from the top
        across, down = width / 2 * math.cos(angle), height / 2 * math.sin(angle)
        samples.append(_sample(x + across, y + down, pressure, start, end, n / count))
    return samples


def _sample(
    x: float, y: float, pressure: float, start: Sample, end: Sample, share: float
) -> Sample:
    return Sample(x, y, pressure, time=start.time + share * (end.time - start.time))
