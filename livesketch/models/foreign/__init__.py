"""Published models that were not made here: read without running them, recognised, given our names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import nn

from livesketch.errors import ModelError
from livesketch.models import checkpoint
from livesketch.models.checkpoint import Checkpoint
from livesketch.models.foreign.found import Found, array_of
from livesketch.models.foreign.layouts import recognised
from livesketch.models.foreign.pickles import RefusedError
from livesketch.models.foreign.torch_files import MAGIC, content_of
from livesketch.models.networks import module_of

LARGEST_FILE = 6 * 2**30  # bytes
TERMS = "not known: as published with the file, which often forbids commercial use"
LEGACY = MAGIC.to_bytes(10, "little")  # at the start of a PyTorch file before 1.6
FETCH = "Fetch it again, from where it was published."


def load(path: Path) -> tuple[Checkpoint, str]:
    """A published .pt or .pkl as a network in float32, and what it is in words.

    Nothing in the file is executed, and no memory is taken for what it only claims. Raises
    ModelError for everything that is not a whole model of a known kind.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        if not 0 < size <= LARGEST_FILE:
            raise RefusedError("is empty" if not size else "is far larger than any published model")
        if _is_web_page(path):
            raise RefusedError("is a web page: the download failed")
        held = np.memmap(path, np.uint8, "r")
        found = recognised(content_of(held.data))
        network = filled(found)
    except RefusedError as refused:
        raise ModelError(f"The {sort_of(path)} {path.name} {refused}.", FETCH) from refused
    except OSError as error:
        raise ModelError(f"{path.name} cannot be read: {error.strerror}.") from error
    metadata = {"task": found.task, "style_space": "", "sources": found.words, "terms": TERMS}
    made = Checkpoint(found.network, found.task, "", found.config, metadata, network, None)
    return made, found.words


def save(held: Checkpoint, path: Path, metadata: Mapping[str, str]) -> None:
    """Write what `load` gave as one of our own weights files, in full precision."""
    checkpoint.save(path, held.network_name, held.network, None, metadata, torch.float32)


def sort_of(path: Path) -> str:
    """By its first bytes: "PyTorch file", "pickle", or just "file"."""
    with path.open("rb") as file:
        start = file.read(32)
    if start.startswith(b"PK\x03\x04") or LEGACY in start:
        return "PyTorch file"
    return "pickle" if start.startswith(b"\x80") else "file"


def _is_web_page(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(512).lstrip().startswith(b"<")


def filled(found: Found) -> nn.Module:
    """The network with the arrays in it; each name, shape and number is checked first."""
    module = module_of(found.network)
    try:
        module.check(found.config)
    except ModelError as error:
        raise RefusedError(f"is no model that can be: {error.message}") from error
    # on the meta device a network has shapes but no memory
    with torch.device("meta"):
        network = module.Network(found.config)
    wanted = network.state_dict()
    missing, extra = (
        sorted(set(wanted) - set(found.arrays)),
        sorted(set(found.arrays) - set(wanted)),
    )
    if missing:
        raise RefusedError(f"lacks {missing[0]} ({len(missing)} missing)")
    if extra:
        raise RefusedError(
            f"holds {extra[0][:60]}, which {found.words.split(',')[0]} does not have"
        )
    for name, tensor in wanted.items():
        if tuple(found.arrays[name].shape) != tuple(tensor.shape):
            raise RefusedError(f"holds {name} in another shape than its other parts ask for")
    for name, value in found.arrays.items():
        array = array_of(value)
        if not np.isfinite(array).all():
            raise RefusedError(f"holds numbers in {name} that are not finite")
        wanted[name] = torch.from_numpy(array)
    network.load_state_dict(wanted, assign=True)
    return network.requires_grad_(False).eval()
