"""MIDI: knobs learn by being touched, take over without a jump, and come back after being unplugged."""

import json
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import mido
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stage import Clock

from livesketch.controls.actions import Action
from livesketch.controls.addresses import addresses
from livesketch.controls.midi import LOOK_S, Midi
from livesketch.controls.midi_ports import RtMidi
from livesketch.controls.midi_profile import Control, Target, read_profile, write_profile
from livesketch.parameters import defaults

FOUND = addresses(is_at_hand=True)
VALUES = defaults() | {"faithful": 0.5}


class FakePort:
    def __init__(self) -> None:
        self.pending: list[mido.Message] = []
        self.sent: list[mido.Message] = []
        self.is_closed = False
        self.is_gone = False

    def iter_pending(self) -> Iterable[mido.Message]:
        if self.is_gone:
            raise OSError("gone")
        while self.pending:
            yield self.pending.pop(0)

    def send(self, msg: mido.Message) -> None:
        self.sent.append(msg)

    def close(self) -> None:
        self.is_closed = True


class FakePorts:
    """What is plugged in."""

    def __init__(self) -> None:
        self.plugged: dict[str, FakePort] = {"Midi Through": FakePort(), "nanoKONTROL": FakePort()}
        self.trouble = ""

    def names(self) -> list[str]:
        return list(self.plugged)

    def open(self, name: str) -> FakePort:
        return self.plugged[name]


class Rig:
    """A controller, and a clock to turn."""

    def __init__(self, path: Path, profile: dict[Control, Target] | None = None) -> None:
        if profile:
            write_profile(profile, path)
        self.ports, self.clock = FakePorts(), Clock()
        self.midi = Midi(self.ports, path, found=FOUND, clock=self.clock)
        self.midi.actions(VALUES)

    def hear(self, *messages: mido.Message, **values: Any) -> list[Action]:
        self.ports.plugged["nanoKONTROL"].pending += messages
        return self.midi.actions(VALUES | values)


def knob(level: int, number: int = 21) -> mido.Message:
    return mido.Message("control_change", channel=0, control=number, value=level)


def pad(note: int, velocity: int = 100) -> mido.Message:
    return mido.Message("note_on", channel=9, note=note, velocity=velocity)


KNOB, PAD = Control("knob", 0, 21), Control("note", 9, 36)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "midi.json"


def test_the_controller_is_preferred_to_the_systems_own_loop(path: Path) -> None:
    assert Rig(path).midi.state == "nanoKONTROL"


def test_a_knob_learns_by_being_touched_and_remembers_the_next_time(path: Path) -> None:
    rig = Rig(path)
    rig.midi.learn("faithful")
    assert rig.midi.state == "touch what shall be: plausible — faithful"  # as the window calls it
    assert rig.hear(knob(64)) == []
    assert rig.midi.profile == {KNOB: Target("faithful")}
    again = Rig(path)
    (action,) = again.hear(knob(64), knob(70))
    assert action == Action("set", ("faithful", pytest.approx(70 / 127)))


def test_what_a_knob_was_for_before_is_forgotten(path: Path) -> None:
    rig = Rig(path, {KNOB: Target("faithful"), PAD: Target("undo")})
    rig.midi.learn("undo")
    rig.hear(knob(100))
    assert rig.midi.profile == {KNOB: Target("undo")}


def test_a_knob_that_stands_elsewhere_does_nothing_until_it_passes_the_value(path: Path) -> None:
    rig = Rig(path, {KNOB: Target("faithful")})
    assert rig.hear(knob(10)) == []
    assert rig.hear(knob(40)) == []
    (action,) = rig.hear(knob(80))
    assert action == Action("set", ("faithful", pytest.approx(80 / 127)))
    # turned on the panel meanwhile: the knob has lost it
    assert rig.hear(knob(84), faithful=0.1) == []
    (action,) = rig.hear(knob(5), faithful=0.1)
    assert action == Action("set", ("faithful", pytest.approx(5 / 127)))


def test_a_knob_that_has_its_value_follows_however_fast_it_is_turned(path: Path) -> None:
    rig = Rig(path, {KNOB: Target("faithful")})
    rig.hear(knob(63))
    (action,) = rig.hear(knob(127), faithful=63 / 127)
    assert action == Action("set", ("faithful", 1.0))


def test_pads_press_toggle_choose_and_carry_a_value(path: Path) -> None:
    pads = [Control("note", 9, note) for note in range(36, 40)]
    names = [Target("undo"), Target("mirror"), Target("line_style"), Target("pick_look", 3)]
    rig = Rig(path, dict(zip(pads, names, strict=True)))
    assert rig.hear(pad(36), pad(36, 0)) == [Action("undo")]
    assert rig.hear(pad(37)) == [Action("set", ("mirror", False))]
    assert rig.hear(pad(38)) == [Action("set", ("line_style", "ink"))]
    assert rig.hear(pad(39)) == [Action("pick_look", 3)]
    assert rig.hear(mido.Message("note_off", channel=9, note=36)) == []


def test_a_button_that_sends_control_changes_presses_once(path: Path) -> None:
    rig = Rig(path, {KNOB: Target("next_person")})
    assert rig.hear(knob(127)) == [Action("next_person")]
    assert rig.hear(knob(127)) == []
    assert rig.hear(knob(0)) == []
    assert rig.hear(knob(127)) == [Action("next_person")]


def test_safety_comes_first_and_one_action_a_name(path: Path) -> None:
    rig = Rig(path, {KNOB: Target("faithful"), PAD: Target("panic")})
    asked = rig.hear(*(knob(level) for level in range(60, 100)), pad(36))
    assert asked == [Action("panic", True), Action("set", ("faithful", pytest.approx(99 / 127)))]


@pytest.mark.long
def test_a_minute_of_a_flood_fills_no_memory_and_ends_where_the_knob_stands(path: Path) -> None:
    rig = Rig(path, {KNOB: Target("faithful"), PAD: Target("panic")})
    port, values, panics = rig.ports.plugged["nanoKONTROL"], dict(VALUES), 0
    rng = random.Random(5)
    for _ in range(3600):  # turns; 5,000 messages a second, half of them of no control
        for _ in range(42):
            port.pending.append(knob(rng.randrange(128)))
            port.pending.append(knob(rng.randrange(128), number=99))
        port.pending.append(pad(36))
        for action in rig.midi.actions(values):
            if action.name == "set":
                values["faithful"] = action.value[1]  # type: ignore[index]
            panics += action.name == "panic"
        assert len(port.pending) < 100_000
    port.pending.append(knob(90))
    while port.pending:
        for action in rig.midi.actions(values):
            if action.name == "set":
                values["faithful"] = action.value[1]  # type: ignore[index]
    assert values["faithful"] == pytest.approx(90 / 127)
    assert panics > 1000


def test_a_flood_is_read_for_two_milliseconds_a_turn_and_ends_where_the_knob_stands(
    path: Path,
) -> None:
    rig = Rig(path, {KNOB: Target("faithful")})
    rig.ports.plugged["nanoKONTROL"].pending = [knob(n % 128) for n in range(1000)] + [knob(90)]
    tick = iter(range(10**6))
    rig.midi._clock = lambda: 100 + next(tick) * 0.0001
    first = rig.midi.actions(VALUES)
    assert 900 < len(rig.ports.plugged["nanoKONTROL"].pending) < 1001
    asked, values = first, dict(VALUES)
    while rig.ports.plugged["nanoKONTROL"].pending:
        for action in asked:
            values["faithful"] = action.value[1]  # type: ignore[index]
        asked = rig.midi.actions(values) or asked
    assert asked == [Action("set", ("faithful", pytest.approx(90 / 127)))]


def test_an_unplugged_controller_comes_back(path: Path) -> None:
    rig = Rig(path, {PAD: Target("undo")})
    gone = rig.ports.plugged.pop("nanoKONTROL")
    gone.is_gone = True
    rig.midi.actions(VALUES)
    assert gone.is_closed
    rig.clock.now += LOOK_S + 0.1
    rig.midi.actions(VALUES)
    assert rig.midi.state == "Midi Through"
    del rig.ports.plugged["Midi Through"]
    rig.clock.now += LOOK_S + 0.1
    rig.midi.actions(VALUES)
    assert rig.midi.state == "no MIDI controller"
    rig.ports.plugged["nanoKONTROL"] = FakePort()
    rig.clock.now += LOOK_S + 0.1
    rig.midi.actions(VALUES)
    assert rig.hear(pad(36)) == [Action("undo")]


def test_lights_follow_the_values_and_hear_only_what_changed(path: Path) -> None:
    rig = Rig(path, {KNOB: Target("faithful"), PAD: Target("mirror")})
    port = rig.ports.plugged["nanoKONTROL"]
    rig.midi.tell({"faithful": 1.0, "mirror": True})
    rig.midi.tell({"faithful": 1.0, "mirror": False})
    assert port.sent == [knob(127), pad(36, 127), pad(36, 0)]


def test_the_clock_of_a_sequencer_is_a_tempo(path: Path) -> None:
    rig = Rig(path)
    for _ in range(60):
        rig.clock.now += 0.5 / 24
        rig.hear(mido.Message("clock"))
    assert rig.midi.beat_s == pytest.approx(0.5)
    rig.clock.now += 3
    assert rig.midi.beat_s is None


# profiles


def test_a_profile_reads_as_it_was_written_and_counts_channels_as_people_do(path: Path) -> None:
    profile = {KNOB: Target("faithful"), PAD: Target("pick_look", 3)}
    write_profile(profile, path)
    assert read_profile(path, FOUND) == (profile, [])
    assert json.loads(path.read_text())["controls"][0]["channel"] == 1


def test_broken_lines_are_named_and_the_others_kept(path: Path) -> None:
    rows = [{"knob": 21, "name": "faithful"}, {"knob": 300, "name": "size"}, {"note": 1}, 7]
    path.write_text(json.dumps({"version": 1, "controls": rows}))
    profile, notes = read_profile(path, FOUND)
    assert profile == {KNOB: Target("faithful")}
    assert len(notes) == 3


@given(st.binary(max_size=80))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
    max_examples=50,
)
def test_a_file_of_nonsense_is_one_sentence(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    profile, notes = read_profile(path, FOUND)
    assert profile == {}
    assert len(notes) <= 1


# the real library, and nonsense from the wire


def test_where_there_is_no_midi_it_says_so() -> None:
    class NoSequencer:
        def get_input_names(self) -> list[str]:
            raise SystemError("MidiInAlsa::initialize: error creating ALSA sequencer client")

    ports = RtMidi(NoSequencer())
    assert ports.names() == []
    assert ports.trouble.startswith("no MIDI here")


def test_the_real_ports_are_asked_without_a_crash(path: Path) -> None:
    midi = Midi(RtMidi(), path)
    assert midi.actions(VALUES) == []
    assert midi.state
    midi.close()


@given(st.binary(max_size=300))
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
    max_examples=150,
)
def test_no_bytes_from_the_wire_break_it(path: Path, data: bytes) -> None:
    rig = Rig(path, {KNOB: Target("faithful"), Control("note", 0, 0): Target("undo")})
    parser = mido.Parser()
    parser.feed(data)
    for action in rig.hear(*parser):
        assert action.name in {"set", "undo"}
