"""Painted parts of a face: brush, fill and eraser; what is seen, saved, undone, and handed to a model."""

from dataclasses import replace

import numpy as np
import pytest
from stage import quiet_rig
from test_tools import Nobody, drag, line, undo_everything

from livesketch.acts import Stage, act
from livesketch.canvas.brush import Brush
from livesketch.canvas.drawing_file import load
from livesketch.canvas.mask import COLOURS, SIDE, MaskRaster, areas_of, seen_at
from livesketch.canvas.stroke import strokes_from_points
from livesketch.canvas.viewpoint import Viewpoint
from livesketch.desk import Desk
from livesketch.frames import FACE_PARTS, WHOLE_PAPER, Place
from livesketch.session import Session
from livesketch.sources.paper import Source

NUMBER = {name: number for number, (name, _) in enumerate(FACE_PARTS)}


@pytest.fixture
def stage() -> Stage:
    session = Session()
    session.values["stabilizer"] = 0.0
    session.values["eraser_size"] = 60.0
    return Stage(session, Desk(session, None), Nobody(), quiet_rig(session), ())  # type: ignore[arg-type]


def mask(stage: Stage) -> np.ndarray:
    return MaskRaster().follow(stage.session.document.sheet.mask)


def at(pixels: np.ndarray, x: float, y: float) -> str:
    return FACE_PARTS[pixels[int(y * SIDE), int(x * SIDE)]][0]


def paint(stage: Stage, part: str, points, tool="mask") -> None:
    act(stage, "set", ("part", part))
    act(stage, tool, None)
    drag(stage, points)


def test_a_part_is_painted_as_broad_as_the_brush_and_later_ones_lie_over_earlier(stage):
    paint(stage, "hair", line(0.2, 0.3, 0.8, 0.3))
    paint(stage, "skin", line(0.5, 0.1, 0.5, 0.6))
    pixels = mask(stage)
    assert at(pixels, 0.3, 0.3) == "hair"
    assert at(pixels, 0.5, 0.3) == "skin"
    assert at(pixels, 0.3, 0.4) == "background"
    column = pixels[:, int(0.3 * SIDE)]
    assert (column == NUMBER["hair"]).sum() == pytest.approx(0.06 * SIDE, abs=3)
    undo_everything(stage.session.document)


def test_a_fill_stops_at_lines_and_at_other_parts_and_leaves_holes(stage):
    act(stage, "ellipse", None)
    drag(stage, [(0.2, 0.1), (0.8, 0.9)])
    drag(stage, [(0.4, 0.4), (0.5, 0.5)])  # an eye inside
    paint(stage, "skin", [(0.5, 0.7)], "fill")
    pixels = mask(stage)
    assert at(pixels, 0.5, 0.2) == "skin"
    assert at(pixels, 0.45, 0.45) == "background"
    assert at(pixels, 0.05, 0.05) == "background"
    paint(stage, "l_eye", [(0.45, 0.45)], "fill")
    assert at(mask(stage), 0.45, 0.45) == "l_eye"
    assert at(mask(stage), 0.5, 0.7) == "skin"
    paint(stage, "hair", [(0.05, 0.05)], "fill")
    assert at(mask(stage), 0.95, 0.95) == "hair"
    assert at(mask(stage), 0.5, 0.7) == "skin"
    undo_everything(stage.session.document)


def test_a_fill_is_what_it_was_when_lines_change_later(stage):
    act(stage, "ellipse", None)
    drag(stage, [(0.2, 0.1), (0.8, 0.9)])
    paint(stage, "skin", [(0.5, 0.7)], "fill")
    before = mask(stage)
    document = stage.session.document
    document.rearrange([])
    assert np.array_equal(mask(stage), before)


def test_the_eraser_paints_background_and_beside_the_paper_nothing_happens(stage):
    paint(stage, "hair", line(0.2, 0.3, 0.8, 0.3))
    paint(stage, "background", line(0.5, 0.1, 0.5, 0.6))
    assert at(mask(stage), 0.5, 0.3) == "background"
    assert at(mask(stage), 0.3, 0.3) == "hair"
    paint(stage, "skin", [(1.5, 0.5)], "fill")
    assert NUMBER["skin"] not in mask(stage)


def test_growing_and_stepping_back_give_the_pixels_of_painting_anew(stage):
    raster, random = MaskRaster(), np.random.default_rng(2)
    document = stage.session.document
    for step in range(40):
        if step % 5 == 4:
            document.undo()
        else:
            x, y = random.random(2)
            part = FACE_PARTS[random.integers(19)][0]
            paint(stage, part, line(x, y, 1 - x, y, 3), "fill" if step % 7 == 6 else "mask")
        assert np.array_equal(raster.follow(document.sheet.mask), mask(stage))
    document.clear()
    assert not raster.follow(document.sheet.mask).any()
    document.undo()
    assert np.array_equal(raster.follow(document.sheet.mask), mask(stage))


def test_parts_are_saved_with_the_drawing_and_mirrored_where_symmetry_is_on(stage, tmp_path):
    act(stage, "symmetry", None)
    paint(stage, "l_ear", line(0.1, 0.4, 0.1, 0.6))
    assert at(mask(stage), 0.9, 0.5) == "l_ear"
    act(stage, "symmetry", None)
    paint(stage, "skin", [(0.5, 0.5)], "fill")
    path = tmp_path / "a.livesketch"
    stage.desk.save(path)
    again = load(path)
    assert again == stage.session.document
    assert np.array_equal(MaskRaster().follow(again.sheet.mask), mask(stage))


def test_a_model_gets_the_parts_where_it_sees_the_drawing(stage):
    source = Source(stage.session.document)
    drag(stage, line(0.1, 0.1, 0.2, 0.2))
    frame = source.read(False)
    assert frame is not None
    assert frame.mask is None
    paint(stage, "nose", line(0.5, 0.5, 0.5, 0.5))
    frame = source.read(False)
    assert frame is not None
    assert frame.mask is not None
    assert frame.mask.shape == (256, 256)
    assert frame.mask[128, 128] == NUMBER["nose"]
    closer = seen_at(mask(stage), Place(0.4, 0.4, 0.2), 100)
    whole = seen_at(mask(stage), WHOLE_PAPER, 100)
    assert (closer == NUMBER["nose"]).sum() == pytest.approx(
        25 * (whole == NUMBER["nose"]).sum(), rel=0.2
    )


def test_parts_are_seen_in_their_colours_on_the_paper(stage):
    paint(stage, "hair", line(0.2, 0.3, 0.8, 0.3))
    picture, _ = stage.desk.paper(200)
    paper, hair = picture[150, 100].astype(float), COLOURS[NUMBER["hair"]].astype(float)
    assert picture[60, 100] == pytest.approx(0.55 * hair + 0.45 * paper, abs=3)


def test_choosing_a_model_says_what_it_wants(stage):
    class Chosen(Nobody):
        def choose(self, model: str, runtime: str) -> None:
            self.chosen = model

    stage.player = Chosen()
    stage.models = ("default", "masks", "photos", "people")
    stage.tasks = {"default": "sketch", "masks": "mask", "photos": "photo", "people": "look"}
    assert act(stage, "model", "masks").endswith("choose a colour under the paper.")
    assert stage.player.chosen == "masks"
    assert "camera (W)" in act(stage, "next_model", None)
    assert "random people" in act(stage, "next_model", None)
    assert act(stage, "next_model", None) == "Warming up default…"


def test_painted_parts_turn_with_the_paper_at_once_however_much_is_drawn_over_them(stage):
    """The lines of a large drawing take some turns until they are sharp; nothing lags behind."""
    parts = np.zeros((SIDE, SIDE), np.uint8)
    parts[400:600, 100:300] = 1
    document = stage.session.document
    for stroke in areas_of(parts):
        document.edit(replace(document.sheet, mask=document.sheet.mask.then(stroke)))
    rng = np.random.default_rng(1)
    document.rearrange(
        strokes_from_points([rng.uniform(0.0, 0.1, (40, 2)) for _ in range(150)], Brush(size=0.001))
    )
    for _ in range(160):  # at least one stroke each
        stage.desk.paper(200)
    before = stage.desk.paper(200)[0].copy()
    stage.session.view = Viewpoint(angle=180.0)
    after = stage.desk.paper(200)[0]
    assert before[100, 40].tolist() == after[100, 160].tolist()
    assert after[100, 40].tolist() == before[100, 160].tolist() != before[100, 40].tolist()
