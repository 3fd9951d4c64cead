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
    straight: np.ndarray  # (S, S) uint8: the same drawing, not bent
    field: np.ndarray  # (64, 64, 2) float32: where in the straight picture the bent one looks
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


def example(data: Prepared, size: int, rng: np.random.Generator, is_bold: bool = False) -> Example:
    """One random example; the same rng gives the same example. Bold: bent further, exact more often."""
    i = min(int(np.searchsorted(data.chances, rng.random())), len(data.chances) - 1)
    landmarks = np.asarray(data.landmarks[i])
    bending = warp.random_warp(landmarks, rng, is_bold)
    side = data.pictures.shape[1]
    place = warp.field(bending, side)
    picture = _sized(warp.bend(data.pictures[i], place), size)
    face = Face(landmarks, np.asarray(data.outlines[i]), np.asarray(data.inside[i]))
    faithful = float(rng.random())
    drawing, whole, straight = _drawing(data, i, face, bending, place, size, faithful, rng, is_bold)
    points = warp.points(bending, landmarks[HELD])
    field = warp.coarse(bending)
    if rng.random() < 0.5:
        drawing, whole, straight = drawing[:, ::-1], whole[:, ::-1], straight[:, ::-1]
        picture, points = picture[:, ::-1], mirrored(points)
        field = field[:, ::-1] * np.array([-1, 1], np.float32) + np.array([1, 0], np.float32)
    return Example(drawing, whole, straight, field, picture, points, faithful)


def _drawing(
    data, i, face, bending, place, size, faithful, rng, is_bold
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(S, S) uint8: a bent drawing, the whole it is a beginning of, and the drawing unbent."""
    dice = rng.random()
    level = float(rng.random() * (1.15 - 0.3 * faithful))
    width = float(rng.choice([0.004, 0.008, 0.008, 0.012, 0.012, 0.022]))
    if dice < 0.30:
        lines, bent = _ink(data, i, face, bending, place, size, level, rng)
        if dice < 0.20:
            return bent, bent, lines
        return _mixture(face, bending, lines, bent, level, width, rng)
    exact = 0.4 if is_bold else 0.15
    if dice < 0.60:
        strokes = hand_drawn(face, level, rng)
    else:
        strokes = doodle(face, level if rng.random() > exact else 0.0, data.parts, rng)
    shift = rng.normal(0, 0.015 * level, 2)
    strokes = [s + shift for s in strokes]
    whole = raster.strokes(_bent(bending, strokes), size, width)
    if rng.random() > 0.35:
        return whole, whole, raster.strokes(strokes, size, width)
    begun = prefix(strokes, rng.uniform(0.15, 0.95))
    bent = raster.strokes(_bent(bending, begun), size, width)
    return bent, whole, raster.strokes(begun, size, width)


def _bent(bending: warp.Warp, strokes: list[np.ndarray]) -> list[np.ndarray]:
    if not strokes:
        return []
    ends = np.cumsum([len(s) for s in strokes])[:-1]
    return np.split(warp.points(bending, np.concatenate(strokes)), ends)


def _ink(data, i, face, bending, place, size, amount, rng) -> tuple[np.ndarray, np.ndarray]:
    """The photo's ink lines, and the same bent and unsteady by up to a percent of the side."""
    side = place.shape[0]
    lines = np.asarray(data.ink[i])
    if rng.random() < 0.7:  # what lies behind the person is not drawn
        lines = np.where(raster.filled(face.outline, side) > 0, lines, 255).astype(np.uint8)
    shake = rng.normal(0, side * 0.006 * amount, (5, 5, 2)).astype(np.float32)
    bent = warp.bend(lines, place + warp.enlarge(shake, side), outside=255)
    return _sized(lines, size), _sized(bent, size)


def _mixture(
    face, bending, lines, bent, level, width, rng
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ink lines in patches around a face that is drawn by hand."""
    size = len(lines)
    patches = warp.enlarge((rng.random((6, 6, 1)) < rng.uniform(0.2, 0.9)).astype(np.float32), size)
    strokes = hand_drawn(face, level * 0.6, rng)
    if rng.random() < 0.3:
        strokes += hair(face, level * 0.6, rng)
    out, oval = [], face.landmarks[OVAL]
    for ink, around, by_hand in (
        (lines, oval, strokes),
        (bent, warp.points(bending, oval), _bent(bending, strokes)),
    ):
        keep = patches.reshape(size, size) * (1 - raster.filled(around, size))
        kept = (255 - (255 - ink.astype(np.float32)) * keep).astype(np.uint8)
        out.append(np.minimum(kept, raster.strokes(by_hand, size, width)))
    return out[1], out[1], out[0]


def _sized(picture: np.ndarray, size: int) -> np.ndarray:
    """Area-downsampled to (size, size, ...); pictures are never enlarged."""
    factor = picture.shape[0] // size
    if factor <= 1:
        return picture
    return raster.smaller(picture, factor)
