"""The prepared photos, as arrays: what training reads from disk."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from livesketch.errors import SourceError
from livesketch.models.networks.face_lines import POINTS
from livesketch.training.doodles import Parts

TONES = (55.0, 41.0, 28.0, 10.0, -30.0)  # lower bounds of ITA classes (Chardon 1991), then dark
TONE_SHARES = (0.12, 0.19, 0.20, 0.18, 0.19, 0.12)  # how often each is shown, very light .. dark
RARITY = (0.4, 4.0)  # a reader sees the most unusual ten times as often as the most usual
AGES = "years.npy"  # only where they are known
ARRAYS = ("pictures", "ink", "landmarks", "outlines", "inside", "tone", "regions")


@dataclass(frozen=True)
class Prepared:
    """Arrays over N photos, memory-mapped; see prepare.py for how they come about."""

    pictures: np.ndarray  # (N, S, S, 3) uint8 RGB
    ink: np.ndarray  # (N, S, S) uint8, 0 ink
    landmarks: np.ndarray  # (N, 478, 2) float32, units of the side
    outlines: np.ndarray  # (N, 128, 2) float32
    inside: np.ndarray  # (N, 128) bool
    tone: np.ndarray  # (N,) float32: ITA of the cheeks, degrees
    regions: np.ndarray  # (N, 64, 64) uint8: rows of parsing.REGIONS
    years: np.ndarray  # (N,) float32: how old somebody is; nan: an adult, as far as is known
    parts: Parts
    chances: np.ndarray  # (N,) ascending to 1: photo i is shown with chance [i] - [i - 1]
    unusual: np.ndarray  # the same, where unusual faces are shown more often


def open_prepared(folder: Path) -> Prepared:
    """Raises SourceError if the folder was not prepared, or holds no faces."""
    try:
        arrays = {name: np.load(folder / f"{name}.npy", mmap_mode="r") for name in ARRAYS}
        years = np.load(folder / AGES) if (folder / AGES).exists() else None
    except (OSError, ValueError, EOFError) as error:
        raise SourceError(
            f"{folder} holds no prepared photos",
            hint="prepare them first: livesketch train --photos PHOTOS --data FOLDER",
        ) from error
    count = len(arrays["pictures"])
    if count == 0 or any(len(a) != count for a in arrays.values()):
        raise SourceError(f"the prepared photos in {folder} are incomplete or empty")
    parts: Parts = {}
    if (folder / "parts.json").exists():
        loaded = json.loads((folder / "parts.json").read_text())
        parts = {k: [[np.array(s, np.float32) for s in d] for d in v] for k, v in loaded.items()}
    if years is None:
        years = np.full(count, np.nan, np.float32)
    if len(years) != count:
        raise SourceError(f"the ages in {folder} are those of other photos")
    weights = _weights(np.asarray(arrays["tone"]))
    rare = weights * _rarity(np.asarray(arrays["landmarks"])[:, POINTS])
    return Prepared(
        **arrays, years=years, parts=parts, chances=_chances(weights), unusual=_chances(rare)
    )


def keep(path: Path, array: np.ndarray) -> None:
    """Write an array, whole or not at all."""
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        np.save(file, array)
    part.replace(path)


def _weights(tone: np.ndarray) -> np.ndarray:
    """Each class of skin tone gets its share of the examples; a photo at most 8 times the average."""
    kinds = (tone[:, None] <= np.array(TONES)).sum(1)  # 0 very light .. 5 dark
    counts = np.bincount(kinds, minlength=6)
    weights = (np.array(TONE_SHARES) / np.maximum(counts, 1))[kinds]
    weights = np.minimum(weights / weights.mean(), 8)
    return np.where(tone < -60, weights * 0.3, weights)  # faces in the dark, not dark faces


def _rarity(points: np.ndarray) -> np.ndarray:
    """(N,) from points (N, K, 2): how far a face's shape is from the mean one; 1 for the middle face."""
    plane = points[..., 0] + 1j * points[..., 1]
    plane = plane - plane.mean(1, keepdims=True)
    for _ in range(2):  # every face turned and sized to the mean (Goodall 1991)
        mean = plane.mean(0)
        plane = plane * ((plane.conj() @ mean) / (np.abs(plane) ** 2).sum(1).clip(1e-9))[:, None]
    far = (np.abs(plane - plane.mean(0)) ** 2).mean(1)
    return np.clip(far / max(float(np.median(far)), 1e-12), *RARITY)


def _chances(weights: np.ndarray) -> np.ndarray:
    return np.cumsum(weights / weights.sum())
