"""Published pickles as plain data: a closed list of types, nothing imported, nothing called, nothing run.

A pickle is a program. This reader gives it inert stand-ins: tensors become descriptions of bytes
that lie in the file, objects with embedded source become their state. Whatever else it asks for
ends the reading.
"""

from __future__ import annotations

import pickle
import pickletools
from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_STEPS = 4_000_000  # of one pickle; a generator, its critic and its average need about 100,000
DTYPES = {
    "FloatStorage": "f4",
    "HalfStorage": "f2",
    "DoubleStorage": "f8",
    "BFloat16Storage": "bf16",
    "LongStorage": "i8",
    "IntStorage": "i4",
    "ShortStorage": "i2",
    "CharStorage": "i1",
    "ByteStorage": "u1",
    "BoolStorage": "?",
}


class RefusedError(Exception):
    """Its text says why, as the end of a sentence about the file."""


def _unalterable(self: object, state: object) -> None:
    raise RefusedError("tries to alter what reads it")


@dataclass(frozen=True)
class Kind:
    """A storage's kind of number."""

    name: str
    __setstate__ = _unalterable

    @property
    def width(self) -> int:
        return 2 if self.name == "bf16" else np.dtype(self.name).itemsize


@dataclass
class Storage:
    """Numbers in a row. `data` may be filled in later, when the file says where they lie."""

    kind: Kind
    count: int
    data: memoryview | None = None
    __setstate__ = _unalterable


@dataclass(frozen=True)
class Stored:
    """A tensor that was not read yet: which numbers, in which order."""

    storage: Storage
    start: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    __setstate__ = _unalterable

    def numpy(self) -> NDArray:
        """The numbers, checked to lie in the file before anything is allocated. Raises RefusedError."""
        storage, kind = self.storage, self.storage.kind
        sane = all(
            type(n) is int and 0 <= n <= 2**40 for n in (self.start, *self.shape, *self.strides)
        )
        if not sane or len(self.shape) != len(self.strides) or len(self.shape) > 8:
            raise RefusedError("holds a tensor without a sane shape")
        many = prod(self.shape)
        reach = sum((n - 1) * step for n, step in zip(self.shape, self.strides, strict=True))
        if storage.data is None or len(storage.data) < storage.count * kind.width:
            raise RefusedError("is cut short: it names numbers that are not in it")
        if many > storage.count or (many and self.start + reach >= storage.count):
            raise RefusedError("holds a tensor that claims more numbers than there are in the file")
        is_half = kind.name == "bf16"
        row = np.frombuffer(storage.data, "<u2" if is_half else kind.name, storage.count)
        if is_half:
            row = (row.astype("<u4") << 16).view("<f4")
        steps = [step * row.itemsize for step in self.strides]
        return np.lib.stride_tricks.as_strided(
            row[self.start :], self.shape, steps, writeable=False
        )


class Ordered(dict):
    """An OrderedDict. PyTorch hangs version numbers on it, which are no entries."""

    __slots__ = ()

    def __setstate__(self, state: object) -> None:
        """Dropped."""


class Record(dict):
    """A dict with another name (EasyDict), or what is as good as one (Namespace)."""

    __slots__ = ()

    def __setstate__(self, state: object) -> None:
        self.update(_dict(state))


@dataclass(frozen=True)
class Held:
    """The state of an object that came with its own source code. The source was dropped."""

    class_name: str
    state: dict[str, Any]
    __setstate__ = _unalterable


class _Standin:
    """What a pickle gets where it asks for a function. It cannot be altered by the pickle."""

    __slots__ = ("_made",)

    def __init__(self, made: Callable[..., object]) -> None:
        object.__setattr__(self, "_made", made)

    def __call__(self, *given: object) -> object:
        return self._made(*given)

    def __setattr__(self, name: str, value: object) -> None:
        raise RefusedError("tries to alter what reads it")

    __setstate__ = _unalterable


class _Number:
    """numpy's dtype of a single number, told by its letters."""

    __slots__ = ("letters",)

    def __init__(self, letters: object, *_: object) -> None:
        if letters not in ("f8", "f4", "f2", "i8", "i4", "i2", "i1", "u1", "b1"):
            raise RefusedError("holds numbers of a kind that is not known")
        self.letters = str(letters)

    def __setstate__(self, state: object) -> None:
        """Byte order and the like, which are the same in every published file."""


def _scalar(kind: object, raw: object = b"") -> float | int | bool:
    if not isinstance(kind, _Number) or not isinstance(raw, bytes):
        raise RefusedError("holds a number that cannot be read")
    return np.frombuffer(raw, "<" + kind.letters, 1)[0].item()


def _tensor(storage: object, start: Any, shape: Any, strides: Any, *_: object) -> Stored:
    if not (
        isinstance(storage, Storage) and isinstance(shape, tuple) and isinstance(strides, tuple)
    ):
        raise RefusedError("holds a tensor that cannot be read")
    return Stored(storage, start, shape, strides)


def _parameter(data: object, *_: object) -> object:
    return data


def _held(meta: object) -> Held:
    said = _dict(meta)
    return Held(str(said.get("class_name", "")), _dict(said.get("state")))


def _dict(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RefusedError("holds an object without its state")
    return value


def _ordered(items: Any = ()) -> Ordered:
    return Ordered(items)


def _set(items: Any = ()) -> set:
    return set(items)


def _size(items: Any = ()) -> tuple:
    return tuple(items)


def _device(*_: object) -> None:
    """Where a tensor was when it was saved is no matter here."""


CALLS: dict[tuple[str, str], Callable[..., object]] = {
    ("collections", "OrderedDict"): _ordered,
    ("torch._utils", "_rebuild_tensor_v2"): _tensor,
    ("torch._utils", "_rebuild_parameter"): _parameter,
    ("torch", "Size"): _size,
    ("torch", "device"): _device,
    ("torch_utils.persistence", "_reconstruct_persistent_obj"): _held,
    ("numpy", "dtype"): _Number,
    ("numpy.core.multiarray", "scalar"): _scalar,
    ("numpy._core.multiarray", "scalar"): _scalar,
    ("builtins", "set"): _set,
    ("__builtin__", "set"): _set,
}
RECORDS = {
    ("dnnlib.util", "EasyDict"),
    ("dnnlib", "EasyDict"),
    ("argparse", "Namespace"),
}
FAMILIAR = {  # what is refused, in words that help
    "dnnlib.tflib": "is a TensorFlow network of the first StyleGAN2 release, which has to be converted first",
    "torch.nn": "holds a whole program object instead of tensors",
    "torch.hub": "asks for a download from the network",
}


class _Reader(pickle.Unpickler):
    """Finds stand-ins only. `numbers` turns what a file calls a storage into one."""

    def __init__(
        self,
        stream: Any,
        numbers: Callable[[tuple], Storage] | None,
        blob: Callable[[bytes], Storage] | None,
    ) -> None:
        super().__init__(stream)
        self._numbers, self._blob = numbers, blob

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in CALLS:
            return _Standin(CALLS[module, name])
        if (module, name) in RECORDS:
            return Record
        if module in ("torch", "torch.storage") and name in DTYPES:
            return Kind(DTYPES[name])
        if (module, name) == ("torch.storage", "_load_from_bytes") and self._blob is not None:
            return _Standin(self._blob)
        for start, words in FAMILIAR.items():
            if module.startswith(start):
                raise RefusedError(words)
        raise RefusedError(f"asks for {module[:40]}.{name[:40]}, and was not run")

    def persistent_load(self, pid: Any) -> Storage:
        if self._numbers is None or not isinstance(pid, tuple):
            raise RefusedError("points to something outside itself")
        return self._numbers(pid)


class Span:
    """Reads a memoryview in order; never hands out, or makes room for, more than is there."""

    def __init__(self, view: memoryview, start: int = 0) -> None:
        self._view, self.place = view, start

    def read(self, size: int | None = -1) -> bytes:
        left = len(self._view) - self.place
        if size is None or size < 0:
            size = left
        if size > left:
            raise RefusedError("is cut short, or claims more bytes than there are")
        self.place += size
        return bytes(self._view[self.place - size : self.place])

    def readline(self, size: int | None = -1) -> bytes:
        start = bytes(self._view[self.place : self.place + 4096])
        length = start.find(b"\n") + 1
        if not length:
            raise RefusedError("holds a line without an end")
        return self.read(length)

    def tell(self) -> int:
        return self.place


def read(
    view: memoryview,
    start: int = 0,
    numbers: Callable[[tuple], Storage] | None = None,
    blob: Callable[[bytes], Storage] | None = None,
) -> tuple[Any, int]:
    """The pickle at `start` as plain data, and where it ends. Raises RefusedError.

    It is walked through once before anything is made of it: every length it claims is there, and
    it keeps no more than it says.
    """
    _walk(view, start)
    span = Span(view, start)
    try:
        return _Reader(span, numbers, blob).load(), span.place
    except RefusedError:
        raise
    except (pickle.UnpicklingError, EOFError, ValueError, TypeError, KeyError) as error:
        raise RefusedError("is a pickle that cannot be read") from error
    except (AttributeError, IndexError, RecursionError, OverflowError, MemoryError) as error:
        raise RefusedError("is a pickle that cannot be read") from error


def _walk(view: memoryview, start: int) -> None:
    span: Any = Span(view, start)
    try:
        for steps, (opcode, argument, _) in enumerate(pickletools.genops(span), 1):
            # an index far beyond what was kept makes the unpickler take gigabytes for its table
            if "PUT" in opcode.name and isinstance(argument, int) and argument > steps:
                raise RefusedError("is a pickle that cannot be read")
            if opcode.name.startswith("EXT") or steps > MOST_STEPS:
                raise RefusedError("is a pickle that cannot be read")
    except RefusedError:
        raise
    except Exception as error:  # genops raises whatever its argument readers do
        raise RefusedError("is cut short, or no pickle") from error
