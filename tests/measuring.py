"""Small feature networks of random numbers, and the definitions in shared/metrics, for the tests of measuring."""

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray


@contextmanager
def measures_of(shared: Path) -> Iterator[ModuleType]:
    """shared/metrics/measures.py, whose neighbours are imported by their bare names; skips without it."""
    folder = shared / "metrics"
    if not (folder / "measures.py").is_file():
        pytest.skip("shared/metrics is absent: there is nothing to agree with")
    sys.path.insert(0, str(folder))
    try:
        yield importlib.import_module("measures")
    finally:
        sys.path.remove(str(folder))
        for name in ("measures", "features", "doodle"):
            sys.modules.pop(name, None)


def small_appearance(rng: np.random.Generator) -> dict[str, NDArray[np.float32]]:
    """MobileNetV2's layers with few channels and random numbers, under Keras' names."""
    weights: dict[str, NDArray[np.float32]] = {}

    def norm(name: str, width: int) -> None:
        for part, low in (("gamma", 0.5), ("beta", -0.5), ("moving_mean", -0.5)):
            weights[f"{name}.{part}"] = rng.uniform(low, 1, width).astype(np.float32)
        weights[f"{name}.moving_variance"] = rng.uniform(0.5, 2, width).astype(np.float32)

    def conv(name: str, norm_name: str, shape: tuple[int, ...], is_deep: bool = False) -> None:
        key = f"{name}.depthwise_kernel" if is_deep else f"{name}.kernel"
        weights[key] = rng.normal(0, 0.5, shape).astype(np.float32)
        norm(norm_name, shape[2] if is_deep else shape[3])

    conv("Conv1", "bn_Conv1", (3, 3, 3, 4))
    for i in range(17):
        name = f"block_{i}" if i else "expanded_conv"
        if i:
            conv(f"{name}_expand", f"{name}_expand_BN", (1, 1, 4, 6))
        wide = 6 if i else 4
        conv(f"{name}_depthwise", f"{name}_depthwise_BN", (3, 3, wide, 1), is_deep=True)
        conv(f"{name}_project", f"{name}_project_BN", (1, 1, wide, 4))
    conv("Conv_1", "Conv_1_bn", (1, 1, 4, 10))
    return weights


def small_identity(rng: np.random.Generator) -> dict[str, NDArray[np.float32]]:
    """MobileFaceNet's layers with few channels and random numbers, under its state dict's names."""
    weights: dict[str, NDArray[np.float32]] = {}

    def layer(conv: str, norm: str, prelu: str | None, shape: tuple[int, ...]) -> None:
        weights[f"{conv}.weight"] = rng.normal(0, 0.3, shape).astype(np.float32)
        for part in ("weight", "running_var"):
            weights[f"{norm}.{part}"] = rng.uniform(0.5, 1.5, shape[0]).astype(np.float32)
        for part in ("bias", "running_mean"):
            weights[f"{norm}.{part}"] = rng.normal(0, 0.3, shape[0]).astype(np.float32)
        if prelu:
            weights[f"{prelu}.weight"] = rng.uniform(0, 0.5, shape[0]).astype(np.float32)

    layer("conv1.conv", "conv1.bn", "conv1.prelu", (4, 3, 3, 3))
    layer("dw_conv1.conv", "dw_conv1.bn", "dw_conv1.prelu", (4, 1, 3, 3))
    for n in range(15):
        at = f"blocks.{n}.conv."
        layer(at + "0", at + "1", at + "2", (6, 4, 1, 1))
        layer(at + "3", at + "4", at + "5", (6, 1, 3, 3))
        layer(at + "6", at + "7", None, (4, 6, 1, 1))
    layer("conv2.conv", "conv2.bn", "conv2.prelu", (8, 4, 1, 1))
    layer("linear7.conv", "linear7.bn", None, (8, 1, 7, 6))
    layer("linear1.conv", "linear1.bn", None, (5, 8, 1, 1))
    return weights
