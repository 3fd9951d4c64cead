"""The figures of one tier of drawings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from livesketch.errors import SourceError
from livesketch.evaluation.distances import frechet, kernel_distance, spread
from livesketch.evaluation.finder import read_square
from livesketch.evaluation.growth import STAGES, Growth, growth
from livesketch.evaluation.instruments import (
    REAL_SPREAD,
    Instruments,
    joined,
    median_of,
    share,
)
from livesketch.evaluation.landmarks import Landmarks, nme_percent
from livesketch.evaluation.photos import frechet_to_real
from livesketch.evaluation.tiers import Drawing
from livesketch.frames import Picture, Sketch

SHOWN = 24  # drawings on a contact sheet: the first by name, never chosen


@dataclass(frozen=True, eq=False)
class Row:
    """One line of a contact sheet."""

    sketch: Sketch
    faces: tuple[Picture, ...]  # one for each look
    photo: Picture | None = None
    stages: tuple[Picture, ...] = ()  # at growth.STAGES


@dataclass(frozen=True)
class Apart:
    """How far made faces are from photos in one feature space."""

    kernel_distance: float
    frechet: float


@dataclass(frozen=True, eq=False)
class TierFigures:
    """None: not measured. `to_photos` is to the photos of the whole set."""

    n: int
    face_found: float | None = None
    nme_percent: float | None = None
    fd: float | None = None
    diversity: float | None = None
    identity_50_100: float | None = None
    largest_jump: float | None = None
    to_photos: dict[str, Apart] = field(
        default_factory=dict
    )  # name of a feature space -> distances
    faces: int = 0  # made for face_found and fd
    photos: int = 0  # in which a face was found to compare with
    found_at: dict[int, float | None] = field(default_factory=dict)  # percent of the pen path
    rows: tuple[Row, ...] = ()


def tier_figures(
    tier: str,
    drawings: Sequence[Drawing],
    looks: Sequence[int],
    tools: Instruments,
    real: dict[str, NDArray[np.float64]],
    growing: int | None = None,
) -> TierFigures:
    """`looks` are the seeds for face_found, fd and diversity, LOOK first; the rest is in LOOK alone.

    `real`: name of a feature space -> real photos in it, (M, D). `growing`: of how many drawings
    the halves are measured; None: of all.
    """
    found: list[bool] = []
    seen: list[dict[str, NDArray[np.float64]]] = []
    codes: dict[int, list[NDArray[np.float32]]] = {look: [] for look in looks}
    nmes: list[float] = []
    grown: list[Growth] = []
    rows: list[Row] = []
    for number, drawing in enumerate(tools.told(drawings, tier)):
        faces = [tools.face(drawing.sketch, look, drawing.begun_at) for look in looks]
        marks = [tools.find(face) for face in faces]
        found += [mark is not None for mark in marks]
        seen.append(tools.seen(faces))
        for look, face, mark in zip(looks, faces, marks, strict=True):
            code = tools.code(face, mark)
            if code is not None:
                codes[look].append(code)
        photo = _photo(drawing, tools)
        nme = _nme(photo, marks[0], tools)
        if nme is not None:
            nmes.append(nme)
        stages: tuple[Picture, ...] = ()
        if drawing.strokes and (growing is None or number < growing):
            grown.append(growth(drawing, tools))
            stages = grown[-1].stages if number < SHOWN else ()
        if number < SHOWN:
            rows.append(Row(drawing.sketch, tuple(faces), photo, stages))
    made = joined(seen)
    return TierFigures(
        n=len(drawings),
        face_found=share(found),
        nme_percent=median_of(nmes),
        fd=frechet_to_real(made, tools),
        diversity=_diversity(codes.values()),
        identity_50_100=median_of(one.identity_50_100 for one in grown),
        largest_jump=median_of(one.largest_jump for one in grown),
        to_photos=_to_photos(made, real),
        faces=len(found),
        photos=len(nmes),
        found_at={p: share(one.found[p] for one in grown) for p in STAGES} if grown else {},
        rows=tuple(rows),
    )


def _diversity(codes: Iterable[Sequence[NDArray[np.float32]]]) -> float | None:
    """How different the people of different drawings are, within one look; mean over the looks."""
    spreads = [spread(np.stack(of_look)) for of_look in codes if len(of_look) > 1]
    return float(np.mean(spreads)) / REAL_SPREAD if spreads else None


def _to_photos(
    made: dict[str, NDArray[np.float64]], real: dict[str, NDArray[np.float64]]
) -> dict[str, Apart]:
    return {
        name: Apart(
            kernel_distance(rows, real[name]),
            frechet(rows, real[name].mean(0), np.cov(real[name], rowvar=False)),
        )
        for name, rows in made.items()
        if name in real and len(rows) > 1 and len(real[name]) > 1
    }


def _photo(drawing: Drawing, tools: Instruments) -> Picture | None:
    if drawing.photo is None:
        return None
    try:
        return read_square(drawing.photo)
    except SourceError:
        return None  # photos_of has named it


def _nme(photo: Picture | None, marks: Landmarks | None, tools: Instruments) -> float | None:
    if photo is None or marks is None:
        return None
    real = tools.find(photo)
    return None if real is None else nme_percent(marks, real)
