"""The paper as a source of frames: the drawing's thin lines, framed, whenever something changed."""

import time

from livesketch.canvas.document import Document
from livesketch.canvas.mask import MaskRaster, seen_at
from livesketch.canvas.raster import SketchRaster
from livesketch.frames import Frame, Mask, Place


class Source:
    """Reads a Document, which stays the caller's. Lives in the thread that draws on it."""

    label = "paper"

    def __init__(self, document: Document, size: int = 256) -> None:
        self.document = document
        self._raster = SketchRaster(size)
        self._read: tuple[int, bool] | None = None
        self._mask = MaskRaster()
        self._number = 0

    def read(self, is_framed: bool = True, budget_s: float = float("inf")) -> Frame | None:
        """The drawing now: sketch (size, size); None where nothing changed since the last call, or
        where a large drawing is not painted yet after `budget_s`."""
        state = (self.document.version, is_framed)
        if state == self._read:
            return None
        sketch, place = self._raster.update(self.document, is_framed, budget_s)
        if not self._raster.is_done:
            return None
        self._read = state
        self._number += 1
        return Frame(
            time=self.document.newest_time or time.monotonic(),
            number=self._number,
            sketch=sketch,
            place=place,
            is_empty=self.document.is_empty,
            mask=self._parts(place, sketch.shape[0]),
            begun_at=self.document.begun_at,
        )

    def _parts(self, place: Place, size: int) -> Mask | None:
        chain = self.document.sheet.mask
        return seen_at(self._mask.follow(chain), place, size) if chain.count else None

    def close(self) -> None:
        """Nothing is open."""
