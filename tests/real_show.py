"""What tests of a show on two real displays look for: a face, black, the desktop, the curtain, who plays."""

import os
import signal
import socket
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
from pythonosc.osc_message_builder import OscMessageBuilder
from screen import Screen
from two_displays import SIZE, audience

from livesketch.frames import Picture
from livesketch.outputs.backdrop import RAISED
from livesketch.ui import theme

DESKTOP = (40, 0, 40)  # what nobody may ever see; darker than any face, for has_face()
HEAD = [(350, 250), (440, 180), (540, 280), (460, 420), (360, 370), (350, 250)]  # on the paper
Noted = TypeVar("Noted")
STILL = 12  # looks: the model and the curtain have come to rest


def is_open(picture: Picture) -> bool:
    """The operator has the paper before them."""
    return bool((picture[:, : SIZE[0]] > 230).mean() > 0.1)


def is_black(picture: Picture) -> bool:
    return not audience(picture).any()


def has_face(picture: Picture) -> bool:
    """Something lighter than the room and than black, but for dark hair, in a square as high as the display."""
    seen = audience(picture)
    if seen.shape[0] != SIZE[1]:
        return False
    middle = seen[:, SIZE[0] // 2 - 300 : SIZE[0] // 2 + 300]
    return bool((middle.max(axis=2) > 2 * max(theme.ROOM)).mean() > 0.5)


def draw_face(screen: Screen) -> None:
    """The audience sees one in the end."""
    screen.until(is_open, "the paper")
    screen.stroke(HEAD)
    screen.until(has_face, "a face on the second display")


def still_face(screen: Screen) -> Picture:
    """What the audience sees once nothing moves any more."""
    seen: list[Picture] = []

    def is_settled(picture: Picture) -> bool:
        seen.append(audience(picture))
        last = seen[-STILL:]
        return len(last) == STILL and all(np.array_equal(one, seen[-1]) for one in last)

    return audience(screen.until(is_settled, "one face"))


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def osc(port: int, name: str, value: int) -> None:
    builder = OscMessageBuilder(address=f"/livesketch/{name}")
    builder.add_arg(value)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(builder.build().dgram, ("127.0.0.1", port))


def window_of(screen: Screen) -> str:
    """The number of the operator's window."""
    tree = ["xwininfo", "-display", screen.display, "-root", "-tree"]
    told = subprocess.run(tree, capture_output=True, text=True, check=True).stdout
    return next(line.split()[0] for line in told.splitlines() if '"livesketch":' in line)


def show_of(guard: int) -> int:
    """The process id of the program under this guard; 0: none."""
    children = subprocess.run(
        ["pgrep", "-P", str(guard), "-f", "m livesketch draw"], capture_output=True, text=True
    )
    return int((children.stdout.split() or ["0"])[0])


def has_curtain(guard: int) -> bool:
    """It hangs: it has told the show so, and the show has come up above it."""
    curtains = ["pgrep", "-P", str(guard), "-f", "livesketch.curtain"]
    found = subprocess.run(curtains, capture_output=True, check=False)
    return found.returncode == 0 and any(
        Path(tempfile.gettempdir()).glob(f"livesketch-guard-*/{RAISED}")
    )


def shows_desktop(picture: Picture) -> bool:
    seen = audience(picture)
    return bool((seen == DESKTOP).all(axis=2).mean() > 0.001)


def paint_desktop(display: str) -> None:
    colour = "#" + "".join(f"{part:02x}" for part in DESKTOP)
    subprocess.run(["xsetroot", "-display", display, "-solid", colour], check=True)


def killed(screen: Screen, noted: Callable[[Picture], Noted]) -> list[Noted]:
    """What was noted of the displays from the crash until the operator's window is there again."""
    first = show_of(screen.program.pid)
    assert first
    os.kill(first, signal.SIGKILL)
    seen: list[Noted] = []

    def is_gone(picture: Picture) -> bool:
        seen.append(noted(picture))
        return not is_open(picture)

    def is_back(picture: Picture) -> bool:
        seen.append(noted(picture))
        return show_of(screen.program.pid) not in (0, first) and is_open(picture)

    screen.until(is_gone, "the crash")
    screen.until(is_back, "the operator's window again")
    return seen
