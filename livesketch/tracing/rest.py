"""What is remembered of a live person, so that they are drawn still who sit still."""

from livesketch.tracing.face import FaceFinder
from livesketch.tracing.hairline import Steady
from livesketch.tracing.shape import Neutral
from livesketch.tracing.still import HeldPicture, HeldPoints, Outline


class Rest:
    """One for each person: somebody else begins with a new one."""

    def __init__(self, finder: FaceFinder) -> None:
        self.points = HeldPoints()
        self.shaped = HeldPoints()
        self.square = HeldPicture()
        self.outline = Outline(finder.silhouette)
        self.neutral = Neutral()
        self.hair: Steady | None = None
