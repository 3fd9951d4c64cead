"""Pictures that move, in a file: .mp4, .gif or .webp, whole or not there at all."""

from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from livesketch.errors import OutputError
from livesketch.frames import Picture
from livesketch.outputs.files import VideoFile, whole

ENDINGS = (".mp4", ".gif", ".webp")


def write_moving(path: Path, pictures: Iterator[Picture], size: tuple[int, int], fps: int) -> int:
    """Every picture is (height, width, 3) of that size; returns how many there were.

    The same array again is the same picture: it is not encoded twice where the format allows.
    OutputError for an ending nobody knows, and where the disk does not take it.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise OutputError(
            f"{path.name} is no film that can be made.", f"Known are {' '.join(ENDINGS)}."
        )
    if ending == ".mp4":
        return _film(path, pictures, size, fps)
    return _animation(path, pictures, fps)


def _film(path: Path, pictures: Iterator[Picture], size: tuple[int, int], fps: int) -> int:
    file = VideoFile(path, size, fps)
    try:
        for picture in pictures:
            file.write(picture)
        file.close()
    finally:
        file.discard()
    return file.frames


def _animation(path: Path, pictures: Iterator[Picture], fps: int) -> int:
    frames, durations = [], []
    last: Picture | None = None
    count = 0
    for picture in pictures:
        count += 1
        if picture is last:
            durations[-1] += 1
            continue
        last = picture
        image = Image.fromarray(picture)
        # a palette of its own for each picture: faces have many shades
        frames.append(image.quantize(256) if path.suffix.lower() == ".gif" else image)
        durations.append(1)
    if not frames:
        raise OutputError("There is nothing to show in a film.", "Draw something first.")
    with whole(path) as part:
        frames[0].save(
            part,
            format=path.suffix[1:].upper(),
            save_all=True,
            append_images=frames[1:],
            duration=[_milliseconds(number, fps) for number in durations],
            loop=0,
            quality=85,
        )
    return count


def _milliseconds(frames: int, fps: int) -> int:
    """GIF counts in hundredths of a second, and players take less than two of them for ten."""
    return max(20, round(100 * frames / fps) * 10)
