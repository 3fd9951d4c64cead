"""Shows to hand to outputs, and clocks that tests turn by hand."""

import time
from collections.abc import Callable

import numpy as np

from livesketch.frames import Frame, Request, Result, Show
from livesketch.rig import Rig, open_rig
from livesketch.rig_options import RigOptions
from livesketch.session import Session

RED, GREEN, BLUE = (220, 20, 20), (20, 200, 20), (20, 20, 220)


def result(colour: tuple[int, int, int] | None, side: int = 32, is_empty: bool = False) -> Result:
    """A face of one colour; None: no face was made."""
    sketch = np.ones((side, side), np.float32)
    face = None if colour is None else np.full((side, side, 3), colour, np.uint8)
    frame = Frame(time=0.0, sketch=sketch, is_empty=is_empty)
    return Result(Request(frame, {}, "tiny"), sketch, face, 0.0, 0.0)


def show(colour: tuple[int, int, int] | None, side: int = 32) -> Show:
    return Show(result(colour, side))


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def until(is_so: Callable[[], object], seconds: float = 20.0) -> bool:
    """Ask again and again, without pausing for a fixed time; False when it never became so."""
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            return False
        time.sleep(0)  # others of the process may go first
    return True


def quiet_rig(session: Session) -> Rig:
    """Nothing open, nobody listening."""
    rig, _ = open_rig(session, RigOptions(), lambda look: np.zeros(1, np.float32), lambda: "")
    return rig
