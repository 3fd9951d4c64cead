"""Random looks are evened out without changing anybody's face."""

import numpy as np
import pytest
import torch
from tiny import TINY
from training_data import write_prepared

from livesketch.models.networks import compact
from livesketch.training import looks
from livesketch.training.dataset import TONE_SHARES, open_prepared


@pytest.fixture
def both() -> tuple[compact.Network, compact.StyleEncoder]:
    torch.manual_seed(0)
    return compact.Network(TINY).eval(), compact.StyleEncoder(TINY).eval()


def test_a_photo_keeps_its_face_and_a_random_code_gets_another(both):
    network, encoder = both
    rng = np.random.default_rng(0)
    change = looks.Change(np.linalg.cholesky(np.cov(rng.normal(size=(8, 40)))), rng.normal(size=8))
    photo, x = torch.rand(2, 3, 128, 128), torch.rand(2, 1, 128, 128)
    code, half = torch.randn(2, 8), torch.full((2,), 0.5)
    with torch.no_grad():
        before = network(x, encoder(photo)[0], half), network(x, code, half)
        looks.apply(change, network, encoder)
        after = network(x, encoder(photo)[0], half), network(x, code, half)
    assert torch.allclose(before[0], after[0], atol=1e-3)
    assert not torch.allclose(before[1], after[1], atol=1e-3)


def test_random_codes_land_where_photos_are(both, tmp_path):
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


def test_the_neutral_drawing_has_a_face_s_ink_and_nothing_on_its_cheeks():
    for size in (128, 256):
        drawing = looks.neutral(size)
        assert drawing.shape == (size, size)
        assert 0.01 < (drawing < 128).mean() < 0.12
        for x, y in looks.CHEEKS:
            a, b = int(x * size), int(y * size)
            assert (drawing[b - 3 : b + 3, a - 3 : a + 3] == 255).all()
