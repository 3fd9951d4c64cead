"""Measures a show on the display it is started on, as JSON: presents, and from a message to black on the second screen."""

import json
import socket
import sys
import time
from itertools import pairwise

from pythonosc.osc_message_builder import OscMessageBuilder

from livesketch.app import App, AppOptions
from livesketch.bench import Hand
from livesketch.controls.actions import Action
from livesketch.outputs.second_screen import Pixels, SecondScreen
from livesketch.rig_options import RigOptions


def message(name: str, value: float) -> bytes:
    builder = OscMessageBuilder(address=f"/livesketch/{name}")
    builder.add_arg(value)
    return builder.build().dgram


def percentile(spans: list[float], percent: float) -> float:
    ordered = sorted(spans)
    return round(1000 * ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))], 1)


def main(model: str, seconds: float, port: int, rounds: int) -> dict[str, object]:
    rig = RigOptions(outputs=("second screen",), osc=("127.0.0.1", port))
    app = App(AppOptions(model=model, size=(1100, 620), is_private=True, rig=rig))
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.connect(("127.0.0.1", port))
    presents: list[float] = []
    blacks: list[float] = []
    show, put = SecondScreen.show, SecondScreen._put

    def shown(self: SecondScreen, what) -> None:
        show(self, what)
        presents.append(time.monotonic())

    def put_and_seen(self: SecondScreen, pixels: Pixels) -> None:
        put(self, pixels)
        if pixels is self._black:
            blacks.append(time.monotonic())

    SecondScreen.show, SecondScreen._put = shown, put_and_seen  # type: ignore[method-assign]
    hand = Hand()
    try:
        while not app.stage.player.is_ready:
            app.turn()
        app.turn([Action("drift")])  # a new face is asked for every turn: the model never rests

        def play(span: float, flood: bool = False) -> None:
            end = time.monotonic() + span
            while time.monotonic() < end:
                for n in range(80 if flood else 0):  # 5,000 a second, half of them malformed
                    client.send(message("faithful", n / 80) if n % 2 else b"\x00rubbish\xff" * 3)
                app.turn(hand.moves(time.monotonic()))

        play(min(3.0, seconds))
        presents.clear()
        play(seconds)
        intervals = [b - a for a, b in pairwise(presents)]
        presents.clear()
        play(seconds, flood=True)
        flooded = [b - a for a, b in pairwise(presents)]
        latencies = []
        for _ in range(rounds):
            client.send(message("blackout", 0))
            play(0.15)
            blacks.clear()
            sent = time.monotonic()
            client.send(message("blackout", 1))
            while not blacks:
                app.turn(hand.moves(time.monotonic()))
            latencies.append(blacks[0] - sent)
        return {
            "presents_per_s": round(len(intervals) / sum(intervals), 1),
            "interval_p99_ms": percentile(intervals, 99),
            "flooded_per_s": round(len(flooded) / sum(flooded), 1),
            "flooded_p99_ms": percentile(flooded, 99),
            "faithful_after_flood": app.stage.session.values["faithful"],
            "blackout_p50_ms": percentile(latencies, 50),
            "blackout_p99_ms": percentile(latencies, 99),
            "state": app.stage.rig.audience.seats()[0].state,
        }
    finally:
        client.close()
        app.close()


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))))
