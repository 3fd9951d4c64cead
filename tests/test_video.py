"""Video files: in order for render, at their own pace for the window, broken ones refused."""

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from livesketch.errors import SourceError
from livesketch.frames import Frame, Picture
from livesketch.sources import open_source
from livesketch.sources.video import Source, frames, info


def gray_video(path: Path, levels: list[int], fps: int, codec: str = "mpeg4") -> Path:
    """One flat grey picture per level."""
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=fps)
        stream.width, stream.height = 64, 48
        stream.pix_fmt = "yuv420p"
        for level in levels:
            picture = np.full((48, 64, 3), level, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return path


def level(picture: Picture | None) -> int:
    assert picture is not None
    return round(float(picture.mean()) / 20) * 20


def next_frame(source: Source) -> Frame:
    assert source.wait(5.0)
    frame = source.read()
    assert frame is not None
    return frame


def test_every_picture_comes_in_order(tmp_path: Path) -> None:
    levels = [20, 60, 100, 140, 180, 220]
    path = gray_video(tmp_path / "a.mp4", levels, 25)
    assert [level(picture) for picture in frames(path)] == levels
    facts = info(path)
    assert facts.fps == pytest.approx(25, abs=0.1)
    assert facts.count == 6
    assert (facts.width, facts.height) == (64, 48)


def test_live_it_keeps_its_own_pace_and_loops(tmp_path: Path) -> None:
    levels = [20, 80, 140, 200]
    source = Source(str(gray_video(tmp_path / "a.mp4", levels, 20)))
    shown = [next_frame(source) for _ in range(9)]
    source.close()
    assert [level(frame.picture) for frame in shown] == (levels * 3)[:9]
    assert [frame.number for frame in shown] == list(range(1, 10))
    assert all(frame.is_live for frame in shown)
    assert shown[8].time - shown[0].time == pytest.approx(8 / 20, abs=0.15)


def test_who_looks_rarely_sees_the_newest(tmp_path: Path) -> None:
    levels = [k * 4 for k in range(60)]
    source = Source(str(gray_video(tmp_path / "a.mp4", levels, 200)))
    times, values = [], []
    for _ in range(6):
        source.wait(0.5)  # fetches one; the worker rests until it is asked again
        frame = source.read()
        assert frame is not None
        assert frame.picture is not None
        times.append(frame.time)
        values.append(float(frame.picture.mean()) / 4)
    source.close()
    # However slow this machine: the picture shown is the one due at its time.
    played = (np.array(times) - times[0]) * 200
    shown = np.array(values) - values[0]
    is_first_round = np.diff(shown, prepend=0) >= 0
    assert np.abs(played - shown)[is_first_round].max() < 14


def test_reading_never_waits(tmp_path: Path) -> None:
    source = Source(str(gray_video(tmp_path / "a.mp4", [100] * 3, 2)))
    next_frame(source)
    assert source.read() is None
    source.close()


def test_a_film_cut_in_half_gives_what_is_whole(tmp_path: Path) -> None:
    path = gray_video(tmp_path / "a.mkv", [40, 80, 120, 160] * 20, 25)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    whole = list(frames(path))
    assert 5 < len(whole) < 80
    assert [level(picture) for picture in whole[:3]] == [40, 80, 120]


@pytest.mark.parametrize(
    "content", [b"", b"this is not a film\n" * 50, b"\x00\x00\x00\x18ftypmp42"]
)
def test_what_is_no_video_is_refused_in_one_sentence(
    tmp_path: Path, content: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "broken.mp4"
    path.write_bytes(content)
    for use in (lambda: list(frames(path)), lambda: open_source("video", str(path))):
        with pytest.raises(SourceError, match=r"^broken\.mp4 [^\n]*\."):
            use()
    assert capfd.readouterr().err == ""


def test_a_missing_video_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"There is no file none\.mp4"):
        Source(str(tmp_path / "none.mp4"))
    with pytest.raises(SourceError, match="is a folder"):
        list(frames(tmp_path))


def test_a_sound_file_has_no_pictures(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("pcm_s16le", rate=8000)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), layout="mono")
        sound.sample_rate = 8000
        container.mux(stream.encode(sound))
        container.mux(stream.encode())
    with pytest.raises(SourceError, match="has no pictures"):
        info(path)
