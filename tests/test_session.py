"""What is kept between two evenings."""

import json
from pathlib import Path

import pytest

from livesketch.errors import OutputError, UsageError
from livesketch.frames import Look
from livesketch.session import Session, meet, person, restore, save


def test_knobs_looks_and_model_come_back(tmp_path: Path) -> None:
    session = Session()
    session.set("faithful", 0.8)
    session.set("line_style", "ink")
    meet(session, person(4711))
    session.is_held = False
    save(session, tmp_path / "settings.json")
    again = Session()
    assert restore(again, tmp_path / "settings.json") == []
    assert again.values == session.values
    assert again.look.seed == 4711
    assert not again.is_held


def test_somebody_already_met_is_not_listed_twice() -> None:
    session = Session()
    before = len(session.looks)
    meet(session, person(3))
    assert session.look.seed == 3
    assert len(session.looks) == before
    meet(session, Look(name="me", code=None, seed=99))
    assert len(session.looks) == before + 1


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", json.dumps({"values": 7, "looks": "all", "seed": []})],
)
def test_a_broken_settings_file_never_stops_the_program(tmp_path: Path, text: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(text)
    session = Session()
    restore(session, path)
    assert session.values == Session().values
    assert session.look.seed == 1


def test_a_knob_of_another_version_is_named_and_the_rest_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"values": {"sparkle": 1, "faithful": 0.1, "size": "wide"}}))
    session = Session()
    notes = restore(session, path)
    assert session.values["faithful"] == 0.1
    assert session.values["size"] == Session().values["size"]
    assert len(notes) == 2


def test_no_settings_file_is_no_news(tmp_path: Path) -> None:
    assert restore(Session(), tmp_path / "none.json") == []


def test_a_knob_that_does_not_exist_cannot_be_turned() -> None:
    with pytest.raises(UsageError):
        Session().set("sparkle", 1)


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError) as caught:
        save(Session(), tmp_path / "file" / "settings.json")
    assert "file" in str(caught.value)
