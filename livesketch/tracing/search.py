"""Looking for a face in one part of a picture, and where to look for one that is lost."""

import numpy as np
from numpy.typing import NDArray

from livesketch.frames import Picture, Place
from livesketch.tracing.framing import crop, out_of_place
from livesketch.tracing.meshes import Mesh

Points = NDArray[np.float32]  # (478, 3), x and y in pixels of the picture

GRAY = 110  # around the picture: the detector wants to see past the head
ZOOMED = 320  # side of what is looked at again
SMALL = 0.3  # of the picture's longer side: smaller squares are followed in a window
WINDOW = 2.2  # sides of such a window, in sides of the face's square


class Canvas:
    """A grey ground that is painted once and used again for pictures of the same size."""

    def __init__(self) -> None:
        self._ground = np.zeros((0, 0, 3), np.uint8)
        self._border = (0, 0)

    def with_picture(self, picture: Picture, x: int, y: int) -> Picture:
        """The picture (H, W, 3) with `x` pixels of grey on both sides and `y` above and below; valid
        until the next call."""
        height, width = picture.shape[:2]
        shape = (height + 2 * y, width + 2 * x, 3)
        if self._ground.shape != shape or self._border != (x, y):
            self._ground, self._border = np.full(shape, GRAY, np.uint8), (x, y)
        self._ground[y : y + height, x : x + width] = picture
        return self._ground


def padded(
    mesh: Mesh, picture: Picture, padding: float, canvas: Canvas | None = None
) -> Points | None:
    """A face in the whole picture, which gets a grey border of so many widths and heights."""
    height, width = picture.shape[:2]
    x, y = int(width * padding), int(height * padding)
    points = mesh.points((canvas or Canvas()).with_picture(picture, x, y))
    if points is not None:
        points[:, :2] -= (x, y)
        if not _is_in(points, width, height):
            return None
    return points


def looked_at(mesh: Mesh, picture: Picture, place: Place) -> Points | None:
    """A face in one square of the picture, levelled by its roll."""
    points = mesh.points(crop(picture, place, ZOOMED))
    if points is None:
        return None
    points = out_of_place(points, place, ZOOMED)
    return points if _is_in(points, picture.shape[1], picture.shape[0]) else None


def alone(picture: Picture, place: Place) -> Picture:
    """The picture with all but the surroundings of `place` in grey: nobody else can be followed."""
    height, width = picture.shape[:2]
    x, y, half = place.x + place.side / 2, place.y + place.side / 2, place.side * 0.8
    rows = slice(max(0, int(y - half)), min(height, int(y + half)))
    columns = slice(max(0, int(x - half)), min(width, int(x + half)))
    out = np.full_like(picture, GRAY)
    out[rows, columns] = picture[rows, columns]
    return out


def around(place: Place) -> Place:
    """What to look at again to find who was at `place`."""
    side = place.side * 1.4
    return Place(place.x - place.side * 0.2, place.y - place.side * 0.2, side, place.roll)


def window(picture: Picture, place: Place) -> Place | None:
    """A part of the picture in which a small face is large enough for the mesh that follows it;
    None where the whole picture will do."""
    if place.side > SMALL * max(picture.shape[:2]):
        return None
    side = WINDOW * place.side
    more = (side - place.side) / 2
    return Place(place.x - more, place.y - more, side)


def is_amid(place: Place, part: Place) -> bool:
    """Whether a face is still well within its window, and of a size for it."""
    x = place.x + place.side / 2 - part.x - part.side / 2
    y = place.y + place.side / 2 - part.y - part.side / 2
    return bool(max(abs(x), abs(y)) < part.side / 5 and 0.6 < WINDOW * place.side / part.side < 1.7)


def tiles(picture: Picture) -> list[Place]:
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


def is_same(one: Place, other: Place) -> bool:
    """Whether two squares are of one head, a frame or so apart."""
    x = one.x + one.side / 2 - other.x - other.side / 2
    y = one.y + one.side / 2 - other.y - other.side / 2
    side = min(one.side, other.side)
    return bool(np.hypot(x, y) < 0.6 * side and max(one.side, other.side) < 2 * side)


def _is_in(points: Points, width: int, height: int) -> bool:
    """A mesh mostly outside the picture was guessed, not seen."""
    x, y = points[:, 0], points[:, 1]
    return bool(((x > 0) & (x < width) & (y > 0) & (y < height)).mean() > 0.5)
