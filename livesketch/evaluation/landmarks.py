"""What the landmarks of a made face tell: how far off it is, what it shows, how light its skin is."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from livesketch.frames import Picture

Landmarks = NDArray[np.float32]  # (478, 2) in units of the square picture's side

# Eye corners, brows, nose, lips, chin, temples: 22 of MediaPipe's 478.
POINTS = (
    *(33, 133, 362, 263),
    *(70, 105, 107, 336, 334, 300),
    *(1, 98, 327),
    *(61, 291, 13, 14, 17, 0),
    *(152, 234, 454),
)
OUTER_EYE_CORNERS = (33, 263)
EYE_CORNERS = ((33, 133), (362, 263))
BROWS = ((70, 105, 107), (300, 334, 336))
MOUTH_CORNERS = (61, 291)
INNER_LIPS = (13, 14)
CHEEKS = (50, 280)
TOP, CHIN, RIGHT_TEMPLE, LEFT_TEMPLE = 10, 152, 234, 454

# Class -> individual typology angle above which it begins, degrees (Chardon 1991).
SKIN_TONES = {
    "very light": 55.0,
    "light": 41.0,
    "intermediate": 28.0,
    "tan": 10.0,
    "brown": -30.0,
    "dark": -90.0,
}


def centre_of_eye(landmarks: Landmarks, eye: int) -> NDArray[np.float32]:
    return landmarks[list(EYE_CORNERS[eye])].mean(0)


def nme_percent(made: Landmarks, real: Landmarks) -> float:
    """Mean distance of POINTS, in percent of the real face's outer eye corners' distance."""
    points = list(POINTS)
    right, left = real[list(OUTER_EYE_CORNERS)]
    off = np.hypot(*(made[points] - real[points]).T).mean()
    return float(100 * off / np.hypot(*(left - right)))


def shown(name: str, landmarks: Landmarks) -> float:
    """A doodle's property as the face shows it; its unit is not the doodle's, its order is.

    Raises KeyError for a property that no doodle has.
    """
    chin, top = landmarks[CHIN], landmarks[TOP]
    height = float(np.hypot(*(chin - top)))
    width = float(np.hypot(*(landmarks[LEFT_TEMPLE] - landmarks[RIGHT_TEMPLE])))
    down = (chin - top) / height
    eyes = np.stack([centre_of_eye(landmarks, 0), centre_of_eye(landmarks, 1)])
    lips, corners = landmarks[list(INNER_LIPS)], landmarks[list(MOUTH_CORNERS)]
    if name == "head_width":
        return width / height
    if name == "head_tilt":
        across = eyes[1] - eyes[0]
        return math.degrees(math.atan2(across[1], across[0]))
    if name == "eye_height":  # in the picture: the head stays where it is
        return float(eyes[:, 1].mean())
    if name == "eye_spacing":
        return float(np.hypot(*(eyes[1] - eyes[0]))) / width
    if name == "brow_height":
        brows = np.stack([landmarks[list(brow)].mean(0) for brow in BROWS])
        return float(((eyes - brows) @ down).mean()) / height
    if name == "mouth_width":
        return float(np.hypot(*(corners[1] - corners[0]))) / width
    if name == "mouth_open":
        return float(np.hypot(*(lips[1] - lips[0]))) / height
    if name == "mouth_corners":
        return float((lips.mean(0) - corners.mean(0)) @ down) / height
    raise KeyError(name)


def skin_angle(picture: Picture, landmarks: Landmarks) -> float:
    """Individual typology angle of the cheeks, degrees: patches a sixteenth of the picture wide."""
    side = picture.shape[0]
    half = max(1, side // 32)
    lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    patches = []
    for cheek in CHEEKS:
        x, y = (int(v) for v in landmarks[cheek] * side)
        rows, columns = slice(max(0, y - half), y + half), slice(max(0, x - half), x + half)
        patches.append(lab[rows, columns].reshape(-1, 3))
    lightness, _, yellow = np.median(np.concatenate(patches), axis=0)
    return math.degrees(math.atan2(lightness - 50, max(yellow, 1e-3)))


def skin_tone(picture: Picture, landmarks: Landmarks) -> str:
    """One of SKIN_TONES."""
    angle = skin_angle(picture, landmarks)
    return next((name for name, above in SKIN_TONES.items() if angle > above), "dark")
