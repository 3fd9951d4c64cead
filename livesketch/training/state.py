"""Everything a training must remember to go on at the same step: networks, averages, optimizers."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from livesketch.errors import LivesketchError, ModelError, OutputError
from livesketch.models import checkpoint
from livesketch.models.networks import compact
from livesketch.training.discriminator import DetailDiscriminator, Discriminator, FeatureFinder

# Adam's steps. The detail critic has the most to learn: no warm start knows it.
RATES = {
    "painters": 1e-4,
    "discriminator": 1.2e-4,
    "detail_discriminator": 4e-4,
    "finder": 1.5e-4,
}


@dataclass
class State:
    """What learns. `average` is what will be shipped."""

    task: str
    step: int
    pictures: int
    networks: dict[str, nn.Module]
    optimizers: dict[str, torch.optim.Optimizer]

    @property
    def config(self) -> compact.Config:
        return self.networks["network"].config  # type: ignore[return-value]


def new(task: str, config: compact.Config, device: torch.device, seed: int) -> State:
    """Untrained networks from a seed."""
    torch.manual_seed(seed)
    network = compact.Network(config)
    average = compact.Network(config).eval().requires_grad_(False)
    average.load_state_dict(network.state_dict())
    networks: dict[str, nn.Module] = {
        "network": network,
        "average": average,
        "style_encoder": compact.StyleEncoder(config),
        "discriminator": Discriminator(),
        "detail_discriminator": DetailDiscriminator(),
        "finder": FeatureFinder(),
    }
    for module in networks.values():
        module.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    painters = [*network.parameters(), *networks["style_encoder"].parameters()]
    optimizers: dict[str, torch.optim.Optimizer] = {"painters": _adam(painters, RATES["painters"])}
    for name in ("discriminator", "detail_discriminator", "finder"):
        optimizers[name] = _adam(networks[name].parameters(), RATES[name])
    return State(task, 0, 0, networks, optimizers)


def _adam(parameters: Iterable[nn.Parameter], rate: float) -> torch.optim.Optimizer:
    return torch.optim.Adam(parameters, rate, betas=(0.0, 0.99))


def save(state: State, path: Path) -> None:
    """Whole or not at all: a full disk leaves the file of the last time."""
    scratch = path.with_name(path.name + ".part")
    values = {
        "task": state.task,
        "step": state.step,
        "pictures": state.pictures,
        "size": state.config.img_resolution,
        "networks": {k: v.state_dict() for k, v in state.networks.items()},
        "optimizers": {k: v.state_dict() for k, v in state.optimizers.items()},
    }
    try:
        with scratch.open("wb") as file:
            torch.save(values, file)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(path)
    except (OSError, RuntimeError) as error:  # torch's writer turns a full disk into a RuntimeError
        scratch.unlink(missing_ok=True)
        raise OutputError(
            f"the training state could not be written to {path}",
            hint="the last one is whole: make room and start the same command again to go on",
        ) from error


def resume(state: State, path: Path) -> None:
    """Go on exactly where `save` was called. Raises ModelError for another task or size."""
    values = _read(path)
    _same_task(state, values, path)
    if values.get("size") != state.config.img_resolution:
        raise ModelError(
            f"{path} was trained at {values.get('size')}, not at {state.config.img_resolution}",
            hint="give another --out, and this file as --start",
        )
    try:
        for name, module in state.networks.items():
            module.load_state_dict(values["networks"][name])
        for name, optimizer in state.optimizers.items():
            optimizer.load_state_dict(values["optimizers"][name])
        state.step, state.pictures = int(values["step"]), int(values["pictures"])
    except (KeyError, RuntimeError, ValueError, TypeError) as error:
        raise ModelError(f"{path} does not fit this version of the trainer") from error


def warm(state: State, path: Path) -> list[str]:
    """Take from a weights file or a training state whatever fits. Returns the names that did not."""
    if path.suffix == ".safetensors":
        loaded = checkpoint.load(path)
        values: dict[str, Any] = {
            "task": loaded.task,
            "networks": {"network": loaded.network.state_dict()},
        }
        if loaded.style_encoder is not None:
            values["networks"]["style_encoder"] = loaded.style_encoder.state_dict()
    else:
        values = _read(path)
    _same_task(state, values, path)
    source, left = dict(values.get("networks", {})), []
    if "average" in source:  # the steadier one is the better beginning
        source["network"] = source.pop("average")
    for name, tensors in source.items():
        if name in state.networks:
            left += [f"{name}.{key}" for key in _fit(state.networks[name], tensors)]
    state.networks["average"].load_state_dict(state.networks["network"].state_dict())
    return left


def toward(learned: nn.Module, start: nn.Module, share: float) -> None:
    """Weights on the way from the start to what was learned, 1 = all the way (WiSE-FT, Wortsman 2022).

    What a short training learns is kept in part, and so is what it began to forget. The detail
    above 128 pixels, which the start does not have, stays as it was learned.
    """
    before = start.state_dict()
    with torch.no_grad():
        for name, tensor in learned.state_dict().items():
            if not name.startswith("detail."):
                tensor.copy_(torch.lerp(before[name].to(tensor), tensor, share))


def _read(path: Path) -> dict[str, Any]:
    try:
        values = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise ModelError(f"there is no file {path}") from None
    except (OSError, RuntimeError, ValueError, EOFError, pickle.UnpicklingError) as error:
        raise ModelError(f"{path} is not a training state of livesketch") from error
    if not isinstance(values, dict) or not isinstance(values.get("networks"), dict):
        raise ModelError(f"{path} is not a training state of livesketch")
    return values


def _same_task(state: State, values: dict[str, Any], path: Path) -> None:
    if values.get("task") != state.task:
        raise ModelError(
            f"{path} was trained for the task {values.get('task')!r}, not {state.task!r}",
            hint="a training goes on with its own task only",
        )


def _fit(module: nn.Module, tensors: dict[str, Tensor]) -> list[str]:
    own, left = module.state_dict(), []
    for name, tensor in own.items():
        given = tensors.get(name)
        if given is not None and name == "down.inp.weight" and given.shape != tensor.shape:
            given = _larger_grid(given, tensor)
        if given is None or given.shape != tensor.shape:
            left.append(name)
        else:
            tensor.copy_(given)
    module.load_state_dict(own)
    return left


def _larger_grid(small: Tensor, large: Tensor) -> Tensor | None:
    """The first convolution for drawings k times as large: the same as averaging k x k pixels first."""
    times = round((large.shape[1] / small.shape[1]) ** 0.5)
    if times < 1 or small.shape[1] * times**2 != large.shape[1]:
        return None
    fold = round(small.shape[1] ** 0.5)
    if fold * fold != small.shape[1]:  # several channels: each has its own square
        return None
    grid = small.unflatten(1, (fold, fold)).repeat_interleave(times, 1).repeat_interleave(times, 2)
    return (grid / times**2).flatten(1, 2)


def export(state: State, path: Path, metadata: dict[str, str]) -> None:
    """What was learned so far, as a weights file that the program plays."""
    average = state.networks["average"]
    try:
        checkpoint.save(path, "compact", average, state.networks["style_encoder"], metadata)
    except LivesketchError as error:
        raise OutputError(error.message, error.hint) from error
