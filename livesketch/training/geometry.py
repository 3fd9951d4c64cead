"""Which of the 478 face landmarks make which line, and which points a made face is held to."""

from __future__ import annotations

import numpy as np

OVAL = [10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377]
OVAL += [152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109, 10]
JAW = OVAL[8:29]
# the picture's left eye first, which is the person's right one
EYES = (
    [33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7, 33],
    [263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249, 263],
)
BROWS = ([70, 63, 105, 66, 107], [336, 296, 334, 293, 300])
NOSE_RIDGE = [168, 6, 197, 195, 5]
NOSE_BASE = [98, 97, 2, 326, 327]
NOSTRILS = ([48, 64, 98], [278, 294, 327])
LIPS = [61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146]
LIPS += [61]
UPPER_ARC = LIPS[:11]
LOWER_ARC = [61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291]
LIPS_INNER = [78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178]
LIPS_INNER += [88, 95, 78]
INNER_UPPER = LIPS_INNER[:11]
INNER_LOWER = [78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308]
IRISES = (468, 473)
TOP, CHIN, LEFT, RIGHT = 10, 152, 234, 454

# what a made face is held to: (landmark, its mirror image), the middle line mirrors itself
_MIDDLE = [10, 152, 1, 2, 168, 13, 14, 0, 17]
_PAIRS = [(33, 263), (133, 362), (159, 386), (145, 374), (468, 473), (70, 300), (105, 334)]
_PAIRS += [(107, 336), (63, 293), (66, 296), (98, 327), (61, 291), (40, 270), (91, 321)]
_PAIRS += [(78, 308), (82, 312), (87, 317), (234, 454), (132, 361), (172, 397), (150, 379)]
_PAIRS += [(176, 400), (21, 251), (67, 297), (162, 389)]
HELD = [*_MIDDLE, *(a for a, _ in _PAIRS), *(b for _, b in _PAIRS)]


def mirrored(points: np.ndarray) -> np.ndarray:
    """(len(HELD), 2) points of a face -> those of the same face in a mirror."""
    m, p = len(_MIDDLE), len(_PAIRS)
    order: list[int] = [*range(m), *range(m + p, m + 2 * p), *range(m, m + p)]
    return points[np.array(order)] * np.array([-1, 1], np.float32) + np.array([1, 0], np.float32)


def eye_centre(landmarks: np.ndarray, side: int) -> np.ndarray:
    return landmarks[EYES[side][:-1]].mean(0)


def axes(landmarks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors across the face (to the picture's right) and down it."""
    across = eye_centre(landmarks, 1) - eye_centre(landmarks, 0)
    across = across / max(float(np.linalg.norm(across)), 1e-6)
    return across, np.array([-across[1], across[0]], np.float32)
