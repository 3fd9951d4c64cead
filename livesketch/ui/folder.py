"""What lies in a folder, for the file browser; runs in a Worker because a disk may be slow or far away."""

import os
from dataclasses import dataclass
from pathlib import Path

_MOST = 5000
KINDS: dict[str, tuple[str, ...]] = {
    "drawing": (".livesketch", ".svg", ".ndjson"),
    "picture": (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff", ".gif"),
    "video": (".mp4", ".mov", ".mkv", ".avi", ".webm", ".m4v"),
}


@dataclass(frozen=True)
class Entry:
    """`kind`: "folder", or a key of KINDS, which is also the name of its icon."""

    name: str
    kind: str


@dataclass(frozen=True)
class Listing:
    """Folders first, then files, by name. `error`: why it cannot be read, in words, or empty."""

    folder: Path
    entries: tuple[Entry, ...] = ()
    error: str = ""


def kind_of(name: str) -> str:
    """ "drawing", "picture", "video", or "" for what livesketch does not open."""
    ending = os.path.splitext(name)[1].lower()
    return next((kind for kind, endings in KINDS.items() if ending in endings), "")


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
