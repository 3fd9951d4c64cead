"""The drawing as it is being made: finished strokes, the growing one, and every step back and forth."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from livesketch.canvas.brush import Brush
from livesketch.canvas.chain import EMPTY, Chain, rearranged
from livesketch.canvas.sheet import BLANK, Event, Growing, Sheet, begun
from livesketch.canvas.stroke import Sample, Stroke, strokes_from_points
from livesketch.frames import Point


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
        self.sheet = BLANK
        self.growing: Growing | None = None
        self.events: list[Event] = []
        self._told: list[Event] = []  # what a file told of the time before it was opened
        self._since = 0  # events that are told of there
        self._past: list[Sheet] = []
        self._future: list[Sheet] = []
        self._saved = BLANK
        self._base: Sheet | None = None  # what a preview began from
        self._newest: Stroke | None = None  # of which the painters ask for the curve several times
        self._listed: tuple[Chain, tuple[Stroke, ...]] = (EMPTY, ())

    @classmethod
    def from_strokes(
        cls,
        strokes: Iterable[Stroke] | Iterable[NDArray[np.floating]],
        brush: Brush | None = None,
        name: str = "",
        begun_at: Point | None = None,
    ) -> "Document":
        """A document of strokes, or of lines (N, 2 or 3) in paper sides; each can be undone.

        begun_at: where its drawing began, if that is not where the first one does.
        """
        document = cls(name)
        document.sheet = Sheet(begun_at=begun_at)
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
    def chain(self) -> Chain:
        """The visible strokes."""
        return self.sheet.chain

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
    def story(self) -> list[Event]:
        """How the drawing came about, also before it was opened."""
        return [*self._told, *self.events[self._since :]]

    def tell(self, story: list[Event]) -> None:
        """What led to what is visible now."""
        self._told, self._since = story, len(self.events)

    @property
    def is_drawing(self) -> bool:
        return self.growing is not None

    @property
    def is_empty(self) -> bool:
        """No line is drawn; there may be a photo."""
        return self.chain.count == 0 and self.growing is None

    @property
    def is_blank(self) -> bool:
        """There is nothing at all."""
        return self.sheet.is_blank and self.growing is None

    @property
    def begun_at(self) -> Point | None:
        """Where the pen first touched the paper for this drawing."""
        touched = None if self.growing is None else self.growing.put_down
        return self.sheet.begun_at or touched

    def begin_at(self, place: Point) -> None:
        """Whoever watched it being drawn knows where it was begun; that is no step."""
        if self.sheet.begun_at is None and self.growing is not None:
            self.growing.put_down = place
        else:
            self.sheet = replace(self.sheet, begun_at=place)

    @property
    def can_undo(self) -> bool:
        return bool(self._past) or self.growing is not None or self._base is not None

    @property
    def can_redo(self) -> bool:
        return bool(self._future) and self.growing is None and self._base is None

    @property
    def is_saved(self) -> bool:
        """Nothing would be lost: what is visible was saved or opened, or there is nothing."""
        return self._saved is self.sheet and self.growing is None

    def mark_saved(self, path: Path | None) -> None:
        """What is visible now lies in `path` (None: where it came from)."""
        self.settle()
        self._saved = self.sheet
        if path is not None:
            self.path = path
            self.name = path.stem

    # --- drawing

    def begin(self, brush: Brush, sample: Sample) -> None:
        """Put the pen down. A stroke that was still growing is finished first."""
        self.end()
        self.settle()
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
        last = growing.samples[-1].time
        self._add(growing.finish(), growing)
        self._changed(last)

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

    def reshape(self, samples: Iterable[Sample]) -> None:
        """The growing stroke becomes another one of the same brush: a straight line, an ellipse."""
        if self.growing is not None:
            self.growing = Growing(self.growing.brush, self.growing.put_down)
            self.extend(samples)

    def clear(self) -> None:
        """An empty paper; a photo below stays. Undo brings everything back."""
        self.cancel()
        self.settle()
        if self.chain.count or self.sheet.mask.count:
            self._step(replace(self.sheet, chain=EMPTY, mask=EMPTY, begun_at=None))
            self.events.append(Event("clear"))
            self._changed()

    # --- changing what is drawn

    def edit(self, sheet: Sheet) -> None:
        """Any other change, as one step."""
        self.preview(sheet)
        self.settle()

    def rearrange(self, strokes: Sequence[Stroke]) -> None:
        """These strokes instead of the visible ones; what both begin with is shared."""
        self.edit(self.with_strokes(strokes))

    def with_strokes(self, strokes: Sequence[Stroke]) -> Sheet:
        """The sheet as it would be with these strokes."""
        chain = rearranged(self.chain, strokes)
        if chain is self.chain:
            return self.sheet
        return replace(self.sheet, chain=chain, begun_at=self.sheet.begun_at if strokes else None)

    def preview(self, sheet: Sheet) -> None:
        """Show a change that is still going on (something is dragged); `settle` makes it one step."""
        self.end()
        if sheet is self.sheet:
            return
        if self._base is None:
            self._base = self.sheet
        self.sheet = begun(sheet)
        self._changed()

    def settle(self) -> None:
        """The change is over."""
        base, self._base = self._base, None
        if base is None or base is self.sheet:
            return
        self._past.append(base)
        self._future.clear()
        self.events.append(Event("edit", before=base, after=self.sheet))
        self._changed()

    @property
    def is_settled(self) -> bool:
        return self._base is None

    @property
    def base(self) -> Sheet:
        """The sheet as it was before the change that goes on."""
        return self._base or self.sheet

    # --- back and forth

    def undo(self) -> bool:
        """One step back, or away with the growing stroke. False where there is nothing to undo."""
        if self.growing is not None:
            self.cancel()
            return True
        self.settle()
        if not self._past:
            return False
        self._future.append(self.sheet)
        self.sheet = self._past.pop()
        self.events.append(Event("undo"))
        self._changed()
        return True

    def redo(self) -> bool:
        """One step forth. False where there is none, or a stroke is growing."""
        if not self.can_redo:
            return False
        self._past.append(self.sheet)
        self.sheet = self._future.pop()
        self.events.append(Event("redo"))
        self._changed()
        return True

    def __eq__(self, other: object) -> bool:
        """The same drawing: the same strokes, mask and photo, begun at the same place, and the same `extra`."""
        if not isinstance(other, Document):
            return NotImplemented
        return (
            tuple(self.strokes_so_far) == tuple(other.strokes_so_far)
            and tuple(self.sheet.mask) == tuple(other.sheet.mask)
            and self.sheet.reference == other.sheet.reference
            and self.begun_at == other.begun_at
            and self.extra == other.extra
        )

    __hash__ = None  # type: ignore[assignment]

    # --- inside

    def _add(self, stroke: Stroke, growing: Growing | None) -> None:
        self.settle()
        if self._newest is not None:
            self._newest.dry()
        self._newest = stroke
        touched = None if growing is None else growing.put_down
        chain, begun_at = self.chain.then(stroke), self.sheet.begun_at or touched
        self._step(replace(self.sheet, chain=chain, begun_at=begun_at))
        self.events.append(Event("stroke", stroke, growing))

    def _step(self, sheet: Sheet) -> None:
        self._past.append(self.sheet)
        self._future.clear()
        self.sheet = begun(sheet)

    def _changed(self, moment: float = 0.0) -> None:
        self.version += 1
        self.newest_time = moment if moment > 0.0 else time.monotonic()
