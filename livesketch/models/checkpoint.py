"""Weights files: one .safetensors holds a network, perhaps its style encoder, and where they come from."""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import prod
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor, nn

from livesketch.errors import ModelError
from livesketch.models.networks import module_of
from livesketch.models.people import OWN, people_of

TASKS = ("sketch", "mask", "lowres", "photo", "look")
LARGEST_FILE = 4 * 2**30  # bytes
LARGEST_HEADER = 4 * 2**20
WIDTHS = {"F16": 2, "BF16": 2, "F32": 4}
STYLE = "style_encoder."


@dataclass(frozen=True)
class Checkpoint:
    """What a weights file holds. Networks are in eval mode, float32."""

    network_name: str
    task: str
    style_space: str  # codes found in one file mean the same people in files with the same id
    config: Any  # the network module's Config
    metadata: dict[str, str]
    network: nn.Module
    style_encoder: nn.Module | None


def save(
    path: Path,
    network_name: str,
    network: nn.Module,
    style_encoder: nn.Module | None,
    metadata: Mapping[str, str],
    dtype: torch.dtype = torch.float16,
    own: str = "",
) -> None:
    """Write a weights file, whole or not at all. `metadata` needs "task" and "style_space".

    dtype: half precision, or float32 where the file must give what another program gave.
    own: only tensors whose names begin so are written; the others are those of the file with the
    same style space that holds them all.
    """
    tensors = {name: _kept(tensor, dtype) for name, tensor in network.state_dict().items()}
    if style_encoder is not None:
        for name, tensor in style_encoder.state_dict().items():
            tensors[STYLE + name] = _kept(tensor, dtype)
    config = json.dumps(asdict(network.config))  # type: ignore[call-overload]
    header = {**metadata, "network": network_name, "config": config}
    if own:
        tensors = {name: tensor for name, tensor in tensors.items() if name.startswith(own)}
        header[OWN] = own
    scratch = path.with_name(path.name + ".part")
    try:
        with scratch.open("wb") as file:
            file.write(save_tensors(tensors, header))
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(path)
    except OSError as error:
        scratch.unlink(missing_ok=True)
        raise ModelError(
            f"the weights could not be written to {path}: {error.strerror}",
            hint="is the disk full, or the folder write-protected?",
        ) from error


def _kept(tensor: Tensor, dtype: torch.dtype) -> Tensor:
    return tensor.detach().to("cpu", dtype).contiguous()


def load(path: Path) -> Checkpoint:
    """Read a weights file. Nothing in it is executed, nothing is allocated before it was checked.

    Raises ModelError for anything that is not a whole, sane livesketch weights file.
    """
    path = Path(path)
    header = _header(path)
    metadata = header.get("__metadata__")
    if not isinstance(metadata, dict) or "network" not in metadata or "config" not in metadata:
        raise ModelError(
            f"{path.name} is a .safetensors file, but not one of livesketch's",
            hint="its metadata name no network",
        )
    task = str(metadata.get("task", ""))
    if task not in TASKS:
        raise ModelError(f"{path.name} is made for a task this program does not know: {task!r}")
    module = module_of(str(metadata["network"]))
    try:
        values = json.loads(metadata["config"])
    except (ValueError, TypeError, RecursionError):
        raise ModelError(f"the config in {path.name} cannot be read", hint=_DAMAGED) from None
    config = module.config_from(values)
    own = str(metadata.get(OWN, ""))
    shared = people_of(path) if own else None
    people = None if shared is None else load(shared)
    if people is not None and hasattr(module, "borrowing"):
        config = module.borrowing(config, people.config)
    # on the meta device a network has shapes but no memory
    with torch.device("meta"):
        network = module.Network(config)
        styled = hasattr(module, "StyleEncoder") and any(n.startswith(STYLE) for n in header)
        style_encoder = module.StyleEncoder(config) if styled else None
    wanted = dict(network.state_dict())
    if style_encoder is not None:
        wanted |= {STYLE + name: t for name, t in style_encoder.state_dict().items()}
    _compare(path, header, {k: t for k, t in wanted.items() if k.startswith(own)})
    tensors = _tensors(path)
    if people is not None:
        tensors |= _borrowed(
            path, {k: t for k, t in wanted.items() if not k.startswith(own)}, people
        )
    _fill(network, {k: v for k, v in tensors.items() if not k.startswith(STYLE)})
    if style_encoder is not None:
        _fill(
            style_encoder, {k[len(STYLE) :]: v for k, v in tensors.items() if k.startswith(STYLE)}
        )
    return Checkpoint(
        network_name=str(metadata["network"]),
        task=task,
        style_space=str(metadata.get("style_space", "")),
        config=config,
        metadata={str(k): str(v) for k, v in metadata.items()},
        network=network,
        style_encoder=style_encoder if people is None else people.style_encoder,
    )


def _borrowed(path: Path, wanted: dict[str, Tensor], people: Checkpoint) -> dict[str, Tensor]:
    """The tensors that a file leaves to its people's. Raises ModelError where they do not fit."""
    given = people.network.state_dict()
    for name, tensor in wanted.items():
        if name not in given or given[name].shape != tensor.shape:
            raise ModelError(
                f"{path.name} does not go with the model of its style space",
                hint="they may be made by different versions of livesketch",
            )
    return {name: given[name] for name in wanted}


_DAMAGED = "the file may be damaged: fetch it again, or import it with `livesketch weights add`"


def _header(path: Path) -> dict[str, Any]:
    """The decoded header, every length in it checked against the size of the file."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(8)
            (length,) = struct.unpack("<Q", start) if len(start) == 8 else (0,)
            sane = 2 <= length <= min(LARGEST_HEADER, size - 8)
            text = file.read(length) if sane else b""
    except FileNotFoundError:
        raise ModelError(f"there is no file {path}", hint="see `livesketch models`") from None
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error
    if size == 0:
        raise ModelError(f"{path.name} is empty", hint=_DAMAGED)
    if not sane or not text.startswith(b"{"):
        raise ModelError(f"{path.name} is not a .safetensors file", hint=_guess(start))
    if size > LARGEST_FILE:
        raise ModelError(f"{path.name} is far larger than any livesketch model")
    try:
        header = json.loads(text)
    except (ValueError, RecursionError):
        raise ModelError(f"the header of {path.name} cannot be read", hint=_DAMAGED) from None
    end = 8 + length + sum(_bytes(path, name, entry) for name, entry in header.items())
    if end != size:
        what = "cut short" if end > size else "longer than it says"
        raise ModelError(f"{path.name} is {what}", hint=_DAMAGED)
    return header


def _bytes(path: Path, name: str, entry: Any) -> int:
    if name == "__metadata__":
        return 0
    try:
        width, shape = WIDTHS[entry["dtype"]], entry["shape"]
        if not all(type(n) is int and 0 <= n <= 2**24 for n in shape) or len(shape) > 8:
            raise ValueError(shape)
    except (KeyError, TypeError, ValueError):
        raise ModelError(f"{name[:60]} in {path.name} is not an array of numbers") from None
    return width * prod(shape)


def _guess(start: bytes) -> str:
    if start.lstrip()[:1] == b"<":
        return "it looks like a web page: the download may have failed"
    if start[:1] == b"\x80" or start[:2] == b"PK":
        return "it looks like a PyTorch file, which may hold a program; only .safetensors is opened"
    return _DAMAGED


def _compare(path: Path, header: dict[str, Any], wanted: dict[str, Tensor]) -> None:
    there = {name: entry for name, entry in header.items() if name != "__metadata__"}
    missing, extra = sorted(set(wanted) - set(there)), sorted(set(there) - set(wanted))
    if missing:
        raise ModelError(f"{path.name} lacks {missing[0]} ({len(missing)} missing)", hint=_DAMAGED)
    if extra:
        raise ModelError(
            f"{path.name} holds {extra[0][:60]}, which its network does not have",
            hint="it may be made by another version of livesketch",
        )
    for name, tensor in wanted.items():
        if list(tensor.shape) != there[name]["shape"]:
            raise ModelError(f"{name} in {path.name} has another shape than its config says")


def _tensors(path: Path) -> dict[str, Tensor]:
    try:
        tensors = load_tensors(path.read_bytes())
    except (SafetensorError, OSError, ValueError) as error:
        raise ModelError(f"{path.name} cannot be read", hint=_DAMAGED) from error
    for name, tensor in tensors.items():
        if not torch.isfinite(tensor).all():
            raise ModelError(f"{name} in {path.name} is not finite", hint=_DAMAGED)
    return {name: tensor.float() for name, tensor in tensors.items()}


def _fill(module: nn.Module, tensors: dict[str, Tensor]) -> None:
    module.load_state_dict(tensors, assign=True)
    module.requires_grad_(False).eval()
