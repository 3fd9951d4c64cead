"""Random looks become like the photos: believable people, of every skin tone.

A code drawn from the standard normal often lands where no photo ever did, and shows a ruin. So the
codes that photos have are described by a normal distribution, and the first layer of the style
network is multiplied by its root (ex-post density estimation, Ghosh 2020); then the variable that
carries the skin's tone is stretched a little. The style encoder undoes both: nobody's face changes,
only how often a random code lands where.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from livesketch.models.networks import compact
from livesketch.training import raster
from livesketch.training.dataset import TONE_SHARES, TONES, Prepared

PHOTOS, LOOKS, ROUNDS = 1500, 300, 2
MOST_GREY = 4  # with fewer photos in colour to one that is not, all count
GREY = 6.0  # mean spread of the three colours, of 255, below which a photo is black and white
SPREAD = 0.95  # of the photos' spread: the rarest codes are the worst faces
CHEEKS = ((0.38, 0.62), (0.62, 0.62))  # where the neutral drawing's face has them, in sides
STRETCHES, SHIFTS = np.linspace(1, 1.5, 6), np.linspace(-0.7, 0.7, 15)


@dataclass(frozen=True)
class Change:
    """What was called `matrix @ z + shift` is now called z."""

    matrix: np.ndarray  # (Z, Z)
    shift: np.ndarray  # (Z,)


def even_out(
    network: compact.Network, style_encoder: compact.StyleEncoder, data: Prepared, seed: int = 0
) -> np.ndarray:
    """Change both in place, float32 on the CPU. -> the share of each tone class among random looks."""
    rng = np.random.default_rng(seed)
    apply(like_photos(style_encoder, data, rng), network, style_encoder)
    for _ in range(ROUNDS):
        codes = rng.normal(size=(LOOKS, network.config.z_dim))
        apply(stretched(codes, tones(neutral_faces(network, codes))), network, style_encoder)
    codes = rng.normal(size=(LOOKS, network.config.z_dim))
    return shares(tones(neutral_faces(network, codes)))


def like_photos(
    style_encoder: compact.StyleEncoder, data: Prepared, rng: np.random.Generator
) -> Change:
    """To codes distributed as those of the photos, each tone shown as often as in training."""
    grey: list[np.ndarray] = []  # nobody's skin is grey: these photos do not say who people are
    codes: list[np.ndarray] = []
    fold = data.pictures.shape[1] // compact.BASE
    with torch.no_grad():
        for dice in rng.random(PHOTOS):
            i = min(int(np.searchsorted(data.chances, dice)), len(data.chances) - 1)
            small = raster.smaller(np.asarray(data.pictures[i]), fold)
            if rng.random() < 0.5:
                small = small[:, ::-1]
            y = torch.from_numpy(np.ascontiguousarray(small)).permute(2, 0, 1)[None]
            kept = grey if small.std(2).mean() < GREY else codes
            kept.append(style_encoder(y.float() / 127.5 - 1)[0][0].numpy())
    if len(codes) < MOST_GREY * len(grey):  # a folder of old photos
        codes += grey
    seen = np.stack(codes).astype(np.float64)
    covariance = np.cov(seen, rowvar=False) + 1e-3 * np.eye(seen.shape[1])
    return Change(SPREAD * np.linalg.cholesky(covariance), seen.mean(0))


def stretched(codes: np.ndarray, angles: np.ndarray) -> Change:
    """The mildest stretch along the direction of tone that brings looks near TONE_SHARES."""
    size = codes.shape[1]
    # ridge regression: few looks for many numbers
    slope = np.linalg.solve(codes.T @ codes + 20 * np.eye(size), codes.T @ (angles - angles.mean()))
    direction = slope / max(float(np.linalg.norm(slope)), 1e-9)
    t = codes @ direction
    curve = np.polynomial.Polynomial.fit(t, angles, 2)
    rest = angles - curve(t)
    best, least = (1.0, 0.0), np.inf
    for by in STRETCHES:
        for shift in SHIFTS:
            guess = shares(curve(np.clip(by * t + shift, t.min() * 1.3, t.max() * 1.3)) + rest)
            off = float(np.abs(guess - TONE_SHARES).sum() + 0.12 * (by - 1) + 0.08 * abs(shift))
            if off < least:
                best, least = (float(by), float(shift)), off
    return Change(
        np.eye(size) + (best[0] - 1) * np.outer(direction, direction), best[1] * direction
    )


def light_of(network: compact.Network, seed: int = 0) -> torch.Tensor:
    """(Z,), of length 1: the direction of a code in which faces and all about them grow brighter.

    Ridge regression (Hoerl 1970) of how bright the cheeks and the brightest places are.
    """
    codes = np.random.default_rng(seed).normal(size=(LOOKS, network.config.z_dim))
    faces = neutral_faces(network, codes)
    side = faces.shape[1]
    cheeks = faces[:, int(0.4 * side) : int(0.65 * side), int(0.3 * side) : int(0.7 * side)]
    light = np.zeros(len(codes))
    for each in (cheeks.reshape(LOOKS, -1).mean(1), np.percentile(faces, 97, (1, 2, 3))):
        light += (each - each.mean()) / max(float(each.std()), 1e-9)
    way = np.linalg.solve(codes.T @ codes + 20 * np.eye(codes.shape[1]), codes.T @ light)
    return torch.from_numpy(way / max(float(np.linalg.norm(way)), 1e-9)).float()


def apply(change: Change, network: compact.Network, style_encoder: compact.StyleEncoder) -> None:
    """Change the variables in place: photos keep their looks, random codes get others."""
    matrix = torch.from_numpy(change.matrix).double()
    shift, z_dim = torch.from_numpy(change.shift).double(), len(change.shift)
    first, out = network.painter.style[0], style_encoder.out
    assert isinstance(first, nn.Linear)
    back = torch.linalg.inv(matrix)
    with torch.no_grad():
        weight = first.weight.double()
        first.bias.copy_(first.bias.double() + weight @ shift)
        first.weight.copy_(weight @ matrix)
        bias, mean = out.bias.double()[:z_dim], out.weight.double()[:z_dim]
        out.bias[:z_dim] = (back @ (bias - shift)).float()
        out.weight[:z_dim] = (back @ mean).float()


def neutral_faces(network: compact.Network, codes: np.ndarray) -> np.ndarray:
    """Everybody's face on the usual head, as looks alone make it: (N, S, S, 3) uint8 for codes (N, Z)."""
    settle, faces = network.settle, []
    with torch.no_grad():
        maps, regions = settle.lines(settle.usual_points[None]), settle.usual[None].softmax(1)
        for z in torch.from_numpy(codes).float():
            face = network.painter(maps, regions, z[None])[0].clamp(-1, 1)
            faces.append(((face + 1) * 127.5).byte().permute(1, 2, 0).numpy())
    return np.stack(faces)


def tones(faces: np.ndarray) -> np.ndarray:
    """ITA of the usual head's cheeks, degrees."""
    return typology_angle(faces)


def typology_angle(faces: np.ndarray) -> np.ndarray:
    """ITA (Chardon 1991) in degrees of the cheeks of neutral faces (N, S, S, 3), uint8 RGB."""
    side, out = faces.shape[1], []
    half = max(1, side // 32)
    for face in faces:
        patches = []
        for x, y in CHEEKS:
            a, b = int(x * side), int(y * side)
            patches.append(face[b - half : b + half, a - half : a + half].reshape(-1, 3))
        lightness, yellow = _lab(np.concatenate(patches))
        out.append(np.degrees(np.arctan2(np.median(lightness) - 50, max(np.median(yellow), 1e-3))))
    return np.array(out)


def _lab(rgb: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """CIE L* and b* of sRGB (N, 3) uint8, D65."""
    c = rgb / 255
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    y = linear @ [0.2126, 0.7152, 0.0722]
    z = linear @ [0.0193, 0.1192, 0.9505] / 1.0888

    def root(t: np.ndarray) -> np.ndarray:
        return np.where(t > 216 / 24389, np.cbrt(t), (24389 / 27 * t + 16) / 116)

    return 116 * root(y) - 16, 200 * (root(y) - root(z))


def shares(angles: np.ndarray) -> np.ndarray:
    """How many of the angles fall into each class, very light .. dark, as shares of one."""
    kinds = (angles[:, None] <= np.array(TONES)).sum(1)
    return np.bincount(kinds, minlength=len(TONE_SHARES)) / len(angles)
