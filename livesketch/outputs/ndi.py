"""NDI: a picture source on the local network, through cyndilib (an extra that brings the NDI library)."""

from fractions import Fraction
from typing import Any

from livesketch.errors import OutputError
from livesketch.frames import Picture
from livesketch.outputs import Setup
from livesketch.outputs.optional import library
from livesketch.outputs.rgba import with_alpha
from livesketch.outputs.sender import Sender


class Ndi:
    """A Sink. `cyndilib` has Sender, VideoSendFrame and FourCC: the library, or a test's own."""

    def __init__(self, setup: Setup, cyndilib: Any) -> None:
        frame = cyndilib.VideoSendFrame()
        frame.set_resolution(*setup.size)
        frame.set_frame_rate(Fraction(setup.fps))
        frame.set_fourcc(cyndilib.FourCC.RGBX)
        # The library would wait for the next frame's time otherwise; the app's turns are the clock.
        self._sender = cyndilib.Sender(setup.name, clock_video=False)
        self._sender.set_video_frame(frame)
        self._sender.open()

    def send(self, picture: Picture) -> None:
        if not self._sender.write_video(with_alpha(picture).reshape(-1)):
            raise OutputError("NDI took no picture.", "It is tried again by itself.")

    def close(self) -> None:
        self._sender.close()


class _Library:
    """The three classes of cyndilib that are used, from the modules where they live."""

    def __init__(self) -> None:
        def part(module: str) -> Any:
            return library(f"cyndilib.{module}", "NDI", "ndi")

        self.Sender = part("sender").Sender
        self.VideoSendFrame = part("video_frame").VideoSendFrame
        self.FourCC = part("wrapper.ndi_structs").FourCC


def open_output(setup: Setup, cyndilib: Any = None) -> Sender:
    """`setup.name` is what receivers list."""

    def open_sink() -> Ndi:
        return Ndi(setup, cyndilib or _Library())

    return Sender(open_sink, setup.size, setup.layout, "ndi")
