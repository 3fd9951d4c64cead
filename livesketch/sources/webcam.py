"""A camera: a number, a name, or an address; read in a Worker, so that nobody ever waits for it."""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from livesketch.errors import SourceError
from livesketch.frames import Frame, Picture
from livesketch.sources.capture import HEIGHT, WIDTH, Capture, Wanted, open_capture, wanted_in
from livesketch.worker import Latest, Worker

FIRST_PAUSE, LONGEST_PAUSE = 0.25, 2.0  # seconds between attempts to get a lost camera back
WRONG_READS = 5  # in a row: then it is lost
STALLED = 3.0  # seconds without an answer, after which a thread that reads is given up
STALLED_OPENING = 15.0  # some cameras take long to start


OpenCapture = Callable[[int | str], Capture]


@dataclass(frozen=True)
class Camera:
    """One that is plugged in."""

    number: int
    name: str


def list_cameras(folder: Path = Path("/sys/class/video4linux")) -> list[Camera]:
    """The cameras that the system names (Linux); empty elsewhere, where only numbers help."""
    cameras = []
    for entry in folder.glob("video*"):
        number = entry.name.removeprefix("video")
        try:
            if not number.isdigit() or (entry / "index").read_text().strip() != "0":
                continue  # a second node of the same camera carries no pictures
            cameras.append(Camera(int(number), (entry / "name").read_text().strip()))
        except OSError:
            continue
    return sorted(cameras, key=lambda camera: camera.number)


def find_camera(spec: str) -> int | str:
    """A number, an address, or (a part of) a camera's name -> number or address. SourceError."""
    spec = spec.strip() or "0"
    if spec.isdigit():
        return int(spec)
    if "://" in spec:
        return spec
    cameras = list_cameras()
    for camera in cameras:
        if spec.lower() in camera.name.lower():
            return camera.number
    there = ", ".join(f"{camera.number} {camera.name}" for camera in cameras)
    hint = f"There are: {there}." if there else "Give its number: 0 is the first."
    raise SourceError(f"There is no camera called {spec!r}.", hint)


class Source:
    """Frames of one camera. A lost camera is said once, as a SourceError, and comes back by itself.

    `stalled` seconds without an answer and the thread that reads is replaced.
    """

    def __init__(
        self, spec: str = "0", open_with: OpenCapture | None = None, stalled: float = STALLED
    ) -> None:
        name, self._wanted = wanted_in(spec)
        self._target = find_camera(name)
        self._open_with = open_with or partial(open_capture, wanted=self._wanted)
        self._stalled = stalled
        self._number = 0
        self._waiting: Frame | None = None
        self._reader = _Reader(self._target, self._open_with, self._wanted, is_known_lost=False)
        self._worker = self._started(self._reader)

    @property
    def label(self) -> str:
        return self._reader.label

    def read(self) -> Frame | None:
        """The newest frame, once; None: nothing new. Never waits."""
        if self._waiting is not None:
            frame, self._waiting = self._waiting, None
            return frame
        return self._ask(0.0)

    def wait(self, timeout: float) -> bool:
        """For the start of the program: waits until the first frame is there; SourceError if the
        camera does not open; False if it said nothing for `timeout` seconds."""
        until = time.monotonic() + timeout
        while self._waiting is None and (left := until - time.monotonic()) > 0:
            self._waiting = self._ask(left)
        return self._waiting is not None

    def close(self) -> None:
        self._reader.stop()
        if self._worker.close(timeout=1.0):
            self._reader.release()

    def _ask(self, timeout: float) -> Frame | None:
        self._worker.submit(True)
        taken = self._worker.newest(timeout)
        if taken is None:
            self._replace_if_stalled()
            return None
        picture, stamp = taken
        self._number += 1
        return Frame(time=stamp, number=self._number, picture=picture, is_live=True)

    def _replace_if_stalled(self) -> None:
        patience = self._stalled if self._reader.is_reading else STALLED_OPENING
        if self._worker.silent_for() < patience:
            return
        was_lost = self._reader.is_lost
        self._reader.stop()  # should it ever wake up, it lets the camera go
        self._worker.close(timeout=0.0)
        self._reader = _Reader(self._target, self._open_with, self._wanted, is_known_lost=True)
        self._worker = self._started(self._reader)
        if not was_lost:
            raise SourceError(
                f"{self._reader.name} gives no pictures.", "It is tried again until it does."
            )

    @staticmethod
    def _started(reader: "_Reader") -> "Worker[bool, tuple[Picture, float] | None]":
        return Worker(lambda: lambda _: reader.next(), name="webcam")


class _Reader:
    """Lives in the Worker's thread: opens, reads, and after a loss opens again."""

    def __init__(
        self, target: int | str, open_with: OpenCapture, wanted: Wanted, is_known_lost: bool
    ) -> None:
        self._wanted = wanted
        self.name = f"Camera {target}" if isinstance(target, int) else "The camera's address"
        self.label = f"{self.name}: opening"
        self.is_reading = False
        self.is_lost = is_known_lost  # and the user knows
        self._target = target
        self._open_with = open_with
        self._capture: Capture | None = None
        self._wrong = 0
        self._pause = FIRST_PAUSE
        self._next_attempt = 0.0
        self._stop: Latest[bool] = Latest()

    def next(self) -> tuple[Picture, float] | None:
        """One picture and its time.monotonic(); None while there is none."""
        if self._capture is None and not self._is_opened():
            return None
        assert self._capture is not None
        self.is_reading = True
        taken = _grabbed(self._capture)
        self.is_reading = False
        if self._stop.is_closed:  # given up while it was reading
            self.release()
            return None
        if taken is None:
            self._wrong += 1
            if self._wrong >= WRONG_READS:
                how = (
                    "Start it there again" if isinstance(self._target, str) else "Plug it in again"
                )
                self._lose(f"{self.name} stopped.", f"{how}: it is picked up by itself.")
            else:
                self._stop.take(0.02)
            return None
        if self.is_lost or self._wrong or " fps" not in self.label:
            self.label = self._described(taken[0])
        self._wrong, self._pause, self.is_lost = 0, FIRST_PAUSE, False
        return taken

    def stop(self) -> None:
        self._stop.close()

    def release(self) -> None:
        if self._capture is not None:
            self._capture.release()
            self._capture = None

    def _is_opened(self) -> bool:
        left = self._next_attempt - time.monotonic()
        if left > 0:
            self._stop.take(min(left, 0.25))
            return False
        capture = self._open_with(self._target)
        if capture.isOpened():
            self._capture, self._wrong = capture, 0
            return True
        capture.release()
        self._lose(f"{self.name} does not open.", _reason(self._target))
        return False

    def _lose(self, message: str, hint: str) -> None:
        """Says so once; later attempts are silent, with a growing pause between them."""
        self.release()
        self.label = f"{self.name}: lost, trying again"
        self._next_attempt = time.monotonic() + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        if not self.is_lost:
            self.is_lost = True
            raise SourceError(message, hint)

    def _described(self, picture: Picture) -> str:
        height, width = picture.shape[:2]
        fps = self._capture.get(cv2.CAP_PROP_FPS) if self._capture is not None else 0.0
        rate = round(fps) if 1 <= fps <= 240 else "?"
        words = f"{self.name}, {width} × {height}, {rate} fps"
        asked = (self._wanted.width, self._wanted.height)
        if isinstance(self._target, int) and asked not in ((width, height), (WIDTH, HEIGHT)):
            words += f" (asked for {asked[0]} × {asked[1]})"
        return words


def _grabbed(capture: Capture) -> tuple[Picture, float] | None:
    """None for anything that is not a picture."""
    try:
        if not capture.grab():
            return None
        stamp = time.monotonic()
        is_good, bgr = capture.retrieve()
    except cv2.error:
        return None
    if not is_good or not isinstance(bgr, np.ndarray) or bgr.dtype != np.uint8 or not bgr.size:
        return None
    if bgr.ndim == 2:
        return np.repeat(bgr[..., None], 3, 2), stamp
    if bgr.ndim != 3 or bgr.shape[2] not in (3, 4):
        return None
    return np.ascontiguousarray(bgr[..., 2::-1]), stamp  # OpenCV speaks BGR


def _reason(target: int | str) -> str:
    """Why a camera may not open, as far as the system tells."""
    if isinstance(target, str):
        return "Check the address and the network."
    if sys.platform.startswith("linux"):
        device = Path(f"/dev/video{target}")
        if not device.exists():
            there = ", ".join(f"{camera.number} {camera.name}" for camera in list_cameras())
            return f"There are: {there}." if there else "No camera is plugged in."
        if not os.access(device, os.R_OK | os.W_OK):
            return "You may not use it: add yourself to the group video and log in again."
    return "Another program may be using it: close that."
