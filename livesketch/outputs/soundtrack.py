"""The sound of a film: in step with its pictures, whatever the microphone's clock and gaps are."""

from typing import Any

import av
import av.error
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer

from livesketch.outputs.files import usable
from livesketch.sound.block import RATE, Samples

OFF = RATE // 20  # so far may the microphone's clock run away before it is put right
BEHIND = RATE  # silence is written where the sound is missing for so long
KEPT = RATE // 2  # and leaves so much to what still comes


class Soundtrack:
    """Remembers how far it is. Positions are samples since the film's first picture began."""

    def __init__(self, container: OutputContainer) -> None:
        stream = container.add_stream("aac", rate=RATE)
        if not isinstance(stream, AudioStream):
            raise ValueError("aac is no sound encoder")
        stream.codec_context.layout = "mono"
        stream.codec_context.bit_rate = 128_000
        self._container, self._stream = container, stream
        self._written = 0

    def hear(self, at: int, samples: Samples) -> None:
        """`samples` belong to position `at`. A gap becomes silence, what came too late is left out."""
        off = at - self._written
        if off > OFF:
            self._silence(off)
        elif off < -OFF:
            samples = samples[-off:]
        self._write(samples)

    def keep_up(self, seconds: float) -> None:
        """The film is so long by now: its parts must be written close together."""
        behind = round(seconds * RATE) - self._written
        if behind > BEHIND:
            self._silence(behind - KEPT)

    def end(self, seconds: float) -> None:
        """As long as the pictures, as far as that can still be."""
        self._silence(round(seconds * RATE) - self._written)
        self._mux(None)

    def _silence(self, count: int) -> None:
        while count > 0:
            part = min(count, RATE)
            self._write(np.zeros(part, np.float32))
            count -= part

    def _write(self, samples: Samples) -> None:
        if not samples.size:
            return
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(np.clip(samples, -1, 1))[None], format="fltp", layout="mono"
        )
        frame.sample_rate = RATE
        frame.pts = self._written
        self._written += samples.size
        self._mux(frame)

    def _mux(self, frame: Any) -> None:
        for packet in self._stream.encode(frame):
            self._container.mux(packet)


def open_soundtrack(container: OutputContainer) -> Soundtrack | None:
    """None where no sound can be encoded: a film without sound is better than none."""
    try:
        usable(("aac",))
        return Soundtrack(container)
    except (ValueError, av.error.FFmpegError):
        return None
