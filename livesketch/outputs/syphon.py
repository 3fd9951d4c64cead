"""Syphon (macOS): pictures for other programs on the same graphics card, through syphon-python (an extra)."""

import sys
from typing import Any

from livesketch.frames import Picture
from livesketch.outputs import Setup
from livesketch.outputs.optional import MissingError, library
from livesketch.outputs.rgba import with_alpha
from livesketch.outputs.sender import Sender


class Syphon:
    """A Sink. `syphon` has SyphonMetalServer and the two functions that fill a texture."""

    def __init__(self, setup: Setup, syphon: Any) -> None:
        self._syphon = syphon
        self._server = syphon.SyphonMetalServer(setup.name)
        self._texture = syphon.create_mtl_texture(self._server.device, *setup.size)

    def send(self, picture: Picture) -> None:
        self._syphon.copy_image_to_mtl_texture(with_alpha(picture), self._texture)
        self._server.publish_frame_texture(self._texture)

    def close(self) -> None:
        self._server.stop()


class _Library:
    """What is used of syphon-python, from the modules where it lives."""

    def __init__(self) -> None:
        def part(module: str) -> Any:
            return library(module, "Syphon", "syphon")

        self.SyphonMetalServer = part("syphon").SyphonMetalServer
        self.create_mtl_texture = part("syphon.utils.raw").create_mtl_texture
        self.copy_image_to_mtl_texture = part("syphon.utils.numpy").copy_image_to_mtl_texture


def open_output(setup: Setup, syphon: Any = None) -> Sender:
    """`setup.name` is what receivers list."""

    def open_sink() -> Syphon:
        if syphon is None and sys.platform != "darwin":
            raise MissingError("Syphon exists on macOS only.", "Use NDI or the virtual camera.")
        return Syphon(setup, syphon or _Library())

    return Sender(open_sink, setup.size, setup.layout, "syphon")
