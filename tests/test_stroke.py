"""A finished stroke keeps every sample as the pen reported it, in little memory."""

import numpy as np
import pytest

from livesketch.canvas.brush import Brush
from livesketch.canvas.stroke import Sample, Stroke, strokes_from_points


def test_samples_come_back_exactly():
    samples = (Sample(0.1, 0.2, 0.3, 4.0, 5.0, 6.7), Sample(1 / 3, -0.5, 1.0, 0.0, 0.0, 6.8))
    stroke = Stroke(samples, Brush("pen", 0.004))
    assert stroke.samples == samples
    assert len(stroke) == 2
    assert stroke == Stroke(samples, Brush("pen", 0.004))
    assert stroke != Stroke(samples, Brush("eraser", 0.004))


def test_a_finished_stroke_cannot_be_changed():
    table = np.zeros((2, 6))
    stroke = Stroke(table, Brush())
    table[0, 0] = 5.0
    assert stroke.samples[0].x == 0.0
    with pytest.raises(ValueError, match="read-only"):
        stroke.table[0, 0] = 1.0


def test_plain_lines_get_the_times_of_a_hand():
    first, second = strokes_from_points([np.array([[0, 0], [0.8, 0]]), np.array([[0, 0, 0.5]])])
    assert first.samples[-1].time == pytest.approx(1.0)
    assert second.samples[0].time > first.samples[-1].time
    assert second.samples[0].pressure == 0.5


def test_width_follows_pressure_for_the_pen_and_never_for_the_eraser():
    pen, eraser = Brush("pen", 0.01), Brush("eraser", 0.03)
    widths = [pen.width_at(p) for p in (0.0, 0.3, 0.7, 1.0, 9.0)]
    assert widths == sorted(widths)
    assert widths[0] < 0.5 * widths[3] == 0.5 * pen.size == 0.5 * widths[4]
    assert eraser.width_at(0.01) == 0.03
