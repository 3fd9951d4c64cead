"""The microphone in a film: in step with the pictures, as long as they are, whatever the sound card does."""

import errno
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from sounds import silence, tone
from stage import BLUE, RED, Clock, show, until

from livesketch.errors import OutputError
from livesketch.outputs.film import Film
from livesketch.outputs.recorder import Recorder
from livesketch.sound.block import RATE, Block, Samples

SIZE = (64, 48)
FPS = 30


def film_of(path: Path, has_sound: bool = True) -> tuple[Recorder, Clock]:
    clock = Clock()
    out = Recorder(lambda: Film(path, SIZE, FPS, has_sound=has_sound), SIZE, fps=FPS, clock=clock)
    return out, clock


def heard(path: Path) -> tuple[Samples, float]:
    """The sound of a film, and when it begins, in seconds."""
    with av.open(str(path)) as film:
        frames = list(film.decode(audio=0))
    first = frames[0]
    began = float((first.pts or 0) * (first.time_base or 0))
    return np.concatenate([frame.to_ndarray()[0] for frame in frames]), began


def pictures(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as film:
        return [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]


def first_loud(samples: Samples) -> float:
    return int(np.argmax(np.abs(samples) > 0.2)) / RATE


def play(
    out: Recorder,
    clock: Clock,
    sound: Samples,
    turns_a_second: int = 60,
    blue_at: float = 1e9,
    late_s: float = 0.0,
    fast: float = 1.0,
) -> None:
    """`fast`: how much faster the microphone's clock runs than the computer's."""
    seconds, done = sound.size / RATE / fast, 0
    for turn in range(int(seconds * turns_a_second)):
        now = turn / turns_a_second
        clock.now = 100 + now
        out.show(show(BLUE if now >= blue_at else RED))
        while done + 512 <= (now - late_s) * RATE * fast:
            out.hear(Block(sound[done : done + 512], 100 + done / RATE / fast))
            done += 512
        if turn % 20 == 0:  # the encoder keeps up with this show
            assert until(lambda: not out._queue._items and not out._sounds._items)
    clock.now = 100 + seconds


def test_a_flash_and_a_clap_are_at_the_same_moment(tmp_path: Path) -> None:
    path = tmp_path / "show.mp4"
    out, clock = film_of(path)
    sound = silence(4)
    sound[round(2.5 * RATE) : round(2.6 * RATE)] = tone(1000, 0.1, 0.9)
    play(out, clock, sound, blue_at=2.5, late_s=0.2)  # the sound card tells a little later
    out.close()
    seen = pictures(path)
    flash = next(n for n, one in enumerate(seen) if one[24, 32, 2] > 150) / FPS
    samples, began = heard(path)
    assert began + first_loud(samples) == pytest.approx(flash, abs=1 / FPS)
    assert flash == pytest.approx(2.5, abs=1 / FPS)


def test_the_sound_is_as_long_as_the_pictures(tmp_path: Path) -> None:
    path = tmp_path / "show.mp4"
    out, clock = film_of(path)
    play(out, clock, tone(440, 3.3))
    out.close()
    samples, _ = heard(path)
    assert samples.size / RATE == pytest.approx(len(pictures(path)) / FPS, abs=0.05)


def test_a_clock_that_runs_away_is_put_right_again_and_again(tmp_path: Path) -> None:
    path = tmp_path / "show.mp4"
    out, clock = film_of(path)
    sound = silence(20)
    sound[round(19.0 * 1.02 * RATE) :][: RATE // 20] = tone(1000, 0.05, 0.9)
    play(out, clock, sound, fast=1.02)
    out.close()
    samples, began = heard(path)
    assert began + first_loud(samples) == pytest.approx(19.0, abs=0.08)


def test_a_microphone_that_was_out_leaves_silence_and_what_follows_in_step(tmp_path: Path) -> None:
    path = tmp_path / "show.mp4"
    out, clock = film_of(path)
    for turn in range(8 * 60):
        clock.now = 100 + turn / 60
        out.show(show(RED))
        if turn == 6 * 60:
            out.hear(Block(tone(1000, 0.2, 0.9), 106.0))
    clock.now = 108.0
    out.close()
    samples, began = heard(path)
    assert began + first_loud(samples) == pytest.approx(6.0, abs=0.05)
    assert samples.size / RATE == pytest.approx(8.0, abs=0.05)


def test_what_was_heard_before_the_first_picture_is_no_part_of_the_film(tmp_path: Path) -> None:
    path = tmp_path / "show.mp4"
    out, clock = film_of(path)
    out.hear(Block(tone(1000, 0.2, 0.9), 99.0))
    out.show(show(RED))
    out.hear(Block(tone(1000, 0.2, 0.9), 99.5))
    clock.now = 101.0
    out.show(show(RED))
    out.close()
    assert not (np.abs(heard(path)[0]) > 0.2).any()


def test_without_a_wish_for_sound_there_is_none(tmp_path: Path) -> None:
    path = tmp_path / "show.mp4"
    out, clock = film_of(path, has_sound=False)
    play(out, clock, tone(440, 0.5))
    out.close()
    with av.open(str(path)) as film:
        assert not film.streams.audio


class FullDisk:
    """A file on a disk with this much room."""

    def __init__(self, path: Path, room: int) -> None:
        self._file, self._room = path.open("xb", buffering=0), room

    def write(self, data: Any) -> int:
        if self._file.tell() + len(data) > self._room:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self._file.write(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def test_a_full_disk_ends_it_with_sound_and_picture_that_play(tmp_path: Path) -> None:
    path = tmp_path / "show.mp4"
    rng = np.random.default_rng(3)
    film = Film(path, SIZE, FPS, lambda path: FullDisk(path, 300_000), has_sound=True)  # type: ignore[arg-type,return-value]

    def go_on() -> None:
        for number in range(3000):
            film.write(rng.integers(0, 256, (SIZE[1], SIZE[0], 3), dtype=np.uint8))
            film.hear(number * RATE // FPS, tone(440, 1 / FPS))

    with pytest.raises(OutputError, match="full"):
        go_on()
    samples, _ = heard(path)
    assert samples.size > RATE
    assert len(pictures(path)) > FPS
