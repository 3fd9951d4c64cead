"""Knobs that follow a sound: how far, how smoothly, and back where they were when it is over."""

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from sounds import Studio, clicks, silence, tone
from stage import Clock, until

from livesketch.errors import UsageError
from livesketch.listening import Listener
from livesketch.session import Session, restore, save
from livesketch.sound.block import RATE
from livesketch.sound.hearing import Heard
from livesketch.sound.microphone import Microphone
from livesketch.sound.routes import Follow, Route, route, route_of, with_route


class Hall:
    """A session, a listener, and a microphone that hears what a test plays."""

    def __init__(self) -> None:
        self.session, self.studio, self.clock = Session(), Studio(), Clock()
        self.listener = Listener(self.session, self._open, self.clock)
        self.is_recording = False

    def _open(self, name: str) -> Microphone:
        return Microphone(name, self.studio.open, self.clock, self.studio.names)

    def turn(self) -> bool:
        self.clock.now += 1 / 60
        return self.listener.turn(self.is_recording)[1]

    def begin(self) -> None:
        assert until(lambda: (self.turn(), self.studio.streams)[1])

    def play(self, samples) -> list[float]:
        """In real time of the clock: a turn for each 16 ms; what `smile` was after each."""
        found, step = [], RATE // 60
        for start in range(0, samples.size, step):
            self.studio.streams[-1].play(samples[start : start + step])
            self.turn()
            found.append(float(self.session.played["smile"]))
        return found


@pytest.fixture
def hall() -> Iterator[Hall]:
    hall = Hall()
    yield hall
    hall.listener.close()


def test_a_knob_follows_within_its_range_and_comes_back(hall: Hall) -> None:
    hall.session.set("smile", 0.3)
    hall.session.sound = ""
    hall.session.routes = [route("level", "smile", -0.5, 0.8, 0.05)]
    hall.begin()
    quiet = hall.play(silence(0.5))
    assert quiet[-1] == pytest.approx(-0.5, abs=0.01)
    loud = hall.play(tone(440, 1.0, 1.0))
    assert loud[-1] == pytest.approx(0.8, abs=0.05)
    assert all(-0.5 <= one <= 0.8 for one in (*quiet, *loud))
    assert hall.session.settings()["smile"] == loud[-1]
    assert hall.session.values["smile"] == 0.3
    hall.session.sound = None
    hall.turn()
    assert hall.session.played["smile"] == 0.3


def test_more_smoothing_is_calmer(hall: Hall) -> None:
    rough, calm = [], []
    for seconds, found in ((0.02, rough), (1.0, calm)):
        hall.session.sound = ""
        hall.session.routes = [route("onset", "smile", -1, 1, seconds)]
        hall.begin()
        played = hall.play(clicks(3, 3))
        found += [abs(b - a) for a, b in pairwise(played)]
    assert max(rough) > 5 * max(calm)


def test_a_range_may_be_upside_down(hall: Hall) -> None:
    hall.session.sound = ""
    hall.session.routes = [route("level", "smile", 1.0, -1.0, 0.0)]
    hall.begin()
    assert hall.play(silence(0.2))[-1] == pytest.approx(1.0, abs=0.02)
    assert hall.play(tone(440, 0.3, 1.0))[-1] == pytest.approx(-1.0, abs=0.1)


def test_a_turn_in_which_nothing_is_heard_asks_for_no_face(hall: Hall) -> None:
    hall.session.sound = ""
    hall.session.routes = [route("level", "smile")]
    hall.begin()
    hall.play(silence(2))
    assert not hall.turn()


def test_a_microphone_that_is_lost_leaves_the_knob_at_silence(hall: Hall) -> None:
    hall.session.sound = ""
    hall.session.routes = [route("level", "smile", 0, 1, 0.0)]
    hall.begin()
    hall.play(tone(440, 0.3, 1.0))
    hall.clock.now += 4
    hall.turn()
    hall.turn()
    assert hall.session.played["smile"] == 0.0
    assert hall.listener.news() == "The microphone gives no sound."


def test_a_recording_that_wants_sound_opens_the_microphone_and_closes_it(hall: Hall) -> None:
    hall.turn()
    assert not hall.listener.is_on
    hall.session.set("record_sound", True)
    hall.turn()
    assert not hall.listener.is_on  # a knob alone opens no microphone
    hall.is_recording = True
    hall.begin()
    hall.is_recording = False
    hall.turn()
    assert not hall.listener.is_on
    assert until(lambda: (hall.turn(), hall.studio.streams[0].is_closed)[1])


def test_another_microphone_takes_over(hall: Hall) -> None:
    hall.session.sound = ""
    hall.begin()
    hall.session.sound = "USB"
    assert until(lambda: (hall.turn(), len(hall.studio.streams) == 2)[1])
    assert hall.studio.asked == ["", "USB"]


def test_a_sound_is_pressed_and_a_knob_touched(hall: Hall) -> None:
    assert "onset" in hall.listener.learn("onset")
    assert "smile" in hall.listener.touched("smile")
    assert hall.session.routes == [Route("onset", "smile", -1.0, 1.0)]
    assert hall.listener.touched("smile") == ""
    hall.listener.learn("level")
    assert "no number" in hall.listener.touched("layout")
    hall.listener.learn("level")
    assert hall.listener.learn("level") == ""  # pressed again: never mind
    assert hall.listener.touched("kin") == ""


def test_words_of_the_command_line() -> None:
    assert route_of("onset=smile:0..0.8:0.1") == Route("onset", "smile", 0.0, 0.8, 0.1)
    assert route_of("level=mix") == Route("level", "mix", 0.0, 1.0, 0.15)
    for words in ("onset", "noise=smile", "level=layout", "level=smile:1", "level=smile:0..1:x"):
        with pytest.raises(UsageError):
            route_of(words)


def test_a_knob_follows_one_sound() -> None:
    one, other = route("level", "smile"), route("onset", "smile")
    assert with_route([one, route("low", "kin")], other) == [other, route("low", "kin")]


def test_routes_come_back_and_spoilt_ones_are_left_out(tmp_path: Path) -> None:
    session = Session(routes=[route("mid", "kin", 0.1, 0.9, 0.5)], sound="")
    path = tmp_path / "settings.json"
    save(session, path)
    again = Session()
    restore(again, path)
    assert again.routes == session.routes
    assert again.sound is None  # nobody is listened to unless it is asked for
    kept = json.loads(path.read_text())
    kept["routes"] += [{"source": "x"}, 3, {"source": "low", "knob": "smile", "low": "a"}]
    path.write_text(json.dumps(kept))
    restore(again, path)
    assert again.routes == session.routes


def test_no_time_that_passes_makes_a_knob_leave_its_range() -> None:
    follow, way = Follow(), [route("level", "smile", -1, 1, 0.1)]
    for now in (0.0, 0.01, 100.0, 99.0, 1e9):
        value = follow.values(way, Heard(level=1.0), now)["smile"]
        assert -1.0 <= value <= 1.0
