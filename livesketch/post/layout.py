"""What the audience sees: the face, the drawing, or both side by side."""

import numpy as np
from PIL import Image

from livesketch.frames import Picture, Sketch

LAYOUTS: tuple[str, ...] = ("face", "drawing", "side by side")
ROOM = (22, 23, 26)  # around the pictures
PAPER = (247, 245, 240)
INK = (22, 23, 26)


def compose(
    face: Picture | None, sketch: Sketch | None, layout: str, size: tuple[int, int]
) -> Picture:
    """A picture of `size` (width, height), at least 1 by 1: each part as large as fits, centred.

    What is None stays room-coloured. ValueError where there is no such layout.
    """
    width, height = size
    if layout == "face":
        parts = [face]
    elif layout == "drawing":
        parts = [None if sketch is None else paper_picture(sketch)]
    elif layout == "side by side":
        parts = [None if sketch is None else paper_picture(sketch), face]
    else:
        raise ValueError(f"no layout {layout!r}; there are: {', '.join(LAYOUTS)}")
    out = np.empty((height, width, 3), np.uint8)
    out[:] = ROOM
    is_beside = width >= height
    for k, part in enumerate(parts):
        a, b = k / len(parts), (k + 1) / len(parts)
        if len(parts) == 1 or is_beside:
            box = (round(a * width), 0, round(b * width), height)
        else:
            box = (0, round(a * height), width, round(b * height))
        if part is not None:
            _fit(out, part, box)
    return out


def paper_picture(sketch: Sketch) -> Picture:
    """Sketch (S, S) -> Picture: warm paper, dark ink."""
    paper, ink = np.array(PAPER, np.float32), np.array(INK, np.float32)
    mixed = ink + np.clip(sketch, 0, 1)[..., None] * (paper - ink)
    return (mixed + 0.5).astype(np.uint8)


def _fit(out: Picture, part: Picture, box: tuple[int, int, int, int]) -> None:
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
