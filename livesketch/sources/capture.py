"""How a camera is opened: what it is asked for, and what OpenCV then gives."""

import os
import re
from dataclasses import dataclass, replace
from typing import Any, Protocol

# OpenCV reads these when it is loaded; what goes wrong is said by us, once.
os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")

import cv2

WIDTH, HEIGHT, FPS = 640, 480, 30


class Capture(Protocol):
    """What cv2.VideoCapture has and this file uses."""

    def isOpened(self) -> bool: ...  # noqa: N802
    def grab(self) -> bool: ...
    def retrieve(self) -> tuple[bool, Any]: ...
    def get(self, propId: int, /) -> float: ...
    def release(self) -> None: ...


@dataclass(frozen=True)
class Wanted:
    """What a camera is asked for; `exposure` in the camera's own units, None: it decides itself."""

    width: int = WIDTH
    height: int = HEIGHT
    fps: int = FPS
    exposure: float | None = None


_SIZE = re.compile(r"(\d{2,5})\s*[x×]\s*(\d{2,5})")
_RATE = re.compile(r"(\d{1,3})\s*fps")
_EXPOSURE = re.compile(r"exposure\s*(-?\d+(?:\.\d+)?)")


def wanted_in(spec: str) -> tuple[str, Wanted]:
    """ "HD Webcam, 1280x720, 60 fps, exposure -5" -> the camera, and what it is asked for."""
    if "://" in spec:
        return spec, Wanted()
    name, *rest = (part.strip() for part in spec.split(","))
    wanted = Wanted()
    for part in rest:
        if size := _SIZE.fullmatch(part):
            wanted = replace(wanted, width=int(size[1]), height=int(size[2]))
        elif rate := _RATE.fullmatch(part):
            wanted = replace(wanted, fps=int(rate[1]))
        elif exposure := _EXPOSURE.fullmatch(part):
            wanted = replace(wanted, exposure=float(exposure[1]))
        else:
            return spec, Wanted()  # a comma in its name
    return name, wanted


def open_capture(target: int | str, wanted: Wanted = Wanted()) -> Capture:
    """Asks OpenCV for a camera: fast pictures, and as few waiting ones as it can."""
    cv2.setLogLevel(0)
    if isinstance(target, str):
        limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, 5000, cv2.CAP_PROP_READ_TIMEOUT_MSEC, 3000]
        return cv2.VideoCapture(target, cv2.CAP_FFMPEG, limits)
    capture = cv2.VideoCapture(target)
    if capture.isOpened():
        mjpg = cv2.VideoWriter.fourcc(*"MJPG")  # first: raw pictures are slow over USB
        for key, value in (
            (cv2.CAP_PROP_FOURCC, mjpg),
            (cv2.CAP_PROP_FRAME_WIDTH, wanted.width),
            (cv2.CAP_PROP_FRAME_HEIGHT, wanted.height),
            (cv2.CAP_PROP_FPS, wanted.fps),
            (cv2.CAP_PROP_BUFFERSIZE, 1),
        ):
            capture.set(key, value)  # a camera that cannot says False and stays as it is
        if wanted.exposure is not None:
            capture.set(cv2.CAP_PROP_AUTO_EXPOSURE, 1)  # by hand, as V4L2 counts it
            capture.set(cv2.CAP_PROP_EXPOSURE, wanted.exposure)
    return capture
