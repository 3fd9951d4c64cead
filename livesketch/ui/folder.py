"""What lies in a folder, for the file browser; runs in a Worker because a disk may be slow or far away."""

import os
from dataclasses import dataclass
from pathlib import Path

from livesketch.kinds import kind_of

_MOST = 5000


@dataclass(frozen=True)
class Entry:
    """`kind`: "folder", or what kinds.kind_of() says, which is also the name of its icon."""

    name: str
    kind: str


@dataclass(frozen=True)
class Listing:
    """Folders first, then files, by name. `error`: why it cannot be read, in words, or empty."""

    folder: Path
    entries: tuple[Entry, ...] = ()
    error: str = ""


def read_folder(folder: Path) -> Listing:
    entries: list[Entry] = []
    try:
        with os.scandir(folder) as items:
            for item in items:
                if item.name.startswith(".") or len(entries) >= _MOST:
                    continue
                kind = "folder" if _is_folder(item) else kind_of(item.name)
                if kind:
                    entries.append(Entry(item.name, kind))
    except OSError as error:
        return Listing(folder, error=f"This folder cannot be read: {error.strerror or error}.")
    entries.sort(key=lambda entry: (entry.kind != "folder", entry.name.casefold()))
    return Listing(folder, tuple(entries))


def _is_folder(item: "os.DirEntry[str]") -> bool:
    try:
        return item.is_dir()
    except OSError:
        return False
