"""A long evening before a camera whose plug is loose: faces go on, nothing piles up."""

import threading
import time
from pathlib import Path
from statistics import median
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
PATIENCE_S = 20.0  # with a busy machine; this camera never hangs
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
        assert source.wait(PATIENCE_S)
        frame = source.read()
        assert frame is not None
        face = pipeline.process(Request(frame, frozen(defaults()), "tiny")).face
        made += [] if face is None else [face]
    return made


def look_until_it_is_lost(source: Source) -> None:
    while source.wait(5.0):
        source.read()


def evening(
    source: Source, camera: LoosePlug, pipeline: Pipeline, times: int, count: int
) -> tuple[list[float], list[float]]:
    """Of each pull, the seconds of the way back and the megabytes before it. Between two pulls `count`
    pictures are seen."""
    ways, taken = [], []
    assert len(faces(source, pipeline, count)) > 0.9 * count
    for _ in range(times):
        taken.append(megabytes())
        camera.is_out = True
        with pytest.raises(SourceError, match="stopped"):
            look_until_it_is_lost(source)
        camera.is_out = False
        since = time.monotonic()
        assert source.wait(BACK_S), "it did not come back"
        ways.append(time.monotonic() - since)
        assert len(faces(source, pipeline, count)) > 0.9 * count
    return ways, taken


@pytest.mark.skipif(not STATUS.exists(), reason="memory is read from /proc")
@pytest.mark.parametrize(
    ("times", "count"), [(3, 20), pytest.param(50, 430, marks=pytest.mark.long)]
)
def test_an_evening_with_a_loose_plug(tmp_path: Path, times: int, count: int) -> None:
    """The long run is two hours with 50 pulls, ten times closer together: 12 minutes' worth of 30 pictures
    a second, which are taken as fast as faces are made of them."""
    camera = LoosePlug()
    path = write_tiny(tmp_path / "tiny.safetensors")
    pipeline = Pipeline(open_model(str(path), runtime="torch"))
    source = Source("0", camera, stalled=PATIENCE_S)
    evening(source, camera, pipeline, 2, 20)  # loads all that is loaded once
    before, threads = megabytes(), threading.active_count()
    began = time.monotonic()
    ways, taken = evening(source, camera, pipeline, times, count)
    grown = megabytes() - before
    print(
        f"{time.monotonic() - began:.0f} s, {(times + 1) * count} pictures, {len(ways)} pulls, back after "
        f"{median(ways):.2f} s, at most {max(ways):.2f} s, memory {grown:+.1f} MB, "
        f"by fifths {[round(one - before, 1) for one in taken[:: max(1, times // 5)]]}, "
        f"{threading.active_count()} threads, {threads} before"
    )
    assert max(ways) <= BACK_S
    assert threading.active_count() <= threads
    assert grown < GROWTH_MB
    source.close()
    pipeline.close()
