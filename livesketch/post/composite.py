"""Puts the face that was made back into the camera's picture, or its drawing over it; and the room behind."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from livesketch.frames import Picture, Place, Sketch

OFF, FACE, DRAWING = "face alone", "face in picture", "drawing on picture"
COMPOSITES: tuple[str, ...] = (OFF, FACE, DRAWING)
BACKGROUNDS: tuple[str, ...] = ("kept", "blurred", "replaced", "removed")
ROOM = (22, 23, 26)  # what replaces a background; what is removed is black
FEATHER = 0.05  # of the square's side: the width of the seam
BLUR = 0.02  # of the picture's side
INK = (22, 23, 26)


def seam(landmarks: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """(size, size) 0 camera .. 1 face: the face from brows to chin, its edge soft.

    `landmarks` of the outline (n, 2) in pixels of that square.
    """
    mask = np.zeros((size, size), np.uint8)
    hull = cv2.convexHull(np.round(landmarks[:, :2]).astype(np.int32))
    cv2.fillConvexPoly(mask, np.asarray(hull, np.int32), (255,))
    reach = max(1, round(FEATHER * size))
    # the seam lies within the face: nothing of the new one's hair or background comes along
    inner = cv2.erode(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach)))
    soft = cv2.GaussianBlur(inner, (0, 0), reach / 2)
    return np.asarray(soft, np.float32) / np.float32(255)


def colour_matched(
    face: Picture, like: Picture, weight: NDArray[np.float32]
) -> NDArray[np.float32]:
    """The face (S, S, 3) with the mean and spread of `like`'s colours under the weight (Reinhard 2001)."""
    total = float(weight.sum())
    if total < 1:
        return face.astype(np.float32)
    w = weight[..., None] / total
    ours, theirs = _lab(face), _lab(like)
    our_mean, their_mean = (ours * w).sum((0, 1)), (theirs * w).sum((0, 1))
    our_spread = np.sqrt((((ours - our_mean) ** 2) * w).sum((0, 1))) + 1.0
    their_spread = np.sqrt((((theirs - their_mean) ** 2) * w).sum((0, 1))) + 1.0
    gain = np.clip(their_spread / our_spread, 0.6, 1.6)
    matched = np.clip((ours - our_mean) * gain + their_mean, 0, 255).astype(np.uint8)
    return cv2.cvtColor(matched, cv2.COLOR_LAB2RGB).astype(np.float32)


def put_back(
    picture: Picture, face: Picture, place: Place, outline: NDArray[np.float32]
) -> Picture:
    """The face (S, S, 3), made for the square `place` of the picture, in the picture (H, W, 3).

    `outline` (n, 2): the face's edge in sides of the square.
    """
    size = len(face)
    to_picture = _from_square(place, size)
    inverse = cv2.invertAffineTransform(to_picture)
    under = cv2.warpAffine(
        picture, inverse, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    weight = seam(outline * size, size)
    matched = colour_matched(face, np.asarray(under, np.uint8), weight)
    height, width = picture.shape[:2]
    there = cv2.warpAffine(matched, to_picture, (width, height), borderMode=cv2.BORDER_REPLICATE)
    share = cv2.warpAffine(weight, to_picture, (width, height))[..., None]
    mixed = picture * (1 - share) + np.asarray(there, np.float32) * share
    return np.clip(mixed + 0.5, 0, 255).astype(np.uint8)


def drawn_on(picture: Picture, sketch: Sketch, place: Place) -> Picture:
    """The drawing's ink (S, S) over the picture, where the face is."""
    height, width = picture.shape[:2]
    ink = cv2.warpAffine(
        (1 - np.clip(sketch, 0, 1)).astype(np.float32),
        _from_square(place, len(sketch)),
        (width, height),
    )[..., None]
    mixed = picture * (1 - ink) + np.array(INK, np.float32) * ink
    return np.clip(mixed + 0.5, 0, 255).astype(np.uint8)


def before(
    picture: Picture,
    person: NDArray[np.float32] | None,
    background: str,
    room: Picture | None = None,
) -> Picture:
    """The picture with another room behind the person; `person` (H, W) 0 behind .. 1 in front. `room`
    (H, W, 3) of any size is what replaces it; the middle of it that fits is seen."""
    if background == "kept" or person is None:
        return picture
    height, width = picture.shape[:2]
    if background == "blurred":
        small = cv2.resize(picture, (max(1, width // 4), max(1, height // 4)))
        sigma = max(1.0, BLUR * max(height, width) / 4)
        behind = np.asarray(cv2.resize(cv2.GaussianBlur(small, (0, 0), sigma), (width, height)))
    elif background in ("replaced", "removed"):
        behind = np.empty_like(picture)
        if room is not None and background == "replaced":
            behind = _filling(room, width, height)
        else:
            behind[:] = ROOM if background == "replaced" else (0, 0, 0)
    else:
        raise ValueError(f"no background {background!r}; there are: {', '.join(BACKGROUNDS)}")
    share = np.clip(person * 1.6 - 0.3, 0, 1)[..., None]  # half a pixel of certainty on both sides
    mixed = picture * share + behind.astype(np.float32) * (1 - share)
    return np.clip(mixed + 0.5, 0, 255).astype(np.uint8)


def _filling(room: Picture, width: int, height: int) -> Picture:
    scale = max(width / room.shape[1], height / room.shape[0])
    wide, tall = min(room.shape[1], width / scale), min(room.shape[0], height / scale)
    x, y = int((room.shape[1] - wide) / 2), int((room.shape[0] - tall) / 2)
    part = room[y : y + max(1, round(tall)), x : x + max(1, round(wide))]
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(part, (width, height), interpolation=how), np.uint8)


def around(places: Sequence[Place]) -> Place:
    """The square that holds all of these, in the middle of them."""
    left, top = min(place.x for place in places), min(place.y for place in places)
    wide = max(place.x + place.side for place in places) - left
    tall = max(place.y + place.side for place in places) - top
    side = max(wide, tall)
    return Place(left + (wide - side) / 2, top + (tall - side) / 2, side)


def corner_of(
    shape: tuple[int, ...], place: Place, last: tuple[int, int] | None
) -> tuple[int, int]:
    """x, y of the largest square of a picture (H, W, ...) that shows the face.

    It stays where it was as long as the face is in it: the room must not sway with the head.
    """
    height, width = shape[:2]
    side = min(height, width)
    x, y = last if last is not None else ((width - side) // 2, (height - side) // 2)
    return _shown(x, place.x, place.side, side, width), _shown(y, place.y, place.side, side, height)


def _shown(start: int, place: float, length: float, side: int, whole: int) -> int:
    if length < side:
        start = round(min(max(start, place + length - side), place))
    return max(0, min(start, whole - side))


def squared(picture: Picture, corner: tuple[int, int], size: int) -> Picture:
    """The largest square at that corner, as (size, size, 3)."""
    side = min(picture.shape[:2])
    x, y = corner
    part = picture[y : y + side, x : x + side]
    how = cv2.INTER_AREA if side > size else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(part, (size, size), interpolation=how), np.uint8)


def _from_square(place: Place, size: int) -> NDArray[np.float64]:
    """(2, 3): pixel centres of the square's picture to those of the whole."""
    scale, angle = place.side / size, np.radians(place.roll)
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.array([place.x, place.y]) + place.side / 2
    centre = np.full(2, size / 2 - 0.5)
    return np.concatenate([turn, (middle - 0.5 - turn @ centre)[:, None]], 1)


def _lab(picture: Picture) -> NDArray[np.float32]:
    return cv2.cvtColor(picture, cv2.COLOR_RGB2LAB).astype(np.float32)


def middle_of(picture: Picture) -> Picture:
    """The square in the middle of an oblong picture."""
    height, width = picture.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return np.ascontiguousarray(picture[top : top + side, left : left + side])


def shrunk(square: Picture, side: int) -> Picture:
    """A square of at most `side` pixels, at least one."""
    side = max(1, side)
    if square.shape[0] <= side:
        return square
    return np.asarray(cv2.resize(square, (side, side), interpolation=cv2.INTER_AREA), np.uint8)
