"""What is hair, skin and cloth in a photo: learned from somebody's masks, or guessed from landmarks."""

import io
import tarfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from training_data import landmarks, regions

from livesketch.errors import SourceError
from livesketch.frames import FACE_PARTS
from livesketch.training import parsing
from livesketch.training.parsing import REGIONS

CLASS = {name: k for k, (name, _) in enumerate(FACE_PARTS)}
COLOURS = {"background": 30, "skin": 200, "hair": 90, "neck": 160, "cloth": 250}


def silence(_: str) -> None:
    pass


def photo_and_mask(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """(128, 128, 3) in five greys of what is where, and its class numbers (128, 128)."""
    kinds = np.roll(regions(), tuple(rng.integers(-5, 6, 2)), (0, 1)).repeat(2, 0).repeat(2, 1)
    classes, grey = np.zeros_like(kinds), np.full(kinds.shape, COLOURS["background"], np.uint8)
    for name, colour in COLOURS.items():
        here = kinds == REGIONS.index(name)
        classes[here], grey[here] = CLASS[name], colour
    noise = rng.normal(0, 4, (128, 128, 3))
    return (grey[..., None] + noise).clip(0, 255).astype(np.uint8), classes


def add(tar: tarfile.TarFile, name: str, picture: np.ndarray) -> None:
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "PNG")
    info = tarfile.TarInfo(name)
    info.size = stream.tell()
    stream.seek(0)
    tar.addfile(info, stream)


def write_tar(path: Path, count: int) -> Path:
    rng = np.random.default_rng(0)
    with tarfile.open(path, "w") as tar:
        for k in range(count):
            photo, classes = photo_and_mask(rng)
            add(tar, f"faces/{k:03d}.png", photo)
            add(tar, f"faces_masks/{k:03d}.png", classes)
    return path


def test_classes_of_a_mask_become_the_regions_of_their_name() -> None:
    wanted = {
        "background": "background",
        "skin": "skin",
        "nose": "skin",
        "eye_g": "glasses",
        "l_eye": "skin",
        "r_brow": "skin",
        "l_ear": "ear",
        "r_ear": "ear",
        "ear_r": "ear",
        "mouth": "skin",
        "u_lip": "skin",
        "l_lip": "skin",
        "hair": "hair",
        "hat": "hat",
        "neck_l": "neck",
        "neck": "neck",
        "cloth": "cloth",
    }
    for name, region in wanted.items():
        assert REGIONS[parsing.REGION_OF[CLASS[name]]] == region, name


def test_photos_are_paired_with_their_masks_and_a_twentieth_is_left_out(tmp_path: Path) -> None:
    path = write_tar(tmp_path / "masks.tar", 60)
    with tarfile.open(path, "a") as tar:
        add(tar, "faces/alone.png", np.zeros((64, 64, 3), np.uint8))
        add(tar, "faces_masks/orphan.png", np.zeros((64, 64), np.uint8))
    made = list(parsing.pairs(path))
    assert 50 <= len(made) < 60
    for photo, kinds in made[:8]:
        assert photo.shape == (128, 128, 3)
        assert kinds.shape == (64, 64)
        light = photo[::2, ::2].mean(-1)
        assert light[kinds == REGIONS.index("cloth")].min() > 200
        assert light[kinds == REGIONS.index("background")].mean() < 50


class Clock:
    """Half a second goes by whenever somebody looks: how much is learned does not depend on the machine."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        self.now += 0.5
        return self.now


def test_a_parser_learns_what_is_where_and_says_how_far_it_is(tmp_path: Path, monkeypatch) -> None:
    path, said = write_tar(tmp_path / "masks.tar", 24), []
    monkeypatch.setattr(parsing.Parser.__init__, "__defaults__", ((8, 12, 16, 16),))
    monkeypatch.setattr(parsing, "time", Clock())
    net = parsing.learn(path, 60 / 60, 0, said.append)
    assert "right 0." in said[-1]
    rng = np.random.default_rng(9)
    pairs = [photo_and_mask(rng) for _ in range(6)]
    found = parsing.regions_of(net, np.stack([photo for photo, _ in pairs]))
    true = np.stack([parsing.REGION_OF[classes][::2, ::2] for _, classes in pairs])
    assert found.shape == true.shape
    assert found.dtype == np.uint8
    assert (found == true).mean() > 0.62  # the wall alone is 0.44
    for name, share in (("skin", 0.8), ("background", 0.8)):
        assert (found == true)[true == REGIONS.index(name)].mean() > share, name
    # the other way round it says the same
    flipped = parsing.regions_of(net, np.stack([photo[:, ::-1] for photo, _ in pairs]))
    assert (flipped[:, :, ::-1] == found).mean() > 0.98


def test_what_a_parser_is_taught_is_bent_with_its_photo() -> None:
    rng = np.random.default_rng(0)
    made = [photo_and_mask(rng) for _ in range(8)]
    pictures = np.stack([photo for photo, _ in made])
    kinds = np.stack([parsing.REGION_OF[classes][::2, ::2] for _, classes in made])
    x, y = parsing._augmented(pictures, kinds, rng)
    assert x.shape == (8, 3, 128, 128)
    light = torch.nn.functional.avg_pool2d(x.mean(1, keepdim=True), 2)[:, 0]
    for one, where in zip(light, y, strict=True):
        assert one[where == REGIONS.index("cloth")].median() > one[where == 1].median()
        assert one[where == 1].median() > one[where == REGIONS.index("hair")].median()
        assert one[where == REGIONS.index("hair")].median() > one[where == 0].median()


def test_a_tar_without_masks_is_one_sentence(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "photos.tar", "w") as tar:
        add(tar, "faces/one.png", np.zeros((64, 64, 3), np.uint8))
    with pytest.raises(SourceError, match="holds no masks") as caught:
        parsing.learn(tmp_path / "photos.tar", 0.01, 0, silence)
    assert "_masks" in caught.value.hint


def test_a_parser_is_kept_and_a_broken_one_is_learned_anew(tmp_path: Path) -> None:
    torch.manual_seed(0)
    net, path = parsing.Parser().eval(), tmp_path / "parser.pt"
    parsing.remember(net, path)
    again = parsing.remembered(path)
    assert again is not None
    photo = photo_and_mask(np.random.default_rng(1))[0][None]
    assert np.array_equal(parsing.regions_of(net, photo), parsing.regions_of(again, photo))
    path.write_bytes(path.read_bytes()[:5000])
    assert parsing.remembered(path) is None
    path.write_text("no parser")
    assert parsing.remembered(path) is None
    assert parsing.remembered(tmp_path / "nowhere.pt") is None


def test_without_masks_landmarks_and_outline_say_what_is_where() -> None:
    t = np.linspace(0, 2 * np.pi, 128)
    head = np.stack([0.5 + 0.34 * np.cos(t), 0.45 + 0.42 * np.sin(t)], 1)
    shoulders = np.array([(0.7, 0.85), (0.9, 1.0), (0.1, 1.0), (0.3, 0.85)])
    outline = np.concatenate([head[:32], shoulders, head[32:]]).astype(np.float32)
    face = landmarks()
    face[[172, 397]] = (0.38, 0.8), (0.62, 0.8)
    kinds = parsing.guessed(np.stack([face, face]), np.stack([outline, outline * 0 - 1]))
    assert kinds.shape == (2, 64, 64)
    at = {"hair": (0.5, 0.1), "skin": (0.5, 0.6), "neck": (0.5, 0.95), "cloth": (0.2, 0.98)}
    for name, (x, y) in at.items():
        assert REGIONS[kinds[0][int(y * 64), int(x * 64)]] == name
    assert kinds[0][4, 4] == 0
    # nobody's outline was found: the face is still skin
    assert set(np.unique(kinds[1])) == {0, 1}
