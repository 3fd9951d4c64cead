"""Any device that takes pictures, in a Worker of its own: opened, fed, replaced when it hangs, opened again."""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from livesketch.errors import LivesketchError, OutputError
from livesketch.frames import Picture, Show
from livesketch.outputs.optional import MissingError
from livesketch.outputs.painter import Painter
from livesketch.worker import Latest, Worker

log = logging.getLogger(__name__)

SILENT_S = 2.0  # a device that takes one picture for so long is given up
OPENING_S = 10.0
PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0  # before a lost device is tried again; doubles each time


class Sink(Protocol):
    """A device. Opened, used and closed in one thread."""

    def send(self, picture: Picture) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class _End:
    """The last thing a Worker is asked: to close its device."""


class Sender:
    """An Output around a Sink. `open_sink` runs in the Worker and may take its time."""

    def __init__(
        self,
        open_sink: Callable[[], Sink],
        size: tuple[int, int],
        layout: str = "",
        name: str = "output",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._open_sink = open_sink
        self._size, self._layout, self._name = size, layout, name
        self._clock = clock
        self._worker: Worker[Show | _End, bool] | None = None
        self._left: Latest[bool] = Latest()  # closed: this Worker was abandoned
        self._pause = PAUSE_S
        self._retry_at = -float("inf")
        self._is_closed = False
        self._state = "opening"

    @property
    def state(self) -> str:
        return self._state

    def show(self, show: Show) -> None:
        if self._is_closed:
            return
        self._collect()
        if self._worker is None:
            if self._clock() < self._retry_at:
                return
            self._left = Latest()
            self._worker = Worker(self._starter(self._left), self._name)
        self._worker.submit(show)

    def close(self, timeout: float = 2.0) -> None:
        """Waits up to `timeout` seconds for the device; one that hangs is left to itself."""
        self._is_closed = True
        self._state = "closed"
        worker, self._worker = self._worker, None
        if worker is None:
            return
        until = time.monotonic() + timeout
        worker.submit(_End())
        with suppress(Exception):  # it is being closed: what still fails concerns nobody
            while not worker.newest(max(0.0, until - time.monotonic())):
                if time.monotonic() >= until or worker.has_failed:
                    break
        self._left.close()
        worker.close(timeout=max(0.0, until - time.monotonic()))

    def _starter(self, left: Latest[bool]) -> Callable[[], Callable[[Show | _End], bool]]:
        def start() -> Callable[[Show | _End], bool]:
            sink: Sink | None = self._open_sink()
            failed: BaseException | None = None  # Shows on their way meet the same sentence
            painter = Painter(self._size, self._layout)

            def close() -> None:
                nonlocal sink
                closing, sink = sink, None  # once: many a library does not survive a second time
                if closing is not None:
                    closing.close()

            def work(item: Show | _End) -> bool:
                """True when the device was closed as asked."""
                nonlocal failed
                if isinstance(item, _End):
                    close()
                    return True
                if sink is None:
                    raise failed or OutputError(f"The {self._name} is closed.")
                try:
                    sink.send(painter.paint(item))
                except BaseException as error:
                    failed = error
                    with suppress(Exception):
                        close()
                    raise
                if left.is_closed:  # it hung, was abandoned, and came back
                    close()
                return False

            if left.is_closed:
                close()
            return work

        return start

    def _collect(self) -> None:
        """What became of the last picture; a lost or silent device is let go."""
        worker = self._worker
        if worker is None:
            return
        try:
            answer = worker.newest()
        except MissingError as error:
            self._let_go(f"missing: {error}")
        except LivesketchError as error:
            self._let_go(f"broken: {error}")
        except Exception as error:
            log.exception("%s failed", self._name)
            self._let_go(f"broken: {error or type(error).__name__}")
        else:
            if answer is not None:
                self._state, self._pause = "playing", PAUSE_S
            elif worker.silent_for() > (SILENT_S if worker.is_ready else OPENING_S):
                self._let_go("broken: it does not answer")

    def _let_go(self, state: str) -> None:
        if state != self._state:
            log.warning("%s is %s", self._name, state)
        self._state = state
        self._left.close()
        if self._worker is not None:
            self._worker.close(timeout=0)
        self._worker = None
        self._retry_at = self._clock() + self._pause
        self._pause = min(2 * self._pause, LONGEST_PAUSE_S)
