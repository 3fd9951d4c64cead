"""How outputs look, by flag, by hand and in the session's file: what makes no sense is named, or left out."""

import argparse
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from livesketch import stage_flags
from livesketch.errors import UsageError
from livesketch.flags import draw
from livesketch.outputs import Setup
from livesketch.outputs.forms import ITS_OWN, LAYOUTS, checked_form, forms_from, shaped
from livesketch.post import layout
from livesketch.rig import open_rig
from livesketch.rig_acts import RIG_ACTS
from livesketch.rig_options import RigOptions
from livesketch.session import Session, restore, save

ASLANT = ((0.1, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 0.9))


def flags(*words: str) -> RigOptions:
    parser = argparse.ArgumentParser()
    stage_flags.with_stage(draw)(parser)
    return stage_flags.rig(parser.parse_args(list(words)))


def rig_of(session: Session) -> Any:
    rig, _ = open_rig(session, RigOptions(), lambda look: None, lambda: "")  # type: ignore[arg-type,return-value]
    return rig


def test_what_can_be_chosen_is_what_can_be_composed() -> None:
    assert layout.LAYOUTS == LAYOUTS


def test_each_output_gets_its_own_by_flags() -> None:
    options = flags(
        *("--layout-of", "second screen=side by side", "--layout-of", "ndi=drawing"),
        *("--size-of", "ndi=1920x1080", "--output-size", "640x360"),
        *("--flip", "h", "--edges", "0,0.1,0,0.2"),
    )
    assert options.forms["second screen"] == {
        "layout": "side by side",
        "flip": "h",
        "crop": (0, 0.1, 0, 0.2),
    }
    assert options.forms["ndi"] == {"layout": "drawing", "size": (1920, 1080)}
    assert options.forms["page"] == {"size": (640, 360)}
    assert flags().forms == {}  # what was not said is as it was the last time


@pytest.mark.parametrize(
    ("words", "match"),
    [
        (("--layout-of", "hologram=face"), "hologram"),
        (("--layout-of", "ndi=upside"), "layout"),
        (("--size-of", "second screen=640x360"), "display"),
        (("--size-of", "ndi=3x3"), "size"),
    ],
)
def test_what_no_output_can_be_is_said_in_a_sentence(words: tuple[str, ...], match: str) -> None:
    with pytest.raises(UsageError, match=match):
        flags(*words)


def test_it_comes_back_the_next_evening(tmp_path: Path) -> None:
    session = Session()
    rig = rig_of(session)
    shape = RIG_ACTS["shape_output"]
    shape(rig, ("second screen", "corners", ASLANT))
    shape(rig, ("ndi", "layout", "crossfade"))
    save(session, tmp_path / "settings.json")
    again = Session()
    assert restore(again, tmp_path / "settings.json") == []
    setups = rig_of(again).audience.setups
    assert setups["second screen"].corners == ASLANT
    assert setups["ndi"].layout == "crossfade"


def test_a_spoilt_file_costs_only_what_is_spoilt(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(
        json.dumps(
            {"outputs": {"ndi": {"layout": "face", "size": "big"}, "moon": 3, "page": {"x": 1}}}
        )
    )
    session = Session()
    restore(session, path)
    rig_of(session)
    assert session.outputs["ndi"] == {"layout": "face"}


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(
    st.dictionaries(
        st.sampled_from(["second screen", "ndi", "x"]),
        st.dictionaries(st.sampled_from(["layout", "size", *ITS_OWN]), JSON),
    )
)
def test_whatever_lies_in_the_file_becomes_a_setup_or_nothing(kept: dict[str, Any]) -> None:
    for form in forms_from(kept).values():
        assert isinstance(shaped(Setup(), form), Setup)


def test_nothing_stays_of_a_display_only_where_the_edges_would_meet() -> None:
    with pytest.raises(UsageError, match="crop"):
        checked_form("second screen", "crop", (0.6, 0, 0.6, 0))


def test_the_network_is_let_in_only_where_an_address_is_named() -> None:
    assert flags("--osc").osc == ("127.0.0.1", 9000)
    assert flags("--osc", "9001").osc == ("127.0.0.1", 9001)
    assert flags("--osc", "0.0.0.0:9001").osc == ("0.0.0.0", 9001)
    assert flags("--page").setups["page"].host == "127.0.0.1"
    with pytest.raises(UsageError, match="without a password"):
        flags("--page", "0.0.0.0:8080")
    page = flags("--page", "0.0.0.0:8080", "--page-password", "sesame").setups["page"]
    assert (page.host, page.password) == ("0.0.0.0", "sesame")
