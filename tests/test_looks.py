"""Between two looks: even steps from one person to another, never through the average one."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from livesketch.frames import Code
from livesketch.looks.morph import between


def code(seed: int) -> Code:
    return np.random.default_rng(seed).standard_normal(64).astype(np.float32)


def angle(a: Code, b: Code) -> float:
    cosine = float((a * b).sum() / np.linalg.norm(a) / np.linalg.norm(b))
    return float(np.arccos(np.clip(cosine, -1, 1)))


def test_the_ends_are_exactly_the_looks_and_outside_counts_as_the_end() -> None:
    a, b = code(1), code(2)
    assert np.array_equal(between(a, b, 0), a)
    assert np.array_equal(between(a, b, 1), b)
    assert np.array_equal(between(a, b, 1.5), b)
    assert np.array_equal(between(a, b, -1), a)


@given(st.integers(0, 1000), st.integers(0, 1000), st.floats(0, 1))
def test_no_look_on_the_way_is_paler_than_the_ends(one: int, other: int, t: float) -> None:
    a, b = code(one), code(other)
    lengths = sorted(float(np.linalg.norm(x)) for x in (a, b))
    there = float(np.linalg.norm(between(a, b, t)))
    assert lengths[0] * 0.999 <= there <= lengths[1] * 1.001


def test_steps_are_even() -> None:
    a, b = code(1), code(2)
    way = [between(a, b, t) for t in np.linspace(0, 1, 9)]
    turns = [angle(one, next_one) for one, next_one in pairwise(way)]
    assert max(turns) == pytest.approx(min(turns), rel=1e-2)


def test_in_w_plus_the_way_is_straight_for_each_layer() -> None:
    a, b = code(6).reshape(4, 16), 3 * code(7).reshape(4, 16)
    assert np.allclose(between(a, b, 0.25), 0.75 * a + 0.25 * b, atol=1e-6)
    assert not np.allclose(between(a[0], b[0], 0.25), 0.75 * a[0] + 0.25 * b[0], atol=1e-2)  # z


def test_the_way_there_is_the_way_back() -> None:
    a, b = code(3), code(4)
    assert np.allclose(between(a, b, 0.3), between(b, a, 0.7), atol=1e-5)


def test_equal_opposite_and_empty_codes_give_finite_looks() -> None:
    a = code(5)
    for other in (a, a * 2, -a, np.zeros_like(a)):
        assert np.isfinite(between(a, other, 0.4)).all()
    assert np.array_equal(between(a, a.copy(), 0.4), a)


def test_codes_of_another_shape_do_not_mix() -> None:
    with pytest.raises(ValueError, match="one shape"):
        between(code(1), code(2)[:32], 0.5)
