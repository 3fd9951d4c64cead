"""What may be asked from outside: typed, ranged, and nothing that touches files or ends the show."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from livesketch.controls.actions import ACTIONS, Action
from livesketch.controls.addresses import action_for, addresses, page, scaled, share_of, takes
from livesketch.parameters import PARAMETERS, checked

FOUND = addresses()
ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.binary(),
    st.lists(st.floats()),
)


def test_every_knob_has_an_address_and_nobody_outside_reaches_a_file_or_the_end() -> None:
    assert {row.name for row in PARAMETERS} <= set(FOUND)
    assert {"next_person", "undo", "hold", "pick_look"} <= set(FOUND)
    assert not {"open", "save", "save_face", "quit", "set", "pointer"} & set(FOUND)


def test_values_come_in_range_and_typed() -> None:
    assert action_for(FOUND["faithful"], [0.25]) == Action("set", ("faithful", 0.25))
    assert action_for(FOUND["faithful"], [7]) == Action("set", ("faithful", 1.0))
    assert action_for(FOUND["mirror"], [0.0]) == Action("set", ("mirror", False))
    assert action_for(FOUND["line_style"], ["ink"]) == Action("set", ("line_style", "ink"))
    assert action_for(FOUND["line_style"], [1]) == Action("set", ("line_style", "ink"))
    assert action_for(FOUND["pick_look"], [2]) == Action("pick_look", 2)
    assert action_for(FOUND["model"], ["default"]) == Action("model", "default")


@pytest.mark.parametrize(
    ("name", "argument"),
    [
        ("faithful", "much"),
        ("faithful", float("nan")),
        ("faithful", True),
        ("line_style", "crayon"),
        ("line_style", 17),
        ("pick_look", -1),
        ("pick_look", float("inf")),
        ("model", 3),
        ("model", ""),
    ],
)
def test_what_makes_no_sense_asks_for_nothing(name: str, argument: object) -> None:
    assert action_for(FOUND[name], [argument]) is None


def test_a_button_that_is_let_go_asks_for_nothing() -> None:
    assert action_for(FOUND["next_person"], []) == Action("next_person")
    assert action_for(FOUND["next_person"], [1.0]) == Action("next_person")
    assert action_for(FOUND["next_person"], [0.0]) is None


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(FOUND)), st.lists(ANYTHING, max_size=3))
def test_whatever_is_sent_becomes_a_valid_action_or_nothing(name: str, sent: list[object]) -> None:
    action = action_for(FOUND[name], sent)
    if action is not None and action.name == "set":
        knob, value = action.value  # type: ignore[misc]
        assert checked(knob, value) == value
    elif action is not None:
        assert action.name in {row.name for row in ACTIONS}


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([name for name in sorted(FOUND) if FOUND[name].is_knob]), st.floats(0, 1))
def test_a_fader_reaches_every_value_and_shows_where_it_is(name: str, share: float) -> None:
    address = FOUND[name]
    action = action_for(address, [scaled(address, share)])
    assert action is not None
    value = action.value[1]  # type: ignore[index]
    if address.kind == "number":
        assert share_of(address, value) == pytest.approx(share, abs=1e-6)
    else:
        assert scaled(address, share_of(address, value)) == value


def test_the_page_names_every_address_with_its_range() -> None:
    text = page(FOUND.values())
    for one in FOUND.values():
        assert f"`/livesketch/{one.name}`" in text
        assert takes(one) in text


def test_a_safety_switch_means_the_same_however_often_it_is_sent() -> None:
    blackout = FOUND["blackout"]
    assert action_for(blackout, [1]) == action_for(blackout, [1.0]) == Action("blackout", True)
    assert action_for(blackout, [0]) == Action("blackout", False)
    assert action_for(blackout, []) == Action("blackout")
    assert action_for(blackout, ["on"]) is None
    assert action_for(blackout, [float("nan")]) is None


def test_a_pad_may_record_but_the_network_may_not() -> None:
    at_hand = addresses(is_at_hand=True)
    for name in ("record", "keep_replay", "second_screen"):
        assert name in at_hand
        assert name not in FOUND
    assert "quit" not in at_hand
