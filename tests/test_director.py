"""Cues as an operator plays them: at once or as a morph, left half way, drifting, and kept in a list."""

from pathlib import Path

import numpy as np
import pytest

from livesketch.director import Director
from livesketch.errors import UsageError
from livesketch.frames import Code, Look, Morph
from livesketch.looks.cues import read_cues
from livesketch.looks.morph import between
from livesketch.session import Session

LIST = """
[[cue]]
name = "Anna"
seed = 7
[[cue]]
name = "Bert"
seed = 12
seconds = 4.0
knobs = { faithful = 1.0 }
[[cue]]
name = "Cleo"
seed = 20
beats = 4.0
"""


def code_of(look: Look | Morph) -> Code:
    if isinstance(look, Morph):
        return between(code_of(look.start), code_of(look.end), look.t)
    if look.code is not None:
        return look.code
    return np.random.default_rng(look.seed).standard_normal(16).astype(np.float32)


@pytest.fixture
def director(tmp_path: Path) -> Director:
    path = tmp_path / "cues.toml"
    path.write_text(LIST)
    director = Director(Session(), code_of, lambda: "tiny")
    assert director.load(path) == []
    return director


def seed(director: Director) -> int:
    assert isinstance(director.look, Look)
    return director.look.seed


def test_a_cue_without_a_time_is_there_at_once(director: Director) -> None:
    assert director.coming is not None
    assert director.coming.name == "Anna"
    director.go(0, 10.0)
    assert director.turn(10.0)
    assert seed(director) == 7
    assert not director.turn(10.1)


def test_a_morph_turns_the_person_and_the_knobs_in_its_time(director: Director) -> None:
    director.go(0, 0.0)
    director.turn(0.0)
    director.session.set("faithful", 0.0)
    director.go(1, 10.0)
    seen, shares = [], []
    for n in range(41):
        director.turn(10.0 + n / 10)
        seen.append(float(director.session.values["faithful"]))
        shares.append(director.look.t if isinstance(director.look, Morph) else 1.0)
    assert seen == sorted(seen)
    assert shares == sorted(shares)
    assert (seen[0], seen[-1]) == (0.0, 1.0)
    assert 0.4 < shares[20] < 0.6
    assert seed(director) == 12


def test_beats_follow_the_tapped_tempo(director: Director) -> None:
    for n in range(5):
        director.tempo.tap(n * 1.0)
    director.go(2, 10.0)
    director.turn(13.0)  # four beats of a second
    assert isinstance(director.look, Morph)
    director.turn(14.0)
    assert seed(director) == 20


def test_a_sequencers_clock_goes_before_the_tapped_tempo(director: Director) -> None:
    for n in range(5):
        director.tempo.tap(n * 1.0)
    director.midi_beat_s = 0.5
    director.go(2, 10.0)
    director.turn(11.9)  # four beats of half a second
    assert isinstance(director.look, Morph)
    director.turn(12.0)
    assert seed(director) == 20


def test_a_morph_left_half_way_goes_on_from_there(director: Director) -> None:
    director.go(0, 0.0)
    director.turn(0.0)
    director.go(1, 1.0)
    director.turn(3.0)
    assert isinstance(director.look, Morph)
    director.session.set("glide", 2.0)
    director.go(0, 3.0)
    director.turn(3.0)
    half = director.look
    assert isinstance(half, Morph)
    assert half.start.name == "half way"
    assert half.start.style_space == "tiny"
    director.turn(5.0)
    assert seed(director) == 7


def test_a_hand_on_a_knob_takes_it_from_the_morph(director: Director) -> None:
    director.go(0, 0.0)
    director.turn(0.0)
    director.go(1, 1.0)
    director.turn(2.0)
    director.session.set("faithful", 0.123)
    director.turn(2.1)
    director.turn(9.0)
    assert director.session.values["faithful"] == 0.123
    assert not director.is_moving


def test_a_person_chosen_by_hand_glides_in_if_asked_to(director: Director) -> None:
    session = director.session
    session.set("glide", 2.0)
    director.turn(0.0)
    session.look_index = 3
    director.turn(1.0)
    assert isinstance(director.look, Morph)
    director.turn(2.0)
    assert isinstance(director.look, Morph)
    assert 0.3 < director.look.t < 0.7
    director.turn(3.0)
    assert seed(director) == session.look.seed
    session.set("glide", 0.0)
    session.look_index = 0
    director.turn(4.0)
    assert seed(director) == session.look.seed


def test_drifting_walks_on_and_ends_where_it_is(director: Director) -> None:
    director.session.set("drift_pace", 4.0)
    director.drift(True, 0.0)
    met = set()
    for n in range(200):
        assert director.turn(n / 10)
        met.add(director.session.look_index)
    assert len(met) >= 5
    director.drift(False, 20.0)
    assert not director.turn(21.0)
    director.session.looks = director.session.looks[:1]
    director.session.look_index = 0
    with pytest.raises(UsageError, match="nobody"):
        director.drift(True, 22.0)


def test_the_ends_of_the_list_are_said_and_nothing_moves(director: Director) -> None:
    assert "first" in director.go(-1, 0.0)
    assert "last" in director.go(3, 0.0)
    assert director.index == -1


def test_a_kept_scene_comes_back_with_its_knobs(director: Director) -> None:
    session = director.session
    session.look_index = 2
    session.set("faithful", 0.9)
    director.turn(0.0)
    kept = director.keep()
    session.look_index = 0
    session.set("faithful", 0.1)
    director.turn(1.0)
    assert director.path is not None
    cues, notes = read_cues(director.path)
    assert notes == []
    assert [cue.name for cue in cues] == [kept.name, "Anna", "Bert", "Cleo"]
    director.go(0, 2.0)
    director.turn(2.0)
    assert session.values["faithful"] == 0.9
    assert session.look_index == 2
    assert "glide" not in cues[0].values


def test_a_list_that_cannot_be_read_leaves_the_one_that_plays(
    director: Director, tmp_path: Path
) -> None:
    notes = director.load(tmp_path / "gone.toml")
    assert "gone.toml" in notes[0]
    assert len(director.cues) == 3
