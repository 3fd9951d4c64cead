"""The recorder: what the audience sees, at a constant frame rate, onto a film, PNGs or the last half minute."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from livesketch.errors import LivesketchError
from livesketch.frames import Picture, Show
from livesketch.outputs import Setup
from livesketch.outputs.film import Film, PngFolder
from livesketch.outputs.painter import Painter
from livesketch.outputs.replay import Replay
from livesketch.sound.block import RATE, Block, Samples
from livesketch.worker import Queue, Worker

log = logging.getLogger(__name__)

WAITING = 64  # frames that may wait for the encoder: two seconds of them
SOUNDS = 1024  # blocks of sound that may wait: ten seconds of them
SLOW_S = 2.0  # writing what waits should never take so long


Heard = tuple[int, Samples]  # where in the film, in samples, and what


class Tape(Protocol):
    """What takes one picture a frame, in one thread."""

    frames: int

    def write(self, picture: Picture) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class _Cut:
    """The recording is `frames` long here: keep a copy at `keep`; None: that was its end."""

    frames: int
    keep: Path | None = None


class Recorder:
    """An Output. The clock says which frame a Show belongs to; what the encoder is too slow for is
    dropped and counted, and the picture before it fills its place: the length is always right."""

    def __init__(
        self,
        open_tape: Callable[[], Tape],
        size: tuple[int, int],
        layout: str = "",
        fps: int = 30,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock, self._fps = clock, fps
        self._began: float | None = None
        self._newest = -1  # the last frame that was put in
        self._queue: Queue[tuple[int, Show]] = Queue(WAITING)
        self._sounds: Queue[Heard] = Queue(SOUNDS)
        self._cuts: Queue[_Cut] = Queue(8)
        self._news: Queue[str] = Queue(8)
        self._is_closed = False
        self._state = "waiting for the first picture"
        self._worker: Worker[bool, str] = Worker(
            lambda: (
                _Desk(
                    open_tape(),
                    Painter(size, layout),
                    self._queue,
                    self._sounds,
                    self._cuts,
                    self._news,
                ).work
            ),
            "recorder",
        )

    @property
    def state(self) -> str:
        """Also how long it is, and how many frames came too fast."""
        self._collect()
        return self._state

    @property
    def dropped(self) -> int:
        return self._queue.dropped

    def show(self, show: Show) -> None:
        self._collect()
        if self._is_closed or self._worker.has_failed:
            return
        now = self._clock()
        if self._began is None:
            self._began = now
        number = self._number(now)
        if number > self._newest:
            self._newest = number
            self._queue.put((number, show))
            self._worker.submit(True)
            self._state = f"recording, {number // self._fps // 60}:{number // self._fps % 60:02d}"
            if self.dropped:
                self._state += f", {self.dropped} dropped"
            if self._worker.silent_for() > SLOW_S:
                self._state += ", the disk is slow"

    def hear(self, block: Block) -> None:
        """What the microphone heard while the pictures were shown; a film without sound leaves it out."""
        if self._began is not None and not self._is_closed:
            self._sounds.put((round((block.time - self._began) * RATE), block.samples))

    def keep(self, path: Path) -> None:
        """Write what a Replay remembers to `path`; the recording goes on. It does not wait."""
        if self._began is not None and not self._is_closed:
            self._cuts.put(_Cut(self._number(self._clock()), path))
            self._worker.submit(True)

    def news(self) -> list[str]:
        """Sentences for the operator about what was kept, each once."""
        return list(iter(self._news.take, None))

    def close(self, timeout: float = 20.0) -> None:
        """Waits until what is in the queue is written, and the tape has ended."""
        if self._is_closed:
            return
        self._is_closed = True
        end = 0 if self._began is None else self._number(self._clock())
        self._queue.close()
        while not self._cuts.put(_Cut(end)):  # the end matters more than copies that wait
            self._cuts.take()
        self._worker.submit(True)
        until = time.monotonic() + timeout
        self._state = "closed"
        try:
            while self._worker.newest(max(0.0, until - time.monotonic())) != "ended":
                if time.monotonic() >= until or self._worker.has_failed:
                    self._state = "broken: the recorder did not end in time"
                    break
        except LivesketchError as error:
            self._state = f"broken: {error}"
        self._worker.close(timeout=max(0.0, until - time.monotonic()))

    def _number(self, now: float) -> int:
        # A turn that comes a hair before its frame's time belongs to that frame.
        return 0 if self._began is None else int((now - self._began) * self._fps + 1e-3)

    def _collect(self) -> None:
        """A tape that broke has ended: a recording with a hole would be no recording."""
        if self._is_closed:
            return
        try:
            self._worker.newest()
        except LivesketchError as error:
            self._end(f"broken: {error}")
        except Exception as error:
            log.exception("the recorder failed")
            self._end(f"broken: {error or type(error).__name__}")

    def _end(self, state: str) -> None:
        log.warning("the recorder is %s", state)
        self._state = state
        self._is_closed = True
        self._queue.close()
        self._worker.close(timeout=0)


class _Desk:
    """What the recorder's Worker does: each frame of the film gets the picture of its time."""

    def __init__(
        self,
        tape: Tape,
        painter: Painter,
        queue: Queue[tuple[int, Show]],
        sounds: Queue[Heard],
        cuts: Queue[_Cut],
        news: Queue[str],
    ) -> None:
        self._tape, self._painter, self._news = tape, painter, news
        self._queue, self._sounds, self._cuts = queue, sounds, cuts
        self._picture: Picture | None = None
        self._frames = 0  # of the film so far

    def work(self, _: bool) -> str:
        """Write all that waits; "ended" when that was the end."""
        while True:
            cut = self._cuts.take()
            self._write(None if cut is None or cut.keep is None else cut.frames)
            if cut is None:
                return ""
            self._fill(cut.frames)
            if cut.keep is None:
                self._tape.close()
                return "ended"
            self._keep(cut.keep)

    def _write(self, until: int | None) -> None:
        """What waits, but no more than up to this frame: for an encoder that is too slow there is always
        more, and a cut would never come."""
        for _ in range(WAITING):
            item = self._queue.take()
            if item is None:
                break
            number, show = item
            self._hear()  # before the pictures, or a film that had to wait would take it for late
            self._fill(number)
            self._picture = self._painter.paint(show)
            self._fill(number + 1)
            if until is not None and number + 1 >= until:
                break
        self._hear()

    def _hear(self) -> None:
        while (heard := self._sounds.take()) is not None:
            if isinstance(self._tape, Film):
                self._tape.hear(*heard)

    def _keep(self, path: Path) -> None:
        """A copy that fails is told of, and the recording goes on."""
        if not isinstance(self._tape, Replay):
            return
        try:
            self._tape.save(path)
            self._news.put(f"Kept {path}.")
        except LivesketchError as error:
            self._news.put(str(error))

    def _fill(self, frames: int) -> None:
        while self._picture is not None and self._frames < frames:
            self._tape.write(self._picture)
            self._frames += 1


def open_output(setup: Setup) -> Recorder:
    """`setup.path`: an .mp4, or a folder for PNGs; None: the last half minute, for keep()."""
    path, size, fps, has_sound = setup.path, setup.size, setup.fps, setup.has_sound

    def open_tape() -> Tape:
        if path is None:
            return Replay(size, fps)
        if path.suffix.lower() == ".mp4":
            return Film(path, size, fps, has_sound=has_sound)
        return PngFolder(path)

    return Recorder(open_tape, size, setup.layout, fps)
