"""The model in its Worker: one that hangs is replaced, and the show goes on."""

import threading
import time
from collections.abc import Callable
from typing import cast

import numpy as np
import pytest

from livesketch import player as playing
from livesketch.frames import Frame, Request, Result
from livesketch.parameters import defaults, frozen
from livesketch.pipeline import Pipeline
from livesketch.player import Player


def request(number: int) -> Request:
    sketch = np.ones((8, 8), np.float32)
    return Request(Frame(0.0, number, sketch=sketch), frozen(defaults()), "fake")


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < end, "not within twenty seconds"


def test_a_model_that_hangs_is_replaced_and_answers_what_was_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(playing, "SILENCE_S", 0.1)
    let_go, opened = threading.Event(), []

    class Fake:
        def __init__(self) -> None:
            opened.append(self)

        def process(self, asked: Request) -> Result:
            if len(opened) == 1 and asked.frame.number == 2:
                let_go.wait(30)
            return Result(asked, asked.frame.sketch, None, 0.0, 0.0)

    player = Player(lambda model, runtime: cast(Pipeline, Fake()), "fake")
    answered: list[int] = []

    def has_answered(number: int) -> bool:
        result = player.newest()
        if result is not None:
            answered.append(result.request.frame.number)
        return number in answered

    try:
        until(lambda: player.is_ready)
        for number in (1, 2):
            player.submit(request(number))
            until(lambda number=number: has_answered(number))
        assert len(opened) == 2
        assert player.is_idle
    finally:
        let_go.set()
        player.close()
