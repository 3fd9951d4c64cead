"""Features that a critic and a loss may use: a frozen network that saw a million photos of everything.

MobileNetV2 at width 0.35 (Sandler 2018), weights with Keras' names and layout, given by the user;
nothing of it goes into what is trained.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livesketch.errors import ModelError

FILE = "mobilenetv2_035.npz"
HALVING = frozenset({1, 3, 6, 13})
TAPS = (3, 6, 13)  # blocks whose widened input is looked at: at 1/4, 1/8 and 1/16 of the side
SIDE = 224


class Features(nn.Module):
    """(N, 3, S, S) in -1..1 -> features at 1/4, 1/8, 1/16 and 1/32 of 224."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        try:
            with np.load(folder / FILE, allow_pickle=False) as file:
                self._arrays = {k: np.asarray(file[k], np.float32) for k in file.files}
            self._names: list[str] = []
            self._add("Conv1", "bn_Conv1")
            self._add("expanded_conv_depthwise", "expanded_conv_depthwise_BN")
            self._add("expanded_conv_project", "expanded_conv_project_BN")
            for i in range(1, 17):
                for part in ("expand", "depthwise", "project"):
                    self._add(f"block_{i}_{part}", f"block_{i}_{part}_BN")
            self._add("Conv_1", "Conv_1_bn")
        except (OSError, KeyError, ValueError) as error:
            raise ModelError(
                f"{folder / FILE} does not hold the features of MobileNetV2",
                hint="--features names the folder with that file",
            ) from error
        del self._arrays
        self.channels = [int(self.get_buffer(f"block_{i}_expand_w").shape[0]) for i in TAPS]
        self.channels.append(int(self.Conv_1_w.shape[0]))  # type: ignore[union-attr]

    def _add(self, conv: str, norm: str) -> None:
        """A convolution and the batch norm after it, as one."""
        a = self._arrays
        if f"{conv}.depthwise_kernel" in a:
            kernel = a[f"{conv}.depthwise_kernel"].transpose(2, 3, 0, 1)
        else:
            kernel = a[f"{conv}.kernel"].transpose(3, 2, 0, 1)
        gain = a[f"{norm}.gamma"] / np.sqrt(a[f"{norm}.moving_variance"] + 1e-3)
        shift = a[f"{norm}.beta"] - a[f"{norm}.moving_mean"] * gain
        folded = np.ascontiguousarray(kernel * gain[:, None, None, None])
        self.register_buffer(f"{conv}_w", torch.from_numpy(folded), persistent=False)
        self.register_buffer(f"{conv}_b", torch.from_numpy(shift), persistent=False)

    def _conv(self, x: Tensor, name: str, stride: int = 1, ceiling: bool = True) -> Tensor:
        kernel = self.get_buffer(f"{name}_w")
        if kernel.shape[-1] == 3:
            x = F.pad(x, (0, 1, 0, 1) if stride == 2 else (1, 1, 1, 1))
        groups = x.shape[1] if kernel.shape[1] == 1 and kernel.shape[-1] == 3 else 1
        x = F.conv2d(x, kernel, self.get_buffer(f"{name}_b"), stride, groups=groups)
        return x.clamp(0, 6) if ceiling else x

    def forward(self, y: Tensor) -> list[Tensor]:
        if y.shape[-1] != SIDE:
            y = F.interpolate(y, (SIDE, SIDE), mode="bilinear", align_corners=False)
        x = self._conv(y.contiguous(memory_format=torch.channels_last), "Conv1", 2)
        x = self._conv(x, "expanded_conv_depthwise")
        x = self._conv(x, "expanded_conv_project", ceiling=False)
        out = []
        for i in range(1, 17):
            wide = self._conv(x, f"block_{i}_expand")
            if i in TAPS:
                out.append(wide)
            z = self._conv(wide, f"block_{i}_depthwise", 2 if i in HALVING else 1)
            z = self._conv(z, f"block_{i}_project", ceiling=False)
            x = x + z if z.shape == x.shape else z
        out.append(self._conv(x, "Conv_1"))
        return out


class ProjectedDiscriminator(nn.Module):
    """Judges features of a frozen network instead of pixels (Sauer 2021): it learns from few pictures."""

    def __init__(self, channels: list[int], width: int = 64) -> None:
        super().__init__()
        self.heads = nn.ModuleList()
        for k, c in enumerate(channels):
            halvings = max(0, 2 - k)  # all end at about 14 x 14 or 7 x 7
            layers: list[nn.Module] = [nn.Conv2d(c, width, 1), nn.LeakyReLU(0.2)]
            for _ in range(halvings):
                layers += [nn.Conv2d(width, width, 4, 2, 1), nn.LeakyReLU(0.2)]
            layers += [nn.Conv2d(width, width, 3, 1, 1), nn.LeakyReLU(0.2), nn.Conv2d(width, 1, 1)]
            self.heads.append(nn.Sequential(*layers))

    def forward(self, features: list[Tensor]) -> list[Tensor]:
        return [head(f) for head, f in zip(self.heads, features, strict=True)]
