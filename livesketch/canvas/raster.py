"""What the network sees of a drawing: thin clean lines, whatever the brush."""

from collections.abc import Iterable

import numpy as np

from livesketch.canvas.chain import EMPTY, Chain
from livesketch.canvas.document import Document
from livesketch.canvas.framing import Framing
from livesketch.canvas.layer import Layer
from livesketch.canvas.line import ThinLine, thin_reach, thin_rect
from livesketch.canvas.sheet import Growing
from livesketch.canvas.stroke import Stroke
from livesketch.frames import WHOLE_PAPER, Place, Sketch

_KEPT_PLACES = 4


class SketchRaster:
    """What the network sees: Sketch (S, S), lines of one width whatever the brush, erased where erased.

    The pixels depend on the strokes and their samples alone, not on when they were shown: they
    are those of `render_sketch`, bit for bit.
    """

    def __init__(self, size: int = 256) -> None:
        self.size = size
        self._framing = Framing()
        self._place = WHOLE_PAPER
        self._layers: dict[Place, Layer] = {WHOLE_PAPER: self._new_layer(WHOLE_PAPER)}
        self.is_done = True
        self._sketch: Sketch = np.ones((size, size), np.float32)

    def update(
        self, document: Document, is_framed: bool = True, budget_s: float = float("inf")
    ) -> tuple[Sketch, Place]:
        """The sketch now, and where on the paper it lies. A fresh array only when something changed.

        After `budget_s` it stops between two strokes; then `is_done` is False until a later call.
        """
        return self.follow(document.chain, document.growing, is_framed, budget_s)

    def follow(
        self,
        chain: Chain,
        growing: Growing | None,
        is_framed: bool,
        budget_s: float = float("inf"),
    ) -> tuple[Sketch, Place]:
        place = self._framing.place(chain, growing) if is_framed else WHOLE_PAPER
        has_moved = place != self._place
        if has_moved:
            self._place = place
            # The layers of the last few places stay: a step back finds its own again.
            self._layers[place] = self._layers.pop(place, None) or self._new_layer(place)
            while len(self._layers) > _KEPT_PLACES:
                self._layers.pop(next(iter(self._layers)))
        layer = self._layers[place]
        has_changed = bool(layer.follow(chain, growing, budget_s)) or has_moved or not self.is_done
        self.is_done = layer.head is chain
        if has_changed and self.is_done:
            self._sketch = layer.pixels.astype(np.float32) / np.float32(255.0)
        return self._sketch, place

    def _new_layer(self, place: Place) -> Layer:
        return Layer(
            self.size,
            255,
            lambda brush: ThinLine(self.size, place, brush),
            lambda box: thin_rect(box, place, self.size),
            lambda rect: thin_reach(rect, place, self.size),
        )


def render_sketch(
    strokes: Iterable[Stroke], size: int = 256, is_framed: bool = True
) -> tuple[Sketch, Place]:
    """The Sketch (size, size) of these strokes and its place on the paper, from scratch."""
    chain = EMPTY
    for stroke in strokes:
        chain = chain.then(stroke)
    return SketchRaster(size).follow(chain, None, is_framed)
