"""Measures a show on the display it is started on, as JSON: presents, and from a wish to the flip that grants it."""

import json
import math
import random
import socket
import sys
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from pythonosc.osc_message_builder import OscMessageBuilder
from stage_hands import Fingers, Pads

from livesketch import pauses
from livesketch.app import App, AppOptions
from livesketch.bench import Hand
from livesketch.controls.actions import Action
from livesketch.frames import Show
from livesketch.outputs.second_screen import Pixels, SecondScreen
from livesketch.rig_options import RigOptions

KEYS = {"blackout": "F9", "panic": "F12"}
PATIENCE_S = 20.0


def message(name: str, value: float) -> bytes:
    builder = OscMessageBuilder(address=f"/livesketch/{name}")
    builder.add_arg(value)
    return builder.build().dgram


def percentile(spans: list[float], percent: float) -> float:
    """In ms, by the nearest rank: so many of the spans are no longer."""
    return round(1000 * sorted(spans)[math.ceil(len(spans) * percent / 100) - 1], 1)


class Watch:
    """When the second screen was shown something, and when its flip with a granted wish returned."""

    def __init__(self) -> None:
        self.presents: list[float] = []
        self.granted: dict[str, float] = {}
        show, put, watch = SecondScreen.show, SecondScreen._put, self
        self._now: Show | None = None

        def shown(self: SecondScreen, what: Show) -> None:
            watch._now = what
            show(self, what)
            watch.presents.append(time.monotonic())

        def put_and_seen(self: SecondScreen, pixels: Pixels) -> None:
            put(self, pixels)
            what = watch._now
            assert what is not None
            for name, is_on in (("blackout", what.is_blackout), ("panic", what.is_panic)):
                if is_on and self._on_screen is pixels:
                    watch.granted.setdefault(name, time.monotonic())

        SecondScreen.show, SecondScreen._put = shown, put_and_seen  # type: ignore[method-assign]


def main(model: str, seconds: float, port: int, rounds: int, home: Path) -> dict[str, object]:
    """`rounds` of each wish by each way."""
    pads = Pads(home / "midi.json", tuple(KEYS))
    rig = RigOptions(outputs=("second screen",), osc=("127.0.0.1", port))
    app = App(AppOptions(model=model, size=(1100, 620), is_private=True, rig=rig))
    app.stage.rig.remotes.midi = pads.midi
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.connect(("127.0.0.1", port))
    fingers, watch, hand = Fingers(app.window), Watch(), Hand()
    dice = random.Random(0)

    def turn(*actions: Action) -> None:
        app.turn([*hand.moves(time.monotonic()), *actions])

    def until(is_so: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE_S
        while not is_so():
            turn()
            if time.monotonic() > end:
                raise TimeoutError(is_so)

    def play(span: float, flood: bool = False) -> None:
        end = time.monotonic() + span
        while time.monotonic() < end:
            for n in range(80 if flood else 0):  # 5,000 a second, half of them malformed
                client.send(message("faithful", n / 80) if n % 2 else b"\x00rubbish\xff" * 3)
            fingers.slide()
            turn()

    def saturated() -> None:
        """A new face is asked for every turn: the model never rests."""
        if not app.stage.rig.director.is_drifting:
            turn(Action("drift"))

    def waited(name: str, send: Callable[[], object]) -> float:
        """Seconds from a wish, said at any moment of a turn, to the return of the flip."""
        turn(Action(name, False))
        saturated()
        play(0.15)
        watch.granted.clear()
        sent: list[float] = []

        def say() -> None:
            sent.append(time.monotonic())
            send()

        timer = threading.Timer(dice.uniform(0.02, 0.08), say)
        timer.start()
        until(lambda: name in watch.granted)
        timer.join()
        span = watch.granted[name] - sent[0]
        turn(Action(name, False))
        return span

    ways: dict[str, Callable[[str], object]] = {
        "osc": lambda name: client.send(message(name, 1)),
        "midi": lambda name: pads.press(name),
        "key": lambda name: fingers.press(KEYS[name]),
    }
    try:
        end = time.monotonic() + 120
        while app.stage.rig.safe is None and time.monotonic() < end:
            app.turn()
        pauses.shorten()
        turn(Action("panel"))
        fingers.focus()
        until(lambda: fingers.grab(app.stage.session.values))
        saturated()
        play(min(3.0, seconds))
        before, faces = fingers.value(app.stage.session.values), app.measures.faces_shown
        watch.presents.clear()
        play(seconds)
        intervals = [b - a for a, b in pairwise(watch.presents)]
        faces = app.measures.faces_shown - faces
        is_panel_used = fingers.value(app.stage.session.values) != before
        watch.presents.clear()
        play(seconds, flood=True)
        flooded = [b - a for a, b in pairwise(watch.presents)]
        faithful = app.stage.session.values["faithful"]
        spans = {
            f"{name} by {way}": [waited(name, lambda: say(name)) for _ in range(rounds)]  # noqa: B023
            for name in KEYS
            for way, say in ways.items()
        }
        return {
            "presents_per_s": round(len(intervals) / sum(intervals), 1),
            "interval_p99_ms": percentile(intervals, 99),
            "faces": faces,
            "is_panel_used": is_panel_used,
            "flooded_per_s": round(len(flooded) / sum(flooded), 1),
            "flooded_p99_ms": percentile(flooded, 99),
            "faithful_after_flood": faithful,
            "wish_p50_ms": {name: percentile(some, 50) for name, some in spans.items()},
            "wish_p99_ms": {name: percentile(some, 99) for name, some in spans.items()},
            "wish_worst_ms": {name: percentile(some, 100) for name, some in spans.items()},
            "state": app.stage.rig.audience.seats()[0].state,
        }
    finally:
        fingers.close()
        client.close()
        app.close()


if __name__ == "__main__":
    model, seconds, port, rounds, home = sys.argv[1:]
    print(json.dumps(main(model, float(seconds), int(port), int(rounds), Path(home))))
