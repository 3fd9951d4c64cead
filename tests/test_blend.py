"""Whom one meets on the way: everybody of them, by their shares, wherever the way is left for another."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livesketch.frames import Code
from livesketch.models.blend import MOST, blended, is_code, rows_of


def code(seed: int) -> Code:
    return np.random.default_rng(seed).standard_normal(16).astype(np.float32)


def test_the_ends_are_exactly_the_people_and_outside_counts_as_the_end() -> None:
    a, b = code(1), code(2)
    assert blended(a, b, 0) is blended(a, b, -1) is a
    assert blended(a, b, 1) is blended(a, b, 2) is b
    assert blended(a, a.copy(), 0.4) is a


def test_half_way_to_a_third_person_all_three_are_there() -> None:
    a, b, c = (code(seed) for seed in (1, 2, 3))
    rows = blended(blended(a, b, 0.25), c, 0.5)
    assert rows[:, :-1] == pytest.approx(np.stack([a, b, c]))
    assert rows[:, -1] == pytest.approx([0.375, 0.125, 0.5])


def test_a_way_that_is_left_goes_on_from_where_it_was() -> None:
    left = blended(code(1), code(2), 0.4)
    before = left.copy()
    soon = blended(left, code(3), 1e-4)
    assert soon[:2] == pytest.approx(left, abs=1e-3)
    assert np.array_equal(left, before)


@given(st.lists(st.floats(0.05, 0.95), min_size=1, max_size=3 * MOST))
def test_however_often_it_is_left_it_stays_a_code(shares: list[float]) -> None:
    there = code(0)
    for seed, share in enumerate(shares, 1):
        there = blended(there, code(seed), share)
    assert is_code(there, 16, may_blend=True)
    assert rows_of(there, MOST).shape == (MOST, 17)


def broken(row: int, column: int, value: float) -> Code:
    rows = blended(code(1), code(2), 0.5)
    rows[row, column] = value
    return rows


@pytest.mark.parametrize(
    "wrong",
    [
        code(1)[:-1],
        broken(0, 3, np.nan),
        broken(0, -1, 0.9),
        broken(1, -1, -0.5),
        np.zeros((0, 17), np.float32),
        np.zeros((MOST + 1, 17), np.float32),
        np.zeros((2, 2, 17), np.float32),
        np.float32(1),
    ],
    ids=str,
)
def test_what_is_no_code_is_known(wrong: Code) -> None:
    assert not is_code(np.asarray(wrong), 16, may_blend=True)


def test_some_networks_take_one_person_only() -> None:
    assert not is_code(blended(code(1), code(2), 0.5), 16, may_blend=False)
    assert is_code(code(1), 16, may_blend=False)
