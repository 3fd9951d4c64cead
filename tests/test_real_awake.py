"""Nobody touches mouse or keys through a long scene: no screensaver comes, and after the show one may come again."""

import os
import subprocess
import sys
from pathlib import Path

from screen import Screen
from stage import until
from tiny import write_tiny
from two_displays import serve
from Xlib.display import Display
from Xlib.ext import screensaver

from livesketch.outputs.backdrop import RAISED, Backdrop
from livesketch.outputs.displays import Display as Place
from livesketch.revival_names import ALIVE

COMES_AFTER_S = 1  # the shortest that a screensaver can be set to


class Saver:
    """The X server's own, which tells whether it is there, and since when nobody touched anything."""

    def __init__(self, display: str) -> None:
        subprocess.run(["xset", "-display", display, "s", str(COMES_AFTER_S)], check=True)
        self._root = Display(display).screen().root

    def is_there(self) -> bool:
        return self._root.screensaver_query_info().state == screensaver.StateOn

    def stays_away(self) -> bool:
        """It is long due, and has not come."""

        def is_over() -> bool:
            return self.is_there() or self._root.screensaver_query_info().idle > 2500

        return until(is_over) and not self.is_there()


def test_no_screensaver_comes_over_the_window_and_one_may_come_when_it_is_closed(
    tmp_path: Path,
) -> None:
    model = write_tiny(tmp_path / "tiny.safetensors")
    screen = Screen("--model", str(model), "--runtime", "torch", home=tmp_path)
    try:
        screen.until(lambda picture: (picture > 230).mean() > 0.1, "the paper")
        saver = Saver(screen.display)
        assert saver.stays_away()
        screen.program.terminate()
        screen.program.wait(20)
        assert until(saver.is_there)
    finally:
        screen.close()


def test_none_comes_over_the_curtain_that_hides_a_crash(tmp_path: Path) -> None:
    backdrop = Backdrop(tmp_path)
    backdrop.tell(Place("any", 0, 0, 320, 180), None, False)
    (tmp_path / ALIVE).touch()
    with serve(tmp_path) as display:
        saver = Saver(display)
        curtain = subprocess.Popen(
            [sys.executable, "-m", "livesketch.curtain", str(tmp_path)],
            env={**os.environ, "DISPLAY": display, "SDL_VIDEODRIVER": "x11"},
        )
        try:
            assert until((tmp_path / RAISED).exists)
            assert saver.stays_away()
            curtain.terminate()
            curtain.wait(20)
            assert until(saver.is_there)
        finally:
            curtain.kill()
            curtain.wait(20)
            backdrop.close()
