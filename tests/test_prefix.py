"""A share of a drawing is a share of the way that the pen went, not of the number of strokes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livesketch.canvas.prefix import prefix
from livesketch.canvas.stroke import Stroke, strokes_from_points

POINTS = st.lists(
    st.tuples(st.floats(0, 1, width=32), st.floats(0, 1, width=32)), min_size=1, max_size=8
)
DRAWINGS = st.lists(POINTS, min_size=1, max_size=6)


def lines(*shapes: list[tuple[float, float]]) -> list[Stroke]:
    return strokes_from_points([np.array(shape, np.float64) for shape in shapes])


def way(strokes: list[Stroke]) -> float:
    return float(sum(np.hypot(*np.diff(stroke.points, axis=0).T).sum() for stroke in strokes))


def test_half_of_a_long_and_a_short_stroke_is_a_part_of_the_long_one() -> None:
    drawing = lines([(0.1, 0.5), (0.9, 0.5)], [(0.5, 0.1), (0.5, 0.3)])
    (only,) = prefix(drawing, 50)
    assert only.points[-1] == pytest.approx([0.6, 0.5])


def test_the_whole_drawing_is_itself() -> None:
    drawing = lines([(0.1, 0.5), (0.9, 0.5)], [(0.5, 0.1), (0.5, 0.3)])
    assert prefix(drawing, 100) == drawing


def test_nothing_of_it_is_nothing_and_a_little_is_where_the_pen_touched() -> None:
    dot = lines([(0.3, 0.3)])
    assert prefix(dot, 0) == []
    assert prefix(dot, 1) == dot


def test_the_brush_and_the_pressure_go_along() -> None:
    (stroke,) = lines([(0.0, 0.0), (1.0, 0.0)])
    table = stroke.table.copy()
    table[:, 2] = (0.2, 1.0)
    (half,) = prefix([Stroke(table, stroke.brush)], 50)
    assert half.brush == stroke.brush
    assert half.table[-1, 2] == pytest.approx(0.6)


@given(DRAWINGS, st.floats(0.5, 100))
def test_a_prefix_is_as_long_as_was_asked(
    shapes: list[list[tuple[float, float]]], percent: float
) -> None:
    drawing = lines(*shapes)
    part = prefix(drawing, percent)
    assert way(part) == pytest.approx(way(drawing) * percent / 100, abs=1e-6)
    assert part


@given(DRAWINGS, st.floats(0.5, 99), st.floats(0.5, 99))
def test_more_of_a_drawing_only_adds_to_it(
    shapes: list[list[tuple[float, float]]], one: float, other: float
) -> None:
    drawing = lines(*shapes)
    less, more = (prefix(drawing, percent) for percent in sorted((one, other)))
    assert len(less) <= len(more)
    for a, b in zip(less[:-1], more, strict=False):
        assert a == b
