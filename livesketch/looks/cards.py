"""Little faces of the looks, made one by one while nothing else is to be done."""

import cv2
import numpy as np

from livesketch.frames import Look, Morph, Picture

SIDE = 96  # pixels


class LookCards:
    """Remembers one small picture a look; another model starts with an empty one of these."""

    def __init__(self) -> None:
        self._pictures: dict[tuple[int, bytes], Picture | None] = {}

    def missing(self, looks: list[Look]) -> Look | None:
        """The first look that has no picture yet."""
        return next((who for who in looks if _key(who) not in self._pictures), None)

    def keep(self, who: Look | Morph, face: Picture | None) -> None:
        """`face` None: the model makes none, and is not asked again."""
        if isinstance(who, Look):
            small = (
                None
                if face is None
                else cv2.resize(face, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
            )
            self._pictures[_key(who)] = None if small is None else np.asarray(small, np.uint8)

    def picture(self, who: Look) -> Picture | None:
        return self._pictures.get(_key(who))


def _key(who: Look) -> tuple[int, bytes]:
    return who.seed, b"" if who.code is None else who.code.tobytes()
