"""pix2pix's generator as its PyTorch release publishes it: a plain state dict of blocks within blocks.

The outermost block is `model.`, and within it a Sequential `model.`: convolution 0, block 1, up
convolution 3. In every other block, after a ReLU at 0: convolution 1, norm 2, block 3, up
convolution 5, norm 6; in the innermost, which has no block and no norm before it: 1, 3, 4.
"""

from __future__ import annotations

from collections.abc import Mapping

from livesketch.models.foreign.found import Found, Tensors, array_of, shape_of, tensors_of
from livesketch.models.foreign.pickles import RefusedError
from livesketch.models.networks import pix2pix

PARALLEL = "module."  # before every name where it was saved by DataParallel
FIRST = "model.model.0.weight"
STATISTICS = ("running_mean", "running_var")


def is_known(content: Mapping) -> bool:
    return any(isinstance(name, str) and _plain(name) == FIRST for name in content)


def found(content: Mapping) -> Found:
    """The state dict under our names. Raises RefusedError for another generator of that release."""
    state = {
        _plain(name): value
        for name, value in tensors_of(content).items()
        if not name.endswith("num_batches_tracked")
    }
    downs = _depth(state)
    is_batch = f"{_inside(1)}2.weight" in state
    ngf, channels = shape_of(state, FIRST)[:2]
    painted = shape_of(state, "model.model.3.weight")[1]
    if channels not in (1, 3) or painted != 3:
        raise RefusedError(
            f"makes pictures of {painted} channels from {channels}, not colours from a drawing"
        )
    side = 2**downs
    config = pix2pix.Config(
        img_resolution=side,
        input_size=side,
        input_nc=channels,
        ngf=ngf,
        downs=downs,
        norm="batch" if is_batch else "instance",
    )
    names = _names(downs)
    arrays: Tensors = {}
    for name, value in state.items():
        part, _, leaf = name.rpartition(".")
        ours = names.get(part, "")
        if not is_batch and "norm" in ours and leaf in STATISTICS:
            continue  # old releases kept them of instances too, and never used them
        arrays[f"{ours}.{leaf}" if ours else name] = value
        if leaf == "running_var" and array_of(value).min(initial=0) < 0:
            raise RefusedError(f"holds a variance below 0 in {name}")
    words = (
        f"pix2pix, a U-Net generator, {config.norm} normalisation, "
        f"{channels} input channel{'s' * (channels > 1)}, {side}×{side}"
    )
    return Found("pix2pix", "sketch", words, config, arrays)


def _plain(name: str) -> str:
    return name.removeprefix(PARALLEL)


def _depth(state: Tensors) -> int:
    """How many levels there are; one more than any network has where it does not end."""
    levels, most = 1, pix2pix.LIMITS["downs"][1]
    while levels <= most and any(name.startswith(_inside(levels)) for name in state):
        levels += 1
    return levels


def _inside(level: int) -> str:
    """The names of the layers of a block begin so; level 0 is the outermost block."""
    return "model.model." + ("1.model." + "3.model." * (level - 1) if level else "")


def _names(downs: int) -> dict[str, str]:
    """Where a layer is in the published nest -> what it is called here."""
    names = {f"{_inside(0)}0": "down.0", f"{_inside(0)}3": "up.0"}
    for level in range(1, downs):
        inside, is_last = _inside(level), level == downs - 1
        names[f"{inside}1"] = f"down.{level}"
        names[f"{inside}{3 if is_last else 5}"] = f"up.{level}"
        names[f"{inside}{4 if is_last else 6}"] = f"up_norm.{level - 1}"
        if not is_last:
            names[f"{inside}2"] = f"down_norm.{level - 1}"
    return names
