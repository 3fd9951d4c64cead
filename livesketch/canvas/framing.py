"""Brings the head in a drawing, wherever it stands on the paper, to where the model expects a head."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from livesketch.canvas.chain import EMPTY, Chain
from livesketch.canvas.outline import (
    HEAD_SIZED,
    Box,
    Closings,
    Outline,
    box_of,
    closing_boxes,
    closings_of,
    with_reflection,
)
from livesketch.canvas.sheet import Growing
from livesketch.canvas.stroke import Stroke
from livesketch.frames import WHOLE_PAPER, Place

# Where heads are in the frames that models are trained on, in sides of the frame.
_HEAD_X, _HEAD_Y = 0.5, 0.54
_HEAD_WIDTH, _HEAD_HEIGHT = 0.62, 0.66  # what it may take: the tighter one counts
_FEATURES_Y, _FEATURES_SIDE = 0.575, 0.34  # eyes, nose and mouth without an outline

_SMALLEST_GUESS = 0.16  # smaller strokes with strokes between them may be an eye and its lashes
_SCALE_SLACK, _SHIFT_SLACK = 1.25, 0.12  # a guess steps only when it is off by more
_KEPT_ASIDE = 8  # ways that steps back left and steps forth may take again
_REMEMBERED = 48  # strokes that are looked at: the head comes early


@dataclass(frozen=True, slots=True, eq=False)
class _Mark:
    """A finished stroke as framing remembers it: a few of its points, some of them erased since."""

    box: Box
    closed: Box | None  # what the stroke encircled
    points: NDArray[np.float64]  # (N <= 24, 2), and their reflections
    alive: NDArray[np.bool_]  # (N,)

    @property
    def is_erased(self) -> bool:
        return bool(self.alive.mean() < 0.4)


@dataclass(frozen=True, slots=True, eq=False)
class _State:
    """What the finished strokes say."""

    place: Place = WHOLE_PAPER
    head: Box | None = None
    head_mark: int = -1  # row of `marks` that drew it; -1: several did
    marks: tuple[_Mark, ...] = ()


class Framing:
    """Follows a drawing and says which square of the paper the network should see.

    A pure function of the strokes so far, in order, sample by sample: neither the clock nor what
    was shown before matters, and it does not matter whether the last stroke is finished. While
    the first outline is being drawn the frame is the whole paper; it steps once, when the outline
    closes, and then stays: hair, ears and hats that come later do not move the head. A drawing
    without a closed outline is framed by all of it, in coarse steps.
    """

    def __init__(self) -> None:
        self._known: dict[int, Closings] = {}
        self._aside: dict[Chain, list[tuple[Chain, _State]]] = {}  # what steps back left
        self._states: list[tuple[Chain, _State]] = [(EMPTY, _State())]  # before each last stroke
        self._followed: object = None  # the stroke or growing one that `_outline` follows
        self._outline = Outline()
        self._seen = 0
        self._base = self._now = _State()  # before that stroke, and with it

    def place(self, chain: Chain, growing: Growing | None = None) -> Place:
        """The place for the finished strokes of `chain` and the growing one."""
        if growing is not None and growing.samples:
            before, last = chain, growing
        elif chain.before is not None and chain.stroke is not None:
            before, last = chain.before, chain.stroke
        else:
            self._followed = None
            return WHOLE_PAPER
        state = self._state(before)
        is_same = last is self._followed or (
            isinstance(self._followed, Growing) and self._followed.stroke is last
        )
        if not is_same or state is not self._base:
            self._followed, self._seen = last, 0
            self._outline, self._now = Outline(), state
        self._base = state
        self._followed = last
        if not last.brush.is_eraser:
            if isinstance(last, Growing):
                fresh = [(sample.x, sample.y) for sample in last.samples[self._seen :]]
            else:
                fresh = last.table[self._seen :, :2].tolist()
            self._seen += len(fresh)
            self._now = _watched(self._now, self._outline, fresh, last.brush.mirror)
        return self._now.place

    def place_for(self, strokes: Iterable[Stroke]) -> Place:
        """The place for these strokes, all of them so far."""
        chain = EMPTY
        for stroke in strokes:
            chain = chain.then(stroke)
        return self.place(chain)

    def _state(self, chain: Chain) -> _State:
        """What the strokes of `chain` say when yet another one begins."""
        states = self._states
        common = states[-1][0].shared_with(chain)
        if states[-1][0].count > common.count:
            self._aside[states[-1][0]] = states[common.count :]
            del states[common.count + 1 :]
            while len(self._aside) > _KEPT_ASIDE:
                self._aside.pop(next(iter(self._aside)))
        aside = self._aside.get(chain)
        if aside is not None and aside[0][0] is states[-1][0]:
            states += aside[1:]
        for link in chain.since(states[-1][0]):
            if link.stroke is not None:
                state = _finished(states[-1][1], link.stroke, self._closings(link.stroke))
                states.append((link, state))
        return states[-1][1]

    def _closings(self, stroke: Stroke) -> Closings:
        """Looked up where the stroke was met before: a drawing of thousands is edited in its middle."""
        known = self._known.get(id(stroke))
        if known is None:
            known = self._known[id(stroke)] = closings_of(stroke)
        return known


def place_for(strokes: Sequence[Stroke]) -> Place:
    """Where the network should look at a drawing of these strokes."""
    return Framing().place_for(strokes)


def _watched(
    state: _State,
    outline: Outline,
    points: Sequence[Sequence[float]],
    axis: float | None = None,
) -> _State:
    """More points of a stroke: when it closes, alone or with its reflection, it may be the head."""
    for box in closing_boxes(outline, points, axis):
        state = _closed(state, box)
    return state


def _closed(state: _State, box: Box) -> _State:
    """An outline has just closed, as stroke number len(state.marks)."""
    if not box.is_like_a_head:
        return state
    head, number = state.head, len(state.marks)
    if head is None:
        is_head = box.height >= HEAD_SIZED or _has_features(box, state.marks)
    elif state.head_mark >= 0:
        # The old one was an eye, a nose, a mouth: the new one is drawn round all of it.
        is_head = box.holds(head.centre) and head.height < 0.5 * box.height
        is_head = is_head and head.width < 0.55 * box.width
    else:
        is_head = box.holds(head.centre) and box.height > 0.6 * head.height
    if not is_head:
        return state
    return replace(state, place=_place_of_head(box), head=box, head_mark=number)


def _finished(state: _State, stroke: Stroke, closings: Closings) -> _State:
    """The stroke is over and the next one begins."""
    if len(stroke) == 0:
        return state
    if stroke.brush.is_eraser:
        return _erased(state, stroke)
    if len(state.marks) >= _REMEMBERED and not closings.boxes:
        return state
    if len(state.marks) >= _REMEMBERED and state.head is not None:
        box = closings.box or box_of(stroke.points)
        if box.height < 2.0 * state.head.height:
            return state
    axis = stroke.brush.mirror
    for box in closings.boxes:
        state = _closed(state, box)
    if len(state.marks) >= _REMEMBERED:
        return state
    which = np.linspace(0, len(stroke) - 1, min(len(stroke), 24)).astype(int)
    points = stroke.points[which]
    box = closings.box or box_of(stroke.points)
    if axis is not None:
        box = with_reflection(box, axis)
        points = np.concatenate([points, np.stack([2 * axis - points[:, 0], points[:, 1]], axis=1)])
    mark = _Mark(box, closings.closed, points, np.ones(len(points), bool))
    state = replace(state, marks=(*state.marks, mark))
    return state if state.head is not None else _guessed(state)


def _guessed(state: _State) -> _State:
    """No outline was taken for the head yet: one with features in it, or all that there is."""
    for number, mark in enumerate(state.marks):
        if (
            mark.closed is not None
            and mark.closed.is_like_a_head
            and _has_features(mark.closed, state.marks)
        ):
            place = _place_of_head(mark.closed)
            return replace(state, place=place, head=mark.closed, head_mark=number)
    marks = [mark for mark in state.marks if not mark.is_erased]
    if not marks:
        return replace(state, place=WHOLE_PAPER)
    whole = marks[0].box
    for mark in marks[1:]:
        whole = whole.joined(mark.box)
    if whole.height < _SMALLEST_GUESS or not whole.is_like_a_head:
        return state
    outlines = [
        mark
        for mark in marks
        if mark.box.width > 0.6 * whole.width or mark.box.height > 0.6 * whole.height
    ]
    inner = [mark for mark in marks if mark not in outlines]
    if outlines and len(inner) >= 3 and _has_features(whole, inner):
        return replace(state, place=_place_of_head(whole), head=whole, head_mark=-1)
    if whole.height < HEAD_SIZED or (not outlines and len(marks) < 4):
        return state
    place = _place_of_head(whole) if outlines else _place_of_features(whole)
    return replace(state, place=_stepped(state.place, place))


def _erased(state: _State, stroke: Stroke) -> _State:
    """What the eraser took from the remembered strokes; a head that is gone is no head."""
    path = np.concatenate([path.points[:, :2] for path in stroke.paths])
    path = path[:: max(len(path) // 64, 1)]
    radius = 0.5 * stroke.brush.size
    marks = []
    for mark in state.marks:
        nearest = np.square(mark.points[:, None] - path[None]).sum(2).min(1)
        marks.append(replace(mark, alive=mark.alive & (nearest > radius * radius)))
    state = replace(state, marks=tuple(marks))
    if state.head is None:
        return state
    if state.head_mark >= 0:
        # A head closed by the stroke before this one has its mark by now.
        gone = marks[state.head_mark].is_erased
    else:
        gone = all(mark.is_erased for mark in marks)
    if not gone:
        return state
    kept = tuple(mark for mark in marks if not mark.is_erased)
    return _guessed(replace(state, head=None, head_mark=-1, marks=kept))


def _has_features(box: Box, marks: Sequence[_Mark]) -> bool:
    """At least two strokes well inside, and apart from each other: a pupil in an eye is not enough."""
    centres = []
    for mark in marks:
        if (
            not mark.is_erased
            and mark.box.width < 0.75 * box.width
            and mark.box.height < 0.75 * box.height
            and box.holds(mark.box.centre)
        ):
            centres.append(mark.box.centre)
    if len(centres) < 2:
        return False
    x, y = zip(*centres, strict=True)
    return max(x) - min(x) > 0.22 * box.width or max(y) - min(y) > 0.22 * box.height


def _place_of_head(box: Box) -> Place:
    side = max(box.height / _HEAD_HEIGHT, box.width / _HEAD_WIDTH)
    x, y = box.centre
    return Place(x - _HEAD_X * side, y - _HEAD_Y * side, side)


def _place_of_features(box: Box) -> Place:
    side = max(box.height, box.width) / _FEATURES_SIDE
    x, y = box.centre
    return Place(x - 0.5 * side, y - _FEATURES_Y * side, side)


def _stepped(old: Place, new: Place) -> Place:
    """The first guess as it is; then `new` only where `old` is clearly wrong: a guess must not creep."""
    if old == WHOLE_PAPER:
        return new
    shift = max(
        abs(old.x + old.side / 2 - new.x - new.side / 2),
        abs(old.y + old.side / 2 - new.y - new.side / 2),
    )
    is_near = old.side / _SCALE_SLACK <= new.side <= old.side * _SCALE_SLACK
    return old if is_near and shift <= _SHIFT_SLACK * old.side else new
