"""The new face in the old picture: where the face was, in its light, without a seam."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from livesketch.frames import Picture, Place
from livesketch.post.composite import (
    BACKGROUNDS,
    before,
    colour_matched,
    corner_of,
    drawn_on,
    put_back,
    seam,
    squared,
)
from livesketch.tracing.framing import crop

DATA = Path(__file__).parent / "data"
TURN = np.linspace(0, 2 * np.pi, 40)
OUTLINE = np.stack([0.5 + 0.25 * np.cos(TURN), 0.55 + 0.33 * np.sin(TURN)], 1).astype(np.float32)
PLACE = Place(180, 60, 300, 12)


def portrait(name: str) -> Picture:
    return np.array(Image.open(DATA / f"{name}.jpg").convert("RGB"))


def room() -> Picture:
    rng = np.random.default_rng(0)
    cells = rng.integers(60, 190, (12, 16, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(cells, (640, 480), interpolation=cv2.INTER_CUBIC), np.uint8)


def test_putting_back_what_was_cut_out_changes_nothing() -> None:
    picture = room()
    same = put_back(picture, crop(picture, PLACE, 256), PLACE, OUTLINE)
    assert np.abs(same.astype(int) - picture).mean() < 0.6
    assert np.abs(same.astype(int) - picture).max() < 16


def test_another_face_lies_where_the_face_was_and_nowhere_else() -> None:
    picture = room()
    out = put_back(picture, portrait("face-one"), PLACE, OUTLINE)
    changed = np.abs(out.astype(int) - picture).max(2) > 8
    rows, columns = np.nonzero(changed)
    assert columns.mean() == pytest.approx(330, abs=12)
    assert rows.mean() == pytest.approx(220, abs=16)
    assert not changed[:, :150].any()
    assert not changed[:, 520:].any()


def test_the_face_takes_the_light_of_the_picture() -> None:
    weight = seam(OUTLINE * 256, 256)
    blue = np.clip(portrait("face-two") * np.array([0.5, 0.6, 1.0]), 0, 255).astype(np.uint8)
    matched = colour_matched(portrait("face-one"), blue, weight)
    w = weight[..., None] / weight.sum()
    assert (matched * w).sum((0, 1)) == pytest.approx((blue * w).sum((0, 1)), abs=10)


def test_the_seam_is_soft_and_inside_the_face() -> None:
    weight = seam(OUTLINE * 256, 256)
    assert weight.max() == pytest.approx(1, abs=0.01)
    assert np.abs(np.diff(weight, axis=1)).max() < 0.12
    mask = np.zeros((256, 256), np.uint8)
    cv2.fillConvexPoly(mask, np.round(OUTLINE * 256).astype(np.int32), (255,))
    assert weight[mask == 0].max() < 0.35


def test_the_drawing_lies_over_the_face_and_keeps_the_rest() -> None:
    picture = room()
    sketch = np.ones((256, 256), np.float32)
    sketch[126:130] = 0
    out = drawn_on(picture, sketch, Place(180, 60, 300))
    assert out[210, 330].max() < 40
    np.testing.assert_array_equal(out[:50], picture[:50])


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_the_room_behind_changes_and_the_person_does_not(background: str) -> None:
    picture = room()
    person = np.zeros((480, 640), np.float32)
    person[100:, 200:440] = 1
    out = before(picture, person, background)
    np.testing.assert_array_equal(out[150:, 220:420], picture[150:, 220:420])
    behind = out[:90, :150].astype(float)
    if background == "kept":
        assert out is picture
    elif background == "blurred":
        assert (
            np.abs(np.diff(behind, axis=1)).mean()
            < 0.8 * np.abs(np.diff(picture[:90, :150].astype(float), axis=1)).mean()
        )
    else:
        assert behind.std() < 12
    assert before(picture, None, background) is picture


def test_the_square_shows_the_face_and_stays_while_it_can() -> None:
    shape = (480, 640, 3)
    middle = corner_of(shape, Place(220, 100, 200), None)
    assert middle == (80, 0)
    assert corner_of(shape, Place(300, 120, 200), middle) == middle
    assert corner_of(shape, Place(420, 120, 200), middle) == (140, 0)
    assert corner_of(shape, Place(-60, 120, 200), middle) == (0, 0)
    assert corner_of(shape, Place(-60, -90, 700), middle) == middle
    out = squared(room(), (80, 0), 128)
    expected = cv2.resize(room()[:, 80:560], (128, 128), interpolation=cv2.INTER_AREA)
    np.testing.assert_array_equal(out, expected)


def test_a_picture_behind_the_person_fills_the_room_unbent() -> None:
    picture = room()
    person = np.zeros((480, 640), np.float32)
    person[:, :100] = 1
    beach = np.zeros((300, 900, 3), np.uint8)
    beach[:150] = (40, 90, 220)
    beach[150:] = (230, 200, 120)
    beach[:, :200] = beach[:, -200:] = (255, 0, 0)  # too wide: its ends are not seen
    out = before(picture, person, "replaced", beach)
    np.testing.assert_array_equal(out[:, :99], picture[:, :99])
    assert np.abs(out[20, 300].astype(int) - (40, 90, 220)).max() <= 1
    assert np.abs(out[460, 600].astype(int) - (230, 200, 120)).max() <= 1
    assert before(picture, person, "removed", beach)[20, 300].max() == 0
    tall = np.full((900, 30, 3), 77, np.uint8)
    assert (before(picture, person, "replaced", tall)[:, 101:] == 77).all()
