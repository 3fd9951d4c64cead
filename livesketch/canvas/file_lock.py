"""Whose file is it: a lock that the system lifts when the program that holds it dies."""

import sys
from typing import IO

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_LOCKED_BYTE = 2**40  # beyond the end of any file: nobody is kept from reading


def take_lock(file: IO[bytes]) -> bool:
    """Lock an open file until it is closed; False where another open file has the lock."""
    try:
        if sys.platform == "win32":
            position = file.tell()
            file.seek(_LOCKED_BYTE)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            file.seek(position)
        else:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
