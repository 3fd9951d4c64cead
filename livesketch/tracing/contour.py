"""A face as the few lines a careful hand would draw: from mesh points and silhouette to strokes."""

import cv2
import numpy as np
from numpy.typing import NDArray

from livesketch.tracing import chains

Stroke = NDArray[np.float32]  # (n, 2): x, y in units of the crop's side

# From which `detail` on a line is drawn.
BROW_EDGES, NOSE_WINGS, NOSE_RIDGE, LIP_LINES, LID_CREASES = 0.75, 0.2, 0.6, 0.1, 0.85
_FEATURES = (*chains.LIPS, *chains.NOSE_BASE, *chains.LEFT_EYE, *chains.RIGHT_EYE)
CLOSED_EYE = 0.1  # height of the opening by its width, under which no iris is seen


def contour_strokes(
    landmarks: NDArray[np.float32], silhouette: NDArray[np.float32] | None, detail: float
) -> list[Stroke]:
    """Strokes in drawing order: outline of hair and shoulders, jaw, eyes, brows, nose, mouth.

    `landmarks` (478, 2 or 3) in units of the crop's side (0..1 is inside), `silhouette` (S, S)
    0 behind .. 1 person, or None: then the whole oval of the face is drawn.
    """
    p = landmarks[:, :2].astype(np.float32)
    strokes: list[Stroke] = []
    if silhouette is None:
        strokes.append(p[list(chains.OVAL)])
    else:
        strokes += outlines(silhouette, detail)
        strokes.append(seen_jaw(p))
    for eye, iris in zip(chains.EYES, chains.IRISES, strict=True):
        strokes.append(p[list(eye)])
        strokes += _iris(p, eye, iris, detail)
    for upper, under in zip(chains.BROWS, chains.BROWS_UNDER, strict=True):
        if detail >= BROW_EDGES:
            around = [*upper, *reversed(under), upper[0]]
            strokes.append(p[around])
        else:
            strokes.append((p[list(upper)] + p[list(under)]) / 2)
    if detail >= LID_CREASES:
        strokes += [p[list(crease)] for crease in chains.CREASES]
    if detail >= NOSE_RIDGE:
        strokes.append(p[list(chains.NOSE_RIDGE)])
    strokes.append(p[list(chains.NOSE_BASE)])
    if detail >= NOSE_WINGS:
        strokes += [p[list(wing)] for wing in chains.NOSTRILS]
    if detail >= LIP_LINES:
        strokes += [p[list(chains.LIPS)], p[list(chains.LIPS_INNER)]]
    else:
        strokes.append(p[list(chains.MOUTH_LINE)])
    return strokes


def seen_jaw(p: Stroke) -> Stroke:
    """The jaw from ear to ear, without what a turned head hides behind its own cheek and mouth."""
    jaw = p[list(chains.JAW)]
    tall = float(np.ptp(p[:, 1])) or 1.0
    chin = p[chains.CHIN]
    outward = np.sign(jaw[:, 0] - chin[0])
    features = p[list(_FEATURES)]
    level = np.abs(features[None, :, 1] - jaw[:, None, 1]) < 0.06 * tall
    out = (features[None, :, 0] - jaw[:, None, 0]) * outward[:, None]
    is_hidden = np.where(level, out, -np.inf).max(1) > 0
    is_hidden &= np.hypot(*(jaw - chin).T) > 0.15 * tall
    middle = len(jaw) // 2
    left = np.flatnonzero(is_hidden[:middle])
    right = np.flatnonzero(is_hidden[middle:])
    first = int(left[-1]) + 1 if len(left) else 0
    last = middle + int(right[0]) if len(right) else len(jaw)
    return jaw[first:last]


def outlines(silhouette: NDArray[np.float32], detail: float) -> list[Stroke]:
    """Where a person ends, as open curves; the crop's own border is no outline."""
    size = len(silhouette)
    soft = cv2.GaussianBlur(silhouette, (0, 0), size / 128)
    mask = np.pad((np.asarray(soft) > 0.5).astype(np.uint8), 1)
    found, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    strokes: list[Stroke] = []
    for ring in sorted(found, key=len, reverse=True)[:2]:
        points = ring[:, 0].astype(np.float32) - 1
        if len(points) < size / 2:
            continue
        calm = _rounded(points, size / 256 * (5 - 4 * detail))
        margin = 2 + size / 128
        is_free = ((points > margin) & (points < size - 1 - margin)).all(1)
        for part in _free_parts(is_free):
            if len(part) > size / 12:
                step = max(1, size // 85)
                kept = np.unique(np.append(np.arange(0, len(part), step), len(part) - 1))
                strokes.append((calm[part[kept]] + 0.5) / np.float32(size))
    return strokes


def _rounded(points: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """A closed curve, smoothed along its length."""
    reach = int(3 * sigma) + 1
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(sigma, 1e-3)) ** 2)
    weights /= weights.sum()
    wrapped = np.pad(points, ((reach, reach), (0, 0)), mode="wrap")
    columns = [np.convolve(wrapped[:, k], weights, "valid") for k in (0, 1)]
    return np.stack(columns, 1).astype(np.float32)


def _free_parts(is_free: NDArray[np.bool_]) -> list[NDArray[np.intp]]:
    """Runs of True around a ring, as indices in order."""
    n = len(is_free)
    if is_free.all():
        return [np.append(np.arange(n), 0)]
    start = int(np.flatnonzero(~is_free)[0])
    order = (np.arange(n) + start) % n
    free = is_free[order]
    edges = np.flatnonzero(np.diff(np.concatenate([[0], free.astype(np.int8), [0]])))
    return [order[a:b] for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _iris(p: Stroke, eye: tuple[int, ...], iris: tuple[int, ...], detail: float) -> list[Stroke]:
    """The part of the iris that the lids leave open."""
    lids = p[list(eye)]
    width = float(np.hypot(*(lids[8] - lids[0])))
    opening = float(np.hypot(*(lids[4] - lids[12])))
    if width < 1e-6 or opening / width < CLOSED_EYE:
        return []
    centre = p[iris[0]]
    radius = float(np.hypot(*(p[list(iris[1:])] - centre).T).mean())
    if detail < LIP_LINES:
        radius *= 0.4  # a dot
    t = np.linspace(0, 2 * np.pi, 25, dtype=np.float32)
    ring = centre + radius * np.stack([np.sin(t), -np.cos(t)], 1)
    lids_px = np.ascontiguousarray(lids * 4096, np.float32)
    is_open = [
        cv2.pointPolygonTest(lids_px, (float(x), float(y)), False) >= 0 for x, y in ring * 4096
    ]
    seen = np.array(is_open[:-1])
    if not seen.any():
        return []
    return [ring[part].astype(np.float32) for part in _free_parts(seen) if len(part) > 2]
