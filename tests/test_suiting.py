"""Who is painted goes with the hair that is painted: in photos the two go together."""

import numpy as np
import pytest
import torch
from test_settle import FACE, ROUND, drawn, knobs
from test_training_wardrobe import encode, longhaired
from tiny import TINY

from livesketch.models.networks.face_lines import POINTS
from livesketch.models.networks.shape import Settle
from livesketch.models.networks.suiting import Suiting
from livesketch.training import shapes
from livesketch.training.dataset import Prepared, open_prepared
from livesketch.training.parsing import HAIR, REGIONS
from livesketch.training.suiting import suit


@pytest.fixture
def prepared(tmp_path, monkeypatch) -> Prepared:
    """Photos of people of whom the pale ones have long hair."""
    monkeypatch.setattr(shapes, "DRAWINGS", 4)
    return open_prepared(longhaired(tmp_path, is_pale=np.arange(40) % 2 == 0))


def found_in(data: Prepared) -> Suiting:
    settle = Settle(len(POINTS), len(REGIONS), 32, TINY.shapes, TINY.z_dim, suited=2)
    shapes.describe(settle, data, 0)
    codes = shapes.codes_of(encode, data, shapes.people(data))  # type: ignore[arg-type]
    suit(settle, codes, data)
    assert settle.suiting is not None
    return settle.suiting


def led_by_hair() -> tuple[Settle, Suiting]:
    """Of whose codes the third number follows what is painted: nothing yet."""
    settle = Settle(len(POINTS), 4, 32, TINY.shapes, 8, suited=1)
    settle.mean.copy_(FACE - FACE.mean(0))
    assert settle.suiting is not None
    settle.suiting.ways[0, 2] = 1
    return settle, settle.suiting


def test_a_few_coordinates_follow_what_is_painted_and_the_others_are_the_look_s() -> None:
    suiting = Suiting(1, 4, 8)
    suiting.ways[0, 2] = 1
    suiting.telling[0, 1] = 3 / 256  # three times the share of the picture that region 1 covers
    suiting.middle[0] = -1
    regions = torch.zeros(2, 4, 32, 32)
    regions[0, 0] = regions[1, 1] = 1
    who = torch.randn(2, 8)
    suited = suiting(who, regions)
    assert suited[:, 2].tolist() == pytest.approx([-1, 2], abs=1e-4)
    rest = [k for k in range(8) if k != 2]
    assert torch.equal(suited[:, rest], who[:, rest])


def test_other_hair_drawn_on_a_head_is_worn_by_somebody_it_suits() -> None:
    settle, suiting = led_by_hair()
    suiting.telling[0, 1] = 3 / 256
    bald, haired = torch.zeros(2, 1, 4, 32, 32)
    bald[:, 0], haired[:, 1] = 30, 30
    z = torch.randn(1, 8)
    one, other = (settle(drawn(), hair, ROUND, z, knobs(hair=1))[2][0] for hair in (bald, haired))
    assert (other - one)[2] == pytest.approx(3, abs=0.01)
    assert torch.allclose(other[3:], one[3:])


def test_where_no_hair_is_drawn_a_look_stays_half_of_who_it_is() -> None:
    settle, suiting = led_by_hair()
    suiting.middle[0] = 3
    z = torch.randn(1, 8)
    crude, sure = settle.usual[None], torch.zeros(1, 4, 32, 32)
    sure[:, 1] = 30
    who = [settle(drawn(), hair, ROUND, z, knobs(hair=1))[2][0, 2] for hair in (crude, sure)]
    assert who[0] == pytest.approx(float(z[0, 2] + 3) / 2, abs=0.01)
    assert who[1] == pytest.approx(3, abs=0.01)


def test_what_photos_say_of_who_wears_long_hair_is_found(prepared) -> None:
    kinds = torch.from_numpy(
        np.asarray(prepared.regions[:2])
    ).long()  # of a pale person, of a dark one
    regions = torch.nn.functional.one_hot(kinds, len(REGIONS)).permute(0, 3, 1, 2).float()
    assert (kinds[0] == HAIR).sum() > (kinds[1] == HAIR).sum()
    pale, dark = found_in(prepared)(torch.zeros(2, TINY.z_dim), regions)[:, 3]
    seen = [
        float(
            encode(torch.from_numpy(np.asarray(prepared.pictures[i])).float() / 127.5 - 1)[0][0, 3]
        )
        for i in (0, 1)
    ]
    assert pale - dark == pytest.approx(seen[0] - seen[1], rel=0.3)


def test_nobody_is_changed_by_what_photos_do_not_say(prepared) -> None:
    who = torch.zeros(1, TINY.z_dim)
    who[:, 5] = 1  # no photo's code has anything there
    regions = torch.rand(1, len(REGIONS), 32, 32).softmax(1)
    assert found_in(prepared)(who, regions)[0, 5] == pytest.approx(1, abs=0.01)
