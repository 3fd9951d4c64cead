"""The networks one can choose: name in a weights file's metadata -> where the network lives."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from livesketch.errors import ModelError

NETWORKS = {
    "compact": "livesketch.models.networks.compact",
    "pix2pix": "livesketch.models.networks.pix2pix",
    "psp": "livesketch.models.networks.psp",
    "stylegan2": "livesketch.models.networks.stylegan2",
}


def module_of(name: str) -> ModuleType:
    """The module of a network named in the table. Raises ModelError for any other name."""
    if name not in NETWORKS:
        raise ModelError(
            f"this program has no network called {name!r}",
            hint=f"it knows {', '.join(sorted(NETWORKS))}; a newer livesketch may know more",
        )
    return import_module(NETWORKS[name])
