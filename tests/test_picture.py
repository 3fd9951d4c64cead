"""Picture files: photos, drawings on any ground, masks, and everything that only looks like one."""

import io
import json
import tarfile
import tracemalloc
import zlib
from pathlib import Path
from struct import pack

import numpy as np
import pytest
from PIL import Image, ImageDraw

from livesketch.errors import SourceError, UsageError
from livesketch.frames import FACE_PARTS
from livesketch.sources import open_source
from livesketch.sources.picture import (
    Source,
    is_sketch,
    read_mask,
    read_picture,
    read_sketch,
)

DATA = Path(__file__).parent / "data"


def drawing(size: tuple[int, int] = (300, 300), ink: int = 0, paper: int = 255) -> Image.Image:
    """A head with eyes and a mouth."""
    image = Image.new("L", (size[0] * 4, size[1] * 4), paper)
    pen = ImageDraw.Draw(image)
    w, h = image.size
    pen.ellipse((w * 0.25, h * 0.15, w * 0.75, h * 0.9), outline=ink, width=16)
    for x in (0.4, 0.6):
        pen.ellipse((w * (x - 0.04), h * 0.45, w * (x + 0.04), h * 0.5), outline=ink, width=16)
    pen.line((w * 0.42, h * 0.7, w * 0.58, h * 0.7), fill=ink, width=16)
    return image.resize(size, Image.Resampling.BOX)


def expected() -> np.ndarray:
    return np.asarray(drawing(), np.float32) / 255


def likeness(sketch: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(sketch.ravel(), other.ravel())[0, 1])


# Photos


def test_a_photo_is_read_as_it_is() -> None:
    picture = read_picture(DATA / "face-one.jpg")
    assert picture.shape == (256, 256, 3)
    assert picture.dtype == np.uint8
    wanted = np.array(Image.open(DATA / "face-one.jpg").convert("RGB"))
    np.testing.assert_array_equal(picture, wanted)


def test_a_photo_taken_on_its_side_stands_upright(tmp_path: Path) -> None:
    image = Image.new("RGB", (40, 20), "red")
    image.paste("blue", (0, 0, 20, 20))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned clockwise
    image.save(tmp_path / "a.png", exif=exif)
    picture = read_picture(tmp_path / "a.png")
    assert picture.shape == (40, 20, 3)
    assert picture[0, 0].tolist() == [0, 0, 255]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"])
def test_every_kind_of_pixel_becomes_rgb(tmp_path: Path, mode: str) -> None:
    gray = np.tile(np.linspace(0, 255, 64).astype(np.uint8), (64, 1))
    if mode == "I;16":
        image = Image.fromarray(gray.astype(np.uint16) * 257)
    elif mode in ("I", "F"):
        image = Image.fromarray(gray.astype({"I": np.int32, "F": np.float32}[mode]))
    elif mode == "1":
        image = Image.fromarray((gray > 127).astype(np.uint8) * 255).convert("1")
    else:
        image = Image.fromarray(gray).convert("RGB").convert(mode)
    path = tmp_path / ("a.tif" if mode in ("CMYK", "F", "I") else "a.png")
    image.save(path)
    picture = read_picture(path)
    assert picture.shape == (64, 64, 3)
    assert picture.dtype == np.uint8
    assert picture[:, :4].mean() < 12
    assert picture[:, -4:].mean() > 243


def test_what_is_transparent_in_a_photo_is_white(tmp_path: Path) -> None:
    Image.new("RGBA", (20, 20), (255, 0, 0, 0)).save(tmp_path / "a.png")
    assert read_picture(tmp_path / "a.png").min() == 255


def test_a_large_photo_is_reduced(tmp_path: Path) -> None:
    Image.new("RGB", (5000, 2500), "green").save(tmp_path / "a.jpg")
    assert read_picture(tmp_path / "a.jpg").shape == (1024, 2048, 3)


def test_of_a_moving_picture_the_first_is_taken(tmp_path: Path) -> None:
    first, second = Image.new("RGB", (20, 20), "red"), Image.new("RGB", (20, 20), "blue")
    for name in ("a.gif", "a.webp"):
        first.save(tmp_path / name, save_all=True, append_images=[second], lossless=True)
        assert read_picture(tmp_path / name)[10, 10, 0] > 240


# What is no picture


def png_header(width: int, height: int) -> bytes:
    """A valid PNG of that size, black, tiny on disk."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return pack(">I", len(body)) + kind + body + pack(">I", zlib.crc32(kind + body))

    packer = zlib.compressobj(9)
    row = b"\x00" * (1 + width // 8)
    data = b"".join([packer.compress(row) for _ in range(height)]) + packer.flush()
    header = pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


def photo_bytes() -> bytes:
    return (DATA / "face-one.jpg").read_bytes()


def broken(name: str) -> bytes:
    return {
        "empty.png": lambda: b"",
        "text.png": lambda: b"once upon a time\n" * 40,
        "cut.jpg": lambda: photo_bytes()[:6000],
        "cut.png": lambda: png_header(800, 800)[:90],
        "stub.jpg": lambda: photo_bytes()[:3],
        "page.webp": lambda: b"RIFF\x10\x00\x00\x00WEBPVP8 garbage",
        "script.eps": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    }[name]()


@pytest.mark.parametrize("read", [read_picture, read_sketch, read_mask, is_sketch, Source])
@pytest.mark.parametrize(
    "name",
    ["empty.png", "text.png", "cut.jpg", "cut.png", "stub.jpg", "page.webp", "script.eps"],
)
def test_a_broken_file_is_refused_in_one_sentence(tmp_path: Path, read, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(broken(name))
    with pytest.raises(SourceError) as caught:
        read(path)
    message = caught.value.message
    assert message.startswith(name)
    assert message.endswith(".")
    assert "\n" not in message


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"There is no file nowhere\.png"):
        read_picture(tmp_path / "nowhere.png")
    with pytest.raises(SourceError, match="is a folder"):
        read_picture(tmp_path)


def test_a_gigantic_picture_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    path.write_bytes(png_header(20000, 20000))
    assert path.stat().st_size < 100_000
    tracemalloc.start()
    with pytest.raises(SourceError, match="too large"):
        read_sketch(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000


def test_a_picture_just_over_the_limit_is_refused_too(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    path.write_bytes(png_header(12000, 9000))
    with pytest.raises(SourceError, match="12000 × 9000"):
        read_picture(path)


# Drawings


def test_a_clean_drawing_is_taken_as_it_is(tmp_path: Path) -> None:
    drawing().save(tmp_path / "a.png")
    np.testing.assert_allclose(read_sketch(tmp_path / "a.png"), expected(), atol=1e-6)


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp"])
def test_the_same_drawing_in_every_format(tmp_path: Path, suffix: str) -> None:
    drawing().save(tmp_path / f"a.{suffix}")
    sketch = read_sketch(tmp_path / f"a.{suffix}")
    assert sketch.dtype == np.float32
    assert likeness(sketch, expected()) > 0.97


def test_white_on_black_is_turned_round(tmp_path: Path) -> None:
    drawing(ink=255, paper=0).save(tmp_path / "a.png")
    np.testing.assert_allclose(read_sketch(tmp_path / "a.png"), expected(), atol=0.01)


@pytest.mark.parametrize("ink", [0, 255])
def test_transparent_is_paper_whatever_the_inks_colour(tmp_path: Path, ink: int) -> None:
    rgba = np.zeros((300, 300, 4), np.uint8)
    rgba[..., :3] = ink
    rgba[..., 3] = 255 - np.asarray(drawing())
    Image.fromarray(rgba).save(tmp_path / "a.png")
    np.testing.assert_allclose(read_sketch(tmp_path / "a.png"), expected(), atol=0.01)


def test_a_palette_with_a_transparent_colour_is_paper(tmp_path: Path) -> None:
    image = Image.fromarray((np.asarray(drawing()) > 127).astype(np.uint8) * 255).convert("P")
    image.save(tmp_path / "a.png", transparency=255)
    assert likeness(read_sketch(tmp_path / "a.png"), expected()) > 0.9


def test_a_photographed_sheet_becomes_white_paper_and_dark_ink(tmp_path: Path) -> None:
    light = np.linspace(0.35, 0.8, 300)[None, :] * np.linspace(1, 0.75, 300)[:, None]
    grain = np.random.default_rng(0).normal(0, 0.012, (300, 300))
    sheet = np.clip(light * (0.35 + 0.65 * expected()) + grain, 0, 1)
    Image.fromarray((sheet * 255).astype(np.uint8)).save(tmp_path / "a.jpg", quality=90)
    sketch = read_sketch(tmp_path / "a.jpg")
    assert likeness(sketch, expected()) > 0.9
    assert sketch[expected() > 0.99].mean() > 0.97
    assert sketch[expected() < 0.05].mean() < 0.15


def test_an_empty_sheet_stays_empty(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    sheet = np.clip(rng.normal(170, 3, (200, 200)), 0, 255).astype(np.uint8)
    Image.fromarray(sheet).save(tmp_path / "a.png")
    assert read_sketch(tmp_path / "a.png").min() == 1


def test_an_oblong_drawing_stands_in_a_square_of_paper(tmp_path: Path) -> None:
    drawing((300, 150)).save(tmp_path / "a.png")
    sketch = read_sketch(tmp_path / "a.png")
    assert sketch.shape == (300, 300)
    assert sketch[:75].min() == 1
    assert sketch[225:].min() == 1
    assert likeness(sketch[75:225], np.asarray(drawing((300, 150)), np.float32) / 255) > 0.99


def test_hair_thin_lines_on_a_large_sheet_survive_being_made_small(tmp_path: Path) -> None:
    image = Image.new("L", (1000, 1000), 255)
    ImageDraw.Draw(image).ellipse((250, 150, 750, 900), outline=0, width=1)
    image.save(tmp_path / "a.png")
    sketch = read_sketch(tmp_path / "a.png")
    small = np.asarray(Image.fromarray(sketch).resize((256, 256), Image.Resampling.BOX))
    assert small[128, 55:75].min() < 0.25
    assert (small > 0.9).mean() > 0.9


def test_a_sketch_is_at_most_1024(tmp_path: Path) -> None:
    drawing((1500, 1200)).save(tmp_path / "a.png")
    assert read_sketch(tmp_path / "a.png").shape == (1024, 1024)


def fs2k(shared: Path, folder: Path, every: int) -> list[Path]:
    """Some of the outlines, none of the hundred kept for measuring."""
    paths = []
    with tarfile.open(shared / "data/sketches/fs2k-outline-train.tar") as tar:
        names = sorted(name for name in tar.getnames() if name.startswith("sketch/"))
        for name in names[:-100:every]:
            file = tar.extractfile(name)
            assert file is not None
            paths.append(folder / Path(name).name)
            paths[-1].write_bytes(file.read())
    return paths


def test_artists_outlines_get_white_paper_and_black_lines(shared: Path, tmp_path: Path) -> None:
    paths = fs2k(shared, tmp_path, 20)
    for path in paths:
        sketch = read_sketch(path)
        assert sketch.shape == (250, 250)
        assert np.median(sketch) > 0.99
        assert np.percentile(sketch, 3) < 0.35
    assert sum(is_sketch(path) for path in paths) >= len(paths) - 1


# Photo or drawing


def test_drawings_and_photos_are_told_apart(tmp_path: Path) -> None:
    for name, image in (
        ("ink.png", drawing()),
        ("chalk.png", drawing(ink=255, paper=20)),
        ("gray.png", drawing(ink=60, paper=170)),
    ):
        image.save(tmp_path / name)
        assert is_sketch(tmp_path / name), name
    assert not is_sketch(DATA / "face-one.jpg")
    assert not is_sketch(DATA / "face-two.jpg")
    Image.open(DATA / "face-one.jpg").convert("L").save(tmp_path / "gray-photo.png")
    assert not is_sketch(tmp_path / "gray-photo.png")


def test_cc0_portraits_are_photos(shared: Path, tmp_path: Path) -> None:
    with tarfile.open(shared / "data/faces/val-cc0.tar") as tar:
        for member in tar.getmembers()[::20]:
            file = tar.extractfile(member)
            assert file is not None
            data = io.BytesIO(file.read())
            Image.open(data).convert("L").save(tmp_path / "a.png")
            assert not is_sketch(tmp_path / "a.png"), member.name


def test_a_photo_is_a_source_of_one_still_frame() -> None:
    source = open_source("picture", str(DATA / "face-one.jpg"))
    frame = source.read()
    assert frame is not None
    assert frame.picture is not None
    assert not frame.is_live
    assert source.read() is None
    assert source.label == "face-one.jpg"
    source.close()


def test_a_drawing_is_a_source_of_a_sketch(tmp_path: Path) -> None:
    drawing().save(tmp_path / "a.png")
    frame = open_source("picture", str(tmp_path / "a.png")).read()
    assert frame is not None
    assert frame.sketch is not None
    assert frame.picture is None


def test_an_unknown_source_is_named() -> None:
    with pytest.raises(UsageError, match="telepathy"):
        open_source("telepathy")


# Masks


def test_a_mask_keeps_its_class_numbers(tmp_path: Path) -> None:
    numbers = np.random.default_rng(0).integers(0, 19, (40, 30)).astype(np.uint8)
    Image.fromarray(numbers).save(tmp_path / "a.png")
    mask = read_mask(tmp_path / "a.png")
    assert mask.shape == (40, 40)
    np.testing.assert_array_equal(mask[:, 5:35], numbers)
    assert mask[:, :5].max() == 0


def test_a_mask_of_colours_is_read_by_the_palette(tmp_path: Path) -> None:
    colours = np.array([colour for _, colour in FACE_PARTS], np.uint8)
    numbers = np.arange(19, dtype=np.uint8).repeat(19).reshape(19, 19)
    Image.fromarray(colours[numbers]).save(tmp_path / "a.png")
    np.testing.assert_array_equal(read_mask(tmp_path / "a.png"), numbers)


def test_a_gray_photo_is_no_mask(tmp_path: Path) -> None:
    Image.open(DATA / "face-one.jpg").convert("L").save(tmp_path / "a.png")
    with pytest.raises(SourceError, match="is not a mask"):
        read_mask(tmp_path / "a.png")


def test_json_named_png_is_no_picture(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text(json.dumps({"a": 1}))
    with pytest.raises(SourceError, match=r"a\.png is not a picture"):
        read_picture(tmp_path / "a.png")
