"""The hand that picks strokes, or the photo below, and moves, turns and scales them."""

import math
from dataclasses import dataclass, field, replace
from typing import Literal

from livesketch.canvas.reference import Reference
from livesketch.canvas.selection import (
    Matrix,
    box_around,
    laid_elsewhere,
    moving,
    stroke_at,
    strokes_within,
    turning,
)
from livesketch.canvas.sheet import Sheet
from livesketch.canvas.stroke import Box, Sample, Stroke
from livesketch.frames import Point
from livesketch.session import Session

Grip = Literal["", "move", "scale", "turn", "frame"]

REACH = 0.018  # sides of the square before the eye: how near a press must be
STALK = 0.05  # how far the handle that turns stands off


@dataclass
class Picking:
    """What is picked, and what the hand does with it while it is down. Places on the paper, except samples'."""

    session: Session
    chosen: list[Stroke] = field(default_factory=list)
    has_photo: bool = False  # the photo is picked
    is_constrained: bool = False  # Shift: more is picked; turns keep to 15 degrees
    frame: Box | None = None  # what is being picked by drawing a box round it

    def __post_init__(self) -> None:
        self._grip: Grip = ""
        self._from: Point = (0.0, 0.0)
        self._base: Sheet | None = None
        self._held: list[Stroke] = []
        self._box: Box | None = None

    @property
    def box(self) -> Box | None:
        """Round all that is picked; None where nothing is."""
        photo = self.session.document.sheet.reference
        if self.has_photo and photo is not None:
            return photo_box(photo)
        return box_around(self.chosen)

    def down(self, sample: Sample) -> None:
        at = self.session.view.to_paper(sample.x, sample.y)
        reach = REACH / self.session.view.zoom
        self._forget_gone()
        self._from, self._box = at, self.box
        self._grip = self._grip_at(at, reach)
        if not self._grip:
            self._pick(at, reach)
        self._base, self._held = self.session.document.sheet, list(self.chosen)

    def move(self, sample: Sample) -> None:
        at = self.session.view.to_paper(sample.x, sample.y)
        if self._grip == "frame":
            x, y = self._from
            self.frame = (min(x, at[0]), min(y, at[1]), max(x, at[0]), max(y, at[1]))
            return
        matrix = self._matrix(at)
        if matrix is None or self._base is None:
            return
        document = self.session.document
        photo = self._base.reference
        if self.has_photo and photo is not None:
            document.preview(replace(self._base, reference=_photo_laid(photo, matrix)))
            return
        ids = {id(stroke) for stroke in self._held}
        everything, self.chosen = laid_elsewhere(list(self._base.chain), ids, matrix)
        document.preview(replace(document.with_strokes(everything), reference=photo))

    def up(self) -> None:
        if self.frame is not None:
            inside = strokes_within(self.session.document.strokes, self.frame)
            known = {id(stroke) for stroke in self.chosen}
            self.chosen += [stroke for stroke in inside if id(stroke) not in known]
        self.session.document.settle()
        self.frame, self._grip, self._base = None, "", None

    def choose_all(self) -> None:
        self.has_photo = False
        self.chosen = list(self.session.document.strokes)

    def drop(self) -> None:
        """Nothing is picked any more."""
        self.chosen, self.has_photo, self.frame = [], False, None

    def delete(self) -> bool:
        """Take away what is picked; False where nothing is."""
        document = self.session.document
        self._forget_gone()
        if self.has_photo and document.sheet.reference is not None:
            document.edit(replace(document.sheet, reference=None))
        elif self.chosen:
            ids = {id(stroke) for stroke in self.chosen}
            document.rearrange([one for one in document.strokes if id(one) not in ids])
        else:
            return False
        self.drop()
        return True

    def still_there(self) -> None:
        """After undo, Clear and the like: what is gone is not picked."""
        if self._base is None:
            self._forget_gone()

    # --- inside

    def _forget_gone(self) -> None:
        if self.chosen:
            there = {id(stroke) for stroke in self.session.document.strokes}
            self.chosen = [stroke for stroke in self.chosen if id(stroke) in there]
        if self.session.document.sheet.reference is None:
            self.has_photo = False

    def _grip_at(self, at: Point, reach: float) -> Grip:
        box = self.box
        if box is None or self.is_constrained:
            return ""
        if math.dist(at, turn_handle(box, self.session.view.zoom)) <= 1.5 * reach:
            return "" if self.has_photo else "turn"
        corners = [(x, y) for x in (box[0], box[2]) for y in (box[1], box[3])]
        if min(math.dist(at, corner) for corner in corners) <= 1.5 * reach:
            return "scale"
        is_inside = box[0] <= at[0] <= box[2] and box[1] <= at[1] <= box[3]
        return "move" if is_inside else ""

    def _pick(self, at: Point, reach: float) -> None:
        """The stroke that was pressed, else the photo, else what a box is drawn round."""
        found = stroke_at(self.session.document.strokes, *at, reach)
        if not self.is_constrained:
            self.drop()
        if found is not None:
            self.has_photo = False
            if found not in self.chosen:
                self.chosen.append(found)
            self._grip = "move"
            self._box = self.box
            return
        photo = self.session.document.sheet.reference
        if photo is not None and not photo.is_locked and not self.is_constrained:
            left, top, right, bottom = photo_box(photo)
            if left <= at[0] <= right and top <= at[1] <= bottom:
                self.has_photo, self._grip = True, "move"
                self._box = self.box
                return
        self._grip = "frame"

    def _matrix(self, at: Point) -> Matrix | None:
        box = self._box
        if box is None:
            return None
        if self._grip == "move":
            return moving(at[0] - self._from[0], at[1] - self._from[1])
        centre = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        before, now = math.dist(self._from, centre), math.dist(at, centre)
        if self._grip == "scale" and before > 0.0:
            return turning(0.0, min(max(now / before, 0.05), 20.0), centre)
        if self._grip == "turn":
            angle = math.degrees(
                math.atan2(at[1] - centre[1], at[0] - centre[0])
                - math.atan2(self._from[1] - centre[1], self._from[0] - centre[0])
            )
            if self.is_constrained:
                angle = round(angle / 15.0) * 15.0
            return turning(angle, 1.0, centre)
        return None


def turn_handle(box: Box, zoom: float) -> Point:
    """Above the middle of the box."""
    return (box[0] + box[2]) / 2, box[1] - STALK / zoom


def photo_box(photo: Reference) -> Box:
    picture = photo.picture
    height, width = (1, 1) if picture is None else picture.shape[:2]
    half = 0.5 * photo.side / max(height, width)
    return (
        photo.x - half * width,
        photo.y - half * height,
        photo.x + half * width,
        photo.y + half * height,
    )


def _photo_laid(photo: Reference, matrix: Matrix) -> Reference:
    """Moved and scaled; a photo is not turned."""
    if photo.is_locked:
        return photo
    x, y = matrix[:, :2] @ (photo.x, photo.y) + matrix[:, 2]
    factor = math.hypot(matrix[0, 0], matrix[1, 0])
    side = min(max(photo.side * factor, 0.02), 50.0)
    return replace(photo, x=float(x), y=float(y), side=side)
