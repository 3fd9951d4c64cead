"""Style mixing of W+ models: the drawing's layers, the look's, how much of each; every task of pSp."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from published import SMALL_PSP, psp_content, small_psp, varied

from livesketch.errors import ModelError
from livesketch.frames import FACE_PARTS
from livesketch.models.engine import Model, open_model
from livesketch.models.mixing import mix_of, mixed
from livesketch.models.networks import psp
from livesketch.models.pixels import one_hot_from, picture_from
from livesketch.parameters import LAYERS

PLAIN = {"look_mix": 0.0}


@pytest.fixture
def model(tmp_path: Path) -> Model:
    path = tmp_path / "sketch.pt"
    torch.save(psp_content(small_psp()), path)
    return open_model(str(path), device="cpu")


def of_task(tmp_path: Path, channels: int, options: dict[str, object]) -> Model:
    network = psp.Network(replace(SMALL_PSP, input_channels=channels))
    varied(network)
    content = psp_content(network)
    content["opts"] |= options
    path = tmp_path / "other.pt"
    torch.save(content, path)
    return open_model(str(path), device="cpu")


def nearly(face: np.ndarray, exact: np.ndarray) -> bool:
    """Faces are painted in half precision where that is quicker: 35 dB and more of likeness."""
    off = np.mean((face.astype(float) - exact) ** 2)
    return bool(off < 255**2 / 10**3.5)


def sketch() -> np.ndarray:
    drawn = np.ones((256, 256), np.float32)
    drawn[100:140, 40:200] = 0
    return drawn


# arithmetic


def test_a_held_look_paints_the_fine_layers_and_the_drawing_the_others() -> None:
    shares = mix_of({}, "sketch").shares
    assert shares == (0.0,) * 8 + (1.0,) * 10
    ws, look = np.zeros((10, 4), np.float32), np.ones((10, 4), np.float32)
    assert np.array_equal(mixed(ws, look, shares)[:, 0], [0] * 8 + [1] * 2)
    half = mix_of({"look_mix": 0.5, "layer_1": 1.0, "layer_9": 0.5}, "mask").shares
    assert half[:2] == (0.5, 0.0)
    assert half[8:10] == (0.25, 0.5)
    assert len(half) == LAYERS


def test_of_a_picture_the_look_paints_nothing_until_it_is_asked_for() -> None:
    assert mix_of({"look_mix": 1.0}, "photo").is_plain
    assert mix_of({}, "lowres").is_plain
    assert mix_of({"photo_look": 0.5}, "photo").shares[-1] == 0.5


# faces


def test_the_knobs_mix_as_the_paper_does(model: Model) -> None:
    ws = model.encode(sketch()[None])

    def painted(shares: list[float], truncation: float = 1.0) -> np.ndarray:
        look = model.latents_of(3, truncation)
        alpha = np.array(shares, np.float32)[:, None]
        return picture_from(model.generate(ws + alpha * (look - ws)))

    layers = [0.0] * 8 + [1.0] * 2
    for settings, wanted in (
        ({}, painted(layers)),
        (PLAIN, painted([0.0] * 10)),
        ({"look_mix": 0.5}, painted([0.5 * one for one in layers])),
        ({"layer_1": 1.0, "layer_9": 0.0}, painted([1.0, *layers[1:8], 0.0, 1.0])),
        ({"truncation": 0.3}, painted(layers, 0.3)),
    ):
        assert nearly(model.face(sketch(), 3, settings), wanted), settings


def test_the_plain_answer_is_nobodys_look_and_noise_is_held(model: Model) -> None:
    one, other = (model.face(sketch(), seed, PLAIN) for seed in (1, 2))
    assert np.array_equal(one, other)
    assert np.array_equal(model.face(sketch(), 1), model.face(sketch(), 1))
    assert not np.array_equal(model.face(sketch(), 1), model.face(sketch(), 2))


# every task


def test_painted_parts_become_one_hot_and_a_face(tmp_path: Path) -> None:
    model = of_task(tmp_path, 19, {"dataset_type": "celebs_seg_to_face"})
    assert model.task == "mask"
    mask = np.zeros((512, 512), np.uint8)
    mask[100:400, 150:350] = 1
    x = one_hot_from(mask, 256)[0]
    assert x.shape == (len(FACE_PARTS), 256, 256)
    assert np.array_equal(x.sum(0), np.ones((256, 256)))
    wanted = picture_from(model.generate(model.encode(x)))
    assert nearly(model.face(mask, 1, PLAIN), wanted)
    assert not np.array_equal(model.face(mask, 1), model.face(mask, 2))


@pytest.mark.parametrize(
    ("options", "task"),
    [
        ({"dataset_type": "ffhq_encode"}, "photo"),
        ({"dataset_type": "ffhq_frontalize"}, "photo"),
        ({"dataset_type": "toonify"}, "photo"),
        ({"dataset_type": "celebs_super_resolution", "resize_factors": "1,2,4"}, "lowres"),
    ],
)
def test_photos_are_seen_from_minus_one_to_one_and_stay_who_they_are(
    tmp_path: Path, options: dict[str, object], task: str
) -> None:
    model = of_task(tmp_path, 3, options)
    assert model.task == task
    photo = np.random.default_rng(0).integers(0, 255, (256, 256, 3)).astype(np.uint8)
    x = (photo.transpose(2, 0, 1) / 127.5 - 1).astype(np.float32)
    wanted = picture_from(model.generate(model.encode(x)))
    for seed in (1, 2):
        assert nearly(model.face(photo, seed), wanted)
    other = [model.face(photo, seed, {"photo_look": 1.0}) for seed in (1, 2)]
    assert not np.array_equal(other[0], other[1])


def test_a_model_of_other_classes_than_ours_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="5 channels"):
        of_task(tmp_path, 5, {"dataset_type": "celebs_seg_to_face"})
