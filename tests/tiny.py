"""Tiny untrained models for tests: they play as the real one does, in milliseconds."""

from pathlib import Path

import torch
from training_data import landmarks

from livesketch.models import checkpoint
from livesketch.models.networks import compact
from livesketch.models.networks.face_lines import POINTS
from livesketch.models.networks.shape import Settle

TINY = compact.Config(
    img_resolution=128,
    input_size=128,
    z_dim=8,
    eased=1,
    aged=2,
    w_dim=16,
    shapes=4,
    reader=(8, 8, 8, 8),
    encoder=(8, 8, 8, 8),
    decoder=(8, 8, 8),
    head=8,
    detail=(4, 4),
    style=(8, 8, 8),
)


def tiny_network(config: compact.Config = TINY, seed: int = 0) -> compact.Network:
    """Untrained, but it knows where a face is, and what it is shown moves what it finds there."""
    torch.manual_seed(seed)
    network = compact.Network(config).eval().requires_grad_(False)
    usual = torch.from_numpy(landmarks())[POINTS]
    network.reader.correct.bias.copy_((usual - 0.5).flatten())
    network.reader.heat.weight.mul_(30)
    fill(network.settle, usual)
    if network.ageing is not None:
        network.ageing.changes.normal_(0, 0.1)
        network.ageing.wrinkles.normal_(0, 0.02)
    return network


def fill(settle: Settle, usual: torch.Tensor) -> None:
    """Statistics as photos would give them, of a crowd around one face (K, 2)."""
    settle.usual_points.copy_(usual)
    settle.mean.copy_(usual - usual.mean(0))
    ways = torch.linalg.qr(torch.randn(usual.numel(), len(settle.spread)))[0]
    settle.basis.copy_(ways.T.unflatten(1, (-1, 2)))
    settle.spread.fill_(0.05)
    settle.head_mean.fill_(1.0)  # as wide in one direction as in another
    settle.head_spread.fill_(0.1)
    rows = (torch.arange(settle.usual.shape[-1]) + 0.5) / settle.usual.shape[-1] - 0.5
    far = torch.hypot(rows[:, None], rows)
    settle.usual[0], settle.usual[1], settle.usual[2] = (
        far * 20 - 8,
        2 - far * 20,
        rows[:, None] * -8,
    )
    if settle.wardrobe is not None:
        settle.wardrobe.worn.random_(0, len(settle.usual))
        settle.wardrobe.wearers.normal_()
    if settle.is_eased:
        settle.hard.copy_(torch.nn.functional.normalize(torch.randn(len(settle.hard)), dim=0))
    settle.kin.normal_(0, 0.3)
    settle.phase.uniform_(0, 6.28)
    settle.direction_codes.normal_()
    settle.direction_shapes.normal_(0, 0.01)
    if settle.is_aged:
        settle.aged.normal_(0, 0.01)


def write_tiny(
    path: Path,
    seed: int = 0,
    style_space: str = "test",
    task: str = "sketch",
    with_style_encoder: bool = True,
    config: compact.Config = TINY,
) -> Path:
    """An untrained model's file; the same seed gives the same file."""
    network = tiny_network(config, seed)
    encoder = compact.StyleEncoder(config) if with_style_encoder else None
    said = {"task": task, "style_space": style_space, "sources": "nothing", "terms": "none"}
    path.parent.mkdir(parents=True, exist_ok=True)
    checkpoint.save(path, "compact", network, encoder, said)
    return path
