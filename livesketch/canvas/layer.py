"""Pixels that follow a document: only what changed is painted, and every step back is a paste."""

import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from livesketch.canvas.brush import Brush
from livesketch.canvas.curve import Curve
from livesketch.canvas.document import EMPTY, Chain, Growing
from livesketch.canvas.ink import Rect

_GROUP = 100  # strokes between two checkpoints when a long drawing is painted at once
_FAR = 32  # strokes: a jump back longer than that keeps what it leaves
_KEPT_JUMPS = 6
_KEPT_UNDONE = 200

Raster = NDArray[np.uint8]  # (H, H)


class Line(Protocol):
    """Paints one stroke while it grows; returns the rectangles that it may have changed."""

    def advance(self, raster: Raster, path: Curve) -> list[Rect]:
        """Paint what of `path` is firm and not painted yet: for good."""
        ...

    def rest(self, raster: Raster, path: Curve) -> list[Rect]:
        """Paint the provisional rest after that. On a finished stroke this is what ends it."""
        ...

    def rest_area(self, path: Curve) -> Rect:
        """Where `rest` may paint, within the raster."""
        ...


@dataclass(frozen=True, slots=True)
class _Step:
    """What a stroke covered: the pixels that were there before."""

    rects: tuple[Rect, ...]
    packed: bytes


class Layer:
    """One raster, painted with one kind of Line.

    `pixels` always shows the growing stroke as well. A new sample costs its own few pixels; a
    step back costs the pixels of its stroke, whatever the number of strokes.
    """

    def __init__(self, size: int, blank: int, line: Callable[[Brush], Line]) -> None:
        self.pixels: Raster = np.full((size, size), blank, np.uint8)
        self.head = EMPTY  # the finished strokes that are painted
        self._kept = self.pixels.copy()  # the finished strokes only
        self._blank = blank
        self._line = line
        self._steps: list[_Step] = []  # one for each of the newest strokes
        self._checkpoints: dict[Chain, bytes] = {}
        self._undone: dict[Chain, _Step] = {}  # what steps back took away
        self._jumps: dict[Chain, tuple[bytes, list[_Step]]] = {}
        self._growing: Growing | None = None
        self._growing_line: Line | None = None
        self._growing_rects: list[Rect] = []
        self._seen = 0  # samples of the growing stroke that are painted
        self._rest: tuple[Rect, Raster] | None = None  # what lies below the provisional rest

    def follow(
        self, chain: Chain, growing: Growing | None, budget_s: float = float("inf")
    ) -> list[Rect]:
        """Make the pixels those of `chain` and `growing`; returns what changed (rectangles may overlap).

        After `budget_s` it stops between two strokes: then `head` is not `chain` yet, and the
        next call goes on.
        """
        rects: list[Rect] = []
        if self._growing is not None and self._growing is not growing:
            rects += self._end_growing(chain)
        if self.head is not chain:
            if self._growing is not None:
                rects += self._drop_growing()
            rects += self._go_to(chain, budget_s)
        if growing is not None and self.head is chain and self._grew(growing):
            rects += self._grow(growing)
        return rects

    def _grew(self, growing: Growing) -> bool:
        return growing is not self._growing or len(growing.samples) != self._seen

    # --- the stroke under the pen

    def _grow(self, growing: Growing) -> list[Rect]:
        if self._growing is None or self._growing_line is None:
            self._growing = growing
            self._growing_line = self._line(growing.brush)
        rects = self._lift_rest()
        firm = self._growing_line.advance(self.pixels, growing.path)
        self._growing_rects += firm
        area = self._growing_line.rest_area(growing.path)
        if area[2] > 0 and area[3] > 0:
            self._rest = (area, _cut(self.pixels, area).copy())
            rects.append(area)
            self._growing_line.rest(self.pixels, growing.path)
        self._seen = len(growing.samples)
        return rects + firm

    def _lift_rest(self) -> list[Rect]:
        if self._rest is None:
            return []
        (area, below), self._rest = self._rest, None
        _cut(self.pixels, area)[:] = below
        return [area]

    def _drop_growing(self) -> list[Rect]:
        rects = self._lift_rest() + self._growing_rects
        for rect in self._growing_rects:
            _cut(self.pixels, rect)[:] = _cut(self._kept, rect)
        self._forget_growing()
        return rects

    def _end_growing(self, chain: Chain) -> list[Rect]:
        """The growing stroke is over: keep it if it is the next stroke of `chain`."""
        growing, line = self._growing, self._growing_line
        stroke = growing.stroke if growing is not None else None
        link = chain
        while link.count > self.head.count + 1 and link.before is not None:
            link = link.before
        if (
            stroke is None
            or line is None
            or link.stroke is not stroke
            or link.before is not self.head
        ):
            return self._drop_growing()
        rects = self._lift_rest()
        firm = line.advance(self.pixels, stroke.path)
        firm += line.rest(self.pixels, stroke.path)
        self._commit(link, self._growing_rects + firm)
        self._forget_growing()
        return rects + firm

    def _forget_growing(self) -> None:
        self._growing = self._growing_line = self._rest = None
        self._growing_rects = []
        self._seen = 0

    # --- finished strokes

    def _commit(self, link: Chain, rects: Sequence[Rect]) -> None:
        self._steps.append(_Step(tuple(rects), _packed(self._kept, rects)))
        for rect in rects:
            _cut(self._kept, rect)[:] = _cut(self.pixels, rect)
        self.head = link

    def _go_to(self, chain: Chain, budget_s: float) -> list[Rect]:
        deadline = time.monotonic() + budget_s
        rects: list[Rect] = []
        common = self.head.shared_with(chain)
        back, forth = self.head.count - common.count, chain.count - common.count
        if chain in self._jumps or (chain is EMPTY and back > 1):  # Clear, and its undo
            rects += self._jump(chain)
            common = chain
        elif back > len(self._steps) or back + forth > _FAR:
            kept = self._kept_before(chain)
            if back > len(self._steps) or chain.count - kept.count < back + forth:
                rects += self._jump(kept)
                common = kept
        while self.head is not common:
            rects += self._step_back()
        missing = chain.since(self.head)
        while missing and time.monotonic() < deadline:
            group = missing[: _GROUP if len(missing) > _GROUP else len(missing)]
            del missing[: len(group)]
            for number, link in enumerate(group):
                if link.stroke is None:
                    continue
                if time.monotonic() >= deadline and number:
                    return rects
                rects += self._paint(link)
            if missing:
                self._checkpoints[self.head] = _packed(self._kept, [self._whole])
                self._steps = []
        return rects

    def _paint(self, link: Chain) -> list[Rect]:
        stroke = link.stroke
        if stroke is None:
            return []
        if link in self._undone:
            return self._step_forth(link)
        line = self._line(stroke.brush)
        rects = line.advance(self.pixels, stroke.path) + line.rest(self.pixels, stroke.path)
        self._commit(link, rects)
        return rects

    def _step_back(self) -> list[Rect]:
        step = self._steps.pop()
        self._undone[self.head] = self._swap(step)
        while len(self._undone) > _KEPT_UNDONE:
            self._undone.pop(next(iter(self._undone)))
        if self.head.before is not None:
            self.head = self.head.before
        return list(step.rects)

    def _step_forth(self, link: Chain) -> list[Rect]:
        step = self._undone.pop(link)
        self._steps.append(self._swap(step))
        self.head = link
        return list(step.rects)

    def _swap(self, step: _Step) -> _Step:
        """Paste the step's pixels; returns what they replaced."""
        above = _packed(self._kept, step.rects)
        pixels = np.frombuffer(zlib.decompress(step.packed), np.uint8)
        start = 0
        for rect in step.rects:
            patch = pixels[start : start + rect[2] * rect[3]].reshape(rect[3], rect[2])
            start += rect[2] * rect[3]
            _cut(self.pixels, rect)[:] = patch
            _cut(self._kept, rect)[:] = patch
        return _Step(step.rects, above)

    def _kept_before(self, chain: Chain) -> Chain:
        """The newest state on the way to `chain` that can be had back; at worst the empty paper."""
        link = chain
        while link.before is not None and link not in self._jumps and link not in self._checkpoints:
            link = link.before
        return link

    def _jump(self, link: Chain) -> list[Rect]:
        if self.head.count > 1:
            self._jumps[self.head] = (_packed(self._kept, [self._whole]), self._steps)
        packed, self._steps = b"", []
        if link in self._jumps:
            packed, self._steps = self._jumps.pop(link)
        elif link in self._checkpoints:
            packed = self._checkpoints[link]
        while len(self._jumps) > _KEPT_JUMPS:
            self._jumps.pop(next(iter(self._jumps)))
        if packed:
            flat = np.frombuffer(zlib.decompress(packed), np.uint8)
            self._kept[:] = flat.reshape(self._kept.shape)
        else:
            self._kept[:] = self._blank
        self.pixels[:] = self._kept
        self.head = link
        return [self._whole]

    @property
    def _whole(self) -> Rect:
        return (0, 0, self.pixels.shape[1], self.pixels.shape[0])


def _cut(raster: Raster, rect: Rect) -> Raster:
    x, y, width, height = rect
    return raster[y : y + height, x : x + width]


def _packed(raster: Raster, rects: Sequence[Rect]) -> bytes:
    return zlib.compress(b"".join(_cut(raster, rect).tobytes() for rect in rects), 1)
