"""Picture files: photos, drawings and masks, read whole or refused in one sentence."""

import struct
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from livesketch.errors import SourceError
from livesketch.frames import FACE_PARTS, Frame, Mask, Picture, Sketch
from livesketch.sources.levels import as_sketch, looks_drawn

T = TypeVar("T")

MOST_PIXELS = 100_000_000  # more is refused before anything is decoded
LARGEST = 2048  # longer sides are reduced: no network sees more
LARGEST_SKETCH = 1024
_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "PPM", "MPO")  # nothing that runs code
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, TypeError, LookupError, struct.error)


def read_picture(path: str | Path) -> Picture:
    """A picture (H, W, 3), upright, at most 2048 on its longer side; what is transparent is white."""
    return _opened(Path(path), lambda image: _rgb(_reduced(image, LARGEST)))


def read_sketch(path: str | Path) -> Sketch:
    """A drawing of any kind -> Sketch (S, S), 0 ink .. 1 paper, S at most 1024.

    What is transparent is paper, white on black is turned round, grey or unevenly lit paper
    becomes white, an oblong drawing stands in the middle of a square.
    """
    return _opened(Path(path), sketch_of)


def sketch_of(image: Image.Image) -> Sketch:
    """The same of a picture that is open already."""
    return as_sketch(gray_of(_reduced(image, LARGEST_SKETCH)))


def read_mask(path: str | Path) -> Mask:
    """A mask (S, S) of class numbers, from a picture of numbers or of FACE_PARTS' colours.

    An oblong one stands in the middle of a square of background.
    """
    numbers = _opened(Path(path), _class_numbers)
    if int(numbers.max(initial=0)) >= len(FACE_PARTS):
        raise SourceError(
            f"{Path(path).name} is not a mask: it has the number {numbers.max()}.",
            f"A mask's numbers go from 0 to {len(FACE_PARTS) - 1}.",
        )
    height, width = numbers.shape
    side = max(height, width)
    square = np.zeros((side, side), np.uint8)
    y, x = (side - height) // 2, (side - width) // 2
    square[y : y + height, x : x + width] = numbers
    return square


def is_sketch(path: str | Path) -> bool:
    """Whether a picture file holds a drawing and not a photo."""

    def judge(image: Image.Image) -> bool:
        image = _reduced(image, 256)
        return _is_transparent(image) or is_drawn(image)

    return _opened(Path(path), judge)


def is_drawn(image: Image.Image) -> bool:
    """Whether an open picture looks like a drawing, whatever of it is transparent."""
    return looks_drawn(gray_of(_reduced(image, 256)))


class Source:
    """One picture: a photo to be traced, or a drawing to be taken as it is. Its frame comes once."""

    def __init__(self, spec: str) -> None:
        path = Path(spec)
        now = time.monotonic()
        if is_sketch(path):
            self._frame: Frame | None = Frame(time=now, number=1, sketch=read_sketch(path))
        else:
            self._frame = Frame(time=now, number=1, picture=read_picture(path))
        self.label = path.name

    def read(self) -> Frame | None:
        frame, self._frame = self._frame, None
        return frame

    def close(self) -> None:
        self._frame = None


def _opened(path: Path, use: Callable[[Image.Image], T]) -> T:
    """Opens, checks the size before decoding, stands the picture upright, and passes it on."""
    name = path.name or str(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Pillow warns of is judged below
            with _begun(path, name) as image:
                width, height = image.size
                if width * height > MOST_PIXELS:
                    raise _too_large(name, f": {width} × {height} pixels")
                if image.format in ("JPEG", "MPO"):
                    image.draft("RGB" if image.mode != "L" else "L", (LARGEST, LARGEST))
                image.load()
                return use(_upright(image))
    except MemoryError:
        raise SourceError(f"There is not enough memory to open {name}.") from None
    except _BROKEN as error:
        raise SourceError(f"{name} is damaged.", "Save or copy it again.") from error


def _begun(path: Path, name: str) -> Image.Image:
    """A picture of which only the header has been read."""
    try:
        return Image.open(path, formats=_FORMATS)
    except Image.DecompressionBombError:
        raise _too_large(name) from None
    except FileNotFoundError:
        raise SourceError(f"There is no file {name}.", "Check the path.") from None
    except IsADirectoryError:
        raise SourceError(f"{name} is a folder.", "Name a picture in it.") from None
    except PermissionError:
        raise SourceError(f"{name} may not be read.", "Check its permissions.") from None
    except _BROKEN:
        what = "is empty" if path.is_file() and path.stat().st_size == 0 else "is not a picture"
        raise SourceError(f"{name} {what}.", "PNG, JPEG and WebP can be read.") from None


def _too_large(name: str, details: str = "") -> SourceError:
    most = MOST_PIXELS // 1_000_000
    return SourceError(
        f"{name} is too large{details}.", f"Make it smaller than {most} million pixels."
    )


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except _BROKEN:  # broken camera data do not make a broken picture
        return image


def _reduced(image: Image.Image, largest: int) -> Image.Image:
    """At most `largest` on the longer side, in a mode that keeps 8 bits a channel."""
    if image.mode in ("I;16", "I;16B", "I;16L", "I", "F"):
        image = _eight_bits(image)
    elif image.mode == "1":
        image = image.convert("L")
    elif image.mode in ("P", "PA"):
        image = image.convert("RGBA" if _is_transparent(image) or image.mode == "PA" else "RGB")
    scale = largest / max(image.size)
    if scale >= 1:
        return image
    if image.mode == "LA":
        image = image.convert("RGBA")
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.BOX, reducing_gap=2.0)


def _eight_bits(image: Image.Image) -> Image.Image:
    """Grey with more than 8 bits: the range the values use is the range they have."""
    values = np.asarray(image).astype(np.float32)
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    top = float(values.max(initial=0.0))
    full = 1.0 if top <= 1.0 else 255.0 if top <= 255.0 else 65535.0 if top <= 65535.0 else top
    return Image.fromarray((np.clip(values, 0, full) * (255.0 / full)).astype(np.uint8))


def _is_transparent(image: Image.Image) -> bool:
    """Whether a part of it lets the ground through."""
    if image.mode in ("RGBA", "LA", "PA"):
        low, _ = image.getchannel("A").getextrema()
        return isinstance(low, int | float) and low < 250
    return "transparency" in image.info


def _rgba(image: Image.Image) -> NDArray[np.float32]:
    return np.asarray(image.convert("RGBA"), np.float32) / np.float32(255)


def _on_white(image: Image.Image) -> Image.Image:
    if not _is_transparent(image):
        return image
    image = image.convert("RGBA")
    white = Image.new("RGBA", image.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, image)


def _rgb(image: Image.Image) -> Picture:
    return np.array(_on_white(image).convert("RGB"), np.uint8)


def gray_of(image: Image.Image) -> NDArray[np.float32]:
    """0 black .. 1 white; transparent is paper, whichever colour the ink on it has."""
    if not _is_transparent(image):
        return np.asarray(image.convert("RGB").convert("L"), np.float32) / np.float32(255)
    rgba = _rgba(image)
    alpha = rgba[..., 3]
    light = rgba[..., :3] @ np.array([0.299, 0.587, 0.114], np.float32)
    is_light_ink = float((light * alpha).sum()) > 0.6 * float(alpha.sum())
    return np.float32(1) - alpha * (light if is_light_ink else np.float32(1) - light)


def _class_numbers(image: Image.Image) -> Mask:
    if max(image.size) > LARGEST:
        scale = LARGEST / max(image.size)
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        image = image.resize(size, Image.Resampling.NEAREST)
    if image.mode in ("L", "P"):
        return np.array(image, np.uint8)
    if image.mode in ("I;16", "I"):
        return np.clip(np.asarray(image), 0, 255).astype(np.uint8)
    pixels = _rgb(image)
    if (pixels[..., :1] == pixels).all():  # numbers, saved as grey
        return pixels[..., 0].copy()
    nearest = np.zeros(pixels.shape[:2], np.uint8)
    best = np.full(pixels.shape[:2], np.inf, np.float32)
    for number, (_, colour) in enumerate(FACE_PARTS):
        away = pixels.astype(np.float32) - np.array(colour, np.float32)
        distance = (away * away).sum(2)
        is_nearer = distance < best
        nearest[is_nearer] = number
        best[is_nearer] = distance[is_nearer]
    return nearest
