"""Where the forehead ends and the hair begins: the one line of a face that no landmark knows."""

import cv2
import numpy as np
from numpy.typing import NDArray

from livesketch.frames import Picture
from livesketch.tracing.chains import BROWS, CHIN, COUNT, FOREHEAD, OVAL
from livesketch.tracing.still import HeldPoints

RAYS, STEPS = 48, 96  # looked along, from between the brows; STEPS on each
SEEN_AT = 128  # pixels
FAN = 52.0  # degrees to either side of upright
OTHER = 2.6  # how unlike the skin a pixel is, in its spread, that is hair
SETTLING = 0.6  # seconds
FOLLOWING = 0.115  # seconds in which a line that is seen elsewhere is mostly drawn there
LOOK = 1 / 15  # seconds that one look counts for at most
RUN = 4  # steps in a row that have to be hair
SEEN = 0.6  # share of the rays that must meet hair
CHEEKS = (50, 280, 101, 330, 151, 9, 108, 337)  # and forehead: where skin is, whoever it is


class Steady:
    """A live face's hairline: it comes and goes only when it was so for a while, and does not tremble."""

    def __init__(self) -> None:
        self._line: NDArray[np.float32] | None = None
        self._held = HeldPoints()
        self._share = 0.0  # of the last moments in which there was one
        self._is_shown = False
        self._time: float | None = None

    @property
    def line(self) -> NDArray[np.float32] | None:
        """The one to draw, (32, 2), or None."""
        if self._line is None or not self._is_shown:
            return None
        return self._held.held(self._line, 1.0)

    def settled(self, line: NDArray[np.float32] | None, time: float) -> NDArray[np.float32] | None:
        """The line (n, 2) found at `time` seconds, or None -> the one to draw, or None."""
        gap = None if self._time is None else time - self._time
        self._time = time
        seen = 0.0 if line is None else 1.0
        if gap is None or not 0 <= gap < 1.0:  # somebody new: at once
            self._line, self._share, self._is_shown = None, seen, line is not None
            self._held.reset()
        else:
            gap = min(gap, LOOK)  # of somebody who sits still it is looked at seldom
            self._share += gap / SETTLING * (seen - self._share)
            if self._share > 0.7 or self._share < 0.25:
                self._is_shown = self._share > 0.7
        if line is not None:
            even = _spread(line)
            weight = 1 - np.float32(np.exp(-(gap or 0.0) / FOLLOWING))
            self._line = even if self._line is None else self._line + weight * (even - self._line)
        return self.line


def _spread(line: NDArray[np.float32]) -> NDArray[np.float32]:
    """(32, 2): the same line in evenly spaced points."""
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    at = np.linspace(0, along[-1], 32)
    return np.stack([np.interp(at, along, line[:, k]) for k in (0, 1)], 1).astype(np.float32)


def hairline(
    crop: Picture, landmarks: NDArray[np.float32], silhouette: NDArray[np.float32] | None
) -> NDArray[np.float32] | None:
    """An open curve (n, 2) in units of the side, from temple to temple; None where there is none
    to be seen: a bald head, a cap pulled low, hair in the face, hair of the skin's colour.

    `landmarks` (478, 2 or 3) in pixels of the crop.
    """
    if silhouette is None or len(landmarks) < COUNT:
        return None
    size = len(crop)
    points = landmarks[:, :2].astype(np.float64)
    centre = (points[BROWS[0][4]] + points[BROWS[1][4]]) / 2
    up = points[FOREHEAD] - points[CHIN]
    tall = float(np.hypot(*up))
    upright = float(np.degrees(np.arctan2(up[1], up[0])))
    angles = np.radians(upright + np.linspace(-FAN, FAN, RAYS))
    reach = 0.75 * tall
    radii = np.linspace(0, reach, STEPS)
    x = (centre[0] + radii[None] * np.cos(angles)[:, None]).astype(np.float32)
    y = (centre[1] + radii[None] * np.sin(angles)[:, None]).astype(np.float32)
    person = cv2.remap(silhouette.astype(np.float32), x, y, cv2.INTER_LINEAR)
    scale = SEEN_AT / size
    unlike = cv2.remap(_unlike_skin(crop, points), x * scale, y * scale, cv2.INTER_LINEAR)
    is_hair = (np.asarray(unlike) > OTHER) & (np.asarray(person) > 0.5)
    # Brows are no hair: the line lies near the mesh's own upper edge, or beyond it.
    edge = _edge_of_mesh(points, centre, angles)
    is_hair &= radii[None] > 0.6 * edge[:, None]
    runs = np.lib.stride_tricks.sliding_window_view(is_hair, RUN, axis=1).all(2)
    is_met = runs.any(1) & (radii[runs.argmax(1)] < 1.5 * edge)
    if is_met.mean() < SEEN:
        return None
    met = np.flatnonzero(is_met)
    first, last = int(met[0]), int(met[-1])
    along = np.arange(first, last + 1)
    found = np.interp(along, met, radii[runs.argmax(1)][met])
    calm = _calmed(found)
    line = centre + calm[:, None] * np.stack([np.cos(angles[along]), np.sin(angles[along])], 1)
    return ((line + 0.5) / size).astype(np.float32)


def _unlike_skin(crop: Picture, points: NDArray[np.float64]) -> NDArray[np.float32]:
    """(SEEN_AT, SEEN_AT): distance from this person's skin colour, in its own spread; shade counts
    less."""
    small = cv2.resize(crop, (SEEN_AT, SEEN_AT), interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB).astype(np.float32)
    reach = 3
    patches = []
    for index in CHEEKS:
        at = points[index] * SEEN_AT / len(crop)
        px, py = np.clip(at.astype(int), reach, SEEN_AT - 1 - reach)
        patches.append(lab[py - reach : py + reach + 1, px - reach : px + reach + 1].reshape(-1, 3))
    skin = np.concatenate(patches)
    middle = np.median(skin, axis=0)
    spread = 1.4826 * np.median(np.abs(skin - middle), axis=0) + np.array([9.0, 3.5, 3.5])
    return np.sqrt((((lab - middle) / spread) ** 2).sum(2)).astype(np.float32)


def _edge_of_mesh(
    points: NDArray[np.float64], centre: NDArray[np.float64], angles: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How far the oval of the mesh lies from the centre along each angle."""
    oval = points[list(OVAL[:-1])] - centre
    around = np.arctan2(oval[:, 1], oval[:, 0])
    order = np.argsort(around)
    return np.interp(angles, around[order], np.hypot(*oval.T)[order], period=2 * np.pi)


def _calmed(radii: NDArray[np.float64]) -> NDArray[np.float64]:
    """Without stray locks, and round."""
    wide = np.pad(radii, 3, mode="edge")
    steady = np.median(np.lib.stride_tricks.sliding_window_view(wide, 7), axis=1)
    weights = np.exp(-0.5 * (np.arange(-5, 6) / 2.0) ** 2)
    return np.convolve(np.pad(steady, 5, mode="edge"), weights / weights.sum(), "valid")
