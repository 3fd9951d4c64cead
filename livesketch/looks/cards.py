"""Little faces of the looks, made one by one while nothing else is to be done."""

import cv2
import numpy as np

from livesketch.frames import Look, Morph, Picture, Point

SIDE = 96  # pixels


class LookCards:
    """Remembers one small picture a look, and for a drawing begun at which place it was made;
    another model starts with an empty one of these."""

    def __init__(self) -> None:
        self._made: dict[tuple[int, bytes], tuple[Point | None, Picture | None]] = {}

    def missing(self, looks: list[Look], begun_at: Point | None) -> Look | None:
        """The first look without a picture for such a drawing; another drawing's is shown meanwhile."""
        for who in looks:
            known = self._made.get(_key(who))
            if known is None or known[0] != begun_at:
                return who
        return None

    def keep(self, who: Look | Morph, face: Picture | None, begun_at: Point | None) -> None:
        """`face` None: the model makes none, and is not asked again."""
        if isinstance(who, Look):
            small = (
                None
                if face is None
                else cv2.resize(face, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
            )
            picture = None if small is None else np.asarray(small, np.uint8)
            self._made[_key(who)] = begun_at, picture

    def picture(self, who: Look) -> Picture | None:
        return self._made.get(_key(who), (None, None))[1]


def _key(who: Look) -> tuple[int, bytes]:
    return who.seed, b"" if who.code is None else who.code.tobytes()
