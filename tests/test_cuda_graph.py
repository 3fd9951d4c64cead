"""What a CUDA graph cannot hold is found here, where there is no card: tensors made of numbers on the way."""

from typing import Any

import numpy as np
import pytest
import torch
from published import SMALL_PSP, varied
from tiny import TINY, tiny_network
from torch.utils._python_dispatch import TorchDispatchMode

from livesketch.models.blend import MOST
from livesketch.models.knobs import KNOBS
from livesketch.models.networks import psp
from livesketch.models.runtimes.wplus_quick import QuickEncoder, QuickGenerator

CPU = torch.device("cpu")


class Numbers(TorchDispatchMode):
    """Remembers every tensor that was made of Python's numbers: on a card, a copy from the host."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if "lift_fresh" in str(func):
            self.found.append(str(func))
        return func(*args, **(kwargs or {}))


def test_what_is_looked_for_is_seen() -> None:
    with Numbers() as numbers:
        torch.ones(2).new_tensor([1.0, -1.0])
        torch.tensor([1.0])
    assert len(numbers.found) == 2


def test_a_compact_face_is_painted_without_making_tensors_of_numbers() -> None:
    network = tiny_network(TINY)
    side = TINY.input_size
    given = (torch.ones(1, 1, side, side), torch.zeros(1, MOST, TINY.z_dim + 1))
    with torch.inference_mode():
        network(*given, torch.zeros(1, len(KNOBS)))
        with Numbers() as numbers:
            made = network(*given, torch.zeros(1, len(KNOBS)))
    assert made.shape[-1] == TINY.img_resolution
    assert numbers.found == []


@pytest.fixture(scope="module")
def published() -> psp.Network:
    network = varied(psp.Network(SMALL_PSP))
    assert isinstance(network, psp.Network)
    return network


def test_nor_is_a_published_networks(published: psp.Network) -> None:
    generator = QuickGenerator(published.generator, CPU, torch.float32)
    generator.steer(np.ones((SMALL_PSP.generator.num_ws, 16), np.float32))
    encoder = QuickEncoder(published, CPU, torch.float32)
    with torch.inference_mode():
        generator.pixels()
        encoder._latents()
        with Numbers() as numbers:
            generator.pixels()
            encoder._latents()
    assert numbers.found == []
