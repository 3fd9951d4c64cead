"""What the command line may ask of the rig; apart, so that reading it loads nothing heavy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from livesketch.outputs import Setup
from livesketch.sound.routes import Route


@dataclass(frozen=True)
class RigOptions:
    """What the command line asked for."""

    outputs: tuple[str, ...] = ()  # to be open from the beginning
    setups: Mapping[str, Setup] = field(default_factory=dict)
    forms: Mapping[str, Mapping[str, object]] = field(
        default_factory=dict
    )  # goes before what was kept
    sound: str | None = None  # a part of a microphone's name; "" takes the usual one
    routes: tuple[Route, ...] = ()  # which knobs follow it
    osc: tuple[str, int] | None = None  # host, port
    midi: str | None = None  # a part of a controller's name; "" takes the first one
    cues: Path | None = None
    is_show: bool = False  # ending it, or uncovering a screen, takes a second key
