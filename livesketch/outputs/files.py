"""Pictures and videos into files: whole and readable, or not there at all."""

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import av
import av.error
import numpy as np
from av.video.stream import VideoStream
from PIL import Image

from livesketch.errors import OutputError
from livesketch.frames import Picture, Sketch

# The first one that this PyAV can write with. libx264 is GPL and therefore missing from some builds.
ENCODERS: tuple[str, ...] = ("libx264", "libopenh264", "mpeg4")

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}


def make_folder(folder: Path) -> None:
    """The folder and those above it; OutputError where that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if isinstance(error, FileExistsError | NotADirectoryError):
            raise OutputError(
                f"{folder} cannot be a folder: a file has that name.", "Choose another folder."
            ) from error
        raise said(error, folder) from error


def write_png(picture: Picture, path: Path) -> None:
    """`picture` (H, W, 3) RGB, or (H, W) grey, uint8, into `path`, replaced in one step."""
    if picture.dtype != np.uint8 or picture.ndim not in (2, 3):
        raise ValueError(f"not a picture: {picture.dtype} {picture.shape}")
    with whole(path) as part, part.open("wb") as file:
        Image.fromarray(np.ascontiguousarray(picture)).save(file, "PNG")
        file.flush()
        os.fsync(file.fileno())


def write_sketch(sketch: Sketch, path: Path) -> None:
    """A sketch as a grey PNG: what was 0 is black ink, what was 1 is white paper."""
    write_png(np.rint(np.clip(sketch, 0.0, 1.0) * 255.0).astype(np.uint8), path)


def write_bytes(data: bytes, path: Path) -> None:
    with whole(path) as part, part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A name to write to, beside `path`, that becomes `path` if the block ends well and vanishes if not."""
    part = _begin(path)
    try:
        yield part
        _finish(part, path)
    except OSError as error:
        raise said(error, path) from error
    finally:
        with suppress(OSError):
            part.unlink()


class VideoFile:
    """An H.264 .mp4 (MPEG-4 part 2 where no H.264 encoder is there) that appears when close() ends well.

    `size` is (width, height); odd sides grow by one repeated row or column, because 4:2:0 colour
    has no half pixels. discard(), or leaving the with-block by an exception, leaves nothing behind.
    """

    def __init__(
        self,
        path: Path,
        size: tuple[int, int],
        fps: float | Fraction = 30,
        encoders: tuple[str, ...] = ENCODERS,
    ) -> None:
        self._path = path
        self._size = size
        self.frames = 0
        self._is_open = True
        self._part = _begin(path)
        try:
            self._container = av.open(
                str(self._part), "w", format="mp4", options={"movflags": "+faststart"}
            )
        except (OSError, av.error.FFmpegError) as error:
            self._remove()
            raise said(error, path) from error
        try:
            self._stream = self._new_stream(usable(encoders), Fraction(fps))
        except (OSError, ValueError, av.error.FFmpegError) as error:
            self.discard()
            raise OutputError(
                f"{path.name} cannot be encoded as a video of {size[0]}×{size[1]}.",
                f"The encoder said: {error}",
            ) from error

    def write(self, picture: Picture) -> None:
        """One more picture, of the size that the file was opened with."""
        width, height = self._size
        if picture.shape != (height, width, 3) or picture.dtype != np.uint8:
            raise ValueError(f"not a {width}x{height} picture: {picture.dtype} {picture.shape}")
        even = np.pad(picture, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(even), format="rgb24")
        frame.pts = self.frames
        try:
            for packet in self._stream.encode(frame):
                self._container.mux(packet)
        except (OSError, av.error.FFmpegError) as error:
            self.discard()
            raise said(error, self._path) from error
        self.frames += 1

    def close(self) -> None:
        """Finish and put the file in place; without a single picture there is no file."""
        if not self._is_open:
            return
        if self.frames == 0:
            self.discard()
            return
        self._is_open = False
        try:
            for packet in self._stream.encode(None):
                self._container.mux(packet)
            self._container.close()
            _finish(self._part, self._path)
        except (OSError, av.error.FFmpegError) as error:
            raise said(error, self._path) from error
        finally:
            self._remove()

    def discard(self) -> None:
        """Stop, and leave nothing behind."""
        self._is_open = False
        self._remove()

    def __enter__(self) -> "VideoFile":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()

    def _new_stream(self, encoder: str, fps: Fraction) -> VideoStream:
        stream = self._container.add_stream(encoder, rate=fps.limit_denominator(1001))
        if not isinstance(stream, VideoStream):
            raise ValueError(f"{encoder} is no video encoder")
        width, height = self._size
        stream.width = width + width % 2
        stream.height = height + height % 2
        stream.pix_fmt = "yuv420p"
        if encoder == "libx264":
            stream.options = {"crf": "17", "preset": "fast"}
        else:
            stream.bit_rate = max(1_000_000, width * height * 12)
        return stream

    def _remove(self) -> None:
        # Closing writes the file's index, which fails on a full disk; the file goes anyway.
        with suppress(OSError, av.error.FFmpegError, AttributeError):
            self._container.close()
        with suppress(OSError):
            self._part.unlink()


def usable(encoders: tuple[str, ...]) -> str:
    for name in encoders:
        with suppress(ValueError, av.error.FFmpegError):
            av.Codec(name, "w")
            return name
    raise ValueError(f"this PyAV has none of {', '.join(encoders)}")


def _begin(path: Path) -> Path:
    """Where to write what shall become `path`; OutputError where it is plain that it cannot."""
    target = path.resolve()
    try:
        kind = target.stat().st_mode if target.exists() else None
        if kind is not None and stat.S_ISDIR(kind):
            raise OutputError(f"{path} is a folder.", "Name a file.")
        if kind is not None and not stat.S_ISREG(kind):
            # os.replace would put a file where a device was.
            raise OutputError(f"{path} is not an ordinary file.", "Choose another name.")
        if kind is not None and not os.access(target, os.W_OK):
            raise PermissionError(errno.EACCES, "read-only")
        part = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}.part")
        part.touch(exist_ok=False)
    except OSError as error:
        raise said(error, path) from error
    return part


def _finish(part: Path, path: Path) -> None:
    os.replace(part, path.resolve())


def is_full(error: Exception) -> bool:
    return getattr(error, "errno", None) in _FULL


def is_forbidden(error: Exception) -> bool:
    return getattr(error, "errno", None) in _FORBIDDEN


def said(error: Exception, path: Path) -> OutputError:
    """What the system's error means for someone who wanted a file."""
    code = getattr(error, "errno", None)
    if is_full(error):
        return OutputError(
            f"{path.name} was not written: the disk is full.", "Make room, or choose another disk."
        )
    if is_forbidden(error):
        return OutputError(
            f"{path} may not be written.", "Choose a place where you may write, or ask for it."
        )
    if code in (errno.ENOENT, errno.ENOTDIR):
        return OutputError(f"{path} cannot be written: there is no folder {path.parent}.")
    if code == errno.ENAMETOOLONG:
        return OutputError("The file's name is too long for this disk.", "Choose a shorter one.")
    return OutputError(f"{path} was not written.", f"The system said: {error}")
