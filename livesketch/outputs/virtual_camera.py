"""A camera that other programs see, through pyvirtualcam (an extra) and a driver of the system."""

import sys
from typing import Any

from livesketch.errors import OutputError
from livesketch.frames import Picture
from livesketch.outputs import Setup
from livesketch.outputs.optional import MissingError, library
from livesketch.outputs.sender import Sender

DRIVERS: dict[str, str] = {
    "linux": "Load its driver: sudo modprobe v4l2loopback exclusive_caps=1",
    "win32": "Install OBS Studio, which brings the driver, and start its virtual camera once.",
    "darwin": "Install OBS Studio, start its virtual camera once, and allow it in the settings.",
}


class VirtualCamera:
    """A Sink. `pyvirtualcam` is the library, or what a test puts in its place."""

    def __init__(self, setup: Setup, pyvirtualcam: Any, device: str | None = None) -> None:
        width, height = setup.size
        try:
            self._camera = pyvirtualcam.Camera(
                width, height, setup.fps, fmt=pyvirtualcam.PixelFormat.RGB, device=device
            )
        except RuntimeError as error:
            hint = DRIVERS.get(sys.platform, "This system has no driver for one.")
            raise MissingError("There is no virtual camera here.", hint) from error

    def send(self, picture: Picture) -> None:
        try:
            self._camera.send(picture)
        except RuntimeError as error:
            raise OutputError("The virtual camera takes no pictures.", str(error)) from error

    def close(self) -> None:
        self._camera.close()


def open_output(setup: Setup, pyvirtualcam: Any = None) -> Sender:
    """`setup.name` is a device such as /dev/video2; "livesketch": the first that is free."""
    device = None if setup.name in ("", Setup.name) else setup.name

    def open_sink() -> VirtualCamera:
        found = pyvirtualcam or library("pyvirtualcam", "The virtual camera", "virtual-camera")
        return VirtualCamera(setup, found, device)

    return Sender(open_sink, setup.size, setup.layout, "virtual camera")
