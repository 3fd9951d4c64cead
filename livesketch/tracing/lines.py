"""Draws a cut-out face as lines, in the manner of the drawings that the networks learned from."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from livesketch.errors import TraceError
from livesketch.frames import Picture, Sketch, Traced
from livesketch.tracing import contour
from livesketch.tracing.artist import artist_strokes, painted
from livesketch.tracing.chains import OVAL
from livesketch.tracing.hairline import hairline
from livesketch.tracing.pencil import penciled, shade_strokes
from livesketch.tracing.vector import strokes_in

STYLES: tuple[str, ...] = ("contour", "ink", "edges", "artist", "pencil")
FindHair = Callable[
    [Picture, NDArray[np.float32], NDArray[np.float32] | None], NDArray[np.float32] | None
]
LINE = 3 / 256  # width of a line, in sides
HAIRLINE = 0.4  # from this detail on, the contour style has the line between forehead and hair
HAIR_LINES = 0.55  # from this detail on, the contour style has lines inside hair and clothes


def draw(
    crop: Picture,
    landmarks: NDArray[np.float32],
    silhouette: NDArray[np.float32] | None,
    style: str,
    detail: float,
    find_hair: FindHair = hairline,
) -> Sketch:
    """A crop (S, S, 3) as lines, float32 (S, S), 0 ink .. 1 paper.

    `landmarks` (478, 2 or 3) in pixels of the crop; `silhouette` (S, S) 0 behind .. 1 person, or
    None; `style` one of STYLES; `detail` 0..1: from few lines to many.
    """
    size = len(crop)
    if style == "contour":
        paper = rasterised(_contours(crop, landmarks, silhouette, detail, find_hair), size)
        if detail >= HAIR_LINES:
            paper = np.minimum(paper, _hair(crop, landmarks, silhouette, detail))
        return paper
    if style == "artist":
        return painted(_artist(crop, landmarks, silhouette, detail, find_hair), size)
    if style == "ink":
        return _in_front(inked(crop, detail), silhouette)
    if style == "pencil":
        lines = _in_front(inked(crop, 0.35 * detail), silhouette)
        return penciled(lines, shade_strokes(crop, silhouette, detail))
    if style == "edges":
        return _in_front(_edged(crop, detail), silhouette)
    raise TraceError(f"There is no line style called {style!r}.", f"Choose: {', '.join(STYLES)}.")


def needs_picture(style: str, detail: float) -> bool:
    """Whether draw() looks at the picture itself, beyond landmarks, silhouette and hairline."""
    return style not in ("contour", "artist") or (style == "contour" and detail >= HAIR_LINES)


def is_drawn_alike(one: Traced, other: Traced) -> bool:
    """Whether both give the very same drawing, as far as that is known without making it."""
    return (
        (one.style, one.detail) == (other.style, other.detail)
        and one.silhouette is other.silhouette
        and one.hairline is other.hairline
        and (one.square is other.square or not needs_picture(one.style, one.detail))
        and np.array_equal(one.landmarks, other.landmarks)
    )


def contour_strokes(
    landmarks: NDArray[np.float32], silhouette: NDArray[np.float32] | None, detail: float
) -> list[NDArray[np.float32]]:
    """The contour style as strokes (n, 2) in drawing order; everything in units of the side."""
    return contour.contour_strokes(landmarks, silhouette, detail)


def strokes_of(
    crop: Picture,
    landmarks: NDArray[np.float32],
    silhouette: NDArray[np.float32] | None,
    style: str,
    detail: float,
    find_hair: FindHair = hairline,
) -> list[NDArray[np.float32]]:
    """What draw() draws, as strokes in drawing order: (n, 2) of x, y in units of the side, or where
    lines swell and pale (n, 3) with the pen's pressure 0..1."""
    if style == "artist":
        return _artist(crop, landmarks, silhouette, detail, find_hair)
    if style == "pencil":
        lines = strokes_in(_in_front(inked(crop, 0.35 * detail), silhouette))
        return lines + shade_strokes(crop, silhouette, detail)
    if style != "contour":
        return strokes_in(draw(crop, landmarks, silhouette, style, detail))
    strokes = _contours(crop, landmarks, silhouette, detail, find_hair)
    if detail >= HAIR_LINES:
        strokes += strokes_in(_hair(crop, landmarks, silhouette, detail))
    return strokes


def _contours(
    crop: Picture,
    landmarks: NDArray[np.float32],
    silhouette: NDArray[np.float32] | None,
    detail: float,
    find_hair: FindHair,
) -> list[NDArray[np.float32]]:
    strokes = contour_strokes(landmarks / np.float32(len(crop)), silhouette, detail)
    line = find_hair(crop, landmarks, silhouette) if detail >= HAIRLINE else None
    return strokes if line is None else [*strokes, line]


def _artist(
    crop: Picture,
    landmarks: NDArray[np.float32],
    silhouette: NDArray[np.float32] | None,
    detail: float,
    find_hair: FindHair,
) -> list[NDArray[np.float32]]:
    line = find_hair(crop, landmarks, silhouette)
    return artist_strokes(landmarks / np.float32(len(crop)), silhouette, line, detail)


def rasterised(strokes: list[NDArray[np.float32]], size: int, width: float = LINE) -> Sketch:
    """Strokes in units of the side -> Sketch (size, size): (n, 2) `width` sides wide, (n, 3) as wide
    as their pressure says."""
    swelling = [stroke for stroke in strokes if stroke.shape[1] > 2]
    if swelling:
        plain = [stroke for stroke in strokes if stroke.shape[1] == 2]
        return np.minimum(painted(swelling, size), rasterised(plain, size, width))
    paper = np.full((size, size), 255, np.uint8)
    lines = [np.round((np.clip(s, -2, 3) * size - 0.5) * 16).astype(np.int32) for s in strokes]
    # OpenCV's smooth lines come out wider than asked: 1.3, 3.4, 5.5 pixels for 1, 2 and 4.
    thickness = max(1, 2 * round((width * size - 1.4) / 2.1))
    cv2.polylines(paper, lines, False, (0,), thickness, cv2.LINE_AA, 4)
    return paper.astype(np.float32) / np.float32(255)


def ink(gray: NDArray[np.uint8], eps: float = 0.01) -> Sketch:
    """Lines of a grey picture (S, S), 0 ink .. 1 paper: XDoG (Winnemoeller 2012).

    The difference of Gaussians is divided by the local mean, so that dark and bright pictures get
    the same lines. A greater `eps` gives more of them; 0.015 is flat paper. The Gaussians grow
    with the picture; 1.2 pixels at 256.
    """
    sigma, k, tau, phi = 1.2 * len(gray) / 256, 1.6, 0.97, 12.0
    g = gray.astype(np.float32) / np.float32(255)
    narrow = np.asarray(cv2.GaussianBlur(g, (0, 0), sigma))
    wide = np.asarray(cv2.GaussianBlur(g, (0, 0), sigma * k))
    d = (narrow - np.float32(tau) * wide) / (wide + np.float32(0.02)) * np.float32(0.5)
    lines = 1 + np.tanh(np.float32(phi * 8) * np.minimum(d - np.float32(eps), 0))
    return lines.astype(np.float32)


def inked(crop: Picture, detail: float) -> Sketch:
    """The ink style of a crop (S, S, 3), background and all; detail 0..1."""
    size = len(crop)
    calm = cv2.bilateralFilter(crop, 7, 35, 5 * size / 256)
    return ink(np.asarray(cv2.cvtColor(calm, cv2.COLOR_RGB2GRAY), np.uint8), _eps(detail))


def _eps(detail: float) -> float:
    """0.01, as in training, at half detail."""
    return float(np.interp(detail, [0, 0.5, 1], [-0.012, 0.01, 0.0135]))


def _hair(
    crop: Picture,
    landmarks: NDArray[np.float32],
    silhouette: NDArray[np.float32] | None,
    detail: float,
) -> Sketch:
    """Ink lines of what is neither face nor background."""
    size = len(crop)
    gray = np.asarray(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY), np.uint8)
    calm = np.asarray(cv2.bilateralFilter(gray, 7, 35, 5 * size / 256), np.uint8)
    more = (detail - HAIR_LINES) / (1 - HAIR_LINES)
    lines = ink(calm, _eps(0.2 + 0.5 * more))
    face = np.zeros((size, size), np.uint8)
    oval = np.round(landmarks[list(OVAL), :2]).astype(np.int32)
    cv2.fillPoly(face, [oval], (1,))
    lines[np.asarray(cv2.dilate(face, np.ones((5, 5), np.uint8))) > 0] = 1
    return _in_front(lines, silhouette)


def _edged(crop: Picture, detail: float) -> Sketch:
    """Canny 1986, its thresholds taken from the picture's own gradients, crumbs swept away."""
    size = len(crop)
    gray = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    calm = cv2.GaussianBlur(cv2.bilateralFilter(gray, 7, 40, 5 * size / 256), (0, 0), size / 230)
    dx = np.asarray(cv2.Sobel(calm, cv2.CV_16S, 1, 0))
    dy = np.asarray(cv2.Sobel(calm, cv2.CV_16S, 0, 1))
    strength = np.abs(dx.astype(np.int32)) + np.abs(dy)
    high = max(float(np.percentile(strength, 97 - 12 * detail)), 24.0)
    edges = np.asarray(cv2.Canny(dx, dy, high * (0.55 - 0.2 * detail), high))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(edges, connectivity=8)
    longest = np.asarray(stats)[:, cv2.CC_STAT_AREA] >= size * (0.08 - 0.05 * detail)
    longest[0] = False
    lines = (
        longest[np.asarray(labels, np.int32)].astype(np.float32)
        if count > 1
        else np.zeros(edges.shape)
    )
    wide = cv2.GaussianBlur(lines.astype(np.float32), (0, 0), LINE * size * 0.4)
    return np.clip(1 - 3.2 * np.asarray(wide), 0, 1).astype(np.float32)


def _in_front(lines: Sketch, silhouette: NDArray[np.float32] | None) -> Sketch:
    """Without the lines of what is behind the person, whose own outline stays."""
    if silhouette is None:
        return lines
    near = cv2.dilate(silhouette, np.ones((5, 5), np.uint8))
    soft = np.clip(np.asarray(near) * 2 - 0.5, 0, 1)
    return (1 - (1 - lines) * soft).astype(np.float32)
