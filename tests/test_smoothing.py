"""Still when the face is still, on time when it moves, new when somebody else comes."""

import numpy as np
import pytest
from numpy.typing import NDArray

from livesketch.post.smoothing import LandmarkSmoother, OneEuro

FPS = 30
POSE = np.array([320.0, 240.0, 0.0])


def head() -> NDArray[np.float64]:
    """The front of an egg, about 140 pixels wide."""
    spots = np.random.default_rng(1).uniform(-1, 1, (600, 2))
    spots = spots[(spots**2).sum(1) < 1]
    depth = -np.sqrt(1 - (spots**2).sum(1))
    return np.stack([spots[:, 0] * 70, spots[:, 1] * 95, depth * 70], 1)


def nodding(times: NDArray[np.float64], degrees: float = 15) -> NDArray[np.float64]:
    """(T, N, 3): a nod of one per second."""
    angles = np.radians(degrees) * np.sin(2 * np.pi * times)
    poses = []
    for angle in angles:
        c, s = np.cos(angle), np.sin(angle)
        poses.append(head() @ np.array([[1, 0, 0], [0, c, s], [0, -s, c]]) + POSE)
    return np.array(poses)


def played(track: NDArray[np.float64], times: NDArray[np.float64], strength: float):
    smoother = LandmarkSmoother()
    return np.array([smoother.smoothed(p, t, strength) for p, t in zip(track, times, strict=True)])


def noise(shape: tuple[int, ...]) -> NDArray[np.float64]:
    return np.random.default_rng(0).normal(0, 0.3, shape)


def test_without_strength_nothing_is_changed() -> None:
    times = np.arange(10) / FPS
    track = nodding(times)
    np.testing.assert_allclose(played(track, times, 0.0), track, rtol=1e-6)


def test_a_still_face_is_calmed_the_more_the_stronger() -> None:
    times = np.arange(120) / FPS
    still = nodding(times, degrees=0) + noise((120, len(head()), 3))
    spreads = [float(played(still, times, s)[60:].std(0).mean()) for s in (0.0, 0.25, 0.5, 1.0)]
    assert spreads == sorted(spreads, reverse=True)
    assert spreads[2] < 0.4 * spreads[0]


@pytest.mark.parametrize(("strength", "most_ms"), [(0.25, 35), (0.5, 50), (1.0, 110)])
def test_a_nod_is_hardly_late(strength: float, most_ms: float) -> None:
    times = np.arange(120) / FPS
    seen = played(nodding(times) + noise((120, len(head()), 3)), times, strength)
    lags = np.arange(0, 0.2, 0.004)
    misses = [np.square(seen[60:] - nodding(times[60:] - lag)).mean() for lag in lags]
    assert lags[int(np.argmin(misses))] * 1000 <= most_ms


def test_at_rest_landmarks_tremble_by_less_than_three_thousandths_of_the_eyes_distance() -> None:
    """0.3 pixels each way at 140 of width is twice what the face mesh was seen to tremble by."""
    times = np.arange(150) / FPS
    shaking = nodding(times, degrees=0) + noise((150, len(head()), 3))
    calm = played(shaking, times, 0.5)[60:]
    eyes_apart = 140 * 0.45
    assert np.sqrt(((calm - calm.mean(0)) ** 2)[..., :2].sum(-1).mean()) < 0.003 * eyes_apart


def test_the_lag_of_a_nod_by_cross_correlation_is_under_fifty_milliseconds() -> None:
    """With and without smoothing, on a still head that begins to nod once a second by 15 degrees."""
    times = np.arange(240) / FPS
    track = nodding(times) + noise((240, len(head()), 3))
    raw, calm = (played(track, times, s)[60:, :, 1].mean(1) for s in (0.0, 0.5))
    fine = np.arange(times[60], times[-1], 0.001)
    raw, calm = (np.interp(fine, times[60:], y) - y.mean() for y in (raw, calm))
    shifts = range(0, 200)
    likeness = [float((raw[: len(raw) - k or None] * calm[k:]).mean()) for k in shifts]
    assert int(np.argmax(likeness)) <= 50


def test_the_pace_of_the_camera_hardly_matters() -> None:
    ends = []
    for fps in (15, 60):
        times = np.arange(0, 1.75, 1 / fps)
        ends.append(played(nodding(times), times, 0.5)[-1, :, 1].mean())
    assert ends[0] == pytest.approx(ends[1], abs=2.5)


def test_another_person_is_there_at_once() -> None:
    smoother = LandmarkSmoother()
    for k in range(10):
        smoother.smoothed(head() + POSE, k / FPS, 1.0)
    elsewhere = head() * 0.9 + POSE + np.array([150.0, 0, 0])
    np.testing.assert_allclose(smoother.smoothed(elsewhere, 10 / FPS, 1.0), elsewhere, rtol=1e-5)
    larger = elsewhere * 1.6
    np.testing.assert_allclose(smoother.smoothed(larger, 11 / FPS, 1.0), larger, rtol=1e-5)


def test_after_a_while_away_a_face_is_a_new_one() -> None:
    smoother = LandmarkSmoother()
    smoother.smoothed(head() + POSE, 0.0, 1.0)
    moved = head() + POSE + np.array([10.0, 0, 0])
    np.testing.assert_allclose(smoother.smoothed(moved, 2.0, 1.0), moved, rtol=1e-5)


def test_the_same_moment_twice_changes_nothing() -> None:
    smoother = LandmarkSmoother()
    first = smoother.smoothed(head() + POSE, 1.0, 0.5)
    again = smoother.smoothed(head() + POSE + 3.0, 1.0, 0.5)
    np.testing.assert_allclose(first, again)


def test_one_euro_reaches_a_step_and_does_not_overshoot() -> None:
    calm = OneEuro(rest=1.0, haste=0.5)
    values = [calm.filtered(np.array([[float(k > 5)]]), k / FPS)[0, 0] for k in range(90)]
    assert values[5] == 0
    assert values[-1] == pytest.approx(1, abs=0.01)
    assert max(values) <= 1
    assert np.all(np.diff(values) >= 0)
