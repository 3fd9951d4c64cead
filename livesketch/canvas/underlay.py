"""What lies between the paper and the ink: a photo to draw after, the painted parts, the ghost of the face."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from livesketch.canvas.mask import MaskRaster, over
from livesketch.canvas.paper import COLOURS
from livesketch.canvas.reference import Reference, laid
from livesketch.canvas.sheet import Sheet
from livesketch.canvas.viewpoint import Viewpoint
from livesketch.frames import Picture, Place

_SUGGESTED = {"light": (236, 160, 122), "dark": (150, 88, 60)}  # faint lines to follow
_PARTS = 0.55  # how clearly painted parts are seen


@dataclass(frozen=True, eq=False)
class Ghost:
    """A face and the place on the paper whose lines it answers."""

    face: Picture
    place: Place


class Underlay:
    """Remembers the last one: it is made anew only when something in it changed."""

    def __init__(self) -> None:
        self._asked: tuple[object, ...] = ()
        self._made: Picture | None = None
        self._mask = MaskRaster()

    def picture(
        self,
        side: int,
        view: Viewpoint,
        sheet: Sheet,
        ghost: Ghost | None,
        ghost_opacity: float,
        paper: str,
        suggested: Sequence[NDArray[np.float64]] = (),
    ) -> Picture | None:
        """(side, side, 3), the same array while nothing changed; None where only paper is seen."""
        photo: Reference | None = sheet.reference
        if photo is None and ghost is None and sheet.mask.count == 0 and not suggested:
            self._asked, self._made = (), None
            return None
        face = None if ghost is None else (id(ghost.face), ghost.place)
        asked = (side, view, id(photo), face, ghost_opacity, paper, id(sheet.mask))
        asked += tuple(map(id, suggested))
        if asked != self._asked:
            self._asked = asked
            self._kept = (photo, ghost, sheet.mask, suggested)  # their ids stay theirs
            ground = np.full((side, side, 3), COLOURS[paper][0], np.uint8)
            if photo is not None:
                ground = photo.laid(ground, view)
            if ghost is not None:
                at = ghost.place
                scale = at.side / max(ghost.face.shape[:2])
                ground = laid(ground, ghost.face, (at.x, at.y, scale), view, ghost_opacity)
            if sheet.mask.count:
                ground = over(ground, self._mask.follow(sheet.mask), view, _PARTS)
            for line in suggested:
                points = np.rint(view.seen(line) * (side * 16)).astype(np.int32)
                cv2.polylines(ground, [points], False, _SUGGESTED[paper], 1, cv2.LINE_AA, 4)
            self._made = ground
        return self._made
