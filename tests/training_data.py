"""Prepared photos for tests, made of arithmetic: a face-like blob and landmarks where a face has them."""

from pathlib import Path

import numpy as np

from livesketch.models.networks.face_lines import BROWS, EYES, LIPS, OVAL
from livesketch.training.geometry import LIPS_INNER

KNOWN = {1: (0.5, 0.6), 2: (0.5, 0.64), 6: (0.5, 0.5), 168: (0.5, 0.46), 98: (0.46, 0.63)}
KNOWN |= {327: (0.54, 0.63), 97: (0.48, 0.64), 326: (0.52, 0.64), 197: (0.5, 0.53)}
KNOWN |= {195: (0.5, 0.56), 5: (0.5, 0.59), 468: (0.38, 0.47), 473: (0.62, 0.47)}
KNOWN |= {48: (0.45, 0.62), 64: (0.45, 0.63), 278: (0.55, 0.62), 294: (0.55, 0.63)}


def landmarks() -> np.ndarray:
    """(478, 2) float32: an average, symmetric face."""
    p = np.full((478, 2), 0.5, np.float32)

    def ring(
        chain: list[int], middle: tuple[float, float], rx: float, ry: float, first: float
    ) -> None:
        t = first + np.linspace(0, 2 * np.pi, len(chain) - 1, endpoint=False)
        p[chain[:-1]] = np.stack([middle[0] + rx * np.cos(t), middle[1] + ry * np.sin(t)], 1)

    ring(OVAL, (0.5, 0.585), 0.27, 0.32, -np.pi / 2)
    ring(EYES[0], (0.38, 0.47), 0.045, 0.018, np.pi)
    ring(EYES[1], (0.62, 0.47), -0.045, 0.018, np.pi)
    ring(LIPS, (0.5, 0.735), 0.105, 0.035, np.pi)
    ring(LIPS_INNER, (0.5, 0.735), 0.085, 0.012, np.pi)
    for brow, x in zip(BROWS, (0.37, 0.63), strict=True):
        t = np.linspace(-1, 1, len(brow)) * (1 if x < 0.5 else -1)
        p[brow] = np.stack([x + 0.065 * t, 0.385 - 0.01 * (1 - t**2)], 1)
    for index, place in KNOWN.items():
        p[index] = place
    return p


def crowd(count: int, rng: np.random.Generator) -> np.ndarray:
    """(N, 478, 2) float32: faces of several widths and heights, some with a smile."""
    size, shift = rng.normal(1, 0.05, (count, 1, 2)), rng.normal(0, 0.004, (count, 1, 2))
    faces = (landmarks()[None] - 0.5) * size + 0.5 + shift
    faces[:, [61, 291], 1] += rng.normal(0, 0.01, (count, 1))
    return faces.astype(np.float32)


def regions() -> np.ndarray:
    """(64, 64) uint8, rows of parsing.REGIONS: a head with hair above, ears beside and a neck and cloth below."""
    rows, columns = (np.mgrid[:64, :64] + 0.5) / 64
    kinds = np.zeros((64, 64), np.uint8)
    kinds[np.hypot((columns - 0.5) / 0.34, (rows - 0.42) / 0.4) < 1] = 2
    kinds[(rows > 0.8) & (np.abs(columns - 0.5) < 0.35)] = 4
    kinds[(rows > 0.7) & (rows < 0.93) & (np.abs(columns - 0.5) < 0.14)] = 3
    kinds[np.hypot((np.abs(columns - 0.5) - 0.28) / 0.04, (rows - 0.55) / 0.08) < 1] = 7
    kinds[np.hypot((columns - 0.5) / 0.27, (rows - 0.585) / 0.32) < 1] = 1
    return kinds


def write_prepared(folder: Path, count: int = 6, tone: np.ndarray | None = None) -> Path:
    """The arrays that `livesketch train --photos` would have written. Returns the folder."""
    count = count if tone is None else len(tone)
    rng = np.random.default_rng(0)
    rows, columns = np.mgrid[:256, :256] / 256
    blob = ((columns - 0.5) / 0.27) ** 2 + ((rows - 0.585) / 0.32) ** 2 < 1
    pictures = np.where(blob[..., None], 190, 60) + rng.integers(-30, 30, (count, 1, 1, 3))
    ink = np.where(np.abs(blob.astype(int) - np.roll(blob, 2, 1)) > 0, 0, 255)
    t = np.linspace(0, 2 * np.pi, 128)
    outline = np.stack([0.5 + 0.33 * np.cos(t), 0.55 + 0.4 * np.sin(t)], 1)
    arrays = {
        "pictures": pictures.astype(np.uint8),
        "ink": np.repeat(ink[None], count, 0).astype(np.uint8),
        "landmarks": crowd(count, rng),
        "outlines": np.repeat(outline[None], count, 0).astype(np.float32),
        "inside": np.ones((count, 128), bool),
        "tone": np.linspace(-40, 60, count, dtype=np.float32) if tone is None else tone,
        "regions": np.repeat(regions()[None], count, 0),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    return folder
