"""Run by with_tablet: opens a bare window, draws on it with the software pen, prints what the program's pen heard."""

import json
import math
import os
import sys
import time
from pathlib import Path
from typing import Any

from pen import Pen
from Xlib import Xatom
from Xlib.display import Display
from Xlib.ext import xinput

from livesketch.tablet.listing import x11_pens
from livesketch.tablet.pen import PenEvent
from livesketch.tablet.x11 import XInputPen

COUNT = 60


def wave(y: float) -> list[tuple[float, float, float]]:
    return [
        (200.25 + 6 * n, y + 80 * math.sin(n / 8), 0.05 + 0.95 * n / (COUNT - 1))
        for n in range(COUNT)
    ]


def drawn_by(pen: XInputPen) -> list[PenEvent]:
    """What it reports of the tip on the paper."""
    return [event for event in pen.read() if event.kind != "hover"]


def unplugged(pen: XInputPen, hand: Pen) -> list[PenEvent]:
    """Takes the eraser away from the server in the middle of a stroke."""
    heard = []
    hand.proximity(True, 300, 300)
    hand.button(True, 300, 300, 0.5)
    for n in range(5):
        hand.move(300 + 10 * n, 320, 0.5)
    plug("eraser", is_in=False)
    until = time.monotonic() + 10
    while not (heard and heard[-1].kind == "up") and time.monotonic() < until:
        heard += drawn_by(pen)
        time.sleep(0.005)
    return heard


def side_buttons(pen: XInputPen, hand: Pen) -> list[tuple[str, int]]:
    """Both side buttons above the paper, one of them until the pen is unplugged; what was heard."""
    heard: list[PenEvent] = []
    hand.proximity(True, 300, 300)
    hand.move(300, 300)
    for button in (2, 3):
        hand.button(True, 300, 300, button=button)
        hand.move(310, 300)
        if button == 2:
            hand.button(False, 310, 300, button=button)
    plug("stylus", is_in=False)
    until = time.monotonic() + 10
    while sum(event.kind == "release" for event in heard) < 2 and time.monotonic() < until:
        heard += drawn_by(pen)
        time.sleep(0.005)
    return [(event.kind, event.button) for event in heard]


def plugged_again(pen: XInputPen, hand: Pen) -> list[PenEvent]:
    """The eraser comes back to the server in the middle of the pen's stroke."""
    heard: list[PenEvent] = []
    hand.proximity(True, 300, 300)
    hand.move(300, 300)
    hand.button(True, 300, 300, 0.5)
    for number in range(1, 31):
        if number == 10:
            plug("eraser", is_in=True)
        hand.move(300 + 10 * number, 300, 0.5)
        heard += drawn_by(pen)
    hand.button(False, 600, 300)
    hand.proximity(False, 600, 300)
    until = time.monotonic() + 10
    while not (heard and heard[-1].kind == "up") and time.monotonic() < until:
        heard += drawn_by(pen)
        time.sleep(0.005)
    return heard


def plug(name: str, is_in: bool) -> None:
    helper: Any = Display()
    enabled = helper.intern_atom("Device Enabled")
    for info in helper.xinput_query_device(xinput.AllDevices).devices:
        if name in str(info.name):
            helper.xinput_change_device_property(
                info.deviceid, enabled, Xatom.INTEGER, 0, (8, bytes([is_in]))
            )
    helper.sync()
    helper.close()


def main() -> None:
    display = Display()
    root = display.screen().root
    window = root.create_window(40, 30, 1000, 600, 0, display.screen().root_depth)
    window.map()
    display.sync()
    folder = Path(os.environ["TABLET_DIR"])
    pen = XInputPen(window.id)
    report = {
        "labels": [pen.label],
        "axes": [sorted(one.axes) for one in pen.devices],
        "strokes": [],
    }
    hands = {name: Pen(str(folder / f"{name}.sock")) for name in ("pen", "eraser")}
    for name in ("pen", "eraser"):
        hand = hands[name]
        drawn, heard = wave(300.0), []
        x, y, pressure = drawn[0]
        hand.proximity(True, x, y)
        hand.move(x, y)
        heard += drawn_by(pen)
        hand.button(True, x, y, pressure)
        for x, y, pressure in drawn[1:]:
            hand.move(x, y, pressure)
            heard += drawn_by(pen)
        hand.button(False, x, y)
        hand.proximity(False, x, y)
        until = time.monotonic() + 10
        while not (heard and heard[-1].kind == "up") and time.monotonic() < until:
            heard += drawn_by(pen)
            time.sleep(0.005)
        report["strokes"].append(
            {
                "drawn": drawn,
                "heard": [
                    (event.kind, event.sample.x, event.sample.y, event.sample.pressure)
                    for event in heard
                ],
                "eraser": [event.is_eraser for event in heard],
                "lag": [time.monotonic() - event.sample.time for event in heard],
                "times": [event.sample.time for event in heard],
            }
        )
        report["labels"].append(pen.label)
    report["unplugged"] = [event.kind for event in unplugged(pen, hands["eraser"])]
    report["left"] = len(pen.devices)
    report["plugged"] = [event.kind for event in plugged_again(pen, hands["pen"])]
    report["back"] = len(pen.devices)
    report["listed"] = x11_pens()
    report["buttons"] = side_buttons(pen, hands["pen"])
    pen.close()
    json.dump(report, sys.stdout)


main()
