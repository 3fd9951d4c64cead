"""A real X server with two displays, one for the operator and one for the audience."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from screen import Screen

from livesketch.frames import Picture

SIZE = (1280, 720)  # of each
DRIVER = "xorg/modules/drivers/dummy_drv.so"
CONFIG = """
Section "ServerFlags"
  Option "AutoAddDevices" "false"
EndSection
Section "Device"
  Identifier "dummy"
  Driver "dummy"
  VideoRam 256000
EndSection
Section "Monitor"
  Identifier "any"
  HorizSync 5.0-1000.0
  VertRefresh 5.0-200.0
EndSection
Section "Screen"
  Identifier "screen"
  Device "dummy"
  Monitor "any"
  DefaultDepth 24
  SubSection "Display"
    Depth 24
    Virtual 2560 720
    Modes "1280x720"
  EndSubSection
EndSection
"""
NAME = "DUMMY1"  # of the audience's display


def open_screen(*arguments: str, home: Path) -> Screen:
    """The program with its window on the left display."""

    def prepare(display: str) -> None:
        _xrandr(display, "--addmode", NAME, "1280x720")
        plug(display)

    server = _server(home)
    return Screen(*arguments, size=(1100, 620), home=home, server=server, prepare=prepare)


@contextmanager
def serve(home: Path) -> Iterator[str]:
    """Only the displays: their name, such as ":1"."""
    command = [*_server(home), "-noreset", "-nolisten", "tcp"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        assert server.stdout is not None
        display = f":{int(server.stdout.readline())}"
        _xrandr(display, "--addmode", NAME, "1280x720")
        plug(display)
        yield display
    finally:
        server.terminate()
        server.wait(10)


def _server(home: Path) -> list[str]:
    folders = [Path("/usr/lib"), Path("/usr/lib64")]
    if shutil.which("Xorg") is None or not any((one / DRIVER).is_file() for one in folders):
        pytest.skip("Xorg with its dummy driver is not installed: two displays cannot be tried")
    if shutil.which("xrandr") is None:
        pytest.skip("xrandr is not installed: a second display cannot be plugged in")
    config = home / "xorg.conf"
    config.write_text(CONFIG)
    return ["Xorg", "-displayfd", "1", "-config", str(config), "-logfile", str(home / "x.log")]


def plug(display: str) -> None:
    _xrandr(display, "--output", NAME, "--mode", "1280x720", "--right-of", "DUMMY0")


def unplug(display: str) -> None:
    _xrandr(display, "--output", NAME, "--off")


def audience(picture: Picture) -> Picture:
    """What is on their display; black where it is not plugged in."""
    part = picture[:, SIZE[0] :]
    return part if part.size else np.zeros((1, 1, 3), np.uint8)


def _xrandr(display: str, *words: str) -> None:
    subprocess.run(["xrandr", "--display", display, *words], check=True, timeout=30)
