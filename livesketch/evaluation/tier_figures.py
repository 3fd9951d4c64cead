"""The figures of one tier of drawings."""

from collections.abc import Sequence
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
    median_of,
    share,
)
from livesketch.evaluation.landmarks import Landmarks, nme_percent
from livesketch.evaluation.tiers import Drawing
from livesketch.frames import Picture, Sketch

SHOWN = 24  # drawings on a contact sheet: the first by name, never chosen
SHEET_LOOKS = (1, 2, 3)


@dataclass(frozen=True, eq=False)
class Row:
    """One line of a contact sheet."""

    sketch: Sketch
    faces: tuple[Picture, ...]  # looks 1, 2, 3
    photo: Picture | None = None
    stages: tuple[Picture, ...] = ()  # at growth.STAGES


@dataclass(frozen=True, eq=False)
class TierFigures:
    """None: not measured. `kernel_distance` is to the photos of the whole set."""

    n: int
    face_found: float | None = None
    nme_percent: float | None = None
    fd: float | None = None
    diversity: float | None = None
    identity_50_100: float | None = None
    largest_jump: float | None = None
    kernel_distance: float | None = None
    faces: int = 0  # made for face_found and fd
    photos: int = 0  # in which a face was found to compare with
    found_at: dict[int, float | None] = field(default_factory=dict)  # percent of the pen path
    rows: tuple[Row, ...] = ()


def tier_figures(
    tier: str,
    drawings: Sequence[Drawing],
    looks: Sequence[int],
    tools: Instruments,
    real: NDArray[np.float64] | None,
) -> TierFigures:
    """`looks` are the seeds for face_found and fd, LOOK first; everything else is in LOOK alone.

    `real`: appearance features (M, D) of real photos, for the kernel distance.
    """
    found: list[bool] = []
    seen: list[NDArray[np.float64]] = []
    codes: list[NDArray[np.float32]] = []
    nmes: list[float] = []
    grown: list[Growth] = []
    rows: list[Row] = []
    for number, drawing in enumerate(tools.told(drawings, tier)):
        faces = [tools.face(drawing.sketch, look) for look in looks]
        marks = [tools.find(face) for face in faces]
        found += [mark is not None for mark in marks]
        features = tools.appearance(faces)
        if features is not None:
            seen.append(features)
        code = tools.code(faces[0], marks[0])
        if code is not None:
            codes.append(code)
        photo = _photo(drawing, tools)
        nme = _nme(photo, marks[0], tools)
        if nme is not None:
            nmes.append(nme)
        if drawing.strokes:
            grown.append(growth(drawing, tools))
        if number < SHOWN:
            rows.append(_row(drawing, photo, grown, tools))
    made = np.concatenate(seen) if seen else None
    return TierFigures(
        n=len(drawings),
        face_found=share(found),
        nme_percent=median_of(nmes),
        fd=_fd(made, tools),
        diversity=spread(np.stack(codes)) / REAL_SPREAD if len(codes) > 1 else None,
        identity_50_100=median_of(one.identity_50_100 for one in grown),
        largest_jump=median_of(one.largest_jump for one in grown),
        kernel_distance=_kernel_distance(made, real),
        faces=len(found),
        photos=len(nmes),
        found_at={p: share(one.found[p] for one in grown) for p in STAGES} if grown else {},
        rows=tuple(rows),
    )


def real_appearance(
    tiers: dict[str, list[Drawing]], tools: Instruments
) -> NDArray[np.float64] | None:
    """Appearance features of all photos behind the set's drawings, each file once."""
    paths = sorted({d.photo for drawings in tiers.values() for d in drawings if d.photo})
    if tools.features.appearance is None or len(paths) < 2:
        return None
    rows = []
    for path in tools.told(paths, "photos"):
        try:
            rows.append(tools.features.appearance.of([read_square(path)]))
        except SourceError:
            continue  # named when its drawing is measured
    return np.concatenate(rows) if len(rows) > 1 else None


def _fd(made: NDArray[np.float64] | None, tools: Instruments) -> float | None:
    real = tools.features.real
    if made is None or real is None or len(made) < 2:
        return None
    return frechet(made, real.mean, real.covariance)


def _kernel_distance(
    made: NDArray[np.float64] | None, real: NDArray[np.float64] | None
) -> float | None:
    if made is None or real is None or len(made) < 2:
        return None
    return kernel_distance(made, real)


def _photo(drawing: Drawing, tools: Instruments) -> Picture | None:
    if drawing.photo is None:
        return None
    try:
        return read_square(drawing.photo)
    except SourceError as error:
        tools.say(f"{drawing.photo.name} is left out: {error}")
        return None


def _nme(photo: Picture | None, marks: Landmarks | None, tools: Instruments) -> float | None:
    if photo is None or marks is None:
        return None
    real = tools.find(photo)
    return None if real is None else nme_percent(marks, real)


def _row(
    drawing: Drawing, photo: Picture | None, grown: Sequence[Growth], tools: Instruments
) -> Row:
    faces = tuple(tools.face(drawing.sketch, look) for look in SHEET_LOOKS)
    stages = grown[-1].stages if drawing.strokes else ()
    return Row(drawing.sketch, faces, photo, stages)
