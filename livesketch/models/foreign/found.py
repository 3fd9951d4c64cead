"""A published model that was recognised, and how its tensors are looked at before they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livesketch.models.foreign.pickles import RefusedError

Tensors = dict[str, Any]


@dataclass(frozen=True)
class Found:
    """A model in our names. The arrays may still lie in the file."""

    network: str  # in the table of networks
    task: str
    words: str
    config: Any
    arrays: Tensors  # name -> anything with .shape and .numpy(), or an array


def array_of(value: Any) -> NDArray:
    """float32, contiguous, our own memory. Raises RefusedError where the file does not hold it."""
    return np.array(value if isinstance(value, np.ndarray) else value.numpy(), np.float32)


def tensors_of(state: Mapping) -> Tensors:
    for name, value in state.items():
        if not isinstance(name, str) or not hasattr(value, "numpy"):
            raise RefusedError("holds something else among its tensors")
    return dict(state)


def shape_of(state: Tensors, name: str) -> tuple[int, ...]:
    """Of at least two dimensions, without the leading one of grouped weights."""
    if name not in state:
        raise RefusedError(f"lacks {name}")
    shape = tuple(state[name].shape)
    shape = shape[1:] if len(shape) == 5 else shape
    if len(shape) < 2 or not all(type(n) is int for n in shape):
        raise RefusedError(f"holds {name} in a shape that is not known")
    return shape
