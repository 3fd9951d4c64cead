"""Drawings that take a while to write or to read: it is done in a Worker, and told of when it is done."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from livesketch.canvas.document import Document
from livesketch.drawings import read_drawings, write_drawing
from livesketch.worker import Worker

SLOW_TO_WRITE = (".png", ".psd")  # pixels: the ink is painted anew, as large as it is saved
SLOW_TO_READ = (".psd",)
_PATIENCE_S = 30.0


@dataclass(frozen=True)
class Done:
    """A drawing lies in `path`; or it was read from there."""

    path: Path
    document: Document | None = None
    notes: list[str] = field(default_factory=list)


Job = Callable[[], Done]


class Transfers:
    """One after the other, none forgotten. The thread starts with the first one."""

    def __init__(self) -> None:
        self._waiting: deque[Job] = deque()
        self._worker: Worker[Job, Done] | None = None
        self._is_busy = False

    def write(self, document: Document, path: Path, paper_colour: str) -> None:
        """What is visible now; the document may change meanwhile."""
        document.settle()
        kept = Document(document.name)
        kept.sheet = document.sheet  # never changed, only replaced
        self._waiting.append(lambda: Done(write_drawing(kept, path, paper_colour)))

    def read(self, path: Path) -> None:
        def job() -> Done:
            documents, notes = read_drawings(path)
            return Done(path, documents[0], notes)

        self._waiting.append(job)

    def newest(self, timeout_s: float = 0.0) -> Done | None:
        """Called every turn: what was done since; LivesketchError, once, where it could not be."""
        if self._worker is None and self._waiting:
            self._worker = Worker(lambda: lambda job: job(), "transfers")
        if self._worker is None:
            return None
        if not self._is_busy and self._waiting:
            self._is_busy = True
            self._worker.submit(self._waiting.popleft())
        if not self._is_busy:
            return None
        try:
            done = self._worker.newest(timeout_s)
        except BaseException:
            self._is_busy = False
            raise
        self._is_busy = done is None
        return done

    @property
    def is_over(self) -> bool:
        return not self._waiting and not self._is_busy

    def close(self) -> None:
        """What was asked for is still done. LivesketchError where that fails."""
        try:
            while not self.is_over and self.newest(_PATIENCE_S) is not None:
                pass
        finally:
            if self._worker is not None:
                self._worker.close()
                self._worker = None
