"""The paper gives a frame when something changed on it, and says when the pen was there."""

import numpy as np

from livesketch.canvas.brush import Brush
from livesketch.canvas.document import Document
from livesketch.canvas.doodle import Doodle, draw, strokes
from livesketch.canvas.stroke import Sample
from livesketch.frames import WHOLE_PAPER, Frame, Sketch
from livesketch.sources.paper import Source


def read(source: Source, is_framed: bool = True) -> tuple[Frame, Sketch]:
    frame = source.read(is_framed)
    assert frame is not None
    assert frame.sketch is not None
    return frame, frame.sketch


def test_frames_come_with_changes_and_carry_the_pens_time():
    document = Document()
    source = Source(document)
    first = source.read(True)
    assert first is not None
    assert first.is_empty
    assert not first.is_live
    assert source.read(True) is None
    document.begin(Brush(), Sample(0.3, 0.4, time=77.0))
    second = source.read(True)
    assert second is not None
    assert second.time == 77.0
    assert not second.is_empty
    assert second.number > first.number
    assert second.sketch is not None
    assert second.sketch.shape == (256, 256)
    assert second.sketch.min() == 0.0
    document.extend([Sample(0.5, 0.4, time=77.1)])
    assert source.read(True) is not None
    assert source.read(True) is None
    assert source.label
    source.close()


def test_framing_can_be_switched_off_and_on():
    document = Document.from_strokes([line * 0.4 + 0.5 for line in strokes(Doodle())])
    source = Source(document)
    (framed, first), (whole, second), (again, third) = map(read, [source] * 3, [True, False, True])
    assert whole.place == WHOLE_PAPER
    assert framed.place != WHOLE_PAPER
    assert framed.place == again.place
    assert np.array_equal(first, third)
    assert not np.array_equal(first, second)


def test_a_doodle_is_seen_as_training_draws_it():
    lines = strokes(Doodle())
    _, sketch = read(Source(Document.from_strokes(lines)), False)
    assert np.abs(sketch - draw(lines)).mean() < 0.006


def test_a_cleared_paper_is_empty_and_undo_fills_it():
    document = Document.from_strokes(strokes(Doodle()))
    source = Source(document)
    _, before = read(source)
    document.clear()
    empty, blank = read(source)
    document.undo()
    _, after = read(source)
    assert empty.is_empty
    assert blank.min() == 1.0
    assert np.array_equal(before, after)
