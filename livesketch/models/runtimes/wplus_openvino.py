"""The published networks on a processor, compiled by OpenVINO in a thread of their own while torch plays."""

from __future__ import annotations

import logging

import numpy as np
import openvino
from numpy.typing import NDArray

from livesketch.errors import ModelError
from livesketch.frames import Picture
from livesketch.models.machine import playing_threads
from livesketch.models.networks import psp, stylegan2
from livesketch.models.pixels import picture_from
from livesketch.models.runtimes.wplus_conversion import written
from livesketch.worker import Worker

log = logging.getLogger(__name__)

Network = psp.Network | stylegan2.Network


class Compiled:
    """Encoder and generator for one picture; bfloat16 from 64 pixels on where the processor has it."""

    def __init__(
        self, network: Network, precision: str | None = None, threads: int | None = None
    ) -> None:
        """precision: "bf16" or "f32"; None: what is quick here. ModelError where it cannot be made."""
        core = openvino.Core()
        if precision is None:
            abilities = core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
            precision = "bf16" if "BF16" in abilities else "f32"
        try:
            made = written(network)
            self._encoder = _request(core, made.encoder, precision, threads)
            # below, maps are small, and an error is seen in the whole face
            self._small = _request(core, made.small, "f32", threads)
            self._large = _request(core, made.large, precision, threads)
        except (RuntimeError, AttributeError, TypeError, MemoryError) as error:
            log.warning("OpenVINO does not take this network", exc_info=error)
            raise ModelError(
                "OpenVINO cannot take this network; PyTorch plays on.", "Choose the runtime torch."
            ) from error

    def latents(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """x (C, 256, 256) -> (num_ws, w_dim). RuntimeError where OpenVINO fails."""
        assert self._encoder is not None
        return self._encoder.infer([x[None]])[0][0].copy()

    def image(self, ws: NDArray[np.float32]) -> NDArray[np.float32]:
        """ws (num_ws, w_dim) -> (3, R, R), about -1..1, overwritten by the next call."""
        assert self._small is not None
        made = self._small.infer([ws[None]], share_inputs=True, share_outputs=True)
        if self._large is not None:
            given = [ws[None], made[0], made[1]]
            made = self._large.infer(given, share_inputs=True, share_outputs=True)
        return made[1][0]

    def picture(self, ws: NDArray[np.float32]) -> Picture:
        """ws (num_ws, w_dim) -> (R, R, 3). RuntimeError where OpenVINO fails or numbers are not sane."""
        image = self.image(ws)
        if not np.isfinite(image).all():
            raise RuntimeError("the picture is not finite")
        return picture_from(image)


def compiling(network: Network, threads: int | None = None) -> Worker[bool, Compiled]:
    """Its newest() gives the compiled network, once, or raises ModelError; the thread ends after it."""

    def work(_: bool) -> Compiled:
        try:
            return Compiled(network, threads=threads)
        finally:
            worker.close(timeout=0.0)

    worker: Worker[bool, Compiled] = Worker(lambda: work, name="compiles for OpenVINO")
    worker.submit(True)
    return worker


def _request(
    core: openvino.Core, model: openvino.Model | None, precision: str, threads: int | None
) -> openvino.InferRequest | None:
    if model is None:
        return None
    hints = {
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": precision,
        "INFERENCE_NUM_THREADS": playing_threads(threads),
        "ENABLE_CPU_PINNING": False,  # the window decides for itself where it runs
    }
    return core.compile_model(model, "CPU", hints).create_infer_request()
