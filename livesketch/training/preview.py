"""Sheets to look at: what the trainer draws of photos, and what a model makes of drawings."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import torch
from torch import nn

from livesketch.errors import OutputError
from livesketch.models.knobs import knobs_of
from livesketch.models.networks import compact
from livesketch.models.networks.face_lines import Lines
from livesketch.training import raster
from livesketch.training.dataset import Prepared
from livesketch.training.encode_examples import SEEN_SIDE, encoding_of
from livesketch.training.encode_step import as_shown, painted
from livesketch.training.examples import Portrait, pair, portrait, straight_portrait
from livesketch.training.finer_step import Artist
from livesketch.training.frozen import Frozen
from livesketch.training.tasks import INPUTS, seen_by

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


def examples(data: Prepared, task: str, seed: int = 0, rows: int = 4) -> np.ndarray:
    """Rows of what a reader of `task` is shown, with the landmarks it is to find."""
    example, side = seen_by(task), INPUTS[task][1]
    out = []
    for row in range(rows):
        made = [example(data, side, np.random.default_rng((seed, row, k))) for k in range(COLUMNS)]
        out.append(np.concatenate([_marked(_shown(e.seen), e.points) for e in made], 1))
    return np.concatenate(out)


def readings(reader: nn.Module, task: str, data: Prepared, seed: int = 5) -> np.ndarray:
    """What a reader is shown, over the landmarks it found and the regions."""
    example, side = seen_by(task), INPUTS[task][1]
    made = [example(data, side, np.random.default_rng((seed, k))) for k in range(COLUMNS)]
    device = next(reader.parameters()).device
    x = torch.from_numpy(np.stack([e.seen for e in made])).to(device).float() / 255
    with torch.no_grad():
        points, logits, _ = reader(x)
    kinds = logits.argmax(1).cpu().numpy().astype(np.uint8) * 30
    top = [_marked(_shown(e.seen), p) for e, p in zip(made, points.cpu().numpy(), strict=True)]
    below = [
        _marked(_grey(raster.enlarged(k, len(top[0]))), e.points)
        for k, e in zip(kinds, made, strict=True)
    ]
    return np.concatenate([np.concatenate(top, 1), np.concatenate(below, 1)])


def portraits(
    painter: nn.Module, style_encoder: nn.Module, data: Prepared, size: int, seed: int = 5
) -> np.ndarray:
    """Photos, the same painted in their own look, in their neighbour's, and in two looks between photos'."""
    made = [portrait(data, size, np.random.default_rng((seed, k))) for k in range(8)]
    device = next(painter.parameters()).device
    points, regions, photos = _shown_to_painter(made, device)
    rows = [np.concatenate([e.picture for e in made], 1)]
    with torch.no_grad():
        maps = Lines().to(device)(points)
        own = style_encoder(photos)[0]
        middle = own.mean(0)
        nobody = middle + (own[:2] + own[3:5] - 2 * middle) / 2**0.5
        for z in (own, own.roll(1, 0), *nobody[:, None].expand(2, 8, -1)):
            rows.append(np.concatenate([_picture(f) for f in painter(maps, regions, z)], 1))
    return np.concatenate(rows)


def enlarged(finer: nn.Module, by: Artist, data: Prepared, size: int, seed: int = 5) -> np.ndarray:
    """Painted faces merely enlarged, the same made finer, and the photos that they are of."""
    made = [straight_portrait(data, size, np.random.default_rng((seed, k))) for k in range(4)]
    device = next(finer.parameters()).device
    points, regions, photos = _shown_to_painter(made, device)
    with torch.no_grad():
        z = by.style_encoder(photos)[0]
        faces_ = by.painter(by.lines(points), regions, z).clamp(-1, 1)
        fine = [_picture(face) for face in finer(faces_)]
    plain = [raster.enlarged(_picture(face), size) for face in faces_]
    rows = (plain, fine, [e.picture for e in made])
    return np.concatenate([np.concatenate(row, 1) for row in rows])


def pairs(network: nn.Module, data: Prepared, size: int, seed: int = 5) -> np.ndarray:
    """Drawings, what a network that is in training paints of them, and the photos they are of."""
    made = [pair(data, size, np.random.default_rng((seed, k))) for k in range(COLUMNS)]
    device, was_training = next(network.parameters()).device, network.training
    unused = torch.zeros(1, 1, device=device)
    network.eval()
    with torch.no_grad():
        given = [torch.from_numpy(e.seen.copy()).to(device)[None].float() / 255 for e in made]
        painted = [_picture(network(x, unused, unused)[0]) for x in given]
    network.train(was_training)
    rows = ([_shown(e.seen) for e in made], painted, [e.picture for e in made])
    return np.concatenate([np.concatenate(row, 1) for row in rows])


def encodings(
    encoder: nn.Module, generator: Frozen, task: str, data: Prepared, size: int, seed: int = 5
) -> np.ndarray:
    """What an encoder is shown, what the generator paints of its latents, and the photos meant."""
    made = [encoding_of(task)(data, size, np.random.default_rng((seed, k))) for k in range(8)]
    device = next(encoder.parameters()).device
    with torch.no_grad():
        x = [torch.from_numpy(e.seen).to(device)[None].float() / 255 for e in made]
        faces_ = [painted(generator, encoder(as_shown(one, task)).float(), size)[0] for one in x]
    step = max(1, SEEN_SIDE // size)
    shown = [raster.smaller(np.ascontiguousarray(_shown(e.seen)), step) for e in made]
    rows = (shown, [_picture(one) for one in faces_], [e.picture for e in made])
    return np.concatenate([np.concatenate(row, 1) for row in rows])


def faces(network: compact.Network, task: str, data: Prepared, seed: int = 5) -> np.ndarray:
    """One row of what is shown to the reader, and three rows of the people a network sees in it."""
    example, side = seen_by(task), network.config.input_size
    made = [example(data, side, np.random.default_rng((seed, k))) for k in range(COLUMNS)]
    size = network.config.img_resolution
    rows = [np.concatenate([raster.enlarged(_shown(e.seen), size) for e in made], 1)]
    x = torch.from_numpy(np.stack([e.seen for e in made])).float() / 255
    knobs = torch.from_numpy(knobs_of({}))[None]
    for look in range(3):
        z = torch.randn(1, network.config.z_dim, generator=torch.Generator().manual_seed(look))
        with torch.no_grad():
            row = [_picture(network(one[None], z, knobs)[0]) for one in x]
        rows.append(np.concatenate(row, 1))
    return np.concatenate(rows)


def _shown_to_painter(
    made: list[Portrait], device: torch.device
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Points, regions, and the photos as a style encoder takes them."""
    fields = ([getattr(e, name) for e in made] for name in ("points", "regions", "straight"))
    points, regions, photos = (torch.from_numpy(np.stack(some)).to(device) for some in fields)
    return points, regions.float() / 4, photos.permute(0, 3, 1, 2).float() / 127.5 - 1


def _picture(face: torch.Tensor) -> np.ndarray:
    return ((face.float().clamp(-1, 1) + 1) * 127.5).byte().permute(1, 2, 0).cpu().numpy()


def _shown(seen: np.ndarray) -> np.ndarray:
    """(C, S, S) as a picture: a drawing as it is, a mask as shades of its classes."""
    if len(seen) == 3:
        return np.ascontiguousarray(seen.transpose(1, 2, 0))
    if len(seen) == 1:
        return _grey(seen[0])
    return _grey((seen.argmax(0) * 13).astype(np.uint8))


def _marked(picture: np.ndarray, points: np.ndarray) -> np.ndarray:
    """A red pixel at each landmark."""
    out, side = picture.copy(), len(picture)
    x, y = np.clip(points * side, 0, side - 1).astype(int).T
    out[y, x] = (230, 40, 40)
    return out


def _grey(drawing: np.ndarray) -> np.ndarray:
    return np.repeat(drawing[..., None], 3, 2)
