"""Where painted features lie counts, as a reader of photos sees it: in the picture, whatever a person wears."""

import csv
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from training_data import write_prepared
from training_stage import config_of, options, silence, small_networks

from livesketch.errors import ModelError
from livesketch.training import loop
from livesketch.training.placing import Placing

__all__ = ["small_networks"]  # every test here stands on it


@pytest.fixture
def data(tmp_path) -> Path:
    return write_prepared(tmp_path / "prepared")


@pytest.fixture
def photo_reader(data, tmp_path) -> Path:
    """It has seen too few photos to find a face, but it sees a picture move."""
    out = tmp_path / "photo"
    loop.train(options(data, out, 2, part="reader", task="photo"), silence)
    return loop.kept(out, "reader", "photo")


def pictures(count: int = 2) -> torch.Tensor:
    torch.manual_seed(4)
    return F.interpolate(torch.rand(count, 3, 9, 9) * 2 - 1, (128, 128), mode="bicubic")


def test_a_face_where_it_should_be_costs_nothing_and_one_beside_it_more(photo_reader) -> None:
    placing = Placing(photo_reader, config_of("photo", 128))
    true = pictures()
    little, much = (float(placing.misplaced(true.roll(by, 3), true)) for by in (4, 24))
    assert float(placing.misplaced(true, true)) == 0
    assert 0 < little < much


def test_a_painter_learns_from_it_and_the_reader_does_not(photo_reader) -> None:
    placing = Placing(photo_reader, config_of("photo", 128))
    made = pictures().requires_grad_(True)
    placing.misplaced(made, pictures().roll(9, 2)).backward()
    assert made.grad is not None
    assert made.grad.abs().sum() > 0
    assert not any(p.requires_grad for p in placing.parameters())


def test_a_training_with_it_logs_how_far_off_features_are(data, tmp_path, photo_reader) -> None:
    out = tmp_path / "out"
    given = options(data, out, 2, part="painter", photo_reader=photo_reader)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "SAY_EVERY", 0)
        loop.train(given, silence)
    rows = list(csv.DictReader((out / "painter.csv").open()))
    assert all(float(row["misplaced"]) > 0 for row in rows)


def test_a_reader_of_something_else_is_refused(data, tmp_path, photo_reader) -> None:
    with pytest.raises(ModelError, match="no reader of photos"):
        Placing(photo_reader, config_of("mask", 128))
    with pytest.raises(ModelError, match="there is no file"):
        Placing(tmp_path / "nothing.pt", config_of("photo", 128))
