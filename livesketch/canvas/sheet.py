"""What a document consists of at one moment: its sheet, the stroke under the pen, a line of its story."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from livesketch.canvas.brush import Brush
from livesketch.canvas.chain import EMPTY, Chain
from livesketch.canvas.curve import Curve
from livesketch.canvas.reference import Reference
from livesketch.canvas.stroke import Sample, Stroke
from livesketch.canvas.tilt import lean
from livesketch.frames import Point


class Growing:
    """The stroke under the pen: `samples` and `paths` only ever grow; `stroke` is set at its end, and
    has them from then on, in less memory.

    There are two paths where the brush mirrors. `put_down`: where the pen touched the paper, which
    is where the line begins, or a corner of an ellipse.
    """

    __slots__ = ("_samples", "brush", "paths", "put_down", "stroke")

    def __init__(self, brush: Brush, put_down: Point | None = None) -> None:
        self.brush = brush
        self.put_down = put_down
        self._samples: list[Sample] = []
        self.paths: tuple[Curve, ...] = (Curve(),) if brush.mirror is None else (Curve(), Curve())
        self.stroke: Stroke | None = None

    @property
    def samples(self) -> Sequence[Sample]:
        return self._samples if self.stroke is None else self.stroke.samples

    def finish(self) -> Stroke:
        """The pen is lifted."""
        self.stroke = Stroke(self._samples, self.brush, self.paths)
        for path in self.paths:
            path.finish()
        self._samples, self.paths = [], ()
        return self.stroke

    def extend(self, samples: list[Sample]) -> None:
        self._samples.extend(samples)
        if self.put_down is None and samples:
            self.put_down = samples[0].x, samples[0].y
        told = [(one.x, one.y, one.pressure, lean(one.tilt_x, one.tilt_y)) for one in samples]
        self.paths[0].extend(told)
        axis = self.brush.mirror
        if axis is not None:
            self.paths[1].extend(
                [(2.0 * axis - x, y, press, leaning) for x, y, press, leaning in told]
            )


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """All that a step back brings back: the strokes, the painted parts of a face, the photo below.

    `begun_at`: where the pen first touched the paper, in paper sides, wherever that line was moved
    since; None: nothing is drawn.
    """

    chain: Chain = EMPTY
    mask: Chain = EMPTY
    reference: Reference | None = None
    begun_at: Point | None = None

    @property
    def is_blank(self) -> bool:
        return self.chain.count == 0 and self.mask.count == 0 and self.reference is None


BLANK = Sheet()


def begun(sheet: Sheet) -> Sheet:
    """The sheet, knowing where its drawing began: its first line's beginning, if nobody said another place."""
    first = next(iter(sheet.chain), None) if sheet.begun_at is None else None
    return sheet if first is None else replace(sheet, begun_at=first.start)


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """One line of the drawing's story, undone strokes included; `growing` is what `stroke` came from.

    An "edit" is any other step, from one sheet to another.
    """

    kind: Literal["stroke", "clear", "undo", "redo", "edit"]
    stroke: Stroke | None = None
    growing: Growing | None = None
    before: Sheet = BLANK
    after: Sheet = BLANK
