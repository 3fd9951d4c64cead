"""Everything a training must remember to go on at the same step: networks, averages, optimizers."""

from __future__ import annotations

import copy
import os
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn

from livesketch.errors import ModelError, OutputError
from livesketch.models import checkpoint
from livesketch.models.networks import compact, pix2pix, psp
from livesketch.models.networks.face_lines import MAPS
from livesketch.models.networks.finer import Finer
from livesketch.training.discriminator import (
    DetailDiscriminator,
    Discriminator,
    PatchDiscriminator,
)
from livesketch.training.perceptual import Features, ProjectedDiscriminator

PARTS = ("reader", "painter", "finer", "pix2pix", "encoder")
READER_RATE = 1e-3
# Adam's steps. What a warm start brought moves more slowly than what is new.
NEW_RATE, KNOWN_RATE, STYLE_RATE = 4e-4, 2e-4, 1e-4
CRITIC_RATE, DETAIL_RATE, PROJECTED_RATE = 1.5e-4, 3e-4, 4e-4
FINER_RATE = 5e-4
ENCODER_RATE, STILL = 1e-4, 0.01  # of the last layers' first weights: little moves at first
PIX2PIX_RATE, PIX2PIX_SPREAD = 2e-4, 0.02  # the paper's: of the steps, of the first weights


@dataclass
class State:
    """What learns. `average` is what will be shipped. Each group of an optimizer knows its full "rate"."""

    part: str
    task: str
    size: int
    step: int
    pictures: int
    networks: dict[str, nn.Module]
    optimizers: dict[str, torch.optim.Optimizer]


def new_reader(
    task: str,
    config: compact.Config,
    device: torch.device,
    seed: int,
    mean: Tensor,
    start: Path | None,
) -> State:
    """mean (K, 2): where landmarks usually are; an untrained reader says that of everything."""
    torch.manual_seed(seed)
    network = compact.Network(config).reader
    with torch.no_grad():
        network.correct.bias.copy_((mean - 0.5).flatten())
    if start is not None:
        fit(network, "reader", start)
    networks: dict[str, nn.Module] = {"network": network, "average": _copied(network)}
    _place(networks, device)
    groups = [{"params": list(network.parameters()), "rate": READER_RATE}]
    optimizer = torch.optim.AdamW(groups, READER_RATE, betas=(0.9, 0.99), weight_decay=1e-3)
    return State("reader", task, config.img_resolution, 0, 0, networks, {"reader": optimizer})


def new_painter(
    config: compact.Config,
    device: torch.device,
    seed: int,
    features: Features | None,
    start: Path | None,
) -> State:
    """Painter, style encoder and critics; without features there is no projected critic."""
    torch.manual_seed(seed)
    network, style_encoder = compact.Network(config).painter, compact.StyleEncoder(config)
    known: set[str] = set()
    if start is not None:
        known = fit(network, "painter", start)
        fit(style_encoder, "style_encoder", start)
    networks: dict[str, nn.Module] = {
        "network": network,
        "average": _copied(network),
        "style_encoder": style_encoder,
        "discriminator": Discriminator(len(MAPS)),
        "detail_discriminator": DetailDiscriminator(),
    }
    rates = {"discriminator": CRITIC_RATE, "detail_discriminator": DETAIL_RATE}
    critics = _critics(networks, rates, features, device)
    named = list(network.named_parameters())
    painters = [
        {"params": [p for n, p in named if n not in known], "rate": NEW_RATE},
        {"params": [p for n, p in named if n in known], "rate": KNOWN_RATE},
        {"params": list(style_encoder.parameters()), "rate": STYLE_RATE},
    ]
    optimizers: dict[str, torch.optim.Optimizer] = {
        "painters": torch.optim.Adam(painters, NEW_RATE, betas=(0.0, 0.99)),
        "critics": critics,
    }
    return State("painter", "", config.img_resolution, 0, 0, networks, optimizers)


def new_finer(
    config: compact.Config,
    device: torch.device,
    seed: int,
    features: Features | None,
    start: Path | None,
) -> State:
    """What makes faces twice as large, and the critics that tell it how larger faces look."""
    torch.manual_seed(seed)
    network = Finer(config.finer)
    if start is not None:
        fit(network, "finer", start)
    networks: dict[str, nn.Module] = {
        "network": network,
        "average": _copied(network),
        "detail_discriminator": DetailDiscriminator(),
    }
    rates = {"detail_discriminator": DETAIL_RATE}
    critics = _critics(networks, rates, features, device)
    own = [{"params": list(network.parameters()), "rate": FINER_RATE}]
    optimizers: dict[str, torch.optim.Optimizer] = {
        "finer": torch.optim.Adam(own, FINER_RATE, betas=(0.5, 0.99)),
        "critics": critics,
    }
    side = 2 * config.img_resolution
    return State("finer", "", side, 0, 0, networks, optimizers)


def new_pix2pix(
    config: pix2pix.Config, device: torch.device, seed: int, start: Path | None
) -> State:
    """The U-Net and its critic, begun and paced as the paper says; it knows no running average."""
    torch.manual_seed(seed)
    networks: dict[str, nn.Module] = {
        "network": pix2pix.Network(config),
        "discriminator": PatchDiscriminator(),
    }
    for module in networks.values():
        for name, parameter in module.named_parameters():
            if name.endswith("bias"):
                nn.init.zeros_(parameter)
            elif parameter.ndim > 1:
                nn.init.normal_(parameter, 0, PIX2PIX_SPREAD)
    if start is not None:
        fit(networks["network"], "pix2pix", start)
    _place(networks, device)
    optimizers: dict[str, torch.optim.Optimizer] = {}
    for name, module in networks.items():
        groups = [{"params": list(module.parameters()), "rate": PIX2PIX_RATE}]
        optimizers[name] = torch.optim.Adam(groups, PIX2PIX_RATE, betas=(0.5, 0.999))
    return State("pix2pix", "sketch", config.img_resolution, 0, 0, networks, optimizers)


def new_encoder(
    task: str, config: psp.Config, size: int, device: torch.device, seed: int, start: Path | None
) -> State:
    """Of a frozen generator. An untrained one hardly moves away from the average latents."""
    torch.manual_seed(seed)
    network = psp.Encoder(config)
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
    for style in network.styles:
        nn.init.normal_(cast(psp.MapToStyle, style).linear.weight, 0, STILL)
    if start is not None:
        fit(network, "encoder", start)
    networks: dict[str, nn.Module] = {"network": network, "average": _copied(network)}
    _place(networks, device)
    groups = [{"params": list(network.parameters()), "rate": ENCODER_RATE}]
    optimizer = torch.optim.Adam(groups, ENCODER_RATE, betas=(0.9, 0.99))
    return State("encoder", task, size, 0, 0, networks, {"encoder": optimizer})


def _critics(
    networks: dict[str, nn.Module],
    rates: dict[str, float],
    features: Features | None,
    device: torch.device,
) -> torch.optim.Optimizer:
    """Where there are features, one more critic judges them. All networks are then where they learn."""
    if features is not None:
        networks["projected"] = ProjectedDiscriminator(features.channels)
        rates = rates | {"projected": PROJECTED_RATE}
    _place(networks, device)
    groups = [{"params": list(networks[n].parameters()), "rate": r} for n, r in rates.items()]
    return torch.optim.Adam(groups, CRITIC_RATE, betas=(0.0, 0.99))


def _copied(network: nn.Module) -> nn.Module:
    return copy.deepcopy(network).eval().requires_grad_(False)


def _place(networks: dict[str, nn.Module], device: torch.device) -> None:
    for module in networks.values():
        module.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]


def save(state: State, path: Path) -> None:
    """Whole or not at all: a full disk leaves the file of the last time."""
    scratch = path.with_name(path.name + ".part")
    values = {
        "part": state.part,
        "task": state.task,
        "size": state.size,
        "step": state.step,
        "pictures": state.pictures,
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
    values = read(path)
    if (values.get("part"), values.get("task")) != (state.part, state.task):
        raise ModelError(
            f"{path} was trained for the task {values.get('task')!r}, not {state.task!r}",
            hint="a training goes on with its own task only",
        )
    if values.get("size") != state.size:
        raise ModelError(
            f"{path} was trained at {values.get('size')}, not at {state.size}",
            hint="give another --out, and this file as --start",
        )
    try:
        for name, module in state.networks.items():
            module.load_state_dict(values["networks"][name])
        for name, optimizer in state.optimizers.items():
            optimizer.load_state_dict(values["optimizers"][name])
        state.step, state.pictures = int(values["step"]), int(values["pictures"])
    except (KeyError, RuntimeError, ValueError, TypeError) as error:
        raise ModelError(
            f"{path} does not fit this version of the trainer",
            hint="was it trained with or without --features, and is that so now?",
        ) from error


def read(path: Path) -> dict[str, Any]:
    """The raw content of a training state; nothing in it is executed."""
    try:
        values = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise ModelError(f"there is no file {path}") from None
    except (OSError, RuntimeError, ValueError, EOFError, pickle.UnpicklingError) as error:
        raise ModelError(f"{path} is not a training state of livesketch") from error
    if not isinstance(values, dict) or not isinstance(values.get("networks"), dict):
        raise ModelError(f"{path} is not a training state of livesketch")
    return values


def fit(module: nn.Module, name: str, path: Path) -> set[str]:
    """Take what fits from a weights file or a training state. -> the names that did.

    name: "reader", "painter", "style_encoder", "finer", "pix2pix" or "encoder".
    """
    tensors, own, taken = _given(name, path), module.state_dict(), set()
    for key, tensor in own.items():
        given = tensors.get(key)
        if given is not None and given.shape == tensor.shape:
            tensor.copy_(given)
            taken.add(key)
    module.load_state_dict(own)
    return taken


def _given(name: str, path: Path) -> dict[str, Tensor]:
    if path.suffix == ".safetensors":
        held = checkpoint.load(path)
        if name == "style_encoder":
            return {} if held.style_encoder is None else dict(held.style_encoder.state_dict())
        whole = held.network if held.network_name == name else None
        part = getattr(held.network, name, whole)
        if part is None:
            raise ModelError(
                f"{path.name} holds no {name}", hint="start from a model of the same network"
            )
        return dict(cast(nn.Module, part).state_dict())
    values = read(path)
    networks = values["networks"]
    if name == "style_encoder":
        return dict(networks.get(name, {}))
    best = networks.get("average", networks.get("network", {}))
    return dict(best) if values.get("part") == name else {}
