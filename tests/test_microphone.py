"""A microphone that is there, is not there, falls silent and comes back: one sentence each, and nothing stops."""

import sys
from collections.abc import Iterator

import numpy as np
import pytest
from sounds import Studio, tone
from stage import Clock, until

from livesketch.errors import SourceError
from livesketch.sound.block import RATE, Block
from livesketch.sound.microphone import Microphone, open_portaudio, portaudio


class Room:
    def __init__(self) -> None:
        self.studio, self.clock = Studio(), Clock()
        self.microphone = Microphone("USB", self.studio.open, self.clock, self.studio.names)

    def turn(self) -> list[Block]:
        self.clock.now += 1 / 60
        return self.microphone.turn()

    def begin(self) -> None:
        assert until(lambda: (self.turn(), self.studio.streams)[1])


@pytest.fixture
def room() -> Iterator[Room]:
    room = Room()
    yield room
    room.microphone.close()


def test_what_is_played_is_heard_whole_and_in_order(room: Room) -> None:
    room.begin()
    sound = tone(440, 0.5)
    room.studio.streams[0].play(sound)
    blocks = room.turn()
    assert np.array_equal(np.concatenate([block.samples for block in blocks]), sound)
    assert room.microphone.state == "listening"
    assert room.studio.asked == ["USB"]
    assert until(lambda: room.microphone.names == ("Built-in", "USB microphone"))


def test_a_block_is_stamped_with_when_it_reached_the_microphone(room: Room) -> None:
    room.begin()
    now = room.clock.now
    room.studio.streams[0].play(tone(440, 512 / RATE), late_s=0.03)
    room.studio.streams[0].play(tone(440, 512 / RATE), late_s=-7.0)  # a driver that lies
    first, second = room.microphone.turn()
    assert first.time == pytest.approx(now - 0.03)
    assert second.time == pytest.approx(now - 512 / RATE)


def test_another_rate_is_brought_to_ours(room: Room) -> None:
    room.begin()
    room.studio.streams[0].play(np.zeros(441, np.float32), rate=44_100)
    (block,) = room.turn()
    assert block.samples.size == 480


def test_one_that_is_missing_is_said_once_and_tried_again(room: Room) -> None:
    room.studio.error = SourceError("There is no microphone here.", "Plug one in.")
    assert until(lambda: (room.turn(), room.microphone.state.startswith("missing"))[1])
    assert room.microphone.news() == "There is no microphone here. Plug one in."
    assert room.microphone.news() == ""
    room.studio.error = None
    room.clock.now += 3
    room.begin()
    room.studio.streams[0].play(tone(440, 0.1))
    assert room.turn()
    assert room.microphone.state == "listening"


def test_one_that_falls_silent_is_opened_anew(room: Room) -> None:
    room.begin()
    first = room.studio.streams[0]
    first.play(tone(440, 0.1))
    room.turn()
    room.clock.now += 4
    assert until(lambda: (room.turn(), first.is_closed)[1])
    assert room.microphone.state == "broken: The microphone gives no sound."
    room.clock.now += 5
    assert until(lambda: (room.turn(), len(room.studio.streams) == 2)[1])


def test_one_whose_stream_ended_is_opened_anew(room: Room) -> None:
    room.begin()
    room.studio.streams[0].active = False
    room.clock.now += 2
    assert until(lambda: (room.turn(), room.microphone.state.startswith(("missing", "broken")))[1])
    room.clock.now += 5
    assert until(lambda: (room.turn(), len(room.studio.streams) == 2)[1])


def test_leaving_closes_the_stream_and_waits_for_nobody(room: Room) -> None:
    room.begin()
    room.microphone.leave()
    assert until(room.microphone.has_left)
    assert room.studio.streams[0].is_closed


def test_without_the_library_there_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(SourceError, match="sounddevice") as error:
        portaudio()
    assert "livesketch[sound]" in error.value.hint


def test_without_the_systems_part_of_it_there_is_one_sentence_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(name: str) -> None:
        raise OSError("PortAudio library not found")

    monkeypatch.setattr("livesketch.sound.microphone.import_module", fail)
    with pytest.raises(SourceError, match="PortAudio") as error:
        portaudio()
    assert "libportaudio2" in error.value.hint


class Library:
    """What is used of sounddevice, with these devices."""

    def __init__(self, *names: str) -> None:
        self.devices = [
            {"name": name, "max_input_channels": 1, "default_samplerate": 44_100.0}
            for name in names
        ]
        self.devices.append(
            {"name": "loudspeaker", "max_input_channels": 0, "default_samplerate": 0}
        )
        self.facts: dict[str, object] = {}

    def query_devices(self, device: int | None = None, kind: str = "") -> object:
        return self.devices if not kind else self.devices[device or 0]

    def check_input_settings(self, **facts: object) -> None:
        raise ValueError("48 kHz is too much for it")

    def InputStream(self, **facts: object) -> "Library":  # noqa: N802
        self.facts = facts
        return self

    def start(self) -> None:
        pass


def test_a_device_is_chosen_by_a_part_of_its_name_at_a_rate_that_it_can(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    library = Library("Built-in", "USB microphone")
    monkeypatch.setitem(sys.modules, "sounddevice", library)
    open_portaudio("usb", lambda samples, late_s, rate: None)
    assert (library.facts["device"], library.facts["samplerate"]) == (1, 44_100)
    with pytest.raises(SourceError, match="'piano'") as error:
        open_portaudio("piano", lambda samples, late_s, rate: None)
    assert "Built-in, USB microphone" in error.value.hint


def test_a_machine_without_a_microphone_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sounddevice", Library())
    with pytest.raises(SourceError, match="no microphone"):
        open_portaudio("", lambda samples, late_s, rate: None)
