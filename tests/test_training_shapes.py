"""What photos say of real faces: statistics that settle a drawing's meaning."""

import numpy as np
import pytest
import torch
from tiny import TINY
from training_data import regions, write_prepared

from livesketch.models.networks.face_lines import PARTS, POINTS, mirror_rows
from livesketch.models.networks.reader import Reader
from livesketch.models.networks.shape import LIMITS, Settle
from livesketch.training import shapes
from livesketch.training.dataset import Prepared, open_prepared
from livesketch.training.examples import reading


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Prepared:
    return open_prepared(write_prepared(tmp_path_factory.mktemp("prepared"), count=30))


@pytest.fixture(autouse=True)
def few_drawings(monkeypatch) -> None:
    monkeypatch.setattr(shapes, "DRAWINGS", 40)


def described(data: Prepared, seed: int = 0) -> Settle:
    settle = Settle(len(POINTS), TINY.regions, 32, TINY.shapes, TINY.z_dim)
    shapes.describe(settle, data, seed)
    return settle


def test_the_mean_face_is_straight_and_its_own_mirror_image(prepared) -> None:
    mean = described(prepared).mean
    assert torch.allclose(mean[mirror_rows()] * torch.tensor([-1.0, 1.0]), mean, atol=1e-4)
    across = mean[POINTS.index(263)] - mean[POINTS.index(33)]
    assert abs(across[1] / across[0]) < 0.01
    assert 0.1 < across[0] < 0.5


def test_photographed_faces_are_plausible_and_what_nobody_has_is_not(prepared) -> None:
    settle = described(prepared)
    points = torch.from_numpy(np.asarray(prepared.landmarks)[:, POINTS])
    seen = settle.aligned(points)[2]
    off = (settle.plausible(seen, LIMITS[0]) - seen).norm(dim=-1).mean(1)
    assert off.median() < 0.003
    torch.manual_seed(0)
    crooked = seen + torch.randn_like(seen) * 0.03
    settled = settle.plausible(crooked, LIMITS[0])
    assert (settled - seen).norm(dim=-1).mean() < 0.4 * (crooked - seen).norm(dim=-1).mean()


def test_ways_to_differ_are_sorted_and_independent(prepared) -> None:
    settle = described(prepared)
    assert (settle.spread.diff() <= 0).all()
    assert settle.spread[0] > 0.01
    flat = settle.basis.flatten(1)
    assert torch.allclose(flat @ flat.T, torch.eye(len(flat)), atol=1e-4)


def test_what_usually_covers_a_place_is_what_covers_it_in_the_photos(prepared) -> None:
    usual = described(prepared).usual.argmax(0).numpy()
    assert (usual == regions()[::2, ::2]).mean() > 0.9


def test_heads_that_are_drawn_have_unit_spread_around_their_mean(prepared) -> None:
    settle = described(prepared)
    reader = Reader(1, 128, 2, (8, 8, 8, 8))
    rng = np.random.default_rng(7)
    seen = np.stack([reading(prepared, 128, rng).seen for _ in range(40)])
    hulls = reader.hull(torch.from_numpy(seen).float() / 255)
    heads = (hulls - settle.head_mean) / settle.head_spread
    assert heads.mean(0).abs().max() < 0.8
    assert 0.5 < heads.std(0).median() < 1.5


def test_the_same_photos_and_seed_give_the_same_statistics(prepared) -> None:
    one, two, other = described(prepared), described(prepared), described(prepared, seed=1)
    for name, tensor in one.state_dict().items():
        assert torch.equal(tensor, two.state_dict()[name]), name
    assert not torch.equal(one.kin, other.kin)


def featured(tmp_path) -> tuple[Settle, Prepared]:
    """What is learned of a crowd whose pale half has far higher eyebrows than the dark half."""
    folder = write_prepared(tmp_path, count=60)
    pictures, landmarks = np.load(folder / "pictures.npy"), np.load(folder / "landmarks.npy")
    is_pale = np.arange(60) % 2 == 0
    pictures[:] = np.where(is_pale, 220, 40)[:, None, None, None]
    landmarks[is_pale[:, None] & np.isin(np.arange(landmarks.shape[1]), PARTS["brows"]), 1] -= 0.04
    np.save(folder / "pictures.npy", pictures)
    np.save(folder / "landmarks.npy", landmarks)

    def encode(y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        code = torch.zeros(len(y), 32)
        code[:, 3] = y.mean()
        return code, code

    settle = Settle(len(POINTS), 8, 32, TINY.shapes, 32, own=True)
    data = open_prepared(folder)
    shapes.describe(settle, data, 0)
    codes = shapes.codes_of(encode, data, shapes.people(data))  # type: ignore[arg-type]
    shapes.give_features(settle, codes, data, 0)
    return settle, data


def test_a_look_has_the_features_that_such_people_have(tmp_path) -> None:
    settle, _ = featured(tmp_path)
    brow, eye = POINTS.index(105), POINTS.index(159)
    above = settle.own[3, brow, 1] - settle.own[3, eye, 1]
    assert above < -0.01
    assert abs(above) > 2 * abs(settle.own[3, POINTS.index(152), 1])


def test_looks_differ_in_features_as_people_do_but_not_in_what_they_do(tmp_path) -> None:
    settle, data = featured(tmp_path)
    points = torch.from_numpy(np.asarray(data.landmarks)[:, POINTS])
    real = settle.aligned(points)[2].std(0).norm(dim=-1)
    torch.manual_seed(0)
    looks = torch.einsum("nz,zkc->nkc", torch.randn(400, 32), settle.own)
    rest = [k for k, index in enumerate(POINTS) if index not in PARTS["mouth"]]
    spread = looks.std(0).norm(dim=-1)
    assert 0.8 < spread[rest].mean() / real[rest].mean() < 1.2 * shapes.REACH
    parted = looks[:, POINTS.index(14)] - looks[:, POINTS.index(13)]
    assert parted.abs().max() < 1e-6
    assert torch.allclose(looks, shapes.mirrored(looks), atol=1e-3)
    assert (looks - looks.roll(1, 0)).abs().amax((1, 2)).median() > 0.01


def test_the_same_seed_gives_the_same_people_their_features(tmp_path, monkeypatch) -> None:
    first = featured(tmp_path)[0]
    solve = torch.linalg.svd

    def turned(*given, **how):  # another machine's solver may find the same ways turned round
        u, sizes, ways = solve(*given, **how)
        return -u, sizes, -ways

    monkeypatch.setattr(shapes.torch.linalg, "svd", turned)
    again = featured(tmp_path)[0]
    assert torch.allclose(first.own, again.own, atol=1e-5)
