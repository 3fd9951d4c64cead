"""The line that people judge: smooth, without notch or gap, as wide as the pen presses, round at its ends."""

import math
from itertools import pairwise

import numpy as np
import pytest

from livesketch.canvas.brush import Brush
from livesketch.canvas.curve import Curve
from livesketch.canvas.ink import area_of, paint


def painted(samples, brush, size=400):
    curve = Curve()
    curve.extend(samples)
    raster = np.zeros((size, size), np.uint8)
    paint(raster, curve.points, brush, is_dot=True)
    return raster


def across(raster, x):
    """The line's width in pixels where it crosses column x."""
    return raster[:, x].sum() / 255


def test_width_follows_pressure():
    line = [(0.1 + 0.008 * n, 0.5, n / 100) for n in range(101)]
    raster = painted(line, Brush("pen", 0.04))
    widths = [across(raster, x) for x in range(60, 340, 20)]
    assert all(a < b for a, b in pairwise(widths))
    for x in (80, 200, 320):
        pressure = (x + 0.5 - 40) / 320
        assert across(raster, x) == pytest.approx(16 * (0.3 + 0.7 * pressure), abs=0.3)


def test_a_straight_line_has_the_same_width_everywhere_whatever_its_angle():
    for angle in (0.1, 0.5, 0.7):
        dx, dy = math.cos(angle), math.sin(angle)
        line = [(0.1 + 0.07 * n * dx, 0.1 + 0.07 * n * dy, 1.0) for n in range(11)]
        raster = painted(line, Brush("pen", 0.01))
        widths = [across(raster, x) * dx for x in range(60, int(40 + 260 * dx))]
        assert min(widths) > 3.8
        assert max(widths) < 4.2


def test_ends_are_round_and_a_tap_leaves_a_round_dot():
    raster = painted([(0.5, 0.5, 1.0)], Brush("pen", 0.05))
    assert raster.sum() / 255 == pytest.approx(math.pi * 100, rel=0.02)
    assert np.array_equal(raster, raster.T)
    line = painted([(0.25, 0.5, 1.0), (0.75, 0.5, 1.0)], Brush("pen", 0.05))
    assert line.sum() / 255 == pytest.approx(math.pi * 100 + 200 * 20, rel=0.01)
    assert line[200, 88] == 0  # no further than half a width beyond the sample
    assert line[200, 92] == 255


def test_a_fast_sharp_zigzag_has_no_gap():
    line = [(0.2 + 0.03 * n, 0.3 if n % 2 else 0.7, 0.2) for n in range(20)]
    curve = Curve()
    curve.extend(line)
    raster = np.zeros((400, 400), np.uint8)
    paint(raster, curve.points, Brush("pen", 0.01))
    for a, b in pairwise(curve.points):
        for t in np.linspace(0, 1, 9):
            x, y = (a[:2] + t * (b[:2] - a[:2])) * 400
            assert raster[int(y), int(x)] > 100


def test_a_circle_of_few_samples_is_drawn_round():
    angles = np.linspace(0, 2 * math.pi, 17)
    line = [(0.5 + 0.4 * math.cos(a), 0.5 + 0.4 * math.sin(a), 1.0) for a in angles]
    curve = Curve()
    curve.extend(line)
    radii = np.hypot(*(curve.points[:, :2] - 0.5).T)
    assert radii.min() > 0.396
    assert radii.max() < 0.402
    turns = np.diff(np.unwrap(np.arctan2(*np.diff(curve.points[:, :2], axis=0).T)))
    assert np.abs(turns).max() < 0.2  # no corner anywhere


def test_the_eraser_takes_away_what_it_passes_whatever_the_pressure():
    raster = painted([(0.1, 0.5, 1.0), (0.9, 0.5, 1.0)], Brush("pen", 0.02))
    curve = Curve()
    curve.extend([(0.5, 0.1, 0.01), (0.5, 0.9, 0.01)])
    paint(raster, curve.points, Brush("eraser", 0.1))
    assert raster[:, 181:219].max() == 0
    assert raster[200, 170] == 255


def test_painting_piece_by_piece_gives_the_same_pixels():
    rng = np.random.default_rng(5)
    for trial in range(20):
        brush = Brush("eraser" if trial % 4 == 3 else "pen", float(rng.uniform(0.002, 0.05)))
        places = np.cumsum(rng.normal(0, 0.03, (40, 2)), axis=0) + 0.5
        if trial % 2:
            places = np.round(places, 2)  # many samples on the spot
        samples = [(x, y, p) for (x, y), p in zip(places.tolist(), rng.random(40), strict=True)]
        start = rng.integers(0, 256, (200, 200), np.uint8)
        whole = Curve()
        whole.extend(samples)
        at_once = start.copy()
        paint(at_once, whole.points, brush, is_dot=True)
        grown, piecewise, used = Curve(), start.copy(), 0
        for first in range(0, 40, 3):
            grown.extend(samples[first : first + 3])
            paint(piecewise, grown.firm[max(used - 1, 0) :], brush)
            used = len(grown.firm)
        rest = np.concatenate([grown.firm[-1:], grown.tail])
        x, y, width, height = area_of(rest, brush, 200)
        before = piecewise.copy()
        paint(piecewise, rest, brush, is_dot=True)
        before[y : y + height, x : x + width] = piecewise[y : y + height, x : x + width]
        assert np.array_equal(before, piecewise)  # it stayed in its area
        assert np.array_equal(grown.points, whole.points)
        assert np.array_equal(at_once, piecewise)


def test_a_line_far_off_the_paper_does_no_harm():
    raster = painted([(-50, 0.5, 1.0), (90, 0.5, 1.0)], Brush("pen", 0.02))
    assert raster[200].min() == 255
    assert raster[190].max() == 0
    nothing = painted([(5, 5, 1.0), (6, 7, 1.0)], Brush("pen", 0.02))
    assert nothing.max() == 0


def test_pressing_harder_on_the_spot_widens_the_dot():
    light = painted([(0.5, 0.5, 0.1)], Brush("pen", 0.1))
    harder = painted([(0.5, 0.5, 0.1), (0.5, 0.5, 0.9), (0.5, 0.5, 0.2)], Brush("pen", 0.1))
    assert harder.sum() > 2 * light.sum()
