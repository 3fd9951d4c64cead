"""What a person does with their live face: draw over it, freeze its lines, become the look of oneself."""

from bisect import bisect_right
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from livesketch.canvas.document import Document
from livesketch.canvas.stroke import Stroke, strokes_of_face
from livesketch.controls.actions import Pointer
from livesketch.desk import Desk
from livesketch.errors import UsageError
from livesketch.frames import TRACED, Look, Morph, Over, Picture, Result, Traced
from livesketch.pipeline import moved, strokes_of
from livesketch.posing import NEVER, Posing
from livesketch.session import Session, meet
from livesketch.sources import Source
from livesketch.sources.picture import read_picture

ROOM_SIDE = 1280  # pixels
TOOLS = ("pen", "eraser", "line", "ellipse")  # that draw over a face


class Overlay:
    """A desk of its own for what is drawn over a live face; remembers where the face was for each line."""

    def __init__(self, session: Session) -> None:
        self._of = session
        self._own = Session(values=session.values, driven=session.driven)  # the same knobs
        self._desk = Desk(self._own, None)
        self._times: list[float] = []
        self._anchors: list[NDArray[np.float32]] = []  # landmarks in sides, when a line was begun
        self._lines: tuple[int, tuple[Over, ...]] = (-1, ())
        # What became of each stroke, which is kept so that its id stays its own.
        self._known: dict[int, tuple[Stroke, list[Over]]] = {}

    @property
    def document(self) -> Document:
        return self._own.document

    @property
    def is_pen_down(self) -> bool:
        return self._desk.is_pen_down

    def pointer(self, fact: Pointer, traced: Traced | None) -> None:
        """Without a face there is nothing to stick to, and nothing is drawn."""
        if fact.kind == "down":
            if traced is None:
                return
            self._own.tool = self._of.tool if self._of.tool in TOOLS else "pen"
            self._times.append(fact.time)
            self._anchors.append(_unit(traced))
        self._desk.pointer(fact)

    def lines(self) -> tuple[Over, ...]:
        """In order, the one that is being drawn too."""
        if self._lines[0] != self.document.version:
            known = self._known
            self._known = {
                id(stroke): known.get(id(stroke)) or (stroke, self._over(stroke))
                for stroke in self.document.strokes_so_far
            }
            lines = tuple(line for _, over in self._known.values() for line in over)
            self._lines = (self.document.version, lines)
        return self._lines[1]

    def _over(self, stroke: Stroke) -> list[Over]:
        brush, anchor = stroke.brush, self._anchor(stroke)
        paths = [path.points[:, :2].astype(np.float32) for path in stroke.paths]
        return [Over(path, anchor, brush.size, brush.is_eraser) for path in paths if len(path)]

    def settled(self, traced: Traced) -> list[Stroke]:
        """The lines as strokes on paper, where they are on that face."""
        unit = _unit(traced)
        strokes = []
        for stroke in self.document.strokes:
            over = Over(np.zeros((0, 2), np.float32), self._anchor(stroke), 0.0)
            table = stroke.table.copy()
            table[:, :2] = moved(table[:, :2], over, unit)
            strokes.append(Stroke(table, stroke.brush))
        return strokes

    def _anchor(self, stroke: Stroke) -> NDArray[np.float32]:
        at = bisect_right(self._times, float(stroke.table[0, 5]) + 1e-3) - 1
        return self._anchors[max(at, 0)]


@dataclass
class Parked:
    """A camera that waits while its frozen lines are edited, and what was changed for that."""

    name: str
    spec: str
    source: Source | None
    is_framed: bool


@dataclass
class Live:
    """The app owns the one there is."""

    overlay: Overlay
    traced: Traced | None = None  # the newest face that was drawn
    parked: Parked | None = None
    me: Look | None = None  # the look of one's own photo
    wants_look: bool = field(default=False)  # it is to be taken from the next picture
    room: Picture | None = None  # what replaces the background
    posing: Posing = field(default_factory=Posing)
    is_signed: bool = False  # by a pose: the lines are to be frozen as they now are in `traced`

    def frozen(self) -> Document:
        """The camera's lines, and what was drawn over them, as strokes on paper."""
        if self.traced is None:
            raise UsageError("There is no face to freeze.", "Sit down before the camera first.")
        strokes = strokes_of_face(strokes_of(self.traced))
        lines = strokes + self.overlay.settled(self.traced)
        return Document.from_strokes(lines, begun_at=TRACED)

    def follow(self, result: Result, session: Session) -> tuple[str, bool]:
        """Keeps what is known of the person in the picture; what to say, and whether it is an error."""
        frame = result.request.frame
        if frame.picture is not None:
            self.traced = result.traced
            pose = str(session.values["freeze_pose"])
            before = self.posing.held(result.traced, frame.time, pose if frame.is_live else NEVER)
            if before is not None and session.source != "paper":
                self.traced, self.is_signed = before, True
        if not result.request.wants_look or not self.wants_look:
            return "", False
        self.wants_look = False
        if result.look is None:
            return "Your face was not found: no look was taken.", True
        self.me = result.look
        meet(session, result.look)
        return "This is you. The knob “me — the other” goes to somebody else.", False

    def look(self, other: Look | Morph, share: float) -> Look | Morph:
        """From me (0) to the other (1), once my own look was taken."""
        if self.me is None or share >= 1 or isinstance(other, Morph) or other is self.me:
            return other
        return Morph(self.me, other, share)


def read_room(path: Path) -> Picture:
    """The picture (H, W, 3) of a file, no larger than a camera's; SourceError where it is none."""
    picture = read_picture(path)
    scale = ROOM_SIDE / max(picture.shape[:2])
    if scale >= 1:
        return picture
    height, width = (max(1, round(length * scale)) for length in picture.shape[:2])
    small = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def _unit(traced: Traced) -> NDArray[np.float32]:
    return traced.landmarks / np.float32(len(traced.square))
