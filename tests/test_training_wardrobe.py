"""What people wear is taken from photos that show it whole, and fits whoever wears it."""

from pathlib import Path

import numpy as np
import torch
from tiny import TINY
from training_data import regions, write_prepared

from livesketch.models.networks.face_lines import POINTS
from livesketch.models.networks.shape import Settle
from livesketch.training import shapes, wardrobe
from livesketch.training.dataset import Prepared, open_prepared
from livesketch.training.parsing import HAIR, REGIONS

LONG = (slice(48, 62), slice(2, 14))  # where long hair falls, in a photo
THERE = (slice(25, 30), slice(2, 6))  # and in a layout
HAT = REGIONS.index("hat")


def longhaired(folder: Path, *, is_pale: np.ndarray) -> Path:
    """Photos of which the pale ones show long hair."""
    write_prepared(folder, count=len(is_pale))
    pictures, kinds = np.load(folder / "pictures.npy"), np.load(folder / "regions.npy")
    pictures[:] = np.where(is_pale, 220, 40)[:, None, None, None]
    kinds[is_pale, *LONG] = HAIR
    kinds[is_pale, LONG[0], 50:62] = HAIR
    np.save(folder / "pictures.npy", pictures)
    np.save(folder / "regions.npy", kinds)
    np.save(folder / "tone.npy", np.full(len(is_pale), 30.0, np.float32))
    return folder


def encode(y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """A style encoder that sees how bright a photo is."""
    code = torch.zeros(len(y), TINY.z_dim)
    code[:, 3] = y.mean()
    return code, code


def dressed(data: Prepared, count: int = 4) -> Settle:
    settle = Settle(len(POINTS), len(REGIONS), 32, TINY.shapes, TINY.z_dim, worn=count)
    shapes.describe(settle, data, 0)
    wardrobe.dress(settle, encode, data, 0)  # type: ignore[arg-type]
    return settle


def test_a_person_wears_the_hair_that_such_people_wear(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(shapes, "DRAWINGS", 4)
    settle = dressed(open_prepared(longhaired(tmp_path, is_pale=np.arange(40) % 2 == 0)))
    assert settle.wardrobe is not None
    codes = torch.zeros(2, TINY.z_dim)
    codes[0, 3], codes[1, 3] = 2, -2
    pale, dark = settle.wardrobe.of(codes[:, None], torch.ones(2, 1))[:, HAIR, *THERE].mean((1, 2))
    assert pale > 0.8
    assert dark < 0.2


def test_nobody_wears_a_hat_or_hair_before_their_face(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(shapes, "DRAWINGS", 4)
    folder = longhaired(tmp_path, is_pale=np.arange(40) % 2 == 0)
    kinds = np.load(folder / "regions.npy")
    kinds[:10, :10] = HAT
    kinds[10:20, 30:45, 20:44] = HAIR  # over eyes and nose
    np.save(folder / "regions.npy", kinds)
    settle = dressed(open_prepared(folder))
    assert settle.wardrobe is not None
    worn = settle.wardrobe.worn
    assert not (worn == HAT).any()
    assert not (worn[:, 16:20, 14:18] == HAIR).any()
    assert (worn == HAIR).any()


def test_where_no_photo_shows_a_bare_head_people_wear_what_there_is(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(shapes, "DRAWINGS", 4)
    folder = longhaired(tmp_path, is_pale=np.arange(3) % 2 == 0)
    kinds = np.load(folder / "regions.npy")
    kinds[:, :8] = HAT
    np.save(folder / "regions.npy", kinds)
    settle = dressed(open_prepared(folder))  # three photos for four heads of hair
    assert settle.wardrobe is not None
    assert (settle.wardrobe.worn == HAT).any((1, 2)).all()


def test_a_layout_is_a_photos_regions_about_its_face(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(shapes, "DRAWINGS", 4)
    settle = dressed(open_prepared(longhaired(tmp_path, is_pale=np.zeros(40, bool))))
    assert settle.wardrobe is not None
    wanted = torch.from_numpy(regions()[1::2, 1::2].astype(np.float32))
    assert (settle.wardrobe.worn[0] == wanted).float().mean() > 0.9


def test_medoids_stand_for_what_lies_around_them() -> None:
    rng = np.random.default_rng(0)
    middles = np.array([[0, 0], [10, 0], [0, 10]])
    places = middles[np.arange(60) % 3] + rng.normal(0, 0.3, (60, 2))
    chosen = places[wardrobe.medoids(places, 3, rng)]
    for middle in middles:
        assert np.abs(chosen - middle).max(1).min() < 0.5
