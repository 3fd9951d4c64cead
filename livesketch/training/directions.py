"""Directions a person can turn a face along, found from what the painter itself makes of codes and shapes.

One measure of each property is read off many made faces, and regressed on their codes; a direction
then moves its own measure and leaves the others where they are (a right inverse of all slopes).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from livesketch.models.knobs import DIRECTIONS
from livesketch.models.networks import compact
from livesketch.models.networks.face_lines import POINTS
from livesketch.training.dataset import Prepared
from livesketch.training.looks import _lab, neutral_faces, tones
from livesketch.training.parsing import HAIR
from livesketch.training.shapes import lifted

FACES = 400
REACH = 2.0  # spreads of its measure that a knob at its end moves a face
FURTHEST = 3.5  # no longer than this: codes beyond belong to nobody
SMILE_REACH = 2.2  # spreads of the photos' smiles
RIDGE = 20.0


@dataclass(frozen=True)
class Moved:
    """How far a knob at its end moves each measure of codes, in spreads: rows are knobs."""

    names: tuple[str, ...]
    by: np.ndarray


def find(network: compact.Network, data: Prepared, seed: int) -> Moved:
    """Fill the network's directions in place. -> what they do, measured on other faces."""
    rng = np.random.default_rng(seed)
    codes = rng.normal(size=(FACES, network.config.z_dim))
    values = _measures(neutral_faces(network, codes), network)
    middle, spread = values.mean(0), values.std(0).clip(1e-6)
    slopes = np.linalg.solve(
        codes.T @ codes + RIDGE * np.eye(codes.shape[1]), codes.T @ ((values - middle) / spread)
    )  # Z, M
    along = np.linalg.pinv(slopes.T)  # Z, M: each moves one measure by one spread
    names = DIRECTIONS[: along.shape[1]]
    settle = network.settle
    for k, _ in enumerate(names):
        way = along[:, k] * REACH
        way = way * min(1.0, FURTHEST / max(float(np.linalg.norm(way)), 1e-9))
        settle.direction_codes[k].copy_(torch.from_numpy(way))
    settle.direction_shapes[DIRECTIONS.index("smile")].copy_(_smile(network, data))
    others = rng.normal(size=(FACES // 4, network.config.z_dim))
    plain = _measures(neutral_faces(network, others), network)
    by = np.stack(
        [
            (_measures(neutral_faces(network, others + way), network) - plain).mean(0) / spread
            for way in settle.direction_codes[: len(names)].double().numpy()
        ]
    )
    return Moved(names, by)


def _measures(faces: np.ndarray, network: compact.Network) -> np.ndarray:
    """(N, 2): how light the skin is (ITA, degrees), how light the hair (L*)."""
    side = faces.shape[1]
    hair = network.settle.usual.softmax(0)[HAIR].numpy()
    hair = hair >= min(0.7, float(np.quantile(hair, 0.95)))
    hair = hair.repeat(side // hair.shape[0], 0).repeat(side // hair.shape[1], 1)
    light = np.array([np.median(_lab(face[hair])[0]) for face in faces])
    return np.stack([tones(faces), light], 1)


def _smile(network: compact.Network, data: Prepared) -> torch.Tensor:
    """(K, 2): how aligned landmarks move with the height of the mouth's corners, among photos."""
    points = torch.from_numpy(np.asarray(data.landmarks)[:, POINTS])
    shapes = network.settle.aligned(points)[2]
    lift = lifted(shapes)
    lift = (lift - lift.mean()) / lift.std().clamp(min=1e-6)
    return torch.einsum("n,nkc->kc", lift, shapes - shapes.mean(0)) / len(shapes) * SMILE_REACH
