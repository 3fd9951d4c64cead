"""The two pictures of a drawing: the paper as the eye sees it, and the thin clean lines that the network sees."""

from collections.abc import Iterable

import cv2
import numpy as np

from livesketch.canvas.document import EMPTY, Chain, Document, Growing
from livesketch.canvas.framing import Framing
from livesketch.canvas.ink import Rect
from livesketch.canvas.layer import Layer
from livesketch.canvas.line import InkLine, ThinLine
from livesketch.canvas.stroke import Stroke
from livesketch.frames import WHOLE_PAPER, Picture, Place, Sketch

PAPER_COLOUR = (0xF7, 0xF5, 0xF0)
INK_COLOUR = (0x16, 0x17, 0x1A)

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
        self._sketch: Sketch = np.ones((size, size), np.float32)

    def update(self, document: Document, is_framed: bool = True) -> tuple[Sketch, Place]:
        """The sketch now, and where on the paper it lies. A fresh array only when something changed."""
        return self.follow(document.chain, document.growing, is_framed)

    def follow(
        self, chain: Chain, growing: Growing | None, is_framed: bool
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
        if layer.follow(chain, growing) or has_moved:
            self._sketch = layer.pixels.astype(np.float32) / np.float32(255.0)
        return self._sketch, place

    def _new_layer(self, place: Place) -> Layer:
        return Layer(self.size, 255, lambda brush: ThinLine(self.size, place, brush))


def render_sketch(
    strokes: Iterable[Stroke], size: int = 256, is_framed: bool = True
) -> tuple[Sketch, Place]:
    """The Sketch (size, size) of these strokes and its place on the paper, from scratch."""
    chain = EMPTY
    for stroke in strokes:
        chain = chain.then(stroke)
    return SketchRaster(size).follow(chain, None, is_framed)


class PaperRaster:
    """What the eye sees: the drawing in ink on warm paper, brush widths and pressure and all.

    `pixels` is a Picture (size, size, 3). Long work (a drawing of thousands of strokes, another
    size) is done in slices of some milliseconds, one a call: meanwhile the paper shows how far
    it is, or the old picture stretched.
    """

    def __init__(self, size_px: int) -> None:
        self.pixels: Picture = np.empty((size_px, size_px, 3), np.uint8)
        self._layer = Layer(size_px, 0, lambda brush: InkLine(size_px, brush))
        self._is_stretched = False
        dark = np.arange(256)[:, None] / 255.0
        colours = np.array(PAPER_COLOUR) * (1.0 - dark) + np.array(INK_COLOUR) * dark
        self._colours = np.round(colours).astype(np.uint8)[None]  # (1, 256, 3)
        self._colour(self._whole)

    @property
    def size(self) -> int:
        return self.pixels.shape[0]

    def update(self, document: Document, budget_s: float = 0.012) -> list[Rect]:
        """Follow the document; returns the rectangles (x, y, width, height) of `pixels` that changed."""
        rects = self._layer.follow(document.chain, document.growing, budget_s)
        if self._is_stretched:
            if self._layer.head is not document.chain:
                return []
            self._is_stretched = False
            rects = [self._whole]
        if len(rects) > 64:
            rects = [_around(rects)]
        for rect in rects:
            self._colour(rect)
        return rects

    def resize(self, size_px: int) -> None:
        """Another size: stretched at once, sharp as soon as `update` has painted it anew."""
        if size_px == self.size:
            return
        self._layer = Layer(size_px, 0, lambda brush: InkLine(size_px, brush))
        shape = (size_px, size_px)
        self.pixels = cv2.resize(self.pixels, shape, interpolation=cv2.INTER_LINEAR).astype(
            np.uint8
        )
        self._is_stretched = True

    @property
    def _whole(self) -> Rect:
        return (0, 0, self.size, self.size)

    def _colour(self, rect: Rect) -> None:
        x, y, width, height = rect
        dark = self._layer.pixels[y : y + height, x : x + width]
        self.pixels[y : y + height, x : x + width] = cv2.LUT(
            cv2.merge([dark, dark, dark]), self._colours
        )


def _around(rects: list[Rect]) -> Rect:
    x = min(rect[0] for rect in rects)
    y = min(rect[1] for rect in rects)
    right = max(rect[0] + rect[2] for rect in rects)
    bottom = max(rect[1] + rect[3] for rect in rects)
    return (x, y, right - x, bottom - y)
