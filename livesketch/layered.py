"""Photoshop files: a drawing as layers of pixels, and layers of pixels as a drawing.

psd-tools reads and writes them; who has not installed it is told so in one sentence.
"""

import io
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

from livesketch.canvas.brush import Brush
from livesketch.canvas.chain import EMPTY
from livesketch.canvas.disk import read_whole, write_safely
from livesketch.canvas.document import Document
from livesketch.canvas.interchange import SIDE, ink_alone
from livesketch.canvas.mask import COLOURS as PART_COLOURS
from livesketch.canvas.mask import SIDE as MASK_SIDE
from livesketch.canvas.mask import MaskRaster, areas_of
from livesketch.canvas.paper import COLOURS
from livesketch.canvas.reference import Reference, reference_of
from livesketch.canvas.stroke import Stroke, strokes_from_points
from livesketch.errors import DrawingError
from livesketch.frames import Mask, Sketch
from livesketch.sources.picture import gray_of, is_drawn, sketch_of
from livesketch.tracing.vector import strokes_in

PAPER, PHOTO, PARTS, INK = "Paper", "Photo", "Parts", "Ink"
_LARGEST_FILE = 512 * 2**20
_LARGEST_PICTURE = 2**30  # bytes that psd-tools may take for one layer
_MOST_PIXELS = 100_000_000
_SHORTEST, _ACCURACY = 0.004, 0.0012  # paper sides: of a line, and of its points
_THINNING = 0.9

Rgba = NDArray[np.uint8]  # (H, W, 4)


def write_psd(document: Document, path: Path, paper_colour: str = "light") -> None:
    """Layers of SIDE × SIDE from below: Paper, Photo, Parts, Ink; DrawingError where it cannot be."""
    library = _library(path)
    paper = np.full((SIDE, SIDE, 4), 255, np.uint8)
    paper[..., :3] = COLOURS[paper_colour][0]
    layers: list[tuple[str, Rgba, float]] = [(PAPER, paper, 1.0)]
    photo = document.sheet.reference
    if photo is not None and photo.picture is not None:
        layers.append((PHOTO, _photo_pixels(photo), photo.opacity))
    if document.sheet.mask.count:
        layers.append((PARTS, _part_pixels(MaskRaster().follow(document.sheet.mask)), 1.0))
    layers.append((INK, ink_alone(document, SIDE, paper_colour), 1.0))
    whole = Image.fromarray(paper)
    for _, pixels, opacity in layers[1:]:
        whole = Image.alpha_composite(whole, Image.fromarray(_paler(pixels, opacity)))
    psd = library.PSDImage.frompil(whole)
    for name, pixels, opacity in layers:
        box = _box(pixels)
        if box is None:
            continue
        x0, y0, x1, y1 = box
        piece = Image.fromarray(np.ascontiguousarray(pixels[y0:y1, x0:x1]))
        layer = psd.create_pixel_layer(piece, name=name, top=y0, left=x0)
        layer.opacity = round(255 * opacity)
    content = io.BytesIO()
    psd.save(content)
    write_safely(Path(path), content.getvalue())


def read_psd(path: Path) -> tuple[Document, list[str]]:
    """What lies in the layers that are seen: ink becomes lines, the layer Parts painted parts, the rest
    a photo below. Also a sentence about what was made of it. DrawingError where there is nothing."""
    path = Path(path)
    content = read_whole(path, _LARGEST_FILE)
    library = _library(path)
    try:
        psd = library.PSDImage.open(io.BytesIO(content), max_alloc_bytes=_LARGEST_PICTURE)
        width, height = psd.size
        if width * height > _MOST_PIXELS:
            raise DrawingError(f"{path.name} is too large: {width} × {height} pixels.")
        layers = _layers(psd)
    except DrawingError:
        raise
    except Exception as error:  # a broken file can trip the library anywhere
        raise DrawingError(
            f"{path.name} cannot be read as a Photoshop file.",
            "It may be cut short: copy it again, or save it once more in the program it is from.",
        ) from error
    document = _document(layers)
    if document.is_blank:
        raise DrawingError(f"{path.name} holds nothing that can be drawn after.")
    document.name = path.stem
    is_traced = document.chain.count > 0
    return document, ["The ink layers were traced into lines."] if is_traced else []


def _library(path: Path) -> Any:
    try:
        return import_module("psd_tools")
    except ImportError:
        raise DrawingError(
            f"{Path(path).name} needs psd-tools, which is not installed.",
            "pip install 'livesketch[psd]'",
        ) from None


# --- from pixels


def _layers(psd: Any) -> list[tuple[str, Rgba, float]]:
    """Name, (S, S, 4) and opacity of each layer that is seen, from below; a flat file is one layer."""
    width, height = psd.size
    side = max(width, height)
    found = []
    seen = [one for one in psd.descendants() if not one.is_group() and one.is_visible()]
    for layer in seen or [psd]:
        image = layer.topil()
        if image is None:
            continue
        left, top = (0, 0) if layer is psd else layer.offset
        corner = ((side - width) // 2, (side - height) // 2)
        square = Image.new("RGBA", (side, side))
        square.paste(image.convert("RGBA"), (left + corner[0], top + corner[1]))
        if layer is not psd and layer.mask is not None and not layer.mask.disabled:
            square.putalpha(_masked(square.getchannel("A"), layer.mask, corner))
        opacity = 1.0 if layer is psd else layer.opacity / 255
        found.append((str(layer.name), np.asarray(square), opacity))
    return found


def _masked(alpha: Image.Image, mask: Any, corner: tuple[int, int]) -> Image.Image:
    """What a layer's mask leaves of it; beside the mask its ground counts, 0 or 255."""
    whole = Image.new("L", alpha.size, mask.background_color)
    shown = mask.topil()
    if shown is not None:
        whole.paste(shown.convert("L"), (mask.left + corner[0], mask.top + corner[1]))
    return ImageChops.multiply(alpha, whole)


def _document(layers: list[tuple[str, Rgba, float]]) -> Document:
    strokes: list[Stroke] = []
    mask: list[Stroke] = []
    photos: list[tuple[str, Rgba, float]] = []
    for name, pixels, opacity in layers:
        if name == PARTS:
            mask += areas_of(_class_numbers(pixels))
        elif _is_ink(pixels):
            strokes += _lines(_sketch(pixels))
        elif not _is_plain(pixels):
            photos.append((name, pixels, opacity))
    document = Document.from_strokes(strokes)
    parts = EMPTY
    for stroke in mask:
        parts = parts.then(stroke)
    if parts.count or photos:
        document.edit(replace(document.sheet, mask=parts, reference=_reference(photos)))
        document.mark_saved(None)
    return document


def _is_plain(pixels: Rgba) -> bool:
    """One colour all over, or nothing at all: the paper."""
    shown = np.ascontiguousarray(pixels[pixels[..., 3] > 0].T)  # (4, N)
    return shown.shape[1] == 0 or int(np.ptp(shown, axis=1).max()) <= 4


def _is_ink(pixels: Rgba) -> bool:
    if _is_plain(pixels) and (pixels[..., 3] > 0).mean() > 0.5:
        return False
    return bool((pixels[..., 3] > 0).any()) and is_drawn(Image.fromarray(pixels))


def _sketch(pixels: Rgba) -> Sketch:
    """(S, S): ink on nothing as it is, thin lines stay thin; ink on a ground is told from it."""
    if pixels[..., 3].min() > 250:
        return sketch_of(Image.fromarray(pixels))
    side = min(len(pixels), SIDE)
    small = cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA)
    return gray_of(Image.fromarray(np.asarray(small, np.uint8)))


def _lines(sketch: Sketch) -> list[Stroke]:
    """Strokes through the middle of the ink, as broad as it is there."""
    size = len(sketch)
    half = cv2.distanceTransform((sketch < 0.5).astype(np.uint8), cv2.DIST_L2, 3)
    strokes = []
    for line in strokes_in(sketch, _SHORTEST, _ACCURACY):
        x, y = np.clip((line * size).astype(int), 0, size - 1).T
        widths = 2.0 * np.maximum(half[y, x], 0.5) / size
        broadest = float(np.clip(widths.max(), 0.001, 0.12))
        pressure = np.clip(1.0 - (1.0 - widths / broadest) / _THINNING, 0.0, 1.0)
        points = np.column_stack([line.astype(np.float64), pressure])
        strokes += strokes_from_points([points], Brush(size=broadest, thinning=_THINNING))
    return strokes


def _class_numbers(pixels: Rgba) -> Mask:
    """(MASK_SIDE, MASK_SIDE): the part whose colour is nearest, 0 where nothing is painted."""
    side = (MASK_SIDE, MASK_SIDE)
    small = cv2.resize(pixels, side, interpolation=cv2.INTER_NEAREST).astype(np.int32)
    colours = PART_COLOURS.astype(np.int32)
    numbers = np.zeros(side, np.uint8)
    best = np.full(side, np.iinfo(np.int32).max)
    for number in range(1, len(colours)):
        away = ((small[..., :3] - colours[number]) ** 2).sum(2)
        numbers[away < best] = number
        best = np.minimum(best, away)
    numbers[small[..., 3] < 128] = 0
    return numbers


def _reference(photos: list[tuple[str, Rgba, float]]) -> Reference | None:
    if not photos:
        return None
    side = photos[0][1].shape[0]
    whole = Image.new("RGBA", (side, side))
    opacity = photos[0][2] if len(photos) == 1 else 0.5
    for _, pixels, share in photos:
        strength = 1.0 if len(photos) == 1 else share
        whole = Image.alpha_composite(whole, Image.fromarray(_paler(pixels, strength)))
    box = _box(np.asarray(whole))
    if box is None:
        return None
    x0, y0, x1, y1 = box
    white = Image.new("RGBA", whole.size, (255, 255, 255, 255))
    picture = np.asarray(Image.alpha_composite(white, whole).convert("RGB"))[y0:y1, x0:x1]
    photo = reference_of(photos[0][0], picture)
    return replace(
        photo,
        x=(x0 + x1) / 2 / side,
        y=(y0 + y1) / 2 / side,
        side=max(x1 - x0, y1 - y0) / side,
        opacity=opacity,
    )


# --- to pixels


def _photo_pixels(photo: Reference) -> Rgba:
    """(SIDE, SIDE, 4): the photo where it lies on the paper, at full strength."""
    picture = photo.picture
    if picture is None:
        return np.zeros((SIDE, SIDE, 4), np.uint8)
    height, width = picture.shape[:2]
    scale = SIDE * photo.side / max(height, width)
    left, top = SIDE * photo.x - 0.5 * width * scale, SIDE * photo.y - 0.5 * height * scale
    matrix = np.array([[scale, 0.0, left], [0.0, scale, top]])
    opaque = np.dstack([picture, np.full((height, width), 255, np.uint8)])
    return np.asarray(cv2.warpAffine(opaque, matrix, (SIDE, SIDE)), np.uint8)


def _part_pixels(mask: Mask) -> Rgba:
    large = np.asarray(cv2.resize(mask, (SIDE, SIDE), interpolation=cv2.INTER_NEAREST), np.uint8)
    return np.dstack([PART_COLOURS[large], np.where(large > 0, 255, 0).astype(np.uint8)])


def _paler(pixels: Rgba, opacity: float) -> Rgba:
    paler = pixels.copy()
    paler[..., 3] = np.rint(pixels[..., 3] * opacity).astype(np.uint8)
    return paler


def _box(pixels: Rgba) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom of what is not transparent."""
    ys, xs = np.nonzero(pixels[..., 3])
    if len(xs) == 0:
        return None
    return int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1
