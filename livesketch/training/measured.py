"""One photo becomes its row of the arrays that the trainer reads: framed, traced, measured."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image

from livesketch.frames import Picture
from livesketch.models.networks.face_lines import EYES
from livesketch.tracing.face import FaceFinder, crop, in_place
from livesketch.training import raster

DETAIL = 0.5  # of ink lines
OUTLINE = 128  # points around a person
LARGEST_YAW = 25.0  # degrees: beyond it half the features cannot be seen
LARGEST_PICTURE = 100e6  # pixels
CHEEKS = (50, 280)
DARKEST = 40  # of 255: there is no photo without a brighter pixel

Row = dict[str, np.ndarray]


def measured(content: bytes, finder: FaceFinder, is_framed: bool, size: int) -> Row | str:
    """Of what is in a photo's file: its row of every array of dataset.Prepared but `regions`, or why it is skipped.

    size: side of the picture that is kept. is_framed: it is cut already; else it is cut around the face.
    """
    picture = _decoded(content)
    if picture is None:
        return "unreadable"
    if picture[::4, ::4].max() < DARKEST:  # a mask of class numbers among the photos
        return "black"
    face = finder.find(picture)
    if face is None:
        return "without a face"
    if abs(_yaw(face.landmarks)) > LARGEST_YAW:
        return "turned away"
    if is_framed:
        side = min(picture.shape[:2])
        top, left = (picture.shape[0] - side) // 2, (picture.shape[1] - side) // 2
        square = picture[top : top + side, left : left + side]
        cut = np.asarray(cv2.resize(square, (size, size), interpolation=cv2.INTER_AREA), np.uint8)
        landmarks = (face.landmarks[:, :2] - (left, top)) / side
    else:
        place = face.place
        if place.side < size / 3:
            return "too small"
        if _outside(place, picture.shape) > 0.2:
            return "cut by the border"
        cut = crop(picture, place, size)
        landmarks = in_place(face.landmarks, place, size)[:, :2] / size
    outline, inside = _outline(finder.silhouette(cut))
    return {
        "pictures": cut,
        "ink": raster.inked(cut, DETAIL),
        "landmarks": landmarks.astype(np.float32),
        "outlines": outline,
        "inside": inside,
        "tone": _tone(cut, landmarks),
    }


def _decoded(content: bytes) -> Picture | None:
    try:
        with Image.open(io.BytesIO(content)) as image:
            if image.width * image.height > LARGEST_PICTURE or min(image.size) < 64:
                return None
            image.draft("RGB", (1600, 1600))  # a JPEG larger than needed is read smaller
            return np.array(image.convert("RGB"), np.uint8)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def _yaw(landmarks: np.ndarray) -> float:
    """Degrees the head is turned, from the depth of its two sides."""
    left, right = landmarks[EYES[0][0]], landmarks[EYES[1][0]]
    return float(np.degrees(np.arctan2(right[2] - left[2], np.hypot(*(right - left)[:2]))))


def _outside(place, shape: tuple[int, ...]) -> float:
    """The share of a square that lies outside the photo."""
    wide = min(place.x + place.side, shape[1]) - max(place.x, 0)
    tall = min(place.y + place.side, shape[0]) - max(place.y, 0)
    return 1 - max(wide, 0) * max(tall, 0) / place.side**2


def _outline(mask: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Points (OUTLINE, 2) around the person, and which of them are not the picture's border."""
    empty = np.zeros((OUTLINE, 2), np.float32), np.zeros(OUTLINE, bool)
    if mask is None:
        return empty
    solid = cv2.morphologyEx(
        (mask > 0.5).astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8)
    )
    found, _ = cv2.findContours(np.pad(solid, 1), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not found:
        return empty
    line = max(found, key=len)[:, 0].astype(np.float32) - 1
    around = np.concatenate([line[-2:], line, line[:2]])
    if len(line) < 20:
        return empty
    smooth = np.stack([np.convolve(around[:, j], np.ones(5) / 5, "valid") for j in (0, 1)], 1)
    points = smooth[np.round(np.linspace(0, len(smooth) - 1, OUTLINE)).astype(int)]
    size = len(mask)
    inside = ((points > 3) & (points < size - 4)).all(1)
    return ((points + 0.5) / size).astype(np.float32), inside


def _tone(picture: Picture, landmarks: np.ndarray) -> np.ndarray:
    """Individual typology angle of the cheeks (Chardon 1991), degrees; higher is lighter."""
    lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    size, patches = len(picture), []
    half = size // 32
    for x, y in (landmarks[list(CHEEKS)] * size).astype(int).clip(half, size - half):
        patches.append(lab[y - half : y + half, x - half : x + half].reshape(-1, 3))
    lightness, _, yellow = np.median(np.concatenate(patches), axis=0)
    return np.array(np.degrees(np.arctan2(lightness - 50, max(yellow, 1e-3))), np.float32)
