"""The rehearsal: what an audience must never see is counted, and faults leave no trace on any output."""

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from mido import Message
from stage import GREEN, RED, Clock, show
from tiny import write_tiny

from livesketch import cli
from livesketch.controls.actions import Action
from livesketch.controls.midi import LOOK_S, Midi
from livesketch.controls.midi_profile import Control, Target, write_profile
from livesketch.mishaps import Mishap, Mishaps
from livesketch.parameters import defaults
from livesketch.soak import EVENT_S, FAULT_S, SoakOptions, run
from livesketch.troupe import Controller, Witness


@pytest.fixture
def forgetful(caplog: pytest.LogCaptureFixture) -> None:
    """pytest keeps every record of the log, and with it the pictures that a failed step had in hand."""
    caplog.set_level(logging.CRITICAL)


def rehearse(tmp_path: Path, minutes: float, seed: int, **pace: float) -> dict:
    model = write_tiny(tmp_path / "tiny.safetensors")
    figures = run(SoakOptions(minutes, seed, str(model), "torch", **pace))
    assert figures["stops"] == 0
    assert figures["unasked_black"] == 0
    assert figures["unasked_change"] == 0
    return figures


def check_two_hundred_faults(figures: dict) -> None:
    print(figures)
    assert sum(figures["faults"].values()) >= 200
    assert {"MIDI fails", "MIDI is unplugged", "MIDI nonsense"} <= set(figures["faults"])
    assert figures["memory_most_mb"] is None or figures["memory_most_mb"] < 100


def test_a_short_rehearsal_with_many_faults_shows_nothing_unasked(tmp_path: Path) -> None:
    figures = rehearse(tmp_path, 0.17, 4, event_s=0.1, fault_s=0.5)
    # A busy machine plays fewer turns in the same time.
    assert sum(figures["events"].values()) > 10
    assert sum(figures["faults"].values()) >= 15
    assert len(figures["faults"]) >= 3
    assert figures["midi_messages"] > 0
    assert figures["faces_shown"] > 3


def test_the_command_prints_what_it_keeps_and_fails_where_the_audience_saw_something_unasked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    model, path = write_tiny(tmp_path / "tiny.safetensors"), tmp_path / "figures.json"
    words = ["soak", "--minutes", "0.01", "--model", str(model), "--json", str(path)]
    assert cli.run([*words, "--runtime", "torch"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures == json.loads(path.read_text())
    assert figures["frames"] > 0
    monkeypatch.setattr("livesketch.soak.run", lambda options: {**figures, "unasked_black": 1})
    assert cli.run(words) != 0


@pytest.mark.long
@pytest.mark.usefixtures("forgetful")
def test_two_hundred_faults_in_four_minutes(tmp_path: Path) -> None:
    figures = rehearse(tmp_path, 4, 2, event_s=0.1, fault_s=FAULT_S / 15)
    check_two_hundred_faults(figures)


@pytest.mark.long
@pytest.mark.usefixtures("forgetful")
def test_an_hour_in_six_minutes_with_two_hundred_faults(tmp_path: Path) -> None:
    """Events and faults ten times closer together than in the hour below."""
    figures = rehearse(tmp_path, 6, 1, event_s=EVENT_S / 10, fault_s=FAULT_S / 10)
    check_two_hundred_faults(figures)


@pytest.mark.long
@pytest.mark.usefixtures("forgetful")
def test_an_hour_with_two_hundred_faults(tmp_path: Path) -> None:
    figures = rehearse(tmp_path, 60, 1)
    check_two_hundred_faults(figures)


def test_the_witness_sees_black_that_nobody_asked_for_and_a_held_picture_that_changes() -> None:
    witness = Witness()
    witness.show(show(RED))
    witness.show(replace(show(RED), is_blackout=True))
    assert (witness.unasked_black, witness.unasked_change) == (0, 0)
    witness.show(show((0, 0, 0)))  # a black face in a room that is not
    assert witness.unasked_black == 0
    witness.show(replace(show(RED), is_held=True))
    witness._painter._picture = None  # the output forgot what it held
    witness.show(replace(show(GREEN), is_held=True))
    assert witness.unasked_change == 1


# who plays along


def test_a_controller_in_the_rehearsal_is_heard_unplugged_and_heard_again(tmp_path: Path) -> None:
    path, clock, played = tmp_path / "midi.json", Clock(), Controller(3)
    pad = Control("note", 9, 36)
    write_profile({pad: Target("next_cue")}, path)
    midi = Midi(played, path, clock=clock)
    press = Message("note_on", channel=9, note=36)

    def heard() -> list[Action]:
        clock.now += LOOK_S + 0.1
        played.play(clock.now)
        return midi.actions(defaults())

    heard()
    played.send(press)
    assert heard() == [Action("next_cue")]
    played.pull_out(back_at=clock.now + 3 * LOOK_S)
    played.send(press)
    assert heard() == []
    assert not played.is_open
    while not played.is_open:
        assert heard() == []
    played.send(press)
    assert heard() == [Action("next_cue")]
    played.run_clock(True, clock.now)
    for _ in range(40):
        clock.now += 0.05
        played.play(clock.now)
        midi.actions(defaults())
    assert midi.beat_s == pytest.approx(0.5, rel=0.2)
    played.run_clock(False, clock.now)
    played.upset()
    with pytest.raises(RuntimeError, match="unknown error"):
        heard()
    played.send(press)
    assert heard() == [Action("next_cue")]
    before = played.heard
    played.spoil()
    heard()
    assert played.heard > before


def test_faults_count_once_they_happen_and_late_turns_leave_none_out() -> None:
    is_hit, thrown = False, [0]

    def throw(number: int) -> Callable[[], None]:
        def count() -> None:
            thrown[number] += 1

        return count

    kinds = {"a cable": Mishap(throw(0), is_done=lambda: is_hit)}
    mishaps = Mishaps(kinds, seed=1, count=50, seconds=10)
    mishaps.turn(0.0)
    mishaps.turn(9.0)  # everything stood still for so long
    mishaps.turn(9.1)
    assert (thrown, mishaps.happened.total()) == ([1], 0)  # the first one has hit nobody yet
    is_hit = True
    for _ in range(60):
        mishaps.turn(10.0)
    assert (thrown, mishaps.happened) == ([50], {"a cable": 50})
