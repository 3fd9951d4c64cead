"""The loop's rest: as long as its beat says, but no longer than until there is something to show."""

import time

import pytest

from livesketch.app import PEN_HZ
from livesketch.beat import SHORTEST_S, Beat
from livesketch.worker import Bell, Worker

SLOW_HZ = 0.1  # a beat that no test waits for


def test_an_answer_ends_the_rest_at_once() -> None:
    bell = Bell()
    beat = Beat(bell)
    worker: Worker[int, int] = Worker(lambda: lambda item: item + 1, bell=bell)
    beat.rest(SLOW_HZ)  # the first turn follows at once
    start = time.monotonic()
    worker.submit(1)
    assert beat.rest(SLOW_HZ)
    assert time.monotonic() - start < 5
    assert worker.newest() == 2
    worker.close()


def test_a_failed_answer_ends_it_too() -> None:
    bell = Bell()
    beat = Beat(bell)
    beat.rest(SLOW_HZ)

    def start():
        raise RuntimeError("no model")

    worker: Worker[int, int] = Worker(start, bell=bell)
    assert beat.rest(SLOW_HZ)
    worker.close()


def test_a_camera_is_glanced_at_all_the_while() -> None:
    bell = Bell()
    beat = Beat(bell)
    beat.rest(SLOW_HZ)
    glances = []

    def glance() -> None:
        glances.append(time.monotonic())
        if len(glances) == 3:
            bell.ring()

    assert beat.rest(SLOW_HZ, glance)
    assert len(glances) == 3


class Ringing(Bell):
    """Time passes only while somebody waits for it; rung so many times at once."""

    def __init__(self, times: int = 0) -> None:
        super().__init__()
        self.now, self.times = 100.0, times

    def wait(self, timeout: float) -> bool:
        if self.times:
            self.times -= 1
            return True
        self.now += timeout
        return False

    def clock(self) -> float:
        return self.now


def test_turns_cut_short_leave_the_beat_where_it_was() -> None:
    """Answers between two beats make turns of their own, and no beat comes later for them."""
    bell, hz = Ringing(), 5.0
    beat = Beat(bell, bell.clock)
    beat.rest(hz)
    start = bell.now
    for _ in range(4):
        bell.times = 1
        assert beat.rest(hz)
    assert not beat.rest(hz)
    assert bell.now - start == pytest.approx(1 / hz)


def test_without_an_answer_the_beat_is_kept_and_no_turn_is_shorter_than_the_shortest() -> None:
    bell = Ringing()
    beat = Beat(bell, bell.clock)
    beat.rest(50)
    start = bell.now
    assert not any(beat.rest(50) for _ in range(5))
    assert bell.now - start == pytest.approx(5 / 50)
    start = bell.now
    for _ in range(3):
        bell.times = 1
        assert beat.rest(50)
    assert bell.now - start == pytest.approx(3 * SHORTEST_S)


class Late(Ringing):
    """A system that wakes a program a little after the time it asked for."""

    def wait(self, timeout: float) -> bool:
        self.now += timeout + 0.0004
        return False


def turns_in(seconds: float, hz: float, turn_s: float) -> int:
    """How many turns of the loop begin, where each one takes so long."""
    bell = Late()
    beat = Beat(bell, bell.clock)
    beat.rest(hz)
    end, count = bell.now + seconds, 0
    while bell.now < end:
        count += 1
        bell.now += turn_s
        beat.rest(hz)
    return count


def test_under_the_pen_there_are_120_turns_a_second_though_the_system_wakes_late() -> None:
    assert PEN_HZ >= 120
    assert turns_in(10.0, PEN_HZ, 0.003) >= 1200
    assert turns_in(10.0, PEN_HZ, 0.0079) >= 1200


def test_a_turn_that_was_too_long_is_followed_at_once_and_is_not_made_up_for() -> None:
    bell = Ringing()
    beat = Beat(bell, bell.clock)
    beat.rest(50)
    bell.now += 1.0
    late = bell.now
    beat.rest(50)
    assert bell.now == late
    beat.rest(50)
    assert bell.now - late == pytest.approx(1 / 50)
