"""What eye and network see: the same picture whether it grew sample by sample or was drawn at once."""

import sys
import time

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livesketch.canvas.brush import Brush
from livesketch.canvas.document import Document
from livesketch.canvas.paper import INK_COLOUR, PAPER_COLOUR, PaperRaster
from livesketch.canvas.raster import SketchRaster, render_sketch
from livesketch.canvas.stroke import Sample, Stroke, strokes_from_points
from livesketch.frames import WHOLE_PAPER

PEN, ERASER = Brush("pen", 0.01), Brush("eraser", 0.06)
BRUSHES_TRIED = {
    "begin": PEN,
    "erase": ERASER,
    "wash": Brush("pencil", 0.03, 0.4, 0.7, 0.5, 0.8),
    "mirror": Brush("marker", 0.04, 0.9, 0.4, 0.1, 0.2, mirror=0.45),
}


def oval(x=0.5, y=0.54, width=0.48, height=0.66, n=40):
    angle = np.linspace(0, 2 * np.pi, n)
    return np.stack([x + width / 2 * np.cos(angle), y + height / 2 * np.sin(angle)], axis=1)


def paper_of(strokes, size):
    raster = PaperRaster(size)
    raster.update(Document.from_strokes(strokes), budget_s=60.0)
    return raster.pixels


EDITS = st.lists(
    st.sampled_from(
        [
            "begin",
            "extend",
            "extend",
            "extend",
            "end",
            "erase",
            "wash",
            "mirror",
            "take away",
            "head",
            "cancel",
            "clear",
            "undo",
            "undo",
            "redo",
            "look",
        ]
    ),
    max_size=50,
)


@settings(max_examples=60, deadline=None)
@given(EDITS, st.randoms(use_true_random=False), st.booleans())
def test_growing_and_drawing_at_once_agree_bit_for_bit(edits, random, is_framed):
    document, sketches, paper = Document(), SketchRaster(128), PaperRaster(120)
    for edit in [*edits, "look"]:
        x, y, pressure = random.uniform(-0.1, 1.1), random.uniform(-0.1, 1.1), random.random()
        if edit in BRUSHES_TRIED:
            document.begin(BRUSHES_TRIED[edit], Sample(x, y, pressure))
        elif edit == "take away":
            document.end()
            kept = [one for one in document.strokes if random.random() > 0.4]
            document.rearrange(kept)
        elif edit == "extend":
            samples = [Sample(x + n / 50, y, pressure) for n in range(random.randrange(1, 30))]
            document.extend(samples)
        elif edit == "head":
            size = random.uniform(0.1, 0.9)
            document.begin(PEN, Sample(x, y))
            document.extend([Sample(*point) for point in oval(x, y, size, size).tolist()])
        elif edit == "look":
            sketch, place = sketches.update(document, is_framed)
            paper.update(document, budget_s=60.0)
            expected, expected_place = render_sketch(document.strokes_so_far, 128, is_framed)
            assert place == expected_place
            assert np.array_equal(sketch, expected)
            assert np.array_equal(paper.pixels, paper_of(document.strokes_so_far, 120))
        else:
            getattr(document, edit)()


def test_the_network_sees_the_lines_that_it_was_trained_on():
    line = oval(n=200)
    sketch, place = render_sketch(strokes_from_points([line], Brush("pen", 0.03)), 256, False)
    assert place == WHOLE_PAPER
    assert sketch.shape == (256, 256)
    assert sketch.dtype == np.float32
    assert sketch.min() == 0.0
    assert sketch.max() == 1.0
    drawn = np.full((256, 256), 255, np.uint8)
    points = np.round(line * 256 * 16).astype(np.int32)
    cv2.polylines(drawn, [points], False, (0,), 3, cv2.LINE_AA, 4)
    assert np.abs(sketch - drawn / 255).mean() < 0.004
    assert abs((1 - sketch).sum() / (1 - drawn / 255).sum() - 1) < 0.05


def test_lines_for_the_network_are_as_wide_however_fine_the_samples_or_broad_the_brush():
    ink = [
        (1 - render_sketch(strokes_from_points([oval(n=n)], Brush("pen", size)))[0]).sum()
        for n, size in ((40, 0.002), (400, 0.002), (4000, 0.002), (40, 0.05))
    ]
    assert max(ink) / min(ink) < 1.03


def test_what_is_erased_is_gone_for_eye_and_network():
    head = strokes_from_points([oval()], PEN)
    wipe = strokes_from_points([np.array([[0.6, 0.5], [0.9, 0.5]])], Brush("eraser", 0.1))
    sketch, place = render_sketch([*head, *wipe], 256)
    assert place == render_sketch(head, 256)[1]
    column, row = (np.array([0.74, 0.5]) - [place.x, place.y]) / place.side * 256
    patch = sketch[int(row) - 8 : int(row) + 8, int(column) - 8 : int(column) + 8]
    assert patch.min() == 1.0
    pixels = paper_of([*head, *wipe], 300)
    assert tuple(pixels[150, 222]) == PAPER_COLOUR
    assert tuple(paper_of(head, 300)[162, 222]) == INK_COLOUR


def test_a_fresh_sketch_comes_only_when_something_changed():
    document, raster = Document(), SketchRaster()
    empty, _ = raster.update(document)
    assert empty.min() == 1.0
    document.begin(PEN, Sample(0.3, 0.3))
    one, _ = raster.update(document)
    assert one is not empty
    assert raster.update(document)[0] is one
    document.extend([Sample(0.4, 0.4)])
    two, _ = raster.update(document)
    assert two is not one
    assert one.sum() != two.sum()  # what was handed out is not painted over
    document.end()
    document.clear()
    assert raster.update(document)[0].min() == 1.0


def test_only_a_few_pixels_are_dirty_while_a_line_grows():
    document, raster = Document(), PaperRaster(1000)
    raster.update(document)
    document.begin(PEN, Sample(0.2, 0.2, 0.5))
    before = raster.pixels.copy()
    for number in range(1, 30):
        document.extend([Sample(0.2 + number / 100, 0.2 + number / 300, 0.5)])
        rects = raster.update(document)
        assert sum(width * height for _, _, width, height in rects) < 60 * 60
        for x, y, width, height in rects:
            before[y : y + height, x : x + width] = raster.pixels[y : y + height, x : x + width]
        assert np.array_equal(before, raster.pixels)


def test_another_size_shows_the_drawing_at_once_and_sharp_soon():
    document = Document.from_strokes([oval(), oval(0.4, 0.4, 0.05, 0.05)], PEN)
    raster = PaperRaster(200)
    raster.update(document, budget_s=60.0)
    raster.resize(401)
    assert raster.pixels.shape == (401, 401, 3)
    assert raster.pixels.min() < 60  # stretched, but there
    for _ in range(100):
        raster.update(document, budget_s=0.0001)
    assert np.array_equal(raster.pixels, paper_of(document.strokes, 401))


def test_a_long_drawing_opens_in_slices():
    rng = np.random.default_rng(1)
    lines = [rng.random((6, 2)) for _ in range(60)]
    document, raster = Document.from_strokes(lines, PEN), PaperRaster(400)
    started = time.monotonic()
    raster.update(document, budget_s=0.002)
    assert time.monotonic() - started < 0.5
    for _ in range(1000):
        raster.update(document, budget_s=0.002)
    assert np.array_equal(raster.pixels, paper_of(document.strokes, 400))


def small_stroke(rng):
    places = np.cumsum(rng.normal(0, 0.004, (12, 2)), axis=0) + rng.random(2)
    return Stroke([Sample(x, y, 0.6) for x, y in places.tolist()], PEN)


def test_long_ways_back_and_forth_show_the_right_drawing():
    """Hundreds of strokes, painted at once, left by Clear, met again, undone far and drawn anew."""
    rng = np.random.default_rng(2)
    document = Document.from_strokes([Stroke(oval_table(), PEN)])
    for _ in range(330):
        document.add(small_stroke(rng))
    sketches, paper = SketchRaster(96), PaperRaster(90)

    def look():
        sketch, _ = sketches.update(document)
        paper.update(document, budget_s=60.0)
        assert np.array_equal(sketch, render_sketch(document.strokes, 96)[0])
        assert np.array_equal(paper.pixels, paper_of(document.strokes, 90))

    look()
    for steps in (1, 5, 130, 20, 3):
        for _ in range(steps):
            document.undo()
        look()
    document.add(small_stroke(rng))
    look()
    document.clear()
    look()
    document.add(small_stroke(rng))
    look()
    document.undo()
    document.undo()
    look()
    for _ in range(40):
        document.undo()
        sketches.update(document)
        paper.update(document)
    look()
    for _ in range(40):
        document.redo()
    look()


def oval_table():
    table = np.zeros((40, 6))
    table[:, :2] = oval()
    table[:, 2] = 1.0
    return table


@pytest.mark.parametrize("count", [1000])
def test_the_cost_of_a_sample_does_not_grow_with_the_drawing(count):
    """Measured in painted pixels and in calls, not in time: the machine may be busy."""
    rng = np.random.default_rng(4)
    document = Document.from_strokes([Stroke(oval_table(), PEN)])
    few, sketches_few = PaperRaster(200), SketchRaster(96)
    many, sketches_many = PaperRaster(200), SketchRaster(96)

    def cost(paper, sketches):
        document.begin(PEN, Sample(0.5, 0.5))
        spent = []
        for number in range(20):
            document.extend([Sample(0.5 + number / 200, 0.5)])
            calls = count_calls(lambda: (paper.update(document), sketches.update(document)))
            spent.append(calls)
        document.end()
        spent.append(count_calls(lambda: (paper.update(document), sketches.update(document))))
        document.undo()
        spent.append(count_calls(lambda: (paper.update(document), sketches.update(document))))
        return sum(spent)

    few.update(document, budget_s=60.0)
    sketches_few.update(document)
    cost_few = cost(few, sketches_few)
    for _ in range(count):
        document.add(small_stroke(rng))
    many.update(document, budget_s=60.0)
    sketches_many.update(document)
    assert cost(many, sketches_many) < 1.2 * cost_few


def count_calls(work):
    calls = 0

    def profile(frame, event, argument):
        nonlocal calls
        calls += 1

    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls
