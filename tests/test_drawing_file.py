"""What is saved comes back exactly; what is damaged opens as far as it is whole, or says why not."""

import errno
import os
import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livesketch.canvas.brush import Brush
from livesketch.canvas.document import Document
from livesketch.canvas.drawing_file import load, load_with_notes, save
from livesketch.canvas.reference import Reference
from livesketch.canvas.stroke import Sample, Stroke
from livesketch.errors import DrawingError

NUMBERS = st.floats(-10, 10, allow_nan=False)
SAMPLES = st.builds(
    Sample, NUMBERS, NUMBERS, st.floats(0, 1), st.floats(-90, 90), st.floats(-90, 90), NUMBERS
)
SHARES = st.floats(0, 1)
BRUSHES = st.builds(
    Brush,
    st.sampled_from(["pen", "pencil", "marker", "eraser", "chalk"]),
    st.floats(1e-4, 0.5),
    SHARES,
    SHARES,
    SHARES,
    SHARES,
    st.none() | st.floats(0, 1),
)
STROKES = st.builds(Stroke, st.lists(SAMPLES, min_size=1, max_size=8), BRUSHES)
PHOTOS = st.none() | st.builds(
    Reference,
    st.text(max_size=5),
    st.binary(max_size=40),
    NUMBERS,
    NUMBERS,
    st.floats(0.1, 9),
    SHARES,
    st.booleans(),
)
EXTRAS = st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=3)


def drawing(strokes: int = 12, samples: int = 15) -> Document:
    rng = np.random.default_rng(3)
    tables = [rng.random((samples, 6)) for _ in range(strokes)]
    document = Document.from_strokes([Stroke(table, Brush()) for table in tables])
    document.extra = {"seed": 7, "look": {"name": "Änne", "code": [0.1, 0.2]}}
    return document


@settings(max_examples=60, deadline=None)
@given(st.lists(STROKES, max_size=6), EXTRAS, st.lists(STROKES, max_size=2), PHOTOS)
def test_a_saved_drawing_comes_back_exactly(tmp_path_factory, strokes, extra, mask, reference):
    path = tmp_path_factory.mktemp("d") / "a.livesketch"
    document = Document.from_strokes(strokes)
    document.extra = extra
    for stroke in mask:
        document.edit(replace(document.sheet, mask=document.sheet.mask.then(stroke)))
    document.edit(replace(document.sheet, reference=reference))
    save(document, path)
    again, notes = load_with_notes(path)
    assert again == document
    assert not notes
    assert again.is_saved
    assert document.is_saved
    assert again.path == path


def test_saved_means_saved_until_something_changes(tmp_path):
    document = drawing()
    document.add(Stroke([Sample(0.1, 0.1)], Brush()))
    assert not document.is_saved
    save(document, tmp_path / "a.livesketch")
    assert document.is_saved
    document.undo()
    assert not document.is_saved
    document.redo()
    assert document.is_saved


def test_a_drawing_cut_anywhere_opens_with_what_is_whole(tmp_path):
    document = drawing()
    path = tmp_path / "whole.livesketch"
    save(document, path)
    content = path.read_bytes()
    ends = np.cumsum([len(line) for line in content.splitlines(keepends=True)])
    random.seed(1)
    cuts = {*random.sample(range(1, len(content)), 80), *(ends[:-1]), *(ends[:-1] - 1)}
    for cut in sorted(cuts):
        path.write_bytes(content[:cut])
        whole = int((ends - 1 <= cut).sum()) - 1  # a line is whole without its end of line too
        if whole < 1:  # not even a stroke: the drawing on the desk stays
            with pytest.raises(DrawingError, match="first line"):
                load(path)
            continue
        again, notes = load_with_notes(path)
        assert list(again.strokes) == list(document.strokes[:whole])
        assert bool(notes) == (whole < len(document.strokes) + 1)
        assert again.extra == document.extra


def test_an_empty_drawing_and_one_of_painted_parts_open_though_no_stroke_is_in_them(tmp_path):
    path = tmp_path / "a.livesketch"
    save(Document(), path)
    assert load_with_notes(path)[1] == []
    document = Document()
    part = Stroke([Sample(0.1, 0.1), Sample(0.5, 0.5)], Brush("paint skin", 0.1))
    document.edit(replace(document.sheet, mask=document.sheet.mask.then(part)))
    save(document, path)
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:2]))
    again, notes = load_with_notes(path)
    assert again.sheet.mask.count == 1
    assert notes == ["a.livesketch is cut off: what is whole of it could be opened."]


def test_a_flipped_bit_never_moves_a_point(tmp_path):
    document = drawing()
    path = tmp_path / "a.livesketch"
    save(document, path)
    content = bytearray(path.read_bytes())
    originals = set(document.strokes)
    random.seed(2)
    for _ in range(150):
        place, bit = random.randrange(len(content)), 1 << random.randrange(8)
        content[place] ^= bit
        path.write_bytes(content)
        content[place] ^= bit
        again, notes = load_with_notes(path)
        assert set(again.strokes) <= originals
        assert len(again.strokes) >= len(document.strokes) - 2
        if again != document:
            assert notes


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"  \n\n", "empty"),
        (b"dear diary\ntoday", "not a livesketch drawing"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "not a livesketch drawing"),
        (b"\x89PNG\r\n\x1a\n" + bytes(300), "not a livesketch drawing"),
        (bytes(range(256)) * 40, "not a livesketch drawing"),
        (b"[" * 200_000, "not a livesketch drawing"),
        (b'{"word":"face","drawing":[[[1,2],[3,4]]]}', "not a livesketch drawing"),
        (b'{"livesketch":"drawing","version":[2,0],"extra":{}}\n', "newer"),
        (b'{"livesketch":"journal","version":[1,0]}\n', "not a drawing"),
        (b'{"livesketch":"drawing","vers', "first line"),
        (b'{"livesketch":"drawing","version":[1,1],"extra":{"seed":3}}\n', "but its first line"),
        (b'{"livesketch":"drawing","version":[1,1]}\n{"stroke":{"br', "but its first line"),
        (b'{"livesketch":"drawing","version":[1,1]}\n{"str7\n{"end":1}\n', "but its first line"),
    ],
)
def test_what_is_no_drawing_is_refused_in_one_sentence(tmp_path, content, word):
    path = tmp_path / "a.livesketch"
    path.write_bytes(content)
    with pytest.raises(DrawingError, match=word) as caught:
        load(path)
    assert "a.livesketch" in caught.value.message
    assert "\n" not in str(caught.value)


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=300))
def test_random_bytes_never_crash_the_reader(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("d") / "a.livesketch"
    path.write_bytes(b'{"livesketch":"drawing","version":[1,0]}\n' + content + b'\n{"end":0}\n')
    document, _ = load_with_notes(path)
    assert document.strokes == ()
    path.write_bytes(content)
    with pytest.raises(DrawingError):
        load(path)


@pytest.mark.parametrize(
    "stroke",
    [
        '{"brush":{"name":"pen","size":0.01},"samples":[[NaN,0.1]]}',
        '{"brush":{"name":"pen","size":0.01},"samples":[[1e999,0.1]]}',
        '{"brush":{"name":"pen","size":0.01},"samples":[[1e9,0.1]]}',
        '{"brush":{"name":"pen","size":0.01},"samples":[[0.1,0.1],[0.2]]}',
        '{"brush":{"name":"pen","size":-1},"samples":[[0.1,0.1]]}',
        '{"brush":{"name":7,"size":0.1},"samples":[[0.1,0.1]]}',
        '{"brush":"pen","samples":[[0.1,0.1]]}',
        '{"brush":{"name":"pen","size":0.01},"samples":[]}',
        '{"brush":{"name":"pen","size":0.01}}',
        "7",
    ],
)
def test_an_impossible_stroke_is_left_out_and_named(tmp_path, stroke):
    path = tmp_path / "a.livesketch"
    path.write_text(
        '{"livesketch":"drawing","version":[1,0],"extra":{}}\n{"stroke":' + stroke + "}\n"
        '{"stroke":{"brush":{"name":"pen","size":0.01},"samples":[[0.1,0.2]]}}\n{"end":2}\n'
    )
    document, notes = load_with_notes(path)
    assert [(s.x, s.y, s.pressure) for s in document.strokes[0].samples] == [(0.1, 0.2, 1.0)]
    assert len(document.strokes) == 1
    assert any("One stroke of 2" in note for note in notes)


def test_a_file_of_a_later_version_opens_without_what_is_new(tmp_path):
    path = tmp_path / "a.livesketch"
    path.write_text(
        '{"livesketch":"drawing","version":[1,9],"extra":{"a":1},"mood":"blue"}\n'
        '{"layer":{"name":"mask"}}\n'
        '{"stroke":{"brush":{"name":"chalk","size":0.01,"opacity":0.4,"wetness":3},'
        '"samples":[[0.1,0.2,0.5,1,2,3,99]],"layer":2}}\n{"end":1}\n'
    )
    document, notes = load_with_notes(path)
    assert document.strokes[0].brush == Brush("chalk", 0.01, opacity=0.4)
    assert document.strokes[0].samples == (Sample(0.1, 0.2, 0.5, 1, 2, 3),)
    assert document.extra == {"a": 1}
    assert len(notes) == 2


def test_missing_files_and_folders_are_named(tmp_path):
    with pytest.raises(DrawingError, match="no file"):
        load(tmp_path / "none.livesketch")
    with pytest.raises(DrawingError, match="folder"):
        load(tmp_path)
    with pytest.raises(DrawingError, match="no folder"):
        save(drawing(), tmp_path / "none" / "a.livesketch")
    with pytest.raises(DrawingError, match="folder"):
        save(drawing(), tmp_path)


@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
def test_a_full_disk_leaves_the_old_file_as_it_was(tmp_path, monkeypatch, step):
    path = tmp_path / "a.livesketch"
    old = drawing(3)
    save(old, path)
    content = path.read_bytes()

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    if step == "write":
        real = os.fdopen

        class Full:
            def __init__(self, file):
                self._file = file

            def __enter__(self):
                return self

            def __exit__(self, *_):
                self._file.close()

            write = full

        monkeypatch.setattr(os, "fdopen", lambda handle, mode: Full(real(handle, mode)))
    else:
        monkeypatch.setattr(os, step, full)
    new = drawing(5)
    new.add(Stroke([Sample(0.5, 0.5)], Brush()))
    with pytest.raises(DrawingError, match="disk is full"):
        save(new, path)
    monkeypatch.undo()
    assert path.read_bytes() == content
    assert [file.name for file in tmp_path.iterdir()] == ["a.livesketch"]
    assert not new.is_saved


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_a_really_full_device_is_said_to_be_full(tmp_path, monkeypatch):
    real = os.fdopen

    def fdopen(handle, mode):
        os.close(handle)
        return real(os.open("/dev/full", os.O_WRONLY), mode)

    monkeypatch.setattr(os, "fdopen", fdopen)
    with pytest.raises(DrawingError, match="disk is full"):
        save(drawing(), tmp_path / "a.livesketch")
    assert list(tmp_path.iterdir()) == []


def test_undone_strokes_are_saved_with_the_drawing_and_replayed(tmp_path):
    document = drawing(4)
    path = tmp_path / "a.livesketch"
    document.undo()
    document.add(Stroke([Sample(0.9, 0.9)], Brush()))
    document.clear()
    document.undo()
    document.rearrange([document.strokes[2], document.strokes[0]])
    save(document, path)
    again, notes = load_with_notes(path)
    assert again == document
    assert not notes
    assert [act.kind for act in again.story] == [act.kind for act in document.story]
    assert [act.stroke for act in again.story] == [act.stroke for act in document.story]
    assert again.story[-1].after.chain.count == 2
    again.add(Stroke([Sample(0.3, 0.3)], Brush()))
    assert again.story[-1].stroke == again.strokes[-1]
    save(again, path)
    assert load(path) == again
