"""A crash costs at most the last half second, and nobody takes the journal of a program that lives."""

import subprocess
import sys
import textwrap
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livesketch.canvas.brush import Brush
from livesketch.canvas.document import Document
from livesketch.canvas.drawing_file import Journal, load, save
from livesketch.canvas.reference import Reference
from livesketch.canvas.stroke import Sample
from livesketch.errors import DrawingError

PEN = Brush("pen", 0.005)


def draw(document: Document, samples: int = 5) -> None:
    document.begin(PEN, Sample(0.1, 0.1, 0.5, time=1.0))
    for number in range(1, samples):
        document.extend([Sample(0.1 + number / 100, 0.2, 0.5, time=1.0 + number)])
    document.end()


def crash(journal: Journal) -> None:
    """The program dies: the system closes its files, and nothing else happens."""
    journal._close_file()


def test_an_unsaved_drawing_is_offered_with_all_its_steps(tmp_path):
    document, journal = Document(), Journal(tmp_path)
    for now in range(4):
        draw(document)
        journal.tick(document, float(now))
    document.undo()
    document.clear()
    document.undo()
    journal.tick(document, 10.0)
    crash(journal)
    later = Journal(tmp_path)
    (entry,) = later.recoverable()
    assert "3 strokes" in entry.words
    again = later.recover(entry)
    assert again.strokes == document.strokes
    assert not again.is_saved
    for _ in range(3):
        again.undo()
    assert again.is_empty
    for _ in range(3):
        again.redo()
    assert again == document


def test_the_growing_stroke_is_kept_in_pieces(tmp_path):
    document, journal = Document(), Journal(tmp_path)
    document.begin(PEN, Sample(0.1, 0.1, time=1.0))
    for number in range(1, 40):
        document.extend([Sample(number / 40, 0.2, time=1.0 + number)])
        journal.tick(document, number * 0.1)
    crash(journal)
    (stroke,) = Journal(tmp_path).recover().strokes
    assert len(stroke) >= 36
    assert document.growing is not None
    assert stroke.samples == tuple(document.growing.samples[: len(stroke)])


def test_nothing_is_written_while_nothing_changes(tmp_path):
    document, journal = Document(), Journal(tmp_path)
    for now in range(5):
        journal.tick(document, float(now))
    assert list(tmp_path.iterdir()) == []
    draw(document)
    journal.tick(document, 10.0)
    (path,) = tmp_path.iterdir()
    size = path.stat().st_size
    for now in range(5):
        journal.tick(document, 20.0 + now)
    assert path.stat().st_size == size
    draw(document)
    journal.tick(document, 24.1)  # too early after the last look? that one wrote nothing
    assert path.stat().st_size > size
    size = path.stat().st_size
    draw(document)
    journal.tick(document, 24.2)
    assert path.stat().st_size == size
    journal.tick(document, 24.6)
    assert path.stat().st_size > size


def test_saved_empty_and_declined_drawings_are_not_offered(tmp_path):
    folder = tmp_path / "journals"
    document, journal = Document(), Journal(folder)
    draw(document)
    journal.tick(document, 0.0)
    save(document, tmp_path / "a.livesketch")
    journal.tick(document, 1.0)
    crash(journal)
    assert Journal(folder).recoverable() == []
    assert list(folder.iterdir()) == []

    document, journal = load(tmp_path / "a.livesketch"), Journal(folder)
    draw(document)
    journal.tick(document, 0.0)
    crash(journal)
    later = Journal(folder)
    (entry,) = later.recoverable()
    assert later.recover(entry).path == tmp_path / "a.livesketch"
    later.discard(entry)
    assert later.recoverable() == []
    assert list(folder.iterdir()) == []
    with pytest.raises(DrawingError):
        later.recover()


def test_a_clean_end_leaves_only_what_is_unsaved(tmp_path):
    folder = tmp_path / "journals"
    document, journal = Document(), Journal(folder)
    draw(document)
    journal.tick(document, 0.0)
    draw(document)
    journal.close(document)
    assert Journal(folder).recover() == document

    document, journal = Document(), Journal(tmp_path / "others")
    draw(document)
    journal.tick(document, 0.0)
    save(document, tmp_path / "a.livesketch")
    journal.close(document)
    assert list((tmp_path / "others").iterdir()) == []


def test_another_document_replaces_the_one_before(tmp_path):
    first, second, journal = Document(), Document(), Journal(tmp_path)
    draw(first)
    journal.tick(first, 0.0)
    draw(second)
    draw(second)
    journal.tick(second, 0.01)
    crash(journal)
    assert Journal(tmp_path).recover() == second


def test_a_drawing_that_was_brought_back_is_safe_in_the_new_journal_at_once(tmp_path):
    document, journal = Document(), Journal(tmp_path)
    draw(document)
    journal.tick(document, 0.0)
    crash(journal)
    second = Journal(tmp_path)
    (entry,) = second.recoverable()
    again = second.recover(entry)
    second.tick(again, 100.0)
    second.discard(entry)
    crash(second)
    assert Journal(tmp_path).recover() == document


EDITS = st.lists(
    st.sampled_from(
        [
            "begin",
            "extend",
            "end",
            "cancel",
            "clear",
            "undo",
            "redo",
            "tick",
            "drop",
            "swap",
            "photo",
        ]
    ),
    max_size=40,
)


@settings(max_examples=80, deadline=None)
@given(EDITS)
def test_the_journal_tells_what_happened_whatever_it_was(tmp_path_factory, edits):
    folder = tmp_path_factory.mktemp("journal")
    document, journal = Document(), Journal(folder)
    now = 0.0
    for number, edit in enumerate([*edits, "tick"]):
        sample = Sample(number / 40, 0.5, time=number + 1.0)
        if edit == "begin":
            document.begin(PEN, sample)
        elif edit == "extend":
            document.extend([sample])
        elif edit == "tick":
            now += 1.0
            journal.tick(document, now)
        elif edit == "drop":
            document.end()
            document.rearrange(document.strokes[::2])
        elif edit == "swap":
            document.end()
            document.rearrange([*document.strokes[1:], *document.strokes[:1]])
        elif edit == "photo":
            document.end()
            document.edit(replace(document.sheet, reference=Reference("me", b"x", side=number + 1)))
        else:
            getattr(document, edit)()
    crash(journal)
    expected = document.strokes_so_far
    entries = Journal(folder).recoverable()
    if document.is_blank:
        assert entries == []
        return
    again = Journal(folder).recover(entries[0])
    assert tuple(again.strokes) == tuple(expected)
    if not document.is_drawing:
        while document.undo():
            assert again.undo()
            assert again == document
        assert not again.can_undo


def test_a_journal_cut_anywhere_gives_what_is_whole(tmp_path):
    document, journal = Document(), Journal(tmp_path)
    for now in range(6):
        draw(document)
        journal.tick(document, float(now))
    crash(journal)
    (path,) = tmp_path.iterdir()
    content = path.read_bytes()
    for cut in range(200, len(content), 97):
        path.write_bytes(content[:cut])
        later = Journal(tmp_path)
        if later.recoverable():
            again = later.recover()
            assert tuple(again.strokes) == tuple(document.strokes[: len(again.strokes)])
        path.write_bytes(content)


def test_a_killed_program_leaves_its_drawing_and_a_living_one_keeps_it(tmp_path):
    code = textwrap.dedent("""
        import sys
        from pathlib import Path
        from livesketch.canvas.brush import Brush
        from livesketch.canvas.document import Document
        from livesketch.canvas.drawing_file import Journal
        from livesketch.canvas.stroke import Sample

        document, journal = Document(), Journal(Path(sys.argv[1]))
        document.begin(Brush(), Sample(0.1, 0.1))
        document.extend([Sample(0.3, 0.4)])
        journal.tick(document, 0.0)
        print("written", flush=True)
        sys.stdin.readline()
    """)
    program = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert program.stdout is not None
        assert program.stdout.readline() == "written\n"
        assert Journal(tmp_path).recoverable() == []
    finally:
        program.kill()
        program.communicate(timeout=20)
    (stroke,) = Journal(tmp_path).recover().strokes
    assert [(s.x, s.y) for s in stroke.samples] == [(0.1, 0.1), (0.3, 0.4)]


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DrawingError):
        Journal(tmp_path / "file" / "journals")


def test_foreign_files_in_the_folder_do_no_harm(tmp_path):
    (tmp_path / "a.journal").write_bytes(bytes(range(256)))
    (tmp_path / "b.journal").write_bytes(b'{"livesketch":"journal","version":[9,0]}\n')
    (tmp_path / "c.journal").mkdir()
    assert Journal(tmp_path).recoverable() == []
    assert (tmp_path / "b.journal").exists()  # a later version's own
