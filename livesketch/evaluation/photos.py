"""What lies behind the drawings, measured as if a model had made it: how good a figure can be."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from livesketch.errors import SourceError
from livesketch.evaluation.distances import frechet, spread
from livesketch.evaluation.finder import read_square
from livesketch.evaluation.instruments import REAL_SPREAD, Instruments, joined
from livesketch.evaluation.landmarks import SKIN_TONES, skin_tone
from livesketch.evaluation.tiers import Drawing
from livesketch.frames import Picture

Seen = dict[str, NDArray[np.float64]]  # name of a feature space -> (N, D)


@dataclass(frozen=True, eq=False)
class Photos:
    """The photos of one tier. None: not measured. `seen` is each photo by its digest."""

    n: int
    face_found: float
    fd: float | None
    diversity: float | None
    skin_tone: dict[str, float] | None
    seen: dict[str, Seen]


def photos_of(drawings: Sequence[Drawing], tools: Instruments) -> Photos | None:
    """None where no photo lies behind any of the drawings. Unreadable ones are named and left out."""
    seen: dict[str, Seen] = {}
    codes, found = [], 0
    tones: Counter[str] = Counter()
    paths = [drawing.photo for drawing in drawings if drawing.photo is not None]
    for path in tools.told(paths, "photos"):
        try:
            photo = read_square(path)
        except SourceError as error:
            tools.say(f"{path.name} is left out: {error}")
            continue
        photo = _no_larger(photo, tools.resolution)
        seen[hashlib.sha256(photo.tobytes()).hexdigest()] = tools.seen([photo])
        marks = tools.find(photo)
        if marks is None:
            continue
        found += 1
        tones[skin_tone(photo, marks)] += 1
        code = tools.code(photo, marks)
        if code is not None:
            codes.append(code)
    if not seen:
        return None
    return Photos(
        n=len(seen),
        face_found=found / len(seen),
        fd=frechet_to_real(joined(list(seen.values())), tools),
        diversity=spread(np.stack(codes)) / REAL_SPREAD if len(codes) > 1 else None,
        skin_tone={name: tones[name] / found for name in SKIN_TONES} if found else None,
        seen=seen,
    )


def _no_larger(photo: Picture, side: int) -> Picture:
    """How a picture was made small is worth several points of Fréchet distance: all the same way."""
    if photo.shape[0] <= side:
        return photo
    return np.asarray(cv2.resize(photo, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def all_photos(tiers: Mapping[str, Photos | None]) -> Seen:
    """The photos of all tiers, each once, in every feature space."""
    every: dict[str, Seen] = {}
    for photos in tiers.values():
        every |= photos.seen if photos is not None else {}
    return joined(list(every.values()))


def frechet_to_real(seen: Seen, tools: Instruments) -> float | None:
    """To the held-out real faces; None without the network, their statistics, or two pictures."""
    space, real = tools.features.appearance, tools.features.real
    if space is None or real is None or len(seen.get(space.name, ())) < 2:
        return None
    return frechet(seen[space.name], real.mean, real.covariance)
