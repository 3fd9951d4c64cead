"""Smooth discs, rings and corners: surfaces whose edges are computed from distances, not drawn in steps."""

import numpy as np
import pygame
from numpy.typing import NDArray

from livesketch.ui.theme import Colour


def _surface(coverage: NDArray[np.floating], colour: Colour) -> pygame.Surface:
    """coverage (H, W) 0..1 -> a surface of one colour that is as opaque as it says."""
    height, width = coverage.shape
    pixels = np.empty((height, width, 4), np.uint8)
    pixels[..., :3] = colour
    pixels[..., 3] = np.round(np.clip(coverage, 0.0, 1.0) * 255.0)
    return pygame.image.frombytes(pixels.tobytes(), (width, height), "RGBA")


def _distance(size: int, centre: tuple[float, float]) -> NDArray[np.floating]:
    steps = np.arange(size) + 0.5
    return np.hypot(steps[None, :] - centre[0], steps[:, None] - centre[1])


def disc(diameter: int, colour: Colour) -> pygame.Surface:
    middle = diameter / 2
    return _surface(middle - _distance(diameter, (middle, middle)) + 0.5, colour)


def ring(diameter: float, thickness: float, colour: Colour) -> pygame.Surface:
    """A circle whose line lies around `diameter`; the surface is a little larger than that."""
    size = int(np.ceil(diameter + thickness)) + 4
    middle = size / 2
    off = np.abs(_distance(size, (middle, middle)) - diameter / 2)
    return _surface(thickness / 2 - off + 0.5, colour)


def corners(radius: int, colour: Colour, is_inside: bool) -> tuple[pygame.Surface, ...]:
    """Upper left, upper right, lower left, lower right; inside of the round corner or outside of it."""
    coverage = radius - _distance(radius, (radius, radius)) + 0.5
    if not is_inside:
        coverage = 1.0 - np.clip(coverage, 0.0, 1.0)
    upper_left = _surface(coverage, colour)
    flip = pygame.transform.flip
    return (
        upper_left,
        flip(upper_left, True, False),
        flip(upper_left, False, True),
        flip(upper_left, True, True),
    )


def ellipse_line(width: int, height: int, thickness: float, colour: Colour) -> pygame.Surface:
    """The outline of an ellipse that fills the surface."""
    x = (np.arange(width) + 0.5 - width / 2) / (width / 2 - thickness)
    y = (np.arange(height) + 0.5 - height / 2) / (height / 2 - thickness)
    value = np.hypot(x[None, :], y[:, None])
    # distance to the line ≈ (value − 1) / |gradient|
    slope = np.hypot(
        x[None, :] / (width / 2 - thickness), y[:, None] / (height / 2 - thickness)
    ) / np.maximum(value, 1e-6)
    off = np.abs(value - 1.0) / np.maximum(slope, 1e-9)
    return _surface(thickness / 2 - off + 0.5, colour)
