"""The ink: a line of changing width laid along a path, exactly anti-aliased, without notch or gap."""

import math

import numpy as np
from numpy.typing import NDArray

from livesketch.canvas.brush import Brush

Rect = tuple[int, int, int, int]  # x, y, width, height in pixels

_BATCH = 48  # path points between two dirty rectangles
_MOST_CELLS = 150_000  # pixels looked at in one go: they stay in the cache
_THINNEST = 0.45  # pixels of radius: thinner lines would only be paler


def paint(
    raster: NDArray[np.uint8], points: NDArray[np.float64], brush: Brush, is_dot: bool = False
) -> list[Rect]:
    """Lays a path (N, >= 3) x, y, pressure, …, lean in sides of the raster on it; returns what became dirty.

    raster: uint8 (H, H), 0 paper .. 255 ink. A single point paints with `is_dot` only. Every
    straight piece is a stamp with round ends whose radius changes evenly (the distance to it,
    softened over one pixel, or over what the brush's hardness leaves of the radius); stamps are
    joined with max (the eraser's: taken away with min), so overlaps never darken, and painting
    piece by piece gives the pixels of painting all at once.
    """
    size = raster.shape[0]
    if len(points) == 1 and is_dot:
        points = np.concatenate([points, points])
    rects = []
    for first in range(0, len(points) - 1, _BATCH):
        pieces = _pieces(points[first : first + _BATCH + 1], brush, size)
        widest = float(pieces[:, [4, 5]].max()) + float(np.abs(pieces[:, [2, 3]]).max()) / 2
        cells = (2 * math.ceil(widest + 1.5)) ** 2
        limit = max(_MOST_CELLS // cells, 1)
        for start in range(0, len(pieces), limit):
            rect = _lay(raster, pieces[start : start + limit], brush)
            if rect is not None:
                rects.append(rect)
    return rects


def area_of(points: NDArray[np.float64], brush: Brush, size: int) -> Rect:
    """The rectangle of a raster `size` pixels wide that painting these points may touch."""
    if len(points) == 0:
        return (0, 0, 0, 0)
    widest = brush.width_at(1.0, float(_leaning(points).max()))
    reach = 0.5 * max(widest, 2 * _THINNEST / size) * size + 2.0
    low = np.clip(np.floor(points[:, :2].min(0) * size - reach), 0, size)
    high = np.clip(np.ceil(points[:, :2].max(0) * size + reach), 0, size)
    x, y = int(low[0]), int(low[1])
    return (x, y, int(high[0]) - x, int(high[1]) - y)


def _pieces(points: NDArray[np.float64], brush: Brush, size: int) -> NDArray[np.float64]:
    """Short straight pieces (M, 8) in pixels: start x, y, step x, y, radius and darkness at the start
    and at the end."""
    pressure = np.clip(points[:, 2], 0.0, 1.0)
    least, palest = brush.width_at(0.0), brush.darkness_at(0.0)
    widths = least + (brush.width_at(1.0) - least) * pressure
    dark = palest + (brush.darkness_at(1.0) - palest) * pressure
    if brush.tilting > 0.0 and not brush.is_eraser:
        leaning = _leaning(points)
        widths = widths * (1.0 + (brush.broadening(1.0) - 1.0) * leaning)
        dark = dark * (1.0 - (1.0 - brush.paling(1.0)) * leaning)
    radii = np.maximum(0.5 * size * widths, _THINNEST)
    start = points[:-1, :2] * size
    step = points[1:, :2] * size - start
    lengths = np.sqrt(step[:, 0] * step[:, 0] + step[:, 1] * step[:, 1])
    longest = np.maximum(np.maximum(radii[:-1], radii[1:]), 3.0)
    counts = np.ceil(np.minimum(lengths, 20.0 * size) / longest)
    counts = np.maximum(counts, 1).astype(np.intp)
    which = np.repeat(np.arange(len(counts)), counts)
    number = np.arange(len(which)) - (np.cumsum(counts) - counts)[which]
    t0, t1 = number / counts[which], (number + 1) / counts[which]
    swell, deepen = (radii[1:] - radii[:-1])[which], (dark[1:] - dark[:-1])[which]
    pieces = np.empty((len(which), 8))
    pieces[:, :2] = start[which] + step[which] * t0[:, None]
    pieces[:, 2:4] = step[which] / counts[which][:, None]
    pieces[:, 4] = radii[:-1][which] + swell * t0
    pieces[:, 5] = radii[:-1][which] + swell * t1
    pieces[:, 6] = dark[:-1][which] + deepen * t0
    pieces[:, 7] = dark[:-1][which] + deepen * t1
    return pieces


def _leaning(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much the pen leans at each point; plain paths do not say and stand upright."""
    return points[:, 4] if points.shape[1] > 4 else np.zeros(len(points))


def _lay(raster: NDArray[np.uint8], pieces: NDArray[np.float64], brush: Brush) -> Rect | None:
    height, width = raster.shape
    reach = np.maximum(pieces[:, 4], pieces[:, 5]) + 1.0
    low = np.minimum(pieces[:, :2], pieces[:, :2] + pieces[:, 2:4]) - reach[:, None]
    high = np.maximum(pieces[:, :2], pieces[:, :2] + pieces[:, 2:4]) + reach[:, None]
    seen = (high > 0).all(1) & (low[:, 0] < width) & (low[:, 1] < height)
    if not seen.all():
        pieces, low, high = pieces[seen], low[seen], high[seen]
        if len(pieces) == 0:
            return None
    corner = np.floor(low).astype(np.intp)  # (M, 2)
    side = int((np.ceil(high) - corner).max())
    grid = np.arange(side)
    # From here on everything is relative to the corner of each piece's patch: float32 is enough.
    near = (pieces[:, :2] - corner).astype(np.float32)
    step = pieces[:, 2:4].astype(np.float32)
    radius = pieces[:, 4].astype(np.float32)[:, None, None]
    swell = (pieces[:, 5] - pieces[:, 4]).astype(np.float32)[:, None, None]
    centres = grid.astype(np.float32) + np.float32(0.5)
    x = (centres[None] - near[:, :1])[:, None, :]  # (M, 1, K)
    y = (centres[None] - near[:, 1:])[:, :, None]  # (M, K, 1)
    step_x, step_y = step[:, 0][:, None, None], step[:, 1][:, None, None]
    square = np.maximum(step_x * step_x + step_y * step_y, np.float32(1e-12))
    along = np.clip((x * (step_x / square)) + (y * (step_y / square)), 0.0, 1.0)  # (M, K, K)
    away_x, away_y = x - along * step_x, y - along * step_y
    cover = (radius + np.float32(0.5)) + along * swell - np.sqrt(away_x * away_x + away_y * away_y)
    if not brush.is_opaque:
        cover = _softened(cover, along, radius + along * swell, pieces, brush)
    dark = (np.clip(cover, 0.0, 1.0) * np.float32(255.0) + np.float32(0.5)).astype(np.uint8)
    columns, rows = corner[:, :1] + grid, corner[:, 1:] + grid  # (M, K)
    x0, y0 = corner.min(0).tolist()
    x1, y1 = (corner.max(0) + side).tolist()
    if x0 < 0 or y0 < 0 or x1 > width or y1 > height:
        outside_x = (columns < 0) | (columns >= width)
        outside_y = (rows < 0) | (rows >= height)
        dark[outside_y[:, :, None] | outside_x[:, None, :]] = 0
        columns, rows = np.clip(columns, 0, width - 1), np.clip(rows, 0, height - 1)
        x0, y0, x1, y1 = max(x0, 0), max(y0, 0), min(x1, width), min(y1, height)
    places = (rows[:, :, None] * width + columns[:, None, :]).ravel()
    flat = raster.reshape(-1)
    if brush.is_eraser:
        np.minimum.at(flat, places, 255 - dark.ravel())
    else:
        np.maximum.at(flat, places, dark.ravel())
    return (x0, y0, x1 - x0, y1 - y0)


def _softened(
    cover: NDArray[np.float32],
    along: NDArray[np.float32],
    radius: NDArray[np.float32],
    pieces: NDArray[np.float64],
    brush: Brush,
) -> NDArray[np.float32]:
    """A stamp's coverage (M, K, K) as soft and as pale as the brush and the pressure make it."""
    if brush.hardness < 1.0:
        edge = np.float32(1.0) + np.float32(1.0 - brush.hardness) * radius
        cover = np.clip(cover / edge, 0.0, 1.0)
        cover = cover * cover * (np.float32(3.0) - np.float32(2.0) * cover)
    dark = pieces[:, 6:8].astype(np.float32)
    start, deepen = dark[:, 0][:, None, None], (dark[:, 1] - dark[:, 0])[:, None, None]
    return np.clip(cover, 0.0, 1.0) * (start + along * deepen)
