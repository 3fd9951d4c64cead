"""A W+ model before a camera: what trembles is still, coarse layers are slower than fine ones, a cut is instant."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from published import psp_content, small_psp

from livesketch.frames import Frame, Look, Picture, Request
from livesketch.models.engine import open_model
from livesketch.parameters import defaults, frozen
from livesketch.pipeline import Pipeline
from livesketch.post.steering import LatentSmoother

FPS = 30
LAYERS, WIDE = 14, 64


def latents(seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(0, 1, (LAYERS, WIDE)).astype(np.float32)


def test_a_trembling_face_is_calmed_and_its_coarse_layers_most() -> None:
    smoother, rng = LatentSmoother(), np.random.default_rng(1)
    raw, calm = [], []
    for n in range(120):
        aim = latents() + rng.normal(0, 0.05, (LAYERS, WIDE)).astype(np.float32)
        raw.append(aim)
        calm.append(smoother.smoothed(aim, n / FPS, 0.5))
    trembles = np.array(calm[60:]).std(0).mean(1) / np.array(raw[60:]).std(0).mean(1)
    assert trembles[0] < 0.45
    assert trembles[-1] < 0.8
    assert np.all(np.diff(trembles) > -0.02)


def test_a_new_aim_is_reached_and_said_to_be() -> None:
    smoother = LatentSmoother()
    smoother.smoothed(latents(), 0.0, 0.5)
    aim = latents() + 0.3 * latents(2)
    first = smoother.smoothed(aim, 1 / FPS, 0.5)
    assert not smoother.has_arrived
    away = np.abs(first - aim).mean(1)
    assert away[0] > away[-1]  # coarse layers are the slow ones
    n = 2
    while not smoother.has_arrived:
        assert np.abs(smoother.smoothed(aim, n / FPS, 0.5) - aim).max() < 1.5
        n += 1
        assert n < 4 * FPS
    np.testing.assert_array_equal(smoother.smoothed(aim, n / FPS, 0.5), aim)


def test_an_expression_is_hardly_late() -> None:
    """A mouth that opens and shuts once a second, as a way along one direction of all layers."""
    times = np.arange(0, 4, 1 / FPS)
    swing = 0.35 * np.sin(2 * np.pi * times)
    smoother, way = LatentSmoother(), latents(2)
    seen = [
        float(
            (
                (smoother.smoothed(latents() + s.astype(np.float32) * way, t, 0.5) - latents())
                * way
            ).mean()
        )
        for s, t in zip(swing, times, strict=True)
    ]
    fine = np.arange(1, 3.7, 0.002)
    given = np.interp(fine, times, swing)
    lags = np.arange(0, 150) * 0.002
    likeness = [float((np.interp(fine + lag, times, seen) * given).mean()) for lag in lags]
    assert lags[int(np.argmax(likeness))] <= 0.05


def test_another_person_is_there_at_once() -> None:
    smoother = LatentSmoother()
    for n in range(5):
        smoother.smoothed(latents(), n / FPS, 1.0)
    np.testing.assert_array_equal(smoother.smoothed(latents(9), 5 / FPS, 1.0), latents(9))
    near = latents(9) + 0.1
    smoother.reset()
    np.testing.assert_array_equal(smoother.smoothed(near, 6 / FPS, 1.0), near)
    late = latents(9) - 0.1
    np.testing.assert_array_equal(smoother.smoothed(late, 9.0, 1.0), late)


def test_without_strength_nothing_is_changed() -> None:
    smoother = LatentSmoother()
    for n in range(4):
        aim = latents() + np.float32(0.02 * n)
        np.testing.assert_array_equal(smoother.smoothed(aim, n / FPS, 0.0), aim)


# in the pipeline


@pytest.fixture
def pipeline(tmp_path: Path) -> Pipeline:
    path = tmp_path / "small.pt"
    torch.save(psp_content(small_psp()), path)
    return Pipeline(open_model(str(path), device="cpu"))


def sketch(height: float) -> NDArray[np.float32]:
    page = np.ones((64, 64), np.float32)
    page[int(height) : int(height) + 3, 10:50] = 0
    return page


def asked(n: int, drawing: NDArray[np.float32], look: int = 1, is_live: bool = True) -> Request:
    frame = Frame(1 + n / FPS, n, sketch=drawing, is_live=is_live)
    return Request(frame, frozen(defaults()), "small", Look(seed=look))


def face(pipeline: Pipeline, *args: object, **more: object) -> Picture:
    made = pipeline.process(asked(*args, **more)).face  # type: ignore[arg-type]
    assert made is not None
    return made


def test_a_live_face_comes_to_where_its_drawing_says(pipeline: Pipeline) -> None:
    still = face(pipeline, 0, sketch(20), is_live=False)
    there = face(pipeline, 0, sketch(24), is_live=False)
    assert np.abs(still.astype(int) - there).max() > 0
    np.testing.assert_array_equal(face(pipeline, 0, sketch(20)), still)
    last = [face(pipeline, n, sketch(24)) for n in range(1, 90)][-1]
    np.testing.assert_array_equal(last, there)


def test_another_look_is_there_at_once_and_a_drawing_by_hand_is_never_late(
    pipeline: Pipeline,
) -> None:
    face(pipeline, 0, sketch(20))
    other = face(pipeline, 1, sketch(20), look=2)
    np.testing.assert_array_equal(other, face(pipeline, 0, sketch(20), look=2, is_live=False))
    by_hand = face(pipeline, 2, sketch(30), is_live=False)
    np.testing.assert_array_equal(by_hand, face(pipeline, 3, sketch(30), is_live=False))
