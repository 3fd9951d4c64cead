"""Deterministic weights for the reference outputs in this folder.

    shapes = json.load(open("psp_state_dict_shapes.json"))["sketch_1024"]
    checkpoint = psp_checkpoint(shapes, seed=7)      # the dict that a published pSp .pt file holds

Every tensor is drawn from its own Philox stream keyed by crc32(name) and the seed, so the order of keys does not matter.
"""

import math
import zlib

import numpy as np
import torch


def draw(name: str, shape: tuple[int, ...], seed: int) -> np.ndarray:
    """Standard normal float32 array for this tensor name."""
    stream = np.random.Generator(np.random.Philox(key=zlib.crc32(name.encode()) + (seed << 32)))
    return np.asarray(stream.standard_normal(shape, dtype=np.float32), dtype=np.float32)


def blur_kernel(shape: tuple[int, ...], upsamples: bool) -> np.ndarray:
    """StyleGAN2's [1, 3, 3, 1] blur, normalised; times 4 where it follows an upsampling by 2."""
    row = np.array([1, 3, 3, 1], np.float32)
    kernel = np.outer(row, row)
    kernel /= kernel.sum()
    assert kernel.shape == shape
    return (kernel * 4 if upsamples else kernel).astype(np.float32)


def psp_tensor(name: str, shape: tuple[int, ...], seed: int) -> np.ndarray:
    if name.endswith("num_batches_tracked"):
        return np.zeros((), np.int64)
    if name.endswith(
        "kernel"
    ):  # decoder.convs.N.conv.blur.kernel, decoder.to_rgbs.N.upsample.kernel: always after an upsampling
        return blur_kernel(shape, upsamples=True)
    n = draw(name, shape, seed)
    if name.endswith("running_var"):
        return 1 + 0.1 * np.abs(n)
    if name.endswith("running_mean"):
        return 0.1 * n
    if name.startswith("encoder"):
        if len(shape) == 1:
            is_prelu = "input_layer.2" in name or name.endswith("res_layer.2.weight")
            if is_prelu:
                return 0.25 + 0.05 * n
            return 1 + 0.1 * n if name.endswith("weight") else 0.1 * n
        if len(shape) == 2:
            return n
        return n * np.float32(math.sqrt(1.0 / np.prod(shape[1:])))
    if "modulation.bias" in name:
        return 1 + 0.1 * n
    return 0.1 * n if len(shape) == 1 else n


def psp_checkpoint(shapes: dict[str, list[int]], seed: int) -> dict:
    """{"state_dict": ..., "latent_avg": (num_ws, 512), "opts": ...}, laid out as a published pSp checkpoint."""
    state = {
        name: torch.from_numpy(np.asarray(psp_tensor(name, tuple(shape), seed)))
        for name, shape in shapes.items()
    }
    num_ws = sum(
        name.startswith("encoder.styles.") and name.endswith("linear.weight") for name in shapes
    )
    latent_avg = torch.from_numpy(draw("latent_avg", (num_ws, 512), seed)) * 0.5
    input_nc = shapes["encoder.input_layer.0.weight"][1]
    opts = {
        "output_size": 2 ** (num_ws // 2 + 1),
        "input_nc": input_nc,
        "label_nc": 0 if input_nc == 3 else input_nc,
        "encoder_type": "GradualStyleEncoder",
        "start_from_latent_avg": True,
        "learn_in_w": False,
    }
    return {"state_dict": state, "latent_avg": latent_avg, "opts": opts}
