"""A pose that is held to freeze the lines, for who has no hand free; never one that comes about by itself."""

from collections import deque
from dataclasses import replace

import numpy as np

from livesketch.frames import Traced
from livesketch.pipeline import pose_of

HELD_S = 1.5  # how long
LIVELY_S = 1.0  # and for how long the face must have been without it before
BEFORE_S = 0.3  # the lines freeze as they were so long before it began
EVERY_S = 0.09  # between two moments that are remembered
LONGEST_GAP = 0.5  # seconds between two pictures
SHUT, NARROWED = 0.14, 0.5  # an eye's opening, by its width, and by what is usual for it
WIDE, STILL_WIDE = 0.55, 0.45  # a mouth's, to begin and to go on
ASIDE = 30.0  # degrees: of a head that is turned away neither is known for sure

NEVER, EYES_SHUT, MOUTH_OPEN = POSES = ("never", "eyes shut", "mouth open")


class Posing:
    """Remembers how the face was in the last seconds."""

    def __init__(self) -> None:
        self._kind = NEVER
        self._recent: deque[tuple[float, Traced]] = deque()  # without the pose
        self._usual = 0.0  # an eye's opening
        self._since: float | None = None  # the pose is held
        self._time = -np.inf

    def held(self, traced: Traced | None, time: float, kind: str) -> Traced | None:
        """The face as it was before the pose `kind`, once, when that was held; else None. To be told
        of every picture, at its `time` in seconds."""
        gap, self._time = time - self._time, time
        if gap == 0:
            return None
        if traced is None or kind == NEVER or kind != self._kind or not 0 < gap < LONGEST_GAP:
            self._forget(kind)
            return None
        pose = pose_of(traced)
        if pose.turned > ASIDE:
            self._forget(kind)
        elif self._is_held(pose.eyes, pose.mouth):
            return self._holding(time)
        else:
            self._since = None
            # half a second tells what is usual
            self._usual += min(1.0, gap / 0.5) * (pose.eyes - self._usual)
            self._remember(traced, time)
        return None

    def _is_held(self, eyes: float, mouth: float) -> bool:
        if self._kind == MOUTH_OPEN:
            return mouth > (WIDE if self._since is None else STILL_WIDE)
        return eyes < min(SHUT, NARROWED * self._usual)

    def _holding(self, time: float) -> Traced | None:
        recent = self._recent
        if self._since is None:
            if not recent or recent[-1][0] - recent[0][0] < LIVELY_S - EVERY_S:
                return None  # it was so when the face came, or hardly let go of
            self._since = time
        if time - self._since < HELD_S:
            return None
        before = [one for then, one in recent if then <= self._since - BEFORE_S]
        frozen = before[-1] if before else recent[0][1]
        self._forget(self._kind)
        return frozen

    def _remember(self, traced: Traced, time: float) -> None:
        if self._recent and time - self._recent[-1][0] < EVERY_S:
            return
        small = replace(traced, picture=np.zeros((1, 1, 3), np.uint8))  # of the lines it is no part
        self._recent.append((time, small))
        while self._recent[0][0] < time - LIVELY_S - BEFORE_S:
            self._recent.popleft()

    def _forget(self, kind: str) -> None:
        self._kind, self._since = kind, None
        self._recent.clear()
