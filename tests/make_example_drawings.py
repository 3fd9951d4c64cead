"""Makes the example drawings of assets/drawings: python tests/make_example_drawings.py

Each is a few dozen strokes made of numbers, with the small errors of a hand, in ink and pencil.
"""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livesketch.canvas.brush import BRUSHES, Brush
from livesketch.canvas.document import Document
from livesketch.canvas.drawing_file import save
from livesketch.canvas.stroke import Stroke

FOLDER = Path(__file__).parent.parent / "assets" / "drawings"
INK, PENCIL = BRUSHES["pen"], BRUSHES["pencil"]
Points = NDArray[np.float64]


class Artist:
    """Draws lines with a hand that is never quite steady; the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.strokes: list[Stroke] = []
        self.clock = 0.0

    def line(self, points: Points, brush: Brush = INK, pressure: float = 0.6) -> None:
        for _ in range(4 if 3 <= len(points) < 12 else 0):  # corners are rounded (Chaikin 1974)
            inner = np.empty((2 * len(points) - 2, 2))
            inner[::2] = 0.75 * points[:-1] + 0.25 * points[1:]
            inner[1::2] = 0.25 * points[:-1] + 0.75 * points[1:]
            points = np.concatenate([points[:1], inner, points[-1:]])
        count = max(12, int(np.hypot(*np.diff(points, axis=0).T).sum() / 0.008))
        at = np.linspace(0, len(points) - 1, count)
        xy = np.stack([np.interp(at, np.arange(len(points)), points[:, k]) for k in (0, 1)], axis=1)
        for k in (1, 2, 3):  # slow waves: a hand, no noise
            phase, size = self.random.uniform(0, 6.3, 2), self.random.normal(0, 0.0022 / k, 2)
            xy += size * np.sin(np.linspace(0, 3.1 * k, count)[:, None] + phase)
        table = np.zeros((count, 6))
        table[:, :2] = xy
        swell = np.sin(np.linspace(0.15, math.pi - 0.15, count))
        table[:, 2] = np.clip(pressure * (0.55 + 0.6 * swell), 0.05, 1.0)
        table[:, 5] = self.clock + np.arange(count) * 0.012
        self.clock = float(table[-1, 5]) + 0.3
        self.strokes.append(Stroke(np.round(table, 4), brush))

    def arc(self, x, y, rx, ry, start, end, brush=INK, pressure=0.6, tilt=0.0) -> None:
        angle = np.radians(np.linspace(start, end, 48))
        points = np.stack([rx * np.cos(angle), ry * np.sin(angle)], axis=1)
        cos, sin = math.cos(math.radians(tilt)), math.sin(math.radians(tilt))
        turned = points @ np.array([[cos, sin], [-sin, cos]])
        self.line(np.asarray(turned + np.array([x, y]), np.float64), brush, pressure)


def features(artist: Artist, smile: float = 0.02, open_eyes: float = 0.024, lashes=False) -> None:
    for side in (-1, 1):
        x = 0.5 + side * 0.105
        artist.arc(x, 0.5, 0.05, open_eyes, 185, 355, pressure=0.8)
        artist.arc(x, 0.497, 0.046, open_eyes * 0.7, 15, 165, pressure=0.4)
        artist.arc(x, 0.498, 0.018, 0.018, -90, 270)
        artist.arc(x, 0.498, 0.007, 0.007, -90, 270, pressure=1.0)
        artist.arc(x + side * 0.006, 0.46, 0.066, 0.03, 200 if side > 0 else 205, 335, pressure=0.9)
        if lashes:
            for k in range(4):
                tip = np.array([[x + side * (0.03 + 0.008 * k), 0.489 + 0.003 * k]] * 2)
                tip[1] += (side * 0.012, -0.012)
                artist.line(tip, pressure=0.5)
    artist.line(np.array([[0.487, 0.515], [0.478, 0.57], [0.468, 0.61], [0.482, 0.623]]))
    artist.arc(0.5, 0.618, 0.02, 0.01, 20, 160, pressure=0.5)
    artist.line(np.array([[0.53, 0.605], [0.534, 0.618], [0.52, 0.623]]), pressure=0.5)
    corners = 0.715 - smile
    mouth = [[0.425, corners], [0.47, 0.712], [0.5, 0.716], [0.53, 0.712], [0.575, corners]]
    artist.line(np.array(mouth), pressure=0.8)
    artist.line(
        np.array(
            [
                [0.43, corners - 0.002],
                [0.485, 0.692],
                [0.5, 0.697],
                [0.515, 0.692],
                [0.57, corners - 0.002],
            ]
        )
    )
    artist.arc(0.5, corners + 0.004, 0.055, 0.036, 25, 155)


def head(artist: Artist, width=0.23, height=0.32, jaw=1.0) -> None:
    angle = np.linspace(-0.5 * math.pi, 1.5 * math.pi, 90)
    wide = np.where(np.sin(angle) > 0, width * (1 - (1 - jaw) * np.sin(angle)), width)
    artist.line(np.stack([0.5 + wide * np.cos(angle), 0.53 + height * np.sin(angle)], axis=1))


def neck(artist: Artist) -> None:
    for side in (-1, 1):
        artist.line(
            np.array(
                [[0.5 + side * 0.12, 0.81], [0.5 + side * 0.125, 0.9], [0.5 + side * 0.3, 0.98]]
            )
        )


def ears(artist: Artist) -> None:
    for side in (-1, 1):
        artist.arc(
            0.5 + side * 0.235, 0.53, 0.03, 0.06, 90 if side < 0 else -90, 270 if side < 0 else 90
        )


def plain(artist: Artist) -> None:
    head(artist)
    features(artist)


def long_hair(artist: Artist) -> None:
    head(artist, 0.215, 0.315, 0.93)
    features(artist, 0.024, 0.027, lashes=True)
    neck(artist)
    for k in range(13):
        shift = 0.012 * k
        for side in (-1, 1):
            hair = [
                [0.5, 0.215 - shift * 0.25],
                [0.5 + side * (0.12 + shift), 0.19 - shift * 0.4],
                [0.5 + side * (0.235 + shift * 0.5), 0.45],
                [0.5 + side * (0.225 + shift * 0.9), 0.65],
                [0.5 + side * (0.26 + shift * 0.6), 0.84 + 0.006 * (k % 3)],
            ]
            artist.line(np.array(hair), replace(PENCIL, size=0.007), 0.75)


def beard(artist: Artist) -> None:
    head(artist, 0.235, 0.325, 0.97)
    ears(artist)
    features(artist, 0.008, 0.02)
    neck(artist)
    for k in range(44):
        angle = math.radians(10 + 160 * (k / 43))
        x, y = 0.5 + 0.2 * math.cos(angle), 0.6 + 0.22 * math.sin(angle)
        end = [0.5 + 0.235 * math.cos(angle), 0.6 + 0.265 * math.sin(angle)]
        artist.line(np.array([[x, y], end]), PENCIL, 0.8)
    for k in range(26):
        x = 0.3 + 0.4 * k / 25
        top = 0.245 - 0.05 * math.sin(math.pi * k / 25)
        artist.line(
            np.array([[x, top + 0.06], [x + 0.02, top + 0.015], [x + 0.045, top]]), PENCIL, 0.85
        )


def old(artist: Artist) -> None:
    head(artist, 0.225, 0.325, 0.94)
    ears(artist)
    features(artist, 0.004, 0.018)
    neck(artist)
    for y in (0.335, 0.36, 0.383):
        artist.arc(0.5, y + 0.02, 0.12, 0.02, 205, 335, PENCIL, 0.5)
    for side in (-1, 1):
        artist.line(
            np.array(
                [
                    [0.5 + side * 0.055, 0.625],
                    [0.5 + side * 0.085, 0.665],
                    [0.5 + side * 0.092, 0.7],
                ]
            ),
            PENCIL,
            0.7,
        )
        for k in range(3):
            artist.line(
                np.array(
                    [[0.5 + side * 0.165, 0.49 + 0.012 * k], [0.5 + side * 0.19, 0.48 + 0.02 * k]]
                ),
                PENCIL,
                0.5,
            )
        artist.arc(0.5 + side * 0.105, 0.525, 0.045, 0.018, 20, 160, PENCIL, 0.5)
        for k in range(9):
            artist.line(
                np.array(
                    [
                        [0.5 + side * (0.215 - 0.004 * k), 0.45 - 0.02 * k],
                        [0.5 + side * (0.25 - 0.006 * k), 0.42 - 0.022 * k],
                    ]
                ),
                PENCIL,
                0.6,
            )


# and the seed of the look that each is shown in
DRAWINGS = {"plain": (plain, 1), "long hair": (long_hair, 6), "beard": (beard, 1), "old": (old, 7)}


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for hand, (name, (draw, look)) in enumerate(DRAWINGS.items(), 1):
        artist = Artist(hand)
        draw(artist)
        document = Document.from_strokes(artist.strokes)
        document.extra["seed"] = look
        save(document, FOLDER / f"{name}.livesketch")


if __name__ == "__main__":
    main()
