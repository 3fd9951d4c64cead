"""A head that looks past you: half of its face is hidden, and is drawn after the other half."""

from pathlib import Path

import numpy as np
import pytest
from heads import hard_heads
from numpy.typing import NDArray
from test_shape import SIZE, face, turned

from livesketch.tracing import chains
from livesketch.tracing.face import FaceFinder, in_place
from livesketch.tracing.halves import GUESSED, LEFT, PARTNER, RIGHT, TRUSTED, aside, evened
from livesketch.tracing.pose import pose_of
from livesketch.tracing.shape import frontal, reframed

Points = NDArray[np.float32]
__all__ = ["face"]


@pytest.fixture
def even(face: Points) -> Points:
    """A face from the front whose halves are alike."""
    front = frontal(face, 1.0)
    middle = front[chains.FOREHEAD, 0]
    image = (front[PARTNER] - (middle, 0, 0)) * (-1, 1, 1) + (middle, 0, 0)
    out = front.copy()
    out[: len(PARTNER)] = (front[: len(PARTNER)] + image) / 2
    for eye, iris in zip(chains.EYES, chains.IRISES, strict=True):
        out[list(iris)] += out[list(eye[:-1])].mean(0) - out[iris[0]]
    return out


def seen_from_the_front(points: Points) -> Points:
    return reframed(frontal(points, 1.0), SIZE)


def test_each_point_has_its_partner_in_the_other_half() -> None:
    assert np.array_equal(PARTNER[PARTNER], np.arange(len(PARTNER)))
    for left, right in (
        *zip(*chains.EYES, strict=True),
        *zip(*chains.BROWS, strict=True),
        *zip(*chains.CREASES, strict=True),
        *zip(*chains.NOSTRILS, strict=True),
        *zip(chains.OVAL, chains.OVAL[::-1], strict=True),
        *zip(chains.UPPER_ARC, chains.UPPER_ARC[::-1], strict=True),
    ):
        assert PARTNER[left] == right


@pytest.mark.parametrize("yaw", [-40, 40])
def test_what_is_hidden_is_drawn_after_what_is_seen(even: Points, yaw: float) -> None:
    true = turned(even, yaw)
    hidden = list(RIGHT if aside(true) > 0 else LEFT)
    spoilt = true.copy()
    spoilt[hidden] += np.random.default_rng(3).normal(0, 2, (len(hidden), 3)).astype(np.float32)
    spoilt[hidden] += (0, 3, 0)
    meant = seen_from_the_front(true)
    wrong = np.abs(reframed(turned(spoilt, -yaw), SIZE) - meant)[:, :2].mean()
    seen = seen_from_the_front(spoilt)
    assert np.abs(seen - meant)[:, :2].mean() < 0.6 * wrong
    left, right = seen[list(chains.MOUTH_CORNERS), 1]
    assert abs(float(left - right)) < 0.3


def test_a_head_that_is_hardly_turned_keeps_what_is_crooked_in_it(face: Points) -> None:
    assert evened(face, 1.0) is face
    front = frontal(face, 1.0)
    for yaw in (TRUSTED - 1, 1 - TRUSTED):
        near = turned(front, yaw)
        assert evened(near, 1.0) is near
    far = turned(front, GUESSED)
    assert evened(far, 0.0) is far


def test_it_comes_bit_by_bit_as_the_head_turns(face: Points) -> None:
    front = frontal(face, 1.0)
    before = front
    for yaw in np.arange(TRUSTED - 2, GUESSED + 3, 0.5):
        now = frontal(turned(front, float(yaw)), 1.0)
        assert np.abs(now - before)[:, :2].max() < 0.6
        before = now


@pytest.mark.parametrize("yaw", [-40, 40])
def test_both_eyes_look_the_same_way(even: Points, yaw: float) -> None:
    glancing = even.copy()
    for iris in chains.IRISES:
        glancing[list(iris)] += (3, 0, 0)
    seen = frontal(evened(turned(glancing, yaw), 1.0), 1.0)
    for eye, iris in zip(chains.EYES, chains.IRISES, strict=True):
        away = seen[iris[0], 0] - seen[list(eye[:-1]), 0].mean()
        assert away == pytest.approx(3, abs=0.4)


def test_turned_heads_get_level_mouths_and_eyes_that_are_open_alike(shared: Path) -> None:
    finder = FaceFinder(is_still=True)
    seen = 0
    for head in hard_heads(shared):
        found = finder.find(head.picture) if head.kind == "turned" else None
        if found is None:
            continue
        points = seen_from_the_front(in_place(found.landmarks, found.place, SIZE))
        wide = float(np.ptp(points[:, 0]))
        left, right = (points[corner, 1] for corner in chains.MOUTH_CORNERS)
        assert abs(float(left - right)) < 0.02 * wide, head.name
        openings = [_opening(points, eye) for eye in chains.EYES]
        assert max(openings) - min(openings) < 0.06, head.name
        assert pose_of(points).turned < 1
        seen += 1
    finder.close()
    assert seen >= 6


def _opening(points: Points, eye: tuple[int, ...]) -> float:
    lids = points[list(eye), :2]
    return float(np.hypot(*(lids[4] - lids[12])) / np.hypot(*(lids[8] - lids[0])))
