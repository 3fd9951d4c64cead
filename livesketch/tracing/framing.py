"""Where in a picture the square lies that a network was trained on, and cutting it out.

The square is that of FFHQ (Karras 2018, appendix C), its two constants fitted so that the
pictures of the training data, which are already framed, come out as the whole picture.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from livesketch.frames import Picture, Place
from livesketch.tracing.chains import EYES, MOUTH_CORNERS

# Medians over the 200 val-cc0 pictures; FFHQ's own are 2.0, 1.8 and 0.1.
EYES_TO_SIDE = 2.029
MOUTH_TO_SIDE = 1.826
DOWN_FROM_EYES = 0.121


def place_of(landmarks: NDArray[np.float32]) -> Place:
    """The square around a face, levelled: landmarks (478, 2 or 3) in pixels -> Place in pixels."""
    points = landmarks[:, :2].astype(np.float64)
    left, right = (points[list(eye[:-1])].mean(0) for eye in EYES)
    eyes, mouth = (left + right) / 2, points[list(MOUTH_CORNERS)].mean(0)
    across, down = right - left, mouth - eyes
    axis = across + np.array([down[1], -down[0]])  # two opinions on what is level
    roll = float(np.degrees(np.arctan2(axis[1], axis[0])))
    half = max(float(np.hypot(*across)) * EYES_TO_SIDE, float(np.hypot(*down)) * MOUTH_TO_SIDE)
    centre = eyes + down * DOWN_FROM_EYES
    return Place(float(centre[0]) - half, float(centre[1]) - half, 2 * half, roll)


def _to_crop(place: Place, size: int) -> NDArray[np.float64]:
    """(2, 3): picture coordinates, pixel corners at whole numbers -> coordinates in the crop."""
    scale, angle = size / place.side, np.radians(place.roll)
    turn = scale * np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    centre = np.array([place.x, place.y]) + place.side / 2
    return np.concatenate([turn, (size / 2 - turn @ centre)[:, None]], 1)


def in_place(landmarks: NDArray[np.float32], place: Place, size: int) -> NDArray[np.float32]:
    """Landmarks (N, 2 or 3) in picture pixels -> the same in pixels of crop(picture, place, size)."""
    to_crop = _to_crop(place, size)
    out = landmarks.astype(np.float32, copy=True)
    out[:, :2] = landmarks[:, :2] @ to_crop[:, :2].T + to_crop[:, 2]
    if landmarks.shape[1] > 2:
        out[:, 2] *= size / place.side
    return out


def out_of_place(landmarks: NDArray[np.float32], place: Place, size: int) -> NDArray[np.float32]:
    """The way back from in_place()."""
    to_crop = _to_crop(place, size)
    # A turn and a scale. For np.linalg.inv a second thread of numpy's would spin for milliseconds.
    back = to_crop[:, :2].T * (place.side / size) ** 2
    out = landmarks.astype(np.float32, copy=True)
    out[:, :2] = (landmarks[:, :2] - to_crop[:, 2]) @ back.T
    if landmarks.shape[1] > 2:
        out[:, 2] *= place.side / size
    return out


def crop(picture: Picture, place: Place, size: int) -> Picture:
    """What lies in `place`, levelled, as (size, size, 3); what is outside the picture fades softly."""
    height, width = picture.shape[:2]
    whole = Place(0.0, 0.0, float(width))
    if place == whole and height == width:
        return _scaled(picture, size)
    # Halve first where a warp would skip pixels.
    shrink = max(1, int(place.side / size))
    if shrink > 1:
        picture, place = _cut_down(picture, place, shrink)
    to_crop = _to_crop(place, size)
    pixels = to_crop.copy()  # warpAffine counts from pixel centres
    pixels[:, 2] += to_crop[:, :2] @ np.array([0.5, 0.5]) - 0.5
    out = cv2.warpAffine(
        picture, pixels, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    height, width = picture.shape[:2]
    corners = np.array([[0, 0], [size, 0], [size, size], [0, size]], np.float32)
    corners = out_of_place(corners, place, size)
    if corners.min() >= 0 and corners[:, 0].max() <= width and corners[:, 1].max() <= height:
        return np.asarray(out, np.uint8)
    inside = cv2.warpAffine(np.full((height, width), 255, np.uint8), pixels, (size, size))
    return _faded(out, inside)


def _scaled(picture: Picture, size: int) -> Picture:
    if picture.shape[0] == size:
        return np.ascontiguousarray(picture)
    how = cv2.INTER_AREA if picture.shape[0] > size else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, (size, size), interpolation=how), np.uint8)


def _cut_down(picture: Picture, place: Place, shrink: int) -> tuple[Picture, Place]:
    """The part of the picture around the place, a whole number of times smaller."""
    height, width = picture.shape[:2]
    reach = place.side * 0.75  # a turned square's corner is 0.71 sides from its centre
    x0 = int(np.clip(place.x + place.side / 2 - reach, 0, max(width - shrink, 0)))
    y0 = int(np.clip(place.y + place.side / 2 - reach, 0, max(height - shrink, 0)))
    columns = (int(min(place.x + place.side / 2 + reach, width)) - x0) // shrink
    rows = (int(min(place.y + place.side / 2 + reach, height)) - y0) // shrink
    if columns < 1 or rows < 1:
        return picture, place
    part = picture[y0 : y0 + rows * shrink, x0 : x0 + columns * shrink]
    small = cv2.resize(part, (columns, rows), interpolation=cv2.INTER_AREA)
    moved = Place((place.x - x0) / shrink, (place.y - y0) / shrink, place.side / shrink, place.roll)
    return np.asarray(small, np.uint8), moved


def _faded(out: cv2.typing.MatLike, inside: cv2.typing.MatLike) -> Picture:
    """Replaces the stripes outside the picture, which would be traced as lines, by a blur."""
    size = len(out)
    tiny = cv2.resize(out, (4, 4), interpolation=cv2.INTER_AREA)
    blurred = cv2.resize(tiny, (size, size), interpolation=cv2.INTER_CUBIC)
    outside = (np.asarray(inside, np.uint8) < 250).astype(np.uint8)
    distance = cv2.distanceTransform(outside, cv2.DIST_L2, 3)
    blend = np.clip(distance / (0.06 * size), 0, 1)[..., None]
    mixed = np.asarray(out, np.float32) * (1 - blend) + np.asarray(blurred, np.float32) * blend
    return np.clip(mixed, 0, 255).astype(np.uint8)
