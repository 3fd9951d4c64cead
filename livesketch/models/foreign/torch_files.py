"""PyTorch's two containers, and the pickles of StyleGAN2-ADA, as plain data with tensors left in the file.

PyTorch itself is not asked: its own loader takes memory for what a file claims before it looks.
"""

from __future__ import annotations

import struct
import zipfile
from typing import Any

from livesketch.models.foreign import pickles
from livesketch.models.foreign.pickles import Kind, RefusedError, Storage

MAGIC = 0x1950A86A20F9469CFC6C
PROTOCOL = 1001
LARGEST_PROGRAM = 64 * 2**20  # bytes of a .pt's pickle, in which no numbers lie
MOST_PARTS = 20_000
HEADER = struct.Struct("<4s5H3I2H")  # a zip's header before each part


def content_of(view: memoryview) -> Any:
    """What a .pt or .pkl holds: dicts, lists, numbers, `Stored`, `Held`. Raises RefusedError."""
    if bytes(view[:4]) == b"PK\x03\x04":
        return _zipped(view)
    if _is_legacy(view):
        return _legacy(view)
    return pickles.read(view, blob=_blob)[0]


def _zipped(view: memoryview) -> Any:
    parts = _parts(view)
    programs = [name for name in parts if name.endswith("/data.pkl") or name == "data.pkl"]
    if len(programs) != 1:
        raise RefusedError("is a zip archive, but no PyTorch file")
    root = programs[0][: -len("data.pkl")]
    order = parts.get(root + "byteorder")
    if order is not None and bytes(order) != b"little":
        raise RefusedError("was saved by a computer with another byte order")
    program = parts[programs[0]]
    if len(program) > LARGEST_PROGRAM:
        raise RefusedError("holds a far larger program than any model")
    known: dict[str, Storage] = {}

    def numbers(pid: tuple) -> Storage:
        kind, key, count = _said(pid)
        if key not in known:
            data = parts.get(f"{root}data/{key}")
            if data is None or len(data) < count * kind.width:
                raise RefusedError("is cut short: it names numbers that are not in it")
            known[key] = Storage(kind, count, data)
        return known[key]

    return pickles.read(program, numbers=numbers)[0]


def _parts(view: memoryview) -> dict[str, memoryview]:
    """The parts of a zip, each a window on the file. Packed ones are refused: PyTorch packs none."""
    window: Any = _Window(view)
    try:
        with zipfile.ZipFile(window) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, struct.error, RuntimeError) as error:
        raise RefusedError("is cut short, or a broken archive") from error
    if len(infos) > MOST_PARTS:
        raise RefusedError("is an archive of far more parts than any model has")
    parts: dict[str, memoryview] = {}
    for info in infos:
        if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
            raise RefusedError("is a packed archive, which could unpack to any size")
        head = bytes(view[info.header_offset : info.header_offset + HEADER.size])
        if len(head) < HEADER.size or not head.startswith(b"PK\x03\x04"):
            raise RefusedError("is cut short, or a broken archive")
        *_, name, extra = HEADER.unpack(head)
        start = info.header_offset + HEADER.size + name + extra
        if start + info.file_size > len(view):
            raise RefusedError("is cut short")
        parts[info.filename] = view[start : start + info.file_size]
    if sum(map(len, parts.values())) > len(view):
        raise RefusedError("is an archive whose parts lie over each other")
    return parts


class _Window:
    """A memoryview as a file one can jump in, without a copy of it."""

    def __init__(self, view: memoryview) -> None:
        self._view, self._place = view, 0

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = 0) -> int:
        place = (0, self._place, len(self._view))[whence] + offset
        if not 0 <= place <= len(self._view):
            raise OSError("beyond the file")
        self._place = place
        return place

    def read(self, size: int = -1) -> bytes:
        left = len(self._view) - self._place
        size = left if size < 0 else min(size, left)
        self._place += size
        return bytes(self._view[self._place - size : self._place])


def _is_legacy(view: memoryview) -> bool:
    return MAGIC.to_bytes(10, "little") in bytes(view[:32])


def _legacy(view: memoryview) -> Any:
    """PyTorch before 1.6: five pickles in a row, then each storage's count and numbers."""
    place, said = 0, []
    for _ in range(3):
        one, place = pickles.read(view, place)
        said.append(one)
    if said[0] != MAGIC or said[1] != PROTOCOL:
        raise RefusedError("is a PyTorch file of a kind that is not known")
    if isinstance(said[2], dict) and said[2].get("little_endian") is False:
        raise RefusedError("was saved by a computer with another byte order")
    known: dict[str, Storage] = {}

    def numbers(pid: tuple) -> Storage:
        kind, key, count = _said(pid)
        if len(pid) > 5 and pid[5] is not None:
            raise RefusedError(
                "holds storages that are parts of others, as no published model does"
            )
        if count * kind.width > len(view):
            raise RefusedError("holds a tensor that claims more numbers than there are in the file")
        return known.setdefault(key, Storage(kind, count))

    content, place = pickles.read(view, place, numbers=numbers)
    keys, place = pickles.read(view, place)
    for key in keys if isinstance(keys, list) else []:
        storage = known.get(str(key))
        if storage is None or place + 8 > len(view):
            raise RefusedError("is cut short")
        (count,) = struct.unpack("<q", view[place : place + 8])
        end = place + 8 + count * storage.kind.width
        if count != storage.count or end > len(view):
            raise RefusedError("is cut short")
        storage.data = view[place + 8 : end]
        place = end
    return content


def _blob(raw: object) -> Storage:
    """One storage, saved as a whole legacy file inside another pickle."""
    if not isinstance(raw, bytes) or not _is_legacy(memoryview(raw)):
        raise RefusedError("holds numbers that cannot be read")
    storage = _legacy(memoryview(raw))
    if not isinstance(storage, Storage):
        raise RefusedError("holds numbers that cannot be read")
    return storage


def _said(pid: tuple) -> tuple[Kind, str, int]:
    if len(pid) < 5 or pid[0] != "storage" or not isinstance(pid[1], Kind):
        raise RefusedError("points to something outside itself")
    count = pid[4]
    if type(count) is not int or not 0 <= count <= 2**40:
        raise RefusedError("holds a tensor without a sane size")
    return pid[1], str(pid[2]), count
