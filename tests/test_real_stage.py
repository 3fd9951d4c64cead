"""A show on two real displays: the operator's window on one, what the audience sees on the other."""

import os
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
from pythonosc.osc_message_builder import OscMessageBuilder
from screen import Screen
from stage import until
from tiny import write_tiny
from two_displays import SIZE, audience, open_screen, plug, unplug

from livesketch.frames import Picture
from livesketch.outputs.backdrop import RAISED
from livesketch.ui import theme

DESKTOP = (40, 0, 40)  # what nobody may ever see; darker than any face, for has_face()
HEAD = [(350, 250), (440, 180), (540, 280), (460, 420), (360, 370), (350, 250)]  # on the paper


def is_black(picture: Picture) -> bool:
    return not audience(picture).any()


def has_face(picture: Picture) -> bool:
    """Something lighter than the room and than black, in a square as high as the display."""
    seen = audience(picture)
    if seen.shape[0] != SIZE[1]:
        return False
    middle = seen[:, SIZE[0] // 2 - 300 : SIZE[0] // 2 + 300]
    return bool((middle.max(axis=2) > 2 * max(theme.ROOM)).mean() > 0.9)


def osc(port: int, name: str, value: int) -> None:
    builder = OscMessageBuilder(address=f"/livesketch/{name}")
    builder.add_arg(value)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.sendto(builder.build().dgram, ("127.0.0.1", port))


def test_a_show_on_a_second_display_by_keys_and_osc_and_through_a_pulled_cable(
    tmp_path: Path,
) -> None:
    model = write_tiny(tmp_path / "tiny.safetensors")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ("--model", str(model), "--runtime", "torch", "--second-screen", "--osc", str(port))
    screen = open_screen(*words, home=tmp_path)
    try:
        screen.until(lambda picture: (picture[:, : SIZE[0]] > 230).mean() > 0.1, "the paper")
        screen.stroke(HEAD)
        before = screen.until(has_face, "a face on the second display")
        room = audience(before)[SIZE[1] // 2, 5]
        assert tuple(room) == theme.ROOM  # beside the face there is nothing: no border, no cursor
        screen.key("F9")
        screen.until(is_black, "black by a key")
        osc(port, "blackout", 0)
        screen.until(has_face, "the face again")
        osc(port, "blackout", 1)
        screen.until(is_black, "black by OSC")
        screen.key("period")
        screen.until(has_face, "the face again")
        unplug(screen.display)
        screen.until(
            lambda picture: picture.shape[1] == SIZE[0] or is_black(picture), "an unplugged display"
        )
        plug(screen.display)
        screen.until(has_face, "the face on the display that is back")
        screen.hand("mousemove", SIZE[0] + 600, 300, "click", 1)
        screen.key("F9")
        screen.until(is_black, "black by a key although the mouse is over the second display")
    finally:
        screen.close()


def window_of(screen: Screen) -> str:
    """The number of the operator's window."""
    tree = ["xwininfo", "-display", screen.display, "-root", "-tree"]
    told = subprocess.run(tree, capture_output=True, text=True, check=True).stdout
    return next(line.split()[0] for line in told.splitlines() if '"livesketch":' in line)


def show_of(guard: int) -> int:
    """The process id of the program under this guard."""
    children = subprocess.run(
        ["pgrep", "-P", str(guard), "-f", "m livesketch draw"], capture_output=True, text=True
    )
    return int((children.stdout.split() or ["0"])[0])


def shows_desktop(picture: Picture) -> bool:
    seen = audience(picture)
    return bool((seen == DESKTOP).all(axis=2).mean() > 0.001)


def test_killed_in_the_middle_of_a_show_the_audience_sees_the_same_face_and_never_the_desktop(
    tmp_path: Path,
) -> None:
    model = write_tiny(tmp_path / "tiny.safetensors")
    words = ("--model", str(model), "--runtime", "torch", "--second-screen", "--show")
    screen = open_screen(*words, home=tmp_path)
    try:
        paint_desktop(screen.display)
        screen.until(lambda picture: (picture[:, : SIZE[0]] > 230).mean() > 0.1, "the paper")
        screen.stroke(HEAD)
        screen.until(has_face, "a face on the second display")
        face = tmp_path / "data" / "show" / "face.npz"
        screen.until(lambda picture: face.is_file(), "the face on the disk")
        screen.until(lambda picture: has_curtain(screen.program.pid), "the curtain")
        settled: list[Picture] = []
        before = audience(screen.until(lambda picture: is_settled(picture, settled), "one face"))
        first = show_of(screen.program.pid)
        assert first
        os.kill(first, signal.SIGKILL)
        seen: list[Picture] = []

        def is_back(picture: Picture) -> bool:
            seen.append(picture)
            left = picture[:, : SIZE[0]]
            return show_of(screen.program.pid) not in (0, first) and (left > 230).mean() > 0.1

        screen.until(is_back, "the operator's window again")
        began = time.monotonic()
        while time.monotonic() < began + 2:
            seen.append(screen.look())
        assert any(not (one[:, : SIZE[0]] > 230).mean() > 0.1 for one in seen)  # there was a crash
        assert not any(shows_desktop(one) for one in seen)
        assert all(np.array_equal(audience(one), before) for one in seen)
        # Without a window manager nobody gives the keyboard to a window that came while keys went nowhere.
        screen.hand("windowfocus", window_of(screen))
        screen.key("F9")
        screen.until(is_black, "black by a key: it is the show again, not the curtain")
        screen.key("ctrl+q", "Return")
        assert screen.program.wait(30) == 0
        assert until(lambda: shows_desktop(screen.look()))  # the server hears of it a moment later
    finally:
        screen.close()


def test_a_black_show_stays_black_through_a_crash(tmp_path: Path) -> None:
    model = write_tiny(tmp_path / "tiny.safetensors")
    words = ("--model", str(model), "--runtime", "torch", "--second-screen", "--show")
    screen = open_screen(*words, home=tmp_path)
    try:
        paint_desktop(screen.display)
        screen.until(lambda picture: (picture[:, : SIZE[0]] > 230).mean() > 0.1, "the paper")
        screen.stroke(HEAD)
        screen.until(has_face, "a face on the second display")
        screen.until(lambda picture: has_curtain(screen.program.pid), "the curtain")
        screen.key("F9")
        screen.until(is_black, "black by a key")
        kept = tmp_path / "data" / "show" / "show.json"
        screen.until(lambda picture: '"is_blackout": true' in kept.read_text(), "black on disk")
        first = show_of(screen.program.pid)
        assert first
        os.kill(first, signal.SIGKILL)
        seen: list[bool] = []

        def is_back(picture: Picture) -> bool:
            seen.append(is_black(picture))
            left = picture[:, : SIZE[0]]
            return show_of(screen.program.pid) not in (0, first) and (left > 230).mean() > 0.1

        screen.until(is_back, "the operator's window again")
        assert all(seen)
    finally:
        screen.close()


def has_curtain(guard: int) -> bool:
    """It hangs: it has told the show so, and the show has come up above it."""
    found = subprocess.run(["pgrep", "-P", str(guard), "-f", "livesketch.curtain"], check=False)
    return found.returncode == 0 and any(
        Path(tempfile.gettempdir()).glob(f"livesketch-guard-*/{RAISED}")
    )


def is_settled(picture: Picture, seen: list[Picture]) -> bool:
    """The same face a dozen looks long: the model and the curtain have come to rest."""
    seen.append(audience(picture))
    last = seen[-12:]
    return len(last) == 12 and all(np.array_equal(one, picture[:, SIZE[0] :]) for one in last)


def paint_desktop(display: str) -> None:
    colour = "#" + "".join(f"{part:02x}" for part in DESKTOP)
    subprocess.run(["xsetroot", "-display", display, "-solid", colour], check=True)
