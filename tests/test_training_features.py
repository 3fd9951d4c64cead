"""Faces judged by a frozen network that saw photos of everything: the one that evaluation measures with."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from measuring import small_appearance
from training_data import write_prepared
from training_stage import options, silence, small_networks

from livesketch.errors import ModelError
from livesketch.evaluation.features import Appearance
from livesketch.training import loop
from livesketch.training.perceptual import FILE, SIDE, Features, ProjectedDiscriminator

__all__ = ["small_networks"]  # every test here stands on it


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("features")
    np.savez(folder / FILE, **small_appearance(np.random.default_rng(0)))  # type: ignore[arg-type]
    return folder


def test_the_last_features_are_those_that_evaluation_measures(folder):
    picture = np.random.default_rng(1).integers(0, 255, (SIDE, SIDE, 3), np.uint8)
    y = torch.from_numpy(picture).permute(2, 0, 1)[None].float() / 127.5 - 1
    with torch.no_grad():
        own = Features(folder)(y)[-1].mean((2, 3)).numpy()
    (measured,) = Appearance(small_appearance(np.random.default_rng(0))).of([picture])
    assert np.allclose(own[0], measured, rtol=0.02, atol=0.01)
    assert own.std() > 0.01


def test_features_of_any_size_come_in_four_levels_and_are_judged_in_patches(folder):
    features = Features(folder)
    judge = ProjectedDiscriminator(features.channels, width=8)
    for side in (128, 256):
        seen = features(torch.rand(2, 3, side, side) * 2 - 1)
        assert [level.shape[1] for level in seen] == features.channels
        assert [level.shape[-1] for level in seen] == [56, 28, 14, 7]
        assert [len(patches) for patches in judge(seen)] == [2] * 4
    assert not list(features.parameters())  # nothing of it learns


def test_with_features_a_painter_has_one_more_critic_and_it_learns(folder, tmp_path):
    data = write_prepared(tmp_path / "data")
    made = options(data, tmp_path / "out", 2, part="painter", features=folder)
    loop.train(made, silence)
    learned = torch.load(tmp_path / "out" / "painter.pt", weights_only=True)
    fresh = ProjectedDiscriminator(Features(folder).channels).state_dict()
    assert set(learned["networks"]["projected"]) == set(fresh)
    assert learned["optimizers"]["critics"]["state"]
    # a state that has it does not take the place of one that has not, nor the other way round
    (tmp_path / "bare").mkdir()
    loop.train(options(data, tmp_path / "bare", 1, part="painter"), silence)
    with pytest.raises(ModelError, match="does not fit") as caught:
        loop.train(replace(made, out=tmp_path / "bare"), silence)
    assert "--features" in caught.value.hint


@pytest.mark.parametrize("spoil", ["missing", "other", "text"])
def test_a_folder_without_features_is_one_sentence(tmp_path, spoil):
    if spoil == "other":
        np.savez(tmp_path / FILE, a=np.zeros(3))
    elif spoil == "text":
        (tmp_path / FILE).write_text("no numbers")
    with pytest.raises(ModelError, match="features of MobileNetV2") as caught:
        Features(tmp_path)
    assert "--features" in caught.value.hint
