"""Photos become arrays the trainer can use: framed, traced, measured. Resumable; needs no GPU."""

from __future__ import annotations

import json
import tarfile
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from livesketch.errors import OutputError, SourceError
from livesketch.tracing.face import FaceFinder
from livesketch.training import ages, parsing
from livesketch.training.dataset import ARRAYS, keep
from livesketch.training.measured import Row, measured

SIDE = 256  # at least
CHUNK = 200  # photos after which what was done is written down
ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".bmp")
PARTS = ("eye", "mouth", "nose", "ear", "beard", "moustache", "eyeglasses")
PARSER_MINUTES = 8.0
HELD_OUT = 20  # one file in so many, by its name, is never trained on

MEASURED = tuple(name for name in ARRAYS if name != "regions")  # of each photo by itself


@dataclass(frozen=True)
class PrepareOptions:
    photos: tuple[Path, ...]  # folders, searched deeply, and tar files
    data: Path  # where the arrays go
    parts: Path | None = None  # folder of Quick, Draw! .ndjson
    is_framed: bool = False  # the photos share one frame already: it is kept
    masks: Path | None = None  # tar with photos and masks, to learn what is hair, skin, cloth …
    ages: Path | None = None  # how old people in some of them are, see ages.py
    side: int = SIDE  # of the pictures that are kept, pixels


def prepare(options: PrepareOptions, say: Callable[[str], None]) -> None:
    """Write the arrays of dataset.Prepared. Start again after an interruption: it goes on.

    Broken pictures and pictures without a face are skipped and counted. Raises SourceError if
    nothing is left, OutputError if the folder cannot be written.
    """
    scratch = options.data / "chunks"
    known = {} if options.ages is None else ages.read(options.ages)
    try:
        scratch.mkdir(parents=True, exist_ok=True)
        names, skipped = _chunks(options, scratch, say)
        count = len(names)
        if not count:
            raise SourceError(
                "no face was found in any of the photos",
                hint=f"skipped: {_words(skipped)}" if skipped else "the folders hold no pictures",
            )
        _join(scratch, options.data)
        ages.write(options.data, [_file(name) for name in names], known, say)
        _write_regions(options, say)
        if options.parts is not None:
            _write_parts(options.parts, options.data / "parts.json")
    except OSError as error:
        raise OutputError(
            f"the prepared photos could not be written to {options.data}: {error.strerror}",
            hint="make room and start again: what is done is kept",
        ) from error
    say(f"prepared {count} photos; skipped: {_words(skipped) or 'none'}")


def _words(skipped: dict[str, int]) -> str:
    return ", ".join(f"{n} {why}" for why, n in sorted(skipped.items()))


def _chunks(
    options: PrepareOptions, scratch: Path, say: Callable[[str], None]
) -> tuple[list[str], dict[str, int]]:
    """-> the names of what was prepared, in order; why how many were skipped."""
    chunks = list(_in_chunks(_listed(options.photos)))
    finder, done_names, spoken = FaceFinder(is_still=True), list[str](), time.monotonic()
    skipped: dict[str, int] = {}
    try:
        for k, names in enumerate(chunks):
            path = scratch / f"{k:05d}.npz"
            # other photos now, or another size: the chunk is made anew
            mark = zlib.crc32("\n".join([str(options.side), *names]).encode())
            done = _done(path, mark)
            if done is None:
                done = _make_chunk(path, names, mark, finder, options)
            done_names += done["names"]
            for why, n in done["skipped"].items():
                skipped[why] = skipped.get(why, 0) + n
            if time.monotonic() - spoken > 10:
                say(f"{len(done_names)} photos prepared, skipped: {_words(skipped) or 'none'}")
                spoken = time.monotonic()
        for path in sorted(scratch.glob("*.npz"))[len(chunks) :]:
            path.unlink()
    finally:
        finder.close()
    return done_names, skipped


def _listed(places: tuple[Path, ...]) -> list[str]:
    """ "path" or "tar::member" of everything that is named like a picture, in a fixed order."""
    names: list[str] = []
    for place in places:
        if place.is_dir():
            found = (p for p in sorted(place.rglob("*")) if p.suffix.lower() in ENDINGS)
            names += [str(p) for p in found]
        elif place.is_file():
            try:
                with tarfile.open(place) as tar:
                    members = [m.name for m in tar if m.name.lower().endswith(ENDINGS)]
            except (tarfile.TarError, OSError) as error:
                raise SourceError(f"{place} is neither a folder nor a tar of photos") from error
            names += [f"{place}::{m}" for m in members]
        else:
            raise SourceError(f"there is no {place}")
    if not names:
        raise SourceError("there are no pictures there", hint=f"known: {' '.join(ENDINGS)}")
    return [n for n in names if zlib.crc32(_file(n).encode()) % HELD_OUT]


def _file(name: str) -> str:
    return name.rsplit("::", 1)[-1].rsplit("/", 1)[-1]


def _in_chunks(names: list[str]) -> Iterator[list[str]]:
    for k in range(0, len(names), CHUNK):
        yield names[k : k + CHUNK]


def _done(path: Path, mark: int) -> dict | None:
    try:
        with np.load(path) as chunk:
            done = json.loads(str(chunk["done"]))
    except (OSError, ValueError, KeyError, EOFError):
        return None
    return done if done.get("mark") == mark and "names" in done else None


def _make_chunk(
    path: Path, names: list[str], mark: int, finder: FaceFinder, options: PrepareOptions
) -> dict:
    rows: list[Row] = []
    kept: list[str] = []
    skipped: dict[str, int] = {}
    for name, content in zip(names, _contents(names), strict=True):
        row = measured(content, finder, options.is_framed, options.side)
        if isinstance(row, str):
            skipped[row] = skipped.get(row, 0) + 1
        else:
            rows.append(row)
            kept.append(name)
    done = {"mark": mark, "names": kept, "skipped": skipped}
    arrays = {name: np.stack([row[name] for row in rows]) for name in MEASURED} if rows else {}
    scratch = path.with_suffix(".part")
    with scratch.open("wb") as file:
        np.savez(file, done=np.array(json.dumps(done)), **arrays)
    scratch.replace(path)
    return done


def _contents(names: list[str]) -> Iterator[bytes]:
    """What is in each file; of a file that cannot be read, nothing."""
    tars: dict[str, tarfile.TarFile] = {}
    try:
        for name in names:
            tar, _, member = name.rpartition("::")
            try:
                if not tar:
                    yield Path(name).read_bytes()
                    continue
                if tar not in tars:
                    tars[tar] = tarfile.open(tar)  # noqa: SIM115 - closed below, many reads share it
                stream = tars[tar].extractfile(member)
                yield stream.read() if stream else b""
            except (OSError, tarfile.TarError, KeyError):
                yield b""
    finally:
        for opened in tars.values():
            opened.close()


def _join(scratch: Path, data: Path) -> None:
    """All chunks' arrays, one file each, so that they can be memory-mapped."""
    paths = sorted(scratch.glob("*.npz"))
    for name in MEASURED:
        pieces = []
        for path in paths:
            with np.load(path) as chunk:
                if name in chunk:
                    pieces.append(chunk[name])
        keep(data / f"{name}.npy", np.concatenate(pieces))
        del pieces


def _write_regions(options: PrepareOptions, say: Callable[[str], None]) -> None:
    """What is where in every photo; without masks to learn that from, what MediaPipe's outline tells."""
    pictures = np.load(options.data / "pictures.npy", mmap_mode="r")
    path = options.data / "regions.npy"
    if options.masks is not None:
        mark = options.data / "parser.pt"
        net = parsing.remembered(mark) or parsing.learn(options.masks, PARSER_MINUTES, 0, say)
        parsing.remember(net, mark)
        regions = parsing.regions_of(net, pictures)
    else:
        landmarks, outlines = (
            np.load(options.data / f"{n}.npy") for n in ("landmarks", "outlines")
        )
        regions = parsing.guessed(landmarks, outlines)
    keep(path, regions)


def _write_parts(folder: Path, path: Path) -> None:
    """Human-drawn parts of faces, each in a unit box; never whole faces, which are for measuring."""
    parts: dict[str, list] = {}
    for kind in PARTS:
        source = folder / f"{kind}.ndjson"
        if not source.exists():
            continue
        for text in source.read_text().splitlines():
            strokes = [np.array(s[:2], np.float32).T for s in json.loads(text)["drawing"]]
            every = np.concatenate(strokes)
            low, size = every.min(0), np.maximum(np.ptp(every, axis=0), 1)
            boxed = [((s - low) / size).round(3).tolist() for s in strokes if len(s) > 1]
            parts.setdefault(kind, []).append(boxed)
    path.write_text(json.dumps(parts))
