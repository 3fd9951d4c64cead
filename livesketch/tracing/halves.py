"""The two halves of a face: what a turned head hides is drawn after the half that is seen."""

import numpy as np
from numpy.typing import NDArray

from livesketch.tracing.chains import EYES, IRISES, LEFT_SIDE, RIGHT_SIDE

Points = NDArray[np.float32]  # (478, 3)

# Degrees. Up to the first a head is drawn as it is seen. From the second on its far half is little
# more than the mesh's guess: a crooked mouth, one eye nearly shut.
TRUSTED, GUESSED = 12.0, 35.0

# The mesh counts the points of its left half, and among them those of the middle, then in the same
# order those of the right half. The irises come last.
MIDDLE = (0, 1, 2, 4, 5, 6, *range(8, 20), 94, 151, 152, 164, 168, 175, 195, 197, 199, 200)
LEFT = tuple(row for row in range(248) if row not in MIDDLE)
RIGHT = tuple(range(248, 468))
PARTNER = np.arange(468)
PARTNER[[*LEFT, *RIGHT]] = [*RIGHT, *LEFT]

SEAM = 0.6  # of the face's width: over so much of it one half passes into the other


def aside(points: Points) -> float:
    """Degrees by which a head is turned about its own height; above 0 its right side in the picture
    is farther away."""
    across = (points[RIGHT_SIDE] - points[LEFT_SIDE]).astype(np.float64)
    return float(np.degrees(np.arctan2(across[2], np.hypot(across[0], across[1]))))


def evened(points: Points, amount: float) -> Points:
    """The far half of a turned head becomes the mirror image of the near one: wholly from GUESSED
    degrees on with `amount` 1, not at all up to TRUSTED. Both eyes go on looking the same way."""
    turned = aside(points)
    share = amount * float(np.clip((abs(turned) - TRUSTED) / (GUESSED - TRUSTED), 0, 1))
    if share <= 0:
        return points
    p = points.astype(np.float64)
    mesh = p[: len(PARTNER)]
    normal, middle = _mirror(mesh)
    near = -np.sign(turned) * (mesh - mesh[PARTNER]) @ normal  # how much nearer than its partner
    weight = np.clip(0.5 + near / (SEAM * near.max()), 0, 1)[:, None]
    partner = mesh[PARTNER]
    image = partner - 2 * ((partner - middle) @ normal)[:, None] * normal
    out = p.copy()
    out[: len(PARTNER)] = weight * mesh + (1 - weight) * image
    seen, hidden = (0, 1) if turned > 0 else (1, 0)
    between = [out[list(EYES[side][:-1])].mean(0) for side in (seen, hidden)]
    out[list(IRISES[hidden])] = p[list(IRISES[seen])] + between[1] - between[0]
    return (p + share * (out - p)).astype(np.float32)


def _mirror(mesh: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Normal, pointing to the face's right half in the picture, and middle of the plane in which its
    two halves are best each other's mirror image (Kabsch 1976, with a reflection)."""
    middle = mesh.mean(0)
    own = mesh - middle
    left, _, right = np.linalg.svd(own[PARTNER].T @ own)
    is_proper = np.linalg.det(left) * np.linalg.det(right) > 0
    reflection = left @ np.diag([1.0, 1.0, -1.0 if is_proper else 1.0]) @ right
    normal = np.linalg.eigh(reflection + reflection.T)[1][:, 0]
    return normal * np.sign(normal @ (mesh[RIGHT_SIDE] - mesh[LEFT_SIDE])), middle
