"""What networks learn from: bent photos, drawings of them, and what is where in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livesketch.models.networks.face_lines import OVAL, POINTS, mirror_rows
from livesketch.training import raster, warp
from livesketch.training.dataset import Prepared
from livesketch.training.doodles import doodle
from livesketch.training.drawing import Face, hair, hand_drawn, prefix
from livesketch.training.parsing import REGIONS

GRID = 32  # of regions
STYLE_SIDE = 128
OPENED = 0.05  # of a face's height: lips are drawn further apart than photos show them
FRESH = 0.5  # of ink lines: the others are those that were prepared
MIRROR = np.array(mirror_rows())


@dataclass(frozen=True)
class Portrait:
    """A painter's example."""

    picture: np.ndarray  # (S, S, 3) uint8
    straight: np.ndarray  # (128, 128, 3) uint8: the photo as it was, for who it is
    points: np.ndarray  # (K, 2) float32: rows of POINTS, units of the side
    regions: np.ndarray  # (R, 32, 32) uint8: quarters of each cell


@dataclass(frozen=True)
class Reading:
    """A reader's example."""

    seen: np.ndarray  # (C, S, S) uint8: what the task shows; of a drawing, 0 is ink
    points: np.ndarray
    regions: np.ndarray


@dataclass(frozen=True)
class Pair:
    """An example for a network that paints straight from a drawing."""

    seen: np.ndarray  # (1, S, S) uint8, 0 is ink
    picture: np.ndarray  # (S, S, 3) uint8: the photo that was drawn


def portrait(data: Prepared, size: int, rng: np.random.Generator) -> Portrait:
    """One random example; the same rng gives the same example."""
    i = chosen(data.chances, rng)
    landmarks = np.asarray(data.landmarks[i])
    # closed lips have nothing between them that could be shown
    further = OPENED if warp.parted(landmarks) > 0.02 else 0.0
    bending = warp.random_warp(landmarks, rng, rng.random() < 0.35, further)
    picture = sized(warp.bend(data.pictures[i], warp.field(bending, data.pictures.shape[1])), size)
    straight = sized(np.asarray(data.pictures[i]), STYLE_SIDE)
    points, regions = meaning(data, i, bending)
    if rng.random() < 0.5:
        picture, points, regions = picture[:, ::-1], mirrored(points), regions[:, :, ::-1]
    if rng.random() < 0.5:
        straight = straight[:, ::-1]
    return Portrait(picture, straight, points, regions)


def straight_portrait(data: Prepared, size: int, rng: np.random.Generator) -> Portrait:
    """As `portrait`, of a photo as it was taken: what is bent has lost its finest lines."""
    i = chosen(data.chances, rng)
    picture, straight = (sized(np.asarray(data.pictures[i]), s) for s in (size, STYLE_SIDE))
    points, regions = meaning(data, i, warp.STRAIGHT)
    if rng.random() < 0.5:
        picture, straight = picture[:, ::-1], straight[:, ::-1]
        points, regions = mirrored(points), regions[:, :, ::-1]
    return Portrait(picture, straight, points, regions)


def reading(data: Prepared, size: int, rng: np.random.Generator) -> Reading:
    """One random drawing and what is meant by it; the same rng gives the same example."""
    i = chosen(data.unusual, rng)
    bending = warp.random_warp(np.asarray(data.landmarks[i]), rng, rng.random() < 0.6, OPENED)
    drawing = drawn(data, i, bending, size, rng)
    points, regions = meaning(data, i, bending)
    if rng.random() < 0.5:
        drawing, points, regions = drawing[:, ::-1], mirrored(points), regions[:, :, ::-1]
    return Reading(drawing[None], points, regions)


def pair(data: Prepared, size: int, rng: np.random.Generator) -> Pair:
    """The drawing that `reading` makes of the same rng, and the bent photo that it is of."""
    i = chosen(data.unusual, rng)
    bending = warp.random_warp(np.asarray(data.landmarks[i]), rng, rng.random() < 0.6, OPENED)
    drawing = drawn(data, i, bending, size, rng)
    picture = sized(warp.bend(data.pictures[i], warp.field(bending, data.pictures.shape[1])), size)
    if rng.random() < 0.5:
        drawing, picture = drawing[:, ::-1], picture[:, ::-1]
    return Pair(drawing[None], picture)


def chosen(chances: np.ndarray, rng: np.random.Generator) -> int:
    return min(int(np.searchsorted(chances, rng.random())), len(chances) - 1)


def mirrored(points: np.ndarray) -> np.ndarray:
    """Points (K, 2) of a face -> those of the same face in a mirror."""
    return points[MIRROR] * np.array([-1, 1], np.float32) + np.array([1, 0], np.float32)


def meaning(data: Prepared, i: int, bending: warp.Warp) -> tuple[np.ndarray, np.ndarray]:
    """Points (K, 2) and regions (R, 32, 32) of a bent photo."""
    points = warp.points(bending, np.asarray(data.landmarks[i])[POINTS])
    fine = data.regions.shape[1]
    at = np.clip(warp.coarse(bending) * fine, 0, fine - 1).astype(int)
    kinds = np.asarray(data.regions[i])[at[..., 1], at[..., 0]]
    each = (kinds == np.arange(len(REGIONS))[:, None, None]).view(np.uint8)
    rows = each[:, ::2] + each[:, 1::2]  # a cell is two by two of the photo's
    return points.astype(np.float32), rows[:, :, ::2] + rows[:, :, 1::2]


def sized(picture: np.ndarray, size: int) -> np.ndarray:
    """Area-downsampled to (size, size, ...); pictures are never enlarged."""
    factor = picture.shape[0] // size
    return picture if factor <= 1 else raster.smaller(picture, factor)


def drawn(
    data: Prepared, i: int, bending: warp.Warp, size: int, rng: np.random.Generator
) -> np.ndarray:
    """(S, S) uint8: a bent photo as ink lines, contours, a doodle, a mixture, or the beginning of one."""
    landmarks = np.asarray(data.landmarks[i])
    face = Face(landmarks, np.asarray(data.outlines[i]), np.asarray(data.inside[i]))
    care, dice = float(rng.random()), rng.random()
    level = float(rng.random() * (1.15 - 0.3 * care))
    width = float(rng.choice([0.004, 0.008, 0.008, 0.012, 0.012, 0.022]))
    if dice < 0.44:
        lines = _ink(data, i, face, bending, size, level * rng.random(), rng)
        return lines if dice < 0.36 else _mixture(face, bending, lines, level, width, rng)
    if dice < 0.69:
        strokes = hand_drawn(face, level, rng)
    else:
        strokes = doodle(face, level if rng.random() > 0.4 else 0.0, data.parts, rng)
    shift = rng.normal(0, 0.015 * level, 2)
    strokes = [s + shift for s in strokes]
    if rng.random() < 0.35:
        strokes = prefix(strokes, rng.uniform(0.15, 0.95))
    return raster.strokes(_bent(bending, strokes), size, width)


def _bent(bending: warp.Warp, strokes: list[np.ndarray]) -> list[np.ndarray]:
    if not strokes:
        return []
    ends = np.cumsum([len(s) for s in strokes])[:-1]
    return np.split(warp.points(bending, np.concatenate(strokes)), ends)


def _ink(data, i, face, bending, size, amount, rng) -> np.ndarray:
    """The photo's ink lines, bent, and unsteady by up to a percent of the side.

    Half of them are drawn from the bent photo in some other light, with more lines or fewer, where
    that can be done.
    """
    side = data.pictures.shape[1]
    shake = rng.normal(0, side * 0.006 * amount, (5, 5, 2)).astype(np.float32)
    place = warp.field(bending, side) + warp.enlarge(shake, side)
    person = raster.filled(face.outline, side) > 0
    if rng.random() > 0.7:  # else what lies behind the person is not drawn
        person = np.ones_like(person)
    if rng.random() < FRESH and raster.can_ink():
        lines = raster.inked(
            _lit(warp.bend(data.pictures[i], place), rng), float(rng.uniform(0.15, 0.8))
        )
        person = warp.bend(person.astype(np.uint8), place, outside=0)
        return sized(np.where(person > 0, lines, 255).astype(np.uint8), size)
    lines = np.where(person, np.asarray(data.ink[i]), 255).astype(np.uint8)
    return sized(warp.bend(lines, place, outside=255), size)


def _lit(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The picture as another camera might have taken it."""
    left, right = np.exp(rng.normal(0, 0.25, 2))
    light = np.linspace(left, right, picture.shape[1])[None, :, None]
    curve = np.exp(rng.normal(0, 0.25))
    return (255 * ((picture / 255) ** curve * light).clip(0, 1)).astype(np.uint8)


def _mixture(face, bending, lines, level, width, rng) -> np.ndarray:
    """Ink lines in patches around a face that is drawn by hand."""
    size = len(lines)
    patches = warp.enlarge((rng.random((6, 6, 1)) < rng.uniform(0.2, 0.9)).astype(np.float32), size)
    strokes = hand_drawn(face, level * 0.6, rng)
    if rng.random() < 0.3:
        strokes += hair(face, level * 0.6, rng)
    around = warp.points(bending, face.landmarks[OVAL])
    keep = patches.reshape(size, size) * (1 - raster.filled(around, size))
    kept = (255 - (255 - lines.astype(np.float32)) * keep).astype(np.uint8)
    return np.minimum(kept, raster.strokes(_bent(bending, strokes), size, width))
