"""Drawings from and for other programs: Quick, Draw!, SVG, and ink without paper."""

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from livesketch.canvas.brush import BRUSHES, ERASER, Brush
from livesketch.canvas.disk import read_whole, write_safely
from livesketch.canvas.document import Document
from livesketch.canvas.erasing import left_over
from livesketch.canvas.paper import COLOURS, PaperRaster
from livesketch.canvas.stroke import COLUMNS, Stroke, strokes_from_points
from livesketch.canvas.svg import Drawing, SvgError, parse
from livesketch.errors import DrawingError

NAMES = (*BRUSHES, ERASER)
SWELLS = 0.5  # thousandths of the page by which a line's width changes, to be more than even
BLOB = 0.3  # widths by lengths of a line from which on its outline would cross itself
SIDE = 2048  # pixels of a drawing that is saved as a picture
_FILLED = 0.76  # of the paper's side: how large a drawing without a page is put on it
_LARGEST_NDJSON = 512 * 2**20
_LARGEST_SVG = 32 * 2**20
_PAUSE = 0.25  # seconds between two strokes in a file for others
_CLOSE = 0.02  # paper sides between the points of a straight line, so that its corners stay corners


def read_quickdraw(path: Path) -> list[Document]:
    """The drawings of a Quick, Draw! file, simplified or raw: one JSON object a line, in its `drawing`
    a list of strokes [[x...], [y...]] or [[x...], [y...], [milliseconds...]].

    Each is centred on its paper. Lines that are not whole are passed over; DrawingError where
    none is.
    """
    path = Path(path)
    documents = []
    for line in read_whole(path, _LARGEST_NDJSON).splitlines():
        if line.strip():
            document = _quickdraw(line, f"{path.stem}-{len(documents) + 1}")
            if document is not None:
                documents.append(document)
    if not documents:
        raise DrawingError(f"{path.name} holds no Quick, Draw! drawing.")
    return documents


def _quickdraw(line: bytes, name: str) -> Document | None:
    try:
        rows = [np.array(row, np.float64) for row in json.loads(line)["drawing"]]
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None
    tables = []
    for row in rows:
        if row.ndim != 2 or row.shape[0] not in (2, 3) or not np.isfinite(row).all():
            return None
        if row.shape[1]:
            tables.append(row.T)
    if not tables:
        return None
    points = np.concatenate([table[:, :2] for table in tables])
    low, high = points.min(0), points.max(0)
    if np.abs(points).max() > 1e9:
        return None
    scale = _FILLED / max(float((high - low).max()), 1e-9)
    middle = (low + high) / 2
    placed = [(table[:, :2] - middle) * scale + 0.5 for table in tables]
    strokes = strokes_from_points(placed)
    if all(table.shape[1] == 3 for table in tables):
        strokes = [
            _timed(stroke, table[:, 2] / 1000.0)
            for stroke, table in zip(strokes, tables, strict=True)
        ]
    return Document.from_strokes(strokes, name=name)


def _timed(stroke: Stroke, times: NDArray[np.float64]) -> Stroke:
    table = stroke.table.copy()
    table[:, COLUMNS - 1] = times
    return Stroke(table, stroke.brush)


def write_quickdraw(document: Document, path: Path) -> None:
    """The drawing as one line of a raw Quick, Draw! file: the paper is 0..255 wide and high, times
    are milliseconds from the first touch. DrawingError where it cannot be.

    What was erased is cut out of the lines; widths and parts have no place there.
    """
    tables = left_over(document.strokes)
    rows, clock = [], 0.0
    for table in tables:
        x, y = (np.round(255.0 * table[:, axis], 2).tolist() for axis in (0, 1))
        times = table[:, COLUMNS - 1] - table[0, COLUMNS - 1]
        since = clock + np.maximum.accumulate(np.maximum(times, 0.0))
        clock = float(since[-1]) + _PAUSE
        rows.append([x, y, np.rint(1000.0 * since).astype(int).tolist()])
    line = {"word": "face", "recognized": True, "drawing": rows}
    write_safely(Path(path), json.dumps(line, separators=(",", ":")).encode() + b"\n")


def read_svg(path: Path) -> Document:
    """The lines of an SVG file: paths, polylines, polygons, lines, rectangles, circles, ellipses.

    Its page becomes the paper (centred); fills are drawn as their outlines. Text, pictures and
    `use` are left out. DrawingError where there is nothing to draw, and for files that would
    unfold into something huge.
    """
    path = Path(path)
    content = read_whole(path, _LARGEST_SVG)
    try:
        drawing = parse(content)
    except SvgError as error:
        raise DrawingError(f"{path.name} {error}.") from error
    if not drawing.shapes:
        raise DrawingError(f"{path.name} holds no lines.", "Texts and pictures are left out.")
    return Document.from_strokes(_placed(drawing), name=path.stem)


def _placed(drawing: Drawing) -> list[Stroke]:
    points = np.concatenate([shape.points for shape in drawing.shapes])
    low, high = points.min(0), points.max(0)
    origin, scale = (low + high) / 2, _FILLED / max(float((high - low).max()), 1e-9)
    if drawing.view is not None:
        x, y, width, height = drawing.view
        page_low, page_high = np.array([x, y]), np.array([x + width, y + height])
        middle = (low + high) / 2
        if (middle >= page_low).all() and (middle <= page_high).all():
            origin, scale = (page_low + page_high) / 2, 1.0 / max(width, height)
    strokes = []
    for shape in drawing.shapes:
        line = np.clip((shape.points - origin) * scale + 0.5, -100.0, 100.0)
        brush = BRUSHES.get(shape.brush) or Brush("eraser" if shape.brush == "eraser" else "pen")
        if shape.width is not None:
            brush = replace(brush, size=float(np.clip(shape.width * scale, 0.001, 0.12)))
        strokes += strokes_from_points([_filled_in(line)], brush)
    return strokes


def _filled_in(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """More points on long straight pieces: otherwise the smooth curve would round their corners."""
    steps = np.hypot(*np.diff(line, axis=0).T)
    counts = np.clip(np.ceil(steps / _CLOSE), 1, 200).astype(int)
    pieces = [line[:1]]
    for start, end, count in zip(line, line[1:], counts, strict=False):
        t = (np.arange(1, count + 1) / count)[:, None]
        pieces.append(start + (end - start) * t)
    return np.concatenate(pieces)


def outline(line: NDArray[np.float64], widths: NDArray[np.float64]) -> NDArray[np.float64]:
    """The edge (M, 2) of a line (N, 2) that is `widths` (N,) wide at its points, with round ends."""
    along = np.gradient(line, axis=0)
    along /= np.maximum(np.hypot(*along.T)[:, None], 1e-9)
    across = np.stack([-along[:, 1], along[:, 0]], 1)
    half = widths[:, None] / 2
    turns = np.linspace(np.pi / 2, -np.pi / 2, 7)[1:-1, None]
    last = line[-1] + half[-1] * (np.sin(turns) * across[-1] + np.cos(turns) * along[-1])
    first = line[0] - half[0] * (np.sin(turns) * across[0] + np.cos(turns) * along[0])
    return np.concatenate([line + half * across, last, (line - half * across)[::-1], first])


def _svg_path(points: NDArray[np.float64], brush: Brush) -> str:
    pressure = float(np.mean(points[:, 2]))
    width = 1000.0 * brush.width_at(pressure)
    widths = [1000.0 * brush.width_at(p) for p in points[:, 2].tolist()]
    is_swelling = len(points) > 2 and max(widths) - min(widths) > SWELLS
    colour = "#f7f5f0" if brush.is_eraser else "#16171a"
    steps = [f"{1000 * x:.2f} {1000 * y:.2f}" for x, y in points[:, :2].tolist()]
    if len(steps) == 1:
        steps *= 2  # a dot
    pale = "" if brush.is_opaque else f' stroke-opacity="{brush.darkness_at(pressure):.3f}"'
    name = brush.name if brush.name in NAMES else "pen"
    if is_swelling:
        line, wide = 1000 * points[:, :2], np.array(widths)
        whole = [outline(line, wide)]
        if wide.max() > BLOB * np.hypot(*np.diff(line, axis=0).T).sum():
            whole = [outline(line[n : n + 2], wide[n : n + 2]) for n in range(len(line) - 1)]
        edges = [" L".join(f"{x:.2f} {y:.2f}" for x, y in edge) for edge in whole]
        return (
            f'<path data-brush="{name}" data-line="{" ".join(steps)}" data-width="{width:.3f}" '
            f'fill="{colour}"{pale.replace("stroke", "fill")} d="M{"Z M".join(edges)}Z"/>'
        )
    return (
        f'<path data-brush="{name}" stroke="{colour}"{pale} '
        f'stroke-width="{width:.3f}" d="M{" L".join(steps)}"/>'
    )


def write_svg(document: Document, path: Path) -> None:
    """The drawing on a page of 1000 × 1000: even lines as strokes, swelling ones as filled outlines that
    hold their middle line for read_svg(); DrawingError where it cannot be."""
    rows = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 1000" fill="none" '
        'stroke-linecap="round" stroke-linejoin="round">',
        '<rect width="1000" height="1000" fill="#f7f5f0"/>',
    ]
    for stroke in document.strokes:
        rows += [_svg_path(path.points, stroke.brush) for path in stroke.paths if len(path.points)]
    rows.append("</svg>\n")
    write_safely(Path(path), "\n".join(rows).encode())


def ink_alone(document: Document, side: int, paper_colour: str) -> NDArray[np.uint8]:
    """(side, side, 4) RGBA: the ink as it is seen on that paper, and no paper under it."""
    raster = PaperRaster(side)
    raster.update(document, budget_s=float("inf"))
    rgba = np.empty((side, side, 4), np.uint8)
    rgba[..., :3] = COLOURS[paper_colour][1]
    rgba[..., 3] = raster.ink
    return rgba


def write_transparent(document: Document, path: Path, paper_colour: str = "light") -> None:
    """The ink alone as a PNG of SIDE × SIDE; DrawingError where it cannot be."""
    rgba = ink_alone(document, SIDE, paper_colour)
    _, data = cv2.imencode(".png", cv2.cvtColor(rgba, cv2.COLOR_RGBA2BGRA))
    write_safely(Path(path), data.tobytes())
