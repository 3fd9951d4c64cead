"""Run by with_tablet: opens the program's own window, draws on it with the software pen, keeps what was seen.

draw_in_window.py FOLDER ARGUMENT...: the arguments are the program's; screenshots and facts.json go to FOLDER.
"""

import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from pen import Pen
from PIL import Image, ImageGrab
from Xlib import Xatom
from Xlib.display import Display
from Xlib.ext import xinput

from livesketch.controls.keys import default_keys
from livesketch.frames import Picture
from livesketch.ui.desk import Desk
from livesketch.ui.kit import Kit
from livesketch.ui.layout import arrange
from livesketch.ui.view import View
from livesketch.ui.widgets import rail

SIZE = (1280, 720)
COUNT = 60
LAYOUT = arrange(SIZE)
PAPER = LAYOUT.paper
INK = 110
PATIENCE_S = 45.0

Points = list[tuple[float, float, float]]


def place(x: float, y: float) -> tuple[float, float]:
    """Paper sides to pixels of the screen."""
    return PAPER.x + x * PAPER.w, PAPER.y + y * PAPER.h


def line(
    start: tuple[float, float], end: tuple[float, float], pressure: Callable[[float], float]
) -> Points:
    """COUNT samples from one place of the paper to another; pressure from the share of the way."""
    shares = [n / (COUNT - 1) for n in range(COUNT)]
    return [
        (
            *place(start[0] + s * (end[0] - start[0]), start[1] + s * (end[1] - start[1])),
            pressure(s),
        )
        for s in shares
    ]


def look() -> Picture:
    whole = np.asarray(ImageGrab.grab(xdisplay=os.environ["DISPLAY"]).convert("RGB"))
    return whole[: SIZE[1], : SIZE[0]]


def ink(picture: Picture, top: float, bottom: float) -> int:
    """Dark pixels of the paper between two heights of it, in paper sides."""
    first, last = (round(PAPER.y + share * PAPER.h) for share in (top, bottom))
    part = picture[first:last, PAPER.x + 20 : PAPER.right - 20]
    return int((part.max(axis=2) < INK).sum())


def is_paper_in_place(picture: Picture) -> bool:
    """Bright along its left and right edges, dark beside them."""
    middle = slice(PAPER.y + 30, PAPER.bottom - 30)
    inside = min(picture[middle, x].min() for x in (PAPER.x + 5, PAPER.right - 6))
    return bool(inside > 200 and picture[middle, PAPER.right + 8].max() < 60)


class Show:
    """The program, and what was seen of it."""

    def __init__(self, folder: Path, arguments: list[str]) -> None:
        self.folder = folder
        self.log = (folder / "program.txt").open("wb")
        size = f"{SIZE[0]}x{SIZE[1]}"
        self.program = subprocess.Popen(
            [sys.executable, "-m", "livesketch", *arguments, "--size", size],
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )

    def until(self, is_so: Callable[[Picture], bool], what: str) -> Picture:
        end = time.monotonic() + PATIENCE_S
        while not is_so(picture := look()):
            if self.program.poll() is not None or time.monotonic() > end:
                self.keep(what)
                raise SystemExit(f"never seen: {what}")
            time.sleep(0.05)
        return picture

    def keep(self, name: str) -> None:
        Image.fromarray(look()).save(self.folder / f"{name}.png")

    def settled(self) -> None:
        """Nothing on the paper changes any more."""
        seen: list[bytes] = []

        def is_calm(picture: Picture) -> bool:
            seen.append(picture[PAPER.y : PAPER.bottom, PAPER.x : PAPER.right].tobytes())
            return len(seen) >= 4 and len(set(seen[-4:])) == 1

        self.until(is_calm, "a calm paper")

    def journal(self) -> int:
        files = (Path(os.environ["LIVESKETCH_HOME"]) / "data" / "journal").glob("*.journal")
        return sum(file.stat().st_size for file in files)

    def close(self) -> None:
        """Killed as a crash would: its journal stays."""
        size = [-1, -2]
        end = time.monotonic() + PATIENCE_S
        while size[-1] != size[-2] and time.monotonic() < end:
            time.sleep(0.7)  # the journal writes every 0.4 s
            size.append(self.journal())
        self.program.kill()
        self.program.wait(10)
        self.log.close()


def tap(hand: Pen, x: float, y: float) -> None:
    hand.proximity(True, x, y)
    hand.move(x, y)
    hand.button(True, x, y, 0.5)
    hand.move(x, y, 0.5)
    hand.button(False, x, y)
    hand.proximity(False, x, y)


def unplug(name: str) -> None:
    helper: Any = Display()
    enabled = helper.intern_atom("Device Enabled")
    for info in helper.xinput_query_device(xinput.AllDevices).devices:
        if name in str(info.name):
            helper.xinput_change_device_property(
                info.deviceid, enabled, Xatom.INTEGER, 0, (8, bytes([0]))
            )
    helper.sync()


def rail_button(name: str) -> tuple[int, int]:
    parts = rail.parts(View(), Desk(), LAYOUT, Kit(LAYOUT.scale), default_keys())
    return next(part.rect.center for part in parts if part.name == f"rail.{name}")


def press(chord: str) -> None:
    subprocess.run(["xdotool", "key", chord], check=True, timeout=20)


def main() -> None:
    folder = Path(sys.argv[1])
    show = Show(folder, sys.argv[2:])
    sockets = Path(os.environ["TABLET_DIR"])
    pen, eraser = (Pen(str(sockets / f"{name}.sock"), SIZE) for name in ("pen", "eraser"))
    drawn: dict[str, Points] = {}
    show.until(is_paper_in_place, "the paper")

    drawn["swelling"] = line((0.1, 0.2), (0.9, 0.2), lambda share: 0.02 + 0.98 * share)
    pen.stroke(drawn["swelling"])
    drawn["wave"] = [
        (x, y + 20 * math.sin(n / 6), pressure)
        for n, (x, y, pressure) in enumerate(line((0.1, 0.45), (0.9, 0.45), lambda share: 0.9))
    ]
    pen.stroke(drawn["wave"])
    show.until(lambda p: ink(p, 0.3, 0.6) > 300, "wave")
    show.settled()
    show.keep("pressure")

    drawn["rubbed"] = line((0.5, 0.35), (0.5, 0.55), lambda share: 0.3)
    eraser.stroke(drawn["rubbed"])
    show.settled()
    show.keep("erased")

    # The pen as a mouse: on the rail and from there onto the paper.
    rail_x, rail_y = (
        LAYOUT.rail.centerx,
        (rail_button("save_face")[1] + rail_button("panel")[1]) / 2,
    )
    x, y = place(0.5, 0.8)
    pen.stroke(
        [(rail_x + (x - rail_x) * n / 40, rail_y + (y - rail_y) * n / 40, 0.8) for n in range(41)]
    )
    rubbed = ink(look(), 0.3, 0.6)
    tap(pen, *rail_button("undo"))
    show.until(lambda p: ink(p, 0.3, 0.6) > rubbed + 20, "the whole wave after undo")
    show.settled()
    show.keep("undone")

    # Other keys while the pen is down.
    drawn["through"] = line((0.1, 0.7), (0.9, 0.7), lambda share: 0.6)
    x, y, pressure = drawn["through"][0]
    pen.proximity(True, x, y)
    pen.move(x, y)
    pen.button(True, x, y, pressure)
    for number, (x, y, pressure) in enumerate(drawn["through"][1:]):
        if number in (20, 40):
            press("Tab" if number == 20 else "p")  # only the pictures, then the panel
        pen.move(x, y, pressure)
        time.sleep(0.005)
    pen.button(False, x, y)
    pen.proximity(False, x, y)
    show.settled()
    show.keep("tab")
    press("p")
    show.until(is_paper_in_place, "the paper where it was")

    # Its side buttons: the first one moves the paper, there and back; with the second one it erases.
    x, y = place(0.3, 0.8)
    for name, step in (("moved", 60), ("moved back", -60)):
        pen.proximity(True, x, y)
        pen.move(x, y)
        pen.button(True, x, y, button=2)
        for number in range(1, 21):
            pen.move(x, y + step * number / 20)
            time.sleep(0.005)
        pen.button(False, x, y + step, button=2)
        y += step
        pen.proximity(False, x, y)
        show.settled()
        show.keep(name)
    drawn["rubbed with a button"] = line((0.7, 0.65), (0.7, 0.75), lambda share: 0.5)
    x, y, pressure = drawn["rubbed with a button"][0]
    pen.proximity(True, x, y)
    pen.move(x, y)
    pen.button(True, x, y, button=3)
    pen.button(True, x, y, pressure)
    for x, y, pressure in drawn["rubbed with a button"][1:]:
        pen.move(x, y, pressure)
        time.sleep(0.005)
    pen.button(False, x, y)
    pen.button(False, x, y, button=3)
    pen.proximity(False, x, y)
    show.settled()
    show.keep("rubbed")

    # Unplugged with its tip on the paper; then the mouse draws on.
    drawn["torn"] = line((0.1, 0.85), (0.5, 0.85), lambda share: 0.6)
    x, y, pressure = drawn["torn"][0]
    pen.proximity(True, x, y)
    pen.button(True, x, y, pressure)
    for x, y, pressure in drawn["torn"][1:30]:
        pen.move(x, y, pressure)
    unplug("stylus")
    show.settled()
    unplug("eraser")
    show.settled()
    words: list[str] = []
    for number in range(20):
        x, y = place(0.6 + 0.015 * number, 0.92)
        words += ["mousemove", str(round(x)), str(round(y))]
        words += ["mousedown", "1"] if number == 0 else []
    subprocess.run(["xdotool", *words, "mouseup", "1"], check=True, timeout=20)
    show.until(lambda p: ink(p, 0.9, 0.94) > 50, "the mouse's line")
    show.settled()
    show.keep("mouse")
    show.close()
    (folder / "facts.json").write_text(json.dumps({"drawn": drawn}))


if __name__ == "__main__":
    main()
