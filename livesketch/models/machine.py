"""What this computer is to a runtime: its cores, its name, the versions of what plays on it."""

import hashlib
import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def cores() -> int:
    """The cores this process may use, which can be fewer than the computer has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def cpu_words() -> str:
    """For people: "CPU, 2 cores"."""
    return f"CPU, {cores()} core{'s' if cores() > 1 else ''}"


def playing_threads(wanted: int | None = None) -> int:
    """Of the CPU. One core is left to the window: with all of them busy it comes up to 59 ms late."""
    return wanted or max(1, cores() - 1)


def installed(package: str) -> str:
    """Its version, without importing it; "none" where it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


def has_nvidia_driver() -> bool:
    """Whether a card may be here, asked without loading CUDA."""
    if os.name == "nt":
        system = Path(os.environ.get("SYSTEMROOT", "C:/Windows")) / "System32"
        return (system / "nvcuda.dll").exists()
    return Path("/proc/driver/nvidia/version").exists() or Path("/dev/nvidia0").exists()


def fingerprint(*parts: str) -> str:
    """Short and stable for these strings on this computer with these libraries; new where any changes."""
    facts = [
        platform.machine(),
        _processor(),
        str(cores()),
        str(has_nvidia_driver()),
        os.environ.get("CUDA_VISIBLE_DEVICES", "all"),
        installed("torch"),
        installed("openvino"),
        *parts,
    ]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:24]


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor()
