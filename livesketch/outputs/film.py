"""What is recorded onto: an H.264 film that plays however its recording ends, or a folder of PNGs."""

import os
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO, RawIOBase
from pathlib import Path
from typing import Any, BinaryIO, cast

import av
import av.error
import numpy as np
from av.container import OutputContainer
from av.video.stream import VideoStream
from PIL import Image

from livesketch.errors import OutputError
from livesketch.frames import Picture
from livesketch.outputs.files import ENCODERS, is_forbidden, is_full, make_folder, said, usable
from livesketch.outputs.fragments import cut_to_whole
from livesketch.outputs.soundtrack import open_soundtrack
from livesketch.sound.block import Samples

# In fragments, so that what is on the disk plays after a full disk or a power cut; turned into an
# ordinary film, which every program knows, when it ends well.
MOVFLAGS = "hybrid_fragmented+frag_keyframe+empty_moov+default_base_moof"


def open_new(path: Path) -> BinaryIO:
    """A file that was not there before, written through without a buffer of Python's."""
    return cast(BinaryIO, path.open("xb", buffering=0))


class Film:
    """An .mp4 of `size` (width, height) and `fps` frames a second. Written in one thread.

    The file is at its own name from the beginning, unlike others of this program: a recording is
    worth keeping up to the moment at which something went wrong.
    """

    def __init__(
        self,
        path: Path,
        size: tuple[int, int],
        fps: int = 30,
        open_file: Callable[[Path], BinaryIO] = open_new,
        has_sound: bool = False,
    ) -> None:
        self._path, self._fps = path, fps
        self.frames = 0
        make_folder(path.parent)
        try:
            self._disk = _Disk(open_file(path))
        except OSError as error:
            raise said(error, path) from error
        self._container, self._stream = film_stream(self._disk, size, fps, MOVFLAGS)
        self._sound = open_soundtrack(self._container) if has_sound else None

    @property
    def has_sound(self) -> bool:
        return self._sound is not None

    def write(self, picture: Picture) -> None:
        """One more picture of the film's size. OutputError when the disk takes no more: the film has
        ended then, and what is on the disk plays."""
        self._raise()
        frame = video_frame(picture)
        frame.pts = self.frames
        try:
            for packet in self._stream.encode(frame):
                self._container.mux(packet)
        except (OSError, av.error.FFmpegError) as error:
            self._disk.error = self._disk.error or error
        self.frames += 1
        if self._sound is not None:
            self._sounded(self._sound.keep_up)
        self._raise()

    def hear(self, at: int, samples: Samples) -> None:
        """Sound that began `at` samples (of RATE a second) after the first picture."""
        sound = self._sound
        if sound is not None:
            self._sounded(lambda _: sound.hear(at, samples))
            self._raise()

    def _sounded(self, do: Callable[[float], None]) -> None:
        """With the film's length so far, in seconds."""
        try:
            do(self.frames / self._fps)
        except (OSError, av.error.FFmpegError) as error:
            self._disk.error = self._disk.error or error

    def close(self) -> None:
        """End it well, whatever was written; without a single picture there is no file."""
        if self._disk.is_shut:
            return
        if self.frames == 0:
            self._disk.shut()
            with suppress(OSError):
                self._path.unlink()
            return
        if self._sound is not None:
            self._sounded(self._sound.end)
        self._raise()
        try:
            for packet in self._stream.encode(None):
                self._container.mux(packet)
            self._container.close()
        except (OSError, av.error.FFmpegError) as error:
            self._disk.error = self._disk.error or error
        self._raise()
        self._disk.shut()

    def _raise(self) -> None:
        error = self._disk.error
        if error is None:
            return
        self._disk.shut()
        with suppress(OSError, av.error.FFmpegError):  # what it still writes goes nowhere
            self._container.close()
        with suppress(OSError):
            cut_to_whole(self._path)
        raise OutputError(
            f"The recording ended after {self.frames} frames: {reason(error)}.",
            f"{self._path.name} plays up to about there.",
        ) from error


class _Disk(RawIOBase):
    """The file under a film. After an error nothing is written any more, so that the end, which goes
    back and rewrites the beginning, cannot spoil what is there."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._ghost = 0  # where the film believes to be once nothing is written any more
        self._end = 0
        self.error: Exception | None = None
        self.is_shut = False

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        view = memoryview(data)
        if self.error is None and not self.is_shut:
            try:
                done = 0
                while done < len(view):  # an unbuffered file may take a part
                    done += self._file.write(view[done:])
                return len(view)
            except OSError as error:
                self.error = error
        self._ghost += len(view)
        return len(view)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        if self.error is None and not self.is_shut:
            return self._file.seek(offset, whence)
        self._ghost = offset if whence == os.SEEK_SET else self._ghost + offset
        return self._ghost

    def tell(self) -> int:
        is_whole = self.error is None and not self.is_shut
        return self._file.tell() if is_whole else self._ghost

    def shut(self) -> None:
        if not self.is_shut:
            self.is_shut = True
            with suppress(OSError):
                os.fsync(self._file.fileno())
            with suppress(OSError):
                self._file.close()


class PngFolder:
    """A new folder of lossless pictures: frame-000001.png and so on."""

    def __init__(self, folder: Path) -> None:
        make_folder(folder)
        if any(folder.glob("frame-*.png")):
            raise OutputError(f"{folder} holds a recording.", "Name a new folder.")
        self._folder = folder
        self._last: tuple[Picture, bytes] | None = None
        self.frames = 0

    def write(self, picture: Picture) -> None:
        if self._last is None or self._last[0] is not picture:
            data = BytesIO()
            # The least effort: at 30 pictures a second a smaller file would come too late.
            Image.fromarray(picture).save(data, "PNG", compress_level=1)
            self._last = (picture, data.getvalue())
        path = self._folder / f"frame-{self.frames + 1:06d}.png"
        try:
            path.write_bytes(self._last[1])
        except OSError as error:
            with suppress(OSError):
                path.unlink()  # half a picture is worth nothing
            raise OutputError(
                f"The recording ended after {self.frames} pictures: {reason(error)}.",
                "Those before it are whole.",
            ) from error
        self.frames += 1

    def close(self) -> None:
        """Every picture is already in its place."""


def reason(error: Exception) -> str:
    """Why the disk took no more, as the end of a sentence."""
    if is_full(error):
        return "the disk is full"
    if is_forbidden(error):
        return "nothing may be written there any more"
    return getattr(error, "strerror", None) or str(error)


def film_stream(
    file: Any, size: tuple[int, int], fps: int, movflags: str
) -> tuple[OutputContainer, VideoStream]:
    """An .mp4 in `file`, and its one stream. OutputError where it cannot be encoded."""
    try:
        encoder = usable(ENCODERS)
        container = av.open(
            file, "w", format="mp4", options={"movflags": movflags, "flush_packets": "1"}
        )
        stream = container.add_stream(encoder, rate=fps)
        if not isinstance(stream, VideoStream):
            raise ValueError(f"{encoder} is no video encoder")
    except (ValueError, av.error.FFmpegError) as error:
        raise OutputError("No film can be encoded here.", f"The encoder said: {error}") from error
    width, height = size
    stream.width, stream.height = width + width % 2, height + height % 2
    stream.pix_fmt = "yuv420p"
    stream.codec_context.gop_size = fps  # a fragment a second: that much is lost at worst
    stream.codec_context.thread_count = 1  # the window and the model need the other cores
    if encoder == "libx264":
        stream.options = {"crf": "18", "preset": "veryfast", "bf": "0"}
    else:
        stream.bit_rate = max(1_000_000, width * height * 12)
    return container, stream


def video_frame(picture: Picture) -> av.VideoFrame:
    """4:2:0 colour has no half pixels: odd sides grow by one repeated row or column."""
    height, width = picture.shape[:2]
    if height % 2 or width % 2:
        picture = np.pad(picture, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    return av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
