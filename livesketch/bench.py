"""What a user runs to see latency and speed: the model alone, then a hand and a camera at the window.

Alone, as for files, every core makes faces; all other figures are the window's, which keeps a core."""

import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from livesketch.app import App, AppOptions
from livesketch.controls.actions import Action, Pointer
from livesketch.errors import ModelError
from livesketch.frames import Frame, Look, Mask, Picture, Request, Sketch
from livesketch.latency import Measures, Spans
from livesketch.parameters import defaults, frozen
from livesketch.pipeline import Pipeline, open_alone, open_pipeline

PEN_HZ = 125  # samples a second, as a mouse or a tablet sends them
PEN_SPEED = 0.6  # sides of the paper a second
CLIP_SIZE, CLIP_HZ, CLIP_FRAMES = (640, 480), 30, 60
WARM_S = 1.5  # a part runs so long before it counts
READY_WITHIN_S = 300.0
ENOUGH, LONGEST_S = 12, 60.0  # a part goes on until so many faces were shown, but not for longer

SMALLER, LARGER = {"face_side": "256"}, {"face_side": "512"}

# figures of what was not measured
NOTHING: dict[str, float | None] = {"p50": None, "p95": None}
NOT_AT_THE_WINDOW: dict[str, Any] = {
    "faces_per_s": None,
    "faces_counted": None,
    "pen_to_ink_ms": NOTHING,
    "pen_to_pixel_ms": NOTHING,
    "camera_to_pixel_ms": NOTHING,
    "ui_late_ms": {"p95": None, "p99": None},
}
Figures = dict[str, Any]  # as the JSON is written
Line = NDArray[np.float32]  # (n, 2) x, y in sides of the paper


@dataclass(frozen=True)
class BenchOptions:
    """`seconds` is how long each part is measured."""

    model: str = "default"
    runtime: str = "auto"
    seconds: float = 8.0
    size: tuple[int, int] = (1440, 810)


def run(options: BenchOptions) -> Figures:
    """Everything measured on this machine, now; what cannot be measured here is None.

    Needs a display, or SDL_VIDEODRIVER=dummy. Raises LivesketchError.
    """
    with tempfile.TemporaryDirectory(prefix="livesketch-bench-") as folder:
        with closing(open_alone(options.model, options.runtime)) as pipeline:
            pipeline.model.quicken(READY_WITHIN_S)
            alone = faces_alone(pipeline, options.seconds)
        with closing(open_pipeline(options.model, options.runtime)) as pipeline:
            model = pipeline.model
            model.quicken(READY_WITHIN_S)
            spans = faces_alone(pipeline, options.seconds)
            is_drawn = model.task == "sketch"
            clip = clip_of_faces(pipeline) if is_drawn else []
            steps = {"face": median(spans)}
            if model.side(LARGER) > model.resolution:
                steps["face_larger"] = median(faces_alone(pipeline, options.seconds, LARGER))
            steps |= model.parts_ms() | tracing_steps(pipeline, clip)
            figures: Figures = {
                "device": model.device,
                "runtime": model.runtime,
                "model": model.name,
                "resolution": model.resolution,
                "faces_per_s_alone": round(1000 * len(alone) / sum(alone), 1),
                "steps_ms": {step: round(ms, 2) for step, ms in steps.items()},
            }
            # before the eager run, whose memory on a card is not the playing's
            figures |= {name: round(value, 2) for name, value in model.limits().items()}
            figures["eager_ratio"] = round(model.eager_ms() / steps["face"], 2)
        if not is_drawn:  # a hand and a camera show it nothing it wants
            return figures | NOT_AT_THE_WINDOW
        video = _written(clip, Path(folder) / "clip.avi") if "lines" in steps else None
        return figures | at_the_window(options, model.runtime, video)


# the model alone


def faces_alone(
    pipeline: Pipeline, seconds: float, side: Mapping[str, str] = SMALLER
) -> list[float]:
    """Milliseconds from sketch to face, each of another drawing, for so many seconds."""
    settings = frozen({**defaults(), **side})
    spans: list[float] = []
    for number, sketch in enumerate(_drawings(pipeline.model.sketch_size, seconds)):
        if pipeline.model.task != "sketch":
            start = time.monotonic()
            pipeline.model.face(_as_seen(sketch, pipeline.model.task), Look(seed=2), settings)
            spans.append(1000 * (time.monotonic() - start))
            continue
        frame = Frame(time.monotonic(), number, sketch=sketch)
        result = pipeline.process(Request(frame, settings, pipeline.model.name))
        spans.append(1000 * (result.finished - result.started))
    return spans[min(3, len(spans) - 1) :]


def tracing_steps(pipeline: Pipeline, clip: Sequence[Picture]) -> dict[str, float]:
    """Median milliseconds of each step from a camera's picture to its lines; empty where no face is found."""
    settings = frozen(defaults())
    spent: dict[str, list[float]] = {}
    for number, picture in enumerate(clip):
        frame = Frame(number / CLIP_HZ, number, picture=picture, is_live=True)
        result = pipeline.process(Request(frame, settings, pipeline.model.name))
        for step, ms in result.steps_ms.items() if result.face is not None else ():
            spent.setdefault(step, []).append(ms)
    return {step: median(spans) for step, spans in spent.items() if step != "face"}


def clip_of_faces(pipeline: Pipeline) -> list[Picture]:
    """A face that the model itself makes, moving before a grey wall: a camera that everybody has."""
    width, height = CLIP_SIZE
    sketch = next(_drawings(pipeline.model.sketch_size, 1.0))
    made = pipeline.model.face(sketch, Look(seed=2))
    side = height * 2 // 3
    face = np.asarray(cv2.resize(made, (side, side), interpolation=cv2.INTER_LINEAR), np.uint8)
    pictures = []
    for number in range(CLIP_FRAMES):
        turn = 2 * np.pi * number / CLIP_FRAMES
        x = round((width - side) * (0.5 + 0.3 * np.sin(turn)))
        y = round((height - side) * (0.5 + 0.3 * np.cos(2 * turn)))
        picture = np.full((height, width, 3), 128, np.uint8)
        picture[y : y + side, x : x + side] = face
        pictures.append(picture)
    return pictures


def _written(clip: Sequence[Picture], path: Path) -> Path:
    file = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), CLIP_HZ, CLIP_SIZE)
    for picture in clip:
        file.write(np.ascontiguousarray(picture[..., ::-1]))  # OpenCV speaks BGR
    file.release()
    return path


# at the window


def at_the_window(options: BenchOptions, runtime: str, video: Path | None) -> Figures:
    """A hand draws heads at a person's speed; then the video plays as a camera would."""
    app = App(AppOptions(model=options.model, runtime=runtime, size=options.size, is_private=True))
    try:
        _wait_for(app)
        hand = Hand()
        pen, faces = _measured(app, options.seconds, hand.moves)
        camera = None
        if video is not None:
            app.turn((Action("open", video),))
            camera, _ = _measured(app, options.seconds, lambda now: ())
        return {
            "faces_per_s": round(faces, 2),
            "faces_counted": pen.faces_shown,  # what the pen's figures are made of
            "pen_to_ink_ms": _percentiles(pen.pen_to_ink, 50, 95),
            "pen_to_pixel_ms": _percentiles(pen.pen_to_pixel, 50, 95),
            "camera_to_pixel_ms": _percentiles(camera.camera_to_pixel if camera else None, 50, 95),
            "ui_late_ms": _percentiles(pen.late, 95, 99),
        }
    finally:
        app.close()


def _wait_for(app: App) -> None:
    """Turns until the model is warm."""
    end = time.monotonic() + READY_WITHIN_S
    while not app.stage.player.is_ready:
        app.turn()
        if time.monotonic() > end:
            raise ModelError("The model does not become ready.", "Try another runtime.")


def _measured(
    app: App, seconds: float, moves: Callable[[float], Sequence[Action]]
) -> tuple[Measures, float]:
    """What the app measured while `moves(now)` were made, and faces shown a second.

    A giant on a processor makes a face in seconds: it is given longer, until there are ENOUGH.
    """
    _turn_for(app, WARM_S, moves)
    app.measures = Measures()
    start = time.monotonic()
    _turn_for(app, seconds, moves)
    while app.measures.faces_shown < ENOUGH and time.monotonic() - start < LONGEST_S:
        app.turn(moves(time.monotonic()))
    return app.measures, app.measures.faces_shown / (time.monotonic() - start)


def _turn_for(app: App, seconds: float, moves: Callable[[float], Sequence[Action]]) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        app.turn(moves(time.monotonic()))


def _percentiles(spans: Spans | None, *percents: int) -> dict[str, float | None]:
    values = {p: spans.percentile(p) if spans is not None else None for p in percents}
    return {f"p{p}": None if ms is None else round(ms, 1) for p, ms in values.items()}


class Hand:
    """Draws one head after the other. Its samples come at their own pace, whether or not one looks."""

    def __init__(self) -> None:
        self._moves = _endless_moves()
        self._due = 0.0

    def moves(self, now: float) -> list[Action]:
        """What the hand did since the last call, each with the time at which it was done."""
        if now - self._due > 1:  # the first call, or the program stood still
            self._due = now
        done = []
        while self._due <= now:
            kind, x, y = next(self._moves)
            if kind == "lift":
                done.append(Action("clear"))
            else:
                done.append(Action("pointer", Pointer(kind, x, y, self._due, False)))
            self._due += 1 / PEN_HZ
        return done


def _endless_moves() -> Iterator[tuple[Literal["down", "move", "up", "lift"], float, float]]:
    """What the pen does and where; "lift": the sheet is taken away."""
    number = 0
    while True:
        for line in head(number):
            x, y = map(float, line[0])
            yield "down", x, y
            for x, y in _evenly(line, PEN_SPEED / PEN_HZ)[1:]:
                yield "move", float(x), float(y)
            yield "up", float(line[-1][0]), float(line[-1][1])
        yield "lift", 0.0, 0.0
        number += 1


# drawings


def head(number: int) -> list[Line]:
    """A plain head, the lines in the order in which one draws them; no two numbers alike."""
    rng = np.random.default_rng(number)
    wide, high, apart = 0.24 + 0.04 * rng.random(), 0.32 + 0.04 * rng.random(), 0.09
    round_ = np.linspace(-np.pi / 2, 1.5 * np.pi, 64)
    eye = np.stack([np.cos(round_), 0.6 * np.sin(round_)], 1) * 0.035
    smile = np.linspace(-1, 1, 16)
    bend = rng.uniform(-0.03, 0.04)
    lines = [
        np.stack([0.5 + wide * np.cos(round_), 0.52 + high * np.sin(round_)], 1),
        eye + np.array([0.5 - apart, 0.46]),
        eye + np.array([0.5 + apart, 0.46]),
        np.array([(0.5, 0.5), (0.475, 0.6), (0.51, 0.605)]),
        np.stack([0.5 + 0.09 * smile, 0.7 + bend * (1 - smile**2)], 1),
    ]
    return [line.astype(np.float32) for line in lines]


def _drawings(size: int, seconds: float) -> Iterator[Sketch]:
    """Heads as sketches (size, size), one after the other for so many seconds."""
    end, number = time.monotonic() + seconds, 0
    while number == 0 or time.monotonic() < end:
        paper = np.full((size, size), 255, np.uint8)
        lines = [np.round(line * size * 16).astype(np.int32) for line in head(number)]
        cv2.polylines(paper, lines, False, (0,), max(1, round(3 * size / 256)), cv2.LINE_AA, 4)
        yield paper.astype(np.float32) / np.float32(255)
        number += 1


def _as_seen(sketch: Sketch, task: str) -> Mask | Picture:
    """A drawing as something of that task's kind: its lines as parts, or as a grey picture."""
    if task == "mask":
        return (sketch < 0.5).astype(np.uint8)
    return np.repeat((sketch * 255).astype(np.uint8)[..., None], 3, 2)


def _evenly(line: Line, step: float) -> Line:
    """Points along a line, `step` apart."""
    lengths = [float(np.hypot(*(b - a))) for a, b in pairwise(line)]
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    wanted = np.arange(0, along[-1], step)
    return np.stack([np.interp(wanted, along, line[:, k]) for k in (0, 1)], 1).astype(np.float32)
