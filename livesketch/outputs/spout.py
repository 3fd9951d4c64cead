"""Spout (Windows): pictures for other programs on the same graphics card, through SpoutGL (an extra)."""

import sys
from typing import Any

from livesketch.errors import OutputError
from livesketch.frames import Picture
from livesketch.outputs import Setup
from livesketch.outputs.optional import MissingError, library
from livesketch.outputs.rgba import with_alpha
from livesketch.outputs.sender import Sender

GL_RGBA = 0x1908  # OpenGL's own number for it


class Spout:
    """A Sink. `spout_gl` has SpoutSender: the library, or a test's own."""

    def __init__(self, setup: Setup, spout_gl: Any) -> None:
        self._sender = spout_gl.SpoutSender()
        self._sender.setSenderName(setup.name)
        self._name = setup.name

    def send(self, picture: Picture) -> None:
        height, width = picture.shape[:2]
        if not self._sender.sendImage(with_alpha(picture), width, height, GL_RGBA, False, 0):
            raise OutputError("Spout took no picture.", "It is tried again by itself.")
        self._sender.setFrameSync(self._name)

    def close(self) -> None:
        self._sender.releaseSender()


def open_output(setup: Setup, spout_gl: Any = None) -> Sender:
    """`setup.name` is what receivers list."""

    def open_sink() -> Spout:
        if spout_gl is None and sys.platform != "win32":
            raise MissingError("Spout exists on Windows only.", "Use NDI or the virtual camera.")
        return Spout(setup, spout_gl or library("SpoutGL", "Spout", "spout"))

    return Sender(open_sink, setup.size, setup.layout, "spout")
