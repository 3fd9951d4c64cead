"""Which of the 478 face landmarks make which line of a drawing."""

from __future__ import annotations

import numpy as np

from livesketch.models.networks.face_lines import (
    EYES,
    INNER_LOWER,
    INNER_UPPER,
    LIPS,
    OVAL,
)

JAW = OVAL[8:29]
UPPER_ARC = LIPS[:11]
LOWER_ARC = LIPS[:9:-1]
LIPS_INNER = [*INNER_UPPER, *INNER_LOWER[-2::-1]]
TOP, CHIN, LEFT, RIGHT = 10, 152, 234, 454


def eye_centre(landmarks: np.ndarray, side: int) -> np.ndarray:
    return landmarks[EYES[side][:-1]].mean(0)


def axes(landmarks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors across the face (to the picture's right) and down it."""
    across = eye_centre(landmarks, 1) - eye_centre(landmarks, 0)
    across = across / max(float(np.linalg.norm(across)), 1e-6)
    return across, np.array([-across[1], across[0]], np.float32)
