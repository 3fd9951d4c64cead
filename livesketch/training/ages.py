"""How old the people in the photos are, where somebody has said so."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from livesketch.errors import SourceError
from livesketch.training.dataset import AGES, keep

OLDEST = 130


def read(path: Path) -> dict[str, float]:
    """File name -> years, of a CSV with the columns photo and years. Raises SourceError for what is none."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            known = {row["photo"]: float(row["years"]) for row in csv.DictReader(file)}
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}") from error
    except (KeyError, TypeError, ValueError, csv.Error) as error:
        raise SourceError(
            f"{path} does not say how old people are",
            hint='it is a CSV file whose first line is "photo,years"',
        ) from error
    for name, years in known.items():
        if not 0 <= years <= OLDEST:
            raise SourceError(f"nobody is as old as {path} says of {name}: {years:g}")
    return known


def write(
    data: Path, names: Sequence[str], known: Mapping[str, float], say: Callable[[str], None]
) -> None:
    """What is known of those photos, (N,) years, nan elsewhere, beside the other arrays in `data`."""
    path = data / AGES
    if not known:
        path.unlink(missing_ok=True)
        return
    years = np.array([known.get(name, np.nan) for name in names], np.float32)
    keep(path, years)
    say(f"the ages of {np.isfinite(years).sum()} people are known")
