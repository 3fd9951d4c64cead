"""Tiny untrained models for tests: they play as the real one does, in milliseconds."""

from pathlib import Path

import torch

from livesketch.models import checkpoint
from livesketch.models.networks import compact

TINY = compact.Config(
    img_resolution=128,
    z_dim=8,
    w_dim=16,
    encoder=(8, 8, 8),
    decoder=(8, 8, 8),
    skip=4,
    head=8,
    detail=(4, 4),
    style=(8, 8, 8),
)


def write_tiny(
    path: Path,
    seed: int = 0,
    style_space: str = "test",
    task: str = "sketch",
    with_style_encoder: bool = True,
) -> Path:
    """An untrained model's file; the same seed gives the same file."""
    torch.manual_seed(seed)
    network = compact.Network(TINY)
    encoder = compact.StyleEncoder(TINY) if with_style_encoder else None
    said = {"task": task, "style_space": style_space, "sources": "nothing", "terms": "none"}
    path.parent.mkdir(parents=True, exist_ok=True)
    checkpoint.save(path, "compact", network, encoder, said)
    return path
