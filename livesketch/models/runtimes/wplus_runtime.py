"""Plays the published networks, pSp and StyleGAN2, with PyTorch: an exact road for numbers, a quick one for faces."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from livesketch.errors import ModelError
from livesketch.frames import Code, Picture
from livesketch.models import checkpoint, torch_part
from livesketch.models.accelerators import best_device, device_named, device_words, fast_dtype
from livesketch.models.checkpoint import Checkpoint
from livesketch.models.machine import playing_threads
from livesketch.models.mixing import Mix, mix_of, mixed
from livesketch.models.networks import psp, stylegan2
from livesketch.models.pixels import picture_from
from livesketch.models.runtimes import Shape
from livesketch.models.runtimes.arithmetic import gmac, peak_gmac_s
from livesketch.models.runtimes.wplus_quick import QuickEncoder, QuickGenerator
from livesketch.worker import Worker

if TYPE_CHECKING:
    from livesketch.models.runtimes.wplus_openvino import Compiled

log = logging.getLogger(__name__)

KEPT = 64  # looks whose latents are remembered


class Runtime:
    """One published network on one device."""

    def __init__(
        self,
        held: Checkpoint,
        device: torch.device,
        may_compile: bool = False,
        threads: int | None = None,
    ) -> None:
        """may_compile: quicken() has OpenVINO take over from torch."""
        network = held.network
        if not isinstance(network, psp.Network | stylegan2.Network):
            raise ModelError(f"the network {held.network_name} has no W+ road")
        self._encoder = network if isinstance(network, psp.Network) else None
        generator = network.generator if isinstance(network, psp.Network) else network
        self._generator, self._device = generator, device
        self.is_card = device.type != "cpu"
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
        self._network, self._is_moved = (
            network,
            False,
        )  # float32, on the device once it is asked for
        self._quick: _Quick | None = None  # made with the first face
        self._is_exact_only = False
        self._may_compile, self._threads = may_compile, threads
        self._compiling: Worker[bool, Compiled] | None = None
        self._compiled: Compiled | None = None
        self.trouble = ""  # a sentence for the person, where OpenVINO could not take over

    @property
    def name(self) -> str:
        return "torch" if self._compiled is None else "openvino"

    def quicken(self, timeout_s: float = 0.0) -> None:
        """OpenVINO compiles in the background, and takes over when it is done; waits so long for it."""
        if self._may_compile and self._compiling is None:
            self._may_compile = False
            self._compiling = torch_part("wplus_openvino").compiling(self._network, self._threads)
        self._take_over(timeout_s)

    def compile(self) -> None:
        """OpenVINO plays from the first face on. Raises ModelError."""
        self._compiled = torch_part("wplus_openvino").Compiled(self._network, threads=self._threads)
        self._may_compile = False

    def _take_over(self, timeout_s: float = 0.0) -> None:
        if self._compiling is None:
            return
        try:
            self._compiled = self._compiling.newest(timeout_s)
        except Exception as error:
            self._give_up(error)
        if self._compiled is not None:
            log.info("OpenVINO plays from now on")
            self._compiling, self._quick = None, None  # its copies of the weights go

    def _give_up(self, error: Exception) -> None:
        log.warning("OpenVINO fails, PyTorch plays on: %s", error, exc_info=error)
        self._compiling, self._compiled = None, None
        self.trouble = "OpenVINO cannot play this model; PyTorch plays on, more slowly."

    def face(self, drawing: NDArray[np.float32], code: Code, knobs: NDArray[np.float32]) -> Picture:
        """The drawing's face, with the look's share in it that is usual; these networks have no knobs."""
        return self.painted(drawing[0], code, mix_of({}, "sketch"))

    def painted(self, x: NDArray[np.float32] | None, code: Code, mix: Mix) -> Picture:
        """x (C, 256, 256), or None for the look's own face; the look paints its share of each layer."""
        return self.picture(self.steered(x, code, mix))

    def picture(self, ws: NDArray[np.float32]) -> Picture:
        """ws (num_ws, w_dim) -> (R, R, 3), quickly; exactly where half precision leaves its range."""
        self._check(ws, (self._num_ws, self._w_dim))
        self._take_over()
        if self._compiled is not None:
            try:
                return self._compiled.picture(ws)
            except RuntimeError as error:
                self._give_up(error)
        quick = self._quickened()
        if quick is not None:
            quick.generator.steer(ws)
            made = quick.generator.picture(quick.generator.pixels())
            if made is not None:
                return made
            log.warning("half precision is not enough for this network: float32 plays on")
            self._quick, self._is_exact_only = None, True
        return picture_from(self.generate(ws))

    def finer(self, face: Picture) -> Picture:
        """The face itself: these networks paint as large as they can."""
        return face

    def steered(self, x: NDArray[np.float32] | None, code: Code, mix: Mix) -> NDArray[np.float32]:
        """The latents (num_ws, w_dim) of the face that painted() makes.

        What was asked for last is remembered: the drawing while looks change, the look while one draws.
        """
        if x is None:
            return self._person(code, mix.truncation)
        if self._seen is None or not np.array_equal(self._seen[0], x):
            self._seen = x.copy(), self._encoded(x)
        ws = self._seen[1]
        if not mix.is_plain:
            ws = mixed(ws, self._person(code, mix.truncation), mix.shares)
        return ws

    def _encoded(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        self._take_over()
        if self._compiled is not None and self._encoder is not None:
            self._check(x, (self._channels, psp.SIDE, psp.SIDE))
            try:
                ws = self._compiled.latents(x)
                return ws if np.isfinite(ws).all() else self.encode(x)
            except RuntimeError as error:
                self._give_up(error)
        quick = self._quickened()
        if quick is None or quick.encoder is None:
            return self.encode(x)
        self._check(x, (self._channels, psp.SIDE, psp.SIDE))
        ws = quick.encoder(x)
        return ws if np.isfinite(ws).all() else self.encode(x)

    def _quickened(self) -> _Quick | None:
        if self._quick is None and not self._is_exact_only:
            dtype = fast_dtype(self._device)
            encoder = self._encoder and QuickEncoder(self._encoder, self._device, dtype)
            generator = QuickGenerator(self._generator, self._device, dtype)
            self._quick = _Quick(encoder, generator)
        return self._quick

    def _moved(self) -> None:
        """The exact network comes to the card only when somebody wants its numbers."""
        if not self._is_moved:
            self._network.to(self._device)
            self._is_moved = True

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
            self._moved()
            given = self._given(x, (self._channels, psp.SIDE, psp.SIDE))
            return self._encoder.encode(given)[0].cpu().numpy()

    def generate(self, ws: NDArray[np.float32]) -> NDArray[np.float32]:
        """ws (num_ws, w_dim) -> (3, R, R)."""
        with torch.inference_mode(), _exact():
            self._moved()
            given = self._given(ws, (self._num_ws, self._w_dim))
            return self._generator(given)[0].cpu().numpy()

    def latents_of(self, code: Code, truncation: float) -> NDArray[np.float32]:
        """A look's w for every layer; of a generator with labels, the first label's person."""
        labels = self._generator.config.c_dim
        with torch.inference_mode(), _exact():
            place = self._generator.mapping.w_avg.device
            z = torch.from_numpy(code)[None].to(place)
            c = torch.eye(1, labels, device=place) if labels else None
            return self._generator.latents(z, c, truncation)[0].cpu().numpy()

    def limits(self) -> dict[str, float]:
        """What arithmetic allows: "gmac" of a face, the device's "peak_gmac_s", and so its "limit_ms".

        On a card also "card_memory_gib": the most that PyTorch has reserved there, before this is asked.
        """
        reserved: dict[str, float] = {}
        if self._device.type == "cuda":
            reserved["card_memory_gib"] = torch.cuda.max_memory_reserved(self._device) / 2**30
        total = sum(gmac(self._network.config).values())
        peak = peak_gmac_s(self._device, fast_dtype(self._device))
        return {"gmac": total, "peak_gmac_s": peak, "limit_ms": 1000 * total / peak} | reserved

    def parts_ms(self, x: NDArray[np.float32] | None, ws: NDArray[np.float32]) -> dict[str, float]:
        """Milliseconds of one face's parts, now; on the quick road every layer is modulated anew.

        What OpenVINO compiled modulates on the way: that is no part of its own.
        """
        spans: dict[str, float] = {}
        compiled = self._compiled
        if compiled is not None:
            if x is not None:
                spans["encoder"] = self._span(lambda: compiled.latents(x))
            spans["generator"] = self._span(lambda: compiled.image(ws))
            made = compiled.image(ws)
            return spans | {"copies": self._span(lambda: picture_from(made))}
        quick = self._quickened()
        if quick is None:
            return {}
        if x is not None and quick.encoder is not None:
            spans["encoder"] = self._span(lambda: quick.encoder and quick.encoder(x))
        quick.generator.forget()
        spans["modulation"] = self._span(lambda: quick.generator.steer(ws))
        spans["generator"] = self._span(quick.generator.pixels)
        made = quick.generator.pixels()
        spans["copies"] = self._span(lambda: quick.generator.picture(made))
        return spans

    def eager_ms(self, x: NDArray[np.float32] | None, ws: NDArray[np.float32]) -> float:
        """Milliseconds of one face on the exact road, float32, on the same device, now."""
        encoded = 0.0 if x is None else self._span(lambda: self.encode(x))
        return encoded + self._span(lambda: picture_from(self.generate(ws)))

    def _span(self, run: Callable[[], object]) -> float:
        if self._device.type == "cuda":
            torch.cuda.synchronize(self._device)
        start = time.monotonic()
        run()
        if self._device.type == "cuda":
            torch.cuda.synchronize(self._device)
        return 1000 * (time.monotonic() - start)

    def _given(self, array: NDArray[np.float32], shape: tuple[int, ...]) -> Tensor:
        self._check(array, shape)
        return torch.from_numpy(np.array(array, np.float32))[None].to(self._device)

    def _check(self, array: NDArray[np.float32], shape: tuple[int, ...]) -> None:
        if not isinstance(array, np.ndarray) or array.shape != shape:
            what = getattr(array, "shape", type(array).__name__)
            raise ModelError(f"The network takes an array of {shape}; this is {what}.")
        if not np.issubdtype(array.dtype, np.floating) or not np.isfinite(array).all():
            raise ModelError("The network takes finite floating point numbers.")


@dataclass(frozen=True)
class _Quick:
    encoder: QuickEncoder | None
    generator: QuickGenerator


def open_runtime(
    weights: Path, device: str | None, runtime: str, threads: int | None = None
) -> Runtime:
    """The checked weights on `device`, or on the best there is. Raises ModelError."""
    return open_held(checkpoint.load(weights), device, runtime, threads)


def open_held(
    held: Checkpoint, device: str | None, runtime: str, threads: int | None = None
) -> Runtime:
    """A network that is in memory already, on `device` or the best there is. Raises ModelError."""
    is_openvino = runtime == "openvino"
    if is_openvino and device not in (None, "cpu"):
        raise ModelError(
            f"OpenVINO plays on the CPU here, not on {device!r}.", "Choose the runtime torch."
        )
    has_openvino = find_spec("openvino") is not None
    if is_openvino and not has_openvino:
        raise ModelError(
            "The runtime openvino cannot be loaded here.",
            "Install it with `pip install openvino`, or choose another runtime.",
        )
    device = "cpu" if is_openvino else device
    chosen = device_named(device) if device is not None else best_device()
    if chosen.type == "cpu":
        torch.set_num_threads(playing_threads(threads))
    try:
        may_compile = runtime == "auto" and has_openvino and chosen.type == "cpu"
        made = Runtime(held, chosen, may_compile, threads)
    except (RuntimeError, torch.cuda.OutOfMemoryError) as error:
        reason = str(error).splitlines()[0]
        raise ModelError(
            f"PyTorch cannot play this model on {device_words(chosen)}: {reason}",
            "Choose the device cpu.",
        ) from error
    if is_openvino:
        made.compile()
    return made


def _exact() -> AbstractContextManager[None]:
    """Cards round the factors of a convolution to 10 bits unless they are told not to."""
    cudnn = torch.backends.cudnn
    return cudnn.flags(enabled=True, deterministic=True, allow_tf32=False)
