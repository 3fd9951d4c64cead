"""Measures the camera's side on photos, as JSON: what a picture costs, how still who sits still is, how far round trips drift."""

import json
import sys
import tarfile
import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from livesketch.evaluation.landmarks import OUTER_EYE_CORNERS, nme_percent
from livesketch.frames import Frame, Look, Picture, Request, Settings
from livesketch.parameters import defaults, frozen
from livesketch.pipeline import Pipeline, open_pipeline
from livesketch.tracer import Tracer
from livesketch.tracing.face import FaceFinder

FPS = 30
NOISE = 4.0  # of a camera: sigma, of 255
SETTLED = 45  # pictures after which a film counts
TRIPS = 5


def photos(shared: Path, count: int) -> list[Picture]:
    """So many of the val-cc0 pictures, evenly out of all."""
    with tarfile.open(shared / "data" / "faces" / "val-cc0.tar") as tar:
        names = sorted(name for name in tar.getnames() if name.endswith(".webp"))
        chosen = names[:: max(1, len(names) // count)][:count]
        files = [tar.extractfile(name) for name in chosen]
        return [np.array(Image.open(file).convert("RGB")) for file in files if file is not None]


def film(photo: Picture, frames: int, sway: float = 0.0) -> Iterator[Picture]:
    """A person before a grey wall, 640x480, with a camera's noise; swaying by `sway` pixels each way."""
    large = cv2.resize(photo, (360, 360), interpolation=cv2.INTER_AREA)
    for n in range(frames):
        x = 140 + round(sway * np.sin(2 * np.pi * n / FPS / 2))
        stage = np.full((480, 640, 3), 110, np.uint8)
        stage[60:420, x : x + 360] = large
        noise = np.random.default_rng(n).normal(0, NOISE, stage.shape)
        yield np.clip(stage + noise, 0, 255).astype(np.uint8)


def settings_of(**knobs: float | str | bool) -> Settings:
    return frozen(defaults() | {"mirror": False} | knobs)


def processor_ms(photo: Picture, sway: float, frames: int = 120) -> dict[str, float]:
    """Of all cores together, from a camera's picture to its lines: beside other programs too."""
    tracer, spent = Tracer(256), []
    for n, picture in enumerate(film(photo, frames, sway)):
        start = time.process_time()
        tracer.trace(
            Frame(1 + n / FPS, n, picture=picture, is_live=True), picture, settings_of(), {}
        )
        spent.append(1000 * (time.process_time() - start))
    tracer.close()
    counted = spent[SETTLED:]
    return {f"p{p}": round(float(np.percentile(counted, p)), 1) for p in (50, 95)}


def stillness(
    pipeline: Pipeline, pictures: Sequence[Picture], style: str, frames: int = 2 * SETTLED
) -> dict[str, float]:
    """Change of the face from picture to picture (of 255), and the trembling (RMS about the mean) of its
    landmarks in percent of the distance of the outer eye corners; `same`: faces that are the one before."""
    changes, trembles = [], []
    finder = FaceFinder(is_still=True)
    for photo in pictures:
        faces: list[Picture] = []
        sitting = Pipeline(pipeline.model)
        for n, picture in enumerate(film(photo, frames)):
            frame = Frame(1 + n / FPS, n, picture=picture, is_live=True)
            made = sitting.process(Request(frame, settings_of(line_style=style), "")).face
            if made is not None and n >= SETTLED:
                faces.append(made)
        sitting.close()
        assert len(faces) > (frames - SETTLED) / 2, "the face was lost"
        changes.append([np.abs(a.astype(int) - b).mean() for a, b in pairwise(faces)])
        trembles.append(_tremble(finder, faces))
    finder.close()
    return {
        "change": round(float(np.mean(changes)), 3),
        "worst_change": round(max(float(np.mean(one)) for one in changes), 3),
        "same": round(float(np.mean([np.mean(np.array(one) == 0) for one in changes])), 2),
        "tremble_percent": round(float(np.median(trembles)), 3),
        "worst_tremble_percent": round(max(trembles), 3),
    }


def _tremble(finder: FaceFinder, faces: Sequence[Picture]) -> float:
    known: dict[bytes, np.ndarray] = {}
    track = []
    for face in faces:
        key = face.tobytes()
        if key not in known:
            found = finder.find(face)
            assert found is not None
            known[key] = found.landmarks[:, :2]
        track.append(known[key])
    points = np.array(track)
    right, left = points.mean(0)[list(OUTER_EYE_CORNERS)]
    rms = np.sqrt(((points - points.mean(0)) ** 2).sum(-1).mean())
    return float(100 * rms / np.hypot(*(left - right)))


def drifts(pipeline: Pipeline, pictures: Sequence[Picture], style: str) -> list[list[float]]:
    """Per picture the NME (percent) of the drawing after 1, 2 .. TRIPS trips from a photo's drawing to a
    face and back, to the first drawing; each face is framed as a photo is."""
    out = []
    for photo in pictures:
        picture: Picture = photo
        drawn = []
        for trip in range(TRIPS + 1):
            request = Request(Frame(1.0, trip, picture=picture), settings_of(line_style=style), "")
            result = pipeline.process(Request(request.frame, request.settings, "", Look(seed=1)))
            assert result.traced is not None, f"no face after {trip} trips"
            assert result.face is not None
            drawn.append(result.traced.landmarks[:, :2])
            picture = result.face
        out.append([nme_percent(one, drawn[0]) for one in drawn[1:]])
    return out


def main(shared: Path, model: str, count: int, trips: int) -> dict[str, object]:
    pipeline = open_pipeline(model)
    some = photos(shared, count)
    figures: dict[str, object] = {
        "processor_ms_moving": processor_ms(some[0], 60.0),
        "processor_ms_still": processor_ms(some[0], 0.0),
    }
    for style in ("contour", "ink"):
        figures[f"stillness {style}"] = stillness(pipeline, some, style)
        every = np.array(drifts(pipeline, photos(shared, trips), style))
        figures[f"drift {style}"] = {
            "median": np.median(every, axis=0).round(2).tolist(),
            "p90": np.percentile(every, 90, axis=0).round(2).tolist(),
        }
    pipeline.close()
    return figures


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))))
