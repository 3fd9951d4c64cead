"""Undo, redo and Clear: nothing drawn is ever lost, and the paper says when it changed."""

import time
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from livesketch.canvas.brush import Brush
from livesketch.canvas.chain import EMPTY
from livesketch.canvas.document import Document
from livesketch.canvas.reference import Reference
from livesketch.canvas.stroke import Sample, Stroke

PEN = Brush("pen", 0.005)

EDITS = st.lists(
    st.sampled_from(
        ["begin", "extend", "end", "cancel", "clear", "undo", "redo", "add", "drop", "photo"]
    ),
    max_size=60,
)


def play(document: Document, edits: list[str]) -> None:
    for number, edit in enumerate(edits):
        sample = Sample(number / 60, 0.5, 0.7, time=float(number + 1))
        if edit == "begin":
            document.begin(PEN, sample)
        elif edit == "extend":
            document.extend([sample])
        elif edit == "drop":
            document.end()
            document.rearrange(document.strokes[::2])
        elif edit == "photo":
            document.preview(
                replace(document.sheet, reference=Reference("me", b"x", side=number + 1))
            )
        elif edit == "add":
            document.add(Stroke([sample], PEN))
        else:
            getattr(document, edit)()


@given(EDITS)
def test_undoing_everything_empties_the_paper_and_redoing_brings_it_back(edits):
    document = Document()
    play(document, edits)
    document.end()
    before = tuple(document.strokes)
    steps = 0
    while document.can_undo:
        assert document.undo()
        steps += 1
    assert document.is_blank
    assert document.strokes == ()
    for _ in range(steps):
        document.redo()
    while document.can_redo:
        document.redo()
    if "undo" not in edits:
        assert tuple(document.strokes) == before


@given(st.lists(st.sampled_from(["add", "draw", "clear"]), max_size=40))
def test_every_step_back_shows_what_was_there(edits):
    document = Document()
    seen = [document.strokes]
    for edit in edits:
        play(document, ["begin", "extend", "end"] if edit == "draw" else [edit])
        if document.strokes != seen[-1]:
            seen.append(document.strokes)
    for expected in reversed(seen[:-1]):
        document.undo()
        assert document.strokes == expected
    assert not document.can_undo


def test_version_grows_with_every_change_and_not_without():
    document = Document()
    versions = [document.version]
    for edit in ("begin", "extend", "end", "undo", "redo", "clear", "undo"):
        play(document, [edit])
        versions.append(document.version)
    assert versions == sorted(set(versions))
    document.redo()
    version = document.version
    assert not document.redo()
    document.clear()
    document.cancel()
    document.extend([Sample(0.1, 0.1)])
    assert document.version == version


def test_undo_under_the_pen_takes_only_the_growing_stroke_away():
    document = Document()
    play(document, ["begin", "extend", "end", "begin", "extend"])
    assert document.undo()
    assert not document.is_drawing
    assert len(document.strokes) == 1
    document.extend([Sample(0.2, 0.2)])  # the pen is still down, its stroke is gone
    assert len(document.strokes) == 1


def test_newest_time_is_the_pens_own_stamp_and_the_clock_for_edits():
    document = Document()
    document.begin(PEN, Sample(0.1, 0.1, time=123.5))
    assert document.newest_time == 123.5
    document.end()
    before = time.monotonic()
    document.undo()
    assert before <= document.newest_time <= time.monotonic()


def test_impossible_samples_never_reach_the_paper():
    document = Document()
    document.begin(PEN, Sample(float("nan"), 0.1))
    document.extend([Sample(0.1, float("inf")), Sample(0.2, 0.3)])
    document.end()
    assert [(s.x, s.y) for s in document.strokes[0].samples] == [(0.2, 0.3)]


def test_a_document_of_plain_lines_can_be_replayed_and_undone():
    document = Document.from_strokes([np.array([[0.1, 0.1], [0.5, 0.1]]), np.array([[0.2, 0.2]])])
    assert [len(stroke) for stroke in document.strokes] == [2, 1]
    assert document.strokes[0].samples[1].time > document.strokes[0].samples[0].time
    assert document.is_saved
    document.undo()
    assert not document.is_saved
    assert len(document.strokes) == 1


def test_painters_can_see_what_two_states_have_in_common():
    document = Document()
    play(document, ["add", "add"])
    two = document.chain
    play(document, ["add"])
    three = document.chain
    document.undo()
    play(document, ["add", "add"])
    assert document.chain.shared_with(three) is two
    assert [link.count for link in document.chain.since(two)] == [3, 4]
    document.clear()
    assert document.chain is EMPTY
    assert two.shared_with(document.chain) is EMPTY


def test_a_very_long_drawing_is_let_go_of_without_harm():
    document = Document()
    stroke = Stroke([Sample(0.5, 0.5)], PEN)
    for _ in range(50_000):
        document.add(stroke)
    document.clear()
    document.undo()
    assert len(document.strokes) == 50_000
    del document
