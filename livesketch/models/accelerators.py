"""The devices PyTorch can play on here, by name and in words."""

import torch

from livesketch.errors import ModelError
from livesketch.models.machine import cpu_words


def best_device() -> torch.device:
    if torch.cuda.is_available():
        return torch.device("cuda", torch.cuda.current_device())
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def device_named(name: str) -> torch.device:
    """Of "cpu", "cuda", "cuda:1", "mps"; ModelError for one that is not here or not known."""
    try:
        device = torch.device(name)
    except RuntimeError:
        device = None
    if device is None or device.type not in ("cpu", "cuda", "mps"):
        raise ModelError(f"There is no device called {name!r}.", "Choose cpu, cuda or mps.")
    is_here = {
        "cpu": True,
        "cuda": (device.index or 0) < torch.cuda.device_count(),
        "mps": torch.backends.mps.is_available(),
    }
    if not is_here[device.type]:
        raise ModelError(
            f"The device {name!r} is not here, or this PyTorch cannot use it.",
            "See `livesketch devices`.",
        )
    return device


def device_words(device: torch.device) -> str:
    """For people: "CPU, 2 cores", "NVIDIA H200"."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return "Apple GPU" if device.type == "mps" else cpu_words()


def torch_devices() -> list[str]:
    """Every device, in words, the best first."""
    names = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    if torch.backends.mps.is_available():
        names.append("Apple GPU")
    return [*names, cpu_words()]


def has_cuda() -> bool:
    return torch.cuda.is_available()


def fast_dtype(device: torch.device) -> torch.dtype:
    """Half precision where the hardware computes in it; elsewhere it is slower, not faster."""
    if device.type == "cuda":
        return torch.float16
    if device.type == "cpu":
        able = torch.cpu.get_capabilities()
        if able.get("avx512_bf16") or able.get("amx_bf16"):
            return torch.bfloat16
    return torch.float32
