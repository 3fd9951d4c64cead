"""The painted parts of a face: strokes and filled areas become a map of class numbers."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from livesketch.canvas.brush import Brush
from livesketch.canvas.chain import EMPTY, Chain
from livesketch.canvas.stroke import COLUMNS, Stroke
from livesketch.canvas.viewpoint import Viewpoint
from livesketch.frames import FACE_PARTS, Mask, Picture, Place

PAINT, AREA = "paint", "area"  # a brush's name is one of them and the part: "paint hair"
SIDE = 1024  # pixels of the whole paper on which parts are painted
_SHIFT = 4  # bits of a pixel that OpenCV is told
_GAP = 3  # pixels that a fill does not leak through
_NUMBERS = {name: number for number, (name, _) in enumerate(FACE_PARTS)}
# a plain face for where nobody painted one: part, middle x and y, half width and height
_PLAIN = (
    ("hair", 0.5, 0.44, 0.36, 0.40),
    ("neck", 0.5, 0.92, 0.14, 0.20),
    ("skin", 0.5, 0.56, 0.26, 0.35),
    ("l_brow", 0.61, 0.41, 0.07, 0.014),
    ("r_brow", 0.39, 0.41, 0.07, 0.014),
    ("l_eye", 0.61, 0.475, 0.045, 0.018),
    ("r_eye", 0.39, 0.475, 0.045, 0.018),
    ("nose", 0.5, 0.57, 0.05, 0.08),
    ("u_lip", 0.5, 0.715, 0.09, 0.016),
    ("l_lip", 0.5, 0.738, 0.08, 0.018),
)
COLOURS = np.array([colour for _, colour in FACE_PARTS], np.uint8)  # (19, 3)


def paint_brush(part: str, size: float) -> Brush:
    return Brush(f"{PAINT} {part}", size, thinning=0.0)


def part_of(brush: Brush) -> int:
    """Its row of FACE_PARTS; the background for a part nobody knows."""
    return _NUMBERS.get(brush.name.partition(" ")[2], 0)


class MaskRaster:
    """The whole paper as class numbers, (SIDE, SIDE); grows with a chain, steps back by one stroke cheaply."""

    def __init__(self) -> None:
        self.pixels: Mask = np.zeros((SIDE, SIDE), np.uint8)
        self._head = EMPTY
        self._before: tuple[Chain, Mask] = (EMPTY, self.pixels.copy())  # all but the newest stroke

    def follow(self, chain: Chain) -> Mask:
        """A new array where something changed."""
        if chain is self._head:
            return self.pixels
        base, pixels = self._before
        if chain.before is not None and chain.shared_with(base) is not base:
            base, pixels = EMPTY, np.zeros((SIDE, SIDE), np.uint8)
        pixels = pixels.copy()
        for link in chain.since(base):
            if link is chain and link.before is not None:
                self._before = (link.before, pixels.copy())
            if link.stroke is not None:
                lay(pixels, link.stroke)
        if chain.count == 0:
            pixels = np.zeros((SIDE, SIDE), np.uint8)
            self._before = (EMPTY, pixels.copy())
        self._head, self.pixels = chain, pixels
        return pixels


def lay(pixels: Mask, stroke: Stroke) -> None:
    """Paint one stroke, or fill its area, with the number of its part."""
    number = (float(part_of(stroke.brush)),)
    if stroke.brush.name.startswith(AREA):
        rings = [_fixed(ring) for ring in _rings(stroke)]
        cv2.fillPoly(pixels, rings, number, cv2.LINE_8, _SHIFT)
        return
    width = max(1, round(stroke.brush.size * SIDE))
    for path in stroke.paths:
        points = _fixed(path.points[:, :2])
        if len(points) == 1:
            points = np.concatenate([points, points])
        cv2.polylines(pixels, [points], False, number, width, cv2.LINE_8, _SHIFT)


def filled(pixels: Mask, ink: NDArray[np.bool_], x: float, y: float, part: str) -> Stroke | None:
    """The area of one class around that place, bounded by lines, as a stroke; None beside the paper.

    ink (SIDE, SIDE): where lines are. They are filled under, half of their width.
    """
    column, row = int(x * SIDE), int(y * SIDE)
    if not (0 <= column < SIDE and 0 <= row < SIDE):
        return None
    kernel = np.ones((_GAP, _GAP), np.uint8)
    wall = cv2.morphologyEx(ink.astype(np.uint8), cv2.MORPH_CLOSE, kernel)
    is_free = ((pixels == pixels[row, column]) & (wall == 0)).astype(np.uint8)
    if not is_free[row, column]:
        return None
    marked = np.zeros((SIDE + 2, SIDE + 2), np.uint8)
    cv2.floodFill(is_free, marked, (column, row), (2.0,), flags=4)
    area = (is_free == 2).astype(np.uint8)
    area |= np.asarray(cv2.bitwise_and(cv2.dilate(area, np.ones((7, 7), np.uint8)), wall), np.uint8)
    return _stroke_round(area, part)


def areas_of(pixels: Mask) -> list[Stroke]:
    """Strokes that fill the parts of a map of class numbers (SIDE, SIDE), one a part."""
    found = []
    for number, (part, _) in enumerate(FACE_PARTS):
        area = (pixels == number).astype(np.uint8)
        stroke = _stroke_round(area, part) if number and area.any() else None
        if stroke is not None:
            found.append(stroke)
    return found


def _stroke_round(area: NDArray[np.uint8], part: str) -> Stroke | None:
    """The outlines of an area (SIDE, SIDE), holes included; None where it is empty."""
    contours, _ = cv2.findContours(area, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_TC89_L1)
    rows = []
    for number, contour in enumerate(contours):
        ring = np.zeros((len(contour), COLUMNS))
        ring[:, :2] = (contour[:, 0] + 0.5) / SIDE
        ring[:, 2], ring[:, 5] = 1.0, number
        rows.append(ring)
    if not rows:
        return None
    return Stroke(np.concatenate(rows), Brush(f"{AREA} {part}", 1 / SIDE, thinning=0.0))


def seen_at(pixels: Mask, place: Place, size: int) -> Mask:
    """What a network sees of the parts: (size, size)."""
    scale = place.side * SIDE / size
    matrix = np.array([[scale, 0.0, place.x * SIDE], [0.0, scale, place.y * SIDE]])
    flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(pixels, matrix, (size, size), flags=flags), np.uint8)


def over(ground: Picture, pixels: Mask, view: Viewpoint, opacity: float) -> Picture:
    """The ground (S, S, 3) with the parts over it in their colours, as they are seen from `view`."""
    size = ground.shape[0]
    matrix = view.matrix * size
    matrix[:, :2] /= SIDE
    flags = cv2.INTER_NEAREST
    here = np.asarray(cv2.warpAffine(pixels, matrix, (size, size), flags=flags), np.uint8)
    coloured = COLOURS[here]
    mixed = cv2.addWeighted(coloured, opacity, ground, 1.0 - opacity, 0.0)
    return np.where((here > 0)[..., None], mixed, ground).astype(np.uint8)


def plain_face(size: int) -> Mask:
    """The parts of a plain face where models expect one, (size, size)."""
    pixels = np.zeros((size, size), np.uint8)
    unit = size * (1 << _SHIFT)
    for part, x, y, half_width, half_height in _PLAIN:
        middle = (round(x * unit), round(y * unit))
        halves = (round(half_width * unit), round(half_height * unit))
        number = (float(_NUMBERS[part]),)
        cv2.ellipse(pixels, middle, halves, 0.0, 0.0, 360.0, number, -1, cv2.LINE_8, _SHIFT)
    return pixels


def _rings(stroke: Stroke) -> Sequence[NDArray[np.float64]]:
    """The outlines of an area and of its holes: the time of a sample counts them."""
    numbers = stroke.table[:, 5]
    return [stroke.table[numbers == number, :2] for number in np.unique(numbers)]


def _fixed(points: NDArray[np.float64]) -> NDArray[np.int32]:
    """Paper sides to OpenCV's fixed point; its pixels have their middle at whole numbers."""
    scaled = (points * SIDE - 0.5) * (1 << _SHIFT)
    return np.rint(np.clip(scaled, -(2**24), 2**24)).astype(np.int32)
