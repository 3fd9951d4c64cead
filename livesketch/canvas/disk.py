"""Drawings on disk: a file that is read is whole in memory; one that is written is either the old or the new one."""

import errno
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from livesketch.errors import DrawingError


def write_safely(path: Path, content: bytes) -> None:
    """Replace `path` by `content` at once; DrawingError leaves what was there untouched."""
    temporary: Path | None = None
    try:
        handle, name = tempfile.mkstemp(
            prefix=f".{path.name[:40]}.", suffix=".part", dir=path.parent or Path()
        )
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        _give_usual_rights(temporary, path)
        os.replace(temporary, path)
        temporary = None
        _settle_folder(path.parent)
    except OSError as error:
        raise not_written(path, error) from error
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink()


def read_whole(path: Path, largest: int) -> bytes:
    """The bytes of a file, at most `largest` of them; DrawingError where there are none or it cannot be."""
    try:
        if path.stat().st_size > largest:
            raise DrawingError(f"{path.name} is too large to be a drawing.")
        content = path.read_bytes()
    except FileNotFoundError:
        raise DrawingError(f"There is no file {path}.", "Check the name.") from None
    except IsADirectoryError:
        raise DrawingError(f"{path.name} is a folder.", "Name a file in it.") from None
    except OSError as error:
        raise DrawingError(f"{path.name} cannot be read: {error.strerror or error}.") from error
    if not content.strip():
        raise DrawingError(f"{path.name} is empty: there is no drawing in it.")
    return content


def not_written(path: Path, error: OSError) -> DrawingError:
    """The sentence for what the system said when `path` was to be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DrawingError(
            f"{path.name} was not saved: the disk is full.",
            "The old file is as it was. Make room, or save elsewhere.",
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return DrawingError(
            f"{path.name} was not saved: {path.parent} may not be written.", "Save elsewhere."
        )
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return DrawingError(f"{path.name} was not saved: there is no folder {path.parent}.")
    if error.errno == errno.EISDIR or path.is_dir():
        return DrawingError(f"{path.name} was not saved: it is a folder.", "Choose another name.")
    return DrawingError(f"{path.name} was not saved: {error.strerror or error}.", "Save elsewhere.")


def _give_usual_rights(temporary: Path, path: Path) -> None:
    """Those of the file that is replaced, else those that a new file gets here."""
    try:
        mode = path.stat().st_mode & 0o777
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        mode = 0o666 & ~mask
    with suppress(OSError):
        temporary.chmod(mode)


def _settle_folder(folder: Path) -> None:
    """The new name survives a power cut too, where the system can promise it."""
    if os.name != "posix":
        return
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
