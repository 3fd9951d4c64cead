"""What the years do to a face: photos of old people, and of children, beside adults who are otherwise like them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
import torch.nn.functional as F

from livesketch.models.knobs import DIRECTIONS
from livesketch.models.networks import compact
from livesketch.models.networks.ageing import CORNER, LUMA, MAP, SIZE
from livesketch.models.networks.face_lines import BROWS, EYES, LIPS, NOSTRILS, POINTS
from livesketch.models.networks.shape import Settle
from livesketch.training import raster
from livesketch.training.dataset import Prepared
from livesketch.training.parsing import SKIN
from livesketch.training.shapes import codes_of, lifted, on_photos, upright
from livesketch.training.wardrobe import bare_from_the_front

CHILD, OLD = 12, 60  # years: up to which, and from which
FEWEST = 20  # photos of each, without which nothing is said of ages
WRINKLED = 4  # people whose wrinkles others get
ALIKE = 3  # adults who stand beside each old person and each child
DARK = 0.03  # of white: in what is darker no ratio is worth knowing
SEEN = 0.3, 0.8  # how many photos show skin where years begin to show, and where they show fully
PAINT = 0.6  # of what differs about lips that is paint, and no age
FINE, BROAD = 0.7, 5.0  # cells: spreads of the Gaussians between which wrinkles lie
BARE = 0.95  # of a face, seen without hair, hat and glasses
BEARDED = 1.4  # times an old face's usual detail: with more it has a beard, or its photo is bad
SHADE = 12.0  # cells: what changes no faster is the light in which people sit
FADE = 6  # cells, within which changes end at a map's edge
STEEPEST = 0.3  # logarithm: no wrinkle is a deeper fold
BORDER = 4.0  # cells: how far within the border of what is shown wrinkles end
DEEP, LOUDEST = 1.45, 2.0  # times the usual detail: chosen wrinkles, and times their own at most
# chosen on sheets, so that the ends of the knob are a child and an old person at first sight, times:
# how a child's, an old person's features lie otherwise; how much darker or brighter they are
EXAGGERATED, DEEPER = (3.0, 2.0), 1.25
SIDE, AT_ONCE = 256, 20


@dataclass(frozen=True)
class Crowd:
    """Photos about the usual face, in the part of it that Ageing's maps cover."""

    light: np.ndarray  # (N, H, W, 3): logarithms of colours, over those of each photo's own skin
    skin: np.ndarray  # (N, H, W): how much of a cell is skin

    @property
    def usual(self) -> np.ndarray:
        """(H, W, 3): the mean of what is skin."""
        weight = self.skin[..., None]
        return (self.light * weight).sum(0) / weight.sum(0).clip(1e-3)


def can_age(data: Prepared) -> bool:
    """Whether enough photos are known to show children, and old people."""
    return all(len(rows) >= FEWEST for rows in _of_age(data))


def age(network: compact.Network, encoder: compact.StyleEncoder, data: Prepared) -> None:
    """Fill in place what a network with `ageing` knows of ages, where can_age(data); `directions.find` comes first.

    Children and old people are compared with those adults whose codes are most like theirs, who
    therefore sit in like light and are as dark or fair (matching, Rubin 1973).
    """
    ageing, settle = network.ageing, network.settle
    assert ageing is not None
    adults = np.flatnonzero(np.isnan(data.years))
    known = codes_of(encoder, data, adults)
    for k, rows in enumerate(_of_age(data)):
        far = torch.cdist(codes_of(encoder, data, rows), known)
        beside = adults[far.topk(ALIKE, largest=False).indices.flatten().numpy()]
        aged, others = _seen(settle, data, rows), _seen(settle, data, beside)
        shown = _shown(settle, aged, others)
        change = DEEPER * _unlit(_even(aged.usual - others.usual), shown) * shown[..., None]
        ageing.changes[k].copy_(_smaller(change))
        moved = _features(settle, data, rows) - _features(settle, data, beside)
        settle.aged[k].copy_(_as_friendly(settle, moved) * EXAGGERATED[k])
        if k == 1:  # children have no wrinkles
            is_bare = bare_from_the_front(data, rows)
            wrinkles = _wrinkles(settle, aged, others, is_bare) * _within(shown)
            ageing.wrinkles.copy_(torch.from_numpy(wrinkles))


def _of_age(data: Prepared) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the photos of children, and of old people."""
    return np.flatnonzero(data.years <= CHILD), np.flatnonzero(data.years >= OLD)


def _seen(settle: Settle, data: Prepared, rows: np.ndarray) -> Crowd:
    down, across = MAP
    x = CORNER[0] + (np.arange(across, dtype=np.float32) + 0.5) / across * SIZE[0]
    y = CORNER[1] + (np.arange(down, dtype=np.float32) + 0.5) / down * SIZE[1]
    cells = torch.from_numpy(np.stack(np.meshgrid(x, y), -1).reshape(-1, 2))
    fold, colours, skin = data.pictures.shape[1] // SIDE, [], []
    for k in range(0, len(rows), AT_ONCE):
        some = rows[k : k + AT_ONCE]
        at = (on_photos(settle, data, some, cells) * 2 - 1).unflatten(1, MAP)
        pictures = np.stack([raster.smaller(np.asarray(data.pictures[i]), fold) for i in some])
        is_skin = (np.asarray(data.regions)[some] == SKIN)[:, None].astype(np.float32)
        colours.append(_sampled(torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 255, at))
        skin.append(_sampled(torch.from_numpy(is_skin), at)[..., 0])
    light, weight = np.log(np.concatenate(colours) + DARK), np.concatenate(skin)
    own = (light * weight[..., None]).sum((1, 2)) / weight.sum((1, 2)).clip(1e-3)[:, None]
    return Crowd(light - own[:, None, None], weight)


def _sampled(maps: torch.Tensor, at: torch.Tensor) -> np.ndarray:
    there = F.grid_sample(maps, at, padding_mode="border", align_corners=False)
    return there.permute(0, 2, 3, 1).numpy()


def _shown(settle: Settle, *crowds: Crowd) -> np.ndarray:
    """(H, W): how much of a change is to be seen there: all on skin, some on lips, nothing on eyes."""
    often = np.minimum.reduce([crowd.skin.mean(0) for crowd in crowds])
    shown = ((often - SEEN[0]) / (SEEN[1] - SEEN[0])).clip(0, 1)
    edge = [np.minimum(np.arange(n), np.arange(n)[::-1]) / FADE for n in MAP]
    shown = shown * np.minimum(edge[0][:, None], edge[1]).clip(0, 1)
    return _even(shown * (1 - _about(settle, EYES, 1)) * (1 - PAINT * _about(settle, (LIPS,), 0)))


def _about(settle: Settle, features: tuple[list[int], ...], wide: int) -> np.ndarray:
    """(H, W): 1 on those features of the usual face and `wide` cells around, softly 0 elsewhere."""
    usual = (settle.mean + settle.usual_points.mean(0)).numpy()
    drawn = np.zeros(MAP, np.float32)
    for feature in features:
        points = usual[[POINTS.index(index) for index in feature]]
        pixels = (points - CORNER) / SIZE * (MAP[1], MAP[0])
        cv2.fillPoly(drawn, [np.round(pixels).astype(np.int32)], (1.0,))
    grown = cv2.dilate(drawn, np.ones((2 * wide + 1, 2 * wide + 1), np.uint8))
    return _blurred(grown, 1.0)


def _even(maps: np.ndarray) -> np.ndarray:
    """(H, W, …), as much to the left as to the right: light comes from somewhere, years do not."""
    return (maps + maps[:, ::-1]) / 2


def _unlit(change: np.ndarray, shown: np.ndarray) -> np.ndarray:
    """(H, W, 3), without broad light and shade: those are the photographer's, or a fringe's."""
    broad = _blurred(change @ np.array(LUMA, np.float32) * shown, SHADE)
    return change - (broad / (_blurred(shown, SHADE) + 1e-3))[..., None]


def _smaller(change: np.ndarray) -> torch.Tensor:
    """(3, H / 2, W / 2) of (H, W, 3)."""
    return F.avg_pool2d(torch.from_numpy(change).float().permute(2, 0, 1)[None], 2)[0]


def _features(settle: Settle, data: Prepared, rows: np.ndarray) -> torch.Tensor:
    """(K, 2): where those people's landmarks lie, on the average and on both sides alike."""
    shapes = settle.aligned(torch.from_numpy(np.asarray(data.landmarks)[rows][:, POINTS]))[2]
    return upright(shapes).mean(0)


def _as_friendly(settle: Settle, moved: torch.Tensor) -> torch.Tensor:
    """(K, 2): the same, but for the smile in it, which has a knob of its own."""
    smile = settle.direction_shapes[DIRECTIONS.index("smile")]
    lift, by = lifted(torch.stack([moved, smile]))
    return moved - smile * (lift * by / (by * by).clamp(min=1e-12))


def _within(shown: np.ndarray) -> np.ndarray:
    """(H, W): the same, but for the border of a face, where turned heads' wrinkles are none."""
    return shown * (2 * _blurred(shown, BORDER) - 1).clip(0, 1)


def _wrinkles(settle: Settle, old: Crowd, others: Crowd, is_bare: np.ndarray) -> np.ndarray:
    """(WRINKLED, H, W): what skin between features has beyond what all old people have in common.

    Taken from those old people who differ from the others most as all of them do, and have no beard.
    """
    holes = (*EYES, LIPS, *BROWS, [*NOSTRILS[0], *NOSTRILS[1][::-1]])
    off = _about(settle, holes, 3)
    theirs, plain = (_fine(crowd, 1 - off.clip(0, 1)) for crowd in (old, others))
    usual, young = _even(theirs.mean(0)), _even(plain.mean(0))
    face = np.minimum(old.skin.mean(0), 1 - off) > SEEN[1]
    detail = np.sqrt((theirs**2).mean((1, 2)))
    is_bare = is_bare & (old.skin[:, face].mean(1) >= BARE)
    is_plain = is_bare & (detail <= BEARDED * np.median(detail))
    apart = theirs - young
    typical = (apart * (usual - young)).sum((1, 2)) / np.sqrt((apart**2).sum((1, 2))).clip(1e-6)
    chosen = np.argsort(-np.where(is_plain, typical, typical - 1e3))[:WRINKLED]
    louder = (DEEP * np.median(detail) / detail[chosen].clip(1e-6)).clip(max=LOUDEST)
    deep = theirs[chosen] * louder[:, None, None] - usual
    return (STEEPEST * np.tanh(deep / STEEPEST)).astype(np.float32)


def _fine(crowd: Crowd, skin: np.ndarray) -> np.ndarray:
    """(N, H, W): the lightness of skin between two Gaussians; skin (H, W): where it is looked at."""
    out = []
    for light, seen in zip(
        crowd.light @ np.array(LUMA, np.float32), crowd.skin * skin, strict=True
    ):
        broad = _blurred(light * seen, BROAD) / (_blurred(seen, BROAD) + 1e-3)
        out.append((_blurred(light, FINE) - broad) * seen)
    return np.stack(out)


def _blurred(values: np.ndarray, spread: float) -> np.ndarray:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), spread))
