"""A head that is turned to the front, a face that is made calm or lively, and lines that stick to it."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from livesketch.frames import Over, Place
from livesketch.tracing import chains
from livesketch.tracing.face import FaceFinder, crop, in_place
from livesketch.tracing.over import drawn_over, moved
from livesketch.tracing.shape import Neutral, bent, frontal, reframed, rotation_of

DATA = Path(__file__).parent / "data"
SIZE = 256


@pytest.fixture(scope="module")
def face() -> NDArray[np.float32]:
    finder = FaceFinder(is_still=True)
    picture = np.array(Image.open(DATA / "face-one.jpg").convert("RGB"))
    found = finder.find(picture)
    finder.close()
    assert found is not None
    return in_place(found.landmarks, found.place, SIZE)


def turned(points: NDArray[np.float32], yaw: float, pitch: float = 0.0) -> NDArray[np.float32]:
    a, b = np.radians([yaw, pitch])
    across = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    down = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    middle = points[list(chains.OVAL[:-1])].mean(0)
    return ((points - middle) @ (across @ down).T + middle).astype(np.float32)


def smiling(points: NDArray[np.float32], amount: float) -> NDArray[np.float32]:
    out = points.copy()
    for corner, side in zip(chains.MOUTH_CORNERS, (-1, 1), strict=True):
        out[corner, :2] += (side * amount, -amount)
    return out


def test_a_turned_head_faces_you(face: NDArray[np.float32]) -> None:
    front = frontal(face, 1.0)
    np.testing.assert_allclose(rotation_of(front), np.eye(3), atol=1e-4)
    for yaw, pitch in ((11, 0), (-11, 10), (0, -20)):
        again = frontal(turned(face, yaw, pitch), 1.0)
        assert np.abs(reframed(again, SIZE) - reframed(front, SIZE))[:, :2].max() < 1.0


def test_half_way_is_half_way_and_nothing_is_nothing(face: NDArray[np.float32]) -> None:
    aside = turned(frontal(face, 1.0), 30)
    assert frontal(aside, 0.0) is aside
    half = rotation_of(frontal(aside, 0.5))
    assert np.degrees(np.arccos((np.trace(half) - 1) / 2)) == pytest.approx(15, abs=0.5)


def test_expressions_grow_and_calm_around_the_face_at_rest(face: NDArray[np.float32]) -> None:
    def width_of_smile(gain: float) -> float:
        neutral = Neutral()
        for n in range(90):
            neutral.expressed(face, n / 30, gain)
        seen = neutral.expressed(smiling(face, 4.0), 3.0, gain)
        left, right = (seen[corner, 0] for corner in chains.MOUTH_CORNERS)
        return float(right - left)

    rest = float(np.diff([face[corner, 0] for corner in chains.MOUTH_CORNERS])[0])
    assert width_of_smile(1.0) == pytest.approx(rest + 8, abs=0.1)
    assert width_of_smile(2.0) == pytest.approx(rest + 16, abs=0.6)
    assert width_of_smile(0.0) == pytest.approx(rest, abs=0.6)


def test_a_nod_is_no_expression(face: NDArray[np.float32]) -> None:
    neutral = Neutral()
    for n in range(60):
        neutral.expressed(face, n / 30, 2.0)
    nodding = turned(face, 0, 15)
    seen = neutral.expressed(nodding, 2.0, 2.0)
    assert np.abs(seen - nodding)[:, :2].max() < 1.0


def test_no_expression_tears_the_face(face: NDArray[np.float32]) -> None:
    neutral = Neutral()
    neutral.expressed(face, 0.0, 3.0)
    seen = neutral.expressed(smiling(face, 60.0), 0.03, 3.0)
    tall = np.linalg.norm(face[chains.CHIN] - face[chains.FOREHEAD])
    assert np.linalg.norm(seen - smiling(face, 60.0), axis=1).max() < 0.14 * tall


def test_somebody_who_comes_back_later_is_learnt_anew(face: NDArray[np.float32]) -> None:
    neutral = Neutral()
    for n in range(30):
        neutral.expressed(face, n / 30, 2.0)
    other = smiling(face, 5.0)
    np.testing.assert_allclose(neutral.expressed(other, 9.0, 2.0), other, atol=1e-3)


def test_a_picture_is_bent_after_its_landmarks(face: NDArray[np.float32]) -> None:
    picture = np.full((SIZE, SIZE, 3), 200, np.uint8)
    corner = face[chains.MOUTH_CORNERS[1], :2]
    x, y = corner.astype(int)
    picture[y - 2 : y + 3, x - 2 : x + 3] = 0
    after = face.copy()
    after[:, 0] += 6
    seen = bent(picture, face, after)
    rows, columns = np.nonzero(seen[..., 0] < 100)
    assert columns.mean() == pytest.approx(x + 6, abs=1.0)
    assert rows.mean() == pytest.approx(y, abs=1.0)
    np.testing.assert_array_equal(bent(picture, face, face), picture)


# lines that stick


def line_at(points: NDArray[np.float32], index: int) -> NDArray[np.float64]:
    x, y = points[index, :2] / SIZE
    return np.array([[x - 0.02, y], [x + 0.02, y]])


def test_a_moustache_goes_where_the_lip_goes(face: NDArray[np.float32]) -> None:
    unit = (face / SIZE).astype(np.float32)
    lip = chains.LIPS[5]  # the middle of the upper lip
    line = line_at(face, lip)
    over = Over(line.astype(np.float32), unit, 0.01)
    np.testing.assert_allclose(moved(line, over, unit), line, atol=1e-9)
    pouting = unit.copy()
    near = np.hypot(*(unit[:, :2] - unit[lip, :2]).T) < 0.06
    pouting[near, 1] += 0.03
    assert (moved(line, over, pouting) - line)[:, 1] == pytest.approx(0.03, abs=0.008)
    aside = (turned(face, 20) / SIZE).astype(np.float32)
    shift = aside[lip, :2] - unit[lip, :2]
    assert (moved(line, over, aside) - line).mean(0) == pytest.approx(shift, abs=0.01)


def test_a_hat_far_above_the_face_stays_with_the_head(face: NDArray[np.float32]) -> None:
    unit = (face / SIZE).astype(np.float32)
    hat = np.array([[0.3, -0.35], [0.7, -0.35]])
    smiled = (smiling(face, 12.0) / SIZE).astype(np.float32)
    assert np.abs(moved(hat, Over(hat.astype(np.float32), unit, 0.01), smiled) - hat).max() < 0.002


def test_a_line_is_ink_and_an_eraser_is_paper(face: NDArray[np.float32]) -> None:
    unit = (face / SIZE).astype(np.float32)
    sketch = np.ones((SIZE, SIZE), np.float32)
    sketch[100:103] = 0
    across = np.array([[0.2, 0.2], [0.8, 0.2]], np.float32)
    wipe = np.array([[0.5, 0.3], [0.5, 0.5]], np.float32)
    lines = (Over(across, unit, 0.02), Over(wipe, unit, 0.1, is_eraser=True))
    seen = drawn_over(sketch, lines, unit, 3 / 256)
    assert seen[51, 128] < 0.2
    assert seen[101, 128] > 0.9
    assert seen[101, 60] < 0.1
    assert drawn_over(sketch, (), unit, 3 / 256) is sketch


def test_the_square_of_a_photo_bends_without_tearing(face: NDArray[np.float32]) -> None:
    picture = crop(
        np.array(Image.open(DATA / "face-one.jpg").convert("RGB")),
        Place(0, 0, 256),
        SIZE,
    )
    seen = bent(picture, face, reframed(frontal(turned(face, 10), 1.0), SIZE))
    assert seen.shape == picture.shape
    assert seen.dtype == np.uint8
