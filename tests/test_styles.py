"""The hand behind the lines: an artist's strokes swell, a pencil shades, hair begins where it does."""

from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from livesketch.canvas.document import Document
from livesketch.canvas.interchange import read_svg, write_svg
from livesketch.frames import Picture
from livesketch.tracing import chains
from livesketch.tracing.artist import painted
from livesketch.tracing.contour import seen_jaw
from livesketch.tracing.face import FaceFinder, crop, in_place
from livesketch.tracing.hairline import Steady, hairline
from livesketch.tracing.lines import STYLES, draw, strokes_of
from livesketch.tracing.shape import frontal

DATA = Path(__file__).parent / "data"


class Cut(NamedTuple):
    picture: Picture
    landmarks: NDArray[np.float32]
    silhouette: NDArray[np.float32] | None


@pytest.fixture(scope="module")
def cut() -> Cut:
    finder = FaceFinder(is_still=True)
    picture = np.array(Image.open(DATA / "face-one.jpg").convert("RGB"))
    face = finder.find(picture)
    assert face is not None
    square = crop(picture, face.place, 256)
    person = finder.silhouette(square)
    finder.close()
    return Cut(square, in_place(face.landmarks, face.place, 256), person)


def test_an_artist_needs_few_strokes_that_swell_and_taper(cut: Cut) -> None:
    artist = strokes_of(*cut, "artist", 0.5)
    assert len(artist) < 30
    assert all(stroke.shape[1] == 3 for stroke in artist)
    swelling = [stroke for stroke in artist if np.ptp(stroke[:, 2]) > 0.1]
    assert len(swelling) > len(artist) / 2
    for stroke in (one for one in artist if len(one) > 20):
        turns = np.abs(np.diff(np.unwrap(np.arctan2(*np.diff(stroke[:, :2], axis=0).T))))
        assert np.median(turns) < 0.3  # confident: no wobble from point to point


def test_an_artists_line_is_as_wide_as_the_pen_is_pressed() -> None:
    x = np.linspace(0.1, 0.9, 60)
    line = np.stack([x, np.full(60, 0.5), np.linspace(0, 1, 60)], 1).astype(np.float32)
    ink = 1 - painted([line], 256)
    light, heavy = ink[:, 40].sum(), ink[:, 215].sum()
    assert light < 3.2
    assert heavy == pytest.approx(0.026 * 256 * 0.95, abs=1.2)


def test_a_closed_eye_is_drawn_closed_by_the_artist(cut: Cut) -> None:
    shut = cut.landmarks.copy()
    for eye in chains.EYES:
        for upper, lower in zip(eye[1:8], reversed(eye[9:16]), strict=True):
            shut[upper, :2] = shut[lower, :2]
    opened = strokes_of(*cut, "artist", 0.5)
    closed = strokes_of(cut.picture, shut, cut.silhouette, "artist", 0.5)
    assert len(closed) == len(opened) - 2


def test_a_pencil_shades_what_is_dark_and_leaves_what_is_bright(cut: Cut) -> None:
    gray = cv2.GaussianBlur(cv2.cvtColor(cut.picture, cv2.COLOR_RGB2GRAY), (0, 0), 3)
    sketch = cv2.GaussianBlur(draw(*cut, "pencil", 0.5), (0, 0), 3)
    assert cut.silhouette is not None
    person = cut.silhouette > 0.9
    seen, drawn = np.asarray(gray, float)[person], np.asarray(sketch)[person]
    low, high = np.percentile(seen, [20, 80])
    assert drawn[seen < low].mean() < drawn[seen > high].mean() - 0.15
    assert np.corrcoef(seen, drawn)[0, 1] > 0.5


def test_hair_begins_where_the_dark_begins_and_a_bald_head_has_no_such_line(cut: Cut) -> None:
    top = cut.landmarks[[chains.FOREHEAD, *chains.OVAL[1:4], *chains.OVAL[-4:-1]], :2]
    edge = top[:, 1].mean()
    bald = cut.picture.copy()
    skin = np.median(cut.picture[110:130, 100:156].reshape(-1, 3), axis=0)
    bald[: int(edge) + 45] = skin
    person = np.ones((256, 256), np.float32)
    assert hairline(bald, cut.landmarks, person) is None
    haired = bald.copy()
    haired[: int(edge) + 12] = (30, 22, 18)
    line = hairline(haired, cut.landmarks, person)
    assert line is not None
    middle = line[len(line) // 4 : -len(line) // 4]
    assert middle[:, 1].mean() * 256 == pytest.approx(edge + 12, abs=4)
    assert hairline(haired, cut.landmarks, None) is None


def test_the_contour_gets_its_hairline_with_some_detail(
    cut: Cut,
) -> None:
    line = np.array([[0.3, 0.2], [0.5, 0.15], [0.7, 0.2]], np.float32)
    few, more = (strokes_of(*cut, "contour", detail, lambda *_: line) for detail in (0.2, 0.5))
    assert not any(stroke is line for stroke in few)
    assert any(stroke is line for stroke in more)


@pytest.mark.parametrize("style", STYLES)
def test_every_style_is_a_drawing_that_can_be_opened_again(
    cut: Cut, style: str, tmp_path: Path
) -> None:
    strokes = strokes_of(*cut, style, 0.5)
    document = Document.from_strokes(strokes)
    write_svg(document, tmp_path / "face.svg")
    again = read_svg(tmp_path / "face.svg")
    assert len(again.strokes) == len(strokes)


def test_a_turned_heads_far_jaw_is_hidden_and_a_facing_ones_is_whole(cut: Cut) -> None:
    middle = cut.landmarks[list(chains.OVAL[:-1])].mean(0)

    def jaw(yaw: float) -> NDArray[np.float32]:
        a = np.radians(yaw)
        turn = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
        points = (frontal(cut.landmarks, 1.0) - middle) @ turn.T + middle
        return seen_jaw(points[:, :2].astype(np.float32) / 256)

    assert len(jaw(0)) == len(chains.JAW)
    for yaw in (-45, 45):
        seen = jaw(yaw)
        assert len(chains.JAW) / 2 < len(seen) < len(chains.JAW) - 3
    assert jaw(45)[:, 0].mean() != pytest.approx(jaw(-45)[:, 0].mean(), abs=0.02)


def test_a_live_hairline_neither_blinks_nor_trembles() -> None:
    rng = np.random.default_rng(0)
    steady = Steady()
    line = np.stack([np.linspace(0.3, 0.7, 40), np.full(40, 0.2)], 1).astype(np.float32)
    shown = []
    for n in range(60):
        found = None if n % 4 == 3 else line + rng.normal(0, 0.004, (1, 2)).astype(np.float32)
        shown.append(steady.settled(found, n / 30))
    assert all(one is not None for one in shown)
    heights = [float(one[:, 1].mean()) for one in shown[20:] if one is not None]
    assert np.std(heights) < 0.0025
    gone = [steady.settled(None, 2 + n / 30) is None for n in range(60)]
    assert not gone[3]
    assert gone[-1]
    assert steady.settled(line, 99.0) is not None  # somebody new: at once
