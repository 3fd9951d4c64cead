"""Between reading and painting: what of a drawing is believed, and what a face's lines look like as maps."""

import pytest
import torch
from tiny import TINY, fill
from training_data import landmarks

from livesketch.models.knobs import DIRECTIONS, KNOBS, PART_NAMES
from livesketch.models.networks.face_lines import (
    INNER_LOWER,
    INNER_UPPER,
    MAPS,
    PARTS,
    POINTS,
    Lines,
    mirror_rows,
    soft_argmax,
)
from livesketch.models.networks.reader import DIRECTIONS as HULL
from livesketch.models.networks.reader import Reader
from livesketch.models.networks.shape import CANDID, DIM, LIMITS, STUDIO, Settle, met

FACE = torch.from_numpy(landmarks())[POINTS]
CELL = 1 / 64
ROUND = torch.ones(1, HULL)  # the hull of a circle


@pytest.fixture
def settle() -> Settle:
    torch.manual_seed(0)
    made = Settle(len(POINTS), TINY.regions, 32, TINY.shapes, 64)
    fill(made, FACE)
    return made


def knobs(**turned: float) -> torch.Tensor:
    """(1, K): all 0 but those named."""
    return torch.tensor([[turned.get(name, 0.0) for name in KNOBS]])


def turned(points: torch.Tensor, degrees: float, size: float) -> torch.Tensor:
    angle = torch.deg2rad(torch.tensor(degrees))
    c, s = torch.cos(angle) * size, torch.sin(angle) * size
    middle = points.mean(-2, keepdim=True)
    return (points - middle) @ torch.stack([torch.stack([c, s]), torch.stack([-s, c])]) + middle


def drawn() -> torch.Tensor:
    """(1, K, 2): a face no photo has: it leans, is small, and every point is off by a little."""
    torch.manual_seed(3)
    return turned(FACE + torch.randn_like(FACE) * 0.02, 15, 0.7)[None] + 0.05


# lines


def test_a_face_is_its_own_mirror_image_with_left_and_right_changed() -> None:
    rows = mirror_rows()
    there = FACE[rows] * torch.tensor([-1.0, 1.0]) + torch.tensor([1.0, 0.0])
    assert torch.allclose(there, FACE, atol=1e-4)
    assert [rows[row] for row in rows] == list(range(len(POINTS)))
    for left, right in ((33, 263), (468, 473), (61, 291), (234, 454), (48, 278), (70, 300)):
        assert rows[POINTS.index(left)] == POINTS.index(right)
    for middle in (10, 152, 1, 168, 2, 0, 17, 13, 14):
        assert rows[POINTS.index(middle)] == POINTS.index(middle)


def test_lines_put_ink_where_points_are_and_nowhere_else() -> None:
    maps = Lines()(FACE[None])[0]
    assert maps.shape == (len(MAPS), 64, 64)
    assert maps.min() >= 0
    assert maps.max() <= 1
    ticks = (torch.arange(64) + 0.5) / 64
    places = torch.stack(torch.meshgrid(ticks, ticks, indexing="xy"), -1)
    for row, chains in enumerate(MAPS):
        wanted = [POINTS.index(index) for chain in chains for index in chain]
        for x, y in (FACE[wanted] * 64).int().tolist():
            assert maps[row, y, x] > 0.4, row
        far = torch.cdist(places.view(-1, 2), FACE[wanted]).amin(1).view(64, 64)
        assert maps[row][far > 0.1].max() < 0.01, row


def test_a_line_between_two_landmarks_has_no_gap() -> None:
    oval = Lines()(FACE[None])[0, 0]
    chain = [POINTS.index(index) for index in MAPS[0][0]]
    for a, b in zip(FACE[chain], FACE[chain[1:]], strict=False):
        for t in torch.linspace(0, 1, 8):
            x, y = ((a + (b - a) * t) * 64).int().tolist()
            assert oval[y, x] > 0.3


def test_maps_move_with_their_face() -> None:
    lines = Lines()
    here, there = lines(FACE[None]), lines(FACE[None] + torch.tensor([4 * CELL, -2 * CELL]))
    assert torch.allclose(here[..., 2:, :-4], there[..., :-2, 4:], atol=1e-5)


def test_a_heat_map_is_read_to_a_fraction_of_its_cells() -> None:
    ticks = (torch.arange(32) + 0.5) / 32
    for x, y in ((0.4, 0.55), (0.401, 0.13)):
        heat = -(((ticks - x) / 0.03) ** 2)[None] - (((ticks - y) / 0.03) ** 2)[:, None]
        assert torch.allclose(soft_argmax(heat[None, None])[0, 0], torch.tensor([x, y]), atol=1e-3)


# shapes


def test_aligning_undoes_place_size_and_tilt(settle: Settle) -> None:
    points = drawn()
    shape = settle.aligned(points)[2]
    for degrees, size in ((0.0, 1.0), (40.0, 0.5), (-20.0, 1.7)):
        other = turned(points, degrees, size) + torch.tensor([0.1, -0.2])
        middle, turn, again = settle.aligned(other)
        assert torch.allclose(again, shape, atol=1e-4)
        x = again[..., 0] * turn[..., 0] - again[..., 1] * turn[..., 1]
        y = again[..., 0] * turn[..., 1] + again[..., 1] * turn[..., 0]
        assert torch.allclose(torch.stack([x, y], -1) + middle, other, atol=1e-5)


def test_a_plausible_shape_stays_within_what_faces_do(settle: Settle) -> None:
    def ways(shape: torch.Tensor) -> torch.Tensor:
        return torch.einsum("nkc,skc->ns", shape - settle.mean, settle.basis) / settle.spread

    def along(by: float) -> torch.Tensor:
        return settle.mean + by * (settle.basis * settle.spread[:, None, None])

    wild = along(10) + torch.randn(len(settle.basis), *FACE.shape) * 0.05
    settled = settle.plausible(wild, LIMITS[0])
    assert ways(wild).abs().max() > 5
    assert ways(settled).abs().max() <= LIMITS[0] + 1e-3
    # what no face does at all is gone, what faces do is kept
    rest = torch.einsum("ns,skc->nkc", ways(settled) * settle.spread, settle.basis)
    assert torch.allclose(settle.mean + rest, settled, atol=1e-5)
    assert torch.allclose(settle.plausible(along(0.3), LIMITS[0]), along(0.3), atol=1e-3)


def test_at_full_strictness_the_lines_are_as_they_were_drawn(settle: Settle) -> None:
    points, logits = drawn(), 9 * torch.randn(1, TINY.regions, 32, 32)
    strict = knobs(**dict.fromkeys(PART_NAMES, 1.0))
    maps, regions, *_ = settle(points, logits, ROUND, torch.zeros(1, 64), strict)
    assert torch.allclose(maps, Lines()(points), atol=1e-3)
    assert torch.allclose(regions, logits.softmax(1), atol=1e-5)


def test_a_part_alone_can_be_held_to_what_was_drawn(settle: Settle) -> None:
    points, logits = drawn(), 9 * torch.randn(1, TINY.regions, 32, 32)
    as_drawn = Lines()(points)
    free = settle(points, logits, ROUND, torch.zeros(1, 64), knobs())[0]
    rows = {"eyes": [1, 8], "brows": [2], "nose": [3, 4], "mouth": [5, 6, 7], "outline": [0]}
    assert set(rows) == set(PARTS)
    for part, held in rows.items():
        maps = settle(points, logits, ROUND, torch.zeros(1, 64), knobs(**{part: 1.0}))[0]
        for row in range(len(MAPS)):
            assert torch.allclose(maps[:, row], as_drawn[:, row], atol=1e-3) == (row in held), part
            assert torch.allclose(maps[:, row], free[:, row], atol=1e-3) == (row not in held), part


def gap_of(settle: Settle, points: torch.Tensor, logits: torch.Tensor) -> float:
    """How far apart lips are painted: between the middles of the maps of upper and lower, in cells."""
    faithful = knobs(**dict.fromkeys(PART_NAMES, 1.0))
    maps = settle(points[None], logits, ROUND, torch.zeros(1, 64), faithful)[0]
    rows = torch.arange(64.0)[:, None]
    upper, lower = ((maps[0, k] * rows).sum() / maps[0, k].sum() for k in (6, 7))
    return float(lower - upper)


def test_a_crude_mouth_that_is_open_is_painted_further_open_and_a_shut_one_shut(
    settle: Settle,
) -> None:
    unsure, sure = settle.usual[None], 9 * torch.randn(1, TINY.regions, 32, 32)
    agape = gap_of(settle, FACE, sure)
    assert agape > 0.5
    assert gap_of(settle, FACE, unsure) > 2 * agape
    shut = FACE.clone()
    for upper, lower in zip(INNER_UPPER, INNER_LOWER, strict=True):
        shut[POINTS.index(lower)] = shut[POINTS.index(upper)]
    assert abs(gap_of(settle, shut, unsure)) < 0.1


def test_a_plausible_face_is_where_it_was_drawn_as_large_and_as_tilted(settle: Settle) -> None:
    points, logits = drawn(), torch.zeros(1, TINY.regions, 32, 32)
    middle, turn, _ = settle.aligned(points)
    usual = settle.mean - settle.mean.mean(0)
    settled = settle(points, logits, ROUND, torch.zeros(1, 64), knobs())[0]
    x = usual[:, 0] * turn[..., 0] - usual[:, 1] * turn[..., 1]
    y = usual[:, 0] * turn[..., 1] + usual[:, 1] * turn[..., 0]
    there = Lines()(torch.stack([x, y], -1) + middle)
    straight = Lines()(usual[None] + middle)

    def off(maps: torch.Tensor) -> float:
        return (settled - maps).abs().mean().item()

    assert off(there) < 0.5 * off(straight)


def test_a_turned_knob_moves_the_shape_along_its_direction(settle: Settle) -> None:
    points, logits = drawn(), torch.zeros(1, TINY.regions, 32, 32)
    settle.direction_shapes.zero_()
    mouth = [POINTS.index(61), POINTS.index(291)]
    settle.direction_shapes[DIRECTIONS.index("smile"), mouth, 1] = -0.05
    plain, happy = (
        settle(points, logits, ROUND, torch.zeros(1, 64), knobs(smile=by))[0] for by in (0.0, 1.0)
    )
    changed = (plain - happy).abs().amax((0, 2, 3))
    assert changed[5] > 0.3  # the lips
    assert changed[[0, 1, 2, 3, 4, 8]].max() < 1e-5


def test_features_of_children_and_of_old_people_lie_otherwise() -> None:
    settle = Settle(len(POINTS), TINY.regions, 32, TINY.shapes, 64, aged=True)
    fill(settle, FACE)
    eyes = [POINTS.index(index) for index in sorted(set(PARTS["eyes"]))]
    settle.aged.zero_()
    settle.aged[0, eyes, 1], settle.aged[1, :, 1] = 0.05, 0.03
    logits = torch.zeros(1, TINY.regions, 32, 32)
    rows = torch.arange(64.0)[:, None]

    def height(age: float) -> torch.Tensor:
        maps = settle(drawn(), logits, ROUND, torch.zeros(1, 64), knobs(age=age))[0][0]
        return (maps * rows).sum((1, 2)) / maps.sum((1, 2))

    child, plain, old = height(-1.0), height(0.0), height(1.0)
    assert child[1] > plain[1] + 0.5  # the eyes
    assert torch.allclose(child[5:8], plain[5:8])  # not the mouth
    assert (old > plain + 0.5).all()
    assert torch.allclose(height(0.5), (plain + old) / 2, atol=0.1)


def test_it_is_said_where_a_picture_lies_about_the_usual_face(settle: Settle) -> None:
    logits, z = torch.zeros(1, TINY.regions, 32, 32), torch.zeros(1, 64)
    usual = settle.mean + settle.usual_points.mean(0)
    points = (usual - 0.5) * 0.8 + torch.tensor([0.55, 0.45])  # smaller, and elsewhere
    at = settle(points[None], logits, ROUND, z, knobs())[3][0]
    for k in (POINTS.index(33), POINTS.index(291)):
        nearest = (settle.cells - points[k]).norm(dim=1).argmin()
        there = usual[k] + (settle.cells[nearest] - points[k]) / 0.8
        assert torch.allclose(at[nearest], there, atol=0.02)


def test_hair_and_cloth_lean_to_the_usual_where_they_are_not_held(settle: Settle) -> None:
    logits = torch.randn(1, TINY.regions, 32, 32) * 3
    usual = settle.usual.softmax(0)

    def off(hair: float) -> float:
        made = settle(drawn(), logits, ROUND, torch.zeros(1, 64), knobs(hair=hair))[1]
        return (made - usual).abs().mean().item()

    assert off(0.0) < off(0.5) < off(1.0)


# who


def oval(wide: float, high: float, x: float = 0.5, y: float = 0.5) -> torch.Tensor:
    """(1, 1, 128, 128): a head drawn with a pen, 0 ink."""
    t = torch.linspace(0, 2 * torch.pi, 600)
    paper = torch.ones(1, 1, 128, 128)
    columns, rows = (x + wide * torch.cos(t)) * 128, (y + high * torch.sin(t)) * 128
    paper[0, 0, rows.int(), columns.int()] = 0
    return paper


@pytest.fixture(scope="module")
def hull():
    return Reader(1, 128, 2, (8, 8, 8, 8)).hull


def test_a_hull_says_how_wide_the_drawing_is_in_each_direction(hull) -> None:
    assert torch.allclose(hull(oval(0.3, 0.3)), ROUND, atol=0.03)
    wide = hull(oval(0.4, 0.2))[0]
    assert wide[0] / wide[HULL // 2] == pytest.approx(2, abs=0.1)  # across, and down
    tall = hull(oval(0.2, 0.4))[0]
    assert tall[HULL // 2] / tall[0] == pytest.approx(2, abs=0.1)


def test_a_hull_is_the_same_elsewhere_and_smaller_and_whatever_is_drawn_into_the_head(
    hull,
) -> None:
    head = oval(0.3, 0.4)
    own, other = hull(head), hull(oval(0.36, 0.4))
    features = torch.minimum(head, torch.minimum(oval(0.05, 0.03, 0.4), oval(0.1, 0.02, 0.5, 0.7)))
    changes = [features, oval(0.3, 0.4, 0.55, 0.45), oval(0.21, 0.28)]
    assert torch.equal(hull(features), own)
    for changed in changes:
        assert (hull(changed) - own).abs().max() < 0.3 * (other - own).abs().max()


def test_an_empty_paper_is_somebody_too(hull, settle: Settle) -> None:
    nobody = hull(torch.ones(1, 1, 128, 128))
    assert torch.isfinite(settle.person(nobody, torch.zeros(1, 64), torch.ones(1, 1))).all()


@pytest.mark.parametrize(("channels", "side"), [(1, 256), (19, 64), (3, 64), (3, 128)])
def test_whatever_is_read_has_a_hull(channels: int, side: int) -> None:
    hull = Reader(channels, side, 2, (8, 8, 8, 8)).hull(torch.rand(2, channels, side, side))
    assert hull.shape == (2, HULL)
    assert torch.isfinite(hull).all()


def test_a_head_that_decides_nothing_leaves_the_person_alone(settle: Settle) -> None:
    z = torch.randn(3, 64)
    assert torch.equal(settle.person(torch.randn(3, HULL), z, torch.zeros(3, 1)), z)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 1.0])
def test_people_of_many_heads_are_as_different_as_people_of_many_looks(
    settle: Settle, share: float
) -> None:
    torch.manual_seed(1)
    many = 2000
    hulls = settle.head_mean + settle.head_spread * torch.randn(many, HULL)
    codes = settle.person(hulls, torch.randn(many, 64), torch.full((many, 1), share))
    assert codes.square().mean().sqrt().item() == pytest.approx(1, abs=0.1)


def test_one_head_makes_two_looks_no_likelier_to_be_alike(hull, settle: Settle) -> None:
    torch.manual_seed(0)
    people, share = torch.randn(400, 64), torch.full((400, 1), 0.75)
    seen = settle.person(hull(oval(0.3, 0.4)).expand(400, -1), people, share)
    seen = seen - seen.mean(0)
    assert float(seen.std()) == pytest.approx(1, abs=0.1)


def test_another_head_is_another_person_and_the_same_head_nearly_the_same(
    settle: Settle, hull
) -> None:
    z, share = torch.zeros(1, 64), torch.ones(1, 1)

    def who(head: torch.Tensor) -> torch.Tensor:
        return settle.person(hull(head), z, share)

    own = who(oval(0.3, 0.4))
    assert not torch.allclose(own, z, atol=0.1)
    near = (who(oval(0.302, 0.4, 0.51)) - own).norm()
    assert near < 0.4 * (who(oval(0.36, 0.38)) - own).norm()


def test_the_beginning_of_an_outline_is_nobody_else_yet(settle: Settle, hull) -> None:
    z, share = torch.randn(1, 64), torch.ones(1, 1)
    head = oval(0.3, 0.4)
    changes = []
    for drawn in (40, 128, 64):  # rows of the paper, from its top: the outline's cap, all, a half
        begun = head.clone()
        begun[..., drawn:, :] = 1
        changes.append(float((settle.person(hull(begun), z, share) - z).norm()))
    cap, whole, half = changes
    assert cap == 0
    assert whole > 3
    assert half > 0


def test_hair_that_is_not_drawn_is_the_persons_and_drawn_hair_everybodys() -> None:
    torch.manual_seed(0)
    settle = Settle(len(POINTS), 4, 32, TINY.shapes, 8, worn=2)
    fill(settle, FACE)
    assert settle.wardrobe is not None
    settle.wardrobe.worn[1] = 3 - settle.wardrobe.worn[0]
    settle.wardrobe.wearers.copy_(3 * torch.eye(2, 8))
    people, kinds = 3 * torch.eye(2, 8), torch.randn(1, 4, 32, 32).expand(2, -1, -1, -1)
    points, round_ = FACE[None].expand(2, -1, -1), ROUND.expand(2, -1)
    faithful = knobs(hair=1.0).expand(2, -1)
    unsure = settle(points, settle.usual.expand(2, -1, -1, -1), round_, people, faithful)[1]
    sure = settle(points, 9 * kinds, round_, people, faithful)[1]
    assert (unsure[0] - unsure[1]).abs().mean() > 0.05
    assert torch.equal(sure[0], sure[1])
    assert torch.allclose(sure[0], (9 * kinds[0]).softmax(0), atol=1e-6)


def wearing() -> Settle:
    """Everybody has hair (region 2) about the face, and is bare (region 1) inside it."""
    torch.manual_seed(0)
    settle = Settle(len(POINTS), 4, 32, TINY.shapes, 8, worn=1)
    fill(settle, FACE)
    assert settle.wardrobe is not None
    places = settle.cells.unflatten(0, (32, 32))
    far = (places - FACE.mean(0)).norm(dim=-1)
    settle.wardrobe.worn.copy_(torch.where(far < 0.18, 1.0, torch.where(far < 0.3, 2.0, 0.0)))
    settle.usual.normal_(0, 0.1)
    return settle


def hair_of(settle: Settle, points: torch.Tensor) -> torch.Tensor:
    """(32, 32) bool: where hair is painted about a drawn face (1, K, 2) of which no hair was drawn."""
    faithful = knobs(**dict.fromkeys(PART_NAMES, 1.0))
    regions = settle(points, settle.usual[None], ROUND, torch.zeros(1, 8), faithful)[1]
    return regions[0].argmax(0) == 2


def middle_of(is_there: torch.Tensor) -> torch.Tensor:
    down, across = torch.nonzero(is_there).float().mean(0) / 32
    return torch.stack([across, down])


def test_hair_goes_where_the_face_goes_and_grows_with_it() -> None:
    settle = wearing()
    there = hair_of(settle, FACE[None])
    assert there.sum() > 60
    moved = hair_of(settle, FACE[None] + torch.tensor([0.125, 0.0]))
    assert (middle_of(moved) - middle_of(there) - torch.tensor([0.125, 0.0])).abs().max() < 0.03
    small = hair_of(settle, turned(FACE, 0, 0.5)[None])
    assert 0.15 < small.sum() / there.sum() < 0.4


def test_hair_keeps_off_a_wider_face() -> None:
    settle = wearing()
    middle = FACE.mean(0)
    wide = ((FACE - middle) * torch.tensor([1.5, 1.0]) + middle)[None]
    row = hair_of(settle, wide)[round(float(middle[1]) * 32)]
    left = torch.nonzero(hair_of(settle, FACE[None])[round(float(middle[1]) * 32)]).min()
    assert torch.nonzero(row).min() < left  # pushed outwards
    assert not row[round(float(middle[0] - 0.22) * 32) : round(float(middle[0] + 0.22) * 32)].any()


def test_hair_that_the_photo_cut_off_closes_above_a_small_head() -> None:
    settle = wearing()
    assert settle.wardrobe is not None
    settle.wardrobe.worn[:, :4, 8:24] = 2  # up to the photo's edge
    there = hair_of(settle, turned(FACE, 0, 0.5)[None] + torch.tensor([0.0, 0.1]))
    assert there.any()
    assert not there[0].any()


def test_hair_changes_little_by_little_from_one_person_to_another() -> None:
    torch.manual_seed(0)
    settle = Settle(len(POINTS), 4, 32, TINY.shapes, 8, worn=5)
    fill(settle, FACE)
    assert settle.wardrobe is not None
    one, other = 2 * torch.randn(2, 8)
    way = torch.linspace(0, 1, 41)[:, None]
    settle.wardrobe.wearers.copy_(9 * torch.randn(5, 8))  # who are nothing like each other
    people = torch.stack([one, other]).expand(41, -1, -1)
    worn = settle.wardrobe.of(people, torch.cat([1 - way, way], 1))
    steps = worn.diff(dim=0).abs().mean((1, 2, 3))
    assert steps.sum() > 0.05
    assert steps.max() < 1.1 * steps.min()


def test_from_one_person_to_another_the_way_turns_evenly_and_keeps_its_strength() -> None:
    people = torch.tensor([[3.0, 0.0, 0.0, 0.0], [0.0, 3.0, 0.0, 0.0]]).expand(21, -1, -1)
    way = torch.linspace(0, 1, 21)[:, None]
    who = met(people, torch.cat([1 - way, way], 1))
    assert torch.allclose(who[[0, -1]], people[0], atol=1e-5)
    assert torch.allclose(who.norm(dim=-1), torch.full((21,), 3.0), atol=1e-5)
    steps = who.diff(dim=0).norm(dim=-1)
    assert steps.max() < 1.01 * steps.min()
    assert torch.isfinite(met(torch.zeros(1, 2, 4), torch.full((1, 2), 0.5))).all()


def test_nobody_on_the_way_is_painted_of_people_with_no_share() -> None:
    settle = owned()
    points, z = FACE[None], torch.randn(1, 8)
    rows = torch.zeros(1, 3, 9)
    rows[0, 0, :8], rows[0, 0, 8] = z, 1
    rows[0, 1:, :8] = 5
    turned_up = knobs(kin=0.7)
    alone = settle(points, settle.usual[None], ROUND, z, turned_up)
    for one, other in zip(
        settle(points, settle.usual[None], ROUND, rows, turned_up), alone, strict=True
    ):
        assert torch.allclose(one, other, atol=1e-5)


def test_what_shows_a_little_hair_is_hardly_crude() -> None:
    settle = owned()
    shape, who = torch.zeros(1, len(POINTS), 2) + settle.mean, torch.ones(1, 8)
    strict = torch.full((1, len(POINTS), 1), 0.5)
    moved = [
        (settle.meant(shape, who, strict, torch.full((1, 1, 1), share)) - shape).abs().mean().item()
        for share in (0.0, 0.3, 1.0)
    ]
    assert moved[0] < 1e-5
    assert 0 < moved[1] < 0.15 * moved[2]


def test_nobody_sits_in_the_dark_and_the_others_stay_who_they_are() -> None:
    torch.manual_seed(0)
    settle = Settle(len(POINTS), 4, 32, TINY.shapes, 8, lit=True)
    fill(settle, FACE)
    settle.light.copy_(torch.eye(8)[2])
    people = torch.randn(40, 8)
    seen = settle.presentable(people, torch.zeros(40, 1))
    is_dark = people[:, 2] < DIM
    assert is_dark.any()
    assert torch.equal(seen[~is_dark], people[~is_dark])
    assert torch.allclose(seen[is_dark, 2], torch.tensor(DIM))
    assert torch.equal(seen[:, [0, 1, 3, 4, 5, 6, 7]], people[:, [0, 1, 3, 4, 5, 6, 7]])


def test_a_studio_holds_back_what_is_hard_to_paint_and_nothing_else() -> None:
    torch.manual_seed(0)
    settle = Settle(len(POINTS), 4, 32, TINY.shapes, 8, eased=True)
    fill(settle, FACE)
    settle.hard.copy_(torch.eye(8)[5])
    people = torch.randn(300, 8) * 1.5
    before = people
    for asked in (0.0, 0.3, 0.6, 1.0):
        seen = settle.presentable(people, torch.full((300, 1), asked))
        most = CANDID + (STUDIO - CANDID) * asked
        assert seen[:, 5].max() <= most + 1e-5
        held = people[:, 5] > most
        assert held.any()
        assert torch.equal(seen[~held], people[~held])
        assert torch.allclose(seen[:, :5], people[:, :5])
        assert (seen[:, 5] <= before[:, 5] + 1e-6).all()  # the more of a studio, the easier
        before = seen


def test_each_of_a_crowd_sits_in_the_same_studio() -> None:
    settle = Settle(len(POINTS), 4, 32, TINY.shapes, 8, eased=True)
    fill(settle, FACE)
    people = torch.randn(2, 3, 8)
    asked = torch.tensor([[0.2], [0.9]])
    seen = settle.presentable(people, asked[:, None])
    for k in range(2):
        alone = settle.presentable(people[k], asked[k].expand(3, 1))
        assert torch.allclose(seen[k], alone, atol=1e-6)


def test_hair_comes_from_the_drawing_little_by_little() -> None:
    torch.manual_seed(0)
    settle = Settle(len(POINTS), 4, 32, TINY.shapes, 8, worn=2)
    fill(settle, FACE)
    kinds = torch.randn(1, 4, 32, 32)
    steps = settle.unsaid(kinds * torch.linspace(0, 5, 51)[:, None, None, None]).flatten()
    assert steps[0] == 1
    assert steps[-1] == 0
    falls = -steps.diff()
    assert (falls >= 0).all()
    assert falls.max() < 0.4


def owned() -> Settle:
    """What two people of unlike features are drawn with."""
    torch.manual_seed(0)
    settle = Settle(len(POINTS), 4, 32, TINY.shapes, 8, own=True)
    fill(settle, FACE)
    settle.own.normal_(0, 0.01)
    settle.usual.normal_(0, 0.1)
    return settle


def two_people(settle: Settle, logits: torch.Tensor, strict: float) -> torch.Tensor:
    """(2, M, 64, 64): the lines of two people, both drawn alike."""
    points, hull = FACE[None].expand(2, -1, -1), ROUND.expand(2, -1)
    held = knobs(**dict.fromkeys(PART_NAMES, strict)).expand(2, -1)
    z = torch.stack([torch.ones(8), -torch.ones(8)])
    return settle(points, logits.expand(2, -1, -1, -1), hull, z, held)[0]


def test_a_crude_drawing_leaves_people_their_own_features_and_a_sure_one_or_a_faithful_hand_does_not() -> (
    None
):
    settle = owned()
    crude, sure = settle.usual[None], 30 * torch.randn(1, 4, 32, 32)
    far = [
        (lines[0] - lines[1]).abs().mean().item()
        for lines in (
            two_people(settle, crude, 0.25),
            two_people(settle, crude, 0.8),
            two_people(settle, sure, 0.25),
            two_people(settle, crude, 1.0),
        )
    ]
    assert far[0] > 0.01
    assert far[0] > far[1] > 0
    assert far[2] == far[3] == 0


def test_an_odd_face_that_is_drawn_surely_is_held_back_less_than_a_crude_one() -> None:
    settle = owned()
    settle.own.zero_()
    odd = (settle.mean + 2 * settle.basis[0] * settle.spread[0])[None]
    strict, nobody = torch.full((1, len(POINTS), 1), 0.25), torch.zeros(1, 8)
    crude = settle.meant(odd, nobody, strict, torch.ones(1, 1, 1))
    sure = settle.meant(odd, nobody, strict, torch.zeros(1, 1, 1))
    assert (sure - odd).norm() < 0.98 * (crude - odd).norm()
    assert (crude - odd).norm() < 0.98 * (settle.plausible(odd, LIMITS[0]) - odd).norm()
