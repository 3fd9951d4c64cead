"""When answers to what was asked before are not to be shown any more: another source, another person, another look."""

import math

from livesketch.frames import Look
from livesketch.staging import Stage

AGAIN_S = 0.25  # who holds down the key that brings the next person sees faces all the same


class Past:
    """Remembers where and who it was."""

    def __init__(self) -> None:
        self._where: tuple[object, str] = (None, "paper")
        self._person: int | None = None  # who is followed before a camera
        self._look: Look | None = None
        self._ended = -math.inf

    def has_ended(self, stage: Stage, now: float) -> bool:
        """To be asked in every turn, at `now` seconds. Between two looks that morph there is no such moment."""
        session, frame = stage.session, stage.frame
        where = stage.source, session.source
        has_moved, self._where = where != self._where, where
        person = look = None
        if frame is not None and frame.is_live and not has_moved:
            person = int(float(session.played["person"]))
            shown = stage.rig.director.look
            look = shown if isinstance(shown, Look) else None
        is_other = _is_other(self._person, person) or _is_other(self._look, look)
        self._person, self._look = person, look
        if not has_moved and (not is_other or now - self._ended < AGAIN_S):
            return False
        self._ended = now
        return True


def _is_other(one: object, other: object) -> bool:
    return one is not None and other is not None and one != other
