"""What photographed people wear: heads of hair and clothes to choose from, unlike each other."""

from __future__ import annotations

import cv2
import numpy as np
import torch

from livesketch.models.networks.compact import StyleEncoder
from livesketch.models.networks.face_lines import OVAL, POINTS
from livesketch.models.networks.shape import Settle
from livesketch.models.networks.wardrobe import sampled
from livesketch.training.dataset import Prepared
from livesketch.training.geometry import LEFT, RIGHT
from livesketch.training.parsing import CLOTH, HAIR, REGIONS
from livesketch.training.shapes import codes_of, covered, on_photos, people

NOSE = 1
# shares of the face's width, radians: a face that is turned or tilted more is not seen from the front
TURNED, TILTED = 0.07, 0.12
TRACE = 0.003  # of a photo: hats and glasses of which no more is seen are the parser's fancy
LEAST_HAIR = 0.02  # of a photo
DARK = -50.0  # tone of photos taken in the dark, where hair is a guess
# of the face: with more hair or cloth before it, it is hidden; of the hair: with more on one side, it is blown
COVERED, DRAPED, LOPSIDED = 0.1, 0.01, 0.6
WAYS, ROUNDS = 16, 20


def dress(settle: Settle, style_encoder: StyleEncoder, data: Prepared, seed: int) -> None:
    """Fill the wardrobe of `settle` in place; `describe` comes first.

    Of the photos that show a whole head from the front, those are taken that stand for most others:
    medoids of their hair's principal components (k-medoids, Kaufman 1987, seeded as k-means++, Arthur 2007).
    """
    wardrobe = settle.wardrobe
    assert wardrobe is not None
    every = _plain(data)
    layouts = _about_the_usual_face(settle, data, every)
    seen = _whole(settle, layouts)
    every, layouts = every[seen], layouts[seen]
    hair = (layouts == HAIR).float().flatten(1)
    apart = (hair - hair.mean(0)).double()
    ways = torch.linalg.eigh(apart.T @ apart)[1][:, -WAYS:]  # largest last
    chosen = medoids((apart @ ways).numpy(), len(wardrobe.worn), np.random.default_rng(seed))
    codes = codes_of(style_encoder, data, every[chosen]).float()
    wardrobe.worn.copy_(layouts[chosen])
    # as far from the middle as people usually are: nobody's hair is everybody's
    length = codes.norm(dim=1, keepdim=True).clamp(min=1e-6)
    wardrobe.wearers.copy_(codes / length * codes.shape[1] ** 0.5)


def medoids(places: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """(count,) rows of places (N, W) around which the others lie; with fewer places than that, some come again."""
    chosen = [int(rng.integers(len(places)))]
    far = ((places - places[chosen[0]]) ** 2).sum(1)
    while len(chosen) < count:
        total = far.sum()
        chances = far / total if total > 0 else np.full(len(far), 1 / len(far))
        chosen.append(int(rng.choice(len(places), p=chances)))
        far = np.minimum(far, ((places - places[chosen[-1]]) ** 2).sum(1))
    for _ in range(ROUNDS):
        nearest = ((places[:, None] - places[chosen][None]) ** 2).sum(-1).argmin(1)
        for k in range(count):
            mine = np.flatnonzero(nearest == k)
            if len(mine):
                off = ((places[mine] - places[mine].mean(0)) ** 2).sum(1)
                chosen[k] = int(mine[off.argmin()])
    return np.array(chosen)


def _plain(data: Prepared) -> np.ndarray:
    """Rows of photos of bare heads with hair, seen from the front; all, where there are none."""
    every = people(data)
    has_hair = (np.asarray(data.regions)[every] == HAIR).mean((1, 2)) > LEAST_HAIR
    lit = np.asarray(data.tone)[every] > DARK
    plain = every[bare_from_the_front(data, every) & lit & has_hair]
    return plain if len(plain) else every


def bare_from_the_front(data: Prepared, rows: np.ndarray) -> np.ndarray:
    """(N,): which of those photos show a face from the front, without hat and glasses."""
    landmarks, kinds = np.asarray(data.landmarks)[rows], np.asarray(data.regions)[rows]
    left, right = landmarks[:, LEFT], landmarks[:, RIGHT]
    across = right - left
    off = (landmarks[:, NOSE, 0] - left[:, 0]) / np.maximum(across[:, 0], 1e-3) - 0.5
    tilt = np.arctan2(across[:, 1], across[:, 0])

    def share(region: int) -> np.ndarray:
        return (kinds == region).mean((1, 2))

    bare = (share(REGIONS.index("hat")) < TRACE) & (share(REGIONS.index("glasses")) < TRACE)
    return bare & (np.abs(off) < TURNED) & (np.abs(tilt) < TILTED)


def _about_the_usual_face(settle: Settle, data: Prepared, every: np.ndarray) -> torch.Tensor:
    """(N, grid, grid): the regions of those photos, each fitted to the usual face."""
    grid = settle.usual.shape[-1]
    covers = torch.from_numpy(covered(np.asarray(data.regions)[every], grid)).float()
    return sampled(covers, on_photos(settle, data, every, settle.cells)).argmax(1)


def _whole(settle: Settle, layouts: torch.Tensor) -> np.ndarray:
    """(N,) indices of layouts (N, grid, grid) whose face is not hidden and whose hair is not blown aside."""
    grid, fine = layouts.shape[-1], 8
    oval = settle.usual_points.numpy()[[POINTS.index(index) for index in OVAL]]
    drawn = np.zeros((grid * fine, grid * fine), np.float32)
    cv2.fillPoly(drawn, [np.round(oval * grid * fine).astype(np.int32)], (1.0,))
    face = cv2.resize(drawn, (grid, grid), interpolation=cv2.INTER_AREA)
    hair, cloth = (layouts == HAIR).numpy(), (layouts == CLOTH).numpy()
    size = max(float(face.sum()), 1e-6)
    uneven = (hair != hair[:, :, ::-1]).mean((1, 2)) / np.maximum(hair.mean((1, 2)), 1e-6)
    hidden = (hair * face).sum((1, 2)) / size > COVERED
    draped = (cloth * face).sum((1, 2)) / size > DRAPED
    whole = np.flatnonzero(~(hidden | draped | (uneven > LOPSIDED)))
    return whole if len(whole) else np.arange(len(layouts))
