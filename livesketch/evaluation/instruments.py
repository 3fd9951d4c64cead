"""What every measure takes in hand: a way to make faces, a way to find them, and the feature networks."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from livesketch.evaluation.features import Features
from livesketch.evaluation.landmarks import Landmarks
from livesketch.frames import Picture, Point, Sketch

Item = TypeVar("Item")

# Spread of identity codes of the 604 held-out real faces behind real_faces.npz, with MobileFaceNet
# (docs/measurements.md): what "as varied as real people" means.
REAL_SPREAD = 0.92
LOOK = 1  # the one look, where one is enough


@dataclass(frozen=True, eq=False)
class Instruments:
    """make(sketch, seed of the look, where the drawing began) -> picture; find(picture) -> landmarks or
    None."""

    make: Callable[[Sketch, int, Point | None], Picture]
    find: Callable[[Picture], Landmarks | None]
    features: Features
    say: Callable[[str], None]
    resolution: int = 256  # of the faces; photos that they are compared with are brought to it

    def face(self, sketch: Sketch, look: int, begun_at: Point | None = None) -> Picture:
        """begun_at: where a pen began to draw it, if one did."""
        return self.make(sketch, look, begun_at)

    def seen(self, pictures: Sequence[Picture]) -> dict[str, NDArray[np.float64]]:
        """Name of a feature space -> (N, D) in it, of every space that is there."""
        return {space.name: space.of(pictures) for space in self.features.spaces}

    def code(self, picture: Picture, marks: Landmarks | None) -> NDArray[np.float32] | None:
        """Who the face is; None where there is no face, or no network to tell."""
        network = self.features.identity
        return None if network is None or marks is None else network.of(picture, marks)

    def told(self, items: Sequence[Item], what: str) -> Iterator[Item]:
        """The same items, saying now and then how far it is."""
        for number, item in enumerate(items):
            if number and number % 50 == 0:
                self.say(f"{what}: {number} of {len(items)}")
            yield item


def joined(
    parts: Sequence[dict[str, NDArray[np.float64]]],
) -> dict[str, NDArray[np.float64]]:
    """The rows that `seen` gave, one picture after the other, as one table per space."""
    return {name: np.concatenate([part[name] for part in parts]) for name in (parts or [{}])[0]}


def share(claims: Iterable[bool]) -> float | None:
    """Share of the claims that are true; None of none."""
    known = list(claims)
    return sum(known) / len(known) if known else None


def median_of(values: Iterable[float | None]) -> float | None:
    """Median of what was measured; None of none."""
    known = [value for value in values if value is not None]
    return float(median(known)) if known else None
