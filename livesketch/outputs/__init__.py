"""Where finished pictures go, one way: the table of outputs, and what every output can do."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol

from livesketch.errors import UsageError
from livesketch.frames import Show

# name -> the module whose open_output(setup) opens it
OUTPUTS: dict[str, str] = {
    "second screen": "livesketch.outputs.second_screen",
    "virtual camera": "livesketch.outputs.virtual_camera",
    "ndi": "livesketch.outputs.ndi",
    "spout": "livesketch.outputs.spout",
    "syphon": "livesketch.outputs.syphon",
    "page": "livesketch.outputs.http_page",
    "recorder": "livesketch.outputs.recorder",
    "pictures": "livesketch.outputs.recorder",
    "replay": "livesketch.outputs.recorder",
}
# They belong to the main thread, and are quick; others are closed where nobody waits for them.
OF_MAIN_THREAD = frozenset({"second screen"})
FLIPS = ("", "h", "v", "hv")


@dataclass(frozen=True)
class Setup:
    """What an output is to be; each reads what concerns it.

    `layout` is one of post.layout.LAYOUTS, or empty: the one that the Show names. `path`: the
    recorder's .mp4, or a folder for PNGs; without one it is a replay. `host`, `port` and `password`
    are the page's; `display`, `last_display`, `flip` (one of FLIPS), `corners` and `crop` the second
    screen's.
    """

    size: tuple[int, int] = (1280, 720)  # width, height in pixels
    layout: str = ""
    fps: int = 30
    name: str = "livesketch"  # what other programs call it; a virtual camera's device, or ""
    path: Path | None = None
    has_sound: bool = False  # the microphone is in the film
    host: str = "127.0.0.1"
    port: int = 8080
    password: str = ""
    display: str = ""  # its name as displays.py has it; empty: the one without the window
    last_display: str = ""  # where it was the last time: goes before others without the window
    flip: str = ""
    corners: tuple[tuple[float, float], ...] = ()  # four, clockwise from the upper left, 0..1
    crop: tuple[float, ...] = ()  # what stays black at the left, top, right, bottom: shares 0..0.45


class Output(Protocol):
    """One way out. The app hands it the Show every turn, whether or not a face is new."""

    @property
    def state(self) -> str:
        """Words for the operator: playing; missing what; broken why."""
        ...

    def show(self, show: Show) -> None:
        """Never waits: what takes time is done by the output's own Worker."""
        ...

    def close(self) -> None: ...


def open_output(name: str, setup: Setup) -> Output:
    """Imports what was chosen. UsageError for a name that is not in OUTPUTS."""
    if name not in OUTPUTS:
        raise UsageError(
            f"There is no output called {name!r}.", f"There are: {', '.join(OUTPUTS)}."
        )
    return import_module(OUTPUTS[name]).open_output(setup)
