"""The camera's steps on a real face: turned, livelier, drawn over, put back; each only when asked for."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from tiny import write_tiny

from livesketch.frames import Frame, Over, Picture, Request
from livesketch.models.engine import open_model
from livesketch.parameters import defaults, frozen, parameter
from livesketch.pipeline import Pipeline
from livesketch.post.composite import BACKGROUNDS, COMPOSITES
from livesketch.tracer import strokes_of
from livesketch.tracing.shape import rotation_of

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    path = write_tiny(tmp_path_factory.mktemp("weights") / "tiny.safetensors")
    pipeline = Pipeline(open_model(str(path), runtime="torch"))
    yield pipeline
    pipeline.close()


def stage() -> Picture:
    portrait = np.array(Image.open(DATA / "face-one.jpg").convert("RGB"))
    picture = np.full((480, 640, 3), 110, np.uint8)
    picture[60:420, 200:560] = cv2.resize(portrait, (360, 360), interpolation=cv2.INTER_CUBIC)
    return picture


FRAME = Frame(1.0, 1, picture=stage(), is_live=True)


def ask(frame: Frame = FRAME, over: tuple[Over, ...] = (), **knobs: float | str | bool) -> Request:
    return Request(frame, frozen(defaults() | {"mirror": False} | knobs), "tiny", over=over)


def test_the_answer_knows_where_and_how_the_face_was_drawn(pipeline: Pipeline) -> None:
    result = pipeline.process(ask())
    traced = result.traced
    assert traced is not None
    assert traced.place.x + traced.place.side / 2 == pytest.approx(380, abs=12)
    assert traced.square.shape[0] == pipeline.model.sketch_size
    assert (traced.style, traced.detail) == ("contour", 0.5)
    assert len(strokes_of(traced)) > 8
    assert "shape" not in result.steps_ms
    assert "composite" not in result.steps_ms


@pytest.mark.parametrize("style", parameter("line_style").choices)
def test_every_style_is_drawn_facing_you_if_asked(pipeline: Pipeline, style: str) -> None:
    aside = pipeline.process(ask(line_style=style))
    facing = pipeline.process(ask(line_style=style, face_me=1.0))
    assert aside.traced is not None
    assert facing.traced is not None
    turns = [
        np.degrees(np.arccos((np.trace(rotation_of(t.landmarks)) - 1) / 2))
        for t in (aside.traced, facing.traced)
    ]
    assert turns[1] < 2.0 < turns[0]
    assert aside.sketch is not None
    assert facing.sketch is not None
    assert np.abs(aside.sketch - facing.sketch).mean() > 0.01
    assert facing.sketch.min() < 0.3


def test_a_line_drawn_over_the_face_is_in_its_sketch_and_moves_with_it(pipeline: Pipeline) -> None:
    plain = pipeline.process(ask())
    assert plain.traced is not None
    size = len(plain.traced.square)
    unit = plain.traced.landmarks / np.float32(size)
    line = np.array([[0.3, 0.05], [0.7, 0.05]], np.float32)
    over = (Over(line, unit, 0.01),)
    drawn = pipeline.process(ask(over=over))
    assert drawn.sketch is not None
    assert plain.sketch is not None
    assert (drawn.sketch < plain.sketch - 0.5).sum() > 0.2 * size
    moved = Frame(1.03, 2, picture=np.roll(stage(), 30, axis=1), is_live=True)
    again = pipeline.process(ask(moved, over=over))
    assert again.sketch is not None
    near = again.sketch[
        int(0.05 * size) - 3 : int(0.05 * size) + 4, int(0.4 * size) : int(0.6 * size)
    ]
    assert near.min(0).max() < 0.5


def test_the_knobs_offer_what_the_arithmetic_knows() -> None:
    assert parameter("composite").choices == COMPOSITES
    assert parameter("background").choices == BACKGROUNDS


@pytest.mark.parametrize("show", COMPOSITES[1:])
@pytest.mark.parametrize("background", BACKGROUNDS)
def test_the_face_goes_back_into_the_picture(
    pipeline: Pipeline, show: str, background: str
) -> None:
    result = pipeline.process(ask(composite=show, background=background))
    assert result.face is not None
    assert result.face.shape == (512, 512, 3)
    assert "composite" in result.steps_ms
    corner = result.face[:40, :40].astype(float)
    assert corner.mean() == pytest.approx(
        {"kept": 110, "blurred": 110, "replaced": 24, "removed": 0}[background], abs=12
    )


def test_a_drawing_is_never_composed(pipeline: Pipeline) -> None:
    sketch = np.ones((128, 128), np.float32)
    sketch[60:63, 30:90] = 0
    result = pipeline.process(ask(Frame(1.0, 1, sketch=sketch), composite="face in picture"))
    assert result.face is not None
    assert result.face.shape == (128, 128, 3)
    assert result.traced is None
