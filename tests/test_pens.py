"""Pens: a mouse whose speed is its pressure, and recorded strokes that come again in time."""

import numpy as np
import pytest

from livesketch.canvas.brush import Brush
from livesketch.canvas.document import Document
from livesketch.canvas.stabilizer import Average
from livesketch.canvas.stroke import Sample, Stroke, strokes_from_points
from livesketch.tablet import PENS
from livesketch.tablet.mouse import MousePen
from livesketch.tablet.recorded import RecordedPen
from livesketch.tablet.reports import Report, Reports, Stamps


def drag(pen, speed, samples=60, is_eraser=False):
    """A line at `speed` paper sides a second, 125 moves a second."""
    events = pen.feed("down", 0.0, 0.5, 10.0, is_eraser)
    for number in range(1, samples):
        now = 10.0 + number / 125
        events += pen.feed("move", speed * number / 125, 0.5, now)
    return events + pen.feed("up", speed * samples / 125, 0.5, 10.0 + samples / 125)


def test_a_slow_mouse_presses_harder_than_a_fast_one():
    last = [drag(MousePen(), speed)[-1].sample.pressure for speed in (0.02, 0.4, 1.0, 3.0)]
    assert last == sorted(last, reverse=True)
    assert last[0] > 0.9
    assert last[3] < 0.4


def test_every_move_is_a_sample_with_its_own_time_and_place():
    events = drag(MousePen(), 0.5)
    assert [event.kind for event in events] == ["down"] + ["move"] * 59 + ["up"]
    times = [event.sample.time for event in events]
    assert times == sorted(times)
    places = [event.sample.x for event in events]
    assert places == pytest.approx([n * 0.004 for n in range(61)], abs=0.003)
    assert places[-1] == 0.5 * 60 / 125


def test_the_stairs_of_a_slow_mouse_are_evened_out():
    pen = MousePen()
    events = pen.feed("down", 0.1, 0.1, 1.0)
    for number in range(1, 200):  # down a gentle slope on a paper of 600 pixels
        x, y = round(60 + number) / 600, round(60 + number * 0.21) / 600
        events += pen.feed("move", x, y, 1.0 + number / 60)
    points = np.array([(event.sample.x, event.sample.y) for event in events]) * 600
    off = np.abs(points[:, 1] - 60 - 0.21 * (points[:, 0] - 60))
    assert off.max() < 0.6
    steps = np.diff(points[10:, 1])
    assert steps.max() < 0.55  # where the mouse itself jumps by a whole pixel


def test_pressure_from_speed_never_jumps():
    events = drag(MousePen(), 4.0) + drag(MousePen(), 0.05)
    for part in (events[:60], events[61:]):
        pressures = [event.sample.pressure for event in part]
        assert max(np.abs(np.diff(pressures))) < 0.12


def test_a_mouse_without_a_button_draws_nothing_and_one_with_a_stuck_one_is_lifted():
    pen = MousePen()
    assert pen.feed("move", 0.1, 0.1, 1.0) == []
    assert pen.feed("up", 0.1, 0.1, 1.0) == []
    pen.feed("down", 0.1, 0.1, 1.0)
    assert [event.kind for event in pen.feed("down", 0.5, 0.5, 2.0)] == ["up", "down"]


def test_the_eraser_presses_fully():
    events = drag(MousePen(), 3.0, is_eraser=True)
    assert {event.sample.pressure for event in events} == {1.0}
    assert all(event.is_eraser for event in events)


def test_moves_with_one_stamp_or_a_clock_that_stands_still_do_no_harm():
    pen = MousePen()
    pen.feed("down", 0.1, 0.1, 1.0)
    (event,) = pen.feed("move", 0.9, 0.1, 1.0)
    assert event.sample.pressure == pytest.approx(0.6)
    (event,) = pen.feed("move", 0.9, 0.1, 0.5)
    assert event.sample.time == 1.0


def test_the_label_says_what_it_is():
    assert "mouse" in MousePen.label
    assert set(PENS) >= {"mouse", "recorded"}


def recorded() -> list[Stroke]:
    strokes = strokes_from_points([np.random.default_rng(n).random((9, 3)) for n in range(4)])
    strokes.append(Stroke([Sample(0.5, 0.5, time=1000.0)], Brush("eraser", 0.05)))
    return strokes


def test_a_recorded_pen_draws_the_same_strokes_again():
    strokes, document = recorded(), Document()
    pen = RecordedPen(strokes, start=100.0)
    now = 100.0
    while not pen.is_over:
        for event in pen.read(now):
            assert event.sample.time <= now
            if event.kind == "down":
                name = "eraser" if event.is_eraser else "pen"
                document.begin(Brush(name, 0.05 if event.is_eraser else 0.005), event.sample)
            elif event.kind == "move":
                document.extend([event.sample])
            else:
                document.end()
        now += 0.05
    assert len(document.strokes) == len(strokes)
    for again, stroke in zip(document.strokes, strokes, strict=True):
        assert again.brush == stroke.brush
        assert np.array_equal(again.table[:, :5], stroke.table[:, :5])
        assert np.allclose(np.diff(again.table[:, 5]), np.diff(stroke.table[:, 5]))


def test_a_recorded_pen_can_hurry_and_does_not_sit_through_long_pauses():
    slow, fast = RecordedPen(recorded(), 0.0), RecordedPen(recorded(), 0.0, speed=4.0)
    assert fast.end == pytest.approx(slow.end / 4)
    assert slow.end < 60
    assert len(fast.read(fast.end)) == len(slow.read(slow.end))
    assert RecordedPen([], 5.0).is_over
    with pytest.raises(ValueError, match="speed"):
        RecordedPen([], 0.0, speed=0.0)


def shaky_line():
    rng = np.random.default_rng(3)
    return [
        Sample(n * 0.002, 0.5 + rng.normal(0, 0.003), 0.5, time=1.0 + n * 0.005) for n in range(200)
    ]


def calmed(strength, line):
    stabilizer = Average(strength)
    out = [sample for sample_in in line for sample in stabilizer.push(sample_in)]
    return out + stabilizer.finish()


def test_a_stronger_stabilizer_makes_a_calmer_line():
    def roughness(samples):
        y = np.array([sample.y for sample in samples[:200]])
        return float(np.abs(np.diff(y, 2)).mean())

    rough = [roughness(calmed(strength, shaky_line())) for strength in (0.0, 0.2, 0.5, 1.0)]
    assert rough == sorted(rough, reverse=True)
    assert rough[3] < 0.1 * rough[0]


def test_no_stabilizer_is_the_raw_hand():
    line = shaky_line()
    assert calmed(0.0, line) == line


def test_the_line_ends_where_the_pen_was_lifted():
    line = shaky_line()
    for strength in (0.2, 1.0):
        out = calmed(strength, line)
        assert (out[-1].x, out[-1].y) == (line[-1].x, line[-1].y)
        assert [sample.time for sample in out[:200]] == [sample.time for sample in line]
        gap = np.hypot(out[-1].x - out[-2].x, out[-1].y - out[-2].y)
        assert gap < 0.06


def test_the_stabilizer_gives_a_sample_for_each_even_without_times():
    stabilizer = Average(0.7)
    assert len(stabilizer.push(Sample(0.1, 0.1))) == 1
    (second,) = stabilizer.push(Sample(0.2, 0.1))
    assert 0.1 < second.x < 0.2


# --- from states to strokes


def state(x: float, **facts) -> Report:
    return Report(Sample(x, 0.5, facts.pop("pressure", 0.5), time=x), **facts)


def test_a_pen_that_comes_draws_and_goes_is_told_in_order():
    reports, told = Reports(), []
    for one in (
        state(1),
        state(2, is_down=True),
        state(3, is_down=True, pressure=0.9),
        state(4, pressure=0.0),
        state(5, is_near=False),
    ):
        told += reports.feed(one)
    assert [event.kind for event in told] == ["hover", "down", "move", "up"]
    assert told[-1].sample.pressure == 0.9  # a pen in the air presses nothing


def test_a_stroke_stays_what_it_began_as_and_buttons_change_nothing_about_it():
    reports = Reports()
    told = reports.feed(state(1, is_down=True, is_eraser=True))
    told += reports.feed(state(2, is_down=True, buttons=frozenset({1, 2})))
    told += reports.feed(state(3, buttons=frozenset({2})))
    kinds = [(event.kind, event.button) for event in told]
    assert kinds == [
        *(("down", 0), ("press", 1), ("press", 2), ("move", 0)),
        *(("release", 1), ("up", 0)),
    ]
    assert all(event.is_eraser for event in told)
    assert not reports.is_eraser_near


def test_a_pen_that_is_taken_away_in_a_stroke_ends_it_where_it_was():
    reports = Reports()
    reports.feed(state(1, is_down=True, buttons=frozenset({1})))
    told = reports.lift()
    assert [(event.kind, event.sample.x) for event in told] == [("release", 1), ("up", 1)]
    assert reports.lift() == []
    assert Reports().lift() == []


def test_stamps_go_with_our_clock_never_back_and_never_ahead():
    stamps = Stamps()
    assert stamps.ours(100.0, 7.0) == 7.0
    assert stamps.ours(100.005, 7.009) == pytest.approx(7.005)  # it was on the way for longer
    assert stamps.ours(100.004, 7.010) == pytest.approx(7.005)
    assert stamps.ours(100.020, 7.012) == 7.012  # the first one had been late itself
    assert stamps.ours(0.0, 8.0) == 8.0  # their clock began anew
