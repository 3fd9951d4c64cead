"""Sheets to look at: what the trainer draws of photos, and what a model makes of drawings."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import torch
from torch import nn

from livesketch.errors import OutputError
from livesketch.training.dataset import Prepared, example

COLUMNS = 12


def write_png(path: Path, picture: np.ndarray) -> None:
    """(H, W, 3) uint8 RGB to a PNG file, without any library: training machines have few."""
    height, width = picture.shape[:2]
    rows = np.zeros((height, width * 3 + 1), np.uint8)
    rows[:, 1:] = picture.reshape(height, -1)

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(rows.tobytes(), 6)
    scratch = path.with_name(path.name + ".part")
    try:
        scratch.write_bytes(
            b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
        )
        scratch.replace(path)
    except OSError as error:
        scratch.unlink(missing_ok=True)
        raise OutputError(f"{path} cannot be written: {error.strerror}") from error


def examples(data: Prepared, size: int, seed: int = 0, rows: int = 4) -> np.ndarray:
    """Rows of drawings, each over the photo it was made of."""
    out = []
    for row in range(rows):
        made = [example(data, size, np.random.default_rng((seed, row, k))) for k in range(COLUMNS)]
        out.append(np.concatenate([_grey(e.drawing) for e in made], 1))
        out.append(np.concatenate([e.picture for e in made], 1))
    return np.concatenate(out)


def faces(network: nn.Module, data: Prepared, size: int, seed: int = 5) -> np.ndarray:
    """One row of drawings, and three rows of the people a network sees in them."""
    made = [example(data, size, np.random.default_rng((seed, k))) for k in range(COLUMNS)]
    rows = [np.concatenate([_grey(e.drawing) for e in made], 1)]
    parameter = next(network.parameters())
    x = torch.from_numpy(np.stack([e.drawing for e in made]))[:, None].to(parameter.device)
    faithful = torch.full((1,), 0.5, device=parameter.device)
    for look in range(3):
        z = torch.randn(1, network.config.z_dim, generator=torch.Generator().manual_seed(look))  # type: ignore[union-attr]
        with torch.no_grad():
            row = [network(d[None].float() / 255, z.to(parameter.device), faithful)[0] for d in x]
        row = [((f.clamp(-1, 1) + 1) * 127.5).byte().permute(1, 2, 0).cpu().numpy() for f in row]
        rows.append(np.concatenate(row, 1))
    return np.concatenate(rows)


def _grey(drawing: np.ndarray) -> np.ndarray:
    return np.repeat(drawing[..., None], 3, 2)
