"""A microphone: opened, heard, missed in one sentence, and opened again when it was plugged out."""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Any, Protocol

import numpy as np

from livesketch.errors import LivesketchError, SourceError
from livesketch.sound.block import RATE, Block, resampled
from livesketch.worker import Queue, Worker

log = logging.getLogger(__name__)

WAITING = 1024  # blocks that may wait for a turn of the loop: ten seconds
BLOCK = 512  # samples
SILENT_S = 3.0  # without a single block: it was plugged out, or its driver hangs
PAUSE_S, LONGEST_PAUSE_S = 2.0, 30.0  # before it is opened again; doubles each time
HUNG_S = 10.0  # a stream that takes so long to close is left to itself
LATEST_S = 1.0  # no sound card is later than that; a clock that says so is wrong

Take = Callable[[np.ndarray, float, float], None]  # samples (N,), seconds a sample is late, rate


class Stream(Protocol):
    """What is used of sounddevice.InputStream."""

    @property
    def active(self) -> bool: ...

    def close(self) -> None: ...


OpenStream = Callable[[str, Take], Stream]


class Microphone:
    """turn() never waits: a Worker opens and closes, the library's own thread puts blocks in a Queue.

    `name`: a part of a device's name; "" takes the system's usual one.
    """

    def __init__(
        self,
        name: str = "",
        open_stream: "OpenStream | None" = None,
        clock: Callable[[], float] = time.monotonic,
        names: "Callable[[], list[str]] | None" = None,
    ) -> None:
        self._name, self._clock = name, clock
        self._list = names or microphones
        self._open_stream = open_stream or open_portaudio
        self._blocks: Queue[Block] = Queue(WAITING)
        self._worker: Worker[bool, bool] | None = None
        self._parting: list[Worker[bool, bool]] = []  # that still close their stream
        self._last = clock()  # when something was heard, or it was opened
        self._pause, self._retry_at = PAUSE_S, -float("inf")
        self.state = "opening"
        self.names: tuple[str, ...] = ()  # of all that are here, once one was opened
        self._said = ""

    def turn(self) -> list[Block]:
        """What was heard since the last call, in order."""
        now = self._clock()
        self._parting = [one for one in self._parting if not _is_gone(one)]
        if self._worker is None and now >= self._retry_at:
            self._begin(now)
        blocks = list(iter(self._blocks.take, None))
        if blocks:
            self._last, self._pause, self.state, self._said = now, PAUSE_S, "listening", ""
        self._watch(now)
        return blocks

    def news(self) -> str:
        """A sentence for the operator when it went wrong, once; else nothing."""
        if self.state.startswith(("missing", "broken")) and self.state != self._said:
            self._said = self.state
            return self.state.partition(": ")[2]
        return ""

    def leave(self) -> None:
        """Close it without waiting; has_left() tells when."""
        worker, self._worker = self._worker, None
        self._blocks.close()
        if worker is not None:
            self._part(worker)
        self.state = "closed"

    def has_left(self) -> bool:
        self._parting = [one for one in self._parting if not _is_gone(one)]
        return not self._parting

    def close(self) -> None:
        """Waits a moment for the device; one that hangs is left to itself."""
        self.leave()
        for worker in self._parting:
            with suppress(Exception):  # it is being closed: what still fails concerns nobody
                while worker.newest(timeout=1.0):
                    pass
            worker.close(timeout=0.5)
        self._parting = []

    def _part(self, worker: Worker[bool, bool]) -> None:
        worker.submit(False)
        self._parting.append(worker)

    def _begin(self, now: float) -> None:
        self._blocks = blocks = Queue(WAITING)
        name, open_stream, clock = self._name, self._open_stream, self._clock

        def take(samples: np.ndarray, late_s: float, rate: float) -> None:
            """In the library's thread."""
            late = late_s if 0 <= late_s <= LATEST_S else samples.size / rate
            heard = np.asarray(samples, np.float32)
            blocks.put(Block(resampled(heard, rate), clock() - late))

        def start() -> Callable[[bool], bool]:
            stream = open_stream(name, take)
            with suppress(Exception):  # only for choosing another one
                self.names = tuple(self._list())

            def look(is_wanted: bool) -> bool:
                if not is_wanted:
                    stream.close()
                    return False
                if not stream.active:
                    stream.close()
                    raise SourceError("The microphone stopped.", "It is tried again by itself.")
                return True

            return look

        self._worker, self._last = Worker(start, "microphone"), now

    def _watch(self, now: float) -> None:
        worker = self._worker
        if worker is None:
            return
        try:
            worker.newest()
        except LivesketchError as error:
            self._let_go(f"missing: {error}", now)
        except Exception as error:
            log.exception("the microphone failed")
            self._let_go(f"broken: The microphone failed: {error or type(error).__name__}.", now)
        else:
            if now - self._last > SILENT_S:
                self._part(worker)
                self._worker = None
                self._let_go("broken: The microphone gives no sound.", now)
            elif worker.is_ready and now - self._last > SILENT_S / 2:
                worker.submit(True)

    def _let_go(self, state: str, now: float) -> None:
        if state != self.state:
            log.warning("the microphone is %s", state)
        self.state = state
        if self._worker is not None:
            self._worker.close(timeout=0)
        self._worker = None
        self._retry_at = now + self._pause
        self._pause = min(2 * self._pause, LONGEST_PAUSE_S)


def _is_gone(worker: Worker[bool, bool]) -> bool:
    """Its stream is closed, or was never open, or hangs."""
    try:
        is_gone = worker.newest() is False or worker.has_failed or worker.silent_for() > HUNG_S
    except Exception:  # whatever it was: it concerns nobody any more
        is_gone = True
    if is_gone:
        worker.close(timeout=0)
    return is_gone


def open_portaudio(name: str, take: Take) -> Stream:
    """Begin to listen. SourceError where the library or the device is not there."""
    sounddevice = portaudio()
    chosen = _chosen(sounddevice, name)
    rate = RATE
    try:
        sounddevice.check_input_settings(device=chosen, channels=1, samplerate=RATE)
    except Exception:  # PortAudio's own errors cannot be named without importing it
        rate = round(sounddevice.query_devices(chosen, "input")["default_samplerate"])

    def callback(data: np.ndarray, frames: int, clock: Any, status: object) -> None:
        take(data[:, 0].copy(), clock.currentTime - clock.inputBufferAdcTime, rate)

    try:
        stream = sounddevice.InputStream(
            samplerate=rate,
            blocksize=BLOCK,
            device=chosen,
            channels=1,
            dtype="float32",
            callback=callback,
        )
        stream.start()
    except Exception as error:
        raise SourceError(
            f"The microphone does not open: {error}.", "Does another program hold it?"
        ) from error
    return stream


def portaudio() -> Any:
    """The library. SourceError where it, or PortAudio below it, is not installed."""
    try:
        return import_module("sounddevice")
    except ImportError as error:
        raise SourceError(
            "Sound needs sounddevice, which is not here.",
            "Install it: pip install 'livesketch[sound]'.",
        ) from error
    except OSError as error:
        raise SourceError(
            "Sound needs PortAudio, a library of the system, which is not here.",
            "On Debian or Ubuntu: sudo apt install libportaudio2.",
        ) from error


def microphones() -> list[str]:
    """Names of what can be listened to here. SourceError as portaudio()."""
    devices = portaudio().query_devices()
    return [str(one["name"]) for one in devices if one["max_input_channels"] > 0]


def _chosen(sounddevice: Any, name: str) -> int | None:
    """Its number; None: the system's usual one."""
    devices = list(sounddevice.query_devices())
    inputs = [n for n, one in enumerate(devices) if one["max_input_channels"] > 0]
    if not inputs:
        raise SourceError("There is no microphone here.", "Plug one in: it is found by itself.")
    if not name:
        return None
    found = [n for n in inputs if name.lower() in str(devices[n]["name"]).lower()]
    if not found:
        there = ", ".join(str(devices[n]["name"]) for n in inputs)
        raise SourceError(f"There is no microphone called {name!r}.", f"There are: {there}.")
    return found[0]
