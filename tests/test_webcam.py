"""A camera that stalls, drops, changes size, gives garbage, or was never there."""

import threading
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from livesketch.errors import SourceError
from livesketch.frames import Frame
from livesketch.sources import open_source
from livesketch.sources.capture import Wanted, open_capture, wanted_in
from livesketch.sources.folder import Source as Folder
from livesketch.sources.webcam import Source, find_camera, list_cameras
from livesketch.worker import Latest


class FakeCamera:
    """Plays a script: an array is a picture, None a failed read, a Latest is waited for.

    After the script it repeats its last entry. Every opening goes on where the last one stopped.
    """

    def __init__(self, script: list[Any], opens: list[bool] | None = None) -> None:
        self.script = script
        self.opens = opens or [True]  # what each attempt to open gives; the last one stays
        self.attempts = 0
        self.released = 0
        self.at = 0
        self.current: Any = None

    def __call__(self, target: int | str) -> "FakeCamera":
        self.attempts += 1
        return self

    def isOpened(self) -> bool:  # noqa: N802
        return self.opens[min(self.attempts, len(self.opens)) - 1]

    def grab(self) -> bool:
        self.current = self.script[min(self.at, len(self.script) - 1)]
        self.at += 1
        if isinstance(self.current, Latest):
            self.current.take(timeout=10.0)
            return False
        return self.current is not None

    def retrieve(self) -> tuple[bool, Any]:
        return True, self.current

    def get(self, propId: int, /) -> float:
        return 30.0

    def release(self) -> None:
        self.released += 1


def bgr(red: int, shape: tuple[int, ...] = (48, 64, 3)) -> np.ndarray:
    picture = np.zeros(shape, np.uint8)
    picture[..., 2] = red
    return picture


def next_frame(source: Source) -> Frame:
    assert source.wait(5.0)
    frame = source.read()
    assert frame is not None
    return frame


def test_a_frame_is_rgb_live_numbered_and_stamped() -> None:
    source = Source("0", FakeCamera([bgr(200)]))
    first, second = next_frame(source), next_frame(source)
    source.close()
    assert first.picture is not None
    assert first.picture[0, 0].tolist() == [200, 0, 0]
    assert first.picture.flags.c_contiguous
    assert first.is_live
    assert (first.number, second.number) == (1, 2)
    assert second.time >= first.time > 0


def test_reading_never_waits_for_a_camera_that_hangs() -> None:
    never: Latest[bool] = Latest()
    camera = FakeCamera([never])
    source = Source("0", camera)
    assert [source.read() for _ in range(100)] == [None] * 100
    never.close()
    source.close()
    assert camera.released == camera.attempts


def test_a_missing_camera_is_said_once_in_a_sentence() -> None:
    camera = FakeCamera([bgr(1)], opens=[False, False, True])
    source = Source("99", camera)
    with pytest.raises(SourceError, match=r"^Camera 99 does not open\.") as caught:
        source.wait(5.0)
    assert caught.value.hint
    assert "lost" in source.label
    next_frame(source)  # the second attempt fails silently, the third succeeds
    assert camera.attempts == 3
    assert source.label == "Camera 99, 64 × 48, 30 fps"
    source.close()


def test_a_lost_camera_is_said_once_and_comes_back_by_itself() -> None:
    camera = FakeCamera([bgr(1), *[None] * 5, bgr(2)], opens=[True, False, True])
    source = Source("0", camera)
    next_frame(source)
    with pytest.raises(SourceError, match="Camera 0 stopped"):
        source.wait(5.0)
    assert "lost" in source.label
    back = next_frame(source)
    assert back.picture is not None
    assert back.picture[0, 0, 0] == 2
    assert back.number == 2
    assert "lost" not in source.label
    source.close()


def test_it_can_be_lost_again_and_is_said_again() -> None:
    lost = [None] * 5
    source = Source("0", FakeCamera([bgr(1), *lost, bgr(2), *lost, bgr(3)]))
    for _ in range(2):
        next_frame(source)
        with pytest.raises(SourceError):
            source.wait(5.0)
    assert next_frame(source).number == 3
    source.close()


def test_a_dropped_picture_is_no_loss() -> None:
    camera = FakeCamera([bgr(1), None, None, bgr(2)])
    source = Source("0", camera)
    next_frame(source)
    again = next_frame(source)
    source.close()
    assert again.picture is not None
    assert again.picture[0, 0, 0] == 2
    assert camera.attempts == 1


@pytest.mark.parametrize(
    "garbage",
    [
        "no array",
        np.zeros((48, 64, 3), np.float64),
        np.zeros((0, 64, 3), np.uint8),
        np.zeros((4, 4, 4, 4), np.uint8),
        np.zeros((48, 64, 2), np.uint8),
    ],
)
def test_garbage_is_passed_over(garbage: object) -> None:
    source = Source("0", FakeCamera([garbage, garbage, bgr(7)]))
    frame = next_frame(source)
    source.close()
    assert frame.picture is not None
    assert frame.picture[0, 0].tolist() == [7, 0, 0]


def test_a_camera_may_change_its_size_and_its_channels() -> None:
    shapes = ((48, 64, 3), (120, 160, 3), (24, 32, 4), (30, 40))
    pictures = [np.full(shape, 9, np.uint8) for shape in shapes]
    source = Source("0", FakeCamera(list(pictures)))
    got = [next_frame(source).picture for _ in shapes]
    source.close()
    assert [p.shape for p in got if p is not None] == [(*shape[:2], 3) for shape in shapes]


def test_a_stalled_camera_is_said_and_replaced() -> None:
    stuck: Latest[bool] = Latest()
    camera = FakeCamera([bgr(1), stuck, bgr(2)])
    source = Source("0", camera, stalled=0.05)
    next_frame(source)

    def looked_at_often() -> None:
        for _ in range(100):
            source.wait(0.06)

    with pytest.raises(SourceError, match="gives no pictures"):
        looked_at_often()
    assert next_frame(source).number == 2
    assert camera.attempts == 2
    stuck.close()
    source.close()


def test_closing_lets_the_camera_go() -> None:
    camera = FakeCamera([bgr(1)])
    source = Source("0", camera)
    next_frame(source)
    source.close()
    assert camera.released == 1


def test_camera_99_does_not_open_here_and_says_nothing_else(
    capfd: pytest.CaptureFixture[str],
) -> None:
    source = open_source("webcam", "99")
    assert isinstance(source, Source)
    with pytest.raises(SourceError, match=r"^Camera 99 does not open\."):
        source.wait(20.0)
    source.close()
    assert capfd.readouterr().err == ""


def test_cameras_are_found_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, index, name in ((0, 0, "HD Webcam"), (1, 1, "HD Webcam"), (2, 0, "Studio Cam")):
        folder = tmp_path / f"video{number}"
        folder.mkdir()
        (folder / "index").write_text(f"{index}\n")
        (folder / "name").write_text(f"{name}\n")
    cameras = list_cameras(tmp_path)
    assert [(camera.number, camera.name) for camera in cameras] == [
        (0, "HD Webcam"),
        (2, "Studio Cam"),
    ]
    monkeypatch.setattr("livesketch.sources.webcam.list_cameras", lambda: cameras)
    assert find_camera("studio") == 2
    assert find_camera("3") == 3
    assert find_camera("") == 0
    assert find_camera("rtsp://phone.local/live") == "rtsp://phone.local/live"
    with pytest.raises(SourceError, match="no camera called 'Phone'") as caught:
        find_camera("Phone")
    assert "0 HD Webcam, 2 Studio Cam" in caught.value.hint


def test_size_pace_and_exposure_are_asked_for_in_words() -> None:
    assert wanted_in("0") == ("0", Wanted())
    assert wanted_in("HD Webcam, 1280x720, 60 fps") == ("HD Webcam", Wanted(1280, 720, 60))
    assert wanted_in("1, exposure -5") == ("1", Wanted(exposure=-5.0))
    assert wanted_in("Smith, Jones & Co") == ("Smith, Jones & Co", Wanted())
    assert wanted_in("rtsp://a/b,1x1") == ("rtsp://a/b,1x1", Wanted())


def test_what_was_asked_for_is_said_to_the_camera(monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[int, float] = {}

    class Device(FakeCamera):
        def set(self, key: int, value: float) -> bool:
            told[key] = value
            return True

    monkeypatch.setattr("cv2.VideoCapture", lambda target: Device([bgr(1)]))
    open_capture(0, Wanted(1280, 720, 60, -5.0))
    assert told[cv2.CAP_PROP_FRAME_WIDTH] == 1280
    assert told[cv2.CAP_PROP_FRAME_HEIGHT] == 720
    assert told[cv2.CAP_PROP_FPS] == 60
    assert told[cv2.CAP_PROP_EXPOSURE] == -5.0
    assert next(iter(told)) == cv2.CAP_PROP_FOURCC  # first: it decides what else can be had


def test_a_camera_that_gives_another_size_says_so() -> None:
    source = Source("0, 1280x720", FakeCamera([bgr(1)]))
    next_frame(source)
    next_frame(source)
    assert source.label == "Camera 0, 64 × 48, 30 fps (asked for 1280 × 720)"
    source.close()


@pytest.mark.parametrize("times", [3, pytest.param(50, marks=pytest.mark.long)])
def test_a_camera_pulled_out_again_and_again_always_comes_back(times: int) -> None:
    """Every time it is away for two attempts, and back within three seconds; nothing is left behind."""
    lost = [None] * 5
    script: list[Any] = [bgr(1), *(entry for n in range(times) for entry in (*lost, bgr(n + 2)))]
    opens = [True, *([False, True] * times), True]
    camera = FakeCamera(script, opens)
    source = Source("0", camera)
    next_frame(source)
    threads = threading.active_count()
    for n in range(times):
        with pytest.raises(SourceError, match="stopped"):
            source.wait(5.0)
        since = time.monotonic()
        frame = next_frame(source)
        assert time.monotonic() - since < 3.0
        assert frame.number == n + 2
        assert threading.active_count() <= threads
    source.close()
    assert camera.released >= times


# a folder as a camera


def test_a_folder_of_pictures_plays_like_a_camera(tmp_path: Path) -> None:
    for n, level in enumerate((40, 120, 200)):
        Image.fromarray(np.full((24, 32, 3), level, np.uint8)).save(tmp_path / f"{n}.png")
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / "3.png").write_bytes(b"broken")
    source = Folder(str(tmp_path), fps=60)
    assert source.label == f"{tmp_path.name}, 4 pictures"
    levels, errors = set(), []
    end = time.monotonic() + 20
    while (len(levels) < 3 or not errors) and time.monotonic() < end:
        try:
            frame = source.read()
        except SourceError as error:
            errors.append(str(error))
            continue
        if frame is not None and frame.picture is not None:
            assert frame.is_live
            levels.add(int(frame.picture[0, 0, 0]))
    source.close()
    assert levels == {40, 120, 200}
    assert len(errors) == 1
    assert "3.png" in errors[0]


def test_an_empty_or_missing_folder_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no pictures"):
        open_source("folder", str(tmp_path))
    with pytest.raises(SourceError, match="not a folder"):
        open_source("folder", str(tmp_path / "none"))
