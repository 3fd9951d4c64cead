"""Whose people a weights file shows: a file with a reader alone borrows those of its style space."""

from __future__ import annotations

from pathlib import Path

from safetensors import SafetensorError, safe_open

from livesketch.errors import ModelError
from livesketch.places import weights_dir

OWN = "own"  # metadata: the prefix of the tensors that a file holds, where it does not hold all


def people_of(path: Path) -> Path | None:
    """The file that holds what `path` does not, beside it or shipped; None where it holds everything.

    Raises ModelError where that file is not here.
    """
    said = _said(path)
    if not said.get(OWN):
        return None
    space = said.get("style_space", "")
    for folder in (path.parent, weights_dir()):
        for other in sorted(folder.glob("*.safetensors")):
            theirs = _said(other)
            if theirs.get("style_space") == space and OWN not in theirs:
                return other
    raise ModelError(
        f"{path.name} needs the model of the style space {space!r}, which is not here",
        hint="put that model's weights file beside it",
    )


def _said(path: Path) -> dict[str, str]:
    """A file's metadata; nothing of a file that is none."""
    try:
        with safe_open(path, framework="np") as file:
            return dict(file.metadata() or {})
    except (SafetensorError, OSError):
        return {}
