"""What a face does that may be meant as a sign: how far its eyes and its mouth are open."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from livesketch.tracing.chains import EYES, LIPS_INNER
from livesketch.tracing.shape import turned_by


@dataclass(frozen=True)
class Pose:
    """`eyes` of the more open one and `mouth`: height of the opening by its width; `turned` degrees."""

    eyes: float
    mouth: float
    turned: float


def pose_of(landmarks: NDArray[np.float32]) -> Pose:
    """Landmarks (478, 3) in any unit."""
    p = landmarks[:, :2].astype(np.float64)
    eyes = max(
        _opening(p[eye[0]], p[eye[8]], p[list(eye[3:6])], p[list(eye[11:14])]) for eye in EYES
    )
    upper, lower = LIPS_INNER[4:7], LIPS_INNER[14:17]
    mouth = _opening(p[LIPS_INNER[0]], p[LIPS_INNER[10]], p[list(upper)], p[list(lower)])
    return Pose(eyes, mouth, turned_by(landmarks))


def _opening(
    start: NDArray[np.float64],
    end: NDArray[np.float64],
    upper: NDArray[np.float64],
    lower: NDArray[np.float64],
) -> float:
    width = max(float(np.hypot(*(end - start))), 1e-9)
    return float(np.hypot(*(upper.mean(0) - lower.mean(0)))) / width
