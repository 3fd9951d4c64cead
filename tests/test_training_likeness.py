"""Who a made face is: seen the same wherever the face lies in its picture, and counted against the right person."""

import argparse

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from measuring import small_identity
from training_data import landmarks

from livesketch import training
from livesketch.errors import ModelError, UsageError
from livesketch.models.networks.face_lines import POINTS
from livesketch.training import likeness
from livesketch.training.likeness import STRANGERS, Likeness, unlike

FACE = torch.from_numpy(landmarks())[POINTS][None]


@pytest.fixture
def seen(tmp_path) -> Likeness:
    np.savez(tmp_path / likeness.FILE, **small_identity(np.random.default_rng(2)))
    return Likeness(tmp_path)


def picture(side: int) -> torch.Tensor:
    """(1, 3, S, S): smooth, so that another size shows the same."""
    torch.manual_seed(4)
    return F.interpolate(torch.rand(1, 3, 7, 7) * 2 - 1, (side, side), mode="bicubic").clamp(-1, 1)


def turned(degrees: float, size: float) -> torch.Tensor:
    a = torch.deg2rad(torch.tensor(degrees))
    return size * torch.tensor([[a.cos(), -a.sin()], [a.sin(), a.cos()]])


def test_a_face_turned_and_made_smaller_in_its_picture_is_the_same_person(seen) -> None:
    straight = picture(256)
    turn = turned(12, 0.8)
    back = torch.cat([torch.linalg.inv(turn), torch.zeros(2, 1)], 1)[None]
    grid = F.affine_grid(back, [1, 3, 256, 256], False)
    moved = F.grid_sample(straight, grid, padding_mode="border", align_corners=False)
    there = (FACE - 0.5) @ turn.T + 0.5
    asked = seen.aligned(straight, FACE)
    assert (seen.aligned(moved, there) - asked).abs().mean() < 0.02
    assert (seen.aligned(moved, FACE) - asked).abs().mean() > 0.1


def test_a_picture_learns_from_being_somebody_else(seen) -> None:
    made = picture(128).requires_grad_(True)
    (1 - (seen(made, FACE) * F.normalize(torch.ones(1, 5), dim=1)).sum()).backward()
    assert made.grad is not None
    assert made.grad.abs().sum() > 0


def codes(rows: list[int]) -> torch.Tensor:
    """Row k is the axis rows[k] of a space of 20: another axis is another person."""
    return torch.eye(20)[rows]


def test_own_faces_and_borrowed_codes_are_compared_with_whose_they_are() -> None:
    true = codes([0, 1, 2, 3, 4, 5, 6, 7])
    # the second of each four shows the one two before it, the last the one whose new code it shares
    made = codes([0, 7, 2, 8, 4, 3, 6, 8])
    off = unlike(made, true)
    assert [float(value) for value in vars(off).values()] == pytest.approx([0, 0, 0, 0])
    wrong = unlike(codes([1, 0, 3, 8, 5, 4, 7, 9]), true)
    assert [float(wrong.own), float(wrong.borrowed), float(wrong.twins)] == [1, 1, 1]


def test_a_crowd_of_one_person_counts_as_what_it_is() -> None:
    everybody = codes([0] * 8)
    assert float(unlike(everybody, everybody).crowd) == pytest.approx(1 - STRANGERS)


def test_four_examples_have_no_twins_and_that_is_no_error() -> None:
    off = unlike(codes([0, 3, 2, 5]), codes([0, 1, 2, 3]))
    assert float(off.twins) == 0
    assert float(off.borrowed) == 0


def test_another_file_of_that_name_is_refused(tmp_path) -> None:
    np.savez(tmp_path / likeness.FILE, what=np.zeros(3))
    with pytest.raises(ModelError, match="MobileFaceNet"):
        Likeness(tmp_path)


def test_asked_for_without_the_network_it_is_one_sentence(tmp_path) -> None:
    parser = argparse.ArgumentParser()
    training.add_arguments(parser)
    words = ["--data", str(tmp_path), "--out", str(tmp_path / "out"), "--likeness"]
    with pytest.raises(UsageError, match="knows people"):
        training.run(parser.parse_args(words))
