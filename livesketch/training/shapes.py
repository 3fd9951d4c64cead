"""What real faces' shapes are like: statistics of photos that settle a drawing's meaning."""

from __future__ import annotations

import numpy as np
import torch

from livesketch.models.networks.compact import StyleEncoder
from livesketch.models.networks.face_lines import PARTS, POINTS, mirror_rows
from livesketch.models.networks.painter import BASE
from livesketch.models.networks.reader import Reader
from livesketch.models.networks.shape import Settle, turned
from livesketch.models.networks.wardrobe import fitted
from livesketch.training import raster
from livesketch.training.dataset import Prepared
from livesketch.training.examples import reading
from livesketch.training.parsing import REGIONS

ROUNDS = 3  # of aligning everybody to the mean (Goodall 1991)
DRAWINGS, SIDE = 400, 256
PEOPLE, RIDGE = 3000, 20.0
FEATURES = 16  # ways in which people's features differ that go with a code
REACH = 2.0  # spreads of real faces: a look's features on a drawing that leaves them open
PITCH = 0.8  # how quickly the person changes with the head: higher, and the same head drawn again is another person


def describe(settle: Settle, data: Prepared, seed: int) -> None:
    """Fill the variables of `settle` in place from the photos' landmarks and regions."""
    rng = np.random.default_rng(seed)
    points = torch.from_numpy(np.asarray(data.landmarks)[:, POINTS])
    mean = points.mean(0)
    settle.usual_points.copy_(mean)
    settle.mean.copy_(mean - mean.mean(0))
    for _ in range(ROUNDS):
        shapes = settle.aligned(points)[2]
        settle.mean.copy_(shapes.mean(0))
    shapes = settle.aligned(points)[2]
    count = len(settle.spread)
    # everybody and their mirror image: what a face has on one side only is no way in which faces differ
    twice = torch.cat([shapes, mirrored(shapes)])
    settle.mean.copy_(twice.mean(0))
    _, sizes, ways = torch.linalg.svd((twice - settle.mean).flatten(1), full_matrices=False)
    there = min(count, len(sizes))  # few photos differ in few ways
    settle.basis.zero_()
    settle.basis[:there].copy_(ways[:there].unflatten(1, (-1, 2)))
    settle.spread.fill_(1.0)
    settle.spread[:there].copy_((sizes[:there] / len(twice) ** 0.5).clamp(min=1e-5))
    heads = _hulls(data, rng)
    settle.head_mean.copy_(heads.mean(0))
    settle.head_spread.copy_(heads.std(0).clamp(min=1e-5))
    settle.usual.copy_(_usual(data, settle.usual.shape[-1]))
    size = settle.kin.shape[0]
    settle.kin.copy_(torch.from_numpy(rng.normal(0, PITCH / size**0.5, tuple(settle.kin.shape))))
    settle.phase.copy_(torch.from_numpy(rng.uniform(0, 2 * np.pi, tuple(settle.phase.shape))))


def give_features(settle: Settle, codes: torch.Tensor, data: Prepared, seed: int) -> None:
    """Fill in place which features go with which code; `describe` comes first. codes: of people(data).

    What codes of photos say of their shapes (ridge regression) is said; the rest, which a photo's
    code does not hold, is drawn by lot, so that every look has a face of its own. What a face does
    is left out: how far lips part and where their corners are.
    """
    settle.own.zero_()
    points = torch.from_numpy(np.asarray(data.landmarks)[:, POINTS])
    shapes = settle.aligned(points)[2]
    both = upright(shapes).double()
    row = {index: k for k, index in enumerate(POINTS)}
    high = both[:, :, 1]
    parted = high[:, row[14]] - high[:, row[13]]
    does = torch.stack([parted, parted.clamp(min=float(parted.median())), lifted(both)], 1)
    does, flat = does - does.mean(0), (both - both.mean(0)).flatten(1)
    flat = flat - does @ torch.linalg.lstsq(does, flat).solution
    _, sizes, ways = torch.linalg.svd(flat, full_matrices=False)
    count = min(FEATURES, len(ways), settle.own.shape[0] // 2)
    spread, ways = (sizes[:count] / len(flat) ** 0.5).clamp(min=1e-6), ways[:count]
    # a solver may turn any of them round, and then everybody has other features
    ways = ways * torch.sign(ways.gather(1, ways.abs().argmax(1, keepdim=True)))
    by = regressed(codes, (flat @ ways.T / spread)[people(data)], RIDGE)
    told = torch.linalg.norm(by, dim=0).clamp(min=1e-6)
    lot = np.random.default_rng(seed).normal(size=tuple(by.shape))
    free = torch.from_numpy(lot)
    free = torch.linalg.qr(free - by @ torch.linalg.lstsq(by, free).solution)[0]
    share = told.clamp(max=0.95)
    mixed = by / told * share + free * torch.sqrt(1 - share**2)
    own = ((mixed * spread) @ ways).unflatten(1, (-1, 2)) * REACH
    mouth = [row[index] for index in sorted(set(PARTS["mouth"]))]
    own[:, mouth] = own[:, mouth].mean(1, keepdim=True)  # painters close the mouths of odd lips
    settle.own.copy_(own)


def on_photos(
    settle: Settle, data: Prepared, rows: np.ndarray, places: torch.Tensor
) -> torch.Tensor:
    """(N, P, 2): where those photos have what the usual face has at places (P, 2), all in sides."""
    points = torch.from_numpy(np.asarray(data.landmarks)[rows][:, POINTS])
    middle, turn, shape = settle.aligned(points)
    here = (places - settle.usual_points.mean(0))[None].expand(len(rows), -1, -1)
    at = fitted(here, settle.mean[None].expand(len(rows), -1, -1), shape)
    return turned(at, turn) + middle


def people(data: Prepared) -> np.ndarray:
    """Rows of photos, evenly among all, that codes are found of."""
    return np.linspace(0, len(data.pictures) - 1, min(len(data.pictures), PEOPLE)).astype(int)


def codes_of(style_encoder: StyleEncoder, data: Prepared, every: np.ndarray) -> torch.Tensor:
    """(N, Z): the codes of those photos."""
    fold, codes = data.pictures.shape[1] // BASE, []
    with torch.no_grad():
        for i in every:
            small = raster.smaller(np.asarray(data.pictures[i]), fold)
            y = torch.from_numpy(np.ascontiguousarray(small)).permute(2, 0, 1)[None].float()
            codes.append(style_encoder(y / 127.5 - 1)[0][0])
    return torch.stack(codes).double()


def regressed(known: torch.Tensor, there: torch.Tensor, ridge: float) -> torch.Tensor:
    """(Z, W): what known values (N, Z) say of others (N, W), both about their means (Hoerl 1970)."""
    seen = known - known.mean(0)
    damped = seen.T @ seen + ridge * torch.eye(seen.shape[1], dtype=torch.double)
    return torch.linalg.solve(damped, seen.T @ (there - there.mean(0)))


def _hulls(data: Prepared, rng: np.random.Generator) -> torch.Tensor:
    """(DRAWINGS, D): the hulls of drawings as people make them."""
    reader = Reader(1, SIDE, 2, (8, 8, 8, 8))
    out = []
    with torch.no_grad():
        for _ in range(DRAWINGS):
            seen = reading(data, SIDE, rng).seen
            out.append(reader.hull(torch.from_numpy(seen.copy())[None].float() / 255))
    return torch.cat(out)


def mirrored(shapes: torch.Tensor) -> torch.Tensor:
    return shapes[:, mirror_rows()] * torch.tensor([-1.0, 1.0])


def upright(shapes: torch.Tensor) -> torch.Tensor:
    """(N, K, 2), alike on both sides: a lopsided face is a turned head's."""
    return (shapes + mirrored(shapes)) / 2


def lifted(shapes: torch.Tensor) -> torch.Tensor:
    """(N,): how much higher than its middle the corners of a mouth lie, of shapes (N, K, 2)."""
    row = {index: k for k, index in enumerate(POINTS)}
    middle = (shapes[:, row[13]] + shapes[:, row[14]]) / 2
    corners = (shapes[:, row[61]] + shapes[:, row[291]]) / 2
    return middle[:, 1] - corners[:, 1]


def shares(kinds: np.ndarray, row: int, grid: int) -> np.ndarray:
    """How much of each cell that row of REGIONS covers, (N, grid, grid) of kinds (N, S, S)."""
    fold = kinds.shape[1] // grid
    return (kinds == row).reshape(len(kinds), grid, fold, grid, fold).mean((2, 4))


def covered(kinds: np.ndarray, grid: int) -> np.ndarray:
    """(N, R, grid, grid): how much of each cell each region covers."""
    return np.stack([shares(kinds, row, grid) for row in range(len(REGIONS))], 1)


def _usual(data: Prepared, grid: int) -> torch.Tensor:
    """(R, grid, grid): logits of how often each region covers each cell."""
    kinds = np.asarray(data.regions)
    usually = [shares(kinds, row, grid).mean(0) for row in range(len(REGIONS))]
    return torch.from_numpy(np.log(np.stack(usually) + 1e-3).astype(np.float32))
