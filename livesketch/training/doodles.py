"""Doodles that obey a photo: an egg, two dots and an arc, each at the place the photo's features have."""

from __future__ import annotations

import numpy as np

from livesketch.models.networks.face_lines import BROWS, EYES
from livesketch.training.drawing import Face, dot, ring, wobble
from livesketch.training.geometry import CHIN, LEFT, RIGHT, TOP, axes, eye_centre

Parts = dict[str, list[list[np.ndarray]]]  # kind -> human-drawn examples -> strokes in a unit box


def doodle(face: Face, level: float, parts: Parts, rng: np.random.Generator) -> list[np.ndarray]:
    """Strokes in drawing order: head, eyes, brows, nose, mouth, and sometimes more.

    level: 0 every place is true .. 1 a child's. parts: human-drawn examples, may be empty.
    """
    p, out = face.landmarks, []
    across, down = axes(p)
    size = float(np.linalg.norm(p[CHIN] - p[TOP]))
    steady = level * 0.008
    off = rng.normal(0, 0.03 * level, (4, 2)) * (rng.random() < 0.6)

    def placed(kind: str, centre: np.ndarray, w: float, h: float, often: float) -> bool:
        """A human-drawn part with the box it would have in the face; False if there is none."""
        if kind not in parts or rng.random() > often:
            return False
        strokes = parts[kind][rng.integers(len(parts[kind]))]
        for s in strokes:
            out.append(centre + (s[:, :1] - 0.5) * w * across + (s[:, 1:] - 0.5) * h * down)
        return True

    out.append(_head(face, size, across, down, steady, level, rng))
    if rng.random() < 0.06 * (1 + level):
        out.pop()
    _eyes(out, p, size, across, down, steady, off[0], placed, rng)
    if rng.random() < 0.45:
        for side in (0, 1):
            q = p[BROWS[side]] + off[0]
            if rng.random() < 0.4:
                q = q[[0, 2, 4]]
            out.append(wobble(q, steady, rng))
    if rng.random() < 0.7:
        nose = (p[1] + p[2]) / 2 + off[1]
        if not placed("nose", nose - down * size * 0.06, size * 0.16, size * 0.24, 0.25):
            out.extend(wobble(q, steady, rng) for q in _nose(p, off[1], size, across, down, rng))
    if rng.random() < 0.94:
        _mouth(out, p + off[2], size, steady, placed, rng)
    if rng.random() < 0.15:
        for place, sign in ((p[LEFT], -1), (p[RIGHT], 1)):
            t = np.linspace(-np.pi / 2, np.pi / 2, 8)[:, None]
            ear = np.cos(t) * across * sign * size * 0.07 + np.sin(t) * down * size * 0.1
            out.append(wobble(place + ear, steady, rng))
    if rng.random() < 0.3:
        out.extend(_hair(face, size, across, down, rng))
    _extras(p, size, across, placed, rng)
    return out


def _head(face, size, across, down, steady, level, rng) -> np.ndarray:
    """An egg between the face's oval and the hair's outline."""
    p = face.landmarks
    chin, top = p[CHIN], p[TOP] - down * size * abs(rng.normal(0, 0.1))
    half = (
        float((p[RIGHT] - p[LEFT]) @ across)
        / 2
        * float(np.exp(rng.normal(0.01, 0.02 + 0.06 * level)))
    )
    middle = (chin + top) / 2
    middle = middle + across * float(((p[LEFT] + p[RIGHT]) / 2 - middle) @ across)
    tall = float((chin - top) @ down) / 2
    n = int(rng.choice([41, 24, 16, 9])) if level > 0.4 else 41
    egg = ring(np.zeros(2), half, tall, n, float(rng.choice([1.0, 1.0, 1.0, 0.7])))
    if rng.random() < 0.4:  # people start anywhere and overshoot
        start = int(rng.integers(n - 1))
        egg = np.concatenate([egg[start:-1], egg[: start + int(rng.integers(1, max(2, n // 8)))]])
    if rng.random() < 0.5:
        egg = egg[::-1]
    egg = middle + egg[:, :1] * across + egg[:, 1:] * down
    return wobble(egg, steady * 1.6, rng)


def _eyes(out, p, size, across, down, steady, off, placed, rng) -> None:
    dice, radius = rng.random(), size * rng.uniform(0.012, 0.09)
    flat = rng.uniform(0.45, 1.05)
    for side in (0, 1):
        centre = eye_centre(p, side) + off
        wide = size * 0.2
        if placed("eye", centre, wide, wide * 0.65, 0.2):
            continue
        if dice < 0.3:
            out.append(dot(centre, min(radius, size * 0.035)))
        elif dice < 0.6:
            e = ring(np.zeros(2), radius, radius * flat)
            out.append(wobble(centre + e[:, :1] * across + e[:, 1:] * down, steady * 0.5, rng))
            if rng.random() < 0.4:
                out.append(dot(centre, radius * 0.35))
        elif dice < 0.72:  # a short stroke
            way = down if rng.random() < 0.6 else across
            out.append(np.stack([centre - way * radius, centre + way * radius]))
        elif dice < 0.8:  # closed or smiling
            t = np.linspace(-1, 1, 7)[:, None]
            bow = radius * rng.uniform(-0.8, 0.8)
            out.append(centre + across * t * radius + down * bow * (1 - t**2))
        else:
            out.append(wobble(p[EYES[side]] + off, steady * 0.5, rng))
            if rng.random() < 0.6:
                out.append(dot(centre, size * 0.03))


def _nose(p, off, size, across, down, rng) -> list[np.ndarray]:
    top, tip = p[6] + off, p[2] + off
    dice, sign = rng.random(), rng.choice([-1, 1])
    half = float((p[327] - p[98]) @ across) / 2
    if dice < 0.4:  # an L
        corner = tip - across * sign * half * 0.6
        return [np.stack([top, corner, tip + across * sign * half * 0.5])]
    if dice < 0.55:
        return [np.stack([top, tip - across * half, tip + across * half, top])]
    if dice < 0.7:
        return [np.stack([top, tip])]
    if dice < 0.85:
        return [dot(tip + across * s * half * 0.5, size * 0.012) for s in (-1, 1)]
    t = np.linspace(0, np.pi, 8)[:, None]
    return [tip - down * half * 0.6 - across * np.cos(t) * half + down * np.sin(t) * half * 0.7]


def _mouth(out, p, size, steady, placed, rng) -> None:
    """One arc through corners and middle for a closed mouth; two, or a ring, for an open one."""
    left, right, upper, lower = p[61], p[291], p[13], p[14]
    if placed(
        "mouth",
        (left + right + upper + lower) / 4,
        float(np.linalg.norm(right - left)),
        size * 0.14,
        0.1,
    ):
        return
    t = np.linspace(-1, 1, int(rng.choice([13, 7, 5])))[:, None]
    straight = (left + right) / 2 + (right - left) / 2 * t
    bow = 1 - t**2

    def arc(middle: np.ndarray) -> np.ndarray:
        return straight + (middle - (left + right) / 2) * bow

    gap, dice = float(np.linalg.norm(lower - upper)) / size, rng.random()
    if gap < 0.02 or dice < max(0.0, 0.2 - 2 * gap):  # a wide open mouth is never one line
        if dice < 0.12:
            out.append(np.concatenate([arc(p[0]), arc(p[17])[::-1]]))
            out.append(wobble(arc((upper + lower) / 2), steady * 0.5, rng))
        else:
            out.append(wobble(arc((upper + lower) / 2), steady, rng))
    elif dice < 0.8:
        out.append(wobble(arc(upper), steady * 0.5, rng))
        out.append(wobble(arc(lower), steady * 0.5, rng))
        if rng.random() < 0.15:
            out.append(arc((upper + lower) / 2))
    else:
        both = np.concatenate([arc(upper), arc(lower)[::-1]])
        out.append(wobble(np.concatenate([both, both[:1]]), steady * 0.5, rng))


def _hair(face, size, across, down, rng) -> list[np.ndarray]:
    """The upper outline once, or scribbles and single hairs between it and the forehead."""
    p, o = face.landmarks, face.outline
    above = (o - p[168]) @ down < size * rng.uniform(-0.25, 0.35)
    crown = o[above & face.inside]
    if len(crown) < 4:
        return []
    crown = crown[np.argsort((crown - p[168]) @ across)]
    if rng.random() < 0.5:
        return [wobble(crown[:: int(rng.integers(1, 4))], 0.006, rng)]
    out = []
    for k in rng.integers(0, len(crown), int(rng.integers(3, 9))):
        out.append(
            np.stack(
                [crown[k], crown[k] + down * size * rng.uniform(0.05, 0.2) + rng.normal(0, 0.02, 2)]
            )
        )
    return out


def _extras(p, size, across, placed, rng) -> None:
    """Photos have few of these, so drawings have few of them too."""
    if rng.random() < 0.02:
        placed("eyeglasses", (eye_centre(p, 0) + eye_centre(p, 1)) / 2, size * 0.72, size * 0.24, 1)
    if rng.random() < 0.015:
        placed("moustache", (p[2] + p[0]) / 2, size * 0.4, size * 0.1, 1)
    if rng.random() < 0.015:
        placed("beard", (p[17] + p[CHIN]) / 2, size * 0.7, size * 0.4, 1)
    if rng.random() < 0.05:
        for side, sign in ((LEFT, -1), (RIGHT, 1)):
            placed("ear", p[side] + across * sign * size * 0.03, size * 0.12, size * 0.22, 1)
