"""The only file that starts threads: a Worker, and what threads meet at: two mailboxes, Latest and Queue, and a Bell."""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Latest(Generic[T]):
    """A mailbox with one slot: putting replaces what was not yet taken. For faces and screens."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._item: T | None = None
        self._is_closed = False

    def put(self, item: T) -> None:
        with self._changed:
            self._item = item
            self._changed.notify_all()

    def hand_over(self, item: T) -> None:
        """As put(), but it replaces nothing, and returns when the item was taken, or it was closed."""
        with self._changed:
            self._changed.wait_for(self._is_free)
            self._item = item
            self._changed.notify_all()
            self._changed.wait_for(self._is_free)

    def take(self, timeout: float | None = 0.0) -> T | None:
        """The newest item, once; None if nothing came within `timeout` seconds or it was closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._item is not None or self._is_closed, timeout)
            item, self._item = self._item, None
            self._changed.notify_all()
            return item

    def _is_free(self) -> bool:
        return self._item is None or self._is_closed

    def close(self) -> None:
        with self._changed:
            self._is_closed = True
            self._item = None
            self._changed.notify_all()

    @property
    def is_closed(self) -> bool:
        return self._is_closed


class Queue(Generic[T]):
    """A bounded mailbox that keeps order and counts what it had to drop. For recorders and sound."""

    def __init__(self, size: int) -> None:
        self._changed = threading.Condition()
        self._items: deque[T] = deque()
        self._size = size
        self._is_closed = False
        self.dropped = 0

    def put(self, item: T) -> bool:
        """False, and one more in `dropped`, when there was no room."""
        with self._changed:
            if self._is_closed or len(self._items) >= self._size:
                self.dropped += 1
                return False
            self._items.append(item)
            self._changed.notify()
            return True

    def take(self, timeout: float | None = 0.0) -> T | None:
        """The oldest item; None if nothing came within `timeout` seconds, or it is closed and empty."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._items) or self._is_closed, timeout)
            return self._items.popleft() if self._items else None

    def close(self) -> None:
        """No more is taken in; what is in it can still be taken out."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()


class Bell:
    """Rung by workers that have an answer; one thread waits for it."""

    def __init__(self) -> None:
        self._rung: Latest[bool] = Latest()

    def ring(self) -> None:
        self._rung.put(True)

    def wait(self, timeout: float) -> bool:
        """Whether it was rung since the last call, or within `timeout` seconds."""
        return self._rung.take(timeout) is not None


def has_stragglers() -> bool:
    """A thread that did not end when it was closed: stuck in a library, or still loading a model."""
    here = threading.current_thread()
    return any(thread.daemon and thread is not here for thread in threading.enumerate())


class Worker(Generic[T, R]):
    """One thread that does one thing with the newest of what it is given.

    `start()` runs once inside the thread and returns the function that does the work, so slow
    loading never freezes the window. submit() never waits and replaces what was not yet begun;
    newest() never waits and raises, in the caller's thread, whatever the work raised: once. `bell`
    is rung with every answer.
    """

    def __init__(
        self, start: Callable[[], Callable[[T], R]], name: str = "worker", bell: Bell | None = None
    ) -> None:
        self._bell = bell or Bell()
        self._asked: Latest[T] = Latest()
        self._answered: Latest[tuple[R | None, BaseException | None]] = Latest()
        self._busy_since: float | None = time.monotonic()
        self.is_ready = False
        self.took_s = 0.0  # seconds of its last piece of work
        self.has_failed = False  # start() raised: this worker will never answer
        # Not kept here: it may know who owns this worker, and that circle would keep a model alive.
        self._thread = threading.Thread(target=self._run, args=(start,), name=name, daemon=True)
        self._thread.start()

    def submit(self, item: T) -> None:
        self._asked.put(item)

    def hand_over(self, item: T) -> None:
        """For another worker, which is no quicker than this one: waits until the item is begun, and
        replaces none. Returns at once when this one is closed."""
        self._asked.hand_over(item)

    def newest(self, timeout: float = 0.0) -> R | None:
        answer = self._answered.take(timeout)
        if answer is None:
            return None
        result, error = answer
        try:
            if error is not None:
                raise error
            return result
        finally:
            # An error knows this frame: a frame that knew the error would keep all that failed,
            # a model too, until the collector of cycles comes by.
            del answer, error

    def silent_for(self) -> float:
        """Seconds since it began what it has not finished; 0 while it waits for work."""
        since = self._busy_since
        return 0.0 if since is None else time.monotonic() - since

    def close(self, timeout: float = 2.0) -> bool:
        """True if the thread ended within `timeout` seconds; a hung one is left to itself."""
        self._asked.close()
        if self._thread is not threading.current_thread():
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self, start: Callable[[], Callable[[T], R]]) -> None:
        try:
            work = start()
        except BaseException as error:
            self.has_failed = True
            self._busy_since = None
            self._answer((None, error))
            return
        self._busy_since = None
        self.is_ready = True
        while not self._asked.is_closed:
            item = self._asked.take(timeout=None)
            if item is None:
                continue
            self._busy_since = began = time.monotonic()
            try:
                self._answer((work(item), None))
            except BaseException as error:
                self._answer((None, error))
            self._busy_since, self.took_s = None, time.monotonic() - began
            del item  # a picture, or a whole drawing: not kept until the next one comes

    def _answer(self, answer: tuple[R | None, BaseException | None]) -> None:
        self._answered.put(answer)
        self._bell.ring()
