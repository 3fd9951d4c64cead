"""A real screen for tests: an X server of its own, the program's window on it, a hand that moves the mouse."""

import json
import math
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import ImageGrab

from livesketch.frames import Picture

SIZE = (1440, 810)
PATIENCE_S = 60.0
LOOK_EVERY_S = 0.05  # looking costs the processor that the program needs


def figures_of(script: str, *arguments: object, display: str, home: Path, timeout: float) -> dict:
    """What a script beside this one measures on that display: its last line, as JSON. Also printed."""
    here = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, here / script, *map(str, arguments)],
        env={
            **os.environ,
            "DISPLAY": display,
            "SDL_VIDEODRIVER": "x11",
            "LIVESKETCH_HOME": str(home),
            "PYTHONPATH": str(here.parent),
        },
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    print(figures)
    return figures


class Screen:
    """Xvfb, the program, xdotool. Leave with close(). `server`: another X server's command."""

    def __init__(
        self,
        *arguments: str,
        size: tuple[int, int] = SIZE,
        home: Path,
        server: Sequence[str] = (),
        prepare: Callable[[str], None] = lambda display: None,
    ) -> None:
        for tool in ("Xvfb", "xdotool"):
            if shutil.which(tool) is None:
                pytest.skip(f"{tool} is not installed: the real window cannot be tried")
        alone = ["Xvfb", "-displayfd", "1", "-screen", "0", f"{size[0]}x{size[1]}x24"]
        self._server = subprocess.Popen(
            [*(server or alone), "-noreset", "-nolisten", "tcp"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._server.stdout is not None
        self.display = f":{int(self._server.stdout.readline())}"
        self.home = home
        self.environment = {
            **os.environ,
            "DISPLAY": self.display,
            "SDL_VIDEODRIVER": "x11",
            "LIVESKETCH_HOME": str(home),
            "OMP_NUM_THREADS": "1",
        }
        self._arguments = [sys.executable, "-m", "livesketch", *arguments]
        self._arguments += ["--size", f"{size[0]}x{size[1]}"]
        prepare(self.display)
        self.log = home / "program.txt"
        self.program: subprocess.Popen[bytes]
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.program = subprocess.Popen(
                self._arguments, env=self.environment, stdout=log, stderr=subprocess.STDOUT
            )

    def look(self) -> Picture:
        """What is on the screen, (H, W, 3)."""
        return np.asarray(ImageGrab.grab(xdisplay=self.display).convert("RGB"))

    def until(self, is_so: Callable[[Picture], bool], what: str) -> Picture:
        """Look again and again until it is so; the test fails after a minute."""
        end = time.monotonic() + PATIENCE_S
        while True:
            picture = self.look()
            if is_so(picture):
                return picture
            if self.program.poll() is not None:
                pytest.fail(f"the program ended while waiting for {what}: {self.log.read_text()}")
            if time.monotonic() > end:
                pytest.fail(f"{what}: not within {PATIENCE_S:.0f} s")
            time.sleep(LOOK_EVERY_S)

    def hand(self, *words: object) -> None:
        """xdotool's words: mousemove 10 10 mousedown 1 …"""
        subprocess.run(
            ["xdotool", *map(str, words)],
            env=self.environment,
            check=True,
            timeout=60,
            stdout=subprocess.DEVNULL,
        )

    def stroke(self, points: Iterable[tuple[float, float]], button: int = 1) -> None:
        """Draw along points in pixels of the screen, at a hand's pace: a sample every few pixels."""
        words: list[object] = []
        for x, y in _dense(list(points)):
            words += ["mousemove", round(x), round(y)]
            if len(words) == 3:
                words += ["mousedown", button]
        self.hand(*words, "mouseup", button)

    def key(self, *chords: str) -> None:
        self.hand("key", "--delay", "30", *chords)

    def close(self) -> None:
        for process in (self.program, self._server):
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)


def _dense(points: list[tuple[float, float]], step: float = 5.0) -> Iterator[tuple[float, float]]:
    yield points[0]
    for (x0, y0), (x1, y1) in pairwise(points):
        count = max(1, round(math.hypot(x1 - x0, y1 - y0) / step))
        for n in range(1, count + 1):
            yield x0 + (x1 - x0) * n / count, y0 + (y1 - y0) * n / count
