"""Random looks are evened out without changing anybody's face."""

import numpy as np
import pytest
import torch
from tiny import TINY, tiny_network
from training_data import write_prepared

from livesketch.models.knobs import knobs_of
from livesketch.models.networks import compact
from livesketch.training import looks
from livesketch.training.dataset import TONE_SHARES, open_prepared


@pytest.fixture
def both() -> tuple[compact.Network, compact.StyleEncoder]:
    network = tiny_network()
    torch.manual_seed(1)
    return network, compact.StyleEncoder(TINY).eval().requires_grad_(False)


def test_a_photo_keeps_its_face_and_a_random_code_gets_another(both):
    network, encoder = both
    rng = np.random.default_rng(0)
    change = looks.Change(np.linalg.cholesky(np.cov(rng.normal(size=(8, 40)))), rng.normal(size=8))
    photo, x = torch.rand(2, 3, 128, 128), torch.rand(2, 1, 128, 128)
    code, knobs = torch.randn(2, 8), torch.from_numpy(knobs_of({"kin": 0.0})).expand(2, -1)
    with torch.no_grad():
        before = network(x, encoder(photo)[0], knobs), network(x, code, knobs)
        looks.apply(change, network, encoder)
        after = network(x, encoder(photo)[0], knobs), network(x, code, knobs)
    assert torch.allclose(before[0], after[0], atol=1e-3)
    assert not torch.allclose(before[1], after[1], atol=1e-3)


def test_random_codes_land_where_photos_are(both, tmp_path, monkeypatch):
    monkeypatch.setattr(looks, "PHOTOS", 300)
    _, encoder = both
    data = open_prepared(write_prepared(tmp_path, count=30))
    change = looks.like_photos(encoder, data, np.random.default_rng(0))
    y = torch.from_numpy(np.stack([p[::2, ::2] for p in data.pictures])).permute(0, 3, 1, 2)
    with torch.no_grad():
        seen = encoder(y.float() / 127.5 - 1)[0].numpy()
    random = np.random.default_rng(1).normal(size=(500, 8)) @ change.matrix.T + change.shift
    assert np.abs(random.mean(0) - seen.mean(0)).max() < 4 * seen.std(0).max() + 0.05
    assert random.std(0).max() < 0.8  # far from the standard normal these codes were drawn from


def test_a_stretch_brings_skewed_tones_nearer_to_even():
    rng = np.random.default_rng(0)
    codes = rng.normal(size=(400, 8))
    direction = rng.normal(size=8)
    direction /= np.linalg.norm(direction)

    def painted(z: np.ndarray) -> np.ndarray:
        return 45 + 14 * (z @ direction)  # a painter of light skin

    change = looks.stretched(codes, painted(codes))
    fresh = rng.normal(size=(2000, 8))
    before = looks.shares(painted(fresh))
    after = looks.shares(painted(fresh @ change.matrix.T + change.shift))
    assert np.abs(after - TONE_SHARES).sum() < np.abs(before - TONE_SHARES).sum()
    assert after[3:].sum() > before[3:].sum()


def test_tones_are_those_of_the_published_angle():
    """Checked by hand: sRGB (224, 172, 138) is L* 74.4, b* 25.1, so 44.2 degrees: light."""
    face = np.full((1, 256, 256, 3), (224, 172, 138), np.uint8)
    assert looks.typology_angle(face)[0] == pytest.approx(44.2, abs=0.8)
    assert looks.shares(looks.typology_angle(face))[1] == 1
    dark = np.full((1, 256, 256, 3), (60, 40, 30), np.uint8)
    assert looks.shares(looks.typology_angle(dark))[5] == 1


class Tanned(torch.nn.Module):
    """A painter whose people have light skin, darker along one direction of codes, on a grey wall."""

    def __init__(self) -> None:
        super().__init__()
        first = torch.nn.Linear(8, 8)
        torch.nn.init.eye_(first.weight)
        torch.nn.init.zeros_(first.bias)
        self.style = torch.nn.Sequential(first)

    def forward(self, maps: torch.Tensor, regions: torch.Tensor, z: torch.Tensor) -> torch.Tensor:
        light = torch.tensor([0.85, 0.68, 0.55])[None] + 0.12 * self.style(z)[:, :1]
        return (light * 2 - 1)[..., None, None].expand(-1, -1, 128, 128)


def test_random_looks_come_nearer_to_every_skin_tone(both, tmp_path, monkeypatch):
    network, encoder = both
    network.painter = Tanned().requires_grad_(False)  # type: ignore[assignment]
    data = open_prepared(write_prepared(tmp_path))
    monkeypatch.setattr(looks, "PHOTOS", 40)
    monkeypatch.setattr(looks, "LOOKS", 150)
    # the photos' codes are as spread as random ones, so that only the stretch is left to do
    monkeypatch.setattr(looks, "like_photos", lambda *_: looks.Change(np.eye(8), np.zeros(8)))
    codes = np.random.default_rng(3).normal(size=(400, 8))
    before = looks.shares(looks.tones(looks.neutral_faces(network, codes)))
    told = looks.even_out(network, encoder, data, seed=0)
    after = looks.shares(looks.tones(looks.neutral_faces(network, codes)))
    assert np.abs(after - TONE_SHARES).sum() < 0.8 * np.abs(before - TONE_SHARES).sum()
    assert np.abs(told - after).max() < 0.12  # what is said is what other looks show too


def test_neutral_faces_stand_on_the_usual_head_and_differ_by_their_look_alone(both):
    network, _ = both
    codes = np.random.default_rng(0).normal(size=(3, 8))
    faces = looks.neutral_faces(network, np.concatenate([codes, codes[:1]]))
    assert faces.shape == (4, 128, 128, 3)
    assert np.array_equal(faces[0], faces[3])
    assert not np.array_equal(faces[0], faces[1])
    settle = network.settle
    with torch.no_grad():
        seen = network.painter(
            settle.lines(settle.usual_points[None]),
            settle.usual.softmax(0)[None],
            torch.from_numpy(codes[1:2]).float(),
        )
    wanted = ((seen[0].clamp(-1, 1) + 1) * 127.5).permute(1, 2, 0).numpy()
    assert np.abs(faces[1] - wanted).max() <= 1


def test_the_way_to_the_light_makes_faces_brighter_and_is_found_from_them(both, monkeypatch):
    network, _ = both
    network.painter = Tanned().requires_grad_(False)  # type: ignore[assignment]
    monkeypatch.setattr(looks, "LOOKS", 100)
    light = looks.light_of(network).numpy()
    assert np.linalg.norm(light) == pytest.approx(1, abs=1e-4)
    assert light[0] > 0.98  # the one direction along which this painter's people are lighter
