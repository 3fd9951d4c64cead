"""A drawing and its face on one picture, for those who watch it come about."""

import numpy as np
from PIL import Image

from livesketch.frames import Picture
from livesketch.kinds import PAGES

ROOM = (22, 23, 26)
_INSET = 0.3  # of the face's side: the drawing in its corner
_MARGIN = 0.03


def page_size(page: str, side: int) -> tuple[int, int]:
    """(width, height) of a page whose pictures are `side` pixels wide."""
    return (2 * side, side) if page == "side by side" else (side, side)


def laid_out(paper: Picture, face: Picture | None, page: str, side: int) -> Picture:
    """The page; before there is a face its place is empty. ValueError for a page nobody knows."""
    if page not in PAGES:
        raise ValueError(f"no page {page!r}; there are: {', '.join(PAGES)}")
    width, height = page_size(page, side)
    out = np.empty((height, width, 3), np.uint8)
    out[:] = ROOM
    if face is not None:
        out[:, width - side :] = _sized(face, side)
    if page == "side by side":
        out[:, :side] = _sized(paper, side)
    elif page == "picture in picture":
        small, margin = round(_INSET * side), round(_MARGIN * side)
        out[side - margin - small : side - margin, margin : margin + small] = _sized(paper, small)
    return out


def _sized(picture: Picture, side: int) -> Picture:
    if picture.shape[:2] == (side, side):
        return picture
    how = Image.Resampling.BICUBIC if side > picture.shape[0] else Image.Resampling.BOX
    return np.asarray(Image.fromarray(picture).resize((side, side), how), np.uint8)
