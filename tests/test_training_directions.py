"""Knobs that turn a person: each moves its own measure, and leaves the others where they are."""

import numpy as np
import pytest
import torch
from tiny import tiny_network
from training_data import write_prepared

from livesketch.models.knobs import DIRECTIONS
from livesketch.models.networks import compact
from livesketch.models.networks.face_lines import POINTS
from livesketch.training import directions, shapes
from livesketch.training.dataset import Prepared, open_prepared

SKIN, HAIR = (DIRECTIONS.index(name) for name in ("skin", "hair_colour"))


class Painter(torch.nn.Module):
    """Colours skin and hair by the code: both darker along one axis, hair alone along another."""

    def forward(self, maps: torch.Tensor, regions: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
        large = torch.nn.functional.interpolate(regions, size=128)
        skin = torch.tensor([0.75, 0.6, 0.5])[None] + 0.08 * z[:, :1]
        hair = torch.full((1, 3), 0.4) + 0.05 * z[:, :1] + 0.1 * z[:, 1:2]
        hair_here = (large.argmax(1, keepdim=True) == 2).float()
        face = skin[..., None, None] * (1 - hair_here) + hair[..., None, None] * hair_here
        return face * 2 - 1


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Prepared:
    return open_prepared(write_prepared(tmp_path_factory.mktemp("prepared"), count=30))


@pytest.fixture(scope="module")
def found(data: Prepared) -> tuple[compact.Network, directions.Moved]:
    network = tiny_network()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shapes, "DRAWINGS", 5)
        shapes.describe(network.settle, data, 0)
    network.painter = Painter()  # type: ignore[assignment]
    network.settle.direction_codes.zero_()
    network.settle.direction_shapes.zero_()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(directions, "FACES", 120)
        return network, directions.find(network, data, seed=0)


def test_a_knob_at_its_end_moves_its_own_measure_and_hardly_another(found) -> None:
    moved = found[1]
    assert moved.names == ("skin", "hair_colour")
    own, others = np.diag(moved.by), moved.by - np.diag(np.diag(moved.by))
    assert own.min() > 1.2
    assert np.abs(others).max() < 0.35 * own.min()


def test_the_directions_are_along_what_the_painter_listens_to(found) -> None:
    codes = found[0].settle.direction_codes.numpy()
    assert np.abs(codes[[SKIN, HAIR], :2]).max() > 4 * np.abs(codes[[SKIN, HAIR], 2:]).max()
    assert np.linalg.norm(codes, axis=1).max() <= directions.FURTHEST + 1e-3
    # lighter skin alone: the hair is brought back to where it was
    assert codes[SKIN, 0] > 0 > codes[SKIN, 1]


def test_a_smile_lifts_the_corners_of_the_mouth_and_leaves_the_rest(found) -> None:
    settle = found[0].settle
    way = settle.direction_shapes[DIRECTIONS.index("smile")]
    row = {index: k for k, index in enumerate(POINTS)}
    corners = way[[row[61], row[291]], 1]
    middle = way[[row[13], row[14]], 1].mean()
    assert (corners - middle < -0.01).all()  # up is less
    others = [row[index] for index in (33, 263, 1, 70, 300, 234, 454)]
    assert way[others].norm(dim=-1).max() < 0.5 * corners.abs().min()
    assert not settle.direction_shapes[[SKIN, HAIR]].any()
    assert not settle.direction_codes[DIRECTIONS.index("smile")].any()
