"""The model and its eyes in their Workers: one that hangs is replaced, the newest picture wins, and the show goes on."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import cast

import numpy as np
import pytest

from livesketch import player as playing
from livesketch.errors import TraceError
from livesketch.eyes import Drawn
from livesketch.frames import Frame, Request, Result
from livesketch.parameters import defaults, frozen
from livesketch.pipeline import Pipeline
from livesketch.player import Player


def drawing(number: int) -> Request:
    sketch = np.ones((8, 8), np.float32)
    return Request(Frame(0.0, number, sketch=sketch), frozen(defaults()), "fake")


def picture(number: int) -> Request:
    shown = np.zeros((8, 8, 3), np.uint8)
    return Request(Frame(0.0, number, picture=shown, is_live=True), frozen(defaults()), "fake")


@dataclass
class Road:
    """A pipeline whose halves do what the test says; `drawn`, `painted`: numbers of frames, in order."""

    look: Callable[[int], None] = lambda number: None
    paint: Callable[[int], None] = lambda number: None
    drawn: list[int] = field(default_factory=list)
    painted: list[int] = field(default_factory=list)
    opened: int = 0

    def open(self, model: str, runtime: str) -> Pipeline:
        self.opened += 1
        return cast(Pipeline, _Fake(self))


class _Eyes:
    def __init__(self, road: Road) -> None:
        self._road = road

    def drawn(self, request: Request) -> Drawn:
        self._road.drawn.append(request.frame.number)
        self._road.look(request.frame.number)
        return Drawn(request, time.monotonic())


class _Fake:
    def __init__(self, road: Road) -> None:
        self._road, self.eyes = road, _Eyes(road)

    def painted(self, drawn: Drawn) -> Result:
        number = drawn.request.frame.number
        self._road.painted.append(number)
        self._road.paint(number)
        return Result(drawn.request, None, None, 0.0, 0.0)


class Play:
    def __init__(self, road: Road) -> None:
        self.player = Player(road.open, "fake")
        self.answered: list[int] = []
        until(lambda: self.player.is_ready)

    def has_answered(self, number: int) -> bool:
        result = self.player.newest()
        if result is not None:
            self.answered.append(result.request.frame.number)
        return number in self.answered

    def ask(self, request: Request) -> None:
        """And wait for the answer."""
        self.player.submit(request)
        until(lambda: self.has_answered(request.frame.number))


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < end, "not within twenty seconds"


@pytest.fixture
def road() -> Road:
    return Road()


@pytest.fixture
def play(road: Road) -> Iterator[Play]:
    play = Play(road)
    yield play
    play.player.close()


class Gate:
    """Those with this number wait before it until it is opened; `reached`: somebody does."""

    def __init__(self, *numbers: int) -> None:
        self._numbers = numbers
        self.reached, self._opened = threading.Event(), threading.Event()

    def __call__(self, number: int) -> None:
        if number in self._numbers and not self._opened.is_set():
            self.reached.set()
            assert self._opened.wait(30)

    def open(self) -> None:
        self._opened.set()


def hang(monkeypatch: pytest.MonkeyPatch, road: Road, half: str) -> Gate:
    """Until the gate is opened, the second request stays in that half of the first model's road; patience is short."""
    monkeypatch.setattr(playing, "SILENCE_S", 0.1)
    gate = Gate(2)
    setattr(road, half, lambda number: gate(number) if road.opened == 1 else None)
    return gate


def begin(road: Road, play: Play, request: Request, half: str = "paint") -> Gate:
    """The request, number 1, is in that half of the road and stays there until the gate is opened."""
    gate = Gate(1)
    setattr(road, half, gate)
    play.player.submit(request)
    assert gate.reached.wait(20)
    return gate


@pytest.mark.parametrize("ask", [drawing, picture])
def test_a_model_that_hangs_is_replaced_and_answers_what_was_asked(
    monkeypatch: pytest.MonkeyPatch, road: Road, play: Play, ask: Callable[[int], Request]
) -> None:
    gate = hang(monkeypatch, road, "paint")
    play.ask(ask(1))
    play.ask(ask(2))
    assert road.opened == 2
    assert play.player.is_idle
    gate.open()


def test_eyes_that_hang_are_replaced_and_the_picture_goes_on(
    monkeypatch: pytest.MonkeyPatch, road: Road, play: Play
) -> None:
    gate = hang(monkeypatch, road, "look")
    play.ask(picture(1))
    play.ask(picture(2))
    play.ask(picture(3))
    assert (road.opened, play.player.replaced) == (2, 1)
    gate.open()
    play.ask(picture(4))
    assert play.answered == [1, 2, 3, 4]  # what the hung one saw in the end is nobody's answer


def test_the_next_picture_is_looked_at_while_a_face_is_painted(road: Road, play: Play) -> None:
    gate = begin(road, play, picture(1))
    play.player.submit(picture(2))
    until(lambda: road.drawn == [1, 2])
    gate.open()
    until(lambda: play.has_answered(2))


def test_the_newest_picture_wins_and_none_is_looked_at_in_vain_or_twice(
    road: Road, play: Play
) -> None:
    gate = begin(road, play, picture(1))
    play.player.submit(picture(2))
    until(lambda: road.drawn == [1, 2])
    for number in range(3, 8):  # one is ready; none of these is begun before its turn comes
        play.player.submit(picture(number))
    gate.open()
    until(lambda: play.has_answered(7))
    assert road.drawn == road.painted == [1, 2, 7]
    assert play.player.is_idle


def test_a_drawing_waits_for_no_eyes(road: Road, play: Play) -> None:
    gate = begin(road, play, picture(1), "look")
    play.ask(drawing(2))
    gate.open()
    until(lambda: play.has_answered(1))
    assert road.drawn == [1]


@pytest.mark.parametrize("ask", [drawing, picture])
def test_what_is_forgotten_is_not_answered_and_the_next_question_is(
    road: Road, play: Play, ask: Callable[[int], Request]
) -> None:
    gate = begin(road, play, ask(1))
    play.player.forget()
    assert play.player.is_idle
    gate.open()
    play.ask(ask(2))
    assert play.answered == [2]


def test_what_goes_wrong_in_the_eyes_is_said_once_and_they_look_on(road: Road, play: Play) -> None:
    def look(number: int) -> None:
        if number == 1:
            raise TraceError("There is no model for finding faces.")

    road.look = look
    play.player.submit(picture(1))
    with pytest.raises(TraceError, match="no model"):
        until(lambda: play.has_answered(1))
    assert play.player.newest() is None
    play.ask(picture(2))


def test_eyes_end_with_a_model_that_cannot_be_opened() -> None:
    def fails(model: str, runtime: str) -> Pipeline:
        raise OSError("no such file")

    before = threading.active_count()
    player = Player(fails, "fake")
    with pytest.raises(OSError, match="no such file"):
        until(lambda: player.newest() is not None)
    assert player.is_dead
    until(lambda: threading.active_count() <= before)
