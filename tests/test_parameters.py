"""The table of knobs."""

import pytest

from livesketch.errors import UsageError
from livesketch.parameters import PARAMETERS, checked, defaults, frozen


@pytest.mark.parametrize("row", PARAMETERS, ids=lambda row: row.name)
def test_every_default_is_a_value_its_own_knob_takes(row) -> None:
    assert checked(row.name, row.default) == row.default
    assert row.help.endswith((".", "?"))


def test_numbers_are_brought_into_range_and_words_are_understood() -> None:
    assert checked("faithful", 7) == 1.0
    assert checked("faithful", "0.25") == 0.25
    assert checked("framing", "off") is False
    assert checked("line_style", "ink") == "ink"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("faithful", "much"),
        ("faithful", float("nan")),
        ("line_style", "oil"),
        ("framing", "perhaps"),
        ("shine", 1),
    ],
)
def test_nonsense_is_named_and_the_hint_says_what_there_is(name: str, value: object) -> None:
    with pytest.raises(UsageError) as caught:
        checked(name, value)
    assert caught.value.hint


def test_frozen_settings_do_not_change_with_the_sliders() -> None:
    values = defaults()
    settings = frozen(values)
    values["faithful"] = 0.9
    assert settings["faithful"] == 0.5
    with pytest.raises(TypeError):
        settings["faithful"] = 1.0  # type: ignore[index]
