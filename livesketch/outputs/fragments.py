"""The end of a film that could not be written whole: half a fragment, which players stumble over, is cut off."""

import os
from pathlib import Path

_LARGE, _TO_THE_END = 1, 0  # sizes with a meaning of their own (ISO 14496-12)


def cut_to_whole(path: Path) -> None:
    """Shorten the .mp4 to its last whole fragment. OSError where it cannot be read or shortened."""
    length = path.stat().st_size
    with path.open("r+b") as file:
        whole = place = 0
        while place + 8 <= length:
            file.seek(place)
            head = file.read(16)
            size, kind = int.from_bytes(head[:4], "big"), head[4:8]
            if size == _LARGE:
                size = int.from_bytes(head[8:16], "big")
            if size == _TO_THE_END or size < 8 or place + size > length:
                break
            place += size
            if kind != b"moof":  # a description of what must follow
                whole = place
        if 0 < whole < length:
            file.truncate(whole)
            os.fsync(file.fileno())
