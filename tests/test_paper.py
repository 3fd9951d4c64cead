"""The paper gives a frame when something changed on it, and says when the pen was there."""

import numpy as np

from livesketch.canvas.brush import Brush
from livesketch.canvas.document import Document
from livesketch.canvas.doodle import Doodle, draw, strokes
from livesketch.canvas.stroke import Sample
from livesketch.frames import WHOLE_PAPER
from livesketch.sources.paper import Source


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
    framed, whole, again = source.read(True), source.read(False), source.read(True)
    assert framed is not None
    assert whole is not None
    assert again is not None
    assert whole.place == WHOLE_PAPER
    assert framed.place != WHOLE_PAPER
    assert framed.place == again.place
    assert np.array_equal(framed.sketch, again.sketch)
    assert not np.array_equal(framed.sketch, whole.sketch)


def test_a_doodle_is_seen_as_training_draws_it():
    lines = strokes(Doodle())
    frame = Source(Document.from_strokes(lines)).read(False)
    assert frame is not None
    assert frame.sketch is not None
    assert np.abs(frame.sketch - draw(lines)).mean() < 0.006


def test_a_cleared_paper_is_empty_and_undo_fills_it():
    document = Document.from_strokes(strokes(Doodle()))
    source = Source(document)
    before = source.read(True)
    document.clear()
    empty = source.read(True)
    document.undo()
    after = source.read(True)
    assert before is not None
    assert empty is not None
    assert after is not None
    assert empty.is_empty
    assert empty.sketch is not None
    assert empty.sketch.min() == 1.0
    assert np.array_equal(before.sketch, after.sketch)
