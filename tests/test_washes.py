"""Pencil and marker: soft, pale, with the tooth of the paper, and never darker where one stroke crosses itself."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from livesketch.canvas.brush import BRUSHES, Brush
from livesketch.canvas.document import Document
from livesketch.canvas.paper import PAPER_COLOUR, PaperRaster
from livesketch.canvas.raster import render_sketch
from livesketch.canvas.stroke import Sample, Stroke
from livesketch.canvas.viewpoint import HOME, Viewpoint
from livesketch.outputs.files import write_png

GOLDEN = Path(__file__).parent / "data" / "brushes.png"
SIDE = 300


def stroke(points, brush, pressure: float | Callable[[float], float] = 1.0):
    rows = [
        Sample(x, y, pressure(n / max(1, len(points) - 1)) if callable(pressure) else pressure)
        for n, (x, y) in enumerate(points)
    ]
    return Stroke(rows, brush)


def across(y, x0=0.1, x1=0.9, n=40):
    return [(x0 + (x1 - x0) * i / n, y) for i in range(n + 1)]


def seen(strokes, view=HOME, side=SIDE):
    raster = PaperRaster(side)
    raster.look_from(view)
    document = Document.from_strokes(strokes)
    for _ in range(100):
        raster.update(document, budget_s=60.0)
    return raster.pixels


def darkness(picture):
    return (PAPER_COLOUR[0] - picture[..., 0].astype(int)) / (PAPER_COLOUR[0] - 0x16)


def test_every_brush_looks_as_it_did():
    wave = [(x, y + 0.05 * math.sin(12 * x)) for x, y in across(0.0)]
    shown = []
    for n, brush in enumerate(BRUSHES.values()):
        brush = replace(brush, size=3 * brush.size if brush.name != "marker" else brush.size)
        points = [(x, y + 0.2 + 0.3 * n) for x, y in wave]
        shown.append(stroke(points, brush, lambda t: t))
    picture = seen(shown)
    if not GOLDEN.exists():
        write_png(picture, GOLDEN)
        pytest.fail("the golden picture was missing; look at the new one")
    golden = cv2.imread(str(GOLDEN))[..., ::-1].astype(int)
    assert np.abs(picture.astype(int) - golden).mean() < 0.3


def test_a_marker_is_pale_darkens_nowhere_within_a_stroke_and_builds_up_between_strokes():
    marker = Brush("marker", 0.1, hardness=1.0, opacity=0.4, thinning=0.0)
    cross = [*across(0.5), *[(0.9, 0.5 - 0.01 * n) for n in range(20)], *across(0.5, 0.9, 0.1)]
    once = darkness(seen([stroke(cross, marker)]))
    assert once[150, 150] == pytest.approx(0.4, abs=0.01)
    twice = darkness(seen([stroke(across(0.5), marker), stroke(across(0.5), marker)]))
    assert twice[150, 150] == pytest.approx(1 - 0.6 * 0.6, abs=0.01)


def test_hardness_softens_the_edge_and_leaves_the_middle():
    soft = darkness(seen([stroke(across(0.5), Brush("marker", 0.2, hardness=0.0, thinning=0.0))]))
    hard = darkness(seen([stroke(across(0.5), Brush("marker", 0.2, hardness=1.0, thinning=0.0))]))
    assert soft[150, 150] > 0.95
    assert hard[128, 150] == pytest.approx(1.0, abs=0.01)
    assert 0.05 < soft[128, 150] < 0.8
    assert soft[115, 150] < 0.1


def test_pressure_darkens_as_far_as_it_is_told():
    def pressed(t):
        return t

    for fading, lightest in ((0.0, 1.0), (0.8, 0.2)):
        brush = Brush("marker", 0.1, thinning=0.0, fading=fading)
        row = darkness(seen([stroke(across(0.5), brush, pressed)]))[150]
        assert row[40] == pytest.approx(lightest, abs=0.1)
        assert row[260] == pytest.approx(1.0, abs=0.1)


def test_the_tooth_of_the_paper_shows_under_a_light_pencil_and_stays_where_it_is():
    pencil = Brush("pencil", 0.2, hardness=1.0, thinning=0.0, fading=1.0)
    light = darkness(seen([stroke(across(0.5), pencil, 0.55)]))[130:170, 60:240]
    heavy = darkness(seen([stroke(across(0.5), pencil, 1.0)]))[130:170, 60:240]
    assert 0.1 < light.mean() < 0.7
    assert light.std() > 0.1
    assert heavy.mean() > 0.95
    half = Viewpoint(zoom=2.0)
    nearer = darkness(seen([stroke(across(0.5), pencil, 0.55)], half, 2 * SIDE))
    small = cv2.resize(nearer[260:340, 220:380], None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    whole = darkness(seen([stroke(across(0.5), pencil, 0.55)], HOME, 2 * SIDE))
    part = whole[280:320, 260:340]
    assert np.corrcoef(small.ravel(), part.ravel())[0, 1] > 0.5


def test_the_network_sees_the_same_thin_line_under_every_brush():
    sketches = [
        render_sketch([stroke(across(0.5), brush, 0.3)], is_framed=False)[0]
        for brush in BRUSHES.values()
    ]
    assert all(np.array_equal(sketches[0], other) for other in sketches)


def test_what_is_mirrored_is_as_true_on_the_other_side():
    line = stroke([(0.2, 0.2), (0.35, 0.5), (0.3, 0.8)], Brush("pen", 0.02, mirror=0.5))
    picture = seen([line])
    assert np.abs(picture.astype(int) - picture[:, ::-1]).max() <= 2
    assert darkness(picture)[60, 60] > 0.5
    sketch, _ = render_sketch([line], is_framed=False)
    assert np.abs(sketch - sketch[:, ::-1]).mean() < 0.01


def test_a_head_drawn_by_halves_is_framed_like_a_whole_one():
    half = [
        (0.5 + 0.2 * math.sin(a), 0.5 - 0.27 * math.cos(a)) for a in np.linspace(0, math.pi, 40)
    ]
    whole = [
        (0.5 + 0.2 * math.sin(a), 0.5 - 0.27 * math.cos(a)) for a in np.linspace(0, 2 * math.pi, 80)
    ]
    _, by_halves = render_sketch([stroke(half, Brush("pen", 0.01, mirror=0.5))])
    _, at_once = render_sketch([stroke(whole, Brush("pen", 0.01))])
    assert by_halves.side == pytest.approx(at_once.side, rel=0.05)
    assert by_halves.x == pytest.approx(at_once.x, abs=0.03)
