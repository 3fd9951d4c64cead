"""Builds the standard set for `livesketch evaluate` from shared/: nothing of it may be committed.

    PYTHONPATH=. python tests/make_evaluation_set.py --shared ../shared runs/evaluation_set

doodles   the first 100 whole faces of Quick, Draw!, as they were drawn
amateur   the last 100 FS2K outlines by name, redrawn by a clumsy hand that leaves out what is small:
          their lines as strokes, simplified, each shifted, turned and resized a little (seeded by the
          name), the largest first; the order of the strokes is therefore made, not observed
skilled   the same 100 outlines as the artists drew them
traced    the 200 val-cc0 portraits as the program traces them (ink lines, half detail)

Behind amateur, skilled and traced lies the photo. No tier was trained on. Needs OpenCV, MediaPipe.
"""

import argparse
import io
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from livesketch.canvas.document import Document
from livesketch.canvas.drawing_file import save
from livesketch.evaluation.writing import write_bytes
from livesketch.frames import Sketch
from livesketch.sources.picture import read_sketch
from livesketch.tracing import lines
from livesketch.tracing.face import FaceFinder
from livesketch.tracing.vector import strokes_in

DOODLES = 100
OUTLINES = 100
SIDE = 256
MOST_STROKES = 60


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("out", type=Path)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--style", choices=lines.STYLES, default="ink", help="of the traced tier")
    parser.add_argument("--only", choices=("doodles", "outlines", "traced"))
    args = parser.parse_args()
    data = args.shared / "data"
    if args.only in (None, "doodles"):
        doodles(data, args.out / "doodles")
    if args.only in (None, "outlines"):
        outlines(data, args.out / "skilled", args.out / "amateur")
    if args.only in (None, "traced"):
        traced(data, args.out / "traced", args.style)


def doodles(data: Path, out: Path) -> None:
    faces = (data / "sketches/quickdraw/face.ndjson").read_text(encoding="utf-8").splitlines()
    write_bytes(("\n".join(faces[:DOODLES]) + "\n").encode(), out / "face.ndjson")


def outlines(data: Path, skilled: Path, amateur: Path) -> None:
    found = dict(members(data / "sketches/fs2k-outline-train.tar"))
    names = sorted(name for name in found if name.startswith("sketch/"))[-OUTLINES:]
    for name in names:
        stem = Path(name).stem
        photo = found[f"photo/{stem}.jpg"]
        drawing = skilled / f"{stem}.png"
        write_bytes(as_png(Image.open(io.BytesIO(found[name]))), drawing)
        rng = np.random.default_rng(zlib.crc32(stem.encode()))
        amateur.mkdir(parents=True, exist_ok=True)
        save(
            Document.from_strokes(clumsy(read_sketch(drawing), rng)), amateur / f"{stem}.livesketch"
        )
        for folder in (skilled, amateur):
            write_bytes(photo, folder / f"{stem}.photo.jpg")


def clumsy(sketch: Sketch, rng: np.random.Generator) -> list[NDArray[np.float32]]:
    """The drawing's lines (n, 2) in paper sides, as someone draws them who rarely draws."""
    small = cv2.resize(sketch, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    faint = np.asarray(cv2.GaussianBlur(small, (0, 0), 0.8), np.float32) - np.float32(0.3)
    strokes = []
    for stroke in strokes_in(faint):
        if np.hypot(*np.diff(stroke, axis=0).T).sum() < 0.04:
            continue
        simple = cv2.approxPolyDP(stroke.astype(np.float32)[:, None], 0.006, False)[:, 0]
        centre = simple.mean(0)
        angle, scale = rng.normal(0, 0.06), 1 + rng.normal(0, 0.05)
        turn = scale * np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        strokes.append((simple - centre) @ turn + centre + rng.normal(0, 0.008, 2))
    strokes.sort(key=lambda stroke: -float(np.prod(np.ptp(stroke, axis=0) + 0.01)))
    return strokes[:MOST_STROKES]


def traced(data: Path, out: Path, style: str) -> None:
    finder = FaceFinder(is_still=True)
    for name, photo in members(data / "faces/val-cc0.tar"):
        picture = np.asarray(Image.open(io.BytesIO(photo)).convert("RGB"), np.uint8)
        small = np.asarray(
            cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8
        )
        face = finder.find(small)
        if face is None:
            raise SystemExit(f"no face in {name}")
        drawn = lines.draw(small, face.landmarks, finder.silhouette(small), style, 0.5)
        stem = Path(name).stem
        grey = np.rint(drawn * 255).astype(np.uint8)
        write_bytes(as_png(Image.fromarray(grey)), out / f"{stem}.png")
        write_bytes(photo, out / f"{stem}.photo.webp")
    finder.close()


def members(path: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(path) as tar:
        for member in tar:
            file = tar.extractfile(member)
            if file is not None:
                yield member.name, file.read()


def as_png(image: Image.Image) -> bytes:
    data = io.BytesIO()
    image.convert("L").save(data, "PNG")
    return data.getvalue()


if __name__ == "__main__":
    main()
