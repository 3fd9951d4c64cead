"""What a fetched file was the first time, by its SHA-256: another one under the same address is noticed."""

import json
from pathlib import Path

from livesketch.disk import write_whole
from livesketch.errors import ModelError
from livesketch.places import user_dir


def pinned(what: str) -> str:
    """The SHA-256 that was kept for an address or a file of one's own; empty where none was."""
    return _kept().get(what, "")


def pin(what: str, digest: str) -> None:
    """Keep it. Raises ModelError where that cannot be written: an unkept pin would protect nobody."""
    kept = _kept() | {what: digest}
    path = _file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(kept, indent=1, sort_keys=True) + "\n")
    except OSError as error:
        raise ModelError(
            f"{path} cannot be written: {error.strerror}.",
            "Is the disk full, or the folder write-protected?",
        ) from error


def _file() -> Path:
    return user_dir("data") / "pins.json"


def _kept() -> dict[str, str]:
    path = _file()
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(
            f"{path} cannot be read, which holds the SHA-256 of what was fetched.",
            "Put it right, or delete it to begin anew.",
        ) from error
    if not isinstance(kept, dict) or not all(isinstance(v, str) for v in kept.values()):
        raise ModelError(f"{path} holds something else than SHA-256 sums.", "Delete it.")
    return kept
