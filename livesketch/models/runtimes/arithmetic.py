"""The limit that arithmetic sets: how many multiplications a face takes, and how many the device does a second."""

from __future__ import annotations

import time

import torch
from torch.utils.flop_counter import FlopCounterMode

from livesketch.models.networks import psp, stylegan2

SIDE, RUNS = 2048, 4  # of the square matrices whose product is timed


def gmac(config: psp.Config | stylegan2.Config) -> dict[str, float]:
    """Thousands of millions of multiply-adds of one face: "generator", and "encoder" where there is one.

    Nothing is computed: the networks have shapes but no memory.
    """
    generator = config.generator if isinstance(config, psp.Config) else config
    made: dict[str, float] = {}
    with torch.device("meta"), torch.no_grad():
        if isinstance(config, psp.Config):
            encoder = psp.encoder_of(config).eval().requires_grad_(False)
            with FlopCounterMode(display=False) as counter:
                encoder(torch.empty(1, config.input_channels, psp.SIDE, psp.SIDE))
            made["encoder"] = counter.get_total_flops() / 2e9
        network = stylegan2.Network(generator).eval().requires_grad_(False)
        with FlopCounterMode(display=False) as counter:
            network.synthesis(torch.empty(1, generator.num_ws, generator.w_dim))
        made["generator"] = counter.get_total_flops() / 2e9
    return made


def peak_gmac_s(device: torch.device, dtype: torch.dtype) -> float:
    """Thousands of millions of multiply-adds a second, measured with a product of matrices now."""
    a, b = (torch.rand(SIDE, SIDE, device=device, dtype=dtype) for _ in range(2))
    best = 0.0
    for _ in range(RUNS):
        _wait(device)
        start = time.monotonic()
        torch.mm(a, b)
        _wait(device)
        best = max(best, SIDE**3 / 1e9 / max(time.monotonic() - start, 1e-9))
    return best


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
