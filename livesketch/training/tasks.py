"""What a reader may be shown instead of a drawing: painted masks, tiny pictures, photos."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from livesketch.errors import UsageError
from livesketch.models.networks.face_lines import (
    BROWS,
    EYES,
    INNER_LOWER,
    INNER_UPPER,
    LIPS,
    POINTS,
)
from livesketch.training import raster, warp
from livesketch.training.dataset import Prepared
from livesketch.training.examples import Reading, chosen, meaning, mirrored, reading, sized

CLASSES = 19  # of a mask, rows of frames.FACE_PARTS
# task -> channels and side of what its reader sees
INPUTS = {"sketch": (1, 256), "mask": (CLASSES, 64), "lowres": (3, 64), "photo": (3, 128)}
FACTORS = (4, 8, 16)  # how much smaller than 256 a tiny picture is
# rows of parsing.REGIONS -> rows of FACE_PARTS; which ear it is depends on the side
CLASS_OF = np.array([0, 1, 13, 17, 18, 14, 3, 8], np.uint8)
L_EYE, R_EYE, L_BROW, R_BROW, L_EAR, R_EAR = 4, 5, 6, 7, 8, 9
NOSE, MOUTH, UPPER_LIP, LOWER_LIP = 2, 10, 11, 12
NOSE_AROUND = [168, 64, 98, 2, 327, 294]


def seen_by(task: str) -> Callable[[Prepared, int, np.random.Generator], Reading]:
    """What makes the examples of a task. Raises UsageError for a task that there is none of."""
    tasks = {"sketch": reading, "mask": mask, "lowres": lowres, "photo": photo}
    if task not in tasks:
        raise UsageError(f"there is no task {task!r}", hint=f"choose from: {', '.join(tasks)}")
    return tasks[task]


def lowres(data: Prepared, size: int, rng: np.random.Generator) -> Reading:
    """A bent photo, 4, 8 or 16 times smaller than 256 and brought to (3, size, size)."""
    picture, points, regions = _photo(data, rng)
    small = raster.smaller(picture, picture.shape[0] // (256 // int(rng.choice(FACTORS))))
    return Reading(_planes(raster.enlarged(small, size)), points, regions)


def photo(data: Prepared, size: int, rng: np.random.Generator) -> Reading:
    """A bent photo itself, (3, size, size)."""
    picture, points, regions = _photo(data, rng)
    return Reading(_planes(sized(picture, size)), points, regions)


def mask(data: Prepared, size: int, rng: np.random.Generator) -> Reading:
    """A mask as a person would paint it: (19, size, size), how much of a cell each class covers."""
    i = chosen(data.chances, rng)
    bending = warp.random_warp(np.asarray(data.landmarks[i]), rng, rng.random() < 0.6)
    points, regions = meaning(data, i, bending)
    if rng.random() < 0.5:
        points, regions = mirrored(points), regions[:, :, ::-1]
    painted = painted_mask(points, regions, rng)
    return Reading(shares(painted, size), points, regions)


def painted_mask(points: np.ndarray, regions: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(256, 256) uint8 class numbers: regions, and the features that landmarks bound.

    A hand is unsteady: features are painted a little too large or too small, some not at all.
    """
    side = 256
    kinds = regions.argmax(0).astype(np.uint8)
    fold = side // kinds.shape[0]
    canvas = CLASS_OF[kinds].repeat(fold, 0).repeat(fold, 1)
    right = np.arange(side) < points[:, 0].mean() * side  # the person's right, on our left
    canvas = np.where((canvas == L_EAR) & right, R_EAR, canvas).astype(np.uint8)

    def place(indices: list[int]) -> np.ndarray:
        q = points[[POINTS.index(index) for index in indices]]
        return (
            (q - q.mean(0)) * np.exp(rng.normal(0, 0.06, 2)) + q.mean(0) + rng.normal(0, 0.003, 2)
        )

    def fill(indices: list[int], value: int) -> None:
        if rng.random() > 0.02:
            canvas[raster.filled(place(indices), side) > 0] = value

    fill(NOSE_AROUND, NOSE)
    fill([*LIPS[:11], *INNER_UPPER[::-1]], UPPER_LIP)
    fill([*LIPS[10:], *INNER_LOWER], LOWER_LIP)
    fill([*INNER_UPPER, *INNER_LOWER[-2:0:-1]], MOUTH)
    for eye, value in zip(EYES, (R_EYE, L_EYE), strict=True):
        fill(eye[:-1], value)
    for brow, value in zip(BROWS, (R_BROW, L_BROW), strict=True):
        if rng.random() > 0.05:
            stroke = raster.strokes([place(brow)], side, float(rng.uniform(0.012, 0.03)))
            canvas[stroke < 128] = value
    return canvas


def shares(classes: np.ndarray, size: int) -> np.ndarray:
    """(S, S) class numbers -> (19, size, size) uint8: how much of each cell a class covers."""
    fold = classes.shape[0] // size
    cell = np.arange(classes.shape[0]) // fold
    row = classes.astype(np.int64) * size * size + cell[:, None] * size + cell
    counts = np.bincount(row.ravel(), minlength=CLASSES * size * size)
    return np.rint(counts.reshape(CLASSES, size, size) * (255 / fold**2)).astype(np.uint8)


def _photo(data: Prepared, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A bent photo (S, S, 3), its points and regions."""
    i = chosen(data.chances, rng)
    bending = warp.random_warp(np.asarray(data.landmarks[i]), rng, rng.random() < 0.35)
    picture = warp.bend(data.pictures[i], warp.field(bending, data.pictures.shape[1]))
    points, regions = meaning(data, i, bending)
    if rng.random() < 0.5:
        picture, points, regions = picture[:, ::-1], mirrored(points), regions[:, :, ::-1]
    light = rng.uniform(0.75, 1.25)
    return np.clip(picture * light, 0, 255).astype(np.uint8), points, regions


def _planes(picture: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(picture.transpose(2, 0, 1))
