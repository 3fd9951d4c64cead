"""Keeps the start-up chatter of native libraries off the terminal, and nothing else."""

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from livesketch.worker import Latest

# What MediaPipe's C++ says while it starts; its log level cannot be set from Python or the environment.
_CHATTER = re.compile(
    rb"^(?:[IW]\d{4} |I0000 |W0000 |INFO: Created TensorFlow|WARNING: All log messages before absl)"
)


def _first_turn() -> Latest[bool]:
    turn: Latest[bool] = Latest()
    turn.put(True)
    return turn


# There is one stderr in a process: two threads that swap it at once could lose it for good.
_TURN = _first_turn()


@contextmanager
def quiet() -> Iterator[None]:
    """While inside, stderr is collected; at the end all of it but the known chatter is passed on."""
    try:
        stderr = sys.__stderr__.fileno() if sys.__stderr__ is not None else -1
    except (OSError, ValueError):
        stderr = -1
    if stderr < 0:  # a program without a terminal
        yield
        return
    _TURN.take(timeout=None)
    try:
        with tempfile.TemporaryFile() as collected:
            sys.__stderr__.flush()  # type: ignore[union-attr]
            kept = os.dup(stderr)
            os.dup2(collected.fileno(), stderr)
            try:
                yield
            finally:
                os.dup2(kept, stderr)
                os.close(kept)
                collected.seek(0)
                rest = [line for line in collected if not _CHATTER.match(line)]
                if rest:
                    os.write(stderr, b"".join(rest))
    finally:
        _TURN.put(True)
