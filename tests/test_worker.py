"""The mailboxes and the thread between the window and the model."""

import gc
import threading
import weakref
from collections.abc import Callable, Iterator

import pytest

from livesketch.worker import Latest, Queue, Worker


class Held:
    """A worker that has begun item 1 and does not end it until it is let `go`."""

    def __init__(self) -> None:
        self._begun, self.go = threading.Event(), threading.Event()
        self.done: list[int] = []
        self.worker: Worker[int, int] = Worker(lambda: self._work)
        self.worker.submit(1)
        assert self._begun.wait(5)

    def _work(self, item: int) -> int:
        self._begun.set()
        assert self.go.wait(5)
        self.done.append(item)
        return item


def test_a_new_item_replaces_the_one_nobody_took() -> None:
    box: Latest[int] = Latest()
    box.put(1)
    box.put(2)
    assert box.take() == 2
    assert box.take() is None


def test_a_queue_keeps_order_and_counts_what_it_drops() -> None:
    queue: Queue[int] = Queue(2)
    assert [queue.put(n) for n in (1, 2, 3)] == [True, True, False]
    assert queue.dropped == 1
    queue.close()
    assert [queue.take(), queue.take(), queue.take()] == [1, 2, None]


def test_only_the_newest_request_is_worked_on() -> None:
    held = Held()
    worker = held.worker
    for item in range(2, 10):
        worker.submit(item)
    held.go.set()
    seen = []
    while 9 not in seen:
        answer = worker.newest(timeout=5)
        assert answer is not None
        seen.append(answer)
    assert worker.close()
    assert held.done == [1, 9]


def test_what_is_handed_over_waits_until_it_is_begun_and_replaces_nothing() -> None:
    held, over = Held(), threading.Event()
    worker = held.worker

    def hand_over() -> None:
        for item in (3, 4):
            worker.hand_over(item)
        over.set()

    worker.submit(2)
    other = threading.Thread(target=hand_over)
    other.start()
    assert not over.wait(0.05)
    held.go.set()
    assert over.wait(5)
    other.join(5)
    while worker.newest(timeout=5) != 4:
        pass
    assert worker.close()
    assert held.done == [1, 2, 3, 4]


def test_who_hands_over_to_a_closed_worker_does_not_wait() -> None:
    held, over = Held(), threading.Event()
    worker = held.worker

    def hand_over() -> None:
        worker.hand_over(2)
        over.set()

    threading.Thread(target=hand_over).start()
    assert not worker.close(timeout=0.0)
    assert over.wait(5)
    held.go.set()
    assert worker.close(timeout=5)


def test_what_the_work_raises_arrives_once_and_the_worker_goes_on() -> None:
    def start():
        def work(item: int) -> float:
            return 1 / item

        return work

    worker: Worker[int, float] = Worker(start)
    worker.submit(0)
    with pytest.raises(ZeroDivisionError):
        worker.newest(timeout=5)
    assert worker.newest() is None
    worker.submit(2)
    assert worker.newest(timeout=5) == 0.5
    assert worker.close()


def test_a_start_that_fails_is_told_to_the_caller() -> None:
    def start():
        raise OSError("no such model")

    worker: Worker[int, int] = Worker(start)
    with pytest.raises(OSError, match="no such model"):
        worker.newest(timeout=5)
    assert worker.has_failed
    assert not worker.is_ready


def test_a_worker_that_hangs_is_seen_and_closing_does_not_wait_for_ever() -> None:
    begun, go = threading.Event(), threading.Event()

    def start():
        def work(_: int) -> None:
            begun.set()
            go.wait(10)

        return work

    worker: Worker[int, None] = Worker(start)
    worker.submit(1)
    assert begun.wait(5)
    assert worker.silent_for() >= 0
    assert not worker.close(timeout=0.05)
    go.set()
    assert worker.close(timeout=5)
    assert worker.silent_for() == 0


class Model:
    """As large as one likes: what must not stay once nobody plays it."""


@pytest.fixture
def no_collector() -> Iterator[None]:
    """What goes must go by itself: a collection of cycles may be long in coming."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def let_go(fail: bool) -> Callable[[], object]:
    """A model that was played by a Worker known to its own start(), and was then closed."""
    model, owner = Model(), {}
    known = weakref.ref(model)

    def start():
        owner["model"] = here = model

        def work(item: int) -> int:
            if fail:
                raise MemoryError(f"no room for {here}")
            return item

        return work

    worker = owner["worker"] = Worker(start)
    worker.submit(1)
    if fail:
        with pytest.raises(MemoryError):
            worker.newest(timeout=5)
    else:
        assert worker.newest(timeout=5) == 1
    assert worker.close(timeout=5)
    return known


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("fail", [False, True])
def test_a_closed_worker_lets_go_of_its_model_at_once(fail: bool) -> None:
    assert let_go(fail)() is None


@pytest.mark.usefixtures("no_collector")
def test_a_worker_that_waits_does_not_keep_what_it_was_last_asked() -> None:
    class Asked:
        pass

    worker: Worker[Asked, int] = Worker(lambda: lambda asked: 1)
    item, gone = Asked(), threading.Event()
    weakref.finalize(item, gone.set)
    worker.submit(item)
    del item
    assert worker.newest(timeout=5) == 1
    assert gone.wait(5)
    assert worker.close(timeout=5)
