"""A show on two real displays: the operator's window on one, what the audience sees on the other."""

import os
import signal
import socket
import subprocess
from pathlib import Path

import numpy as np
from pythonosc.osc_message_builder import OscMessageBuilder
from tiny import write_tiny
from two_displays import SIZE, audience, open_screen, plug, unplug

from livesketch.frames import Picture
from livesketch.ui import theme

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


def test_killed_in_the_middle_of_a_show_it_is_back_with_the_same_face(tmp_path: Path) -> None:
    model = write_tiny(tmp_path / "tiny.safetensors")
    words = ("--model", str(model), "--runtime", "torch", "--second-screen", "--show")
    screen = open_screen(*words, home=tmp_path)
    try:
        screen.until(lambda picture: (picture[:, : SIZE[0]] > 230).mean() > 0.1, "the paper")
        screen.stroke(HEAD)
        before = audience(screen.until(has_face, "a face on the second display"))
        face = tmp_path / "data" / "show" / "face.npz"
        screen.until(lambda picture: face.is_file(), "the face on the disk")
        children = subprocess.run(
            ["pgrep", "-P", str(screen.program.pid)], capture_output=True, text=True, check=True
        )
        os.kill(int(children.stdout.split()[0]), signal.SIGKILL)
        screen.until(lambda picture: not has_face(picture), "the crash")
        after = audience(screen.until(has_face, "the face again"))
        assert np.array_equal(before, after)
        screen.key("ctrl+q", "Return")
        assert screen.program.wait(30) == 0
    finally:
        screen.close()
