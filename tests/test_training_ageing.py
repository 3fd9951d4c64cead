"""What years do is found from photos whose people are known to be old, or children, beside adults like them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny import TINY, tiny_network
from training_data import write_prepared

from livesketch.errors import SourceError
from livesketch.models.networks import compact
from livesketch.models.networks.ageing import CORNER, MAP, SIZE
from livesketch.models.networks.face_lines import PARTS, POINTS
from livesketch.training import ageing, ages, shapes
from livesketch.training.dataset import AGES, Prepared, open_prepared
from livesketch.training.directions import lifted

COUNT, EACH = 90, 22
EYES = sorted(set(PARTS["eyes"]))
CHEEK = 0.36, 0.62  # of the picture, left of the nose


@pytest.fixture
def folder(tmp_path) -> Path:
    """Old people have darker cheeks and lower eyes, children brighter ones; some photos are dark all over."""
    folder = write_prepared(tmp_path / "prepared", count=COUNT)
    years = np.full(COUNT, np.nan, np.float32)
    years[:EACH], years[EACH : 2 * EACH], years[2 * EACH : 2 * EACH + 3] = 75, 6, 50
    pictures, landmarks = (np.load(folder / f"{n}.npy") for n in ("pictures", "landmarks"))
    side = pictures.shape[1]
    x, y = (int(place * side) for place in CHEEK)
    for place in (x, side - x):
        pictures[:EACH, y - 8 : y + 8, place - 8 : place + 8] //= 2
        pictures[EACH : 2 * EACH, y - 8 : y + 8, place - 8 : place + 8] += 25
    landmarks[:EACH, EYES, 1] += 0.02
    pictures[::3] //= 2
    np.save(folder / "pictures.npy", pictures)
    np.save(folder / "landmarks.npy", landmarks)
    np.save(folder / AGES, years)
    return folder


def learned(data: Prepared) -> compact.Network:
    network = tiny_network(replace(TINY, aged=ageing.WRINKLED))
    shapes.describe(network.settle, data, 0)
    ageing.age(network, compact.StyleEncoder(TINY).eval(), data)
    return network


def test_cheeks_that_are_darker_with_the_years_are_found_where_they_are(folder) -> None:
    network = learned(open_prepared(folder))
    assert network.ageing is not None
    child, old = network.ageing.changes.mean(1)
    column = int((CHEEK[0] - CORNER[0]) / SIZE[0] * MAP[1] / 2)
    row = int((CHEEK[1] - CORNER[1]) / SIZE[1] * MAP[0] / 2)
    assert old[row, column] < -0.4
    assert child[row, column] > 0.05
    # as dark to the right, though nothing but skin is known to be there
    assert torch.allclose(old, old.flip(1), atol=1e-5)
    # chins are as they were, however dark the photos
    chin = old[-10:-6, 20:28]
    assert chin.abs().max() < 0.15
    assert old[-1].abs().max() == 0  # and what is no skin is left alone


def test_features_that_lie_lower_are_found(folder) -> None:
    network = learned(open_prepared(folder))
    old = network.settle.aged[1]
    eyes = [POINTS.index(index) for index in EYES]
    assert (old[eyes, 1] > 0.01).all()
    # where the corners of a mouth are is another knob's
    assert abs(float(lifted(old[None]))) < 1e-4


def test_ages_are_known_of_many_or_not_at_all(folder) -> None:
    data = open_prepared(folder)
    assert ageing.can_age(data)
    np.save(folder / AGES, np.where(data.years < 10, np.nan, data.years))
    assert not ageing.can_age(open_prepared(folder))
    (folder / AGES).unlink()
    assert not ageing.can_age(open_prepared(folder))


def test_ages_of_other_photos_are_refused(folder) -> None:
    np.save(folder / AGES, np.zeros(3, np.float32))
    with pytest.raises(SourceError, match="other photos"):
        open_prepared(folder)
    (folder / AGES).write_bytes(b"")
    with pytest.raises(SourceError):
        open_prepared(folder)


def test_a_list_of_ages_is_read_and_kept_in_the_order_of_the_photos(tmp_path) -> None:
    (tmp_path / "ages.csv").write_text("photo,years\nb.jpg,70\nnobody.jpg,9\na.jpg,4.5\n")
    said: list[str] = []
    ages.write(tmp_path, ["a.jpg", "c.jpg", "b.jpg"], ages.read(tmp_path / "ages.csv"), said.append)
    np.testing.assert_array_equal(np.load(tmp_path / AGES), [4.5, np.nan, 70])
    assert "2 people" in said[0]
    ages.write(tmp_path, ["a.jpg"], {}, said.append)  # prepared again without a list
    assert not (tmp_path / AGES).exists()


@pytest.mark.parametrize(
    "text", [None, "name;age\na.jpg;3", "photo,years\na.jpg,old", "photo,years\na.jpg,-3"]
)
def test_a_list_that_is_none_is_one_sentence(tmp_path, text) -> None:
    path = tmp_path / "ages.csv"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SourceError) as error:
        ages.read(path)
    assert "\n" not in str(error.value)
