"""Drawings on disk: a file that is read is whole in memory; one that is written is either the old or the new one."""

import errno
import stat
from pathlib import Path

from livesketch.disk import write_whole
from livesketch.errors import DrawingError


def write_safely(path: Path, content: bytes) -> None:
    """Replace `path` by `content` at once; DrawingError leaves what was there untouched."""
    try:
        write_whole(path, content)
    except OSError as error:
        raise not_written(path, error) from error


def read_whole(path: Path, largest: int) -> bytes:
    """The bytes of a file, at most `largest` of them; DrawingError where there are none or it cannot be."""
    try:
        state = path.stat()
        if not (stat.S_ISREG(state.st_mode) or stat.S_ISDIR(state.st_mode)):
            # a pipe would be waited for until somebody writes into it
            raise DrawingError(f"{path.name} is no ordinary file.", "Name a drawing.")
        if state.st_size > largest:
            raise DrawingError(f"{path.name} is too large to be a drawing.")
        content = path.read_bytes()
    except FileNotFoundError:
        raise DrawingError(f"There is no file {path}.", "Check the name.") from None
    except IsADirectoryError:
        raise DrawingError(f"{path.name} is a folder.", "Name a file in it.") from None
    except PermissionError:
        raise DrawingError(f"{path.name} may not be read.", "Check its permissions.") from None
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
