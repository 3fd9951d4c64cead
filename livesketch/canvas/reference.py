"""A photo under the drawing, to draw after or over: its bytes as they were found, and where it lies."""

from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np

from livesketch.canvas.viewpoint import Viewpoint
from livesketch.frames import Picture

_LARGEST_SIDE = 1600  # pixels: larger photos would only swell the drawing file
_LARGEST_BYTES = 1_500_000


@dataclass(frozen=True)
class Reference:
    """`x, y`: the photo's middle on the paper; `side`: its longer side, in paper sides."""

    name: str
    data: bytes  # JPEG or PNG
    x: float = 0.5
    y: float = 0.5
    side: float = 1.0
    opacity: float = 0.5
    is_locked: bool = False

    @cached_property
    def picture(self) -> Picture | None:
        """(H, W, 3); None where the bytes are no picture."""
        bgr = cv2.imdecode(np.frombuffer(self.data, np.uint8), cv2.IMREAD_COLOR)
        return None if bgr is None else np.ascontiguousarray(bgr[..., ::-1], np.uint8)

    def moved(self, dx: float, dy: float) -> "Reference":
        """By so much on the paper; one that is locked stays."""
        return self if self.is_locked else replace(self, x=self.x + dx, y=self.y + dy)

    def laid(self, ground: Picture, view: Viewpoint) -> Picture:
        """The ground (S, S, 3) with the photo over it, as it is seen from `view`."""
        picture = self.picture
        if picture is None:
            return ground
        height, width = picture.shape[:2]
        scale = self.side / max(height, width)
        left, top = self.x - 0.5 * width * scale, self.y - 0.5 * height * scale
        return laid(ground, picture, (left, top, scale), view, self.opacity)


def laid(
    ground: Picture,
    picture: Picture,
    place: tuple[float, float, float],
    view: Viewpoint,
    opacity: float,
) -> Picture:
    """`place`: left, top on the paper, and paper sides to a pixel of the picture."""
    left, top, scale = place
    size = ground.shape[0]
    to_paper = np.array([[scale, 0.0, left], [0.0, scale, top], [0.0, 0.0, 1.0]])
    matrix = size * view.matrix @ to_paper
    here = cv2.warpAffine(picture, matrix, (size, size), flags=cv2.INTER_AREA)
    solid = np.full(picture.shape[:2], round(255 * opacity), np.uint8)
    cover = cv2.warpAffine(solid, matrix, (size, size), flags=cv2.INTER_LINEAR)
    cover = cv2.merge([cover, cover, cover])
    under = cv2.multiply(ground, 255 - cover, scale=1 / 255)
    return np.asarray(cv2.add(cv2.multiply(here, cover, scale=1 / 255), under), np.uint8)


def reference_of(name: str, picture: Picture) -> Reference:
    """A photo (H, W, 3) made small enough to go with a drawing."""
    side = max(picture.shape[:2])
    if side > _LARGEST_SIDE:
        shape = [max(1, round(n * _LARGEST_SIDE / side)) for n in picture.shape[1::-1]]
        picture = np.asarray(cv2.resize(picture, shape, interpolation=cv2.INTER_AREA), np.uint8)
    bgr = np.ascontiguousarray(picture[..., ::-1])  # OpenCV speaks BGR
    for quality in (92, 80, 60, 40):
        _, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
        if len(data) < _LARGEST_BYTES:
            break
    return Reference(name, data.tobytes())
