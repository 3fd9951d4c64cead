"""A still camera picture is still, a moving one is on time, a cut is instant."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from livesketch.frames import Picture
from livesketch.post.calm import PictureSmoother
from livesketch.post.smoothing import LandmarkSmoother
from livesketch.tracing.chains import EYES
from livesketch.tracing.face import Face, FaceFinder, crop, in_place
from livesketch.tracing.lines import draw

DATA = Path(__file__).parent / "data"
FPS = 30


def portrait(name: str = "face-one") -> Picture:
    return np.array(Image.open(DATA / f"{name}.jpg").convert("RGB"))


def noisy(picture: Picture, seed: int, sigma: float = 4.0) -> Picture:
    noise = np.random.default_rng(seed).normal(0, sigma, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def test_noise_is_averaged_away_where_nothing_moves() -> None:
    calm = PictureSmoother()
    seen = [calm.smoothed(noisy(portrait(), n), n / FPS, 0.8).astype(float) for n in range(20)]
    raw = np.abs(noisy(portrait(), 1).astype(float) - noisy(portrait(), 2)).mean()
    assert np.abs(seen[-1] - seen[-2]).mean() < 0.4 * raw
    assert np.abs(seen[-1] - portrait()).mean() < 2.0


def test_what_moves_is_neither_late_nor_blurred() -> None:
    calm = PictureSmoother()
    moved = seen = portrait()
    for n in range(10):
        moved = np.roll(portrait(), 8 * n, axis=1)
        seen = calm.smoothed(noisy(moved, n), n / FPS, 1.0)
    edges = np.abs(np.diff(moved.astype(float), axis=1)) > 60
    away = np.abs(seen.astype(float) - moved)[:, 1:][edges]
    assert away.mean() < 10


def test_another_picture_is_there_at_once() -> None:
    calm = PictureSmoother()
    for n in range(5):
        calm.smoothed(portrait(), n / FPS, 1.0)
    other = portrait("face-two")
    np.testing.assert_array_equal(calm.smoothed(other, 5 / FPS, 1.0), other)
    np.testing.assert_array_equal(calm.smoothed(portrait(), 9.0, 1.0), portrait())
    small = np.ascontiguousarray(other[:100, :100])
    np.testing.assert_array_equal(calm.smoothed(small, 9.1, 1.0), small)


def test_without_strength_nothing_is_changed() -> None:
    calm = PictureSmoother()
    for n in range(3):
        picture = noisy(portrait(), n)
        assert calm.smoothed(picture, n / FPS, 0.0) is picture


@pytest.mark.parametrize(("style", "most"), [("contour", 1.0), ("ink", 1.6)])
def test_a_person_sitting_still_is_drawn_still(style: str, most: float) -> None:
    """A photo with a camera's noise (4 of 255) as a video, on the default smoothing."""
    stage = np.full((480, 640, 3), 110, np.uint8)
    stage[60:420, 140:500] = cv2.resize(portrait(), (360, 360), interpolation=cv2.INTER_CUBIC)
    finder, landmarks, pictures = FaceFinder(is_still=False), LandmarkSmoother(), PictureSmoother()
    track, drawn = [], []
    for n in range(45):
        picture = noisy(stage, n)
        face = finder.find(picture)
        assert face is not None
        calm = landmarks.smoothed(face.landmarks, n / FPS, 0.5)
        place = Face(calm).place
        track.append(calm[:, :2])
        if n < 30:
            continue
        square = pictures.smoothed(crop(picture, place, 256), n / FPS, 0.5)
        drawn.append(draw(square, in_place(calm, place, 256), None, style, 0.5))
    finder.close()
    still = np.array(track[20:])
    eyes = [still[:, list(eye)].mean((0, 1)) for eye in EYES]
    jitter = np.sqrt(((still - still.mean(0)) ** 2).sum(-1).mean()) / np.hypot(*(eyes[1] - eyes[0]))
    assert jitter < 0.003  # of the distance between the eyes
    assert np.abs(np.diff(np.array(drawn[5:]), axis=0)).mean() * 255 < most
