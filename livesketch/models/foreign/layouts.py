"""Which published model a file's tensors are, told from their names, shapes and options; our names for them."""

from __future__ import annotations

from collections.abc import Mapping
from math import log2
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livesketch.models.foreign import psp_encoders, unet
from livesketch.models.foreign.found import Found, Tensors, array_of, shape_of, tensors_of
from livesketch.models.foreign.pickles import Held, RefusedError
from livesketch.models.networks import psp, stylegan2
from livesketch.models.networks.layers import FILTER

MAPPING = "mapping.layers."
FILTERS = (".kernel", "resample_filter")  # how the two releases call the low-pass


def recognised(content: object) -> Found:
    """`content`: what a file holds, as plain data. Raises RefusedError where it is none of the known models."""
    if isinstance(content, Mapping):
        if isinstance(content.get("G_ema"), Held):
            return _ada(content["G_ema"])
        if isinstance(content.get("g_ema"), Mapping):
            return _rosinality(content)
        if isinstance(content.get("state_dict"), Mapping):
            return _psp(content)
        if unet.is_known(content):
            return unet.found(content)
    raise RefusedError(
        "is none of the models this program knows (pSp, StyleGAN2, StyleGAN2-ADA, pix2pix)"
    )


# pixel2style2pixel


def _psp(content: Mapping) -> Found:
    state = tensors_of(content["state_dict"])
    options = content.get("opts")
    options = options if isinstance(options, Mapping) else {}
    encoder = psp_encoders.encoder_of(state, options)
    channels = shape_of(state, "encoder.input_layer.0.weight")[1]
    ends = np.cumsum(psp.BLOCKS) - 1
    body = tuple(shape_of(state, f"encoder.body.{k}.res_layer.1.weight")[0] for k in ends)
    decoder = {k.removeprefix("decoder."): v for k, v in state.items() if k.startswith("decoder.")}
    generator, arrays = _generator(decoder)
    arrays = {f"generator.{name}": value for name, value in arrays.items()}
    for name, value in state.items():
        if not name.startswith("decoder.") and not name.endswith("num_batches_tracked"):
            arrays[name] = value
    average = _average(content, options, generator)
    arrays["latent_avg"] = average
    arrays["generator.mapping.w_avg"] = average.mean(0)
    side = generator.img_resolution
    task, words = _task(channels, options)
    return Found(
        "psp",
        task,
        f"pixel2style2pixel, {words}, {channels} input channel{'s' * (channels > 1)}, {side}×{side}"
        + psp_encoders.WORDS[encoder],
        psp.Config(channels, body, generator, side, encoder),
        arrays,
    )


def _average(content: Mapping, options: Mapping, generator: stylegan2.Config) -> NDArray:
    wanted = (generator.num_ws, generator.w_dim)
    value = content.get("latent_avg")
    if value is None or options.get("start_from_latent_avg") is False:
        return np.zeros(wanted, np.float32)
    # what learns one w keeps one row
    shapes = (wanted, wanted[1:], (1, *wanted[1:]))
    if not hasattr(value, "shape") or tuple(value.shape) not in shapes:
        raise RefusedError("holds average latents that do not fit its generator")
    return np.broadcast_to(array_of(value), wanted).copy()


def _task(channels: int, options: Mapping) -> tuple[str, str]:
    """What it is for: by its input channels, and for photos by the options it was trained with."""
    said = f"{options.get('dataset_type', '')} {options.get('exp_dir', '')}".lower()
    if channels == 1:
        return "sketch", "sketch to face"
    if channels != 3:
        return "mask", "segmentation to face"
    if options.get("resize_factors") or "super_res" in said:
        return "lowres", "super-resolution"
    if "frontal" in said:
        return "photo", "frontalization"
    return "photo", "toonify" if "toon" in said else "inversion"


# StyleGAN2 in PyTorch by Kim Seonghyeon (rosinality), which pSp builds on


def _rosinality(content: Mapping) -> Found:
    config, arrays = _generator(tensors_of(content["g_ema"]))
    average = content.get("latent_avg")
    shape = (config.w_dim,)
    if average is not None and tuple(getattr(average, "shape", ())) != shape:
        raise RefusedError("holds average latents that do not fit its generator")
    arrays["mapping.w_avg"] = np.zeros(shape, np.float32) if average is None else average
    side = config.img_resolution
    return Found("stylegan2", "look", f"a StyleGAN2 generator, {side}×{side}", config, arrays)


def _generator(state: Tensors) -> tuple[stylegan2.Config, Tensors]:
    """The published names of a generator's tensors -> its config, our names (but w_avg)."""
    state = {k: v for k, v in state.items() if not _is_low_pass(k, v, gain=4.0)}
    sizes = 1 + sum(k.startswith("to_rgbs.") and k.endswith(".conv.weight") for k in state)
    mapping = [k for k in state if k.startswith("style.") and k.endswith(".weight")]
    first = shape_of(state, "conv1.conv.weight")[0]
    rest = [shape_of(state, f"convs.{2 * k}.conv.weight")[0] for k in range(sizes - 1)]
    config = stylegan2.Config(
        img_resolution=2 ** (sizes + 1),
        channels=(first, *rest),
        z_dim=shape_of(state, "style.1.weight")[1],
        w_dim=shape_of(state, "conv1.conv.modulation.weight")[1],
        mapping_layers=len(mapping),
    )
    names = {"input.input": "synthesis.const"}
    for k in range(len(mapping)):
        for what in ("weight", "bias"):
            names[f"style.{k + 1}.{what}"] = f"{MAPPING}{k}.{what}"
    for k in range(sizes):
        ours = f"synthesis.blocks.{k}."
        old = "conv1" if k == 0 else f"convs.{2 * k - 1}"
        names |= _styled(old, f"noises.noise_{2 * k}", ours + "conv")
        names |= _modulated("to_rgb1" if k == 0 else f"to_rgbs.{k - 1}", ours + "rgb")
        names["to_rgb1.bias" if k == 0 else f"to_rgbs.{k - 1}.bias"] = ours + "rgb.bias"
        if k:
            names |= _styled(f"convs.{2 * k - 2}", f"noises.noise_{2 * k - 1}", ours + "up")
    arrays = {names.get(name, name): value for name, value in state.items()}
    for name, value in arrays.items():
        if name.startswith("synthesis.") and name != "synthesis.const":
            arrays[name] = _Plain(value)
    return config, arrays


def _modulated(old: str, ours: str) -> dict[str, str]:
    return {
        f"{old}.conv.weight": f"{ours}.conv.weight",
        f"{old}.conv.modulation.weight": f"{ours}.conv.style.weight",
        f"{old}.conv.modulation.bias": f"{ours}.conv.style.bias",
    }


def _styled(old: str, noise: str, ours: str) -> dict[str, str]:
    return _modulated(old, ours) | {
        f"{old}.noise.weight": f"{ours}.noise_strength",
        f"{old}.activate.bias": f"{ours}.bias",
        noise: f"{ours}.noise",
    }


class _Plain:
    """A tensor without its dimensions of one at the ends, which the published files have and we do not.

    (1, o, i, k, k) -> (o, i, k, k); (1, 3, 1, 1) -> (3,); (1, 1, s, s) -> (s, s); (1,) -> ().
    """

    def __init__(self, value: Any) -> None:
        self._value = value
        shape = tuple(value.shape)
        if len(shape) == 5 and shape[0] == 1:
            shape = shape[1:]
        elif len(shape) == 4 and shape[0] == 1:
            shape = shape[2:] if shape[1] == 1 else shape[1:2] if shape[2:] == (1, 1) else shape
        elif shape == (1,):
            shape = ()
        self.shape = shape

    def numpy(self) -> NDArray:
        return array_of(self._value).reshape(self.shape)


# StyleGAN2-ADA by NVIDIA: the state alone is read, and every name below is only a name


def _ada(held: Held) -> Found:
    state: Tensors = {}
    options: dict[str, Any] = {}
    _collect(held, "", state, options, 0)
    state = {k: v for k, v in state.items() if not _is_low_pass(k, v, gain=1.0)}
    if any(value != "skip" for name, value in options.items() if name.endswith("architecture")):
        raise RefusedError("is a StyleGAN2-ADA generator of another architecture than 'skip'")
    rates = {
        v for k, v in options.items() if k.startswith("mapping.fc") and k.endswith("bias_gain")
    }
    if not rates <= {stylegan2.MAPPING_RATE}:
        raise RefusedError("is a StyleGAN2-ADA generator whose mapping was trained at another rate")
    clamps = {v for k, v in options.items() if k.endswith("conv_clamp") and "_init" not in k}
    if len(clamps) > 1 or not all(c is None or type(c) in (int, float) for c in clamps):
        raise RefusedError(
            "is a StyleGAN2-ADA generator whose layers are clamped in different ways"
        )
    clamp = next(iter(clamps), None) or 0.0
    sides = sorted(
        int(k.split(".")[1][1:])
        for k in state
        if k.startswith("synthesis.b") and k.endswith(".torgb.bias")
    )
    if not sides or sides != [4 << k for k in range(len(sides))]:
        raise RefusedError("is a generator whose sizes do not double")
    layers = sum(k.startswith("mapping.fc") and k.endswith(".weight") for k in state)
    labels = state.get("mapping.embed.weight")
    w_dim = shape_of(state, "synthesis.b4.conv1.affine.weight")[1]
    z_dim = shape_of(state, "mapping.fc0.weight")[1] - (w_dim if labels is not None else 0)
    config = stylegan2.Config(
        img_resolution=sides[-1],
        channels=tuple(shape_of(state, f"synthesis.b{s}.conv1.weight")[0] for s in sides),
        z_dim=z_dim,
        w_dim=w_dim,
        c_dim=0 if labels is None else tuple(labels.shape)[1],
        mapping_layers=layers,
        clamp=float(clamp),
    )
    arrays = {_ada_name(name): value for name, value in state.items()}
    const = arrays.get("synthesis.const")
    if isinstance(const, np.ndarray) or hasattr(const, "numpy"):
        arrays["synthesis.const"] = array_of(const)[None]
    side = config.img_resolution
    words = f"a StyleGAN2-ADA generator, {side}×{side}"
    if config.c_dim:
        words += f", {config.c_dim} labels"
    return Found("stylegan2", "look", words, config, arrays)


PARTS = {"conv0": "up", "conv1": "conv", "torgb": "rgb"}
LEAVES = {
    "weight": "conv.weight",
    "affine.weight": "conv.style.weight",
    "affine.bias": "conv.style.bias",
    "noise_const": "noise",
}


def _ada_name(name: str) -> str:
    room, _, rest = name.partition(".")
    if room == "mapping":
        return f"{MAPPING}{rest[2:]}" if rest.startswith("fc") else name
    block, _, rest = rest.partition(".")
    if rest == "const" and block == "b4":
        return "synthesis.const"
    part, _, leaf = rest.partition(".")
    if part not in PARTS or not block[1:].isdecimal():
        return name
    return (
        f"synthesis.blocks.{int(log2(int(block[1:]))) - 2}.{PARTS[part]}.{LEAVES.get(leaf, leaf)}"
    )


def _collect(held: Held, where: str, state: Tensors, options: dict[str, Any], depth: int) -> None:
    """Tensors by their dotted names, and what the modules say about themselves."""
    if depth > 8:
        raise RefusedError("holds modules within modules without an end")
    for kind in ("_parameters", "_buffers"):
        for name, value in _mapping(held.state.get(kind)).items():
            if value is not None:
                state[where + str(name)] = value
    for name, value in held.state.items():
        if isinstance(value, int | float | str) or value is None:
            options[where + str(name)] = value
    for name, value in _mapping(held.state.get("_modules")).items():
        if isinstance(value, Held):
            _collect(value, f"{where}{name}.", state, options, depth + 1)
    if len(state) > 10_000:
        raise RefusedError("holds far more tensors than any model")


def _mapping(value: object) -> Mapping:
    return value if isinstance(value, Mapping) else {}


# both


def _is_low_pass(name: str, value: Any, gain: float) -> bool:
    """The fixed filter is not kept, but must be the one our network has."""
    if not name.endswith(FILTERS):
        return False
    row = np.array(FILTER, np.float32)
    wanted = np.outer(row, row) * (gain / row.sum() ** 2)
    if tuple(value.shape) != wanted.shape or not np.allclose(array_of(value), wanted, atol=1e-5):
        raise RefusedError("filters its pictures in another way than StyleGAN2 does")
    return True
