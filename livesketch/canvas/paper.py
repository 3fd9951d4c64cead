"""What the eye sees of a drawing: ink on paper, from wherever one looks at it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from livesketch.canvas.brush import Brush
from livesketch.canvas.document import Document
from livesketch.canvas.ink import Rect
from livesketch.canvas.layer import Layer
from livesketch.canvas.line import InkLine, Line, Raster, WashLine, ink_reach, ink_rect
from livesketch.canvas.viewpoint import HOME, Viewpoint
from livesketch.frames import Picture

RGB = tuple[int, int, int]

PAPER_COLOUR: RGB = (0xF7, 0xF5, 0xF0)
INK_COLOUR: RGB = (0x16, 0x17, 0x1A)
# name -> paper, ink, and what lies beside the paper
COLOURS: dict[str, tuple[RGB, RGB, RGB]] = {
    "light": (PAPER_COLOUR, INK_COLOUR, (0xC9, 0xC6, 0xBE)),
    "dark": ((0x24, 0x25, 0x29), (0xEC, 0xE9, 0xE2), (0x14, 0x15, 0x17)),
}
_MOST_RECTS = 64


class PaperRaster:
    """`pixels` is a Picture (size, size, 3): the drawing in its brushes, on paper, seen from `view`.

    Long work (a drawing of thousands of strokes, another size, another view) is done in slices
    of some milliseconds, one a call: meanwhile the paper shows how far it is, or the old picture
    moved and stretched.
    """

    def __init__(self, size_px: int) -> None:
        self.pixels: Picture = np.empty((size_px, size_px, 3), np.uint8)
        self.view = HOME
        self._paper = "light"
        self._layer = self._new_layer(size_px, HOME)
        self._home: Layer | None = None  # the whole paper, kept while one looks closer
        self._grain: Raster | None = None  # the tooth of the paper, from `view`
        self._underlay: Picture | None = None
        self._beside: NDArray[np.bool_] | None = None  # what is not paper, from `view`
        self._is_stretched = False
        self._is_stale = False  # every pixel is to be coloured anew
        self._choose_colours()
        self._colour(self._whole)

    @property
    def size(self) -> int:
        return self.pixels.shape[0]

    @property
    def ink(self) -> Raster:
        """How much ink lies where, (size, size): 0 paper .. 255 ink."""
        return self._layer.pixels

    def update(self, document: Document, budget_s: float = 0.012) -> list[Rect]:
        """Follow the document; returns the rectangles (x, y, width, height) of `pixels` that changed."""
        rects = self._layer.follow(document.chain, document.growing, budget_s)
        if self._home is not None and not document.is_drawing:
            self._home.follow(document.chain, None, budget_s / 2)
        if self._is_stretched:
            if self._layer.head is not document.chain:
                return []
            self._is_stretched = False
            self._is_stale = True
        if self._is_stale:
            self._is_stale = False
            rects = [self._whole]
        if len(rects) > _MOST_RECTS:
            rects = [_around(rects)]
        for rect in rects:
            self._colour(rect)
        return rects

    def resize(self, size_px: int) -> None:
        """Another size: stretched at once, sharp as soon as `update` has painted it anew."""
        if size_px == self.size:
            return
        shape = (size_px, size_px)
        stretched = cv2.resize(self.pixels, shape, interpolation=cv2.INTER_LINEAR)
        self.pixels = np.ascontiguousarray(stretched, np.uint8)
        self._home = None
        self._repaint(size_px)

    def look_from(self, view: Viewpoint) -> list[Rect]:
        """Another view: the picture is moved at once, and sharp soon after."""
        if view == self.view:
            return []
        before, self.view = self.view, view
        if before == HOME:
            self._home = self._layer
        if view == HOME and self._home is not None:
            self._layer, self._home = self._home, None
            self._change_view()
            self._is_stale = True
            return []
        self._repaint(self.size)
        self._show_moved()
        return [self._whole]

    def lay_under(self, underlay: Picture | None) -> None:
        """What is seen through the ink, from the same view and of the same size; None: plain paper."""
        if underlay is not self._underlay:
            self._underlay = underlay
            self._is_stale = True

    def choose_paper(self, name: str) -> None:
        if name != self._paper and name in COLOURS:
            self._paper = name
            self._choose_colours()
            self._is_stale = True

    # --- inside

    def _new_layer(self, size: int, view: Viewpoint) -> Layer:
        def line(brush: Brush) -> Line:
            if brush.is_opaque:
                return InkLine(size, view, brush)
            if brush.has_grain and self._grain is None:
                self._grain = _grain_from(size, view)
            return WashLine(size, view, brush, self._grain)

        return Layer(
            size,
            0,
            line,
            lambda box: ink_rect(box, view, size),
            lambda rect: ink_reach(rect, view, size),
        )

    def _repaint(self, size: int) -> None:
        self._layer = self._new_layer(size, self.view)
        self._change_view()
        self._is_stretched = True

    def _change_view(self) -> None:
        self._grain = None
        self._beside = _beside_paper(self.size, self.view)

    def _show_moved(self) -> None:
        """What is known of the whole paper, as it looks from here: blurred where one looks closer."""
        if self._home is None:
            return
        matrix = self.view.matrix
        matrix[:, 2] *= self.size
        dark = cv2.warpAffine(self._home.pixels, matrix, (self.size, self.size))
        self._mix(self._whole, np.asarray(dark, np.uint8))

    @property
    def _whole(self) -> Rect:
        return (0, 0, self.size, self.size)

    def _choose_colours(self) -> None:
        paper, ink, self._beside_colour = COLOURS[self._paper]
        dark = np.arange(256)[:, None] / 255.0
        colours = np.array(paper) * (1.0 - dark) + np.array(ink) * dark
        self._colours = np.round(colours).astype(np.uint8)[None]  # (1, 256, 3)
        self._ink = np.array(ink, np.int32)

    def _colour(self, rect: Rect) -> None:
        x, y, width, height = rect
        self._mix(rect, self._layer.pixels[y : y + height, x : x + width])

    def _mix(self, rect: Rect, dark: Raster) -> None:
        """Colour a rectangle of `pixels` whose ink is `dark`."""
        x, y, width, height = rect
        place = (slice(y, y + height), slice(x, x + width))
        if width <= 0 or height <= 0:
            return
        if self._underlay is not None and self._underlay.shape == self.pixels.shape:
            ground = self._underlay[place]
            share = cv2.merge([dark, dark, dark])
            inked = np.empty_like(ground)
            inked[:] = self._ink
            mixed = cv2.multiply(inked, share, scale=1 / 255)
            mixed = cv2.add(mixed, cv2.multiply(ground, 255 - share, scale=1 / 255))
        else:
            mixed = cv2.LUT(cv2.merge([dark, dark, dark]), self._colours)
        if self._beside is not None:
            beside = self._beside[place]
            if beside.any():
                shade = np.array(self._beside_colour, np.float32) / np.array(
                    COLOURS[self._paper][0]
                )
                mixed[beside] = np.clip(mixed[beside] * shade, 0, 255).astype(np.uint8)
        self.pixels[place] = mixed


def _beside_paper(size: int, view: Viewpoint) -> NDArray[np.bool_] | None:
    """(size, size): what is not paper; None where all of it is."""
    corners = view.seen(np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])) * size
    paper = np.zeros((size, size), np.uint8)
    cv2.fillPoly(paper, [np.rint(np.clip(corners, -30_000, 30_000)).astype(np.int32)], (1.0,))
    return None if paper.all() else paper == 0


def _grain_from(size: int, view: Viewpoint) -> Raster:
    """The tooth of the paper, (size, size): it lies still on it, however one looks."""
    random = np.random.default_rng(7)
    rough = random.random((256, 256), np.float32)
    tooth = 0.5 * rough + 0.5 * cv2.blur(rough, (2, 2), borderType=cv2.BORDER_REFLECT)
    order = np.argsort(np.argsort(tooth, axis=None)).reshape(tooth.shape)
    tile = (order * (255 / order.max())).astype(np.uint8)  # every depth is as frequent
    repeated = np.tile(tile, (3, 3))  # 768 cells a side of the paper, and once more around it
    matrix = view.matrix
    cells = 768.0
    matrix = np.concatenate([matrix[:, :2] * (size / cells), matrix[:, 2:] * size], axis=1)
    return np.asarray(
        cv2.warpAffine(
            repeated, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP
        ),
        np.uint8,
    )


def _around(rects: list[Rect]) -> Rect:
    x = min(rect[0] for rect in rects)
    y = min(rect[1] for rect in rects)
    right = max(rect[0] + rect[2] for rect in rects)
    bottom = max(rect[1] + rect[3] for rect in rects)
    return (x, y, right - x, bottom - y)
