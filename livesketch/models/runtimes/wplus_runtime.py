"""Plays the published networks, pSp and StyleGAN2, with PyTorch in float32: exact before fast."""

from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from livesketch.errors import ModelError
from livesketch.frames import Code, Picture
from livesketch.models import checkpoint
from livesketch.models.accelerators import best_device, device_named, device_words
from livesketch.models.checkpoint import Checkpoint
from livesketch.models.machine import playing_threads
from livesketch.models.mixing import Mix, mix_of, mixed
from livesketch.models.networks import psp, stylegan2
from livesketch.models.pixels import picture_from
from livesketch.models.runtimes import Shape

KEPT = 64  # looks whose latents are remembered


class Runtime:
    """One published network on one device."""

    name = "torch"

    def __init__(self, held: Checkpoint, device: torch.device) -> None:
        network = held.network.to(device)
        self._encoder = network if isinstance(network, psp.Network) else None
        generator = network.generator if isinstance(network, psp.Network) else network
        if not isinstance(generator, stylegan2.Network):
            raise ModelError(f"the network {held.network_name} has no W+ road")
        self._generator, self._device = generator, device
        self.device = device_words(device)
        config = generator.config
        self._channels, self._num_ws, self._w_dim = (
            held.config.input_channels,
            config.num_ws,
            config.w_dim,
        )
        self.shape = Shape(self._channels, psp.SIDE, config.z_dim, config.img_resolution)
        self._seen: tuple[NDArray[np.float32], NDArray[np.float32]] | None = None  # x and its ws
        self._people: dict[tuple[bytes, float], NDArray[np.float32]] = {}

    def face(self, drawing: NDArray[np.float32], code: Code, knobs: NDArray[np.float32]) -> Picture:
        """The drawing's face, with the look's share in it that is usual; these networks have no knobs."""
        return self.painted(drawing[0], code, mix_of({}, "sketch"))

    def painted(self, x: NDArray[np.float32] | None, code: Code, mix: Mix) -> Picture:
        """x (C, 256, 256), or None for the look's own face; the look paints its share of each layer."""
        return picture_from(self.generate(self.steered(x, code, mix)))

    def steered(self, x: NDArray[np.float32] | None, code: Code, mix: Mix) -> NDArray[np.float32]:
        """The latents (num_ws, w_dim) of the face that painted() makes.

        What was asked for last is remembered: the drawing while looks change, the look while one draws.
        """
        if x is None:
            return self._person(code, mix.truncation)
        if self._seen is None or not np.array_equal(self._seen[0], x):
            self._seen = x.copy(), self.encode(x)
        ws = self._seen[1]
        if not mix.is_plain:
            ws = mixed(ws, self._person(code, mix.truncation), mix.shares)
        return ws

    def _person(self, code: Code, truncation: float) -> NDArray[np.float32]:
        key = (code.tobytes(), truncation)
        if key not in self._people:
            if len(self._people) >= KEPT:
                self._people.pop(next(iter(self._people)))
            self._people[key] = self.latents_of(code, truncation)
        return self._people[key]

    def code_of(self, picture: NDArray[np.float32]) -> Code | None:
        """These networks have no code for a photo's style."""
        return None

    def encode(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """x (C, 256, 256) -> (num_ws, w_dim)."""
        if self._encoder is None:
            raise ModelError("This generator has no encoder.", "Use generate().")
        with torch.inference_mode(), _exact():
            given = self._given(x, (self._channels, psp.SIDE, psp.SIDE))
            return self._encoder.encode(given)[0].cpu().numpy()

    def generate(self, ws: NDArray[np.float32]) -> NDArray[np.float32]:
        """ws (num_ws, w_dim) -> (3, R, R)."""
        with torch.inference_mode(), _exact():
            given = self._given(ws, (self._num_ws, self._w_dim))
            return self._generator(given)[0].cpu().numpy()

    def latents_of(self, code: Code, truncation: float) -> NDArray[np.float32]:
        """A look's w for every layer; of a generator with labels, the first label's person."""
        labels = self._generator.config.c_dim
        with torch.inference_mode(), _exact():
            z = torch.from_numpy(code)[None].to(self._device)
            c = torch.eye(1, labels, device=self._device) if labels else None
            return self._generator.latents(z, c, truncation)[0].cpu().numpy()

    def _given(self, array: NDArray[np.float32], shape: tuple[int, ...]) -> Tensor:
        if not isinstance(array, np.ndarray) or array.shape != shape:
            what = getattr(array, "shape", type(array).__name__)
            raise ModelError(f"The network takes an array of {shape}; this is {what}.")
        if not np.issubdtype(array.dtype, np.floating) or not np.isfinite(array).all():
            raise ModelError("The network takes finite floating point numbers.")
        return torch.from_numpy(np.array(array, np.float32))[None].to(self._device)


def open_runtime(weights: Path, device: str | None, runtime: str) -> Runtime:
    """The checked weights on `device`, or on the best there is. Raises ModelError."""
    _check(runtime)
    return open_held(checkpoint.load(weights), device, runtime)


def open_held(held: Checkpoint, device: str | None, runtime: str) -> Runtime:
    """A network that is in memory already, on `device` or the best there is. Raises ModelError."""
    _check(runtime)
    chosen = device_named(device) if device is not None else best_device()
    if chosen.type == "cpu":
        torch.set_num_threads(playing_threads())
    try:
        return Runtime(held, chosen)
    except (RuntimeError, torch.cuda.OutOfMemoryError) as error:
        reason = str(error).splitlines()[0]
        raise ModelError(
            f"PyTorch cannot play this model on {device_words(chosen)}: {reason}",
            "Choose the device cpu.",
        ) from error


def _check(runtime: str) -> None:
    if runtime not in ("auto", "torch"):
        raise ModelError(
            f"The runtime {runtime} cannot play published networks yet.",
            "Choose the runtime torch.",
        )


def _exact() -> AbstractContextManager[None]:
    """Cards round the factors of a convolution to 10 bits unless they are told not to."""
    cudnn = torch.backends.cudnn
    return cudnn.flags(enabled=True, deterministic=True, allow_tf32=False)
