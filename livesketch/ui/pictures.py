"""Pictures as surfaces of the size they are shown at, each scaled once."""

import cv2
import numpy as np
import pygame

from livesketch.frames import Picture, Sketch
from livesketch.ui.theme import INK, PAPER


def surface_of(picture: Picture) -> pygame.Surface:
    """A surface that shares the array's memory: later changes of the array show. (H, W, 3) uint8."""
    return pygame.image.frombuffer(picture.data, (picture.shape[1], picture.shape[0]), "RGB")


def fitted(picture: Picture, side: int) -> Picture:
    """The picture in a square of `side`: cubic where it grows, by area where it shrinks."""
    if picture.shape[:2] == (side, side):
        return np.ascontiguousarray(picture)
    grows = side > max(picture.shape[:2])
    how = cv2.INTER_CUBIC if grows else cv2.INTER_AREA
    return np.asarray(cv2.resize(picture, (side, side), interpolation=how), np.uint8)


def on_paper(sketch: Sketch) -> Picture:
    """What the network gets, shown as ink on our paper."""
    steps = np.linspace(0.0, 1.0, 256)[:, None]
    colours = np.round(np.array(INK) + steps * (np.array(PAPER) - np.array(INK))).astype(np.uint8)
    gray = cv2.convertScaleAbs(sketch, alpha=255.0)
    return np.asarray(cv2.LUT(cv2.merge([gray] * 3), colours[None]), np.uint8)


class Pictures:
    """The paper, the traced sketch, the face and the little faces, ready to be blitted."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[object, int, pygame.Surface]] = {}
        self._numbers: dict[str, int] = {}

    def number(self, name: str) -> int:
        """Grows whenever the surface under that name is another one: the state of a Part."""
        return self._numbers.get(name, 0)

    def forget_unless(self, names: set[str]) -> None:
        for name in self._kept.keys() - names:
            del self._kept[name]

    def paper(self, pixels: Picture, side: int, is_changed: bool) -> pygame.Surface:
        """Shares memory with `pixels` where their side is right; else it is a scaled copy."""
        kept = self._kept.get("paper")
        is_same = kept is not None and kept[0] is pixels and kept[1] == side
        if kept is not None and is_same and not (is_changed and pixels.shape[0] != side):
            return kept[2]
        if pixels.shape[:2] == (side, side) and pixels.flags.c_contiguous:
            return self._keep("paper", pixels, side, surface_of(pixels))
        return self._keep("paper", pixels, side, surface_of(fitted(pixels, side)))

    def face(self, name: str, picture: Picture, side: int) -> pygame.Surface:
        """A picture that is never changed in place; `name` is where it is shown."""
        kept = self._kept.get(name)
        if kept is not None and kept[0] is picture and kept[1] == side:
            return kept[2]
        return self._keep(name, picture, side, surface_of(fitted(picture, side)))

    def still(self, name: str, picture: Picture, size: tuple[int, int]) -> pygame.Surface:
        """As face(), but of any size (width, height), which must be the picture's shape."""
        kept = self._kept.get(name)
        if kept is not None and kept[0] is picture and kept[1] == size[0]:
            return kept[2]
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        return self._keep(name, picture, size[0], surface_of(np.ascontiguousarray(small, np.uint8)))

    def traced(self, sketch: Sketch, side: int) -> pygame.Surface:
        kept = self._kept.get("traced")
        if kept is not None and kept[0] is sketch and kept[1] == side:
            return kept[2]
        return self._keep("traced", sketch, side, surface_of(fitted(on_paper(sketch), side)))

    def _keep(self, name: str, of: object, side: int, surface: pygame.Surface) -> pygame.Surface:
        self._kept[name] = (of, side, surface)
        self._numbers[name] = self._numbers.get(name, 0) + 1
        return surface
