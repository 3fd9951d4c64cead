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

from livesketch.revival_names import GO_ON, PULSE

log = logging.getLogger(__name__)

LOOK_S = 0.25  # how often it is looked whether all is well
STILL_S = 10.0  # a loop that does not go round for so long is ended
WAKING_S = 120.0  # before its first turn a program may take its time
MOST, WITHIN_S = 5, 60.0  # as many crashes as that so soon mean that it cannot go on
ENDED_WELL = frozenset({0, 130})  # by itself, by Ctrl+C
REFUSED = 2  # what was asked for cannot be had: no crash, before anything was shown


def guard(
    words: Sequence[str],
    command: Sequence[str] = (sys.executable, "-m", "livesketch"),
    still_s: float = STILL_S,
    clock: Callable[[], float] = time.monotonic,
) -> int:
    """Play `words` of the command line until they end well; returns the exit code."""
    crashes: deque[float] = deque(maxlen=MOST)
    with tempfile.TemporaryDirectory(prefix="livesketch-guard-") as folder:
        pulse = Path(folder) / "pulse"
        again: list[str] = []
        while True:
            child = _Child([*command, *words, *again], pulse, still_s, clock)
            code = child.wait()
            if code in ENDED_WELL or child.was_told_to_end:
                return code if code >= 0 else 0
            if code == REFUSED and not child.has_lived and not again:
                return code
            now = clock()
            crashes.append(now)
            log.error("the program ended with code %d: it goes on", code)
            if len(crashes) == MOST and now - crashes[0] < WITHIN_S:
                log.error("%d crashes within %.0f s: given up", MOST, now - crashes[0])
                return code if code > 0 else 1
            again = [GO_ON]


class _Child:
    """One run of the program, and its pulse."""

    def __init__(
        self, command: Sequence[str], pulse: Path, still_s: float, clock: Callable[[], float]
    ) -> None:
        self._pulse, self._still_s, self._clock = pulse, still_s, clock
        self.has_lived = False  # its loop went round
        self.was_told_to_end = False
        pulse.unlink(missing_ok=True)
        self._process = subprocess.Popen(command, env={**os.environ, PULSE: str(pulse)})

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
