"""What is played is what was learned: the painter with fewer multiplications, and its pixels as bytes."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from tiny import TINY, tiny_network

from livesketch.models.networks import compact
from livesketch.models.networks.face_lines import MAPS
from livesketch.models.networks.played import Played
from livesketch.models.pixels import picture_from, unfolded


def inputs(config: compact.Config, seed: int) -> tuple[torch.Tensor, ...]:
    torch.manual_seed(seed)
    maps, regions = torch.rand(1, len(MAPS), 64, 64), torch.rand(1, config.regions, 32, 32)
    return maps, regions, torch.randn(1, config.z_dim)


@pytest.mark.parametrize("resolution", compact.RESOLUTIONS)
def test_the_played_painter_paints_the_same_picture(resolution: int) -> None:
    config = replace(TINY, img_resolution=resolution)
    painter = tiny_network(config).painter
    torch.manual_seed(1)
    for weight in painter.parameters():  # what begins as nothing would hide what is done with it
        weight.add_(0.1 * torch.randn_like(weight))
    played = Played(painter)
    before = {name: value.clone() for name, value in painter.state_dict().items()}
    for seed in range(3):
        given = inputs(config, seed)
        with torch.inference_mode():
            wanted = picture_from(painter(*given)[0].numpy())
            made = unfolded(played(*given)[0].numpy())
        assert made.shape == (resolution, resolution, 3)
        assert made.flags.c_contiguous
        assert wanted.std() > 5
        away = np.abs(made.astype(int) - wanted)
        assert away.max() <= 1, "a pixel at the edge of rounding"
        assert away.mean() < 0.01
    assert all(torch.equal(value, before[name]) for name, value in painter.state_dict().items())


def test_four_pixels_in_the_channels_of_one_are_unfolded_row_by_row() -> None:
    picture = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
    folded = picture.reshape(2, 2, 3, 2, 3).transpose(0, 2, 1, 3, 4).reshape(2, 3, 12)
    assert np.array_equal(unfolded(folded), picture)
    whole = unfolded(picture)
    assert np.array_equal(whole, picture)
    assert not np.shares_memory(whole, picture)
