"""What the model does by the way, when nothing else is to be done: the safe picture, little faces, the next cue."""

from collections import deque
from collections.abc import Callable
from dataclasses import replace

from livesketch.frames import TRACED, Frame, Picture, Request, Result
from livesketch.looks.cards import LookCards
from livesketch.looks.cues import Cue
from livesketch.parameters import frozen
from livesketch.rig import Rig
from livesketch.session import Session

EVERY_S, CUE_EVERY_S = 0.5, 2.0  # where a camera leaves no pause
SLOW_S = 0.25  # a model slower than that runs no errands

Keep = Callable[[Result], None]


class Errands:
    """Remembers what was asked by the way, so that its answers are never taken for the show's."""

    def __init__(self, example: Frame) -> None:
        self._example = example  # the drawing that little faces are made of
        self.cards = LookCards()
        self.preview: Picture | None = None  # of the cue that comes next
        self._previewed: tuple[Cue, Frame] | None = None
        # As many as can be on their way, and some: what is replaced in a mailbox is never answered.
        self._asked: deque[tuple[Request, Keep]] = deque(maxlen=8)
        self._due = 0.0

    def forget(self) -> None:
        """Another model makes other faces."""
        self.cards = LookCards()
        self._previewed = None

    def next(
        self, session: Session, rig: Rig, frame: Frame | None, now: float, task: str = "sketch"
    ) -> Request | None:
        """The first thing that is missing; None where nothing is. `task`: of the model that plays."""
        example: Frame | None = self._example
        if task in ("photo", "lowres"):  # there is no picture of nobody
            example = frame if frame is not None and frame.picture is not None else None
        found = None
        if example is not None:
            found = self._safe(session, rig, example)
            found = found or self._card(session, _begun_alike(example, frame, task))
        pause = CUE_EVERY_S if found is None else EVERY_S
        found = found or self._cue(rig, frame)
        if found is None:
            return None
        self._asked.append(found)
        self._due = now + pause
        return found[0]

    def is_due(self, now: float) -> bool:
        return now >= self._due

    def take(self, result: Result) -> bool:
        """True if it answers an errand; it is kept then."""
        for request, keep in self._asked:
            if request is result.request:
                keep(result)
                return True
        return False

    def _safe(self, session: Session, rig: Rig, example: Frame) -> tuple[Request, Keep] | None:
        if rig.safe is not None:
            return None

        def keep(result: Result) -> None:
            if rig.safe is None and result.face is not None:
                rig.safe = result

        request = Request(example, session.settings(), session.model, session.looks[0])
        return request, keep

    def _card(self, session: Session, example: Frame) -> tuple[Request, Keep] | None:
        begun_at, cards = example.begun_at, self.cards
        who = cards.missing(session.looks, begun_at)
        if who is None:
            return None

        def keep(result: Result) -> None:
            cards.keep(result.request.look, result.face, begun_at)

        little = frozen({**session.settings(), "face_side": "256"})
        return Request(example, little, session.model, who), keep

    def _cue(self, rig: Rig, frame: Frame | None) -> tuple[Request, Keep] | None:
        """On the drawing as it is now: what the audience would see."""
        cue = rig.director.coming
        if cue is None or frame is None:
            self.preview = None
            return None
        if (
            self._previewed is not None
            and self._previewed[0] is cue
            and (self._previewed[1] is frame or frame.is_empty)
        ):
            return None
        shown = self._example if frame.is_empty else frame
        wanted = (cue, frame)

        def keep(result: Result) -> None:
            self._previewed = wanted
            self.preview = result.face if result.face is not None else self.preview

        settings = rig.director.settings(cue)
        return Request(shown, settings, rig.session.model, cue.look), keep


def _begun_alike(example: Frame, frame: Frame | None, task: str) -> Frame:
    """The little faces are whom the looks would show in what is there now; on an empty paper, themselves."""
    if task != "sketch" or example.picture is not None:
        return example
    place = None if frame is None else frame.begun_at  # of a camera's frame there is none
    return replace(example, begun_at=place or TRACED)
