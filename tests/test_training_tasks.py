"""What readers of masks, tiny pictures and photos are shown: painted where the landmarks are."""

from dataclasses import replace

import numpy as np
import pytest
from training_data import landmarks, regions, write_prepared

from livesketch.errors import UsageError
from livesketch.frames import FACE_PARTS
from livesketch.models.networks.face_lines import EYES, POINTS
from livesketch.models.pixels import mask_from
from livesketch.training import tasks
from livesketch.training.dataset import open_prepared
from livesketch.training.parsing import REGIONS

NAMES = [name for name, _ in FACE_PARTS]
FACE = landmarks()[POINTS]
SEEDS = range(12)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return open_prepared(write_prepared(tmp_path_factory.mktemp("prepared")))


def quarters(kinds: np.ndarray) -> np.ndarray:
    """(64, 64) rows of REGIONS -> (R, 32, 32) as examples have them."""
    each = kinds[None] == np.arange(len(REGIONS))[:, None, None]
    return each.reshape(-1, 32, 2, 32, 2).sum((2, 4)).astype(np.uint8)


def masks() -> list[np.ndarray]:
    given = quarters(regions())
    return [tasks.painted_mask(FACE, given, np.random.default_rng(seed)) for seed in SEEDS]


def middle(mask: np.ndarray, name: str) -> np.ndarray:
    """x, y in sides."""
    y, x = np.nonzero(mask == NAMES.index(name))
    return (np.array([x.mean(), y.mean()]) + 0.5) / len(mask)


def points(*indices: int) -> np.ndarray:
    return FACE[[POINTS.index(index) for index in indices]].mean(0)


def test_features_of_a_mask_are_painted_where_the_landmarks_are() -> None:
    wanted = {
        "r_eye": points(*EYES[0]),
        "l_eye": points(*EYES[1]),
        "r_brow": points(70, 63, 105, 66, 107),
        "l_brow": points(300, 293, 334, 296, 336),
        "u_lip": points(0, 13),
        "l_lip": points(17, 14),
        "mouth": points(13, 14),
    }
    painted = masks()
    for name, place in wanted.items():
        there = [mask for mask in painted if (mask == NAMES.index(name)).any()]
        assert len(there) > len(painted) / 2, name  # now and then a hand leaves one out
        for mask in there:
            assert np.linalg.norm(middle(mask, name) - place) < 0.025, name


def test_left_and_right_are_the_persons_own() -> None:
    for mask in masks():
        assert middle(mask, "r_ear")[0] < 0.3  # on our left
        assert middle(mask, "l_ear")[0] > 0.7
        if {NAMES.index("r_eye"), NAMES.index("l_eye")} <= set(mask.flat):
            assert middle(mask, "r_eye")[0] < 0.5 < middle(mask, "l_eye")[0]


def test_what_covers_the_rest_has_its_name() -> None:
    kinds = regions()
    kinds[:8, 20:44] = REGIONS.index("hat")
    kinds[28:32, 16:20] = REGIONS.index("glasses")
    mask = tasks.painted_mask(FACE, quarters(kinds), np.random.default_rng(0))
    at = {
        "hat": (128, 8),
        "eye_g": (18 * 4, 30 * 4),
        "hair": (128, 50),
        "skin": (128, 200),
        "neck": (128, 236),
        "cloth": (70, 250),
        "background": (4, 4),
    }
    assert {name: NAMES[mask[y, x]] for name, (x, y) in at.items()} == {name: name for name in at}


def test_two_hands_do_not_paint_alike_but_nearly() -> None:
    one, two = masks()[:2]
    assert 0.001 < (one != two).mean() < 0.1


def test_a_mask_that_is_played_looks_to_the_reader_as_in_training() -> None:
    mask = masks()[0]
    trained, played = tasks.shares(mask, 64) / 255, mask_from(mask, 64)[0]
    assert np.abs(trained - played).max() < 0.01


def test_an_example_of_a_mask_says_how_much_of_a_cell_each_class_covers(prepared) -> None:
    for seed in SEEDS:
        made = tasks.mask(prepared, 64, np.random.default_rng(seed))
        assert made.seen.shape == (len(FACE_PARTS), 64, 64)
        assert made.seen.dtype == np.uint8
        assert np.abs(made.seen.sum(0, dtype=int) - 255).max() <= 3
        for name, index in (("r_eye", 33), ("l_eye", 263)):
            share = made.seen[NAMES.index(name)]
            if share.any():
                rows, columns = np.nonzero(share)
                place = made.points[POINTS.index(index)]
                off = np.hypot((columns + 0.5) / 64 - place[0], (rows + 0.5) / 64 - place[1])
                assert off.min() < 0.04


@pytest.mark.parametrize("size", [64, 128])
def test_a_photo_and_a_tiny_picture_show_the_face_at_its_points(prepared, size) -> None:
    for make in (tasks.photo, tasks.lowres):
        for seed in SEEDS:
            made = make(prepared, size, np.random.default_rng(seed))
            assert made.seen.shape == (3, size, size)
            assert made.seen.dtype == np.uint8
            bright = made.seen.mean(0)
            cheeks = made.points[[POINTS.index(index) for index in (1, 168, 17)]]
            x, y = (cheeks * size).astype(int).T
            assert bright[y, x].min() > 1.2 * np.median(bright[0])  # the corner is the wall


def test_a_tiny_picture_has_lost_what_is_small(prepared) -> None:
    checks = np.zeros((1, 256, 256, 3), np.uint8)
    checks[:, ::2, ::2] = checks[:, 1::2, 1::2] = 255
    assert checks.std() > 125
    noisy = replace(prepared, pictures=np.repeat(checks, len(prepared.pictures), 0))
    for seed in SEEDS:
        made = tasks.lowres(noisy, 64, np.random.default_rng(seed)).seen
        assert made.std() < 25


def test_an_unknown_task_is_answered_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="'oil'") as caught:
        tasks.seen_by("oil")
    for name in tasks.INPUTS:
        assert name in caught.value.hint
        assert callable(tasks.seen_by(name))
