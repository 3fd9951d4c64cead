"""Arithmetic at the models' door: what people hand in becomes what networks take, and the way back."""

import cv2
import numpy as np
from numpy.typing import NDArray

from livesketch.errors import ModelError
from livesketch.frames import FACE_PARTS, Mask, Picture, Sketch

STYLE_SIZE = 128  # side at which style encoders look at a photo


def drawing_from(sketch: Sketch, size: int) -> NDArray[np.float32]:
    """A sketch of any side -> (1, 1, size, size) float32; ModelError names both sides of what is wrong."""
    if not isinstance(sketch, np.ndarray):
        raise ModelError(
            f"A sketch is a numpy array, float32 (S, S); this is a {type(sketch).__name__}."
        )
    shape = sketch.shape
    if sketch.ndim != 2 or shape[0] != shape[1] or shape[0] == 0:
        raise ModelError(
            f"A sketch is a square, (S, S); this array is {shape}.",
            "Drop the colour channels, and pad the shorter side with 1 (paper).",
        )
    if not np.issubdtype(sketch.dtype, np.floating):
        raise ModelError(
            f"A sketch is float32 from 0 (ink) to 1 (paper); this array is {sketch.dtype}.",
            "For uint8 pixels: sketch.astype(np.float32) / 255.",
        )
    low, high = float(sketch.min()), float(sketch.max())
    if not (low >= -1e-3 and high <= 1 + 1e-3):  # written so that NaN fails too
        raise ModelError(
            f"A sketch runs from 0 (ink) to 1 (paper); this one runs from {low:g} to {high:g}."
        )
    drawing = np.ascontiguousarray(sketch, dtype=np.float32)
    if shape[0] != size:
        drawing = resized(drawing, size)
    return np.clip(drawing, 0, 1)[None, None]


def mask_from(mask: Mask, size: int) -> NDArray[np.float32]:
    """A mask of class numbers, any side -> (1, 19, size, size): how much of each cell a class covers."""
    _check_mask(mask)
    each = [resized((mask == k).astype(np.float32), size) for k in range(len(FACE_PARTS))]
    return np.stack(each)[None].astype(np.float32)


def one_hot_from(mask: Mask, size: int) -> NDArray[np.float32]:
    """A mask of class numbers, any side -> (1, 19, size, size): 1 for the class of each cell, as pSp has it."""
    _check_mask(mask)
    cells = cv2.resize(mask, (size, size), interpolation=cv2.INTER_NEAREST)
    numbers = np.arange(len(FACE_PARTS), dtype=np.uint8)
    return (cells == numbers[:, None, None])[None].astype(np.float32)


def _check_mask(mask: Mask) -> None:
    shape = np.shape(mask)
    if not isinstance(mask, np.ndarray) or mask.dtype != np.uint8 or mask.ndim != 2:
        what = getattr(mask, "dtype", type(mask).__name__)
        raise ModelError(f"A mask is uint8 (S, S), class numbers; this is {what} {shape}.")
    if shape[0] != shape[1] or shape[0] == 0:
        raise ModelError(f"A mask is a square, (S, S); this array is {shape}.")
    if mask.max() >= len(FACE_PARTS):
        raise ModelError(
            f"A mask's numbers go from 0 to {len(FACE_PARTS) - 1}; this has {mask.max()}."
        )


def picture_for_reader(picture: Picture, size: int) -> NDArray[np.float32]:
    """A picture of a face of any size -> (1, 3, size, size) in 0..1; of an oblong one, the middle square."""
    return np.ascontiguousarray(
        resized(_square(picture), size).transpose(2, 0, 1)[None] / 255, np.float32
    )


def photo_for_reader(picture: Picture, size: int) -> NDArray[np.float32]:
    """As `picture_for_reader`, in -1..1."""
    return 2 * picture_for_reader(picture, size) - 1


def resized(pixels: NDArray, size: int) -> NDArray:
    """Square pixels at another size: by area when it shrinks, so that thin lines do not break."""
    way = cv2.INTER_AREA if pixels.shape[0] > size else cv2.INTER_LINEAR
    return cv2.resize(pixels, (size, size), interpolation=way)


def picture_from(face: NDArray[np.float32]) -> Picture:
    """(3, R, R) float32 in about -1..1 -> (R, R, 3) uint8, rounded, contiguous."""
    pixels = np.multiply(face, np.float32(127.5))
    pixels += np.float32(127.5)
    np.rint(pixels, out=pixels)
    np.clip(pixels, 0, 255, out=pixels)
    return np.asarray(cv2.merge(list(pixels.astype(np.uint8))), np.uint8)


def unfolded(face: NDArray[np.uint8]) -> Picture:
    """(R, R, 3), or (R / 2, R / 2, 12) whose channels are those of four neighbouring pixels, row by
    row -> (R, R, 3), a copy."""
    height, width, channels = face.shape
    if channels == 3:
        return face.copy()
    pairs = np.ascontiguousarray(face).view("V6")  # two pixels of a row are moved as one
    return pairs.transpose(0, 2, 1).copy().view(np.uint8).reshape(2 * height, 2 * width, 3)


def photo_for_style(picture: Picture) -> NDArray[np.float32]:
    """A picture of a face -> (1, 3, 128, 128) in -1..1; of an oblong one, the middle square."""
    small = resized(_square(picture), STYLE_SIZE).astype(np.float32)
    return np.ascontiguousarray(small.transpose(2, 0, 1)[None] / 127.5 - 1)


def _square(picture: Picture) -> Picture:
    if not isinstance(picture, np.ndarray) or picture.dtype != np.uint8 or picture.ndim != 3:
        what = getattr(picture, "dtype", type(picture).__name__)
        raise ModelError(f"A picture is uint8 (H, W, 3); this is {what} {np.shape(picture)}.")
    height, width, channels = picture.shape
    side = min(height, width)
    if channels != 3 or side == 0:
        raise ModelError(f"A picture is uint8 (H, W, 3); this array is {picture.shape}.")
    top, left = (height - side) // 2, (width - side) // 2
    return np.ascontiguousarray(picture[top : top + side, left : left + side])
