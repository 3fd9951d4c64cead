"""The reference outputs of the published networks, and small models in the published layouts."""

import gc
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from livesketch.models.networks import psp, stylegan2

OURS = Path(__file__).parent / "data" / "reference"
TOLERANCE = 1e-3

Change = Callable[[dict[str, Any]], None]  # makes a whole file's content a broken one

SMALL = stylegan2.Config(img_resolution=64, channels=(16, 16, 8, 8, 8), z_dim=16, w_dim=16)
SMALL_PSP = psp.Config(1, (16, 16, 16, 16), SMALL, 64)
ENCODERS = {  # ours -> what the published code calls them
    "gradual": "GradualStyleEncoder",
    "w": "BackboneEncoderUsingLastLayerIntoW",
    "wplus": "BackboneEncoderUsingLastLayerIntoWPlus",
}


def reference(name: str) -> Path:
    """A file of reference outputs, kept here or lying beside the project; skips where it is neither."""
    beside = Path(os.environ.get("LIVESKETCH_SHARED", OURS.parents[3] / "shared")) / "reference"
    for folder in (OURS, beside):
        if (folder / name).is_file():
            return folder / name
    pytest.skip(f"{name} is neither here nor in ../shared/reference")


def far(made: np.ndarray, wanted: np.ndarray) -> float:
    """The largest difference, relative to the largest number."""
    assert made.shape == wanted.shape
    return float(np.abs(made - wanted).max() / np.abs(wanted).max())


def psp_file(form: str) -> dict[str, Any]:
    """What a published pSp file of this form holds; every number is from a recipe."""
    from data.reference.fill import psp_checkpoint

    shapes = json.loads(reference("psp_state_dict_shapes.json").read_text())
    gc.collect()
    with torch.no_grad():
        return psp_checkpoint(shapes[form], seed=7)


def varied(network: torch.nn.Module, seed: int = 0) -> torch.nn.Module:
    """The network with numbers in all its tensors, so that nothing is hidden by a zero."""
    made = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, tensor in network.state_dict().items():
            noise = torch.randn(tensor.shape, generator=made)
            if name.endswith("running_var"):
                tensor.copy_(1 + 0.1 * noise.abs())
            elif tensor.ndim > 1:
                scale = tensor[0].numel() ** -0.5 if "encoder" in name else 1.0
                tensor.copy_(noise * (scale if tensor.ndim == 4 else 1.0))
            elif name.endswith("style.bias"):
                tensor.copy_(1 + 0.1 * noise)
            else:
                tensor.copy_(0.1 * noise)
        for name, tensor in network.state_dict().items():
            if "mapping.layers" in name:
                tensor.mul_(100)  # the published ones are divided by their learning rate
    return network.eval().requires_grad_(False)


def g_ema(network: stylegan2.Network) -> dict[str, torch.Tensor]:
    """A generator's tensors under the names of rosinality's release, with its fixed filters."""
    ours = network.state_dict()
    made: dict[str, torch.Tensor] = {"input.input": ours["synthesis.const"]}
    row = torch.tensor([1.0, 3.0, 3.0, 1.0])
    kernel = torch.outer(row, row) / 16
    for k in range(network.config.mapping_layers):
        for leaf in ("weight", "bias"):
            made[f"style.{k + 1}.{leaf}"] = ours[f"mapping.layers.{k}.{leaf}"]
    for k in range(len(network.config.channels)):
        block = f"synthesis.blocks.{k}"
        pairs = [("conv", "conv1" if k == 0 else f"convs.{2 * k - 1}", 2 * k)]
        if k:
            pairs.append(("up", f"convs.{2 * k - 2}", 2 * k - 1))
            made[f"convs.{2 * k - 2}.conv.blur.kernel"] = kernel
            made[f"to_rgbs.{k - 1}.upsample.kernel"] = kernel
        for part, old, noise in pairs:
            made[f"{old}.conv.weight"] = ours[f"{block}.{part}.conv.weight"][None]
            for leaf in ("weight", "bias"):
                style = ours[f"{block}.{part}.conv.style.{leaf}"]
                made[f"{old}.conv.modulation.{leaf}"] = style
            made[f"{old}.activate.bias"] = ours[f"{block}.{part}.bias"]
            made[f"{old}.noise.weight"] = ours[f"{block}.{part}.noise_strength"][None]
            made[f"noises.noise_{noise}"] = ours[f"{block}.{part}.noise"][None, None]
        rgb = "to_rgb1" if k == 0 else f"to_rgbs.{k - 1}"
        made[f"{rgb}.bias"] = ours[f"{block}.rgb.bias"].reshape(1, 3, 1, 1)
        made[f"{rgb}.conv.weight"] = ours[f"{block}.rgb.conv.weight"][None]
        for leaf in ("weight", "bias"):
            made[f"{rgb}.conv.modulation.{leaf}"] = ours[f"{block}.rgb.conv.style.{leaf}"]
    return {name: tensor.clone() for name, tensor in made.items()}


def small_generator() -> stylegan2.Network:
    network = stylegan2.Network(SMALL)
    varied(network)
    return network


def small_psp(config: psp.Config = SMALL_PSP) -> psp.Network:
    network = psp.Network(config)
    varied(network)
    if config.encoder == "w":  # it has one w, and so one average
        network.latent_avg.copy_(network.latent_avg[:1].expand_as(network.latent_avg))
    network.generator.mapping.w_avg.copy_(network.latent_avg.mean(0))
    return network


def psp_content(network: psp.Network) -> dict[str, Any]:
    """A pSp model as its published file holds it."""
    state: dict[str, Any] = {
        f"decoder.{name}": tensor for name, tensor in g_ema(network.generator).items()
    }
    for name, tensor in network.state_dict().items():
        if name.startswith("encoder."):
            state[name] = tensor.clone()
        if name.endswith("running_var"):
            counter = name.replace("running_var", "num_batches_tracked")
            state[counter] = torch.zeros((), dtype=torch.int64)
    is_one_w = network.config.encoder == "w"
    options = {
        "encoder_type": ENCODERS[network.config.encoder],
        "start_from_latent_avg": True,
        "learn_in_w": is_one_w,
        "dataset_type": "celebs_sketch_to_face",
    }
    average = network.latent_avg[:1] if is_one_w else network.latent_avg
    return {"state_dict": state, "latent_avg": average.clone(), "opts": options}


# what may be wrong with a pSp file's content


def without(name: str) -> Change:
    def change(content: dict[str, Any]) -> None:
        del content["state_dict"][name]

    return change


def holding(name: str, value: object) -> Change:
    """Another tensor, or one more."""

    def change(content: dict[str, Any]) -> None:
        content["state_dict"][name] = value

    return change


def with_nan(name: str) -> Change:
    def change(content: dict[str, Any]) -> None:
        content["state_dict"][name].view(-1)[-1] = float("nan")

    return change


def saying(**options: object) -> Change:
    def change(content: dict[str, Any]) -> None:
        content["opts"] |= options

    return change


def averaging(*shape: int) -> Change:
    def change(content: dict[str, Any]) -> None:
        content["latent_avg"] = torch.zeros(shape)

    return change
