"""Strokes become pixels: with OpenCV where it is there, else with numpy alone."""

from __future__ import annotations

import numpy as np

try:
    import cv2
except ImportError:  # training machines have torch and little else
    cv2 = None


def paper(side: int) -> np.ndarray:
    return np.full((side, side), 255, np.uint8)


def line(canvas: np.ndarray, points: np.ndarray, width: float) -> None:
    """Ink a polyline on to (S, S) uint8 paper. points: (n, 2), width: both in units of the side."""
    side = canvas.shape[0]
    pixels = np.clip(np.asarray(points, np.float32), -1, 2) * side - 0.5
    thick = max(1, round(width * side))
    if cv2 is not None:
        fixed = np.round(pixels * 16).astype(np.int32)
        cv2.polylines(canvas, [fixed], False, (0,), thick, cv2.LINE_AA, 4)
    else:
        _line(canvas, pixels, thick)


def _line(canvas: np.ndarray, pixels: np.ndarray, thick: int) -> None:
    """Distance to each segment, in a window around it; as wide as OpenCV's smooth lines come out."""
    inked = 1.3 if thick == 1 else 2 * ((thick + 1) // 2) + 1.3
    side, reach = canvas.shape[0], inked / 2 + 1
    ends = pixels[1:] if len(pixels) > 1 else pixels
    for a, b in zip(pixels, ends, strict=False):
        low = np.floor(np.minimum(a, b) - reach).astype(int).clip(0, side)
        high = np.ceil(np.maximum(a, b) + reach + 1).astype(int).clip(0, side)
        if (low >= high).any():
            continue
        x, y = np.arange(low[0], high[0]) - a[0], (np.arange(low[1], high[1]) - a[1])[:, None]
        dx, dy = b - a
        t = ((x * dx + y * dy) / max(float(dx * dx + dy * dy), 1e-6)).clip(0, 1)
        far = np.hypot(x - t * dx, y - t * dy)
        ink = (255 * (far - (inked - 1) / 2).clip(0, 1)).astype(np.uint8)
        window = canvas[low[1] : high[1], low[0] : high[0]]
        np.minimum(window, ink, out=window)


def strokes(lines: list[np.ndarray], side: int, width: float) -> np.ndarray:
    """(S, S) uint8, 0 ink, 255 paper."""
    canvas = paper(side)
    for points in lines:
        line(canvas, points, width)
    return canvas


def stay_on_one_core() -> None:
    """OpenCV starts a thread for every core, in every process that makes examples: they starve each other."""
    if cv2 is not None:
        cv2.setNumThreads(0)


def can_ink() -> bool:
    return cv2 is not None


def inked(picture: np.ndarray, detail: float) -> np.ndarray:
    """(S, S) uint8: the ink lines that the program traces in a photo (S, S, 3); needs OpenCV."""
    from livesketch.tracing.lines import inked as traced

    return (traced(picture, detail) * 255).clip(0, 255).astype(np.uint8)


def filled(points: np.ndarray, side: int) -> np.ndarray:
    """(S, S) float32: 1 inside the polygon (n, 2), 0 outside."""
    if cv2 is not None:
        mask = np.zeros((side, side), np.uint8)
        cv2.fillPoly(mask, [np.round(points * side).astype(np.int32)], (1,))
        return mask.astype(np.float32)
    ticks = (np.arange(side, dtype=np.float32) + 0.5) / side
    inside = np.zeros((side, side), bool)
    for (ax, ay), (bx, by) in zip(points, np.roll(points, -1, 0), strict=True):
        crosses = (ay > ticks) != (by > ticks)
        at = ax + (ticks - ay) * (bx - ax) / (by - ay if abs(by - ay) > 1e-9 else 1e-9)
        inside ^= crosses[:, None] & (ticks[None] < at[:, None])
    return inside.astype(np.float32)


def smaller(picture: np.ndarray, factor: int) -> np.ndarray:
    """uint8 (S, S[, 3]) averaged over factor x factor pixels."""
    side = picture.shape[0] // factor
    if cv2 is not None:
        return cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)
    blocks = picture.reshape(side, factor, side, factor, -1).mean((1, 3))
    return blocks.round().astype(np.uint8).reshape(side, side, *picture.shape[2:])


def enlarged(picture: np.ndarray, side: int) -> np.ndarray:
    """uint8 (S, S[, 3]) to a larger side, smoothly."""
    if cv2 is not None:
        return cv2.resize(picture, (side, side), interpolation=cv2.INTER_LINEAR)
    ticks = np.clip(
        (np.arange(side) + 0.5) * picture.shape[0] / side - 0.5, 0, picture.shape[0] - 1
    )
    low = np.floor(ticks).astype(int)
    high, t = np.minimum(low + 1, picture.shape[0] - 1), ticks - low
    t = t.reshape(-1, *([1] * (picture.ndim - 1)))
    rows = picture[low] * (1 - t) + picture[high] * t
    columns = rows.swapaxes(0, 1)
    both = columns[low] * (1 - t) + columns[high] * t
    return both.swapaxes(0, 1).round().astype(np.uint8)
