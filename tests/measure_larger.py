"""Measures how much nearer to photos of 512 pixels a face is that is made larger than one that is merely enlarged, as JSON."""

import json
import sys
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from livesketch.evaluation.distances import frechet
from livesketch.evaluation.features import load_features
from livesketch.frames import Frame, Picture, Request
from livesketch.parameters import defaults, frozen
from livesketch.pipeline import open_alone

SIDE, WINDOW = 512, 224
PLACES = ((112, 60), (112, 228), (224, 144), (24, 144))  # down, across: eyes, mouth, hair
FINE = 0.25  # cycles a pixel: what an enlarged face has nothing of


def photos(shared: Path) -> list[Picture]:
    """The val-cc0 pictures, which nobody trains on."""
    with tarfile.open(shared / "data" / "faces" / "val-cc0.tar") as tar:
        names = sorted(name for name in tar.getnames() if name.endswith(".webp"))
        files = [tar.extractfile(name) for name in names]
        made = [np.array(Image.open(file).convert("RGB")) for file in files if file is not None]
    return [photo for photo in made if photo.shape == (SIDE, SIDE, 3)]


def faces(model: str, of: Sequence[Picture], side: str) -> list[Picture]:
    """The faces of their lines, at 512: of a smaller one, the enlarged."""
    settings = frozen(defaults() | {"face_side": side, "line_style": "ink"})
    out = []
    pipeline = open_alone(model)
    try:
        for n, picture in enumerate(of):
            face = pipeline.process(Request(Frame(0.0, n, picture=picture), settings, model)).face
            if face is not None:
                out.append(cv2.resize(face, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC))
    finally:
        pipeline.close()
    return out


def windows(pictures: Sequence[Picture]) -> Iterator[Picture]:
    for picture in pictures:
        for top, left in PLACES:
            yield np.ascontiguousarray(picture[top : top + WINDOW, left : left + WINDOW])


def fineness(pictures: Sequence[Picture]) -> float:
    """The root of the power beyond FINE cycles a pixel, in levels of 0..255."""
    across, down = np.fft.rfftfreq(WINDOW), np.fft.fftfreq(WINDOW)[:, None]
    far = np.maximum(np.abs(across), np.abs(down)) > FINE
    soft = np.outer(np.hanning(WINDOW), np.hanning(WINDOW))
    powers = []
    for window in windows(pictures):
        grey = window.mean(2) - window.mean()
        powers.append((np.abs(np.fft.rfft2(grey * soft)[far]) ** 2).sum() * 2)
    return float(np.sqrt(np.mean(powers) / (soft**2).sum() / WINDOW**2))


def main(shared: Path, model: str) -> None:
    features = load_features([shared / "data" / "weights"]).appearance
    assert features is not None
    real = photos(shared)
    seen = features.of(list(windows(real)))
    mean, covariance = seen.mean(0), np.cov(seen, rowvar=False)
    sets = {
        "photos": real,
        "photos made small and enlarged": [
            cv2.resize(
                cv2.resize(photo, (256, 256), interpolation=cv2.INTER_AREA),
                (SIDE, SIDE),
                interpolation=cv2.INTER_CUBIC,
            )
            for photo in real
        ],
        "faces enlarged": faces(model, real, "256"),
        "faces made larger": faces(model, real, "512"),
    }
    figures = {
        name: {
            "n": len(some),
            "fd": round(frechet(features.of(list(windows(some))), mean, covariance), 1),
            "fineness": round(fineness(some), 2),
        }
        for name, some in sets.items()
    }
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
