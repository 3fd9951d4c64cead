"""Prepared photos become training examples: a bent photo, a drawing of it, and where its features are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from livesketch.errors import SourceError
from livesketch.training import raster, warp
from livesketch.training.doodles import Parts, doodle
from livesketch.training.drawing import Face, hair, hand_drawn, prefix
from livesketch.training.geometry import HELD, OVAL, mirrored

TONES = (55.0, 41.0, 28.0, 10.0, -30.0)  # lower bounds of ITA classes (Chardon 1991), then dark
TONE_SHARES = (0.12, 0.19, 0.20, 0.18, 0.19, 0.12)  # how often each is shown, very light .. dark
ARRAYS = ("pictures", "ink", "landmarks", "outlines", "inside", "tone")


@dataclass(frozen=True)
class Prepared:
    """Arrays over N photos, memory-mapped; see prepare.py for how they come about."""

    pictures: np.ndarray  # (N, S, S, 3) uint8 RGB
    ink: np.ndarray  # (N, S, S) uint8, 0 ink
    landmarks: np.ndarray  # (N, 478, 2) float32, units of the side
    outlines: np.ndarray  # (N, 128, 2) float32
    inside: np.ndarray  # (N, 128) bool
    tone: np.ndarray  # (N,) float32: ITA of the cheeks, degrees
    parts: Parts
    chances: np.ndarray  # (N,) ascending to 1: photo i is shown with chance [i] - [i - 1]


@dataclass(frozen=True)
class Example:
    drawing: np.ndarray  # (S, S) uint8, 0 ink
    whole: np.ndarray  # (S, S) uint8: the drawing this one is the beginning of, or the same
    picture: np.ndarray  # (S, S, 3) uint8
    points: np.ndarray  # (len(HELD), 2) float32
    faithful: float  # 0..1


def open_prepared(folder: Path) -> Prepared:
    """Raises SourceError if the folder was not prepared, or holds no faces."""
    try:
        arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in ARRAYS}
    except (OSError, ValueError) as error:
        raise SourceError(
            f"{folder} holds no prepared photos",
            hint="prepare them first: livesketch train --prepare PHOTOS --data FOLDER",
        ) from error
    count = len(arrays["pictures"])
    if count == 0 or any(len(a) != count for a in arrays.values()):
        raise SourceError(f"the prepared photos in {folder} are incomplete or empty")
    parts: Parts = {}
    if (folder / "parts.json").exists():
        loaded = json.loads((folder / "parts.json").read_text())
        parts = {k: [[np.array(s, np.float32) for s in d] for d in v] for k, v in loaded.items()}
    return Prepared(**arrays, parts=parts, chances=_chances(np.asarray(arrays["tone"])))


def _chances(tone: np.ndarray) -> np.ndarray:
    """Each class of skin tone gets its share of the examples; a photo at most 8 times the average."""
    kinds = (tone[:, None] <= np.array(TONES)).sum(1)  # 0 very light .. 5 dark
    counts = np.bincount(kinds, minlength=6)
    weights = (np.array(TONE_SHARES) / np.maximum(counts, 1))[kinds]
    weights = np.minimum(weights / weights.mean(), 8)
    weights = np.where(tone < -60, weights * 0.3, weights)  # faces in the dark, not dark faces
    return np.cumsum(weights / weights.sum())


def example(data: Prepared, size: int, rng: np.random.Generator) -> Example:
    """One random example; the same rng gives the same example."""
    i = min(int(np.searchsorted(data.chances, rng.random())), len(data.chances) - 1)
    landmarks = np.asarray(data.landmarks[i])
    bending = warp.random_warp(landmarks, rng)
    side = data.pictures.shape[1]
    place = warp.field(bending, side)
    picture = _sized(warp.bend(data.pictures[i], place), size)
    bent = warp.points(bending, np.concatenate([landmarks, data.outlines[i]]))
    inside = np.asarray(data.inside[i])
    face = Face(bent[: len(landmarks)], bent[len(landmarks) :], inside)
    faithful = float(rng.random())
    drawing, whole = _drawing(data, i, face, place, size, faithful, rng)
    points = face.landmarks[HELD]
    if rng.random() < 0.5:
        drawing, whole, picture = drawing[:, ::-1], whole[:, ::-1], picture[:, ::-1]
        points = mirrored(points)
    return Example(drawing, whole, picture, points, faithful)


def _drawing(data, i, face, place, size, faithful, rng) -> tuple[np.ndarray, np.ndarray]:
    """(S, S) uint8 drawing, and the whole it is a beginning of."""
    dice = rng.random()
    level = float(rng.random() * (1.2 - 0.9 * faithful))  # who trusts lines gets trustworthy ones
    width = float(rng.choice([0.004, 0.008, 0.008, 0.012, 0.012, 0.022]))
    if dice < 0.20:
        sketch = _ink(data, i, place, size, level, rng)
        if rng.random() < 0.7:  # what lies behind the person is not drawn
            sketch = np.where(raster.filled(face.outline, size) > 0, sketch, 255).astype(np.uint8)
        return sketch, sketch
    if dice < 0.30:
        sketch = _mixture(data, i, face, place, size, level, width, rng)
        return sketch, sketch
    if dice < 0.60:
        strokes = hand_drawn(face, level, rng)
    else:
        strokes = doodle(face, level if rng.random() < 0.6 else 0.0, data.parts, rng)
    shift = rng.normal(0, 0.015 * level, 2)
    strokes = [s + shift for s in strokes]
    whole = raster.strokes(strokes, size, width)
    if rng.random() > 0.35:
        return whole, whole
    begun = prefix(strokes, rng.uniform(0.15, 0.95))
    return raster.strokes(begun, size, width), whole


def _ink(data, i, place, size, amount, rng) -> np.ndarray:
    """The photo's ink lines, unsteady by up to a percent of the side."""
    side = place.shape[0]
    shake = rng.normal(0, side * 0.006 * amount, (5, 5, 2)).astype(np.float32)
    return _sized(warp.bend(data.ink[i], place + warp.enlarge(shake, side), outside=255), size)


def _mixture(data, i, face, place, size, level, width, rng) -> np.ndarray:
    """Ink lines in patches around a face that is drawn by hand."""
    lines = _ink(data, i, place, size, level, rng).astype(np.float32)
    patches = warp.enlarge((rng.random((6, 6, 1)) < rng.uniform(0.2, 0.9)).astype(np.float32), size)
    skin = 1 - raster.filled(face.landmarks[OVAL], size)
    lines = 255 - (255 - lines) * patches.reshape(size, size) * skin
    strokes = hand_drawn(face, level * 0.6, rng)
    if rng.random() < 0.3:
        strokes += hair(face, level * 0.6, rng)
    return np.minimum(lines.astype(np.uint8), raster.strokes(strokes, size, width))


def _sized(picture: np.ndarray, size: int) -> np.ndarray:
    """Area-downsampled to (size, size, ...); pictures are never enlarged."""
    factor = picture.shape[0] // size
    if factor <= 1:
        return picture
    return raster.smaller(picture, factor)
