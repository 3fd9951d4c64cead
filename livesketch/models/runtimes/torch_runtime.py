"""Plays a network with PyTorch, on whatever device it finds: an NVIDIA card, Apple's GPU, or the CPU."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from livesketch.errors import ModelError
from livesketch.frames import Code, Picture
from livesketch.models import checkpoint
from livesketch.models.accelerators import best_device, device_named, device_words, fast_dtype
from livesketch.models.checkpoint import Checkpoint
from livesketch.models.machine import playing_threads
from livesketch.models.pixels import picture_from
from livesketch.models.runtimes import Shape
from livesketch.models.runtimes.cuda_graph import CapturedFace


class Runtime:
    """One weights file on one device."""

    name = "torch"

    def __init__(self, held: Checkpoint, device: torch.device) -> None:
        config = held.config
        self._finer = getattr(held.network, "finer", None)  # moved along with the network
        side = config.img_resolution
        larger = 0 if self._finer is None else 2 * side
        self.shape = Shape(config.input_channels, config.input_size, config.z_dim, side, larger)
        self.is_card = device.type != "cpu"
        self.device = device_words(device)
        self._device = device
        self._style = held.style_encoder  # stays on the CPU, in float32: a look is rarely asked for
        self._dtype = fast_dtype(device)
        network = held.network.to(device)
        quicken = getattr(network, "quickened", network.to)
        network = quicken(self._dtype).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        if device.type == "cuda":
            self._captured, self._network = CapturedFace(network, self.shape, self._dtype), None
        else:
            self._captured, self._network = None, network

    def face(self, drawing: NDArray[np.float32], code: Code, knobs: NDArray[np.float32]) -> Picture:
        if self._captured is not None:
            return self._captured.face(drawing, code, knobs)
        assert self._network is not None
        with torch.inference_mode():
            x = torch.from_numpy(drawing).to(self._device, self._dtype)
            z = torch.from_numpy(code)[None].to(self._device, self._dtype)
            turned = torch.from_numpy(knobs)[None].to(self._device, self._dtype)
            made = self._network(x.to(memory_format=torch.channels_last), z, turned)
            return picture_from(made[0].float().cpu().numpy())

    def finer(self, face: Picture) -> Picture:
        if self._finer is None:
            return face
        with torch.inference_mode():
            x = torch.from_numpy(face).to(self._device).permute(2, 0, 1)[None].float() / 127.5 - 1
            made = self._finer(x.to(self._dtype, memory_format=torch.channels_last))
            return picture_from(made[0].float().cpu().numpy())

    def code_of(self, picture: NDArray[np.float32]) -> Code | None:
        if self._style is None:
            return None
        with torch.inference_mode():
            mean, _ = self._style(torch.from_numpy(picture))
        return mean[0].numpy().astype(np.float32)


def open_runtime(
    weights: Path,
    digest: str,
    network: str,
    device: str | None = None,
    threads: int | None = None,
) -> Runtime:
    """The checked weights on `device` ("cpu", "cuda", "cuda:1", "mps"), or on the best there is."""
    chosen = device_named(device) if device is not None else best_device()
    return _opened(checkpoint.load(weights), weights, chosen, threads)


def open_held(
    held: Checkpoint, weights: Path, device: str | None, runtime: str, threads: int | None = None
) -> Runtime:
    """A network that was read from `weights` already, on `device` or the best there is."""
    if runtime not in ("auto", "torch"):
        raise ModelError(
            f"The runtime {runtime} does not play a published file.", "Choose the runtime torch."
        )
    chosen = device_named(device) if device is not None else best_device()
    return _opened(held, weights, chosen, threads)


def _opened(held: Checkpoint, weights: Path, chosen: torch.device, threads: int | None) -> Runtime:
    if chosen.type == "cpu":
        torch.set_num_threads(playing_threads(threads))
    try:
        return Runtime(held, chosen)
    except (RuntimeError, torch.cuda.OutOfMemoryError) as error:
        reason = str(error).splitlines()[0]
        raise ModelError(
            f"PyTorch cannot play {weights.name} on {device_words(chosen)}: {reason}",
            "Choose the device cpu.",
        ) from error
