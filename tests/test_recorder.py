"""Recordings: as long as the show was, exactly; playable however they end."""

import errno
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image
from stage import BLUE, GREEN, RED, Clock, show, until

from livesketch.errors import OutputError
from livesketch.frames import Picture
from livesketch.outputs import Setup, open_output
from livesketch.outputs.film import Film, PngFolder
from livesketch.outputs.recorder import WAITING, Recorder
from livesketch.outputs.replay import Replay

SIZE = (64, 48)


def pictures(path: Path) -> list[Picture]:
    with av.open(str(path)) as film:
        return [frame.to_ndarray(format="rgb24").astype(np.uint8) for frame in film.decode(video=0)]


def colour(picture: Picture) -> str:
    return ["red", "green", "blue"][int(np.argmax(picture[20:28, 28:36].mean((0, 1))))]


def noise(seed: int, size: tuple[int, int] = SIZE) -> Picture:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (size[1], size[0], 3), dtype=np.uint8)


def record(path: Path, seconds: float, fps: int, turns_a_second: float) -> Recorder:
    """A show of so many seconds, whose clock does not wait for the encoder."""
    clock = Clock()
    out = Recorder(lambda: Film(path, SIZE, fps), SIZE, fps=fps, clock=clock)
    colours = (RED, GREEN, BLUE)
    for turn in range(int(seconds * turns_a_second)):
        clock.now = 100 + turn / turns_a_second
        out.show(show(colours[int(turn / turns_a_second) % 3]))
    clock.now = 100 + seconds
    out.close(timeout=300)
    return out


@pytest.mark.parametrize(
    ("seconds", "turns"),
    [(20, 60), (20, 7), pytest.param(600, 60, marks=pytest.mark.long)],
)
def test_a_recording_has_a_frame_for_each_moment_however_fast_the_turns(
    tmp_path: Path, seconds: int, turns: int
) -> None:
    path = tmp_path / "show.mp4"
    assert record(path, seconds, 30, turns).state == "closed"
    with av.open(str(path)) as film:
        stream = film.streams.video[0]
        assert stream.average_rate == 30
        count = sum(1 for _ in film.decode(video=0))
    assert abs(count - seconds * 30) <= 1


def test_each_frame_shows_what_was_on_stage_at_its_time(tmp_path: Path) -> None:
    clock = Clock()
    path = tmp_path / "show.mp4"
    out = Recorder(lambda: Film(path, SIZE, 10), SIZE, fps=10, clock=clock)
    for now, what in ((0.0, RED), (0.33, GREEN), (0.61, BLUE)):
        clock.now = 100 + now
        out.show(show(what))
    clock.now = 101.0
    out.close()
    seen = [colour(picture) for picture in pictures(path)]
    assert seen == ["red"] * 3 + ["green"] * 3 + ["blue"] * 4


class SlowTape:
    """A disk that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.frames = 0
        self.go = threading.Event()
        self.is_closed = False

    def write(self, picture: Picture) -> None:
        assert self.go.wait(10)
        self.frames += 1

    def close(self) -> None:
        self.is_closed = True


def test_a_slow_disk_delays_nobody_its_losses_are_counted_and_the_length_is_right() -> None:
    clock, tape = Clock(), SlowTape()
    out = Recorder(lambda: tape, SIZE, fps=30, clock=clock)
    out.show(show(RED))
    for frame in range(1, 301):
        clock.now = 100 + frame / 30
        out.show(show(GREEN))
    assert 300 - WAITING - 1 <= out.dropped <= 301 - WAITING
    assert "dropped" in out.state
    tape.go.set()
    out.close()
    assert tape.frames in (300, 301)
    assert tape.is_closed


class FullDisk:
    """A file on a disk with room for so many bytes."""

    def __init__(self, path: Path, room: int) -> None:
        self._file = path.open("xb", buffering=0)
        self._room = room

    def write(self, data: Any) -> int:
        if self._file.tell() + len(data) > self._room:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self._file.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def fill(film: Film) -> None:
    """Write until the disk takes no more."""
    with suppress(OutputError):
        for frame in range(900):
            film.write(noise(frame))
    assert film.frames < 900


def test_a_full_disk_ends_the_recording_with_a_film_that_plays(tmp_path: Path) -> None:
    path = tmp_path / "show.mp4"
    film = Film(path, SIZE, 10, lambda name: FullDisk(name, 60_000))  # type: ignore[arg-type,return-value]
    fill(film)
    with pytest.raises(OutputError, match="the disk is full"):
        film.write(noise(0))
    film.close()
    assert path.stat().st_size <= 60_000
    seen = pictures(path)
    assert film.frames - 20 <= len(seen) <= film.frames
    likeness = np.corrcoef(seen[3].mean(2).ravel(), noise(3).mean(2).ravel())[0, 1]
    assert likeness > 0.8, "the fourth picture is the fourth one"


class TornDisk(FullDisk):
    """One that takes as much of the last write as fits, as real ones do."""

    def write(self, data: Any) -> int:
        left = self._room - self._file.tell()
        if left <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self._file.write(data[:left])


@pytest.mark.parametrize("room", [30_000, 47_001, 61_234, 80_007])
def test_half_a_second_at_the_end_is_cut_off_so_that_every_player_plays_the_rest(
    tmp_path: Path, room: int
) -> None:
    path = tmp_path / "show.mp4"
    film = Film(path, SIZE, 10, lambda name: TornDisk(name, room))  # type: ignore[arg-type,return-value]
    fill(film)
    seen = pictures(path)  # raises for a torn packet
    assert film.frames - 21 <= len(seen) <= film.frames


@pytest.mark.long
def test_a_disk_that_is_really_full_ends_the_recording_with_a_film_that_plays(
    tmp_path: Path,
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("no small disk can be mounted here")
    try:
        path, size = disk / "show.mp4", SIZE
        film = Film(path, size, 30, has_sound=True)
        with suppress(OutputError):
            for frame in range(2000):
                film.write(noise(frame, size))
                film.hear(frame * 1600, np.full(1600, 0.1, np.float32))
        assert film.frames < 2000
        seen = pictures(path)
        assert film.frames - 61 <= len(seen) <= film.frames
        assert seen
        with av.open(str(path)) as again:
            assert sum(frame.samples for frame in again.decode(audio=0)) > 0
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_the_operator_hears_of_the_full_disk_and_the_show_goes_on(tmp_path: Path) -> None:
    path, clock = tmp_path / "show.mp4", Clock()
    out = Recorder(
        lambda: Film(path, SIZE, 10, lambda name: FullDisk(name, 900)),  # type: ignore[arg-type,return-value]
        SIZE,
        fps=10,
        clock=clock,
    )

    def turn() -> bool:
        clock.now += 0.1
        out.show(show(RED))
        return out.state.startswith("broken")

    assert until(turn)
    assert "the disk is full" in out.state
    turn()
    out.close()


class NotMine(FullDisk):
    """A file that may be written no more, such as on a disk that became read-only."""

    def write(self, data: Any) -> int:
        if self._file.tell() > self._room:
            raise OSError(errno.EROFS, "Read-only file system")
        return self._file.write(data)


def test_a_disk_that_becomes_read_only_ends_it_in_words_with_a_film_that_plays(
    tmp_path: Path,
) -> None:
    path = tmp_path / "show.mp4"
    film = Film(path, SIZE, 10, lambda name: NotMine(name, 40_000))  # type: ignore[arg-type,return-value]
    fill(film)
    with pytest.raises(OutputError, match="nothing may be written there any more"):
        film.write(noise(0))
    assert len(pictures(path)) > 0


def test_a_film_that_is_cut_off_by_a_crash_plays(tmp_path: Path) -> None:
    film = Film(tmp_path / "show.mp4", SIZE, 10)
    for frame in range(45):
        film.write(noise(frame))
    (tmp_path / "copy.mp4").write_bytes((tmp_path / "show.mp4").read_bytes())
    film.close()
    assert len(pictures(tmp_path / "show.mp4")) == 45
    assert len(pictures(tmp_path / "copy.mp4")) >= 20


def test_odd_sizes_and_an_empty_recording(tmp_path: Path) -> None:
    film = Film(tmp_path / "odd.mp4", (33, 21), 10)
    film.write(noise(1, (33, 21)))
    film.close()
    assert pictures(tmp_path / "odd.mp4")[0].shape == (22, 34, 3)
    empty = Recorder(lambda: Film(tmp_path / "empty.mp4", SIZE), SIZE)
    empty.close()
    assert not (tmp_path / "empty.mp4").exists()


def test_a_recording_never_replaces_another(tmp_path: Path) -> None:
    (tmp_path / "show.mp4").write_bytes(b"the last one")
    out = open_output("recorder", Setup(size=SIZE, path=tmp_path / "show.mp4"))
    assert until(lambda: (out.show(show(RED)), out.state.startswith("broken"))[1])
    assert (tmp_path / "show.mp4").read_bytes() == b"the last one"
    out.close()


def test_png_sequences_lose_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "frames"
    tape = PngFolder(folder)
    first, second = noise(1), noise(2)
    for picture in (first, first, second):
        tape.write(picture)
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["frame-000001.png", "frame-000002.png", "frame-000003.png"]
    for name, picture in zip(names, (first, first, second), strict=True):
        assert np.array_equal(np.asarray(Image.open(folder / name)), picture)
    with pytest.raises(OutputError, match="new folder"):
        PngFolder(folder)


def test_a_folder_is_a_recording_too(tmp_path: Path) -> None:
    out = open_output("recorder", Setup(size=SIZE, path=tmp_path / "frames"))
    out.show(show(RED))
    out.close()
    assert (tmp_path / "frames" / "frame-000001.png").exists()


# the last half minute


def test_the_replay_keeps_the_last_seconds_and_plays_in_order(tmp_path: Path) -> None:
    replay = Replay(SIZE, 10, seconds=3)
    for frame in range(77):
        replay.write(np.full((48, 64, 3), 40 + 2 * frame, np.uint8))
    replay.save(tmp_path / "last.mp4")
    with av.open(str(tmp_path / "last.mp4")) as film:
        assert film.streams.video[0].average_rate == 10
        times = [frame.time for frame in film.decode(video=0)]
    assert np.allclose(np.diff(times), 0.1, atol=1e-3)
    greys = [picture.mean() for picture in pictures(tmp_path / "last.mp4")]
    assert 30 <= len(greys) <= 41
    assert greys[-1] == pytest.approx(40 + 2 * 76, abs=4)
    assert greys[0] == pytest.approx(greys[-1] - 2 * (len(greys) - 1), abs=4)
    assert all(later > earlier for earlier, later in zip(greys[::5], greys[5::5], strict=False))


def test_the_replay_never_grows_beyond_its_room() -> None:
    replay = Replay(SIZE, 10, seconds=30, most=100_000)
    for frame in range(120):
        replay.write(noise(frame))
        assert replay.bytes_used <= 140_000
    assert replay.bytes_used > 30_000


def test_keeping_the_last_half_minute_goes_on_recording(tmp_path: Path) -> None:
    clock = Clock()
    out = Recorder(lambda: Replay(SIZE, 10, 3), SIZE, fps=10, clock=clock)
    out.show(show(RED))
    clock.now += 1
    out.keep(tmp_path / "one.mp4")
    out.keep(tmp_path / "no" / "such" / "folder" / "two.mp4")
    out.show(show(GREEN))
    clock.now += 1
    out.keep(tmp_path / "three.mp4")
    out.close()
    news = out.news()
    assert len(news) == 3
    assert "one.mp4" in news[0]
    assert "no folder" in news[1]
    assert "three.mp4" in news[2]
    assert len(pictures(tmp_path / "one.mp4")) >= 10
    seen = [colour(picture) for picture in pictures(tmp_path / "three.mp4")]
    assert seen == ["red"] * 10 + ["green"] * 10


def test_the_last_half_minute_is_kept_although_the_encoder_is_always_behind(tmp_path: Path) -> None:
    clock = Clock()

    class Behind(Replay):
        """While it writes one picture the show goes on by two."""

        def write(self, picture: Picture) -> None:
            super().write(picture)
            if self.frames > 3000:
                raise OutputError("It never comes to keeping.")
            clock.now += 0.2
            out.show(show(GREEN))

    out = Recorder(lambda: Behind(SIZE, 10), SIZE, fps=10, clock=clock)
    out.show(show(RED))
    assert until(lambda: out.dropped > 0)
    out.keep(tmp_path / "kept.mp4")
    news: list[str] = []
    assert until(lambda: news.extend(out.news()) or news)
    assert news == [f"Kept {tmp_path / 'kept.mp4'}."]
    assert pictures(tmp_path / "kept.mp4")


def test_nothing_to_keep_is_said(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="nothing to keep"):
        Replay(SIZE, 10).save(tmp_path / "none.mp4")
