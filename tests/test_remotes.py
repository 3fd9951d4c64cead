"""Those who play from elsewhere: what one of them does wrong is said once, and keeps nobody from playing."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from mido import Message
from stage import Clock
from test_midi import FakePort, FakePorts, pad

from livesketch.controls.actions import Action
from livesketch.controls.midi import LOOK_S, Midi
from livesketch.controls.midi_profile import Control, Target, write_profile
from livesketch.controls.osc import Osc
from livesketch.errors import OutputError
from livesketch.parameters import defaults
from livesketch.remotes import LONGEST_PAUSE_S, MOST_FAILURES, Remotes

NEXT = [Action("next_cue")]


class Booth:
    """A controller whose driver may break, an OSC port, and a clock."""

    def __init__(self, folder: Path) -> None:
        write_profile({Control("note", 9, 36): Target("next_cue")}, folder / "midi.json")
        self.clock, self.ports = Clock(), FakePorts()
        midi = Midi(self.ports, folder / "midi.json", clock=self.clock)
        self.remotes = Remotes(Osc(0), midi, self.clock)
        self.turn()

    def turn(self, *messages: Message, seconds: float = 1 / 60) -> list[Action]:
        self.clock.now += seconds
        self.ports.plugged["nanoKONTROL"].pending += messages
        asked = self.remotes.actions(defaults(), ["undo"])
        self.remotes.tell(defaults())
        return [action for action in asked if action.name != "undo"]


@pytest.fixture
def booth(tmp_path: Path) -> Iterator[Booth]:
    booth = Booth(tmp_path)
    yield booth
    booth.remotes.close()


def break_driver(port: FakePort, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the driver is confused")

    monkeypatch.setattr(port, what, fail)


def test_a_driver_that_fails_again_and_again_is_told_of_once_and_heard_when_it_is_well_again(
    booth: Booth, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert booth.turn(pad(36)) == NEXT
    break_driver(booth.ports.plugged["nanoKONTROL"], monkeypatch, "iter_pending")
    with caplog.at_level(logging.ERROR):
        for _ in range(600):  # ten seconds
            assert booth.turn() == []
    assert booth.remotes.troubles == [
        "MIDI fails: the driver is confused. It is tried again by itself."
    ]
    assert len(caplog.records) < 10  # not a traceback for every turn
    booth.ports.plugged["nanoKONTROL"] = FakePort()
    booth.turn(seconds=LONGEST_PAUSE_S)
    assert booth.turn(pad(36)) == NEXT


def test_the_page_and_osc_are_heard_while_midi_fails(
    booth: Booth, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_driver(booth.ports.plugged["nanoKONTROL"], monkeypatch, "iter_pending")
    assert booth.remotes.osc is not None
    heard = iter([[Action("tap")]] * 2 * MOST_FAILURES)
    monkeypatch.setattr(booth.remotes.osc, "actions", lambda: next(heard))
    for _ in range(2 * MOST_FAILURES):
        booth.clock.now += 1 / 60
        assert booth.remotes.actions(defaults(), ["undo"]) == [Action("tap"), Action("undo")]


def test_lights_that_cannot_be_lit_leave_the_pads_playing(
    booth: Booth, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert booth.remotes.midi is not None
    monkeypatch.setattr(booth.remotes.midi, "tell", lambda values: 1 / 0)
    for _ in range(3 * MOST_FAILURES):
        assert booth.turn(pad(36)) == NEXT
    assert [one.partition(":")[0] for one in booth.remotes.troubles] == ["MIDI feedback fails"]


def test_what_has_a_sentence_of_its_own_is_told_with_it(
    booth: Booth, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(values: object) -> None:
        raise OutputError("The MIDI profile cannot be kept.")

    assert booth.remotes.midi is not None
    monkeypatch.setattr(booth.remotes.midi, "actions", full)
    booth.turn()
    assert booth.remotes.troubles == ["The MIDI profile cannot be kept."]


def test_a_controller_that_is_pulled_out_is_no_failure(booth: Booth) -> None:
    booth.ports.plugged["nanoKONTROL"].is_gone = True
    for _ in range(3):
        booth.turn(seconds=LOOK_S)
    assert booth.remotes.troubles == []
