"""A small parent that starts the show, and starts it again where it stopped should it crash or stand still."""

import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType

from livesketch.revival_names import ALIVE, BACKDROP, GO_ON, OVER, PLACE, PULSE, WANTED

log = logging.getLogger(__name__)

LOOK_S = 0.25  # how often it is looked whether all is well
STILL_S = 10.0  # a loop that does not go round for so long is ended
WAKING_S = 120.0  # before its first turn a program may take its time
MOST, WITHIN_S = 5, 60.0  # as many crashes as that so soon mean that it cannot go on
ENDED_WELL = frozenset({0, 130})  # by itself, by Ctrl+C
REFUSED = 2  # what was asked for cannot be had: no crash, before anything was shown
CURTAIN = (sys.executable, "-m", "livesketch.curtain")
AGAIN_S = 2.0  # before a curtain that fell is hung again
STAYS = (
    "The show cannot go on. Its last picture stays: click on it, or press Ctrl+C here, to end it."
)


def guard(
    words: Sequence[str],
    command: Sequence[str] = (sys.executable, "-m", "livesketch"),
    still_s: float = STILL_S,
    clock: Callable[[], float] = time.monotonic,
    curtain: Sequence[str] = CURTAIN,
    say: Callable[[str], None] = log.error,
) -> int:
    """Play `words` of the command line until they end well; returns the exit code.

    `say` is told what the person at the terminal must know.
    """
    with tempfile.TemporaryDirectory(
        prefix="livesketch-guard-", ignore_cleanup_errors=True
    ) as name:
        hanger = _Hanger(curtain, Path(name), clock)
        try:
            code, is_given_up = _play([*command, *words], Path(name), still_s, clock, hanger)
            if is_given_up and hanger.covers:
                say(STAYS)
                hanger.wait()
            return code
        finally:
            hanger.close()


def _play(
    command: Sequence[str],
    folder: Path,
    still_s: float,
    clock: Callable[[], float],
    hanger: "_Hanger",
) -> tuple[int, bool]:
    """The exit code, and whether it could not be helped to live."""
    crashes: deque[float] = deque(maxlen=MOST)
    again: list[str] = []
    while True:
        child = _Child([*command, *again], folder, still_s, clock, hanger)
        code = child.wait()
        if code in ENDED_WELL or child.was_told_to_end:
            return max(code, 0), False
        if code == REFUSED and not child.has_lived and not again:
            return code, False
        now = clock()
        crashes.append(now)
        log.error("the program ended with code %d: it goes on", code)
        if len(crashes) == MOST and now - crashes[0] < WITHIN_S:
            log.error("%d crashes within %.0f s: given up", MOST, now - crashes[0])
            return code if code > 0 else 1, True
        again = [GO_ON]


class _Child:
    """One run of the program, and its pulse."""

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        still_s: float,
        clock: Callable[[], float],
        hanger: "_Hanger",
    ) -> None:
        self._pulse, self._still_s, self._clock = folder / "pulse", still_s, clock
        self._hanger = hanger
        self.has_lived = False  # its loop went round
        self.was_told_to_end = False
        self._pulse.unlink(missing_ok=True)
        names = {PULSE: str(self._pulse), BACKDROP: str(folder)}
        self._process = subprocess.Popen(command, env={**os.environ, **names})

    def wait(self) -> int:
        before = signal.signal(signal.SIGTERM, self._end)
        try:
            return self._watch()
        except KeyboardInterrupt:  # the program hears it too
            self.was_told_to_end = True
            return self._process.wait()
        finally:
            signal.signal(signal.SIGTERM, before)

    def _watch(self) -> int:
        seen, since = -1, self._clock()
        while True:
            try:
                return self._process.wait(timeout=LOOK_S)
            except subprocess.TimeoutExpired:
                pass
            self._hanger.turn()
            beat, now = self._beat(), self._clock()
            if beat != seen or (self.has_lived and beat == 0):  # 0: it is ending, and was meant to
                seen, since = beat, now
                self.has_lived = self.has_lived or beat > 0
            if now - since > (self._still_s if self.has_lived else WAKING_S):
                log.error("the program stands still since %.0f s: ended", now - since)
                self._process.kill()

    def _beat(self) -> int:
        try:
            return self._pulse.stat().st_mtime_ns
        except OSError:
            return 0

    def _end(self, number: int, frame: FrameType | None) -> None:
        self.was_told_to_end = True
        self._process.terminate()


class _Hanger:
    """Keeps a curtain behind the second screen, in a process of its own: what ends one does not end the other."""

    def __init__(self, command: Sequence[str], folder: Path, clock: Callable[[], float]) -> None:
        self._command, self._folder, self._clock = command, folder, clock
        self._process: subprocess.Popen[bytes] | None = None
        self._due = -float("inf")

    @property
    def covers(self) -> bool:
        """The audience would see the desktop without it."""
        is_there = self._process is not None and self._process.poll() is None
        return is_there and (self._folder / PLACE).exists()

    def turn(self) -> None:
        """Again and again: a sign of life, and a new curtain where the last one fell."""
        if not (self._folder / WANTED).exists():
            return
        (self._folder / ALIVE).touch()
        has_fallen = self._process is None or self._process.poll() is not None
        if not has_fallen or self._clock() < self._due:
            return
        self._due = self._clock() + AGAIN_S
        try:
            self._process = subprocess.Popen([*self._command, str(self._folder)])
        except OSError as error:
            log.error("there is no curtain: %s", error)

    def wait(self) -> None:
        """Until somebody clicks on it, or ends the guard."""
        (self._folder / OVER).touch()
        before = signal.signal(signal.SIGTERM, lambda number, frame: self.close())
        try:
            if self._process is not None:
                self._process.wait()
        except KeyboardInterrupt:
            pass
        finally:
            signal.signal(signal.SIGTERM, before)

    def close(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(5.0)
            except subprocess.TimeoutExpired:
                self._process.kill()
