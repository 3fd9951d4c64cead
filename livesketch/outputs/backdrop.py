"""What the curtain behind the second screen is to hold after a crash: kept in files, which outlive the program."""

import json
import logging
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livesketch.outputs.displays import Display
from livesketch.revival_names import BACKDROP, PLACE, WANTED
from livesketch.worker import Worker

log = logging.getLogger(__name__)

EVERY_S = 0.25  # so old may the face on the curtain be
RAISED = "raised"  # touched by the curtain when its window came up
_HEAD = 16  # int32: how many pictures were written

Pixels = NDArray[np.uint32]  # (H, W), 0xAARRGGBB


@dataclass(frozen=True, eq=False)
class _Told:
    display: Display | None
    pixels: Pixels | None


class Backdrop:
    """The show's end of it. Nothing here waits: a Worker writes, and a full disk costs only the picture."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder, self._clock = folder, clock
        self._told = _Told(None, None)
        self._due = -float("inf")
        self._raised = self._when_raised()
        with suppress(OSError):
            (folder / WANTED).touch()
        self._worker: Worker[_Told, bool] = Worker(lambda: _Writer(folder).write, "backdrop")

    def tell(self, display: Display | None, pixels: Pixels | None, is_urgent: bool) -> None:
        """Every turn: where the screen is, and what is on it. Urgent is what nobody may see an old face after."""
        told, now = self._told, self._clock()
        is_elsewhere = told.display != display
        if not is_elsewhere and (told.pixels is pixels or (now < self._due and not is_urgent)):
            return
        self._due = now + EVERY_S
        self._told = _Told(display, pixels)
        with suppress(Exception):  # the disk: the show goes on without it
            self._worker.newest()
        self._worker.submit(self._told)

    def has_risen(self) -> bool:
        """True once after the curtain came up: it may lie over the screen now."""
        raised = self._when_raised()
        if raised == self._raised:
            return False
        self._raised = raised
        return raised > 0

    def close(self) -> None:
        """What lies there stays: only whoever closes the screen on purpose lifts the curtain."""
        self._worker.close(timeout=1.0)

    def _when_raised(self) -> int:
        try:
            return (self._folder / RAISED).stat().st_mtime_ns
        except OSError:
            return 0


class _Writer:
    """In the Worker."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._display: Display | None = None
        self._shared: Shared | None = None

    def write(self, told: _Told) -> bool:
        display = told.display
        if display != self._display:
            self._display, self._shared = display, None
            if display is None:
                lift(self._folder)
            else:
                _placed(self._folder, display)
        if told.pixels is None or display is None:
            return True
        height, width = told.pixels.shape
        if self._shared is None or self._shared.size != (width, height):
            _made(self._folder, (width, height))
            self._shared = Shared(self._folder, (width, height))
        self._shared.put(told.pixels)
        return True


class Shared:
    """Two pictures of `size` (width, height) in a file; the one that is whole is read while the other is written.

    OSError or ValueError where there is no such file.
    """

    def __init__(self, folder: Path, size: tuple[int, int]) -> None:
        self.size = size
        width, height = size
        data = np.memmap(_pixels_in(folder, size), np.uint8, "r+")
        self._count = data[:4].view(np.int32)
        self._slots = data[_HEAD:].view(np.uint32).reshape(2, height, width)

    def put(self, pixels: Pixels) -> None:
        count = int(self._count[0]) + 1
        self._slots[count % 2] = pixels
        self._count[0] = count

    def newest(self) -> tuple[int, Pixels | None]:
        """How many there were, and the last one; not to be written to."""
        count = int(self._count[0])
        return count, None if count == 0 else self._slots[count % 2]


def _pixels_in(folder: Path, size: tuple[int, int]) -> Path:
    return folder / f"pixels-{size[0]}x{size[1]}"


def _made(folder: Path, size: tuple[int, int]) -> None:
    """Unless it is there from before a crash: then the last picture is still in it."""
    path = _pixels_in(folder, size)
    if not path.exists():
        whole = path.with_suffix(".part")
        with whole.open("wb") as file:
            file.truncate(_HEAD + 2 * 4 * size[0] * size[1])
        whole.replace(path)


def open_backdrop() -> Backdrop | None:
    """None where no guard wants to know."""
    folder = os.environ.get(BACKDROP)
    return Backdrop(Path(folder)) if folder else None


def lift(folder: Path | None = None) -> None:
    """Nothing is to be covered any more. Without a folder: that of the guard, if there is one."""
    named = folder or os.environ.get(BACKDROP)
    if named:
        with suppress(OSError):
            (Path(named) / PLACE).unlink()


def place(folder: Path) -> Display | None:
    """Where the curtain is to hang."""
    try:
        return Display(**json.loads((folder / PLACE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _placed(folder: Path, display: Display) -> None:
    whole = folder / f"{PLACE}.part"
    whole.write_text(json.dumps(asdict(display)), encoding="utf-8")
    whole.replace(folder / PLACE)
