"""A painted face at another age: what years lay over skin goes with the face, hair turns grey, nothing else changes."""

import pytest
import torch

from livesketch.models.networks.ageing import CORNER, HAIR, MAP, SIZE, Ageing
from livesketch.models.networks.wardrobe import cells_of

GRID = 32
CHILD, SAME, OLD = (torch.tensor([[age]]) for age in (-1.0, 0.0, 1.0))
SPOT = 0.4, 0.6  # of the usual picture, where it is brighter with the years


@pytest.fixture
def ageing() -> Ageing:
    """One spot that is brighter in old people, and darker in children, and wrinkles all about."""
    torch.manual_seed(0)
    made = Ageing(3).eval().requires_grad_(False)
    down, across = MAP[0] // 2, MAP[1] // 2
    column = int((SPOT[0] - CORNER[0]) / SIZE[0] * across)
    row = int((SPOT[1] - CORNER[1]) / SIZE[1] * down)
    made.changes[1, :, row - 1 : row + 2, column - 1 : column + 2] = 0.5
    made.changes[0, :, row - 1 : row + 2, column - 1 : column + 2] = -0.5
    return made


def at(shift: tuple[float, float] = (0.0, 0.0)) -> torch.Tensor:
    """A face that lies that much further to the right, and down, than the usual one."""
    return torch.from_numpy(cells_of(GRID))[None] - torch.tensor(shift)


def regions(row: int = 1) -> torch.Tensor:
    made = torch.zeros(1, 8, GRID, GRID)
    made[:, row] = 1
    return made


def test_who_is_as_old_as_they_are_is_not_touched(ageing: Ageing) -> None:
    ageing.wrinkles.normal_()
    face = torch.rand(1, 3, 64, 64) * 2.4 - 1.2  # painters overshoot
    for kind in (1, HAIR):
        assert torch.equal(ageing(face, at(), regions(kind), torch.zeros(1, 8), SAME), face)


@pytest.mark.parametrize("shift", [(0.0, 0.0), (0.2, 0.1)])
def test_what_years_do_goes_with_the_face(ageing: Ageing, shift) -> None:
    face, who = torch.zeros(1, 3, 128, 128), torch.zeros(1, 8)
    x, y = (round((place + by) * 128) for place, by in zip(SPOT, shift, strict=True))
    for age, sign in ((OLD, 1), (CHILD, -1)):
        change = ageing(face, at(shift), regions(), who, age)[0] * sign
        assert (change[:, y - 1 : y + 2, x - 1 : x + 2] > 0.2).all()
        change[:, y - 9 : y + 10, x - 9 : x + 10] = 0
        assert change.abs().max() == 0
    half = ageing(face, at(shift), regions(), who, OLD / 2)
    assert 0.1 < half.max() < 0.6 * ageing(face, at(shift), regions(), who, OLD).max()


def test_a_dark_face_changes_by_as_much_of_its_light(ageing: Ageing) -> None:
    bright, dark = torch.full((1, 3, 64, 64), 0.2), torch.full((1, 3, 64, 64), -0.7)
    share = []
    for face in (bright, dark):
        aged = ageing(face, at(), regions(), torch.zeros(1, 8), OLD)
        share.append((aged + 1) / (face + 1))
    assert torch.allclose(*share, atol=1e-4)


def test_hair_turns_grey_and_a_childs_does_not(ageing: Ageing) -> None:
    auburn = torch.tensor([-0.2, -0.6, -0.8])[None, :, None, None].expand(1, 3, 64, 64)
    old = ageing(auburn, at(), regions(HAIR), torch.zeros(1, 8), OLD)
    assert old.std(1).max() < 0.3 * auburn.std(1).max()
    assert (old.mean(1) > auburn.mean(1)).all()
    assert torch.equal(ageing(auburn, at(), regions(HAIR), torch.zeros(1, 8), CHILD), auburn)


def test_people_have_wrinkles_of_their_own(ageing: Ageing) -> None:
    ageing.changes.zero_()
    ageing.wrinkles.normal_(0, 0.3)
    face = torch.zeros(1, 3, 64, 64)

    def wrinkles(who: torch.Tensor, age: torch.Tensor = OLD) -> torch.Tensor:
        return ageing(face, at(), regions(), who[None], age)[0, 0].flatten()

    one, other = torch.eye(8)[0] * 2, torch.eye(8)[1] * 2
    assert torch.corrcoef(torch.stack([wrinkles(one), wrinkles(other)]))[0, 1] < 0.5
    between = wrinkles((one + other) / 2)  # and on the way between two people nothing jumps
    assert (between - wrinkles(one)).abs().max() < (wrinkles(other) - wrinkles(one)).abs().max()
    assert wrinkles(one, CHILD).abs().max() == 0
