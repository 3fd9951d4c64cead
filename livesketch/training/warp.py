"""Photos are bent along their landmarks, so that a frown, a tilt or a wide head has a picture that obeys it.

A warp is an affine map and a sum of Gaussian bumps, from the place in the bent picture to the place
in the photo. Points go the other way, by fixed-point iteration.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
import torch.nn.functional as F

from livesketch.models.networks.face_lines import BROWS, EYES
from livesketch.training.geometry import CHIN, LEFT, RIGHT, TOP, axes, eye_centre

try:
    import cv2
except ImportError:
    cv2 = None

COARSE = 64  # the field is smooth: it is computed on a coarse grid and enlarged


@dataclass(frozen=True)
class Warp:
    matrix: np.ndarray  # (2, 3): bent place -> place before bumps
    centres: np.ndarray  # (B, 2)
    moves: np.ndarray  # (B, 2): what is at the centre comes from centre - move
    radii: np.ndarray  # (B,)


STRAIGHT = Warp(
    np.eye(2, 3, dtype=np.float32),
    np.zeros((0, 2), np.float32),
    np.zeros((0, 2), np.float32),
    np.zeros(0, np.float32),
)  # nothing is bent


def source(warp: Warp, places: np.ndarray) -> np.ndarray:
    """Places (..., 2) in the bent picture -> places in the photo; units of the side."""
    q = places @ warp.matrix[:, :2].T + warp.matrix[:, 2]
    return q - _shift(warp, q.reshape(-1, 2)).reshape(q.shape)


def points(warp: Warp, places: np.ndarray) -> np.ndarray:
    """Places (n, 2) in the photo -> where they are in the bent picture."""
    q = places.copy()
    for _ in range(5):
        q = places + _shift(warp, q)
    inverse = np.linalg.inv(warp.matrix[:, :2]).T
    return ((q - warp.matrix[:, 2]) @ inverse).astype(np.float32)


def _shift(warp: Warp, q: np.ndarray) -> np.ndarray:
    """(n, 2) for places (n, 2): the sum of the bumps there."""
    across = q[:, 0] - warp.centres[:, :1]  # B,n
    down = q[:, 1] - warp.centres[:, 1:]
    far = across * across + down * down
    return np.exp(far / (-2 * warp.radii * warp.radii)[:, None]).T @ warp.moves


def coarse(warp: Warp) -> np.ndarray:
    """(COARSE, COARSE, 2) float32: the place in the photo behind places in the bent picture."""
    return source(warp, _places(COARSE)).astype(np.float32)


def field(warp: Warp, side: int) -> np.ndarray:
    """(S, S, 2) float32: the photo's pixel (x, y) behind each pixel of the bent picture."""
    moved = coarse(warp) - _places(COARSE)
    return (enlarge(moved, side) + _places(side)) * side - 0.5


@cache
def _places(side: int) -> np.ndarray:
    ticks = (np.arange(side, dtype=np.float32) + 0.5) / side
    return np.stack(np.meshgrid(ticks, ticks), -1)


def enlarge(values: np.ndarray, side: int) -> np.ndarray:
    """(n, n, C) float32, smoothly to (side, side, C)."""
    if cv2 is not None:
        return cv2.resize(values, (side, side), interpolation=cv2.INTER_LINEAR)
    t = torch.from_numpy(values).permute(2, 0, 1)[None]
    large = F.interpolate(t, size=(side, side), mode="bilinear", align_corners=False)
    return large[0].permute(1, 2, 0).numpy()


def bend(picture: np.ndarray, place: np.ndarray, outside: int | None = None) -> np.ndarray:
    """uint8 (S, S) or (S, S, 3) through a field; beyond the border a mirror, or the value `outside`."""
    if cv2 is not None:
        border = cv2.BORDER_REFLECT if outside is None else cv2.BORDER_CONSTANT
        fill = (outside or 0,) * 3
        x, y = place[..., 0], place[..., 1]
        return cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=border, borderValue=fill)
    side = picture.shape[0]
    t = torch.from_numpy(np.ascontiguousarray(picture)).float().reshape(1, side, side, -1)
    grid = torch.from_numpy((place + 0.5) * (2 / side) - 1)[None]
    t, mode = t.permute(0, 3, 1, 2), "reflection" if outside is None else "zeros"
    base = 0 if outside is None else outside
    bent = F.grid_sample(t - base, grid, padding_mode=mode, align_corners=False) + base
    return bent[0].permute(1, 2, 0).round().clamp(0, 255).byte().numpy().reshape(picture.shape)


def parted(landmarks: np.ndarray) -> float:
    """How far apart the lips are, in heights of the face."""
    _, down = axes(landmarks)
    size = np.linalg.norm(landmarks[CHIN] - landmarks[TOP])
    return float((landmarks[14] - landmarks[13]) @ down / size)


def random_warp(
    landmarks: np.ndarray, rng: np.random.Generator, is_bold: bool = False, opened: float = 0.0
) -> Warp:
    """A person-shaped deformation: whole head and single features, mild ones more often than wild ones.

    opened: how far lips may be drawn apart beyond what is `is_bold` for, in heights of the face.
    """
    bumps: list[tuple[np.ndarray, np.ndarray, float]] = []
    across, down = axes(landmarks)
    size = float(np.linalg.norm(landmarks[CHIN] - landmarks[TOP]))

    often, least = (0.4, 0.6) if is_bold else (0.7, 0.5)
    mild = (
        least if rng.random() < often else 1.0
    )  # without a teacher, what is bent far looks melted

    def some(amount: float, often: float = 0.5) -> float:
        bent = float(np.clip(rng.normal(), -2, 2) * amount * size * mild)
        return bent if rng.random() < often else 0.0

    def bump(place: np.ndarray, move: np.ndarray, radius: float) -> None:
        if np.abs(move).max() > 1e-4:
            bumps.append((place, move, radius * size))

    up, apart, brow = some(0.05), some(0.03), some(0.025, 0.6)
    for side, sign in ((0, -1), (1, 1)):
        eye, brows = eye_centre(landmarks, side), landmarks[BROWS[side]].mean(0)
        bump(eye, down * up + across * sign * apart, 0.16)
        bump(brows, down * brow + across * sign * apart * 0.2, 0.075)
        lid = some(0.012, 0.3)
        bump(landmarks[EYES[side][4]], -down * lid, 0.04)
    corners, wider, lower = some(0.028, 0.6), some(0.04, 0.6), some(0.025, 0.4)
    for corner, sign in ((61, -1), (291, 1)):
        bump(landmarks[corner], -down * corners + across * sign * wider, 0.085)
    middle = (landmarks[13] + landmarks[14]) / 2
    bump(middle, down * (lower + corners * 0.35), 0.13)
    gap = parted(landmarks) * size
    opening = gap * rng.uniform(-0.8, 0.9) if gap > 0.02 * size and rng.random() < 0.6 else 0.0
    opening += abs(some(0.012, 0.25))
    if opened and rng.random() < 0.3:
        opening = abs(rng.normal(0, opened)) * size if rng.random() < 0.6 else -gap * 0.9
    bump(landmarks[0] * 0.4 + landmarks[13] * 0.6, -down * opening / 2, 0.06)
    bump(landmarks[17] * 0.4 + landmarks[14] * 0.6, down * opening / 2, 0.06)
    jaw, chin, nose = some(0.03, 0.4), some(0.03, 0.3), some(0.015, 0.3)
    for side, sign in ((172, -1), (397, 1)):
        bump(landmarks[side], across * sign * jaw, 0.14)
    bump(landmarks[CHIN], down * chin, 0.16)
    for side, sign in ((98, -1), (327, 1)):
        bump(landmarks[side], across * sign * nose, 0.05)
    stack = list(zip(*bumps, strict=True)) if bumps else [(), (), ()]
    centre = (landmarks[LEFT] + landmarks[RIGHT]) / 2
    return Warp(
        _matrix(centre, rng),
        np.array(stack[0], np.float32).reshape(-1, 2),
        np.array(stack[1], np.float32).reshape(-1, 2),
        np.array(stack[2], np.float32),
    )


def _matrix(centre: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Tilt, width, height, size and place of everything in the picture."""
    dice = rng.random()
    tilt = np.radians(rng.uniform(-20, 20) if dice < 0.2 else rng.normal(0, 4) if dice < 0.7 else 0)
    wide = float(np.clip(np.exp(rng.normal(0, 0.11)), 0.78, 1.28)) if rng.random() < 0.6 else 1.0
    tall = float(np.clip(np.exp(rng.normal(0, 0.05)), 0.9, 1.1)) if rng.random() < 0.4 else 1.0
    size = float(np.clip(np.exp(rng.normal(0.01, 0.05)), 0.88, 1.15))
    c, s = np.cos(tilt), np.sin(tilt)
    turn = np.array([[c, s], [-s, c]]) / (np.array([[wide], [tall]]) * size)
    shift = rng.normal(0, 0.02, 2)
    return np.concatenate([turn, (centre - turn @ (centre + shift))[:, None]], 1).astype(np.float32)
