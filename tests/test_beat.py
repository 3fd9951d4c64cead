"""The loop's rest: as long as its beat says, but no longer than until there is something to show."""

import time

from livesketch.beat import Beat
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


def test_turns_cut_short_leave_the_beat_where_it_was() -> None:
    """Answers between two beats make turns of their own, and no beat comes later for them."""
    bell = Bell()
    beat = Beat(bell)
    hz = 5.0
    beat.rest(hz)
    start = time.monotonic()
    rung = 0
    while True:
        if rung < 4:
            bell.ring()
        if not beat.rest(hz):
            break
        rung += 1
    assert rung == 4
    assert 0.9 / hz < time.monotonic() - start < 1.9 / hz


def test_without_an_answer_the_beat_is_kept_and_no_turn_is_shorter_than_the_shortest() -> None:
    bell = Bell()
    beat = Beat(bell)
    beat.rest(50)
    start = time.monotonic()
    assert not any(beat.rest(50) for _ in range(5))
    assert time.monotonic() - start > 4 / 50
    for _ in range(20):
        bell.ring()
        beat.rest(50)
    assert time.monotonic() - start > 4 / 50 + 19 / 240
