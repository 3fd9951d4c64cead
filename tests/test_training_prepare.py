"""Photos become what the trainer reads: framed, measured, resumable; what cannot be used is counted."""

import io
import tarfile
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from training_stage import silence

from livesketch.errors import LivesketchError
from livesketch.training import parsing, prepare
from livesketch.training.dataset import open_prepared
from livesketch.training.parsing import REGIONS


def _photos(shared: Path, folder: Path, count: int) -> list[Path]:
    """A few val-cc0 pictures (CC0) whose names do not fall into the held-out twentieth."""
    folder.mkdir(parents=True, exist_ok=True)
    out: list[Path] = []
    with tarfile.open(shared / "data" / "faces" / "val-cc0.tar") as tar:
        for member in tar:
            name = member.name.rsplit("/", 1)[-1]
            stream = tar.extractfile(member) if member.isfile() else None
            if stream is None or zlib.crc32(name.encode()) % prepare.HELD_OUT == 0:
                continue
            (folder / name).write_bytes(stream.read())
            out.append(folder / name)
            if len(out) == count:
                break
    return out


def test_photos_are_prepared_and_broken_ones_counted(shared, tmp_path, monkeypatch):
    photos = tmp_path / "photos"
    good = _photos(shared, photos / "deep" / "er", 3)
    (photos / "cut.jpg").write_bytes(good[0].read_bytes()[:900])
    (photos / "empty.png").write_bytes(b"")
    (photos / "words.png").write_text("a letter, not a picture")
    Image.fromarray(np.full((200, 200, 3), 127, np.uint8)).save(photos / "grey.png")
    numbers = np.random.default_rng(0).integers(0, 19, (200, 200)).astype(np.uint8)
    Image.fromarray(numbers).save(photos / "mask-of-class-numbers.png")
    (photos / "notes.txt").write_text("ignored")
    said: list[str] = []
    options = prepare.PrepareOptions((photos,), tmp_path / "data")
    prepare.prepare(options, said.append)
    made = open_prepared(tmp_path / "data")
    assert made.pictures.shape == (3, 256, 256, 3)
    assert "prepared 3 photos" in said[-1]
    assert "3 unreadable" in said[-1]
    assert "1 without a face" in said[-1]
    assert "1 black" in said[-1]
    eyes = made.landmarks[:, [33, 133, 362, 263]].mean(1)
    assert np.abs(eyes - [0.5, 0.47]).max() < 0.06  # framed as the network expects
    # without masks the face is known, and what is around it guessed
    assert made.regions.shape == (3, 64, 64)
    for kinds, face in zip(made.regions, made.landmarks, strict=True):
        x, y = (face[1] * 64).astype(int)
        assert kinds[y, x] == REGIONS.index("skin")
        assert (kinds == REGIONS.index("hair")).mean() > 0.02
        assert kinds[0, 0] in (REGIONS.index("background"), REGIONS.index("hair"))

    def never(*_):
        raise AssertionError("what is done is not done again")

    monkeypatch.setattr(prepare, "_make_chunk", never)
    prepare.prepare(options, said.append)
    assert said[-1] == said[-2]


def test_a_tar_human_drawn_parts_and_ages_are_prepared(shared, tmp_path):
    photos = _photos(shared, tmp_path / "photos", 2)
    with tarfile.open(tmp_path / "photos.tar", "w") as tar:
        for photo in photos:
            tar.add(photo, f"group/{photo.name}")
        info = tarfile.TarInfo("group/broken.png")
        info.size = 4
        tar.addfile(info, io.BytesIO(b"oops"))
    parts = shared / "data" / "sketches" / "quickdraw"
    known = tmp_path / "ages.csv"
    known.write_text(f"photo,years\n{photos[1].name},71\n")
    options = prepare.PrepareOptions((tmp_path / "photos.tar",), tmp_path / "data", parts, True)
    prepare.prepare(replace(options, ages=known), silence)
    made = open_prepared(tmp_path / "data")
    assert len(made.pictures) == 2
    np.testing.assert_array_equal(made.years, [np.nan, 71])
    assert "eye" in made.parts
    assert "face" not in made.parts
    every = np.concatenate([stroke for drawing in made.parts["mouth"] for stroke in drawing])
    assert every.min() >= 0
    assert every.max() <= 1


@pytest.mark.parametrize("kind", ["missing", "empty", "faceless", "text"])
def test_photos_that_cannot_be_learned_from_are_one_sentence(tmp_path, kind):
    photos = tmp_path / "photos"
    if kind == "empty":
        photos.mkdir()
    elif kind == "faceless":
        photos.mkdir()
        for k in range(3):
            Image.fromarray(np.full((128, 128, 3), 40 * k, np.uint8)).save(photos / f"p{k}.png")
    elif kind == "text":
        photos.write_text("no tar either")
    with pytest.raises(LivesketchError) as error:
        prepare.prepare(prepare.PrepareOptions((photos,), tmp_path / "data"), silence)
    assert "\n" not in str(error.value)


class Halves:
    """A parser that calls the left half of everything hair."""

    def __call__(self, pictures: np.ndarray) -> np.ndarray:
        kinds = np.zeros((len(pictures), 64, 64), np.uint8)
        kinds[:, :, :32] = REGIONS.index("hair")
        return kinds


def test_with_masks_a_parser_is_learned_once_and_says_what_is_where(
    shared, tmp_path, monkeypatch
) -> None:
    photos = _photos(shared, tmp_path / "photos", 1)
    taught: list[Path] = []

    def learn(tar: Path, *_: object) -> parsing.Parser:
        taught.append(tar)
        return parsing.Parser().eval()

    monkeypatch.setattr(parsing, "learn", learn)
    monkeypatch.setattr(parsing, "regions_of", lambda net, pictures: Halves()(pictures))
    masks = tmp_path / "masks.tar"
    options = prepare.PrepareOptions((photos[0].parent,), tmp_path / "data", masks=masks)
    for _ in range(2):
        prepare.prepare(options, silence)
    assert taught == [masks]
    regions = open_prepared(tmp_path / "data").regions
    assert (regions[:, :, :32] == REGIONS.index("hair")).all()
    assert not regions[:, :, 32:].any()
