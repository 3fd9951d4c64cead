"""A face in few confident strokes that swell and taper, as somebody draws it who has drawn many."""

import cv2
import numpy as np
from numpy.typing import NDArray

from livesketch.frames import Sketch
from livesketch.tracing import chains
from livesketch.tracing.contour import CLOSED_EYE, outlines, seen_jaw

Stroke = NDArray[np.float32]  # (n, 3): x, y in units of the side, pressure 0..1

BROAD = 0.026  # sides: the width of a stroke under full pressure
THIN = 0.0045  # under none
SHORTEST = 0.006  # of the side, between the points of a stroke
BROW_TAILS, LOWER_LIDS, NOSE_SIDE, LIP_ARCS = 0.15, 0.3, 0.45, 0.6  # detail from which they come


def artist_strokes(
    landmarks: NDArray[np.float32],
    silhouette: NDArray[np.float32] | None,
    hairline: NDArray[np.float32] | None,
    detail: float,
) -> list[Stroke]:
    """Strokes in drawing order; landmarks and hairline in units of the crop's side."""
    p = landmarks[:, :2].astype(np.float32)
    strokes: list[Stroke] = []
    if silhouette is None:
        strokes.append(_lit(_swept(p[list(chains.OVAL)], 0.02), 0.5))
    else:
        for line in outlines(silhouette, 0.0)[: 1 + round(2 * detail)]:
            strokes.append(_lit(_swept(line, 0.03), 0.6))
        strokes.append(_lit(_swept(seen_jaw(p), 0.02), 0.45))
    if hairline is not None:
        strokes.append(_tapered(_swept(hairline, 0.03), 0.35))
    for eye, iris, brow, under in zip(
        chains.EYES, chains.IRISES, chains.BROWS, chains.BROWS_UNDER, strict=True
    ):
        strokes += _eye(p, eye, iris, detail)
        middle = (p[list(brow)] + p[list(under)]) / 2
        strokes.append(_tapered(_swept(middle[::-1], 0.004), 0.7, peak=0.3))
    strokes += _nose(p, detail)
    strokes += _mouth(p, detail)
    return strokes


def painted(strokes: list[Stroke], size: int) -> Sketch:
    """Strokes -> Sketch (size, size): each point as wide as its pressure says."""
    paper = np.full((size, size), 255, np.uint8)
    for stroke in strokes:
        half = (THIN + (BROAD - THIN) * np.clip(stroke[:, 2], 0, 1)) * size / 2
        half = np.maximum(half - 0.6, 0.2)  # OpenCV fills the border's pixels too
        at = stroke[:, :2] * size - 0.5
        along = np.gradient(at, axis=0) if len(at) > 1 else np.ones_like(at)
        along /= np.maximum(np.hypot(*along.T)[:, None], 1e-6)
        across = np.stack([-along[:, 1], along[:, 0]], 1) * half[:, None]
        left, right = at + across, at - across
        quads = np.stack([left[:-1], left[1:], right[1:], right[:-1]], 1)
        for quad in np.round(quads * 16).astype(np.int32):
            cv2.fillConvexPoly(paper, quad, (0,), cv2.LINE_AA, 4)
        for end, radius in ((at[0], half[0]), (at[-1], half[-1])):
            centre = (round(float(end[0]) * 16), round(float(end[1]) * 16))
            cv2.circle(paper, centre, round(float(radius) * 16), (0,), -1, cv2.LINE_AA, 4)
    return paper.astype(np.float32) / np.float32(255)


def _eye(
    p: NDArray[np.float32], eye: tuple[int, ...], iris: tuple[int, ...], detail: float
) -> list[Stroke]:
    """A heavy upper lid, the iris as one dark touch, a hint of the lower lid."""
    lids = p[list(eye)]
    upper, lower = lids[:9], lids[8:]
    strokes = [_tapered(_swept(upper, 0.004), 0.6, peak=0.4)]
    width = float(np.hypot(*(lids[8] - lids[0])))
    opening = float(np.hypot(*(lids[4] - lids[12]))) / max(width, 1e-6)
    if opening >= CLOSED_EYE:
        centre = p[iris[0]]
        radius = float(np.hypot(*(p[list(iris[1:])] - centre).T).mean())
        tall = min(radius, 0.42 * opening * width)
        turn = np.linspace(-2.4, 2.4, 15)
        ring = centre + np.stack([0.55 * radius * np.sin(turn), -0.6 * tall * np.cos(turn)], 1)
        strokes.append(_even(ring.astype(np.float32), 0.5))
    if detail >= LOWER_LIDS:
        strokes.append(_tapered(_swept(lower[1:6], 0.004), 0.16))
    return strokes


def _nose(p: NDArray[np.float32], detail: float) -> list[Stroke]:
    strokes = [_tapered(_swept(p[list(chains.NOSE_BASE)], 0.004), 0.4)]
    strokes += [_tapered(_swept(p[list(wing)], 0.004), 0.3, peak=0.7) for wing in chains.NOSTRILS]
    if detail >= NOSE_SIDE:
        # on the side of the face that is turned to us; the other would lie across it
        ridge = p[list(chains.NOSE_RIDGE)]
        sides = [p[chains.RIGHT_SIDE] - ridge[1], p[chains.LEFT_SIDE] - ridge[1]]
        wide = max(sides, key=lambda side: float(np.hypot(*side)))
        strokes.append(_tapered(_swept(ridge[:4] + 0.1 * wide, 0.01), 0.2, peak=0.8))
    return strokes


def _mouth(p: NDArray[np.float32], detail: float) -> list[Stroke]:
    """The line between the lips, or both of them where the mouth is open; the lower lip's shade."""
    upper, lower = p[list(chains.LIPS_INNER[:11])], p[list(chains.LIPS_INNER[10:])]
    wide = float(np.hypot(*(upper[-1] - upper[0])))
    strokes = [_tapered(_swept(upper, 0.004), 0.5)]
    if float(np.hypot(*(upper[5] - lower[5]))) > 0.08 * wide:
        strokes.append(_tapered(_swept(lower, 0.004), 0.35))
    strokes.append(_tapered(_swept(p[list(chains.LOWER_ARC)][3:8], 0.004), 0.4))
    if detail >= LIP_ARCS:
        strokes.append(_tapered(_swept(p[list(chains.UPPER_ARC)][1:10], 0.003), 0.2))
    return strokes


def _swept(line: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """The line in one go: evenly spaced, and without what is smaller than `sigma` sides."""
    steps = np.hypot(*np.diff(line, axis=0).T)
    length = np.concatenate([[0.0], np.cumsum(steps)])
    if length[-1] < 1e-6:
        return line[:1]
    count = max(5, int(length[-1] / SHORTEST))
    at = np.linspace(0, length[-1], count)
    even = np.stack([np.interp(at, length, line[:, k]) for k in (0, 1)], 1)
    reach = min(int(3 * sigma / SHORTEST) + 1, count - 1)
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) * SHORTEST / max(sigma, 1e-6)) ** 2)
    weights /= weights.sum()
    # mirrored through its ends, so that these stay where they are
    before, after = 2 * even[0] - even[reach:0:-1], 2 * even[-1] - even[-2 : -reach - 2 : -1]
    wide = np.concatenate([before, even, after])
    smooth = [np.convolve(wide[:, k], weights, "valid") for k in (0, 1)]
    return np.stack(smooth, 1).astype(np.float32)


def _tapered(line: NDArray[np.float32], pressure: float, peak: float = 0.5) -> Stroke:
    """Light where the pen touches and leaves, heaviest at `peak` of the way."""
    t = np.linspace(0, 1, len(line))
    rise = np.where(t < peak, t / max(peak, 1e-6), (1 - t) / max(1 - peak, 1e-6))
    return _with_pressure(line, pressure * np.sin(rise * np.pi / 2))


def _lit(line: NDArray[np.float32], pressure: float) -> Stroke:
    """Heavier on the side away from a light at the upper left, with light ends."""
    if len(line) < 2:
        return _even(line, pressure)
    along = np.gradient(line, axis=0)
    along /= np.maximum(np.hypot(*along.T)[:, None], 1e-6)
    outward = line - line.mean(0)
    normal = np.stack([-along[:, 1], along[:, 0]], 1)
    normal *= np.sign((normal * outward).sum(1, keepdims=True))
    shade = 0.5 + 0.5 * normal @ np.array([0.75, 0.65])
    t = np.linspace(0, 1, len(line))
    ends = np.clip(np.minimum(t, 1 - t) / 0.12, 0, 1)
    soft = np.convolve(np.pad(shade, 8, mode="edge"), np.ones(17) / 17, "valid")
    return _with_pressure(line, pressure * (0.15 + 0.85 * np.clip(soft, 0, 1)) * ends)


def _even(line: NDArray[np.float32], pressure: float) -> Stroke:
    return _with_pressure(line, np.full(len(line), pressure))


def _with_pressure(line: NDArray[np.float32], pressure: NDArray[np.floating]) -> Stroke:
    return np.concatenate([line, pressure[:, None]], 1).astype(np.float32)
