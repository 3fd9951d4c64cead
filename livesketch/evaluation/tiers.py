"""The set that a model is measured on: a folder of drawings per tier, never pooled."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from livesketch.canvas.drawing_file import load
from livesketch.canvas.interchange import read_quickdraw
from livesketch.canvas.raster import render_sketch
from livesketch.canvas.stroke import Stroke
from livesketch.errors import LivesketchError, UsageError
from livesketch.frames import Point, Sketch
from livesketch.sources.picture import read_sketch

TIERS = ("doodles", "amateur", "skilled", "traced")
DRAWINGS = (".png", ".ndjson", ".livesketch")
PHOTOS = (".photo.png", ".photo.jpg", ".photo.jpeg", ".photo.webp")
SKETCH_SIDE = 256

Say = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Drawing:
    """One drawing of the set. `strokes` is None where only a picture is known."""

    name: str
    sketch: Sketch
    strokes: tuple[Stroke, ...] | None = None
    photo: Path | None = None

    @property
    def begun_at(self) -> Point | None:
        """Where the pen first touched the paper, if that is known."""
        return self.strokes[0].start if self.strokes else None

    def at(self, strokes: Sequence[Stroke]) -> Sketch:
        """What the model sees when these strokes, a part of this drawing's, are on the paper.

        Framed as in the program, unless a photo lies behind: that fixes where everything is.
        """
        sketch, _ = render_sketch(strokes, SKETCH_SIDE, is_framed=self.photo is None)
        return sketch


def read_tiers(folder: Path, say: Say, limit: int | None = None) -> dict[str, list[Drawing]]:
    """The drawings of every tier, at most `limit` each, by name; broken files are named and left out.

    Raises UsageError where there is no folder, or none of the tiers in it, or nothing to measure.
    """
    if not folder.is_dir():
        raise UsageError(f"There is no folder {folder}.", f"It holds {', '.join(TIERS)}.")
    present = [tier for tier in TIERS if (folder / tier).is_dir()]
    if not present:
        raise UsageError(
            f"{folder} holds none of the folders {', '.join(TIERS)}.",
            "Put drawings into a folder named for how skilled they are.",
        )
    drawings = {tier: _read_tier(folder / tier, say, limit) for tier in present}
    if not any(drawings.values()):
        raise UsageError(
            f"There are no drawings in {folder}.", f"They end in {', '.join(DRAWINGS)}."
        )
    return {tier: drawings.get(tier, []) for tier in TIERS}


def _read_tier(folder: Path, say: Say, limit: int | None) -> list[Drawing]:
    drawings: list[Drawing] = []
    for path in sorted(folder.iterdir()):
        name = path.name.lower()
        if not name.endswith(DRAWINGS) or name.endswith(PHOTOS) or name.startswith("."):
            continue
        if limit is not None and len(drawings) >= limit:
            break
        try:
            drawings += _read(path)
        except LivesketchError as error:
            say(f"{folder.name}/{path.name} is left out: {error}")
    return drawings[:limit]


def _read(path: Path) -> list[Drawing]:
    photo = _photo(path)
    if path.suffix.lower() == ".png":
        return [Drawing(path.stem, read_sketch(path), None, photo)]
    many = path.suffix.lower() == ".ndjson"
    documents = read_quickdraw(path) if many else [load(path)]
    drawings = []
    for number, document in enumerate(documents, 1):
        strokes = tuple(document.strokes)
        if strokes:
            name = path.stem if len(documents) == 1 else f"{path.stem}-{number:04d}"
            sketch, _ = render_sketch(strokes, SKETCH_SIDE, is_framed=photo is None)
            drawings.append(Drawing(name, sketch, strokes, photo))
    return drawings


def _photo(path: Path) -> Path | None:
    candidates = (path.with_name(path.stem + ending) for ending in PHOTOS)
    return next((candidate for candidate in candidates if candidate.is_file()), None)
