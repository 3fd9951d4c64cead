"""A long evening before a camera whose plug is loose: faces go on, nothing piles up."""

import threading
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image
from tiny import write_tiny

from livesketch.errors import SourceError
from livesketch.frames import Picture, Request
from livesketch.models.engine import open_model
from livesketch.parameters import defaults, frozen
from livesketch.pipeline import Pipeline
from livesketch.sources.webcam import Source

PHOTO = Path(__file__).parent / "data" / "face-one.jpg"
STATUS = Path("/proc/self/status")
BACK_S = 3.0  # after it is plugged in again
GROWTH_MB = 48.0


class LoosePlug:
    """A camera with a swaying face that can be pulled out; it gives pictures as fast as they are taken."""

    def __init__(self) -> None:
        portrait = np.array(Image.open(PHOTO).convert("RGB"))
        self._face = cv2.resize(portrait, (300, 300), interpolation=cv2.INTER_CUBIC)[..., ::-1]
        self._noise = np.random.default_rng(0)
        self.is_out = False
        self._number = 0

    def __call__(self, target: int | str) -> "LoosePlug":
        return self

    def isOpened(self) -> bool:  # noqa: N802
        return not self.is_out

    def grab(self) -> bool:
        return not self.is_out

    def retrieve(self) -> tuple[bool, Any]:
        self._number += 1
        x = 170 + round(60 * np.sin(self._number / 20))
        picture = np.full((480, 640, 3), 110, np.uint8)
        picture[90:390, x : x + 300] = self._face
        grain = self._noise.integers(0, 8, (480, 640, 1), np.uint8)
        return True, picture + grain // 2

    def get(self, propId: int, /) -> float:
        return 30.0

    def release(self) -> None:
        pass


def megabytes() -> float:
    for line in STATUS.read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmRSS")


def faces(source: Source, pipeline: Pipeline, count: int) -> list[Picture]:
    """Of the next so many pictures; those of them in which the face was found."""
    made = []
    for _ in range(count):
        assert source.wait(BACK_S)
        frame = source.read()
        assert frame is not None
        face = pipeline.process(Request(frame, frozen(defaults()), "tiny")).face
        made += [] if face is None else [face]
    return made


def look_until_it_is_lost(source: Source) -> None:
    while source.wait(5.0):
        source.read()


def evening(source: Source, camera: LoosePlug, pipeline: Pipeline, times: int, count: int) -> float:
    """Seconds of the longest way back. Between two pulls `count` pictures are seen."""
    longest = 0.0
    assert len(faces(source, pipeline, count)) > 0.9 * count
    for _ in range(times):
        camera.is_out = True
        with pytest.raises(SourceError, match="stopped"):
            look_until_it_is_lost(source)
        camera.is_out = False
        since = time.monotonic()
        assert source.wait(BACK_S), "it did not come back"
        longest = max(longest, time.monotonic() - since)
        assert len(faces(source, pipeline, count)) > 0.9 * count
    return longest


@pytest.mark.skipif(not STATUS.exists(), reason="memory is read from /proc")
@pytest.mark.parametrize(
    ("times", "count"), [(3, 20), pytest.param(50, 430, marks=pytest.mark.long)]
)
def test_an_evening_with_a_loose_plug(tmp_path: Path, times: int, count: int) -> None:
    """The long run is two hours of 30 pictures a second, ten times closer together."""
    camera = LoosePlug()
    path = write_tiny(tmp_path / "tiny.safetensors")
    pipeline = Pipeline(open_model(str(path), runtime="torch"))
    source = Source("0", camera)
    evening(source, camera, pipeline, 2, 20)  # loads all that is loaded once
    before, threads = megabytes(), threading.active_count()
    assert evening(source, camera, pipeline, times, count) <= BACK_S
    assert threading.active_count() <= threads
    assert megabytes() - before < GROWTH_MB
    source.close()
    pipeline.close()
