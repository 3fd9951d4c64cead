"""Where things lie on disk: what ships with the program, and what belongs to the user."""

import os
from datetime import datetime
from pathlib import Path
from typing import Literal

import platformdirs

_PACKAGE = Path(__file__).parent


def _shipped(name: str) -> Path:
    in_wheel = _PACKAGE / name
    return in_wheel if in_wheel.is_dir() else _PACKAGE.parent / name


def weights_dir() -> Path:
    return _shipped("weights")


def assets_dir() -> Path:
    return _shipped("assets")


def user_dir(kind: Literal["config", "data", "cache", "log"]) -> Path:
    """The user's own folder of that kind; it may not exist yet. LIVESKETCH_HOME moves all of them."""
    home = os.environ.get("LIVESKETCH_HOME")
    if home:
        return Path(home) / kind
    folders = {
        "config": platformdirs.user_config_path,
        "data": platformdirs.user_data_path,
        "cache": platformdirs.user_cache_path,
        "log": platformdirs.user_log_path,
    }
    return folders[kind]("livesketch", appauthor=False)


def home_folder(name: str) -> Path:
    """The user's "Pictures" or "Videos" where there is one, else their home."""
    folder = Path.home() / name
    return folder if folder.is_dir() else Path.home()


def free_name(folder: Path, what: str, ending: str) -> Path:
    """A name nobody has there yet: face-2026-11-22-201530.png."""
    stem = datetime.now().strftime(f"{what}-%Y-%m-%d-%H%M%S")
    path, number = folder / f"{stem}{ending}", 2
    while path.exists():
        path, number = folder / f"{stem}-{number}{ending}", number + 1
    return path
