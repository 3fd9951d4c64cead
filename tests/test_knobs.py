"""What a person turns of a face: from the settings of the window to the numbers the network takes."""

import numpy as np
import pytest

from livesketch.errors import UsageError
from livesketch.models.knobs import DIRECTIONS, KNOBS, PART_NAMES, knobs_of
from livesketch.parameters import PARAMETERS, defaults
from livesketch.sitting import FACE_KNOBS


def knob(name: str, **settings: float) -> float:
    return float(knobs_of(settings)[KNOBS.index(name)])


def test_without_wishes_every_part_binds_alike_and_nobody_is_turned() -> None:
    values = knobs_of({})
    assert values.shape == (len(KNOBS),)
    assert values.dtype == np.float32
    assert len(set(values[: len(PART_NAMES)].tolist())) == 1
    assert knob("kin") == pytest.approx(defaults()["kin"])
    assert all(knob(name) == 0 for name in DIRECTIONS)
    assert np.array_equal(values, knobs_of(defaults()))


def test_faithful_goes_from_free_to_strict_for_every_part() -> None:
    for name in PART_NAMES:
        turned = [knob(name, faithful=value) for value in (0.0, 0.25, 0.5, 0.75, 1.0)]
        assert turned[0] == 0
        assert turned[-1] == 1
        assert turned == sorted(set(turned))


def test_a_part_binds_more_or_less_than_the_rest_and_never_beyond_the_ends() -> None:
    plain = knob("nose")
    assert knob("nose", nose_faithful=0.3) > plain > knob("nose", nose_faithful=-0.3)
    assert knob("mouth", nose_faithful=0.3) == knob("mouth")
    assert knob("nose", faithful=0.9, nose_faithful=1.0) == 1
    assert knob("nose", faithful=0.1, nose_faithful=-1.0) == 0


@pytest.mark.parametrize("name", ["kin", *DIRECTIONS])
def test_who_the_person_is_goes_straight_through_and_stays_in_range(name: str) -> None:
    assert knob(name, **{name: 0.25}) == 0.25
    assert knob(name, **{name: 9.0}) == 1
    assert knob(name, **{name: -9.0}) == (0 if name == "kin" else -1)


def test_every_knob_of_the_face_is_one_the_network_takes_and_makes_a_new_face() -> None:
    plain = knobs_of({})
    rows = {row.name: row for row in PARAMETERS}
    # how large a face is, is settled after the network (tests/test_finer.py)
    of_ours = [row for name, row in rows.items() if name in FACE_KNOBS and not row.choices]
    knobs = [row.name for row in of_ours if row.kinds == ("compact",)]
    for name in knobs:
        assert not np.array_equal(knobs_of({name: rows[name].high}), plain), name
    assert len(knobs) == len(KNOBS) + 1  # `faithful` turns all parts


def test_nonsense_is_answered_before_the_network_sees_it() -> None:
    with pytest.raises(UsageError, match="smile"):
        knobs_of({"smile": float("nan")})
