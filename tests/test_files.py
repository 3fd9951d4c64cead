"""Files that the program writes are whole, or not there; a full disk loses nothing that was there before."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from livesketch.errors import OutputError
from livesketch.frames import Picture
from livesketch.outputs.files import (
    VideoFile,
    make_folder,
    whole,
    write_bytes,
    write_png,
    write_sketch,
)


def noise(height: int, width: int, seed: int = 0) -> Picture:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def moving(frame: int, size: int = 64) -> Picture:
    """A red square that walks to the right over grey."""
    picture = np.full((size, size, 3), 90, np.uint8)
    picture[8:24, frame : frame + 16] = (230, 30, 20)
    return picture


def test_a_png_holds_exactly_the_picture(tmp_path: Path) -> None:
    picture = noise(33, 20)
    write_png(picture, tmp_path / "face.png")
    assert np.array_equal(np.asarray(Image.open(tmp_path / "face.png")), picture)
    assert [file.name for file in tmp_path.iterdir()] == ["face.png"]


def test_a_sketch_becomes_black_ink_on_white(tmp_path: Path) -> None:
    sketch = np.ones((8, 8), np.float32)
    sketch[3] = 0.0
    write_sketch(sketch, tmp_path / "sketch.png")
    pixels = np.asarray(Image.open(tmp_path / "sketch.png").convert("L"))
    assert pixels[3].max() == 0
    assert pixels[4].min() == 255


def test_a_failed_write_leaves_the_old_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "face.png"
    write_png(noise(8, 8), path)
    before = path.read_bytes()

    def broken() -> None:
        with whole(path) as part:
            part.write_bytes(b"half of it")
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        broken()
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_a_link_keeps_pointing_at_the_file_that_changed(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_bytes(b"old")
    (tmp_path / "link.txt").symlink_to(tmp_path / "real.txt")
    write_bytes(b"new", tmp_path / "link.txt")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real.txt").read_bytes() == b"new"


@pytest.mark.parametrize("name", ["no/such/folder/face.png", "x" * 300 + ".png", "."])
def test_an_impossible_name_is_one_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError):
        write_png(noise(4, 4), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="no device files here")
def test_a_device_is_never_replaced_by_a_file() -> None:
    with pytest.raises(OutputError, match="not an ordinary file"):
        write_png(noise(4, 4), Path("/dev/null"))
    assert not Path("/dev/null").is_file()


def test_a_file_where_the_folder_should_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("here")
    with pytest.raises(OutputError, match="a file has that name"):
        make_folder(tmp_path / "taken")
    with pytest.raises(OutputError, match="a file has that name"):
        make_folder(tmp_path / "taken" / "below")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="may not be written"):
        write_png(noise(4, 4), tmp_path / "face.png")


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A real disk of one megabyte with 20 kB left on it."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "livesketch-test", str(disk)]
    try:
        done = subprocess.run(mount, capture_output=True, timeout=20)
    except FileNotFoundError:
        pytest.skip("no mount here")
    if done.returncode:
        pytest.skip("only root may mount a small disk")
    try:
        (disk / "ballast").write_bytes(os.urandom(1024 * 1024 - 20 * 1024 - 8192))
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True, timeout=20)


def test_a_full_disk_is_said_and_keeps_the_old_picture(full_disk: Path) -> None:
    path = full_disk / "face.png"
    write_png(noise(8, 8), path)
    before = path.read_bytes()
    with pytest.raises(OutputError, match="disk is full"):
        write_png(noise(400, 400), path)
    assert path.read_bytes() == before
    assert sorted(file.name for file in full_disk.iterdir()) == ["ballast", "face.png"]


def test_a_disk_that_fills_up_during_a_video_leaves_no_half_video(full_disk: Path) -> None:
    def film() -> None:
        with VideoFile(full_disk / "long.mp4", (256, 256), 25) as video:
            for seed in range(60):
                video.write(noise(256, 256, seed))

    with pytest.raises(OutputError, match="disk is full"):
        film()
    assert [file.name for file in full_disk.iterdir()] == ["ballast"]


@pytest.mark.skipif(os.name == "nt", reason="needs a limit on file sizes")
def test_a_limit_on_file_sizes_reads_like_a_full_disk(tmp_path: Path) -> None:
    script = (
        "import resource, signal, sys, numpy, pathlib\n"
        "from livesketch.errors import OutputError\n"
        "from livesketch.outputs.files import write_png\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))\n"
        "picture = numpy.random.default_rng(0).integers(0, 256, (200, 200, 3), dtype=numpy.uint8)\n"
        "try:\n"
        "    write_png(picture, pathlib.Path(sys.argv[1]))\n"
        "except OutputError as error:\n"
        "    print(error)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "face.png")],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "disk is full" in run.stdout, run.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("encoders", [("libx264",), ("an encoder nobody has", "mpeg4")])
def test_a_video_plays_back_in_order(tmp_path: Path, encoders: tuple[str, ...]) -> None:
    path = tmp_path / "walk.mp4"
    with VideoFile(path, (64, 64), 25, encoders) as video:
        for frame in range(0, 40, 2):
            video.write(moving(frame))
    with av.open(str(path)) as container:
        pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
        assert container.streams.video[0].average_rate == 25
        assert container.streams.video[0].codec_context.pix_fmt == "yuv420p"
    assert len(pictures) == 20
    middle = [float(np.argmax(p[16, :, 0] > 150)) for p in pictures]
    assert middle == sorted(middle)
    assert middle[-1] - middle[0] > 30


def test_odd_sides_grow_by_one_pixel(tmp_path: Path) -> None:
    with VideoFile(tmp_path / "odd.mp4", (51, 33), 30) as video:
        video.write(noise(33, 51))
    with av.open(str(tmp_path / "odd.mp4")) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (52, 34)


def test_a_video_appears_only_when_it_is_finished(tmp_path: Path) -> None:
    video = VideoFile(tmp_path / "film.mp4", (64, 64))
    video.write(moving(0))
    assert not (tmp_path / "film.mp4").exists()
    video.discard()
    video.close()
    assert list(tmp_path.iterdir()) == []


def test_a_video_without_pictures_is_no_file(tmp_path: Path) -> None:
    VideoFile(tmp_path / "film.mp4", (64, 64)).close()
    assert list(tmp_path.iterdir()) == []


def test_a_video_without_any_encoder_says_so(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot be encoded"):
        VideoFile(tmp_path / "film.mp4", (64, 64), encoders=("nothing",))
    assert list(tmp_path.iterdir()) == []
