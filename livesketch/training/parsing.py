"""Which part of a photo is hair, skin, cloth …: a small parser, learned from photos whose masks somebody made."""

from __future__ import annotations

import io
import pickle
import tarfile
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn

from livesketch.errors import SourceError
from livesketch.models.networks.ageing import HAIR
from livesketch.models.networks.face_lines import OVAL
from livesketch.training import raster

SIDE = 128  # the parser looks at pictures of this side
GRID = 64  # and says what is where on this grid
# CelebAMask-HQ's 19 classes, in the order of frames.FACE_PARTS -> the regions a drawing can show
REGIONS = ("background", "skin", "hair", "neck", "cloth", "hat", "glasses", "ear")
REGION_OF = np.array([0, 1, 1, 6, 1, 1, 1, 1, 7, 7, 1, 1, 1, 2, 5, 7, 3, 3, 4], np.uint8)
HELD_OUT = 20
SKIN, NECK, CLOTH = 1, 3, 4
CHIN, JAW = 152, (172, 397)


def act(x: Tensor) -> Tensor:
    return F.leaky_relu(x, 0.2)


class Parser(nn.Module):
    """(N, 3, 128, 128) in -1..1 -> logits (N, 8, 64, 64) of REGIONS. A U-Net (Ronneberger 2015)."""

    def __init__(self, c: tuple[int, int, int, int] = (32, 64, 96, 128)) -> None:
        super().__init__()
        self.inp = nn.Conv2d(12, c[0], 3, 1, 1)
        self.down = nn.ModuleList([nn.Conv2d(c[k], c[k + 1], 3, 2, 1) for k in range(3)])
        self.refine = nn.ModuleList([nn.Conv2d(c[k + 1], c[k + 1], 3, 1, 1) for k in range(3)])
        self.whole = nn.Conv2d(c[3], c[3], 3, 1, 2, dilation=2)
        self.up = nn.ModuleList([nn.Conv2d(c[k + 1] + c[k], c[k], 3, 1, 1) for k in (2, 1, 0)])
        self.out = nn.Conv2d(c[0], len(REGIONS), 3, 1, 1)

    def forward(self, y: Tensor) -> Tensor:
        levels = [act(self.inp(F.pixel_unshuffle(y, 2)))]
        for down, refine in zip(self.down, self.refine, strict=True):
            x = act(down(levels[-1]))
            levels.append(x + act(refine(x)))
        x = levels[-1]
        x = x + act(self.whole(x))
        for up, level in zip(self.up, levels[-2::-1], strict=True):
            x = act(up(torch.cat([F.interpolate(x, scale_factor=2.0, mode="nearest"), level], 1)))
        return self.out(x)


def pairs(tar: Path) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Photos (128, 128, 3) uint8 and their regions (64, 64) uint8, from a tar whose `*_masks/` folder
    holds a PNG of class numbers for photos of the same name. The held-out twentieth is left out."""
    try:
        opened = tarfile.open(tar)  # noqa: SIM115 - closed below
    except (tarfile.TarError, OSError) as error:
        raise SourceError(f"{tar} is no tar of photos and masks") from error
    with opened:
        members = {m.name: m for m in opened if m.isfile()}
        photos = {Path(n).stem: n for n in members if "_masks/" not in n}
        for name in sorted(n for n in members if "_masks/" in n):
            photo = photos.get(Path(name).stem)
            if photo is None or zlib.crc32(Path(photo).name.encode()) % HELD_OUT == 0:
                continue
            try:
                yield _picture(opened, members[photo]), _regions(opened, members[name])
            except (OSError, ValueError, SyntaxError):  # one broken picture among many
                continue


def _picture(tar: tarfile.TarFile, member: tarfile.TarInfo) -> np.ndarray:
    stream = tar.extractfile(member)
    assert stream is not None
    with Image.open(io.BytesIO(stream.read())) as image:
        return np.array(image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BOX))


def _regions(tar: tarfile.TarFile, member: tarfile.TarInfo) -> np.ndarray:
    stream = tar.extractfile(member)
    assert stream is not None
    with Image.open(io.BytesIO(stream.read())) as image:
        small = np.array(image.resize((GRID, GRID), Image.Resampling.NEAREST))
    return REGION_OF[np.clip(small, 0, len(REGION_OF) - 1)]


def learn(tar: Path, minutes: float, seed: int, say: Callable[[str], None]) -> Parser:
    """A parser learned from the masks in a tar. Raises SourceError where there are none."""
    made = list(pairs(tar))
    if not made:
        raise SourceError(
            f"{tar} holds no masks", hint="a folder *_masks/ beside the photos is needed"
        )
    pictures = np.stack([p for p, _ in made])
    regions = np.stack([r for _, r in made])
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = Parser().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    rate, batch = 2e-3, 16
    optimizer = torch.optim.AdamW(net.parameters(), rate, weight_decay=1e-2)
    begin, spoken, step = time.monotonic(), 0.0, 0
    while (part := (time.monotonic() - begin) / (minutes * 60)) < 1:
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1, (step + 1) / 50) * (0.5 + 0.5 * np.cos(np.pi * part))
        chosen = rng.integers(0, len(pictures), batch)
        x, wanted = _augmented(pictures[chosen], regions[chosen], rng)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = net(x)
        loss = F.cross_entropy(logits.float(), wanted, label_smoothing=0.02)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        step += 1
        if time.monotonic() - spoken > 30:
            right = (logits.argmax(1) == wanted).float().mean().item()
            say(f"parser: {step * batch} pictures, loss {loss.item():.3f}, right {right:.3f}")
            spoken = time.monotonic()
    return net.eval()


def _augmented(
    pictures: np.ndarray, regions: np.ndarray, rng: np.random.Generator
) -> tuple[Tensor, Tensor]:
    """Light, colour, mirror, a turn, a size and a shift; both alike."""
    x = torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1
    y = torch.from_numpy(regions).long()
    n = len(x)
    light = torch.from_numpy(rng.uniform(-0.3, 0.3, (n, 1, 1, 1)).astype(np.float32))
    contrast = torch.from_numpy(rng.uniform(0.6, 1.3, (n, 1, 1, 1)).astype(np.float32))
    tint = torch.from_numpy(rng.uniform(-0.12, 0.12, (n, 3, 1, 1)).astype(np.float32))
    x = (x * contrast + light + tint).clamp(-1, 1)
    turn = torch.from_numpy(rng.normal(0, 0.12, n).astype(np.float32))
    size = torch.from_numpy(np.exp(rng.normal(0, 0.08, n)).astype(np.float32))
    flip = torch.from_numpy(rng.choice([-1.0, 1.0], n).astype(np.float32))
    t = torch.zeros(n, 2, 3)
    t[:, 0, 0], t[:, 0, 1] = torch.cos(turn) * size * flip, -torch.sin(turn) * size
    t[:, 1, 0], t[:, 1, 1] = torch.sin(turn) * size * flip, torch.cos(turn) * size
    t[:, :, 2] = torch.from_numpy(rng.normal(0, 0.05, (n, 2)).astype(np.float32))
    grid = F.affine_grid(t, [n, 1, SIDE, SIDE], align_corners=False)
    x = F.grid_sample(x, grid, padding_mode="reflection", align_corners=False)
    coarse = F.affine_grid(t, [n, 1, GRID, GRID], align_corners=False)
    y = F.grid_sample(
        y[:, None].float(), coarse, mode="nearest", padding_mode="reflection", align_corners=False
    )[:, 0].long()
    return x.contiguous(memory_format=torch.channels_last), y


def regions_of(net: Parser, pictures: np.ndarray) -> np.ndarray:
    """Pictures (N, S, S, 3) uint8 -> regions (N, 64, 64) uint8."""
    out = []
    for k in range(0, len(pictures), 32):
        y = torch.from_numpy(np.asarray(pictures[k : k + 32])).permute(0, 3, 1, 2).float()
        y = F.interpolate(y, (SIDE, SIDE), mode="area") / 127.5 - 1
        with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
            # both ways round: what is left of a doubt is halved
            both = net(y.contiguous(memory_format=torch.channels_last)).float()
            both = both + net(y.flip(3)).float().flip(3)
        out.append(both.argmax(1).byte().numpy())
    return np.concatenate(out)


def guessed(landmarks: np.ndarray, outlines: np.ndarray) -> np.ndarray:
    """Regions (N, 64, 64) where nobody made masks: skin inside the oval, hair between it and the outline.

    Below the chin, what is inside the outline is cloth, and neck as wide as the jaw.
    """
    out = np.zeros((len(landmarks), GRID, GRID), np.uint8)
    ticks = (np.arange(GRID) + 0.5) / GRID
    for k, (p, outline) in enumerate(zip(landmarks, outlines, strict=True)):
        chin, left, right = p[CHIN], p[JAW[0]], p[JAW[1]]
        inside = raster.filled(outline, GRID) > 0
        below = ticks[:, None] > chin[1]
        narrow = (ticks[None] > left[0]) & (ticks[None] < right[0])
        out[k][inside & ~below] = HAIR
        out[k][inside & below] = np.where(narrow, NECK, CLOTH).repeat(GRID, 0)[inside & below]
        out[k][raster.filled(p[OVAL], GRID) > 0] = SKIN
    return out


def remember(net: Parser, path: Path) -> None:
    scratch = path.with_suffix(".part")
    torch.save(net.state_dict(), scratch)
    scratch.replace(path)


def remembered(path: Path) -> Parser | None:
    """A parser kept by `remember`; None where there is none that fits."""
    net = Parser()
    try:
        net.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    except (OSError, RuntimeError, ValueError, EOFError, pickle.UnpicklingError):
        return None
    return net.eval()
