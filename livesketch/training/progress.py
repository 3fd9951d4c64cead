"""How a training is getting on: a line for people, and a row of the log."""

from __future__ import annotations

import csv
from pathlib import Path

from torch import Tensor

from livesketch.errors import OutputError
from livesketch.training.state import State

LOGGED = {
    "reader": ["misplaced", "mislabelled", "nme_percent"],
    "painter": [
        "critic",
        "projected",
        "sharp",
        "alike",
        "adversarial",
        "l1",
        "match",
        "kl",
        "told",
        "own",
        "borrowed",
        "twins",
        "crowd",
        "misplaced",
        "norm",
    ],
    "finer": ["critic", "projected", "alike", "l1", "kept", "norm"],
    "pix2pix": ["critic", "adversarial", "l1"],
    "encoder": ["loss", "l2", "w_norm", "alike", "unlike"],
}


def line(learned: State, rate: float, left: float, values: dict[str, Tensor]) -> str:
    """rate: pictures a second; left: minutes."""
    numbers = "  ".join(f"{k} {float(v):.3f}" for k, v in values.items())
    return f"{learned.pictures} pictures, {rate:.1f}/s, {left:.0f} min left  {numbers}"


def log(path: Path, learned: State, values: dict[str, Tensor]) -> None:
    """One row more in the file `path`; OutputError where that cannot be."""
    row: dict[str, float] = {"step": learned.step, "pictures": learned.pictures}
    row |= {name: float(value) for name, value in values.items()}
    names = ["step", "pictures", *LOGGED[learned.part]]
    try:
        with path.open("a", newline="") as file:
            writer = csv.DictWriter(file, names)
            if file.tell() == 0:
                writer.writeheader()
            writer.writerow(row)
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror}",
            hint="make room and start the same command again to go on",
        ) from error
