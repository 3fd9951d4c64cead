"""What the status line says about speed."""

import numpy as np

from livesketch.frames import Frame, Request, Result
from livesketch.latency import Measures, Rate, Spans
from livesketch.parameters import defaults, frozen


def answer(time: float, is_live: bool = False) -> Result:
    frame = Frame(time, sketch=np.ones((8, 8), np.float32), is_live=is_live)
    return Result(Request(frame, frozen(defaults()), "default"), frame.sketch, None, time, time)


def test_half_and_nearly_all() -> None:
    spans = Spans()
    assert spans.percentile(50) is None
    for ms in range(1, 101):
        spans.add(ms / 1000)
    assert spans.percentile(50) == 51
    assert spans.percentile(95) == 96


def test_a_rate_forgets_what_is_long_ago() -> None:
    rate = Rate(window=2.0)
    for n in range(11):
        rate.add(n / 10)
    assert rate.per_second(1.0) == 10
    assert rate.per_second(9.0) == 0


def test_a_face_answers_the_samples_that_are_in_it_and_no_later_ones() -> None:
    measures = Measures()
    measures.shown(1.010, [1.0, 1.005], None, is_awake=True)
    measures.shown(1.030, [1.02], answer(1.005), is_awake=True)
    assert len(measures.pen_to_pixel) == 2
    assert measures.pen_to_pixel.percentile(100) == 1000 * (1.030 - 1.0)
    measures.shown(1.050, [], answer(1.02), is_awake=True)
    assert len(measures.pen_to_pixel) == 3
    assert len(measures.pen_to_ink) == 3
    assert measures.faces_shown == 2


def test_what_was_drawn_before_the_model_was_awake_does_not_count() -> None:
    measures = Measures()
    measures.shown(1.0, [0.9], None, is_awake=False)
    measures.shown(9.0, [8.99], answer(8.99), is_awake=True)
    assert len(measures.pen_to_pixel) == 1


def test_a_late_turn_is_late_by_what_it_missed_its_tick() -> None:
    measures = Measures()
    for began in (0.0, 0.016, 0.050):
        measures.turn(began, 0.016)
    assert measures.late.percentile(0) == 0
    assert round(measures.late.percentile(100) or 0) == 18


def test_a_camera_frame_is_counted_once_however_often_its_face_is_made() -> None:
    measures, first = Measures(), answer(1.0, is_live=True)
    measures.shown(1.04, [], first, is_awake=True)
    measures.shown(1.2, [], first, is_awake=True)
    assert len(measures.camera_to_pixel) == 1


def test_a_loop_quicker_than_the_ticks_is_held_to_each_of_them() -> None:
    measures = Measures()
    for began in (0.0, 0.010, 0.021, 0.024, 0.030, 0.065, 0.068):
        measures.turn(began, 0.016)
    assert len(measures.late) == 2
    assert [round(measures.late.percentile(p) or 0) for p in (0, 99)] == [5, 33]
