"""Everything that was measured of one model on one set, and the two ways it is written as JSON."""

import math
from dataclasses import dataclass

from livesketch.evaluation.people import People
from livesketch.evaluation.photos import Photos
from livesketch.evaluation.tier_figures import TierFigures
from livesketch.frames import Picture

TIER_KEYS = (
    "n",
    "face_found",
    "nme_percent",
    "fd",
    "diversity",
    "identity_50_100",
    "largest_jump",
)


@dataclass(frozen=True, eq=False)
class Figures:
    """None: not measured. `conditions` is what the figures hold for: model, runtime, set, options."""

    conditions: dict[str, str]
    tiers: dict[str, TierFigures]
    photos: dict[str, Photos | None]  # behind the drawings of each tier
    obedience: dict[str, float]
    obedience_when_faithful: dict[str, float] | None
    people: People
    stillness: float | None
    stillness_by_tier: dict[str, float]
    doodle: Picture  # the one that people were shown in


def contract(figures: Figures) -> dict[str, object]:
    """What `evaluate --json` promises, and nothing else."""
    result: dict[str, object] = {
        tier: {key: _rounded(getattr(values, key)) for key in TIER_KEYS}
        for tier, values in figures.tiers.items()
    }
    result["obedience"] = _all_rounded(figures.obedience)
    result["skin_tone"] = _all_rounded(figures.people.skin_tone)
    result["stillness"] = _rounded(figures.stillness)
    return result


def details(figures: Figures) -> dict[str, object]:
    """The contract's figures and those that only the report has."""
    result = contract(figures)
    for tier, values in figures.tiers.items():
        entry = result[tier]
        assert isinstance(entry, dict)
        entry["faces"] = values.faces
        entry["photos"] = values.photos
        entry["to_photos"] = {
            space: {"kernel_distance": _rounded(d.kernel_distance), "frechet": _rounded(d.frechet)}
            for space, d in values.to_photos.items()
        }
        entry["face_found_at"] = {str(p): _rounded(v) for p, v in values.found_at.items()}
    result["photos"] = {
        tier: {
            "n": photos.n,
            "face_found": _rounded(photos.face_found),
            "fd": _rounded(photos.fd),
            "diversity": _rounded(photos.diversity),
            "skin_tone": _all_rounded(photos.skin_tone),
        }
        for tier, photos in figures.photos.items()
        if photos is not None
    }
    result["conditions"] = figures.conditions
    result["obedience_when_faithful"] = _all_rounded(figures.obedience_when_faithful)
    result["looks"] = {
        "n": figures.people.n,
        "face_found": _rounded(figures.people.face_found),
        "diversity": _rounded(figures.people.diversity),
    }
    result["stillness_by_tier"] = _all_rounded(figures.stillness_by_tier)
    return result


def _all_rounded(values: dict[str, float] | None) -> dict[str, float | None] | None:
    return None if values is None else {name: _rounded(value) for name, value in values.items()}


def _rounded(value: float | None) -> float | None:
    """JSON knows no infinities: a figure that is none is not measured."""
    if value is None or isinstance(value, int):
        return value
    return round(float(value), 4) if math.isfinite(value) else None
