"""Weights files: what can be loaded here, finding one by name, taking in a new one, checking it whole."""

import contextlib
import hashlib
import json
import os
import re
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from livesketch.errors import ModelError
from livesketch.models import torch_part
from livesketch.models.first_bytes import guess, hint_for
from livesketch.models.people import people_of
from livesketch.models.pins import pin, pinned
from livesketch.models.published import PUBLISHED
from livesketch.places import user_dir, weights_dir

SUFFIX = ".safetensors"
DAMAGED = "It may be damaged: fetch it again."


@dataclass(frozen=True)
class ModelInfo:
    """What a weights file says about itself, and where it lies. Only `check` and `add` verify it."""

    name: str
    path: Path
    task: str  # "sketch", "mask", ...
    network: str
    resolution: int  # side of the face in pixels; 0 if the file does not say
    style_space: str
    source: str  # "shipped", "yours" or "file"
    trained_on: str
    terms: str
    size: int  # bytes
    digest: str = ""  # SHA-256; empty until the file was checked
    problem: str = ""  # why it cannot be loaded; empty if nothing is known against it


def own_dir() -> Path:
    return user_dir("data") / "weights"


def list_models() -> list[ModelInfo]:
    """All files that lie where models are looked for, shipped ones first; broken ones say their problem."""
    found = []
    for source, folder in (("shipped", weights_dir()), ("yours", own_dir())):
        for path in sorted(folder.glob(f"*{SUFFIX}")):
            try:
                found.append(read(path, source))
            except ModelError as error:
                found.append(_unreadable(path, source, error))
    return found


def find(name: str) -> Path:
    """The file of a model's name, or of a path. Raises ModelError with what there is instead."""
    if name.lower().endswith(SUFFIX) or "/" in name or os.sep in name or Path(name).is_file():
        path = Path(name).expanduser()
        if path.is_file():
            return path
        raise ModelError(f"There is no file {name}.", "See `livesketch models` for what is here.")
    for folder in (weights_dir(), own_dir()):
        path = folder / (name + SUFFIX)
        if path.is_file():
            return path
    names = [
        path.stem for folder in (weights_dir(), own_dir()) for path in folder.glob("*" + SUFFIX)
    ]
    there = f"There is: {', '.join(sorted(names))}." if names else "There is none at all here yet."
    if any(name == row.name for row in PUBLISHED):
        there = f"`livesketch weights get {name}` fetches it."
    raise ModelError(f"There is no model called {name!r}.", there)


def read(path: Path, source: str = "file") -> ModelInfo:
    """What the file says about itself, from its header alone; nothing in it is executed."""
    looks_like = guess(path)
    if looks_like:
        raise ModelError(f"{path.name} cannot be a model: {looks_like}.", hint_for(looks_like))
    try:
        with safe_open(path, framework="np") as file:
            said = dict(file.metadata() or {})
    except (SafetensorError, OSError) as error:
        raise ModelError(f"{path.name} is cut short, or no .safetensors file.", DAMAGED) from error
    if "network" not in said or "config" not in said:
        raise ModelError(
            f"{path.name} is a .safetensors file, but not one of livesketch's.",
            "Only models made by `livesketch train` can be loaded for now.",
        )
    return ModelInfo(
        name=path.stem,
        path=path,
        task=said.get("task", ""),
        network=said["network"],
        resolution=_resolution(said["config"]),
        style_space=said.get("style_space", ""),
        source=source,
        trained_on=said.get("sources", ""),
        terms=said.get("terms", ""),
        size=path.stat().st_size,
    )


def check(file_or_name: str | Path) -> ModelInfo:
    """Read the whole file: every tensor's name, shape and numbers, the config; gives its SHA-256.

    Raises ModelError for the first thing that is not as it should be.
    """
    path = find(str(file_or_name))
    if is_published(path):
        return read_published(path)[0]
    is_own = path.resolve().parent == own_dir().resolve()
    info = read(path, "yours" if is_own else "file")
    digest, kept = digest_of(path), pinned(path.name) if is_own else ""
    if kept and digest != kept:
        raise ModelError(
            f"{path.name} has changed since it was brought in: its SHA-256 is {digest}, not {kept}.",
            "Bring it in again; if the change is yours, under another name.",
        )
    torch_part("checkpoint").load(path)
    return replace(info, digest=digest)


def add(file: Path, name: str | None = None, terms: str = "") -> ModelInfo:
    """Check a file and copy it to the user's own weights as `name`, or as it is called.

    A published .pt or .pkl is converted on the way, once and in full precision; `terms` are its,
    where they are known.

    Raises ModelError where the file is no sane model, the name is taken by another, or there is
    no room.
    """
    file = Path(file).expanduser()
    if not file.is_file():
        raise ModelError(
            f"There is no file {file}.", "Give the path of a .safetensors, a published .pt or .pkl."
        )
    name = name or file.stem
    if not re.fullmatch(r"[\w][\w .-]{0,63}", name):
        raise ModelError(
            f"A model cannot be called {name!r}.", "Use letters, digits, '-' and '_': --name NAME."
        )
    if is_published(file):
        return _add_published(file, name, terms)
    info = check(str(file.resolve()))
    taken = [path for path in _places(name) if path.is_file()]
    if any(digest_of(path) != info.digest for path in taken):
        raise ModelError(f"There is another model called {name!r}.", "Choose another: --name NAME.")
    if taken:
        return replace(read(taken[0], "yours"), digest=info.digest)
    target = own_dir() / (name + SUFFIX)
    _copy(file, target)
    try:
        people_of(target)
    except ModelError:
        target.unlink()
        raise
    pin(target.name, info.digest)
    return replace(read(target, "yours"), digest=info.digest)


def is_published(path: Path) -> bool:
    """Whether a file may be a model that another program published: by its first bytes and its name."""
    looks_like = guess(path)
    return path.suffix.lower() != SUFFIX and any(w in looks_like for w in ("PyTorch", "pickle"))


def read_published(path: Path) -> tuple[ModelInfo, Any]:
    """What a published file is, and its models.checkpoint.Checkpoint. Raises ModelError.

    The whole file is read and checked; nothing in it is run.
    """
    digest = digest_of(path)
    held, words = torch_part("foreign").load(path)
    info = ModelInfo(
        name=path.stem,
        path=path,
        task=held.task,
        network=held.network_name,
        resolution=held.config.img_resolution,
        # looks are seeds of this very mapping: the same file, the same people
        style_space=f"published-{digest[:16]}",
        source="file",
        trained_on=words,
        terms=held.metadata["terms"],
        size=path.stat().st_size,
        digest=digest,
    )
    return info, held


def published_digest(path: Path) -> str:
    """SHA-256 of the published file that one of our own was made of; empty where it was made here."""
    try:
        with safe_open(path, framework="np") as file:
            return (file.metadata() or {}).get("published_sha256", "")
    except (SafetensorError, OSError):
        return ""


def _add_published(file: Path, name: str, terms: str) -> ModelInfo:
    info, held = read_published(file)
    for path in filter(Path.is_file, _places(name)):
        if read(path).style_space != info.style_space:
            raise ModelError(
                f"There is another model called {name!r}.", "Choose another: --name NAME."
            )
        return replace(read(path, "yours"), digest=digest_of(path))
    target = own_dir() / (name + SUFFIX)
    said = held.metadata | {"style_space": info.style_space, "published_sha256": info.digest}
    said |= {"terms": terms} if terms else {}
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ModelError(
            f"{file.name} cannot be brought to {target.parent}: {error.strerror}.",
            "Is the folder write-protected?",
        ) from error
    torch_part("foreign").save(held, target, said)
    digest = digest_of(target)
    pin(target.name, digest)
    return replace(read(target, "yours"), digest=digest)


def digest_of(path: Path) -> str:
    """SHA-256 of the file, in hexadecimal."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"{path.name} cannot be read: {error.strerror}.") from error


def _places(name: str) -> tuple[Path, Path]:
    return weights_dir() / (name + SUFFIX), own_dir() / (name + SUFFIX)


def _resolution(config: str) -> int:
    with contextlib.suppress(ValueError, TypeError, AttributeError, RecursionError):
        side = json.loads(config).get("img_resolution", 0)
        return side if type(side) is int else 0
    return 0


def _unreadable(path: Path, source: str, error: ModelError) -> ModelInfo:
    size = path.stat().st_size if path.exists() else 0
    return ModelInfo(path.stem, path, "", "", 0, "", source, "", "", size, problem=str(error))


def _copy(file: Path, target: Path) -> None:
    part = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, scratch = tempfile.mkstemp(suffix=".part", dir=target.parent)
        part = Path(scratch)
        with os.fdopen(handle, "wb") as there, file.open("rb") as here:
            shutil.copyfileobj(here, there)
            there.flush()
            os.fsync(there.fileno())
        part.replace(target)
    except OSError as error:
        if part is not None:
            part.unlink(missing_ok=True)
        raise ModelError(
            f"{file.name} cannot be copied to {target.parent}: {error.strerror}.",
            "Is the disk full, or the folder write-protected?",
        ) from error
