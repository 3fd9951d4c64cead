"""The drawing as it is being made: finished strokes, the growing one, and every step back and forth."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from livesketch.canvas.brush import Brush
from livesketch.canvas.curve import Curve
from livesketch.canvas.stroke import Sample, Stroke, strokes_from_points


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """The visible strokes in order, as a chain from the newest back to the empty paper.

    Two states of a drawing share all that they have in common, so a step back costs nothing and
    whoever paints sees by identity what has changed, however many strokes there are.
    """

    before: "Chain | None" = None
    stroke: Stroke | None = None
    count: int = 0

    def then(self, stroke: Stroke) -> "Chain":
        return Chain(self, stroke, self.count + 1)

    def since(self, ancestor: "Chain") -> "list[Chain]":
        """The links after `ancestor`, oldest first."""
        links, link = [], self
        while link.count > ancestor.count and link.before is not None:
            links.append(link)
            link = link.before
        links.reverse()
        return links

    def shared_with(self, other: "Chain") -> "Chain":
        """The newest link that both have in common; the empty chain at the least."""
        a, b = self, other
        while a is not b:
            if a.count >= b.count and a.before is not None:
                a = a.before
            elif b.before is not None:
                b = b.before
            else:
                return a
        return a

    def __iter__(self) -> Iterator[Stroke]:
        strokes, link = [], self
        while link.before is not None and link.stroke is not None:
            strokes.append(link.stroke)
            link = link.before
        return reversed(strokes)


EMPTY = Chain()


class Growing:
    """The stroke under the pen: `samples` and `path` only ever grow; `stroke` is set at its end."""

    __slots__ = ("brush", "path", "samples", "stroke")

    def __init__(self, brush: Brush) -> None:
        self.brush = brush
        self.samples: list[Sample] = []
        self.path = Curve()
        self.stroke: Stroke | None = None

    def extend(self, samples: list[Sample]) -> None:
        self.samples.extend(samples)
        self.path.extend([(sample.x, sample.y, sample.pressure) for sample in samples])


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """One line of the drawing's story, undone strokes included; `growing` is what `stroke` came from."""

    kind: Literal["stroke", "clear", "undo", "redo"]
    stroke: Stroke | None = None
    growing: Growing | None = None


class Document:
    """One drawing. Finished strokes are immutable; undo and redo are unlimited, also across Clear.

    Lives in the main thread. `version` grows with every change, `newest_time` is the
    time.monotonic() of the newest sample or edit. `extra` is kept in the drawing file as it is
    (JSON values): the session puts the look there. `events` is everything that ever happened.
    """

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.path: Path | None = None
        self.extra: dict[str, object] = {}
        self.version = 0
        self.newest_time = 0.0
        self.chain = EMPTY
        self.growing: Growing | None = None
        self.events: list[Event] = []
        self._past: list[Chain] = []
        self._future: list[Chain] = []
        self._saved = EMPTY
        self._listed: tuple[Chain, tuple[Stroke, ...]] = (EMPTY, ())

    @classmethod
    def from_strokes(
        cls,
        strokes: Iterable[Stroke] | Iterable[NDArray[np.floating]],
        brush: Brush | None = None,
        name: str = "",
    ) -> "Document":
        """A document of strokes, or of lines (N, 2 or 3) in paper sides; each can be undone."""
        document = cls(name)
        for item in strokes:
            if isinstance(item, Stroke):
                document.add(item)
            else:
                for stroke in strokes_from_points([item], brush):
                    document.add(stroke)
        document.mark_saved(None)
        return document

    # --- what there is

    @property
    def strokes(self) -> Sequence[Stroke]:
        """Finished, visible, in order. Listed anew after a change: painters follow `chain` instead."""
        if self._listed[0] is not self.chain:
            self._listed = (self.chain, tuple(self.chain))
        return self._listed[1]

    @property
    def strokes_so_far(self) -> Sequence[Stroke]:
        """`strokes` and, as it is by now, the growing one."""
        if self.growing is None:
            return self.strokes
        return (*self.strokes, Stroke(self.growing.samples, self.growing.brush))

    @property
    def is_drawing(self) -> bool:
        return self.growing is not None

    @property
    def is_empty(self) -> bool:
        return self.chain.count == 0 and self.growing is None

    @property
    def can_undo(self) -> bool:
        return bool(self._past) or self.growing is not None

    @property
    def can_redo(self) -> bool:
        return bool(self._future) and self.growing is None

    @property
    def is_saved(self) -> bool:
        """Nothing would be lost: what is visible was saved or opened, or there is nothing."""
        return self._saved is self.chain and self.growing is None

    def mark_saved(self, path: Path | None) -> None:
        """What is visible now lies in `path` (None: where it came from)."""
        self._saved = self.chain
        if path is not None:
            self.path = path
            self.name = path.stem

    # --- drawing

    def begin(self, brush: Brush, sample: Sample) -> None:
        """Put the pen down. A stroke that was still growing is finished first."""
        self.end()
        self.growing = Growing(brush)
        self.extend([sample])

    def extend(self, samples: Iterable[Sample]) -> None:
        """More of the growing stroke. Without one (it was cancelled under the pen) nothing happens."""
        if self.growing is None:
            return
        taken = [sample for sample in samples if sample.is_finite]
        if taken:
            self.growing.extend(taken)
            self._changed(taken[-1].time)

    def end(self) -> None:
        """Lift the pen: the growing stroke becomes a finished one."""
        growing, self.growing = self.growing, None
        if growing is None or not growing.samples:
            return
        growing.stroke = Stroke(growing.samples, growing.brush, growing.path)
        self._add(growing.stroke, growing)
        self._changed(growing.samples[-1].time)

    def cancel(self) -> None:
        """Forget the growing stroke."""
        if self.growing is not None:
            self.growing = None
            self._changed()

    def add(self, stroke: Stroke) -> None:
        """A finished stroke that no pen drew here: from a file, a suggestion."""
        self.end()
        self._add(stroke, None)
        self._changed()

    def clear(self) -> None:
        """An empty paper. Undo brings everything back."""
        self.cancel()
        if self.chain.count:
            self._step(EMPTY)
            self.events.append(Event("clear"))
            self._changed()

    # --- back and forth

    def undo(self) -> bool:
        """One step back, or away with the growing stroke. False where there is nothing to undo."""
        if self.growing is not None:
            self.cancel()
            return True
        if not self._past:
            return False
        self._future.append(self.chain)
        self.chain = self._past.pop()
        self.events.append(Event("undo"))
        self._changed()
        return True

    def redo(self) -> bool:
        """One step forth. False where there is none, or a stroke is growing."""
        if not self.can_redo:
            return False
        self._past.append(self.chain)
        self.chain = self._future.pop()
        self.events.append(Event("redo"))
        self._changed()
        return True

    def __eq__(self, other: object) -> bool:
        """The same drawing: the same visible strokes and the same `extra`."""
        if not isinstance(other, Document):
            return NotImplemented
        return (
            tuple(self.strokes_so_far) == tuple(other.strokes_so_far) and self.extra == other.extra
        )

    __hash__ = None  # type: ignore[assignment]

    # --- inside

    def _add(self, stroke: Stroke, growing: Growing | None) -> None:
        self._step(self.chain.then(stroke))
        self.events.append(Event("stroke", stroke, growing))

    def _step(self, chain: Chain) -> None:
        self._past.append(self.chain)
        self._future.clear()
        self.chain = chain

    def _changed(self, moment: float = 0.0) -> None:
        self.version += 1
        self.newest_time = moment if moment > 0.0 else time.monotonic()
