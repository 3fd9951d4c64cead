"""The 25 hard heads of the camera's bar: pictures beside the project, made hard to find."""

import tarfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from livesketch.frames import Picture, Place
from livesketch.tracing.chains import CHIN, FOREHEAD
from livesketch.tracing.face import FaceFinder

LIST = Path(__file__).parent / "heads.toml"
STAGE = (640, 480)
DIM = 0.15  # of the light
SMALL = 45  # pixels from forehead to chin, in a picture of 480
GROUND = 96


@dataclass(frozen=True, eq=False)
class Head:
    """`place`: where its square really is in `picture`."""

    kind: str
    name: str
    picture: Picture
    place: Place


def hard_heads(shared: Path) -> list[Head]:
    """Every head of heads.toml. The easy picture of each tells where the face is."""
    listed = [(kind, name) for kind, names in _listed().items() for name in names]
    pictures = _read(shared / "data" / "faces")
    finder = FaceFinder(is_still=True)
    heads = []
    for number, (kind, name) in enumerate(listed):
        face = finder.find(pictures[name])
        assert face is not None, f"{name} is not even found as it is"
        height = float(np.hypot(*(face.landmarks[CHIN, :2] - face.landmarks[FOREHEAD, :2])))
        side = round(len(pictures[name]) * SMALL / height) if kind == "small" else 400
        scale = side / len(pictures[name])
        picture = pictures[name]
        if kind == "barred":
            picture = _barred(picture, face.landmarks, number)
        stage, (x, y) = staged(picture, side, number)
        if kind == "dimmed":
            stage = (stage * DIM).astype(np.uint8)
        p = face.place
        place = Place(p.x * scale + x, p.y * scale + y, p.side * scale, p.roll)
        heads.append(Head(kind, name, stage, place))
    finder.close()
    return heads


def blurred_out(shared: Path, count: int) -> Iterator[Picture]:
    """The same people with their faces blurred away, at four sizes."""
    names = sorted(name for names in _listed().values() for name in names)
    pictures = _read(shared / "data" / "faces")
    finder = FaceFinder(is_still=True)
    blurred = []
    for name in names:
        picture = pictures[name]
        face = finder.find(picture)
        assert face is not None
        outline = cv2.convexHull(face.landmarks[:, :2].astype(np.int32))
        mask = np.zeros(picture.shape[:2], np.uint8)
        cv2.fillConvexPoly(mask, outline, (255,))
        wide = cv2.dilate(mask, np.ones((41, 41), np.uint8))
        soft = np.asarray(cv2.GaussianBlur(wide, (0, 0), 6), np.float32)[..., None] / 255
        blurred.append(picture * (1 - soft) + cv2.GaussianBlur(picture, (0, 0), 40) * soft)
    finder.close()
    for n in range(count):
        side = (400, 300, 200, 140)[n * 4 // count]
        yield staged(blurred[n % len(blurred)].astype(np.uint8), side, n)[0]


def is_at(found: Place, true: Place) -> bool:
    """Within a fifth of the square's side, and of a like size."""
    away = np.hypot(
        found.x + found.side / 2 - true.x - true.side / 2,
        found.y + found.side / 2 - true.y - true.side / 2,
    )
    return bool(away < true.side / 5 and 0.7 < found.side / true.side < 1.4)


def _listed() -> dict[str, list[str]]:
    return tomllib.loads(LIST.read_text())


@cache
def _read(folder: Path) -> dict[str, Picture]:
    names = {name for names in _listed().values() for name in names}
    pictures: dict[str, Picture] = {}
    for path in sorted(folder.glob("*.tar")):
        with tarfile.open(path) as tar:
            for member in tar:
                if member.name in names and (file := tar.extractfile(member)) is not None:
                    pictures[member.name] = np.array(Image.open(file).convert("RGB"))
    return pictures


def staged(picture: Picture, side: int, seed: int) -> tuple[Picture, tuple[int, int]]:
    """The picture `side` pixels wide, somewhere on a grey stage with a little noise."""
    rng = np.random.default_rng(seed)
    width, height = STAGE
    stage = np.clip(rng.normal(GROUND, 3, (height, width, 3)), 0, 255).astype(np.uint8)
    x, y = int(rng.integers(0, width - side)), int(rng.integers(0, height - side))
    small = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)
    stage[y : y + side, x : x + side] = small
    return stage, (x, y)


def _barred(picture: Picture, points: np.ndarray, seed: int) -> Picture:
    """A dark bar over a third of the face: along its chin, a cheek, its forehead, or across."""
    low, high = points[:, :2].min(0), points[:, :2].max(0)
    wide, tall = high - low
    boxes = {
        0: (low[0], high[1] - tall / 3, high[0], high[1]),
        1: (low[0], low[1], low[0] + wide / 3, high[1]),
        2: (high[0] - wide / 3, low[1], high[0], high[1]),
        3: (low[0], low[1], high[0], low[1] + tall / 3),
        4: (low[0], low[1] + tall / 3, high[0], low[1] + 2 * tall / 3),
    }
    x0, y0, x1, y1 = (round(float(v)) for v in boxes[seed % 5])
    out = picture.copy()
    out[max(y0, 0) : y1, max(x0, 0) : x1] = (40, 42, 46)
    return out
