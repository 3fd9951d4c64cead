"""The paper before the eye: moved, nearer, turned, flipped; what one draws lands where one sees it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livesketch.canvas.brush import Brush
from livesketch.canvas.document import Document
from livesketch.canvas.paper import COLOURS, PaperRaster
from livesketch.canvas.raster import SketchRaster
from livesketch.canvas.stroke import Sample, Stroke
from livesketch.canvas.viewpoint import HOME, Viewpoint, viewpoint_of

PLACES = st.floats(0, 1)
VIEWS = st.builds(
    Viewpoint, PLACES, PLACES, st.floats(0.25, 16), st.floats(-180, 180), st.booleans()
)


@given(VIEWS, PLACES, PLACES)
def test_to_the_eye_and_back_is_the_same_place(view, x, y):
    assert view.to_paper(*view.to_eye(x, y)) == pytest.approx((x, y), abs=1e-9)
    seen = view.seen(np.array([[x, y, 0.5]]))
    assert tuple(seen[0, :2]) == pytest.approx(view.to_eye(x, y), abs=1e-9)
    assert seen[0, 2] == 0.5


@given(VIEWS, st.floats(0.3, 3), st.floats(-90, 90), st.tuples(PLACES, PLACES))
def test_what_is_under_the_mouse_stays_there(view, factor, degrees, at):
    here = view.to_paper(*at)
    if all(-0.5 < place < 1.5 for place in here):
        for other in (view.nearer(factor, at), view.turned(degrees, at)):
            if -1 < other.x < 2 and -1 < other.y < 2:
                assert other.to_eye(*here) == pytest.approx(at, abs=1e-6)


@given(VIEWS, PLACES, PLACES)
def test_flipping_is_a_mirror_before_the_eye_and_twice_is_nothing(view, x, y):
    seen, mirrored = view.to_eye(x, y), view.flipped().to_eye(x, y)
    assert mirrored[1] == pytest.approx(seen[1], abs=1e-6)
    if view.x == 0.5:
        assert mirrored[0] == pytest.approx(1 - seen[0], abs=1e-6)
    assert view.flipped().flipped().to_eye(x, y) == pytest.approx(seen)


def test_a_view_is_kept_in_the_file_and_nonsense_is_the_whole_paper():
    view = Viewpoint(0.3, 0.6, 2.0, 30.0, True)
    assert viewpoint_of(view.as_list()) == view
    for nonsense in (None, [], [1, 2, "3", 4, 5], {"x": 1}, [float("nan")] * 5):
        assert viewpoint_of(nonsense) == HOME


def line(x0, y0, x1, y1, size=0.02):
    return Stroke(
        [Sample(x0 + (x1 - x0) * n / 20, y0 + (y1 - y0) * n / 20) for n in range(21)],
        Brush("pen", size, thinning=0.0),
    )


def shown(document, view, size=200, paper="light"):
    raster = PaperRaster(size)
    raster.choose_paper(paper)
    raster.update(document, budget_s=60.0)
    raster.look_from(view)
    raster.update(document, budget_s=60.0)
    return raster


def test_a_line_is_drawn_where_and_as_broad_as_it_is_seen():
    document = Document.from_strokes([line(0.4, 0.5, 0.6, 0.5)])
    view = Viewpoint(0.5, 0.5, 4.0, 90.0)
    dark = shown(document, view).pixels[..., 0] < 100
    ys, xs = np.nonzero(dark)
    assert xs.mean() == pytest.approx(99.5, abs=1)
    assert xs.max() - xs.min() + 1 == pytest.approx(0.02 * 4 * 200, abs=2)
    assert ys.max() - ys.min() == pytest.approx(0.22 * 4 * 200, abs=4)


def test_beside_the_paper_is_no_paper_and_coming_home_shows_the_whole_drawing():
    document = Document.from_strokes([line(0.2, 0.2, 0.8, 0.8)])
    whole = shown(document, HOME).pixels.copy()
    raster = shown(document, Viewpoint(0.5, 0.5, 0.5))
    assert tuple(raster.pixels[5, 5]) == COLOURS["light"][2]
    assert tuple(raster.pixels[100, 60]) == COLOURS["light"][0]
    document.add(line(0.2, 0.8, 0.8, 0.2))
    raster.update(document, budget_s=60.0)
    document.undo()
    raster.update(document, budget_s=60.0)
    raster.look_from(HOME)
    raster.update(document, budget_s=60.0)
    assert np.array_equal(raster.pixels, whole)


def test_while_the_view_changes_the_drawing_is_seen_at_once():
    document = Document.from_strokes([line(0.4, 0.5, 0.6, 0.5, 0.05) for _ in range(5)])
    raster = shown(document, HOME)
    raster.look_from(Viewpoint(0.5, 0.5, 2.0))
    assert raster.pixels[100, 100, 0] < 60  # nothing was painted anew yet


def test_the_model_sees_the_same_from_everywhere():
    document = Document.from_strokes([line(0.4, 0.5, 0.6, 0.5)])
    before, _ = SketchRaster().update(document, is_framed=False)
    shown(document, Viewpoint(0.2, 0.2, 3.0, 45.0, True))
    after, _ = SketchRaster().update(document, is_framed=False)
    assert np.array_equal(before, after)


def test_dark_paper_is_dark_and_its_ink_light():
    picture = shown(
        Document.from_strokes([line(0.4, 0.5, 0.6, 0.5, 0.1)]), HOME, 200, "dark"
    ).pixels
    assert tuple(picture[20, 20]) == COLOURS["dark"][0]
    assert tuple(picture[100, 100]) == COLOURS["dark"][1]
