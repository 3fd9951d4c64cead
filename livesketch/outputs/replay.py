"""The last half minute, encoded and in memory, ready to be kept."""

from collections import deque
from io import BytesIO
from pathlib import Path

import av
import av.error
from av.container import InputContainer, OutputContainer
from av.video.stream import VideoStream

from livesketch.errors import OutputError
from livesketch.frames import Picture
from livesketch.outputs.files import said, whole
from livesketch.outputs.film import film_stream, video_frame

SECONDS = 30
MOST_BYTES = 96_000_000  # noise in Full HD would be more; then it remembers less


class Replay:
    """A Tape that forgets. Each second is a little film of its own, so the oldest can be let go."""

    def __init__(
        self, size: tuple[int, int], fps: int, seconds: int = SECONDS, most: int = MOST_BYTES
    ) -> None:
        self._size, self._fps, self._seconds, self._most = size, fps, seconds, most
        self._films: deque[bytes] = deque()
        self._now: tuple[BytesIO, OutputContainer, VideoStream] | None = None
        self._in_now = 0  # frames in the film that is being made
        self.frames = 0

    @property
    def bytes_used(self) -> int:
        return sum(len(film) for film in self._films)

    def write(self, picture: Picture) -> None:
        if self._now is None:
            file = BytesIO()
            self._now = (file, *film_stream(file, self._size, self._fps, "empty_moov"))
            self._in_now = 0
        _, container, stream = self._now
        frame = video_frame(picture)
        frame.pts = self._in_now
        for packet in stream.encode(frame):
            container.mux(packet)
        self._in_now += 1
        self.frames += 1
        if self._in_now == self._fps:
            self._turn()

    def save(self, path: Path) -> None:
        """An .mp4 of what is remembered: up to one second more than asked for, so that none is cut."""
        self._turn()
        if not self._films:
            raise OutputError("There is nothing to keep yet.", "Wait for the first picture.")
        with whole(path) as part:
            try:
                self._join(part)
            except av.error.FFmpegError as error:
                raise said(error, path) from error

    def close(self) -> None:
        self._turn()
        self._films.clear()

    def _turn(self) -> None:
        """The film that is being made is whole; those that are too old, or too many, go."""
        if self._now is None:
            return
        file, container, stream = self._now
        self._now = None
        for packet in stream.encode(None):
            container.mux(packet)
        container.close()
        self._films.append(file.getvalue())
        while len(self._films) > 1 and (
            len(self._films) > self._seconds + 1 or self.bytes_used > self._most
        ):
            self._films.popleft()

    def _join(self, part: Path) -> None:
        """Copies packets: nothing is encoded twice, and it takes milliseconds."""
        with av.open(str(part), "w", format="mp4", options={"movflags": "+faststart"}) as out:
            stream = None
            frames = 0
            for film in self._films:
                with av.open(BytesIO(film), "r") as one:
                    if not isinstance(one, InputContainer):
                        raise OutputError("What was remembered cannot be read.")
                    source = one.streams.video[0]
                    if stream is None:
                        stream = out.add_stream_from_template(source)
                    step = 1 / (self._fps * (source.time_base or 1))
                    for packet in one.demux(source):
                        if packet.pts is None:
                            continue
                        packet.pts = packet.dts = round(frames * step)
                        packet.stream = stream
                        out.mux(packet)
                        frames += 1
