"""A photo's landmarks become the strokes a hand could have drawn, from careful contours to a child's."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from livesketch.models.networks.face_lines import (
    BROWS,
    EYES,
    INNER_LOWER,
    INNER_UPPER,
    IRISES,
    LIPS,
    NOSE_BASE,
    NOSE_RIDGE,
    NOSTRILS,
    OVAL,
)
from livesketch.training.geometry import JAW, LIPS_INNER, LOWER_ARC, UPPER_ARC, eye_centre


@dataclass(frozen=True)
class Face:
    """What is drawn. All places in units of the picture's side."""

    landmarks: np.ndarray  # (478, 2)
    outline: np.ndarray  # (n, 2): hair and shoulders, closed
    inside: np.ndarray  # (n,) bool: not where the picture ends


def wobble(points: np.ndarray, amount: float, rng: np.random.Generator) -> np.ndarray:
    """Low-frequency unsteadiness along a stroke; amount in units of the side."""
    k, t = rng.normal(0, amount, (3, 2)), np.linspace(0, 1, len(points))[:, None]
    return points + k[0] + np.sin(2 * np.pi * t) * k[1] + np.cos(4 * np.pi * t) * k[2] * 0.5


def ring(centre: np.ndarray, rx: float, ry: float, n: int = 13, power: float = 1.0) -> np.ndarray:
    """A closed ellipse, or with power < 1 a rounder box."""
    t = np.linspace(-np.pi / 2, 1.5 * np.pi, n)
    c, s = np.cos(t), np.sin(t)
    bulge = np.stack(
        [np.sign(c) * np.abs(c) ** power * rx, np.sign(s) * np.abs(s) ** power * ry], 1
    )
    return centre + bulge


def dot(centre: np.ndarray, radius: float) -> np.ndarray:
    """A filled spot, as a hand makes it: a spiral from the middle out."""
    t = np.linspace(0, 1, 22)[:, None]
    turn = np.concatenate([np.cos(t * 18), np.sin(t * 18)], 1)
    return centre + turn * t * radius


def hand_drawn(face: Face, level: float, rng: np.random.Generator) -> list[np.ndarray]:
    """Strokes of a face in the order a person draws: outline, eyes, brows, nose, mouth.

    level: 0 careful .. 1 crude. Errors of place, size and line grow with it.
    """
    out: list[np.ndarray] = []
    p, shake, drop = face.landmarks, level * 0.0125, 0.12 if level > 0.3 else 0.03

    def kept() -> bool:
        return rng.random() > drop

    def part(chain: list[int], amount: float = 1.0, skip: int = 1) -> None:
        q = p[chain]
        if level > 0.5 and skip > 1:
            q = np.concatenate([q[::skip], q[-1:]])
        centre = q.mean(0)
        q = (q - centre) * (1 + rng.normal(0, 0.08 * level, 2)) + centre
        out.append(wobble(q + rng.normal(0, 0.012 * level, 2), shake * amount, rng))

    if face.inside.any() and rng.random() < 0.75:
        if level > 0.6 and rng.random() < 0.5:
            out.append(wobble(_head(face, rng), shake * 2, rng))
        else:
            out.extend(hair(face, level, rng))
            if kept():
                part(OVAL if rng.random() < 0.4 else JAW, 1.5, 2)
    elif kept():
        part(OVAL, 2.0, 2)
    for side in (0, 1):
        _eye(out, p, side, level, kept, part, rng)
    for brow in BROWS:
        if rng.random() > 0.1 + 0.4 * level:
            part(brow, 0.8)
    if kept():
        dice = rng.random()
        if dice < 0.6:
            part(NOSE_BASE, 0.6)
        if dice > 0.4:
            part(NOSE_RIDGE, 0.6)
        if rng.random() < 0.4:
            for nostril in NOSTRILS:
                part(nostril, 0.4)
    if kept():
        if level > 0.5 and rng.random() < 0.5:
            gap = np.linalg.norm(p[14] - p[13])
            if gap < 0.015:
                part(LOWER_ARC if rng.random() < 0.5 else UPPER_ARC, 0.8)
            else:
                part(INNER_UPPER, 0.5)
                part(INNER_LOWER, 0.5)
        else:
            part(LIPS, 0.6)
            part(LIPS_INNER if rng.random() < 0.7 else [78, 13, 308], 0.5)
    return out


def _eye(out, p, side, level, kept, part, rng) -> None:
    centre = eye_centre(p, side) + rng.normal(0, 0.011 * level, 2)
    if not kept():
        return
    dice, half = rng.random(), np.ptp(p[EYES[side]][:, 0]) / 2
    if level > 0.5 and dice < 0.15:
        out.append(dot(centre, rng.uniform(0.006, 0.018)))
    elif level > 0.5 and dice < 0.4:
        r = half * rng.uniform(0.3, 1.1)
        out.append(wobble(ring(centre, r, r * rng.uniform(0.5, 1)), level * 0.003, rng))
    else:
        part(EYES[side], 0.6)
    if kept() and rng.random() < 0.7:
        iris, r = p[IRISES[side]], rng.uniform(0.006, 0.02)
        out.append(dot(iris, r) if rng.random() < 0.5 else ring(iris, r, r, 9))


def _head(face: Face, rng: np.random.Generator) -> np.ndarray:
    """A super-ellipse around hair and chin."""
    p, o = face.landmarks, face.outline
    row = o[np.abs(o[:, 1] - p[168][1]) < 0.03]
    left, right = (row[:, 0].min(), row[:, 0].max()) if len(row) else (p[234][0], p[454][0])
    top, chin = o[:, 1].min(), p[152][1]
    middle = np.array([(left + right) / 2, (top + chin) / 2])
    power = float(rng.choice([1.0, 1.0, 0.6]))
    return ring(middle, (right - left) / 2, (chin - top) / 2, 24, power)


def hair(face: Face, level: float, rng: np.random.Generator) -> list[np.ndarray]:
    """The person's outline in as many strokes as the picture's border cuts it into."""
    step = 1 + int(rng.integers(0, 2 + round(6 * level)))
    keep = np.arange(0, len(face.outline), step)
    line, inside = face.outline[keep], face.inside[keep]
    line = wobble(line, level * 0.018, rng)
    runs = np.split(np.arange(len(line)), np.where(~inside)[0])
    return [line[r] for r in runs if len(r) > 1 and inside[r].sum() > 1]


def prefix(strokes: list[np.ndarray], share: float) -> list[np.ndarray]:
    """The first `share` (0..1) of the pen's path."""
    lengths = [float(np.linalg.norm(np.diff(s, axis=0), axis=1).sum()) for s in strokes]
    left, out = share * sum(lengths), []
    for stroke, length in zip(strokes, lengths, strict=True):
        if left <= 0:
            break
        steps = np.cumsum(np.linalg.norm(np.diff(stroke, axis=0), axis=1))
        n = len(stroke) if length <= left else 1 + int(np.searchsorted(steps, left)) + 1
        out.append(stroke[:n])
        left -= length
    return [s for s in out if len(s) > 1]
