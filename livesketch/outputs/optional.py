"""Libraries that not everybody has: imported when an output needs them, missed in one sentence."""

from importlib import import_module
from typing import Any

from livesketch.errors import OutputError


class MissingError(OutputError):
    """Something has to be installed before this output can play."""


def library(module: str, what: str, extra: str) -> Any:
    """The module. MissingError where it is not installed, or does not load on this machine."""
    try:
        return import_module(module)
    except (ImportError, OSError) as error:
        raise MissingError(
            f"{what} needs {module.split('.')[0]}, which is not here.",
            f"Install it: pip install 'livesketch[{extra}]'",
        ) from error
