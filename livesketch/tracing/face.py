"""Finds one face in a picture: the 478 points of its mesh, and the square that belongs to it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import cv2
import numpy as np
from numpy.typing import NDArray

from livesketch.frames import Picture, Place
from livesketch.tracing.framing import crop, in_place, place_of
from livesketch.tracing.light import BRIGHT, DIM, brightened, evened, is_hard_to_see, lightness
from livesketch.tracing.meshes import (
    Crowd,
    Mesh,
    Segmenter,
    open_crowd,
    open_mesh,
    open_segmenter,
)
from livesketch.tracing.proof import has_features, is_found_again
from livesketch.tracing.search import (
    Canvas,
    Points,
    alone,
    around,
    is_amid,
    is_same,
    looked_at,
    padded,
    tiles,
    window,
)

__all__ = ["Face", "FaceFinder", "crop", "in_place", "place_of", "silhouette"]

LARGEST = 1280  # longer pictures are reduced for the search; the mesh itself sees 192 pixels
LIVE_LOOKS = 2  # per frame while a live face is lost: about 6 ms each
STALE = 15  # frames after which a lost face's last place is no longer looked at
RECHECKED = 30  # frames after which a followed face has to be found anew, in case it is none
DOUBTS = 3  # so often in a row it may not be: a hand before the face is no farewell
CROWD_EVERY = 30  # frames after which it is looked who else is there

# A copy of the picture as the detector wants it, and how to look at that.
Look = tuple[Picture, Callable[[Picture], Points | None]]


@dataclass(frozen=True, eq=False)
class Face:
    """`landmarks` float32 (478, 3): x, y in pixels of the picture, z on the same scale, negative
    towards the camera."""

    landmarks: NDArray[np.float32]

    @cached_property
    def place(self) -> Place:
        """The FFHQ-type square around it, in pixels of the picture, levelled by its roll."""
        return place_of(self.landmarks)


class FaceFinder:
    """Remembers where the face was. Use one per stream of pictures, in one thread at a time.

    `is_still`: the pictures have nothing to do with one another, and time is taken for each.
    Otherwise a face is followed, and a lost one searched for a little in every frame.
    """

    def __init__(self, is_still: bool) -> None:
        self.is_still = is_still
        self._mesh = open_mesh(is_still)
        self._close_up: Mesh = self._mesh if is_still else open_mesh(is_still=True)
        self._crowd: Crowd | None = None
        self._segmenter: Segmenter | None = None
        self._shape: tuple[int, ...] = ()
        self._person = 0
        self._taken: Sequence[Place] = ()
        self._last: Face | None = None
        self._others: tuple[Place, ...] = ()
        self._lost_for = 0
        self._age = self._doubts = 0
        self._turn = 0
        self._level: float | None = None  # of a face that is too dark, smoothed
        self._has_followed = False  # the mesh knows a place
        self._window: Place | None = None  # what the mesh sees, where a face is too small for it
        self._canvas = Canvas()

    def find(self, picture: Picture, person: int = 0, taken: Sequence[Place] = ()) -> Face | None:
        """The face in a picture (H, W, 3) of any size, or None.

        `person` 0 is the one who is nearest; n the nth from the left, round and round, counted
        when n changes: then that one is followed wherever they go. Who is at a place that is `taken`
        is nobody.
        """
        if min(picture.shape[:2]) < 16:
            return None
        shrink = min(1.0, LARGEST / max(picture.shape[:2]))
        if shrink < 1:
            picture = _resized(picture, shrink)
            taken = [Place(p.x * shrink, p.y * shrink, p.side * shrink, p.roll) for p in taken]
        self._taken = taken
        if self.is_still:
            points = self._in_still(picture, person)
            return None if points is None else Face(points / np.float32(shrink))
        if picture.shape != self._shape:
            self._changed_format(picture.shape)
        points = self._in_live(picture, person)
        if points is None:
            self._lost_for += 1
            if self._lost_for > STALE:
                self._last, self._others = None, ()
            return None
        self._lost_for, self._last = 0, Face(points)
        return Face(points / np.float32(shrink))

    @property
    def people(self) -> int:
        """How many were in the picture when it was last looked: about once a second."""
        return len(self._others) + (self._last is not None)

    def silhouette(self, picture: Picture) -> NDArray[np.float32] | None:
        """Like silhouette(), but the model stays loaded."""
        if self._segmenter is None:
            self._segmenter = open_segmenter()
        return None if self._segmenter is None else self._segmenter.person(picture)

    def close(self) -> None:
        for model in {self._mesh, self._close_up, self._crowd, self._segmenter} - {None}:
            model.close()  # type: ignore[union-attr]

    # pictures one by one

    def _in_still(self, picture: Picture, person: int) -> Points | None:
        for seen, look in self._still_looks(picture, person):
            points = look(seen)
            if points is None or not self._is_face(seen, points):
                continue
            place = place_of(points)
            if self._is_taken(place):
                continue
            level = lightness(picture, place)
            if level < DIM:
                better = looked_at(
                    self._mesh, brightened(picture, level, place.side), around(place)
                )
                if better is not None and is_same(place_of(better), place):
                    return better
            return points
        return None

    def _still_looks(self, picture: Picture, person: int) -> Iterator[Look]:
        if person:
            yield picture, partial(self._in_crowd, person=person)
        for padding in (0.25, 0.0, 0.6):
            yield picture, partial(padded, self._mesh, padding=padding)
        if is_hard_to_see(picture):
            seen = evened(picture)
            yield seen, partial(padded, self._mesh, padding=0.25)
            yield seen, self._in_crowd
        yield picture, self._in_crowd
        for tile in tiles(picture):
            yield picture, partial(looked_at, self._mesh, place=tile)

    # one picture after the other

    def _in_live(self, picture: Picture, person: int) -> Points | None:
        if person != self._person:
            self._person = person
            points = self._chosen(picture)
            if points is not None:
                return points
        points = None if self._last is None else self._followed(picture, self._last.place)
        return self._sought(picture) if points is None else points

    def _chosen(self, picture: Picture) -> Points | None:
        """Somebody else was asked for; where nobody else is, the one before is followed on."""
        seen = evened(picture) if is_hard_to_see(picture) else picture
        points = self._in_crowd(seen, self._person)
        if points is None or not self._is_face(seen, points):
            return None
        return self._begun(picture, points)

    def _followed(self, picture: Picture, last: Place) -> Points | None:
        seen = self._helped(picture, last)
        points = self._tracked(seen)
        if points is None:
            return None
        place = place_of(points)
        if self._is_taken(place):
            self._last = None
            return None
        if not is_same(place, last):
            near = looked_at(self._close_up, seen, around(last))
            if near is not None and is_same(place_of(near), last):
                return self._begun(picture, near)
            return None
        self._age += 1
        if self._age % 2 and not has_features(picture, points, place):
            return None
        if self._age % RECHECKED == 0:
            self._doubts = 0 if self._is_face(seen, points) else self._doubts + 1
            if self._doubts >= DOUBTS:
                self._last = None
                return None
            self._age -= self._doubts > 0  # asked again in the next frame
        if self._age % CROWD_EVERY == CROWD_EVERY // 2:
            self._others = tuple(p for p in self._places(picture) if not is_same(p, place))
        if self._window is not None and not is_amid(place, self._window):
            return self._begun(picture, points)
        return points

    def _tracked(self, seen: Picture) -> Points | None:
        if self._window is None:
            return padded(self._mesh, seen, 0.25, self._canvas)
        return looked_at(self._mesh, seen, self._window)

    def _sought(self, picture: Picture) -> Points | None:
        for seen, look in self._live_looks(picture):
            points = look(seen)
            if points is None or not self._is_face(seen, points):
                continue
            place = place_of(points)
            if self._is_known_other(place) or self._is_taken(place):
                continue  # who was here is hidden for a moment, and somebody else is not
            return self._begun(picture, points)
        return None

    def _live_looks(self, picture: Picture) -> Iterator[Look]:
        is_hard = is_hard_to_see(picture)
        if self._last is not None:
            seen = self._helped(picture, self._last.place)
            yield seen, partial(looked_at, self._close_up, place=around(self._last.place))
        everywhere = self._looks_everywhere(picture, is_hard)
        if self._lost_for == 0:  # a start, or a cut to another picture
            yield picture, partial(self._in_crowd, person=self._person)
            for padding in (0.25, 0.0):
                yield picture, partial(padded, self._close_up, padding=padding)
            return
        for _ in range(min(LIVE_LOOKS, len(everywhere))):
            seen, look = everywhere[self._turn % len(everywhere)]
            self._turn += 1
            yield (evened(picture) if seen is None else seen), look

    def _looks_everywhere(
        self, picture: Picture, is_hard: bool
    ) -> Sequence[tuple[Picture | None, Callable[[Picture], Points | None]]]:
        """None stands for the evened picture, which costs something to make."""
        crowd = partial(self._in_crowd, person=self._person)
        whole = partial(padded, self._close_up, padding=0.25)
        close = [partial(looked_at, self._close_up, place=tile) for tile in tiles(picture)]
        seen = None if is_hard else picture
        return [(seen, crowd), (seen, whole), (picture, crowd), *((seen, look) for look in close)]

    def _is_taken(self, place: Place) -> bool:
        return any(is_same(place, other) for other in self._taken)

    def _is_known_other(self, place: Place) -> bool:
        is_waiting = self._last is not None and 0 < self._lost_for + 1 <= STALE
        return is_waiting and any(is_same(place, other) for other in self._others)

    def _begun(self, picture: Picture, points: Points) -> Points:
        """From here on the mesh follows that face, and no other that may be in the picture."""
        if self._has_followed:
            self._mesh.close()
            self._mesh = open_mesh(is_still=False)
        place = place_of(points)
        self._has_followed, self._level = True, None
        self._age = self._doubts = 0
        self._window = window(picture, place)
        first = self._tracked(alone(self._helped(picture, place), place))
        return first if first is not None and is_same(place_of(first), place) else points

    def _changed_format(self, shape: tuple[int, ...]) -> None:
        """A mesh that follows a face would look for it at its old place and imagine one there."""
        self._shape, self._last, self._others, self._lost_for = shape, None, (), 0

    # both

    def _is_face(self, seen: Picture, points: Points) -> bool:
        return has_features(seen, points) and is_found_again(self._close_up, seen, points)

    def _places(self, picture: Picture) -> list[Place]:
        if self._crowd is None:
            self._crowd = open_crowd()
        return self._crowd.places(picture)

    def _in_crowd(self, picture: Picture, person: int = 0) -> Points | None:
        """The person asked for, of all who are in the picture."""
        places = [place for place in self._places(picture) if not self._is_taken(place)]
        if not places:
            return None
        nearest = max(places, key=lambda place: place.side)
        chosen = places[(person - 1) % len(places)] if person else nearest
        if self._last is None or person != 0:
            self._others = tuple(place for place in places if place is not chosen)
        return looked_at(self._close_up, picture, around(chosen))

    def _helped(self, picture: Picture, place: Place) -> Picture:
        """The picture, or where the face is in the dark, a brightened one."""
        level = lightness(picture, place)
        if level > (DIM if self._level is None else BRIGHT):
            self._level = None
            return picture
        # a gain that jumps with every flicker would make the mesh tremble
        self._level = level if self._level is None else 0.9 * self._level + 0.1 * level
        return brightened(picture, self._level, place.side)


def silhouette(picture: Picture) -> NDArray[np.float32] | None:
    """float32 (H, W), 0 behind .. 1 person; None where no model for it is installed.

    Loads the model anew; for many pictures use FaceFinder.silhouette.
    """
    segmenter = open_segmenter()
    if segmenter is None:
        return None
    try:
        return segmenter.person(picture)
    finally:
        segmenter.close()


def _resized(picture: Picture, scale: float) -> Picture:
    height, width = picture.shape[:2]
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
