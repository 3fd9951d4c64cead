"""A drawing that draws itself again, stroke by stroke, in its own time or faster, undone strokes too or not."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import replace

from livesketch.canvas.chain import EMPTY
from livesketch.canvas.document import Document
from livesketch.canvas.stroke import Stroke

_LONGEST_PAUSE_S = 0.5  # between two strokes: nobody wants to watch the thinking
_STEP_S = 0.25  # what an undo, a Clear, a move takes
_LONGEST_STEP_S = 0.2  # between two samples

Moment = tuple[float, Callable[[], object]]  # seconds from the beginning, and what happens then


class Retelling:
    """`document` is the paper that it is drawn on: at the end the same drawing, sample for sample.

    is_whole: strokes that were undone are drawn, and undone. `seconds`: how long it takes.
    """

    def __init__(self, of: Document, is_whole: bool = False) -> None:
        self.document = Document(of.name)
        self._of = of
        self._is_whole = is_whole
        if not is_whole and not of.sheet.is_blank:
            self.document.edit(replace(of.sheet, chain=EMPTY))
        told = [act.stroke for act in of.story[:1]]
        if is_whole and of.begun_at is not None and told == list(of.strokes[:1]):
            self.document.begin_at(of.begun_at)  # an ellipse does not say where its pen was
        self._moments = self._tell()
        self._next: Moment | None = next(self._moments, None)
        self.seconds = _length(of, is_whole)

    @property
    def is_over(self) -> bool:
        return self._next is None

    def advance(self, to_s: float) -> bool:
        """Everything up to that moment; True if anything happened."""
        has_changed = False
        while self._next is not None and self._next[0] <= to_s:
            self._next[1]()
            self._next = next(self._moments, None)
            has_changed = True
        return has_changed

    def _tell(self) -> Iterator[Moment]:
        document, clock, last = self.document, 0.0, None
        if not self._is_whole:
            for stroke in self._of.strokes:
                clock += _pause(last, stroke)
                clock = yield from self._drawn(stroke, clock)
                last = stroke
            return
        for act in self._of.story:
            if act.stroke is not None:
                clock += _pause(last, act.stroke)
                clock = yield from self._drawn(act.stroke, clock)
                last = act.stroke
                continue
            clock += _STEP_S
            if act.kind == "edit":
                yield clock, lambda sheet=act.after: document.edit(sheet)
            else:
                yield clock, getattr(document, act.kind)
        of, is_told = self._of, tuple(document.strokes) == tuple(self._of.strokes)
        if not is_told or document.begun_at != of.begun_at:  # a step that nobody told of
            yield clock + _STEP_S, lambda: document.edit(of.sheet)

    def _drawn(self, stroke: Stroke, clock: float) -> Generator[Moment, None, float]:
        """One stroke from `clock` on; returns when it is over."""
        document = self.document
        first, *rest = stroke.samples
        yield clock, lambda: document.begin(stroke.brush, first)
        before = first.time
        for sample in rest:
            clock += min(max(sample.time - before, 0.0), _LONGEST_STEP_S)
            before = sample.time
            yield clock, lambda sample=sample: document.extend([sample])
        yield clock, document.end
        return clock


def _pause(before: Stroke | None, stroke: Stroke) -> float:
    if before is None:
        return 0.0
    return min(max(float(stroke.table[0, 5] - before.table[-1, 5]), 0.0), _LONGEST_PAUSE_S)


def _length(of: Document, is_whole: bool) -> float:
    told = of.story if is_whole else []
    strokes = [act.stroke for act in told if act.stroke is not None] if is_whole else of.strokes
    total, last = _STEP_S * sum(act.stroke is None for act in told), None
    for stroke in strokes:
        steps = (stroke.table[1:, 5] - stroke.table[:-1, 5]).clip(0.0, _LONGEST_STEP_S)
        total += _pause(last, stroke) + float(steps.sum())
        last = stroke
    return total
