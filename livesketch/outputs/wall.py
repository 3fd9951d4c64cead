"""From a Show to the pixels of one display: painted, flipped, pulled straight, its edges blackened."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np

from livesketch.frames import Picture, Show
from livesketch.outputs import Setup
from livesketch.outputs.backdrop import Pixels
from livesketch.outputs.painter import Painter

Compose = Callable[[tuple[Show, Setup]], Pixels]


def composer(size: tuple[int, int]) -> Compose:
    """From a Show to the pixels of a display of `size`; the same object as long as nothing changed."""
    painter = Painter(size)
    last: tuple[Picture, Setup, Pixels] | None = None

    def compose(asked: tuple[Show, Setup]) -> Pixels:
        nonlocal last
        show, setup = asked
        if setup.layout:
            show = replace(show, layout=setup.layout)
        # Black is the display's own: lifting it must find the last good picture.
        picture = painter.paint(replace(show, is_blackout=False))
        if last is None or last[0] is not picture or last[1] != setup:
            last = (picture, setup, packed(fitted_to_wall(picture, setup)))
        return last[2]

    return compose


def fitted_to_wall(picture: Picture, setup: Setup) -> Picture:
    """Flipped for a projector from behind, pulled straight by its corners for one that stands aslant,
    black at the edges where its light would miss the screen."""
    if "h" in setup.flip:
        picture = picture[:, ::-1]
    if "v" in setup.flip:
        picture = picture[::-1]
    return _edged(_pulled(picture, setup.corners), setup.crop)


def _pulled(picture: Picture, corners: Sequence[tuple[float, float]]) -> Picture:
    if len(corners) != 4:
        return picture
    height, width = picture.shape[:2]
    side = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float32)
    scale = np.array([width, height], np.float32)
    goal = np.array(corners, np.float32) * scale
    turn = cv2.getPerspectiveTransform(side * scale, goal)
    flat = cv2.warpPerspective(
        np.ascontiguousarray(picture), turn, (width, height), flags=cv2.INTER_LINEAR
    )
    return np.asarray(flat, np.uint8)


def _edged(picture: Picture, crop: Sequence[float]) -> Picture:
    if not any(crop):
        return picture
    height, width = picture.shape[:2]
    left, top, right, bottom = crop
    x0, x1 = round(left * width), width - round(right * width)
    y0, y1 = round(top * height), height - round(bottom * height)
    out = np.zeros_like(picture)
    out[y0:y1, x0:x1] = picture[y0:y1, x0:x1]
    return out


def packed(picture: Picture) -> Pixels:
    """(H, W, 3) RGB -> (H, W) as a window of 32 bits keeps it."""
    four = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2BGRA)
    return np.asarray(four, np.uint8).view(np.uint32)[..., 0]
