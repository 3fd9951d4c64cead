"""A face on an NVIDIA card: one captured CUDA graph from the drawing to uint8 pixels."""

import logging
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from livesketch.frames import Code, Picture
from livesketch.models.blend import MOST, rows_of
from livesketch.models.knobs import KNOBS
from livesketch.models.runtimes import Shape

log = logging.getLogger(__name__)

Run = Callable[[], tuple[Tensor, ...]]
WARM_UPS = 3  # libraries choose their algorithms in the first runs, which a graph must not hold


class CapturedFace:
    """The graph reads and writes fixed memory; pinned copies on the host side meet it there."""

    def __init__(self, network: nn.Module, shape: Shape, dtype: torch.dtype) -> None:
        # the same inputs must give the same pixels in every run of the program
        torch.backends.cudnn.deterministic = True
        torch.backends.cudnn.benchmark = False
        self._network, self._dtype = network, dtype
        self._device = next(network.parameters()).device
        side, result = shape.sketch_size, shape.resolution
        sizes = ((1, shape.channels, side, side), (1, MOST, shape.code_size + 1), (1, len(KNOBS)))
        with torch.cuda.device(self._device):
            self._given = [torch.ones(s, dtype=torch.float32).pin_memory() for s in sizes]
            self._inputs = [torch.ones(s, device=self._device) for s in sizes]
            self._pinned = torch.empty((result, result, 3), dtype=torch.uint8).pin_memory()
            self._stream = torch.cuda.Stream()
            self._graph = torch.cuda.CUDAGraph()
            self._stream.wait_stream(torch.cuda.current_stream())
            with torch.inference_mode(), torch.cuda.stream(self._stream):
                for _ in range(WARM_UPS):
                    self._pixels()
            self._stream.synchronize()
            with torch.inference_mode(), torch.cuda.graph(self._graph, stream=self._stream):
                self._made = self._pixels()

    def face(self, drawing: NDArray[np.float32], code: Code, knobs: NDArray[np.float32]) -> Picture:
        """One replay; waits for nothing but its own pixels."""
        given = (drawing, rows_of(code, MOST)[None], knobs[None])
        for pinned, value in zip(self._given, given, strict=True):
            pinned.numpy()[...] = value
        with torch.inference_mode(), torch.cuda.stream(self._stream):
            for there, pinned in zip(self._inputs, self._given, strict=True):
                there.copy_(pinned, non_blocking=True)
            self._graph.replay()
            self._pinned.copy_(self._made, non_blocking=True)
        self._stream.synchronize()
        return self._pinned.numpy().copy()

    def _pixels(self) -> Tensor:
        """(R, R, 3) uint8 on the card."""
        drawing, code, knobs = (tensor.to(self._dtype) for tensor in self._inputs)
        drawing = drawing.contiguous(memory_format=torch.channels_last)
        made = self._network(drawing, code, knobs)[0].float()
        pixels = (made * 127.5 + 127.5).round_().clamp_(0, 255).to(torch.uint8)
        return pixels.permute(1, 2, 0).contiguous()


def captured(run: Run, device: torch.device) -> Run:
    """`run`, which reads and writes fixed memory only, as one launch; itself where there is no card.

    What it returns is overwritten by the next call. A card that cannot capture it plays it step by step.
    """
    if device.type != "cuda":
        return run
    try:
        return _captured(run, device)
    except RuntimeError as error:
        log.warning("no CUDA graph: %s", str(error).splitlines()[0])
        torch.cuda.synchronize(device)
        return run


def _captured(run: Run, device: torch.device) -> Run:
    with torch.cuda.device(device), torch.inference_mode():
        stream, graph = torch.cuda.Stream(), torch.cuda.CUDAGraph()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            for _ in range(WARM_UPS):
                run()
        stream.synchronize()
        with torch.cuda.graph(graph, stream=stream):
            made = run()

    def replayed() -> tuple[Tensor, ...]:
        graph.replay()
        return made

    return replayed
