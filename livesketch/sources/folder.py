"""A folder of pictures as a camera: one after the other, at an even pace, round and round."""

import time
from pathlib import Path

from livesketch.errors import SourceError
from livesketch.frames import Frame, Picture
from livesketch.kinds import kind_of
from livesketch.sources.picture import read_picture
from livesketch.worker import Worker

FPS = 12.0


class Source:
    """Pictures in the order of their names; where reading is too slow, some are passed over."""

    def __init__(self, spec: str, fps: float = FPS) -> None:
        folder = Path(spec)
        try:
            there = sorted(path for path in folder.iterdir() if kind_of(path) == "picture")
        except OSError as error:
            raise SourceError(f"{folder.name} is not a folder.", "Check the path.") from error
        if not there:
            raise SourceError(f"There are no pictures in {folder.name}.", "PNG, JPEG, WebP.")
        self.label = f"{folder.name}, {len(there)} pictures"
        self._paths, self._fps, self._start = there, fps, time.monotonic()
        self._number, self._shown = 0, -1
        self._said: set[str] = set()
        self._worker: Worker[int, tuple[int, Picture]] = Worker(lambda: self._read, name="folder")

    def read(self) -> Frame | None:
        """The picture that is due, once; None: it was read already. Raises SourceError once for each
        that cannot be read, and goes on."""
        now = time.monotonic()
        due = int((now - self._start) * self._fps)
        if due != self._shown:
            self._shown = due
            self._worker.submit(due % len(self._paths))
        try:
            taken = self._worker.newest()
        except SourceError as error:
            if str(error) in self._said:
                return None
            self._said.add(str(error))
            raise
        if taken is None:
            return None
        self._number += 1
        return Frame(time=now, number=self._number, picture=taken[1], is_live=True)

    def close(self) -> None:
        self._worker.close(timeout=1.0)

    def _read(self, index: int) -> tuple[int, Picture]:
        return index, read_picture(self._paths[index])
