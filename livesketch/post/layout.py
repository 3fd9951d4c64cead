"""What the audience sees: the face, the drawing, or both beside or over each other."""

import numpy as np
from PIL import Image

from livesketch.frames import Picture, Sketch

LAYOUTS: tuple[str, ...] = (
    "face",
    "drawing",
    "side by side",
    "picture in picture",
    "drawing over face",
    "crossfade",
)
ROOM = (22, 23, 26)  # around the pictures
PAPER = (247, 245, 240)
INK = (22, 23, 26)

Box = tuple[int, int, int, int]  # left, top, right, bottom


def compose(
    face: Picture | None,
    sketch: Sketch | None,
    layout: str,
    size: tuple[int, int],
    mix: float = 0.5,
) -> Picture:
    """A picture of `size` (width, height), at least 1 by 1: each part as large as fits, centred.

    What is None stays room-coloured. `mix` is the face's share of a crossfade. ValueError where
    there is no such layout.
    """
    if layout not in LAYOUTS:
        raise ValueError(f"no layout {layout!r}; there are: {', '.join(LAYOUTS)}")
    width, height = size
    whole = (0, 0, width, height)
    paper = None if layout == "face" or sketch is None else paper_picture(sketch)
    if layout == "side by side":
        return _room(size, *zip((paper, face), _halves(width, height), strict=True))
    if layout == "drawing":
        return _room(size, (paper, whole))
    out = _room(size, (face, whole))
    if paper is None:
        return out
    if layout == "picture in picture":
        side = round(0.28 * min(size))
        margin = round(0.03 * min(size))
        _fit(
            out,
            paper,
            (width - margin - side, height - margin - side, width - margin, height - margin),
        )
    elif layout == "drawing over face":
        return _inked(out, _room(size, (paper, whole), colour=PAPER))
    elif layout == "crossfade":
        share = min(max(mix, 0.0), 1.0)
        under = _room(size, (paper, whole)).astype(np.float32)
        return (share * out + (1 - share) * under + 0.5).astype(np.uint8)
    return out


def paper_picture(sketch: Sketch) -> Picture:
    """Sketch (S, S) -> Picture: warm paper, dark ink."""
    paper, ink = np.array(PAPER, np.float32), np.array(INK, np.float32)
    mixed = ink + np.clip(sketch, 0, 1)[..., None] * (paper - ink)
    return (mixed + 0.5).astype(np.uint8)


def _inked(picture: Picture, paper: Picture) -> Picture:
    """The lines of a paper of the same size, drawn on the picture."""
    light = paper[..., :1].astype(np.float32)  # ink and paper differ most in red
    share = np.clip((light - INK[0]) / (PAPER[0] - INK[0]), 0, 1)  # 1: no ink
    return (picture * share + np.array(INK, np.float32) * (1 - share) + 0.5).astype(np.uint8)


def _halves(width: int, height: int) -> tuple[Box, Box]:
    """Beside each other, or one above the other where that is larger."""
    if width >= height:
        middle = round(width / 2)
        return (0, 0, middle, height), (middle, 0, width, height)
    middle = round(height / 2)
    return (0, 0, width, middle), (0, middle, width, height)


def _room(
    size: tuple[int, int],
    *parts: tuple[Picture | None, Box],
    colour: tuple[int, int, int] = ROOM,
) -> Picture:
    out = np.empty((size[1], size[0], 3), np.uint8)
    out[:] = colour
    for picture, box in parts:
        if picture is not None:
            _fit(out, picture, box)
    return out


def _fit(out: Picture, part: Picture, box: Box) -> None:
    x0, y0, x1, y1 = box
    if x1 <= x0 or y1 <= y0 or not part.size:
        return
    height, width = part.shape[:2]
    scale = min((x1 - x0) / width, (y1 - y0) / height)
    w = max(1, min(round(width * scale), x1 - x0))
    h = max(1, min(round(height * scale), y1 - y0))
    if (w, h) != (width, height):
        how = Image.Resampling.BICUBIC if scale > 1 else Image.Resampling.BOX
        part = np.asarray(Image.fromarray(part).resize((w, h), how))
    x, y = x0 + (x1 - x0 - w) // 2, y0 + (y1 - y0 - h) // 2
    out[y : y + h, x : x + w] = part
