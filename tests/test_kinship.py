"""The person stays from the first line to the last, and other drawings are other people."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tiny import TINY, write_tiny
from training_data import landmarks

from livesketch.canvas.brush import Brush
from livesketch.canvas.document import Document
from livesketch.canvas.drawing_file import Journal, load, save
from livesketch.canvas.prefix import prefix
from livesketch.canvas.retelling import Retelling
from livesketch.canvas.shapes import ellipse
from livesketch.canvas.stroke import Sample, Stroke
from livesketch.evaluation.features import Features
from livesketch.evaluation.growth import growth
from livesketch.evaluation.instruments import Instruments
from livesketch.evaluation.tiers import Drawing
from livesketch.frames import (
    TRACED,
    Code,
    Frame,
    Look,
    Picture,
    Place,
    Point,
    Request,
    Sketch,
    Traced,
)
from livesketch.live import Live, Overlay
from livesketch.models.blend import blended
from livesketch.models.engine import Model, open_model
from livesketch.models.kinship import relative
from livesketch.models.knobs import KNOBS
from livesketch.parameters import defaults, frozen
from livesketch.pipeline import Pipeline
from livesketch.session import Session
from livesketch.sources.paper import Source as Paper

PEN = Brush("pen", 0.01)
PLACES = [(x, y) for x in np.linspace(0, 1, 6) for y in np.linspace(0, 1, 6)]


def code(seed: int = 1, size: int = 64) -> Code:
    return np.random.default_rng(seed).standard_normal(size).astype(np.float32)


def alike(one: Code, other: Code) -> float:
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))


def line(*points: Point) -> Stroke:
    return Stroke([Sample(x, y, time=n / 60) for n, (x, y) in enumerate(points)], PEN)


def head_and_eye() -> Document:
    return Document.from_strokes(
        [line((0.3, 0.2), (0.7, 0.2), (0.7, 0.8), (0.3, 0.8)), line((0.4, 0.4), (0.5, 0.4))]
    )


def elsewhere(stroke: Stroke) -> Stroke:
    table = stroke.table.copy()
    table[:, :2] += 0.1
    return Stroke(table, stroke.brush)


# --- who


def test_who_begins_at_the_same_place_draws_the_same_person() -> None:
    here = relative(code(), (0.4, 0.2), 0.9)
    assert np.array_equal(here, relative(code(), (0.4, 0.2), 0.9))
    assert alike(here, relative(code(), (0.405, 0.2), 0.9)) > 0.98
    assert np.allclose(relative(code(), (0.4, 0.2), 0.0), code())


def test_other_beginnings_are_other_people_as_likely_as_the_look_and_kin_to_it() -> None:
    kin = [relative(code(seed), place, 0.9) for seed in range(20) for place in PLACES]
    assert np.std(kin) == pytest.approx(1, abs=0.05)
    one = kin[: len(PLACES)]
    between = [alike(a, b) for n, a in enumerate(one) for b in one[:n]]
    assert 0.4 < float(np.mean(between)) < 0.7
    assert min(alike(a, code(0)) for a in one) > 0.5


def test_one_beginning_does_not_make_all_looks_alike() -> None:
    looks = [relative(code(seed), (0.4, 0.2), 0.9) for seed in range(30)]
    between = [alike(a, b) for n, a in enumerate(looks) for b in looks[:n]]
    assert float(np.mean(between)) < 0.35


def test_on_the_way_between_two_people_both_are_moved_and_their_shares_stay() -> None:
    way = blended(code(1), code(2), 0.25)
    kin = relative(way, (0.4, 0.2), 0.9)
    assert np.array_equal(kin[:, -1], way[:, -1])
    for row, seed in enumerate((1, 2)):
        assert np.allclose(kin[row, :-1], relative(code(seed), (0.4, 0.2), 0.9), atol=1e-6)


# --- where a drawing began


def test_a_drawing_begins_where_the_pen_is_put_down_and_keeps_that() -> None:
    document = Document()
    assert document.begun_at is None
    document.begin(PEN, Sample(0.3, 0.2, time=1.0))
    assert document.begun_at == (0.3, 0.2)
    document.extend([Sample(0.7, 0.8, time=2.0)])
    document.end()
    document.add(line((0.1, 0.1), (0.2, 0.1)))
    assert document.begun_at == (0.3, 0.2)
    document.rearrange([elsewhere(stroke) for stroke in document.strokes])
    assert document.begun_at == (0.3, 0.2)
    document.rearrange(document.strokes[1:])
    assert document.begun_at == (0.3, 0.2)
    document.undo()
    document.undo()
    document.undo()
    document.undo()
    assert document.begun_at is None


@pytest.mark.parametrize("emptied", [Document.clear, lambda document: document.rearrange([])])
def test_an_emptied_paper_begins_anew_and_a_step_back_brings_the_old_beginning(emptied) -> None:
    document = head_and_eye()
    emptied(document)
    assert document.begun_at is None
    document.add(line((0.6, 0.1), (0.2, 0.1)))
    assert document.begun_at == (0.6, 0.1)
    document.undo()
    document.undo()
    assert document.begun_at == (0.3, 0.2)


def test_a_drawing_that_was_moved_is_the_same_person_in_its_file_its_journal_and_its_replay(
    tmp_path: Path,
) -> None:
    document = head_and_eye()
    document.rearrange([elsewhere(stroke) for stroke in document.strokes])
    journal = Journal(tmp_path)
    journal.tick(document, 1.0)
    journal._close_file()
    assert Journal(tmp_path).recover().begun_at == (0.3, 0.2)
    save(document, tmp_path / "a.livesketch")
    opened = load(tmp_path / "a.livesketch")
    assert opened == document
    assert opened.begun_at == (0.3, 0.2)
    assert opened.is_saved
    for is_whole in (False, True):
        retelling = Retelling(opened, is_whole)
        retelling.advance(1e9)
        assert retelling.document == document


def test_a_file_says_where_it_was_begun_only_where_its_first_line_does_not(tmp_path: Path) -> None:
    path = tmp_path / "a.livesketch"
    save(head_and_eye(), path)
    assert b"begun_at" not in path.read_bytes()
    assert load(path).begun_at == (0.3, 0.2)


def test_a_beginning_that_makes_no_sense_is_the_first_lines_own(tmp_path: Path) -> None:
    path = tmp_path / "a.livesketch"
    save(head_and_eye(), path)
    path.write_bytes(b'{"begun_at":"here"}\n' + path.read_bytes())
    assert load(path).begun_at == (0.3, 0.2)


def test_an_ellipse_is_begun_where_the_pen_was_put_down_however_far_it_is_drawn(
    tmp_path: Path,
) -> None:
    document, journal = Document(), Journal(tmp_path)
    start = Sample(0.2, 0.2, time=1.0)
    document.begin(PEN, start)
    for reach in (0.1, 0.3, 0.6):
        end = Sample(0.2 + reach, 0.2 + reach, time=2.0)
        document.reshape(ellipse(start, end, 1.0, is_constrained=False))
        assert document.begun_at == (0.2, 0.2)
        journal.tick(document, 10 * reach)
    document.end()
    document.add(line((0.3, 0.4), (0.4, 0.4)))
    document.undo()
    document.add(line((0.3, 0.5), (0.4, 0.5)))
    assert document.strokes[0].start != (0.2, 0.2)
    assert document.begun_at == (0.2, 0.2)
    journal.tick(document, 20.0)
    journal._close_file()
    assert Journal(tmp_path).recover() == document
    document.rearrange([document.strokes[0], elsewhere(document.strokes[1])])
    save(document, tmp_path / "a.livesketch")
    opened = load(tmp_path / "a.livesketch")
    assert opened.begun_at == (0.2, 0.2)
    for is_whole in (False, True):
        retelling = Retelling(opened, is_whole)
        while not retelling.is_over:
            retelling.advance(retelling._next[0] if retelling._next else 0.0)
            assert retelling.document.begun_at == (0.2, 0.2)


# --- the face


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    weights = write_tiny(tmp_path_factory.mktemp("weights") / "tiny.safetensors")
    return open_model(str(weights), runtime="torch")


def sketch_of(document: Document) -> Frame:
    frame = Paper(document, 128).read()
    assert frame is not None
    return frame


def test_the_face_of_a_beginning_is_that_of_the_relative_who_hangs_on_nothing_else(
    model: Model,
) -> None:
    frame, at = sketch_of(head_and_eye()), (0.3, 0.2)
    assert frame.begun_at == at
    assert frame.sketch is not None
    knobs = {"kin": 0.9}
    face = model.face(frame.sketch, 5, knobs, at)
    who = relative(model.code_of(5), at, 0.9)
    look = Look(code=who, style_space=model.style_space)
    assert np.array_equal(face, model.face(frame.sketch, look, {"kin": 0.0}))
    assert not np.array_equal(face, model.face(frame.sketch, 5, knobs, (0.8, 0.7)))
    assert "kin" in KNOBS
    alone = model.face(frame.sketch, 5, {"kin": 0.0})
    assert np.array_equal(alone, model.face(frame.sketch, 5, {"kin": 0.0}, at))


def test_at_every_moment_of_a_drawing_the_network_is_asked_for_one_person(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Code] = []
    face = model._runtime.face

    def watched(drawing: np.ndarray, who: Code, knobs: np.ndarray) -> Picture:
        asked.append(who)
        assert knobs[KNOBS.index("kin")] == 0
        return face(drawing, who, knobs)

    monkeypatch.setattr(model._runtime, "face", watched)
    pipeline, whole = Pipeline(model), head_and_eye()
    for percent in (5, 30, 60, 100):
        part = Document.from_strokes(prefix(whole.strokes, percent))
        pipeline.process(Request(sketch_of(part), frozen(defaults()), model.name))
    assert len(asked) == 4
    assert all(np.array_equal(who, asked[0]) for who in asked)
    assert asked[0].shape == (TINY.z_dim,)


def test_the_same_lines_begun_elsewhere_are_made_anew(model: Model) -> None:
    pipeline, frame = Pipeline(model), sketch_of(head_and_eye())
    one = pipeline.process(Request(frame, frozen(defaults()), model.name))
    moved = replace(frame, number=2, begun_at=(0.9, 0.9))
    other = pipeline.process(Request(moved, frozen(defaults()), model.name))
    assert one.face is not None
    assert other.face is not None
    assert not np.array_equal(one.face, other.face)


def test_what_is_measured_is_begun_where_its_pen_was_put_down() -> None:
    places: list[Point | None] = []

    def make(sketch: Sketch, look: int, begun_at: Point | None) -> Picture:
        places.append(begun_at)
        return np.zeros((8, 8, 3), np.uint8)

    document = head_and_eye()
    sketch = np.ones((256, 256), np.float32)
    tools = Instruments(make, lambda picture: None, Features(), lambda words: None)
    growth(Drawing("a", sketch, tuple(document.strokes)), tools)
    assert set(places) == {(0.3, 0.2)}
    assert Drawing("a", sketch).begun_at is None


def test_lines_of_a_photo_are_the_look_itself_also_when_they_are_frozen_to_be_drawn_on(
    model: Model,
) -> None:
    assert np.array_equal(relative(code(), TRACED, 0.9), code())
    square = np.full((256, 256, 3), 127, np.uint8)
    points = np.insert(landmarks() * 256, 2, 0, axis=1).astype(np.float32)
    traced = Traced(square, Place(0, 0, 256), square, points, None, None, "contour", 0.5)
    document = Live(Overlay(Session()), traced).frozen()
    document.add(line((0.4, 0.4), (0.5, 0.4)))
    frame = sketch_of(document)
    assert frame.begun_at == TRACED
    result = Pipeline(model).process(Request(frame, frozen(defaults()), model.name))
    assert frame.sketch is not None
    assert result.face is not None
    assert np.array_equal(result.face, model.face(frame.sketch, Look(), {"kin": 0.0}))
