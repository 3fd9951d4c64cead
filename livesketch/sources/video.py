"""Video files: one after the other for render, or at their own pace, like a camera, for the window."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import av.error
import av.logging
import numpy as np

from livesketch.errors import SourceError
from livesketch.frames import Frame, Picture
from livesketch.worker import Latest, Worker

MOST_SKIPPED = 8  # pictures decoded unseen in one go when late
LATE = 0.5  # seconds behind after which the clock is put back instead of hurrying


@dataclass(frozen=True)
class VideoInfo:
    """`count` is what the file says, and None where it says nothing."""

    fps: float
    count: int | None
    width: int
    height: int


def info(path: str | Path) -> VideoInfo:
    """SourceError where it is no video."""
    with _opened(Path(path)) as container:
        stream = container.streams.video[0]
        fps = float(stream.average_rate or stream.guessed_rate or 25)
        fps = fps if 0.5 <= fps <= 480 else 25.0
        count = stream.frames
        if not count and container.duration:
            count = round(container.duration / av.time_base * fps)
        return VideoInfo(fps, count or None, stream.width, stream.height)


def frames(path: str | Path) -> Iterator[Picture]:
    """Every picture (H, W, 3) of a video in order. SourceError where there is none."""
    is_empty = True
    for picture, _ in _decoded(Path(path)):
        is_empty = False
        yield _upright(picture)
    if is_empty:
        raise _no_pictures(Path(path))


class Source:
    """Plays a video in a loop at its own speed; where decoding is too slow, pictures are dropped."""

    def __init__(self, spec: str) -> None:
        path = Path(spec)
        with _opened(path):  # so that a wrong file is known at once
            pass
        self.label = path.name
        self._player = _Player(path)
        self._number = 0
        self._waiting: Frame | None = None
        self._worker: Worker[bool, tuple[Picture, float] | None] = Worker(
            lambda: lambda _: self._player.next(), name="video"
        )

    def read(self) -> Frame | None:
        """The newest frame, once; None: nothing new. Never waits."""
        if self._waiting is not None:
            frame, self._waiting = self._waiting, None
            return frame
        return self._ask(0.0)

    def wait(self, timeout: float) -> bool:
        """For scripts and the start of the program: waits until read() has a frame; False if none
        came within `timeout` seconds."""
        until = time.monotonic() + timeout
        while self._waiting is None and (left := until - time.monotonic()) > 0:
            self._waiting = self._ask(left)
        return self._waiting is not None

    def _ask(self, timeout: float) -> Frame | None:
        self._worker.submit(True)
        taken = self._worker.newest(timeout)
        if taken is None:
            return None
        picture, stamp = taken
        self._number += 1
        return Frame(time=stamp, number=self._number, picture=picture, is_live=True)

    def close(self) -> None:
        self._player.stop()
        self._worker.close(timeout=1.0)


class _Player:
    """Lives in the Worker's thread: knows what is due."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._decoded: Iterator[tuple[Any, float]] | None = None
        self._ahead: tuple[Any, float] | None = None  # decoded, not yet due
        self._start = 0.0
        self._is_broken = False
        self._stop: Latest[bool] = Latest()

    def next(self) -> tuple[Picture, float] | None:
        """The picture that is due now and its time.monotonic(); None: the one shown is still right."""
        if self._is_broken:
            self._stop.take(0.1)
            return None
        if self._ahead is None:
            self._ahead = self._after_this()
        wait = self._start + self._ahead[1] - time.monotonic()
        if wait > 0:
            self._stop.take(min(wait, 0.05))
            if wait > 0.05 or self._stop.is_closed:
                return None
        due = self._ahead
        self._ahead = None
        for _ in range(MOST_SKIPPED):
            self._ahead = self._after_this()
            if self._start + self._ahead[1] > time.monotonic():
                break
            due = self._ahead
            self._ahead = None
        now = time.monotonic()
        if now - (self._start + due[1]) > LATE:
            self._start = now - due[1]
        return _upright(due[0]), now

    def stop(self) -> None:
        self._stop.close()

    def _after_this(self) -> tuple[Any, float]:
        """The next picture and its time in the video; after the last one the first."""
        if self._decoded is not None:
            taken = next(self._decoded, None)
            if taken is not None:
                return taken
        is_again = self._decoded is not None
        self._decoded = _decoded(self._path)
        taken = next(self._decoded, None)
        if taken is None:
            self._is_broken = True
            raise _no_pictures(self._path)
        # A loop's first picture stands as long as the last one would have.
        self._start = time.monotonic() - taken[1] + (0.04 if is_again else 0.0)
        return taken


def _opened(path: Path) -> Any:
    """A PyAV container that has pictures in it."""
    if not path.is_file():
        is_folder = path.is_dir()
        raise SourceError(
            f"{path.name} is a folder." if is_folder else f"There is no file {path.name}.",
            "Name a video in it." if is_folder else "Check the path.",
        )
    if path.stat().st_size == 0:
        raise SourceError(f"{path.name} is empty.", "Copy it again.")
    av.logging.set_level(None)
    try:
        container = av.open(str(path), metadata_errors="replace")
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise SourceError(f"{path.name} is not a video.", "MP4 and WebM can be read.") from error
    if not container.streams.video:
        container.close()
        raise _no_pictures(path)
    return container


def _no_pictures(path: Path) -> SourceError:
    return SourceError(f"{path.name} has no pictures in it.", "Is it a sound file, or damaged?")


def _decoded(path: Path) -> Iterator[tuple[Any, float]]:
    """Decoded pictures with their time in seconds; what is damaged is passed over."""
    with _opened(path) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        step = 1 / float(stream.average_rate or 25)
        first: float | None = None
        last = -step
        packets = container.demux(stream)
        while True:
            try:
                packet = next(packets, None)
            except av.error.FFmpegError:  # the file ends in the middle
                break
            if packet is None:
                break
            try:
                pictures = packet.decode()
            except av.error.EOFError:
                break
            except av.error.FFmpegError:
                continue
            for picture in pictures:
                stamp = picture.time
                if first is None:
                    first = stamp or 0.0
                at = last + step if stamp is None else stamp - first
                last = max(at, last + 1e-4)  # some files' times go back
                yield picture, last


def _upright(frame: Any) -> Picture:
    picture = frame.to_ndarray(format="rgb24")
    turns = round(getattr(frame, "rotation", 0) / 90) % 4
    return np.ascontiguousarray(np.rot90(picture, turns) if turns else picture, np.uint8)
