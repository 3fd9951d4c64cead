"""Drawings made of numbers: a head, dots for eyes, an arc for a mouth, each property of which can be swept."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from livesketch.frames import Sketch

_CENTRE = np.array([0.5, 0.54])  # of the head
_MOUTH_Y = 0.72
_VARIETY = 0.06  # how much the base doodles differ, as a share of each property


@dataclass(frozen=True)
class Doodle:
    """Lengths and places in sides of the picture, y downwards; angles in degrees."""

    head_width: float = 0.48
    head_height: float = 0.66
    head_tilt: float = 0.0  # clockwise
    eye_height: float = 0.49  # of the eyes' centres, from the top
    eye_spacing: float = 0.20  # between the eyes' centres
    brow_height: float = 0.07  # above the eyes
    mouth_width: float = 0.16
    mouth_open: float = 0.0
    mouth_corners: float = 0.0  # how far they stand above the middle: a smile


# property -> the range it is swept through
SWEEPS: dict[str, tuple[float, float]] = {
    "head_width": (0.36, 0.62),
    "head_tilt": (-18.0, 18.0),
    "eye_height": (0.43, 0.55),
    "eye_spacing": (0.15, 0.26),
    "brow_height": (0.045, 0.10),
    "mouth_width": (0.09, 0.23),
    "mouth_open": (0.0, 0.07),
    "mouth_corners": (-0.03, 0.03),
}


def base(seed: int) -> Doodle:
    """A doodle that is a little different everywhere; the same for the same seed."""
    random = np.random.default_rng(seed)
    plain = Doodle()
    values = {field.name: getattr(plain, field.name) for field in fields(plain)}
    varied = {
        name: value * (1.0 + random.uniform(-_VARIETY, _VARIETY))
        for name, value in values.items()
        if value
    }
    return replace(plain, **varied)


def strokes(doodle: Doodle) -> list[NDArray[np.float64]]:
    """Lines (n, 2) of x, y in the order a hand draws: head, eyes, brows, nose, mouth."""
    around = np.linspace(0.0, 2.0 * math.pi, 41) - math.pi / 2  # from the top of the head
    lines = [_oval(_CENTRE, doodle.head_width / 2, doodle.head_height / 2, around)]
    sides = (0.5 - doodle.eye_spacing / 2, 0.5 + doodle.eye_spacing / 2)
    lines += [
        _oval((x, doodle.eye_height), 0.028, 0.016, np.linspace(0.0, 2.0 * math.pi, 13))
        for x in sides
    ]
    across = np.linspace(-1.0, 1.0, 7)
    brow_y = doodle.eye_height - doodle.brow_height
    lines += [_arc(x, 0.045, brow_y, -0.01, across) for x in sides]
    lines.append(np.array([[0.5, doodle.eye_height + 0.03], [0.485, 0.625], [0.52, 0.63]]))
    across = np.linspace(-1.0, 1.0, 13)
    half = doodle.mouth_open / 2
    lips = (-half, half) if doodle.mouth_open > 0.004 else (-half,)
    lines += [
        _arc(0.5, doodle.mouth_width / 2, _MOUTH_Y, doodle.mouth_corners + lip, across)
        for lip in lips
    ]
    angle = math.radians(doodle.head_tilt)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    return [np.asarray((line - _CENTRE) @ turn + _CENTRE, np.float64) for line in lines]


def draw(lines: Iterable[NDArray[np.float64]], size: int = 256, width: int = 3) -> Sketch:
    """The Sketch (size, size) of plain lines, straight from point to point, as training draws them."""
    paper = np.full((size, size), 255, np.uint8)
    for line in lines:
        points = np.round(line * (size * 16)).astype(np.int32)
        cv2.polylines(paper, [points], False, (0.0,), width, cv2.LINE_AA, 4)
    return paper.astype(np.float32) / np.float32(255.0)


def _oval(
    centre: Iterable[float], half_width: float, half_height: float, angles: NDArray[np.float64]
) -> NDArray[np.float64]:
    x, y = centre
    return np.stack([x + half_width * np.cos(angles), y + half_height * np.sin(angles)], axis=1)


def _arc(
    x: float, half_width: float, y: float, bulge: float, across: NDArray[np.float64]
) -> NDArray[np.float64]:
    """From corner to corner at height y; the middle lies `bulge` lower."""
    return np.stack([x + half_width * across, y + bulge * (1.0 - across**2)], axis=1)
