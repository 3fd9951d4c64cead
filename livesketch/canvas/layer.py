"""Pixels that follow a document: only what changed is painted, and every step back is a paste."""

import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from livesketch.canvas.brush import Brush
from livesketch.canvas.chain import EMPTY, Chain, difference, touching
from livesketch.canvas.ink import Rect
from livesketch.canvas.line import Line, Raster, cut
from livesketch.canvas.sheet import Growing
from livesketch.canvas.stroke import Box, Stroke

_GROUP = 100  # strokes between two checkpoints when a long drawing is painted at once
_FAR = 32  # strokes: a jump back longer than that keeps what it leaves
_KEPT_JUMPS = 6
_KEPT_STEPS = 1000  # further back a step is painted anew, in its own place only
_KEPT_UNDONE = 200
_KEPT_MENDED = 50


@dataclass(frozen=True, slots=True)
class _Step:
    """What a stroke, or a mended place, changed: the pixels before and after it, combined by XOR.

    So the same bytes lead both ways, and are nearly all 0.
    """

    table: bytes  # int16 (N, 4): rectangles, which may overlap
    packed: bytes

    @property
    def rects(self) -> list[Rect]:
        table = np.frombuffer(self.table, np.int16).reshape(-1, 4)
        return [(x, y, width, height) for x, y, width, height in table.tolist()]


class Layer:
    """One raster, painted with one kind of Line.

    `pixels` always shows the growing stroke as well. A new sample costs its own few pixels; a
    step back costs the pixels of its stroke, whatever the number of strokes; a stroke moved or
    taken out of the middle costs what lies there. `cover` says which pixels a stroke's box is, `reach`
    which boxes may touch pixels.
    """

    def __init__(
        self,
        size: int,
        blank: int,
        line: Callable[[Brush], Line],
        cover: Callable[[Box], Rect],
        reach: Callable[[Rect], Box],
    ) -> None:
        self.pixels: Raster = np.full((size, size), blank, np.uint8)
        self.head = EMPTY  # the finished strokes that are painted
        self._kept = self.pixels.copy()  # the finished strokes only
        self._blank = blank
        self._line = line
        self._cover = cover
        self._reach = reach
        self._steps: dict[Chain, _Step] = {}  # of each of the newest strokes
        self._checkpoints: dict[Chain, bytes] = {}
        self._undone: dict[Chain, _Step] = {}  # what steps back took away
        self._mended: dict[tuple[Chain, Chain], _Step] = {}  # (from, to): what `to` had there
        self._jumps: dict[Chain, bytes] = {}
        self._growing: Growing | None = None
        self._growing_line: Line | None = None
        self._growing_rects: list[Rect] = []
        self._seen = 0  # samples of the growing stroke that are painted
        self._rest: list[tuple[Rect, Raster]] = []  # what lies below the provisional rest

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
        firm = self._growing_line.advance(self.pixels, self._kept, growing.paths)
        self._growing_rects += firm
        areas = self._growing_line.rest_areas(growing.paths)
        self._rest = [(area, cut(self.pixels, area).copy()) for area in areas]
        self._growing_line.rest(self.pixels, self._kept, growing.paths)
        self._seen = len(growing.samples)
        return rects + areas + firm

    def _lift_rest(self) -> list[Rect]:
        lifted, self._rest = self._rest, []
        for area, below in lifted:
            cut(self.pixels, area)[:] = below
        return [area for area, _ in lifted]

    def _drop_growing(self) -> list[Rect]:
        rects = self._lift_rest() + self._growing_rects
        for rect in self._growing_rects:
            cut(self.pixels, rect)[:] = cut(self._kept, rect)
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
        firm = line.advance(self.pixels, self._kept, stroke.paths)
        firm += line.rest(self.pixels, self._kept, stroke.paths)
        self._commit(link, self._growing_rects + firm)
        self._forget_growing()
        return rects + firm

    def _forget_growing(self) -> None:
        self._growing = self._growing_line = None
        self._growing_rects, self._rest = [], []
        self._seen = 0

    # --- finished strokes

    def _commit(self, link: Chain, rects: Sequence[Rect]) -> None:
        self._remember(link, self._keep(self.pixels, rects))
        self.head = link

    def _keep(self, pixels: Raster, rects: Sequence[Rect]) -> _Step:
        """These pixels from now on; returns what has changed."""
        changes = []
        for rect in rects:  # where they overlap, the second has no change
            kept = cut(self._kept, rect)
            changes.append((kept ^ cut(pixels, rect)).tobytes())
            kept[:] = cut(pixels, rect)
        table = np.array(rects, np.int16).reshape(-1, 4)
        return _Step(table.tobytes(), zlib.compress(b"".join(changes), 1))

    def _remember(self, link: Chain, step: _Step) -> None:
        self._steps[link] = step
        while len(self._steps) > _KEPT_STEPS:
            self._steps.pop(next(iter(self._steps)))

    def _go_to(self, chain: Chain, budget_s: float) -> list[Rect]:
        deadline = time.monotonic() + budget_s
        rects: list[Rect] = []
        common = self.head.shared_with(chain)
        back, forth = self.head.count - common.count, chain.count - common.count
        if chain in self._jumps or (chain is EMPTY and back > 1):  # Clear, and its undo
            return self._jump(chain)
        if back and (back + forth > _FAR or not self._knows(common)):
            mended = self._mend(chain, common)
            if mended is not None:
                return mended
            kept = self._kept_before(chain)
            if not self._knows(common) or chain.count - kept.count < back + forth:
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
                rects += self._paint(link, link.stroke)
            if missing:
                self._checkpoints[self.head] = zlib.compress(self._kept.tobytes(), 1)
        return rects

    def _knows(self, link: Chain) -> bool:
        """Every step from the head back to `link` is remembered."""
        here = self.head
        while here is not link and here.before is not None:
            if here not in self._steps:
                return False
            here = here.before
        return here is link

    def _paint(self, link: Chain, stroke: Stroke) -> list[Rect]:
        if link in self._undone:
            return self._step_forth(link)
        rects: list[Rect] = []
        if _has_pixels(self._cover(stroke.box)):
            line = self._line(stroke.brush)
            rects = line.advance(self.pixels, self._kept, stroke.paths)
            rects += line.rest(self.pixels, self._kept, stroke.paths)
        self._commit(link, rects)
        return rects

    def _step_back(self) -> list[Rect]:
        step = self._undone[self.head] = self._steps.pop(self.head)
        self._apply(step)
        while len(self._undone) > _KEPT_UNDONE:
            self._undone.pop(next(iter(self._undone)))
        if self.head.before is not None:
            self.head = self.head.before
        return step.rects

    def _step_forth(self, link: Chain) -> list[Rect]:
        step = self._undone.pop(link)
        self._apply(step)
        self._remember(link, step)
        self.head = link
        return step.rects

    def _apply(self, step: _Step) -> None:
        """From before the step to after it, or back."""
        changes = np.frombuffer(zlib.decompress(step.packed), np.uint8)
        start = 0
        for rect in step.rects:
            end = start + rect[2] * rect[3]
            cut(self._kept, rect)[:] ^= changes[start:end].reshape(rect[3], rect[2])
            start = end
        for rect in step.rects:
            cut(self.pixels, rect)[:] = cut(self._kept, rect)

    def _mend(self, chain: Chain, common: Chain) -> list[Rect] | None:
        """Paint anew only where strokes came or went in the middle; None where that is too much."""
        before, known = self.head, self._mended.pop((self.head, chain), None)
        if known is not None:  # back to where an edit came from
            self._mended[chain, before] = known
            self._apply(known)
            self.head = chain
            return known.rects
        changed = difference(self.head, chain, common)
        if changed is None or len(changed) > _FAR:
            return None
        rects = [rect for stroke in changed if _has_pixels(rect := self._cover(stroke.box))]
        scratch = np.full_like(self._kept, self._blank)
        for stroke in touching(chain, [self._reach(rect) for rect in rects]):
            line = self._line(stroke.brush)
            below = scratch if stroke.brush.is_opaque else scratch.copy()
            line.advance(scratch, below, stroke.paths)
            line.rest(scratch, below, stroke.paths)
        self._mended[chain, before] = self._keep(scratch, rects)
        while len(self._mended) > _KEPT_MENDED:
            self._mended.pop(next(iter(self._mended)))
        for rect in rects:
            cut(self.pixels, rect)[:] = cut(scratch, rect)
        self.head = chain
        return rects

    def _kept_before(self, chain: Chain) -> Chain:
        """The newest state on the way to `chain` that can be had back; at worst the empty paper."""
        link = chain
        while link.before is not None and link not in self._jumps and link not in self._checkpoints:
            link = link.before
        return link

    def _jump(self, link: Chain) -> list[Rect]:
        if self.head.count > 1:
            self._jumps[self.head] = zlib.compress(self._kept.tobytes(), 1)
        packed = self._jumps.pop(link, b"") or self._checkpoints.get(link, b"")
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


def _has_pixels(rect: Rect) -> bool:
    return rect[2] > 0 and rect[3] > 0
