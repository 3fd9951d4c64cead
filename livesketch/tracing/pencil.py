"""A face in pencil: fine lines, and shade laid in with strokes that all lean the same way."""

import cv2
import numpy as np
from numpy.typing import NDArray

from livesketch.frames import Picture, Sketch

HATCH = 0.021  # sides between neighbouring strokes of shade
LEAN = 52.0  # degrees
LIGHTEST = 0.45  # the darkness of a stroke of shade that is hardly pressed
SHORTEST = 0.02  # sides
WIDTH = 2.0 / 256


def shade_strokes(
    crop: Picture, silhouette: NDArray[np.float32] | None, detail: float
) -> list[NDArray[np.float32]]:
    """Strokes (n, 3) of x, y in units of the side and pressure: parallel where it is dim, crossed
    where it is dark."""
    tone = _tone(crop, silhouette)
    gap = HATCH * (1.25 - 0.5 * detail)
    strokes = _hatched(tone, 0.34 + 0.1 * (1 - detail), LEAN, gap)
    strokes += _hatched(tone, 0.55, LEAN, gap, offset=0.5)
    return strokes + _hatched(tone, 0.7, -LEAN * 0.6, gap)


def penciled(lines: Sketch, strokes: list[NDArray[np.float32]]) -> Sketch:
    """The lines (S, S) with strokes of shade under them."""
    size = len(lines)
    shade = np.zeros((size, size), np.float32)
    layer = np.zeros((size, size), np.uint8)
    for stroke in strokes:
        dark = round(255 * (LIGHTEST + (0.8 - LIGHTEST) * float(stroke[:, 2].mean())))
        line = np.round((stroke[:, :2] * size - 0.5) * 16).astype(np.int32)
        cv2.polylines(
            layer, [line], False, (dark,), max(1, round(WIDTH * size / 2)), cv2.LINE_AA, 4
        )
    shade = layer.astype(np.float32) / np.float32(255)
    return np.minimum(lines, 1 - shade).astype(np.float32)


def _tone(crop: Picture, silhouette: NDArray[np.float32] | None) -> NDArray[np.float32]:
    """Darkness 0..1 by this picture's own range, calm, and nothing behind the person."""
    size = len(crop)
    gray = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    soft = np.asarray(cv2.GaussianBlur(gray, (0, 0), size / 90), np.float32)
    front = np.ones_like(soft) if silhouette is None else silhouette
    seen = soft[front > 0.5] if (front > 0.5).any() else soft
    low, high = np.percentile(seen, [2, 92])
    if high - low < 24:  # a plain picture has no shade
        return np.zeros_like(soft)
    dark = 1 - np.clip((soft - low) / (high - low), 0, 1)
    return (dark * np.clip(front * 2 - 0.5, 0, 1)).astype(np.float32)


def _hatched(
    tone: NDArray[np.float32], least: float, lean: float, gap: float, offset: float = 0.0
) -> list[NDArray[np.float32]]:
    """Parallel strokes wherever the tone is darker than `least`."""
    size = len(tone)
    angle = np.radians(lean)
    along = np.array([np.cos(angle), -np.sin(angle)])
    across = np.array([np.sin(angle), np.cos(angle)])
    step = 1 / 128
    t = np.arange(-0.75, 0.75, step)
    strokes = []
    for row in np.arange(-0.75, 0.75, gap) + offset * gap:
        line = 0.5 + row * across + t[:, None] * along
        pixels = (line * size).astype(int)
        is_in = ((pixels >= 0) & (pixels < size)).all(1)
        inside = np.clip(pixels, 0, size - 1)
        dark = np.where(is_in, tone[inside[:, 1], inside[:, 0]], 0.0)
        edges = np.flatnonzero(np.diff(np.concatenate([[0], (dark > least).astype(int), [0]])))
        for a, b in zip(edges[::2], edges[1::2], strict=True):
            if (b - a) * step < SHORTEST:
                continue
            press = float(np.clip((dark[a:b].mean() - least) / (1 - least), 0, 1))
            ends = line[[a, b - 1]]
            strokes.append(np.column_stack([ends, [press, press]]).astype(np.float32))
    return strokes
