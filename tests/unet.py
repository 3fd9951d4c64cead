"""pix2pix's generator in its published layout, made by hand, and computed without our network."""

import torch
import torch.nn.functional as F
from torch import Tensor

State = dict[str, Tensor]


def published(
    norm: str, downs: int = 5, ngf: int = 2, channels: int = 1, painted: int = 3, seed: int = 0
) -> State:
    """What a `latest_net_G.pth` of this size holds, with random numbers in every tensor."""
    made = torch.Generator().manual_seed(seed)
    is_batch, state = norm == "batch", {}
    c = [ngf * min(2**k, 8) for k in range(downs)]

    def convolution(name: str, shape: tuple[int, int], out: int, is_biased: bool) -> None:
        scale = (shape[0 if out == shape[1] else 1] * 4) ** -0.5
        state[f"{name}.weight"] = torch.randn(*shape, 4, 4, generator=made) * scale
        if is_biased:
            state[f"{name}.bias"] = torch.randn(out, generator=made) * 0.2

    def normalisation(name: str, count: int) -> None:
        if is_batch:
            state[f"{name}.weight"] = 1 + 0.2 * torch.randn(count, generator=made)
            state[f"{name}.bias"] = 0.2 * torch.randn(count, generator=made)
            state[f"{name}.running_mean"] = 0.2 * torch.randn(count, generator=made)
            state[f"{name}.running_var"] = 0.5 + torch.rand(count, generator=made)
            state[f"{name}.num_batches_tracked"] = torch.tensor(9)

    def block(name: str, level: int) -> None:
        outer, inner = c[level - 1], c[level]
        convolution(f"{name}.model.1", (inner, outer), inner, not is_batch)
        if level == downs - 1:
            convolution(f"{name}.model.3", (inner, outer), outer, not is_batch)
            normalisation(f"{name}.model.4", outer)
            return
        normalisation(f"{name}.model.2", inner)
        block(f"{name}.model.3", level + 1)
        convolution(f"{name}.model.5", (2 * inner, outer), outer, not is_batch)
        normalisation(f"{name}.model.6", outer)

    convolution("model.model.0", (ngf, channels), ngf, not is_batch)
    block("model.model.1", 1)
    convolution("model.model.3", (2 * ngf, painted), painted, True)
    return state


def computed(state: State, x: Tensor) -> Tensor:
    """The same in the words of the paper: x (N, C, S, S) in -1..1 -> (N, 3, S, S)."""

    def down(name: str, x: Tensor) -> Tensor:
        return F.conv2d(x, state[f"{name}.weight"], state.get(f"{name}.bias"), 2, 1)

    def up(name: str, x: Tensor) -> Tensor:
        return F.conv_transpose2d(x, state[f"{name}.weight"], state.get(f"{name}.bias"), 2, 1)

    def normal(name: str, x: Tensor) -> Tensor:
        if f"{name}.running_mean" in state:
            mean, var = state[f"{name}.running_mean"], state[f"{name}.running_var"]
            weight, bias = state[f"{name}.weight"], state[f"{name}.bias"]
        else:
            mean, var = x.mean((2, 3)), x.var((2, 3), correction=0)
            weight, bias = torch.ones(()), torch.zeros(())
        by_channel = [t[..., None, None] for t in (mean, var, weight, bias)]
        mean, var, weight, bias = by_channel
        return (x - mean) / (var + 1e-5).sqrt() * weight + bias

    def block(name: str, x: Tensor) -> Tensor:
        inner = down(f"{name}.model.1", torch.where(x > 0, x, 0.2 * x))
        if f"{name}.model.3.model.1.weight" in state:
            inner = block(f"{name}.model.3", normal(f"{name}.model.2", inner))
            made = normal(f"{name}.model.6", up(f"{name}.model.5", inner.clamp(min=0)))
        else:
            made = normal(f"{name}.model.4", up(f"{name}.model.3", inner.clamp(min=0)))
        return torch.cat([x, made], 1)

    made = block("model.model.1", down("model.model.0", x))
    return up("model.model.3", made.clamp(min=0)).tanh()
