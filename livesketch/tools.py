"""What the hand does on the paper with the tool it holds: draw, erase, a straight line, an ellipse, pick and move."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from livesketch.canvas.brush import BRUSHES, ERASER, PEN, Brush
from livesketch.canvas.mask import SIDE, MaskRaster, filled, paint_brush
from livesketch.canvas.raster import render_sketch
from livesketch.canvas.shapes import ellipse, straight
from livesketch.canvas.stabilizer import stabilizer
from livesketch.canvas.stroke import Sample, Stroke
from livesketch.canvas.viewpoint import Viewpoint
from livesketch.picking import Picking
from livesketch.session import Session

Shape = Callable[[Sample, Sample, float, bool], list[Sample]]

SHAPES: dict[str, Shape] = {"line": straight, "ellipse": ellipse}
BACKGROUND = "background"
INK = "ink"  # what people call the pen's brush


class Tool(Protocol):
    """One press on the paper, in sides of the square before the eye; Tools makes one for each."""

    def down(self, sample: Sample) -> None: ...
    def move(self, sample: Sample) -> None: ...
    def up(self) -> None: ...


@dataclass
class Tools:
    """Remembers what the hand holds down, and what was picked."""

    session: Session
    picking: Picking
    is_constrained: bool = False  # Shift is down

    def __post_init__(self) -> None:
        self._tool: Tool | None = None

    @property
    def is_down(self) -> bool:
        return self._tool is not None

    def down(self, sample: Sample, is_eraser: bool) -> None:
        self.up()
        name = self.session.tool
        if not is_eraser and name in SHAPES:
            self._tool = _Shaping(self, SHAPES[name])
        elif name == "mask":
            self._tool = _Painting(self.session, is_eraser)
        elif name == "fill":
            self._tool = _Filling(self.session, is_eraser)
        elif not is_eraser and name == "select":
            self._tool = self.picking
            self.picking.is_constrained = self.is_constrained
        else:
            self._tool = _Drawing(self.session, is_eraser or name == "eraser")
        self._tool.down(sample)

    def move(self, sample: Sample) -> None:
        if self._tool is not None:
            self._tool.move(sample)

    def up(self) -> None:
        tool, self._tool = self._tool, None
        if tool is not None:
            tool.up()


class _Drawing:
    """A free line, calmed before the eye, drawn on the paper."""

    def __init__(self, session: Session, is_eraser: bool) -> None:
        values = session.played
        self._session = session
        self._view = session.view
        self._brush = brush_in_hand(session, is_eraser)
        self._calmed = stabilizer(str(values["stabilizer_kind"]), float(values["stabilizer"]))

    def down(self, sample: Sample) -> None:
        first, *rest = self._calmed.push(sample)
        self._session.document.begin(self._brush, on_paper(first, self._view))
        self._extend(rest)

    def move(self, sample: Sample) -> None:
        if self._session.document.is_drawing:
            self._extend(self._calmed.push(sample))

    def up(self) -> None:
        if self._session.document.is_drawing:
            self._extend(self._calmed.finish())
            self._session.document.end()

    def _extend(self, samples: list[Sample]) -> None:
        self._session.document.extend(on_paper(one, self._view) for one in samples)


class _Shaping:
    """A line or an ellipse between where the pen came down and where it is; as broad as it pressed most."""

    def __init__(self, tools: Tools, shape: Shape) -> None:
        self._tools = tools
        self._shape = shape
        self._pressure = 0.0

    def down(self, sample: Sample) -> None:
        session = self._tools.session
        self._start, self._pressure = sample, sample.pressure
        view = session.view
        session.document.begin(brush_in_hand(session, is_eraser=False), on_paper(sample, view))

    def move(self, sample: Sample) -> None:
        session = self._tools.session
        self._pressure = max(self._pressure, sample.pressure)
        made = self._shape(self._start, sample, self._pressure, self._tools.is_constrained)
        session.document.reshape([on_paper(one, session.view) for one in made])

    def up(self) -> None:
        self._tools.session.document.end()


class _Painting:
    """Parts of a face, painted over what was there; the eraser paints background."""

    def __init__(self, session: Session, is_eraser: bool) -> None:
        self._session = session
        self._part = BACKGROUND if is_eraser else str(session.values["part"])
        self._samples: list[Sample] = []

    def down(self, sample: Sample) -> None:
        self._base = self._session.document.sheet
        self.move(sample)

    def move(self, sample: Sample) -> None:
        session = self._session
        self._samples.append(on_paper(sample, session.view))
        mirror = float(session.values["symmetry_axis"]) if session.values["symmetry"] else None
        brush = paint_brush(self._part, float(session.values["eraser_size"]) / 1000)
        stroke = Stroke(self._samples, replace(brush, mirror=mirror))
        sheet = replace(self._base, mask=self._base.mask.then(stroke))
        session.document.preview(sheet)

    def up(self) -> None:
        self._session.document.settle()


class _Filling:
    """The area that was pressed, bounded by lines and by other parts."""

    def __init__(self, session: Session, is_eraser: bool) -> None:
        self._session = session
        self._part = BACKGROUND if is_eraser else str(session.values["part"])

    def down(self, sample: Sample) -> None:
        document = self._session.document
        x, y = self._session.view.to_paper(sample.x, sample.y)
        sheet = document.sheet
        lines, _ = render_sketch(document.strokes, SIDE // 2, is_framed=False)
        ink = np.kron(lines < 0.6, np.ones((2, 2), bool))
        stroke = filled(MaskRaster().follow(sheet.mask), ink, x, y, self._part)
        if stroke is not None:
            document.edit(replace(sheet, mask=sheet.mask.then(stroke)))

    def move(self, sample: Sample) -> None:
        """A fill is done as soon as the pen is down."""

    def up(self) -> None:
        """Nothing is held."""


def on_paper(sample: Sample, view: Viewpoint) -> Sample:
    x, y = view.to_paper(sample.x, sample.y)
    return sample if (x, y) == (sample.x, sample.y) else replace(sample, x=x, y=y)


def brush_in_hand(session: Session, is_eraser: bool) -> Brush:
    values = session.played
    mirror = float(values["symmetry_axis"]) if values["symmetry"] else None
    if is_eraser:
        return Brush(ERASER, float(values["eraser_size"]) / 1000, mirror=mirror)
    name = str(values["brush"])
    return Brush(
        PEN if name == INK else name,
        float(values["size"]) / 1000,
        float(values["hardness"]),
        float(values["opacity"]),
        float(values["pressure_size"]),
        float(values["pressure_opacity"]),
        mirror,
        float(values["tilt"]),
    )


def brush_knobs(name: str) -> dict[str, float]:
    """The knobs of a brush as a person finds it."""
    brush = BRUSHES[PEN if name == INK else name]
    return {
        "size": brush.size * 1000,
        "hardness": brush.hardness,
        "opacity": brush.opacity,
        "pressure_size": brush.thinning,
        "pressure_opacity": brush.fading,
        "tilt": brush.tilting,
    }
