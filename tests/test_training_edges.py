"""At the edges of training: few photos, no hair, other sizes, and files that borrow their people."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny import TINY, tiny_network, write_tiny
from training_data import write_prepared
from training_stage import options, silence, small_networks

from livesketch.errors import LivesketchError, ModelError, SourceError
from livesketch.models import checkpoint, weights
from livesketch.models.engine import open_model
from livesketch.models.networks import compact
from livesketch.models.networks.face_lines import POINTS
from livesketch.models.networks.shape import LIMITS, Settle
from livesketch.training import directions, finish, loop, parsing, shapes
from livesketch.training.dataset import open_prepared

__all__ = ["small_networks"]


def reader_alone(path: Path, space: str) -> Path:
    network = tiny_network(replace(TINY, input_channels=19, input_size=64))
    said = {"task": "mask", "style_space": space}
    checkpoint.save(path, "compact", network, None, said, own="reader.")
    return path


def test_few_photos_give_fewer_ways_to_differ(tmp_path) -> None:
    data = open_prepared(write_prepared(tmp_path, count=6))
    settle = Settle(len(POINTS), 8, 32, 24, 64)
    shapes.describe(settle, data, 0)
    assert torch.isfinite(settle.plausible(settle.mean[None], LIMITS[0])).all()


def test_photos_of_the_bald_and_of_hats_give_directions_too(tmp_path) -> None:
    folder = write_prepared(tmp_path, count=12)
    kinds = np.load(folder / "regions.npy")
    kinds[kinds == 2] = 5
    np.save(folder / "regions.npy", kinds)
    network = tiny_network()
    shapes.describe(network.settle, open_prepared(folder), 0)
    directions.find(network, open_prepared(folder), 0)
    assert torch.isfinite(network.settle.direction_codes).all()


def test_another_task_takes_the_size_of_the_model_it_goes_with(tmp_path) -> None:
    data = write_prepared(tmp_path / "data", count=12)
    loop.train(options(data, tmp_path, 1, task="mask"), silence)
    large = replace(TINY, img_resolution=256, input_size=256)
    base = write_tiny(tmp_path / "base.safetensors", config=large)
    made = finish.FinishOptions(data, tmp_path, task="mask", size=128, model=base)
    path = finish.finish(made, silence)
    assert checkpoint.load(path).config.img_resolution == 256


def test_a_tar_of_masks_that_is_none_is_one_sentence(tmp_path) -> None:
    (tmp_path / "masks.tar").write_bytes(b"no tar" * 200)
    for name in ("masks.tar", "nowhere.tar"):
        with pytest.raises(SourceError, match=name):
            parsing.learn(tmp_path / name, 0.01, 0, silence)


@pytest.mark.parametrize(("task", "channels"), [("mask", 1), ("photo", 19), ("sketch", 3)])
def test_a_file_whose_reader_cannot_see_its_task_is_refused(tmp_path, task, channels) -> None:
    config = replace(TINY, input_channels=channels)
    path = write_tiny(tmp_path / "odd.safetensors", task=task, config=config)
    with pytest.raises(ModelError):
        open_model(str(path), runtime="torch")


def test_people_that_were_replaced_are_seen_by_every_task(tmp_path) -> None:
    base = write_tiny(tmp_path / "base.safetensors", style_space="s")
    path = reader_alone(tmp_path / "mask.safetensors", "s")
    mask = np.zeros((64, 64), np.uint8)
    first = open_model(str(path), runtime="openvino").face(mask)
    write_tiny(base, seed=9, style_space="s")
    assert not np.array_equal(open_model(str(path), runtime="openvino").face(mask), first)


def test_a_reader_that_is_added_without_its_people_says_so_at_once(tmp_path) -> None:
    write_tiny(tmp_path / "base.safetensors", style_space="s2")
    path = reader_alone(tmp_path / "mask.safetensors", "s2")
    try:
        weights.add(path)
    except LivesketchError:
        return
    assert open_model("mask", runtime="torch").task == "mask"


@pytest.mark.parametrize("values", [{"img_resolution": 256.0}, {"input_size": 160}])
def test_configs_that_break_later_are_refused_at_once(values) -> None:
    with pytest.raises(ModelError):
        compact.config_from(json.loads(json.dumps(values)))
