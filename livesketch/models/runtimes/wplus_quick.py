"""The quick road of the published networks: half precision where it is safe, weights modulated once a look."""

from __future__ import annotations

import copy

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from livesketch.frames import Picture
from livesketch.models.networks import psp, stylegan2
from livesketch.models.networks.layers import Modulated, activated, doubled, smoothed
from livesketch.models.runtimes.cuda_graph import captured

HALF_FROM = 64  # pixels: below, feature maps are small, and an error is seen in the whole face


class QuickEncoder:
    """The encoder in half precision, channels last. Latents come back as float32."""

    def __init__(self, network: psp.Network, device: torch.device, dtype: torch.dtype) -> None:
        encoder = copy.deepcopy(network.encoder).to(device, dtype)
        self._encoder = encoder.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._average = network.latent_avg.to(device)
        side = (1, network.config.input_channels, psp.SIDE, psp.SIDE)
        # what a captured graph reads
        self._given = torch.zeros(side, device=device, dtype=dtype).contiguous(
            memory_format=torch.channels_last
        )
        self._run = captured(self._latents, device)

    @torch.inference_mode()
    def __call__(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """x (C, 256, 256) -> (num_ws, w_dim)."""
        self._given.copy_(torch.from_numpy(x)[None])
        return self._run()[0].cpu().numpy().copy()

    @torch.inference_mode()
    def _latents(self) -> tuple[Tensor, ...]:
        return (self._encoder(self._given)[0].float() + self._average,)


class _Layer:
    """One modulated convolution with the weights of the w it was given last."""

    def __init__(self, conv: Modulated, device: torch.device, dtype: torch.dtype) -> None:
        # modulated in float32, used in half
        self._conv = conv if device.type == "cpu" else copy.deepcopy(conv).to(device)
        self.is_up, self._pad = conv.is_up, conv.pad
        o, i = conv.weight.shape[:2]
        shape = (i, o, *conv.weight.shape[2:]) if conv.is_up else conv.weight.shape
        self.weight = torch.zeros(shape, device=device, dtype=dtype).contiguous(
            memory_format=torch.channels_last
        )

    def modulate(self, w: Tensor) -> None:
        conv = self._conv
        made = conv.fused(conv.weight * conv.gain, conv.style(w[None])[0])
        # into the same memory: a captured graph reads it there
        self.weight.copy_(made.transpose(0, 1) if self.is_up else made)

    def __call__(self, x: Tensor) -> Tensor:
        if not self.is_up:
            return F.conv2d(x, self.weight, padding=self._pad)
        return smoothed(F.conv_transpose2d(x, self.weight, stride=2), 4.0)


class _Styled:
    def __init__(self, of: stylegan2.Styled, device: torch.device, dtype: torch.dtype) -> None:
        self.layer = _Layer(of.conv, device, dtype)
        self._noise = (of.noise * of.noise_strength + of.bias[:, None, None]).to(device, dtype)
        self._clamp = of.clamp

    def __call__(self, x: Tensor) -> Tensor:
        # the held noise and the bias never change: one addition for both
        return stylegan2.clamped(activated(self.layer(x).add_(self._noise)), self._clamp)


class _Block:
    def __init__(self, of: stylegan2.Block, device: torch.device, dtype: torch.dtype) -> None:
        self.dtype = dtype
        self.up = _Styled(of.up, device, dtype) if of.up is not None else None
        self.conv = _Styled(of.conv, device, dtype)
        self.rgb = _Layer(of.rgb.conv, device, dtype)
        self._bias = of.rgb.bias.to(device)[:, None, None]
        self._clamp = of.rgb.clamp

    @property
    def layers(self) -> list[_Layer]:
        return [one.layer for one in (self.up, self.conv) if one is not None] + [self.rgb]

    def __call__(self, x: Tensor, picture: Tensor | None) -> tuple[Tensor, Tensor]:
        x = x.to(self.dtype)
        if self.up is not None:
            x = self.up(x)
        x = self.conv(x)
        # the picture itself is summed in float32
        share = stylegan2.clamped(self.rgb(x).float() + self._bias, self._clamp)
        return x, share if picture is None else doubled(picture) + share


class QuickGenerator:
    """Latents -> uint8 pixels on the device. Only layers whose w has changed are modulated anew."""

    def __init__(
        self, network: stylegan2.Network, device: torch.device, dtype: torch.dtype
    ) -> None:
        self._device = device
        self._const = network.synthesis.const.to(device)
        self._blocks = [
            _Block(block, device, dtype if 4 << k >= HALF_FROM else torch.float32)
            for k, block in enumerate(network.synthesis.blocks)
            if isinstance(block, stylegan2.Block)
        ]
        self._layers: list[tuple[int, _Layer]] = []  # which w steers which layer
        for k, block in enumerate(self._blocks):
            first = max(0, 2 * k - 1)
            self._layers += [(first + j, layer) for j, layer in enumerate(block.layers)]
        self._given: NDArray[np.float32] | None = None  # what the layers are modulated with
        self.modulated = 0  # layers, at the last call of steer()
        self._run = captured(self._pixels, device)
        side = network.config.img_resolution
        is_card = device.type == "cuda"
        self._landing = torch.empty((side, side, 3), dtype=torch.uint8, pin_memory=is_card)
        self._landed_sane = torch.empty((), dtype=torch.bool, pin_memory=is_card)

    @torch.inference_mode()
    def steer(self, ws: NDArray[np.float32]) -> None:
        """ws (num_ws, w_dim): what the next picture is made of."""
        before, self.modulated = self._given, 0
        fresh = [
            before is None or not np.array_equal(a, b)
            for a, b in zip(ws, _rows(ws, before), strict=True)
        ]
        there = torch.from_numpy(ws).to(self._device)
        for row, layer in self._layers:
            if fresh[row]:
                layer.modulate(there[row])
                self.modulated += 1
        self._given = ws.copy()

    def forget(self) -> None:
        """The next steer() modulates every layer."""
        self._given = None

    @torch.inference_mode()
    def image(self) -> Tensor:
        """(3, R, R) float32 on the device, about -1..1."""
        x, picture = self._const, None
        for block in self._blocks:
            x, picture = block(x, picture)
        assert picture is not None
        return picture[0]

    @torch.inference_mode()
    def pixels(self) -> tuple[Tensor, ...]:
        """(R, R, 3) uint8 on the device, and whether the numbers behind it were sane, a bool there."""
        return self._run()

    def picture(self, made: tuple[Tensor, ...]) -> Picture | None:
        """What pixels() gave, on the host; None where the numbers were not sane."""
        self._landing.copy_(made[0], non_blocking=True)
        self._landed_sane.copy_(made[1], non_blocking=True)
        if made[0].is_cuda:
            torch.cuda.current_stream(made[0].device).synchronize()
        return self._landing.numpy().copy() if bool(self._landed_sane) else None

    @torch.inference_mode()
    def _pixels(self) -> tuple[Tensor, ...]:
        image = self.image()
        sane = torch.isfinite(image).all()
        made = (image * 127.5 + 127.5).round_().clamp_(0, 255).to(torch.uint8)
        return made.permute(1, 2, 0).contiguous(), sane


def _rows(ws: NDArray[np.float32], before: NDArray[np.float32] | None) -> NDArray[np.float32]:
    return ws if before is None else before
