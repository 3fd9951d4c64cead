"""Finds one face in a picture: the 478 points of its mesh, and the square that belongs to it."""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from livesketch.frames import Picture, Place
from livesketch.tracing.framing import crop, in_place, out_of_place, place_of
from livesketch.tracing.meshes import Mesh, Segmenter, open_mesh, open_segmenter

__all__ = ["Face", "FaceFinder", "crop", "in_place", "place_of", "silhouette"]

GRAY = 110  # around the picture: the detector wants to see past the head
LARGEST = 1280  # longer pictures are reduced for the search; the mesh itself sees 192 pixels
ZOOMED = 320  # side of what is looked at again
LIVE_TILES = 2  # looked at per frame while a live face is lost: about 6 ms each
STALE = 15  # frames after which a lost face's last place is no longer looked at
DARK = 70  # mean brightness below which a brightened copy is tried


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
        self._close_up: Mesh | None = self._mesh if is_still else None
        self._segmenter: Segmenter | None = None
        self._last: Face | None = None
        self._shape: tuple[int, ...] = ()
        self._lost_for = 0
        self._next_tile = 0

    def find(self, picture: Picture) -> Face | None:
        """The face in a picture (H, W, 3) of any size, or None."""
        if min(picture.shape[:2]) < 16:
            return None
        shrink = min(1.0, LARGEST / max(picture.shape[:2]))
        if shrink < 1:
            picture = _resized(picture, shrink)
        if picture.shape != self._shape:
            self._changed_format(picture.shape)
        points = self._search(picture)
        if points is None:
            self._lost_for += 1
            if self._lost_for > STALE or self.is_still:
                self._last = None
            return None
        self._lost_for = 0
        self._last = None if self.is_still else Face(points)
        return Face(points / np.float32(shrink))

    def silhouette(self, picture: Picture) -> NDArray[np.float32] | None:
        """Like silhouette(), but the model stays loaded."""
        if self._segmenter is None:
            self._segmenter = open_segmenter()
        return None if self._segmenter is None else self._segmenter.person(picture)

    def close(self) -> None:
        for model in {self._mesh, self._close_up, self._segmenter} - {None}:
            model.close()  # type: ignore[union-attr]

    def _changed_format(self, shape: tuple[int, ...]) -> None:
        """A mesh that follows a face would look for it at its old place and imagine one there."""
        if self._shape and not self.is_still:
            self._mesh.close()
            self._mesh = open_mesh(is_still=False)
        self._shape, self._last = shape, None

    def _search(self, picture: Picture) -> NDArray[np.float32] | None:
        points = _padded(self._mesh, picture, 0.25)
        if points is not None:
            return points
        if self._close_up is None:
            self._close_up = open_mesh(is_still=True)
        if self._last is not None:
            points = _looked_at(self._close_up, picture, _around(self._last.place))
            if points is not None:
                return points
        if self._lost_for == 0 and not self.is_still:  # a start, or a cut to another picture
            for padding in (0.25, 0.0):
                points = _padded(self._close_up, picture, padding)
                if points is not None:
                    return points
        return self._searched_still(picture) if self.is_still else self._searched_live(picture)

    def _searched_still(self, picture: Picture) -> NDArray[np.float32] | None:
        assert self._close_up is not None
        for padding in (0.0, 0.6):
            points = _padded(self._close_up, picture, padding)
            if points is not None:
                return points
        if picture.mean() < DARK:
            points = _padded(self._close_up, _brightened(picture), 0.25)
            if points is not None:
                return points
        for tile in _tiles(picture):
            points = _looked_at(self._close_up, picture, tile)
            if points is not None:
                return points
        return None

    def _searched_live(self, picture: Picture) -> NDArray[np.float32] | None:
        assert self._close_up is not None
        tiles = _tiles(picture)
        for _ in range(min(LIVE_TILES, len(tiles))):
            tile = tiles[self._next_tile % len(tiles)]
            self._next_tile += 1
            points = _looked_at(self._close_up, picture, tile)
            if points is not None:
                return points
        return None


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


def _padded(mesh: Mesh, picture: Picture, padding: float) -> NDArray[np.float32] | None:
    height, width = picture.shape[:2]
    x, y = int(width * padding), int(height * padding)
    canvas = np.full((height + 2 * y, width + 2 * x, 3), GRAY, np.uint8)
    canvas[y : y + height, x : x + width] = picture
    points = mesh.points(canvas)
    if points is not None:
        points[:, :2] -= (x, y)
        if not _is_in(points, width, height):
            return None
    return points


def _looked_at(mesh: Mesh, picture: Picture, place: Place) -> NDArray[np.float32] | None:
    points = mesh.points(crop(picture, place, ZOOMED))
    if points is None:
        return None
    points = out_of_place(points, place, ZOOMED)
    return points if _is_in(points, picture.shape[1], picture.shape[0]) else None


def _is_in(points: NDArray[np.float32], width: int, height: int) -> bool:
    """A mesh mostly outside the picture was guessed, not seen."""
    x, y = points[:, 0], points[:, 1]
    return bool(((x > 0) & (x < width) & (y > 0) & (y < height)).mean() > 0.5)


def _around(place: Place) -> Place:
    side = place.side * 1.4
    return Place(place.x - place.side * 0.2, place.y - place.side * 0.2, side)


def _tiles(picture: Picture) -> list[Place]:
    """Overlapping squares of falling size that cover the picture: the detector needs a face to
    fill a tenth of what it sees."""
    height, width = picture.shape[:2]
    places = []
    for part in (2, 4):
        side = max(height, width) / part
        if side < 48:
            break
        columns, rows = (max(1, int(np.ceil(2 * length / side)) - 1) for length in (width, height))
        spread_x, spread_y = max(width - side, 0), max(height - side, 0)
        for row in range(rows):
            for column in range(columns):
                x = spread_x * column / max(columns - 1, 1)
                y = spread_y * row / max(rows - 1, 1)
                places.append(Place(x, y, side))
    return places


def _resized(picture: Picture, scale: float) -> Picture:
    height, width = picture.shape[:2]
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _brightened(picture: Picture) -> Picture:
    """Contrast evened out in patches (CLAHE, Zuiderveld 1994), on the lightness only."""
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB)
    lab[..., 0] = cv2.createCLAHE(4.0, (8, 8)).apply(lab[..., 0])
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB), np.uint8)
