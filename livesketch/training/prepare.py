"""Photos become arrays the trainer can use: framed, traced, measured. Resumable; needs no GPU."""

from __future__ import annotations

import io
import json
import tarfile
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from livesketch.errors import OutputError, SourceError
from livesketch.frames import Picture
from livesketch.models.networks.face_lines import EYES
from livesketch.tracing.face import FaceFinder, crop, in_place
from livesketch.training import ages, parsing, raster
from livesketch.training.dataset import ARRAYS

SIDE = 256  # at least
DETAIL = 0.5  # of ink lines
OUTLINE = 128  # points around a person
CHUNK = 200  # photos after which what was done is written down
ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".bmp")
PARTS = ("eye", "mouth", "nose", "ear", "beard", "moustache", "eyeglasses")
LARGEST_YAW = 25.0  # degrees: beyond it half the features cannot be seen
LARGEST_PICTURE = 100e6  # pixels
CHEEKS = (50, 280)
DARKEST = 40  # of 255: there is no photo without a brighter pixel
PARSER_MINUTES = 8.0
HELD_OUT = 20  # one file in so many, by its name, is never trained on

MEASURED = tuple(name for name in ARRAYS if name != "regions")  # of each photo by itself

Row = dict[str, np.ndarray]


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
        row = _row(content, finder, options.is_framed, options.side)
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


def _row(content: bytes, finder: FaceFinder, is_framed: bool, size: int) -> Row | str:
    """The arrays of one photo, or why it is skipped."""
    picture = _decoded(content)
    if picture is None:
        return "unreadable"
    if picture[::4, ::4].max() < DARKEST:  # a mask of class numbers among the photos
        return "black"
    face = finder.find(picture)
    if face is None:
        return "without a face"
    if abs(_yaw(face.landmarks)) > LARGEST_YAW:
        return "turned away"
    if is_framed:
        side = min(picture.shape[:2])
        top, left = (picture.shape[0] - side) // 2, (picture.shape[1] - side) // 2
        square = picture[top : top + side, left : left + side]
        cut = np.asarray(cv2.resize(square, (size, size), interpolation=cv2.INTER_AREA), np.uint8)
        landmarks = (face.landmarks[:, :2] - (left, top)) / side
    else:
        place = face.place
        if place.side < size / 3:
            return "too small"
        if _outside(place, picture.shape) > 0.2:
            return "cut by the border"
        cut = crop(picture, place, size)
        landmarks = in_place(face.landmarks, place, size)[:, :2] / size
    outline, inside = _outline(finder.silhouette(cut))
    return {
        "pictures": cut,
        "ink": raster.inked(cut, DETAIL),
        "landmarks": landmarks.astype(np.float32),
        "outlines": outline,
        "inside": inside,
        "tone": _tone(cut, landmarks),
    }


def _decoded(content: bytes) -> Picture | None:
    try:
        with Image.open(io.BytesIO(content)) as image:
            if image.width * image.height > LARGEST_PICTURE or min(image.size) < 64:
                return None
            image.draft("RGB", (1600, 1600))  # a JPEG larger than needed is read smaller
            return np.array(image.convert("RGB"), np.uint8)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def _yaw(landmarks: np.ndarray) -> float:
    """Degrees the head is turned, from the depth of its two sides."""
    left, right = landmarks[EYES[0][0]], landmarks[EYES[1][0]]
    return float(np.degrees(np.arctan2(right[2] - left[2], np.hypot(*(right - left)[:2]))))


def _outside(place, shape: tuple[int, ...]) -> float:
    """The share of a square that lies outside the photo."""
    wide = min(place.x + place.side, shape[1]) - max(place.x, 0)
    tall = min(place.y + place.side, shape[0]) - max(place.y, 0)
    return 1 - max(wide, 0) * max(tall, 0) / place.side**2


def _outline(mask: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """Points (OUTLINE, 2) around the person, and which of them are not the picture's border."""
    empty = np.zeros((OUTLINE, 2), np.float32), np.zeros(OUTLINE, bool)
    if mask is None:
        return empty
    solid = cv2.morphologyEx(
        (mask > 0.5).astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8)
    )
    found, _ = cv2.findContours(np.pad(solid, 1), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not found:
        return empty
    line = max(found, key=len)[:, 0].astype(np.float32) - 1
    around = np.concatenate([line[-2:], line, line[:2]])
    if len(line) < 20:
        return empty
    smooth = np.stack([np.convolve(around[:, j], np.ones(5) / 5, "valid") for j in (0, 1)], 1)
    points = smooth[np.round(np.linspace(0, len(smooth) - 1, OUTLINE)).astype(int)]
    size = len(mask)
    inside = ((points > 3) & (points < size - 4)).all(1)
    return ((points + 0.5) / size).astype(np.float32), inside


def _tone(picture: Picture, landmarks: np.ndarray) -> np.ndarray:
    """Individual typology angle of the cheeks (Chardon 1991), degrees; higher is lighter."""
    lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    size, patches = len(picture), []
    half = size // 32
    for x, y in (landmarks[list(CHEEKS)] * size).astype(int).clip(half, size - half):
        patches.append(lab[y - half : y + half, x - half : x + half].reshape(-1, 3))
    lightness, _, yellow = np.median(np.concatenate(patches), axis=0)
    return np.array(np.degrees(np.arctan2(lightness - 50, max(yellow, 1e-3))), np.float32)


def _join(scratch: Path, data: Path) -> None:
    """All chunks' arrays, one file each, so that they can be memory-mapped."""
    paths = sorted(scratch.glob("*.npz"))
    for name in MEASURED:
        pieces = []
        for path in paths:
            with np.load(path) as chunk:
                if name in chunk:
                    pieces.append(chunk[name])
        part = data / f"{name}.part"
        with part.open("wb") as file:
            np.save(file, np.concatenate(pieces))
        part.replace(data / f"{name}.npy")
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
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        np.save(file, regions)
    part.replace(path)


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
