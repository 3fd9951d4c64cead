"""What a painter finds hard is found out from the photos that it paints badly, whatever skin their people have."""

from pathlib import Path

import numpy as np
import pytest
import torch
from tiny import TINY, tiny_network
from training_data import write_prepared
from training_stage import small_networks

from livesketch.training import easing, looks
from livesketch.training.dataset import open_prepared

__all__ = ["small_networks"]  # every test here stands on it

BUSY = 2  # the coordinate of a code that tells how busy a photo is


@pytest.fixture
def data(tmp_path) -> Path:
    """Half of the photos are noise, which nobody can paint."""
    folder = write_prepared(tmp_path / "prepared", count=40)
    pictures = np.load(folder / "pictures.npy")
    noise = np.random.default_rng(0).integers(0, 255, pictures[::2].shape)
    pictures[::2], pictures[1::2] = noise, 127
    np.save(folder / "pictures.npy", pictures)
    return folder


def codes(count: int) -> torch.Tensor:
    made = torch.from_numpy(np.random.default_rng(1).normal(size=(count, TINY.z_dim)))
    made[::2, BUSY] += 3
    return made


def test_the_way_to_harder_codes_is_that_of_photos_that_cannot_be_painted(
    data, monkeypatch
) -> None:
    monkeypatch.setattr(easing, "PHOTOS", 40)
    monkeypatch.setattr(looks, "tones", lambda faces: np.zeros(len(faces)))
    network = tiny_network()
    easing.ease(network, codes(40), open_prepared(data))
    hard = network.settle.hard
    assert float(hard.norm()) == pytest.approx(1, abs=1e-5)
    assert float(hard[BUSY]) > 0.8


def test_it_leaves_the_tone_of_skin_where_it_is(data, monkeypatch) -> None:
    monkeypatch.setattr(easing, "PHOTOS", 40)
    monkeypatch.setattr(looks, "LOOKS", 2000)
    monkeypatch.setattr(looks, "neutral_faces", lambda network, lots: lots)
    # whose photos are busy is darker, too
    monkeypatch.setattr(looks, "tones", lambda lots: -20 * lots[:, BUSY] + 10 * lots[:, 4])
    network = tiny_network()
    easing.ease(network, codes(40), open_prepared(data))
    way = network.settle.hard.double().numpy()
    tone = np.zeros(TINY.z_dim)
    tone[[BUSY, 4]] = -20, 10
    assert abs(way @ tone) / np.linalg.norm(tone) < 0.05
    assert way[BUSY] > 0  # and what is left of the way is still the way
