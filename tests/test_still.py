"""Who sits still is drawn as the very same drawing; who moves is followed, and the first to know is the eye."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from livesketch.frames import Frame, Picture, Sketch, Traced
from livesketch.parameters import defaults, frozen
from livesketch.tracer import Tracer
from livesketch.tracing.still import HeldPicture, HeldPoints, Outline

DATA = Path(__file__).parent / "data"
FPS = 30
SIZE = 190.0  # of a face, in pixels


def head() -> NDArray[np.float32]:
    return np.random.default_rng(1).uniform(0, SIZE, (478, 3)).astype(np.float32)


def trembling(seed: int, sigma: float = 0.12) -> NDArray[np.float32]:
    noise = np.random.default_rng(seed).normal(0, sigma, (478, 3))
    return (head() + noise).astype(np.float32)


def test_what_trembles_is_held_and_what_moves_stays_less_than_half_a_pixel_behind() -> None:
    held = HeldPoints()
    first = held.held(trembling(0), SIZE)
    assert all(held.held(trembling(n), SIZE) is first for n in range(1, 60))
    for n in range(1, 30):
        there = (trembling(n) + np.array([2.0 * n, 0, 0])).astype(np.float32)
        seen = held.held(there, SIZE)
        assert np.hypot(*(seen - there)[:, :2].T).mean() < 0.5


def test_a_blink_alone_is_seen_in_the_same_picture() -> None:
    held = HeldPoints()
    held.held(head(), SIZE)
    shut = head()
    shut[159:161, 1] += 6.0
    assert held.held(shut, SIZE)[159, 1] - head()[159, 1] > 5.0


def test_a_slow_move_is_followed_without_a_jump() -> None:
    held = HeldPoints()
    at = [
        held.held((head() + np.float32(0.05 * n)).astype(np.float32), SIZE)[0, 0]
        for n in range(200)
    ]
    assert at[-1] - at[0] == pytest.approx(0.05 * 199, abs=0.5)
    assert np.diff(at).max() < 0.5


def test_without_strength_nothing_is_held() -> None:
    held = HeldPoints()
    for n in range(3):
        points = trembling(n)
        assert held.held(points, SIZE, 0.0) is points


def test_a_picture_with_a_grain_of_noise_is_the_one_before() -> None:
    rng = np.random.default_rng(0)
    held, ground = HeldPicture(), np.full((64, 64, 3), 100, np.uint8)
    first = held.held(ground)
    grainy = (ground + rng.integers(-2, 3, ground.shape)).astype(np.uint8)
    assert held.held(grainy) is first
    spot = ground.copy()
    spot[10, 10] = 120
    assert held.held(spot) is spot


class Segmenter:
    def __init__(self) -> None:
        self.looks = 0
        self.shift = 0

    def person(self, picture: Picture) -> NDArray[np.float32]:
        rng = np.random.default_rng(self.looks)
        self.looks += 1
        out = np.zeros((128, 128), np.float32)
        out[30:, 40 + self.shift : 90 + self.shift] = 1
        return np.clip(out + rng.normal(0, 0.02, out.shape), 0, 1).astype(np.float32)


def square(level: int) -> Picture:
    return np.full((128, 128, 3), level, np.uint8)


def test_an_outline_is_looked_for_in_every_second_picture_and_seldom_while_nothing_moves() -> None:
    segmenter = Segmenter()
    outline = Outline(segmenter.person)
    for n in range(20):
        outline.at(square(n), n / FPS)
    assert segmenter.looks == 10
    still = square(99)
    for n in range(20, 50):
        outline.at(still, n / FPS)
    assert 11 <= segmenter.looks <= 14


def test_an_outline_that_is_hardly_another_is_the_same_and_a_real_one_is_new() -> None:
    segmenter = Segmenter()
    outline = Outline(segmenter.person)
    first = outline.at(square(0), 0.0)
    assert all(outline.at(square(n), n / FPS) is first for n in range(1, 12))
    segmenter.shift = 20
    seen = [outline.at(square(n), n / FPS) for n in range(12, 16)][-1]
    assert seen is not None
    assert seen[100, 105] > 0.9
    assert seen[100, 45] < 0.1


# on a real face


@pytest.fixture
def tracer() -> Iterator[Tracer]:
    tracer = Tracer(256)
    yield tracer
    tracer.close()


def film(frames: int, shift: float = 0.0) -> Iterator[Picture]:
    """A photo with a camera's noise; from its middle on it moves by `shift` pixels a picture."""
    portrait = np.array(Image.open(DATA / "face-one.jpg").convert("RGB"))
    large = cv2.resize(portrait, (360, 360), interpolation=cv2.INTER_CUBIC)
    for n in range(frames):
        x = 140 + round(shift * max(0, n - frames // 2))
        stage = np.full((480, 640, 3), 110, np.uint8)
        stage[60:420, x : x + 360] = large
        noise = np.random.default_rng(n).normal(0, 4, stage.shape)
        yield np.clip(stage + noise, 0, 255).astype(np.uint8)


def drawn(
    tracer: Tracer, pictures: Iterator[Picture], **knobs: float | str
) -> list[tuple[Sketch, Traced]]:
    settings = frozen(defaults() | {"mirror": False} | knobs)
    out = []
    for n, picture in enumerate(pictures):
        frame = Frame(1 + n / FPS, n, picture=picture, is_live=True)
        found = tracer.trace(frame, picture, settings, {})
        assert found is not None
        out.append(found)
    return out


@pytest.mark.parametrize("style", ["contour", "ink"])
def test_who_sits_still_is_the_very_same_drawing(tracer: Tracer, style: str) -> None:
    sketches = [sketch for sketch, _ in drawn(tracer, film(75), line_style=style)][45:]
    same = [a is b for a, b in pairwise(sketches)]
    assert np.mean(same) > 0.7


def test_who_sets_out_after_sitting_still_is_followed_at_once(tracer: Tracer) -> None:
    places = [traced.place.x for _, traced in drawn(tracer, film(60, shift=4.0))]
    assert np.ptp(places[20:30]) < 1.0
    assert places[-1] - places[29] == pytest.approx(4 * 29, abs=8)


def test_without_smoothing_every_picture_is_drawn_anew(tracer: Tracer) -> None:
    sketches = [sketch for sketch, _ in drawn(tracer, film(6), smoothing=0.0)]
    assert not any(np.array_equal(a, b) for a, b in pairwise(sketches))


def test_somebody_else_has_an_outline_of_their_own_at_once(tracer: Tracer) -> None:
    other = np.array(Image.open(DATA / "face-two.jpg").convert("RGB"))
    stage = np.full((480, 640, 3), 110, np.uint8)
    stage[100:400, 20:320] = cv2.resize(other, (300, 300), interpolation=cv2.INTER_CUBIC)
    seen = drawn(tracer, iter([*film(7), stage]))
    fresh = Tracer(256)
    alone = drawn(fresh, iter([stage]))
    fresh.close()
    mine, theirs = seen[-1][1].silhouette, alone[0][1].silhouette
    assert mine is not None
    assert theirs is not None
    assert np.abs(mine - theirs).mean() < 0.02


def test_a_caricature_needs_no_smoothing() -> None:
    """What a face is like at rest is learnt whether or not it is calmed."""
    drawings = []
    for gain in (1.0, 2.0):
        tracer = Tracer(256)
        drawings.append(drawn(tracer, film(40), smoothing=0.0, expression=gain)[-1][1].landmarks)
        tracer.close()
    assert 0 < np.abs(drawings[0] - drawings[1]).max() < 12
