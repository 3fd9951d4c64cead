"""Sketch -> face. This table names the parts that load a heavy library; they are imported when chosen."""

import sys
from importlib import import_module
from types import ModuleType

from livesketch.errors import ModelError

# Importing openvino tells its maker over the network that it was imported. Where its reporter
# cannot be imported it takes a stand-in of its own that reports nothing; this file is always first.
sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]

RUNTIMES = {
    "openvino": "livesketch.models.runtimes.openvino_runtime",
    "torch": "livesketch.models.runtimes.torch_runtime",
}
# the networks that OpenVINO is given: those of the three steps that its conversion knows
CONVERTED = ("compact",)

# a model that was converted once plays without torch, whose import alone takes seconds
TORCH_PARTS = {
    "accelerators": "livesketch.models.accelerators",
    "checkpoint": "livesketch.models.checkpoint",
    "conversion": "livesketch.models.runtimes.openvino_conversion",
    "eager": "livesketch.models.runtimes.eager",
    "foreign": "livesketch.models.foreign",
    "wplus": "livesketch.models.runtimes.wplus_runtime",
    "wplus_openvino": "livesketch.models.runtimes.wplus_openvino",
}


def runtime_module(name: str) -> ModuleType:
    """The module that plays networks with `name`; ModelError where there is none or it is not installed."""
    if name not in RUNTIMES:
        raise ModelError(
            f"There is no runtime called {name!r}.",
            f"Choose from: auto, {', '.join(sorted(RUNTIMES))}.",
        )
    try:
        return import_module(RUNTIMES[name])
    except ImportError as error:
        raise ModelError(
            f"The runtime {name} cannot be loaded here: {error}.",
            f"Install it with `pip install {name}`, or choose another runtime.",
        ) from error


def torch_part(name: str) -> ModuleType:
    """A module that needs torch; ModelError where torch cannot be loaded."""
    try:
        return import_module(TORCH_PARTS[name])
    except ImportError as error:
        raise ModelError(
            f"PyTorch cannot be loaded here: {error}.", "Install it with `pip install torch`."
        ) from error
