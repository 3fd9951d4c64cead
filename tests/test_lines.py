"""Drawing a face: how the lines look and what they follow."""

from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from livesketch.errors import TraceError
from livesketch.frames import Picture, Sketch
from livesketch.tracing import chains
from livesketch.tracing.face import FaceFinder, crop, in_place
from livesketch.tracing.lines import (
    STYLES,
    contour_strokes,
    draw,
    ink,
    rasterised,
    strokes_of,
)
from livesketch.tracing.vector import strokes_in

DATA = Path(__file__).parent / "data"


class Cut(NamedTuple):
    picture: Picture
    landmarks: NDArray[np.float32]
    silhouette: NDArray[np.float32]


@pytest.fixture(scope="module", params=["face-one", "face-two"])
def cut(request: pytest.FixtureRequest) -> Cut:
    finder = FaceFinder(is_still=True)
    picture = np.array(Image.open(DATA / f"{request.param}.jpg").convert("RGB"))
    face = finder.find(picture)
    assert face is not None
    square = crop(picture, face.place, 256)
    person = finder.silhouette(square)
    assert person is not None
    finder.close()
    return Cut(square, in_place(face.landmarks, face.place, 256), person)


def darkness(sketch: Sketch) -> float:
    return float((1 - sketch).mean())


@pytest.mark.parametrize("style", STYLES)
def test_every_style_draws_dark_lines_on_mostly_white_paper(cut: Cut, style: str) -> None:
    sketch = draw(*cut, style, 0.5)
    assert sketch.shape == (256, 256)
    assert sketch.dtype == np.float32
    assert sketch.min() >= 0
    assert sketch.max() <= 1
    assert 0.02 < darkness(sketch) < 0.3
    assert (sketch < 0.1).mean() > 0.01
    assert (sketch > 0.95).mean() > 0.6


@pytest.mark.parametrize("style", STYLES)
def test_more_detail_is_more_ink(cut: Cut, style: str) -> None:
    few, some, many = (darkness(draw(*cut, style, detail)) for detail in (0.0, 0.5, 1.0))
    assert few < some < many


@pytest.mark.parametrize("style", STYLES)
def test_the_eyes_are_drawn_where_they_are(cut: Cut, style: str) -> None:
    sketch = draw(*cut, style, 0.6)
    for eye in chains.EYES:
        x, y = cut.landmarks[list(eye), :2].mean(0).astype(int)
        assert sketch[y - 8 : y + 9, x - 12 : x + 13].min() < 0.3


@pytest.mark.parametrize("style", STYLES)
def test_a_drawing_can_be_had_at_any_size(cut: Cut, style: str) -> None:
    large = np.asarray(cv2.resize(cut.picture, (512, 512)), np.uint8)
    person = np.asarray(cv2.resize(cut.silhouette, (512, 512)), np.float32)
    sketch = draw(large, cut.landmarks * 2, person, style, 0.5)
    small = np.asarray(cv2.resize(sketch, (256, 256), interpolation=cv2.INTER_AREA))
    expected = draw(*cut, style, 0.5)
    blur = [cv2.GaussianBlur(s, (0, 0), 6).ravel() for s in (small, expected)]
    assert np.corrcoef(blur[0], blur[1])[0, 1] > 0.7


def test_an_unknown_style_is_named() -> None:
    with pytest.raises(TraceError, match="etching"):
        draw(np.zeros((64, 64, 3), np.uint8), np.zeros((478, 3), np.float32), None, "etching", 0.5)


def test_contour_lines_are_three_pixels_wide_at_256() -> None:
    line = np.array([[0.1, 0.5], [0.9, 0.5]], np.float32)
    sketch = rasterised([line], 256)
    assert (1 - sketch[:, 128]).sum() == pytest.approx(3, abs=0.8)
    assert np.flatnonzero(sketch[:, 128] < 0.5).mean() + 0.5 == pytest.approx(128, abs=0.6)


def test_an_open_mouth_is_drawn_open(cut: Cut) -> None:
    shut, opened = cut.landmarks.copy(), cut.landmarks.copy()
    upper, lower = chains.LIPS_INNER[1:10], chains.LIPS_INNER[19:10:-1]
    shut[list(lower), :2] = shut[list(upper), :2]
    opened[list(lower), :2] = shut[list(upper), :2] + np.array([0, 14], np.float32)
    middle = shut[13, :2].astype(int)
    line = (slice(middle[1] - 1, middle[1] + 2), slice(middle[0] - 3, middle[0] + 4))
    gap = (slice(middle[1] + 5, middle[1] + 9), slice(middle[0] - 3, middle[0] + 4))
    closed_mouth, open_mouth = (
        draw(cut.picture, points, cut.silhouette, "contour", 0.5) for points in (shut, opened)
    )
    assert closed_mouth[line].min() < 0.2
    assert open_mouth[line].min() < 0.2
    assert open_mouth[gap].mean() > 0.8


def test_a_closed_eye_has_no_iris(cut: Cut) -> None:
    shut = cut.landmarks.copy()
    for eye in chains.EYES:
        for upper, lower in zip(eye[1:8], reversed(eye[9:16]), strict=True):
            shut[upper, :2] = shut[lower, :2]
    opened = contour_strokes(cut.landmarks / np.float32(256), cut.silhouette, 0.5)
    closed = contour_strokes(shut / np.float32(256), cut.silhouette, 0.5)
    assert len(closed) < len(opened)


def test_the_iris_follows_the_gaze(cut: Cut) -> None:
    aside = cut.landmarks.copy()
    for iris in chains.IRISES:
        aside[list(iris), 0] += 5
    before, after = (
        np.concatenate(contour_strokes(p / np.float32(256), None, 0.5))
        for p in (cut.landmarks, aside)
    )
    assert after[:, 0].sum() / len(after) != pytest.approx(before[:, 0].sum() / len(before))


def test_without_a_silhouette_the_whole_oval_is_drawn(cut: Cut) -> None:
    strokes = contour_strokes(cut.landmarks / np.float32(256), None, 0.5)
    np.testing.assert_allclose(strokes[0][0], strokes[0][-1])
    top = cut.landmarks[chains.FOREHEAD, :2].astype(int)
    sketch = draw(cut.picture, cut.landmarks, None, "contour", 0.5)
    assert sketch[top[1] - 3 : top[1] + 4, top[0]].min() < 0.3


def test_the_crops_border_is_no_outline(cut: Cut) -> None:
    sketch = draw(cut.picture, cut.landmarks, np.ones((256, 256), np.float32), "contour", 0.3)
    assert sketch[:3].min() == 1
    assert sketch[:, :3].min() == 1


@pytest.mark.parametrize("style", STYLES)
def test_strokes_draw_the_same_picture(cut: Cut, style: str) -> None:
    strokes = strokes_of(*cut, style, 0.5)
    assert len(strokes) > 10
    points = np.concatenate([stroke[:, :2] for stroke in strokes])
    assert points.min() > -0.2
    assert points.max() < 1.2
    redrawn = cv2.GaussianBlur(rasterised(strokes, 256), (0, 0), 5)
    drawn = cv2.GaussianBlur(draw(*cut, style, 0.5), (0, 0), 5)
    assert np.corrcoef(redrawn.ravel(), drawn.ravel())[0, 1] > 0.75


def test_a_line_of_pixels_becomes_one_stroke() -> None:
    wave = np.stack([np.linspace(0.1, 0.9, 60), 0.5 + 0.2 * np.sin(np.linspace(0, 6, 60))], 1)
    strokes = strokes_in(rasterised([wave.astype(np.float32)], 256))
    assert len(strokes) == 1
    ends = sorted([tuple(strokes[0][0]), tuple(strokes[0][-1])])
    assert ends[0] == pytest.approx(tuple(wave[0]), abs=0.02)
    assert ends[1] == pytest.approx(tuple(wave[-1]), abs=0.02)


def test_empty_paper_has_no_strokes() -> None:
    assert strokes_in(np.ones((64, 64), np.float32)) == []


def test_ink_is_blind_to_brightness_and_leaves_flat_paper_white(cut: Cut) -> None:
    gray = np.asarray(cv2.cvtColor(cut.picture, cv2.COLOR_RGB2GRAY), np.uint8)
    dim = (gray * 0.6).astype(np.uint8)
    assert np.corrcoef(ink(gray).ravel(), ink(dim).ravel())[0, 1] > 0.9
    for level in (20, 128, 250):
        assert ink(np.full((64, 64), level, np.uint8)).min() > 0.97


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_plain_picture_does_not_break_any_style(cut: Cut, style: str, level: int) -> None:
    plain = np.full((128, 128, 3), level, np.uint8)
    sketch = draw(plain, cut.landmarks / np.float32(2), None, style, 1.0)
    assert np.isfinite(sketch).all()
    if style not in ("contour", "artist") and level > 0:
        assert sketch.min() > 0.9
