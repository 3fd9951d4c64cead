"""What people really feed a program: each is one sentence and exit code 2, nothing runs, nothing else is lost."""

import os
import pickle
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from tiny import write_tiny

from livesketch import cli

ROOT = Path(__file__).parent.parent
PHOTO = Path(__file__).parent / "data" / "face-one.jpg"
PATH = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny(tmp_path_factory.mktemp("weights") / "tiny.safetensors")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def played(model: Path) -> list[str]:
    return ["--model", str(model), "--runtime", "torch"]


def good_sketch(path: Path) -> Path:
    picture = Image.new("L", (200, 200), 255)
    ImageDraw.Draw(picture).ellipse((50, 30, 150, 170), outline=0, width=3)
    picture.save(path)
    return path


def huge_png(path: Path, side: int = 20_000) -> Path:
    """A true PNG of side × side white pixels, small on disk."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    packer = zlib.compressobj(1)
    row = b"\x00" + b"\xff" * side
    packed = b"".join(packer.compress(row * 100) for _ in range(side // 100)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )
    return path


def complaints(capsys: pytest.CaptureFixture[str]) -> list[str]:
    lines = [line for line in capsys.readouterr().err.splitlines() if line.strip()]
    assert all(line.startswith("livesketch: ") for line in lines), lines
    return lines


BAD_PICTURES = {
    "missing.png": lambda path: None,
    "empty.png": lambda path: path.write_bytes(b""),
    "text.png": lambda path: path.write_text("dear diary"),
    "folder.png": lambda path: path.mkdir(),
    "blank.png": lambda path: Image.new("RGB", (64, 64), "white").save(path),
    "empty.livesketch": lambda path: path.write_bytes(b""),
    "text.livesketch": lambda path: path.write_text("dear diary"),
    "text.ndjson": lambda path: path.write_text("dear diary"),
    "empty.svg": lambda path: path.write_text('<svg xmlns="http://www.w3.org/2000/svg"/>'),
    "text.svg": lambda path: path.write_text("dear diary"),
    "text.mp4": lambda path: path.write_text("dear diary"),
    "strange.xyz": lambda path: path.write_text("dear diary"),
}


@pytest.mark.parametrize("name", BAD_PICTURES)
def test_a_bad_input_is_named_and_the_good_one_beside_it_is_made(
    name: str, here: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    BAD_PICTURES[name](here / name)
    good_sketch(here / "good.png")
    words = ["render", str(here / name), "good.png", "-o", "out", *played(model)]
    if name == "folder.png":
        good_sketch(here / name / "inside.txt.png").rename(here / name / "note.txt")
        assert cli.run(words) == 2
        assert "nothing in" in complaints(capsys)[0]
        return
    assert cli.run(words) == 2
    (line,) = complaints(capsys)
    assert name in line
    assert [path.name for path in (here / "out").iterdir()] == ["good.png"]
    assert Image.open(here / "out/good.png").size == (128, 128)


def test_a_truncated_photo_is_named(
    here: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (400, 400, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(here / "photo.jpg")
    (here / "photo.jpg").write_bytes((here / "photo.jpg").read_bytes()[:20_000])
    assert cli.run(["trace", "photo.jpg", "-o", "lines"]) == 2
    assert "photo.jpg" in complaints(capsys)[0]
    assert cli.run(["render", "photo.jpg", "-o", "out", *played(model)]) == 2
    assert "photo.jpg" in complaints(capsys)[0]
    assert list((here / "out").iterdir()) == []


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is measured as on Linux")
def test_a_gigantic_picture_is_refused_before_it_takes_memory(
    here: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    huge_png(here / "huge.png")
    good_sketch(here / "good.png")
    assert cli.run(["render", "huge.png", "good.png", "-o", "out", *played(model)]) == 2
    assert "huge.png is too large" in complaints(capsys)[0]
    assert (here / "out/good.png").is_file()
    script = (
        "import resource\n"
        "from livesketch.errors import SourceError\n"
        "from livesketch.sources.picture import is_sketch, read_picture, read_sketch\n"
        "def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "read_sketch('good.png')\n"
        "before = peak()\n"
        "for read in (read_sketch, read_picture, is_sketch):\n"
        "    try: read('huge.png')\n"
        "    except SourceError: pass\n"
        "print(peak() - before)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | {"PYTHONPATH": PATH},
    )
    assert int(run.stdout) < 50_000, f"{run.stdout} kB more; {run.stderr}"


def test_a_drawing_cut_in_half_opens_with_what_is_whole(
    here: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from livesketch.canvas.document import Document
    from livesketch.canvas.drawing_file import save

    lines = [np.array([(0.2, 0.1 * k), (0.8, 0.1 * k), (0.5, 0.9)]) for k in range(1, 9)]
    save(Document.from_strokes(lines), here / "half.livesketch")
    whole = (here / "half.livesketch").read_bytes()
    (here / "half.livesketch").write_bytes(whole[: len(whole) * 6 // 10])
    assert cli.run(["render", "half.livesketch", "-o", "out", *played(model)]) == 2
    assert "half.livesketch" in complaints(capsys)[0]
    assert (here / "out/half.png").is_file()


class Bomb:
    def __reduce__(self) -> tuple[object, ...]:
        return os.system, ("touch exploded",)


def html(path: Path) -> None:
    path.write_text("<!DOCTYPE html><html><body>Sign in to download</body></html>")


def hostile_pickle(path: Path) -> None:
    path.write_bytes(pickle.dumps({"weights": Bomb()}))


def hostile_archive(path: Path) -> None:
    """As torch.save lays it out."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(Bomb()))
        archive.writestr("archive/version", "3\n")


@pytest.mark.parametrize("ending", [".safetensors", ".pt", ".pkl"])
@pytest.mark.parametrize("make", [html, hostile_pickle, hostile_archive])
def test_weights_that_are_none_are_refused_and_never_run(
    make, ending: str, here: Path, capsys: pytest.CaptureFixture[str], own_home: Path
) -> None:
    bad = here / f"bad{ending}"
    make(bad)
    good_sketch(here / "good.png")
    for words in (
        ["weights", "check", str(bad)],
        ["weights", "add", str(bad)],
        ["render", "good.png", "-o", "out", "--model", str(bad)],
        ["draw", "--model", str(bad), "--frames", "1"],
    ):
        assert cli.run(words) == 2, words
        (line,) = complaints(capsys)
        assert bad.name in line, line
    assert not (here / "exploded").exists()
    assert not (here / "out").exists() or list((here / "out").iterdir()) == []
    assert not list(own_home.rglob("*.safetensors"))


def test_weights_cut_short_are_refused(
    here: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = model.read_bytes()
    (here / "half.safetensors").write_bytes(data[: len(data) // 2])
    assert cli.run(["weights", "check", "half.safetensors"]) == 2
    assert "half.safetensors" in complaints(capsys)[0]


def test_a_camera_that_is_not_there_ends_the_program_with_one_sentence(
    here: Path, model: Path
) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "livesketch", "webcam", "--camera", "99", *played(model)],
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | {"PYTHONPATH": PATH},
    )
    assert run.returncode == 2, run.stderr
    assert "Camera 99 does not open." in run.stderr
    assert "Traceback" not in run.stderr
    assert len(run.stderr.strip().splitlines()) == 1, run.stderr


@pytest.mark.parametrize("out", ["taken", "taken/below", "taken/face.png"])
def test_an_output_that_cannot_be_is_said_before_any_work(
    out: str, here: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "taken").write_text("a file")
    good_sketch(here / "good.png")
    assert cli.run(["render", "good.png", "-o", out, *played(model)]) == 2
    assert "taken" in complaints(capsys)[0]
    assert (here / "taken").read_text() == "a file"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(
    here: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good_sketch(here / "good.png")
    (here / "closed").mkdir(mode=0o500)
    assert cli.run(["render", "good.png", "-o", "closed", *played(model)]) == 2
    assert "may not be written" in complaints(capsys)[0]


@contextmanager
def small_disk(disk: Path, room: int, is_closed: bool = False) -> Iterator[Path]:
    """A real disk with `room` kB left on it, or one that nothing may be written to."""
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "livesketch-test", str(disk)]
    try:
        done = subprocess.run(mount, capture_output=True, timeout=20)
    except FileNotFoundError:
        pytest.skip("no mount here")
    if done.returncode:
        pytest.skip("only root may mount a small disk")
    try:
        (disk / "ballast").write_bytes(b"x" * (64 - room) * 1024)
        if is_closed:
            subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True, timeout=20)
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True, timeout=20)


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", 4) as disk:
        yield disk


def test_a_full_disk_ends_the_run_with_one_sentence(
    here: Path, model: Path, full_disk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("one.png", "two.png"):
        good_sketch(here / name)
    assert cli.run(["render", "one.png", "two.png", "-o", str(full_disk), *played(model)]) == 2
    (line,) = complaints(capsys)
    assert "disk is full" in line
    assert [path.name for path in full_disk.iterdir()] == ["ballast"]


def test_a_disk_that_has_room_for_the_picture_and_none_for_its_strokes_keeps_the_picture(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with small_disk(here / "disk", 20) as disk:
        words = ["trace", str(PHOTO), "-o", str(disk), "--svg", "--style", "contour"]
        assert cli.run(words) == 2
        (line,) = complaints(capsys)
        assert "face-one.svg was not saved: the disk is full" in line
        assert sorted(path.name for path in disk.iterdir()) == ["ballast", "face-one.png"]
        with Image.open(disk / "face-one.png") as whole:
            assert np.asarray(whole.convert("L")).min() == 0


@pytest.mark.parametrize("command", [["trace", "--svg"], ["render", "--trace"]])
def test_a_disk_that_is_read_only_is_one_sentence(
    here: Path, model: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with small_disk(here / "disk", 20, is_closed=True) as disk:
        words = [*command, str(PHOTO), "-o", str(disk)]
        assert cli.run([*words, *(played(model) if command[0] == "render" else [])]) == 2
        (line,) = complaints(capsys)
        assert "may not be written" in line
        assert [path.name for path in disk.iterdir()] == ["ballast"]
