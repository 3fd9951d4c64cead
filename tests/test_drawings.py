"""A drawing goes to other programs and comes back: as ink without paper, as layers, as strokes."""

import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from stage import quiet_rig

from livesketch.acts import Stage, act
from livesketch.canvas.brush import BRUSHES, ERASER, Brush
from livesketch.canvas.chain import EMPTY
from livesketch.canvas.document import Document
from livesketch.canvas.doodle import Doodle, strokes
from livesketch.canvas.mask import SIDE, MaskRaster, areas_of
from livesketch.canvas.raster import render_sketch
from livesketch.canvas.reference import reference_of
from livesketch.canvas.stroke import Sample, Stroke
from livesketch.desk import Desk
from livesketch.drawings import read_drawings, write_drawing
from livesketch.errors import DrawingError
from livesketch.render import documents_in
from livesketch.session import Session

HERE = Path(__file__).parent


def doodle(*more: Stroke) -> Document:
    document = Document.from_strokes(strokes(Doodle()), name="me")
    for stroke in more:
        document.add(stroke)
    return document


def straight(brush: Brush, *points: tuple[float, float]) -> Stroke:
    return Stroke([Sample(x, y, 1.0, time=n / 10) for n, (x, y) in enumerate(points)], brush)


def across(brush: Brush, y: float, x0: float = 0.1, x1: float = 0.9) -> Stroke:
    return straight(brush, *((x0 + (x1 - x0) * n / 80, y) for n in range(81)))


# --- PNG


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        assert image.mode == "RGBA"
        return np.asarray(image)


def test_a_png_holds_the_ink_alone_and_lies_on_any_ground(tmp_path: Path) -> None:
    drawn = Document.from_strokes([across(Brush(size=0.02), 0.5)])
    found = pixels(write_drawing(drawn, tmp_path / "a.png"))
    side = len(found)
    assert found.shape == (side, side, 4)
    middle = side // 2
    assert found[middle, middle, 3] == 255
    assert found[middle, middle, :3].max() < 40
    assert found[: round(0.45 * side), :, 3].max() == 0
    thickness = (found[:, middle, 3] / 255).sum() / side
    assert thickness == pytest.approx(0.02, abs=0.001)


def test_what_was_erased_is_transparent_and_a_soft_brush_is_half_so(tmp_path: Path) -> None:
    marker = replace(BRUSHES["marker"], size=0.05)
    drawn = Document.from_strokes(
        [
            across(Brush(size=0.02), 0.3),
            straight(Brush(ERASER, 0.06), (0.5, 0.2), (0.5, 0.4)),
            across(marker, 0.7),
        ]
    )
    found = pixels(write_drawing(drawn, tmp_path / "a.png"))[..., 3]
    side = len(found)
    row = found[round(0.3 * side)]
    assert row[side // 4] == 255
    assert row[side // 2] == 0
    assert 60 < found[round(0.7 * side), side // 2] < 130


def test_on_dark_paper_the_ink_is_light_as_it_is_seen(tmp_path: Path) -> None:
    drawn = Document.from_strokes([across(Brush(size=0.02), 0.5)])
    found = pixels(write_drawing(drawn, tmp_path / "a.png", "dark"))
    assert found[len(found) // 2, len(found) // 2, :3].min() > 200


# --- Quick, Draw!


def test_a_drawing_written_for_quickdraw_comes_back_with_its_shape_and_its_times(tmp_path) -> None:
    drawn = doodle()
    path = write_drawing(drawn, tmp_path / "a.ndjson")
    (line,) = path.read_text().splitlines()
    rows = json.loads(line)["drawing"]
    assert len(rows) == len(drawn.strokes)
    assert all(len(x) == len(y) == len(t) for x, y, t in rows)
    every = [stamp for *_, t in rows for stamp in t]
    assert every[0] == 0
    assert every == sorted(every)
    (again,), notes = read_drawings(path)
    assert notes == []
    now, before = render_sketch(again.strokes)[0], render_sketch(drawn.strokes)[0]
    assert np.abs(now - before).mean() < 0.003
    for one, other in zip(again.strokes, drawn.strokes, strict=True):
        lasted = np.ptp(one.table[:, 5])
        assert lasted == pytest.approx(np.ptp(other.table[:, 5]), abs=0.002)


def test_the_eraser_cuts_the_lines_that_quickdraw_gets(tmp_path: Path) -> None:
    drawn = Document.from_strokes(
        [
            across(Brush(), 0.3),
            straight(Brush(ERASER, 0.1), (0.5, 0.25), (0.5, 0.35)),
            across(Brush(mirror=0.5), 0.6, 0.1, 0.4),
        ]
    )
    rows = json.loads(write_drawing(drawn, tmp_path / "a.ndjson").read_text())["drawing"]
    spans = [(min(x) / 255, max(x) / 255) for x, *_ in rows]
    assert spans[:2] == [pytest.approx((0.1, 0.45), abs=0.02), pytest.approx((0.55, 0.9), abs=0.02)]
    assert spans[2:] == [pytest.approx((0.1, 0.4)), pytest.approx((0.6, 0.9))]


def test_an_empty_paper_is_saved_as_one(tmp_path: Path) -> None:
    rows = json.loads(write_drawing(Document(), tmp_path / "a.ndjson").read_text())["drawing"]
    assert rows == []
    assert pixels(write_drawing(Document(), tmp_path / "a.png"))[..., 3].max() == 0


# --- Photoshop


@pytest.fixture(scope="module")
def psd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The painted drawing as a Photoshop file."""
    pytest.importorskip("psd_tools", reason="psd-tools is not installed: no Photoshop files")
    return write_drawing(painted(), tmp_path_factory.mktemp("psd") / "a.psd")


def painted() -> Document:
    """Lines, an erased place, parts and a photo."""
    document = doodle(straight(Brush(ERASER, 0.05), (0.3, 0.2), (0.7, 0.2)))
    parts = np.zeros((SIDE, SIDE), np.uint8)
    parts[300:500, 400:700] = 1
    parts[350:400, 450:500] = 13  # hair, with skin all round
    chain = EMPTY
    for stroke in areas_of(parts):
        chain = chain.then(stroke)
    with Image.open(HERE / "data" / "face-one.jpg") as image:
        photo = reference_of("face-one.jpg", np.asarray(image.convert("RGB")))
    photo = replace(photo, x=0.4, y=0.6, side=0.5, opacity=0.4)
    document.edit(replace(document.sheet, mask=chain, reference=photo))
    return document


def test_a_photoshop_file_has_a_layer_for_each_thing_and_looks_as_the_paper_does(psd: Path) -> None:
    from psd_tools import PSDImage

    layers = {layer.name: layer for layer in PSDImage.open(psd)}
    assert list(layers) == ["Paper", "Photo", "Parts", "Ink"]
    assert layers["Photo"].opacity == pytest.approx(0.4 * 255, abs=1)
    assert np.asarray(layers["Ink"].topil())[..., 3].min() == 0
    with Image.open(psd) as flat:  # what programs show that know no layers
        whole = np.asarray(flat.convert("RGB")).astype(int)
    side = len(whole)
    assert np.abs(whole[20, 20] - (0xF7, 0xF5, 0xF0)).max() <= 1
    assert whole[round(0.35 * side), round(0.65 * side)].tolist() != [0xF7, 0xF5, 0xF0]


def test_a_photoshop_file_comes_back_as_lines_parts_and_a_photo(psd: Path) -> None:
    drawn = painted()
    (again,), notes = read_drawings(psd)
    assert "traced" in notes[0]
    now, before = (render_sketch(one.strokes, is_framed=False)[0] for one in (again, drawn))
    assert np.abs(now - before).mean() < 0.008
    width = np.median([stroke.brush.size for stroke in again.strokes])
    assert width == pytest.approx(drawn.strokes[0].brush.size, rel=0.5)
    parts = [MaskRaster().follow(one.sheet.mask) for one in (again, drawn)]
    assert (parts[0] == parts[1]).mean() > 0.999
    photo = again.sheet.reference
    assert photo is not None
    assert (photo.x, photo.y, photo.side) == pytest.approx((0.4, 0.6, 0.5), abs=0.003)
    assert photo.opacity == pytest.approx(0.4, abs=0.01)


@pytest.mark.usefixtures("psd")
def test_another_programs_file_opens_oblong_hidden_layers_left_out(tmp_path: Path) -> None:
    from psd_tools import PSDImage

    paper = PSDImage.new("RGB", (600, 300), color=255)
    lines = Image.new("RGBA", (600, 300))
    lines.paste((0, 0, 0, 255), (100, 140, 500, 150))
    paper.create_pixel_layer(lines, name="pencil 2")
    lines.paste((0, 0, 0, 255), (100, 20, 500, 30))
    hidden = paper.create_pixel_layer(lines, name="old")
    hidden.visible = False
    paper.save(tmp_path / "b.psd")
    documents, _ = documents_in(tmp_path / "b.psd")
    (stroke,) = documents[0].strokes
    assert stroke.points[:, 1] == pytest.approx(145 / 600 + 0.25, abs=0.005)
    assert sorted(stroke.points[[0, -1], 0]) == pytest.approx([1 / 6, 5 / 6], abs=0.02)
    assert stroke.brush.size == pytest.approx(10 / 600, rel=0.35)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.1, 0.3])
def test_a_photoshop_file_cut_short_is_said_in_a_sentence(tmp_path, psd: Path, share) -> None:
    content = psd.read_bytes()
    path = tmp_path / "cut.psd"
    path.write_bytes(content[: round(share * len(content))])
    with pytest.raises(DrawingError, match=r"cut\.psd"):
        read_drawings(path)


ENDINGS = (".livesketch", ".svg", ".psd", ".ndjson")


def refused(path: Path, words: str) -> None:
    """In one sentence that names the file; the hint says what to do, not what a library said."""
    with pytest.raises(DrawingError, match=words) as caught:
        read_drawings(path)
    error = caught.value
    assert path.name in error.message
    assert len(error.message) < 120
    assert error.message.count(".") <= 2 + path.name.count(".")
    assert not any(word in error.hint for word in ("Attribute(", "validator", "0x", "Error"))


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_is_no_drawing_is_refused_in_one_sentence_whatever_its_name_says(
    tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"a{ending}"
    for content in (b"\0" * 5000, bytes(range(256)) * 9, b"<!DOCTYPE html><html></html>"):
        path.write_bytes(content)
        refused(path, "not|cannot|no Quick")
    path.write_bytes(b"")
    refused(path, "empty")
    path.unlink()
    refused(path, "no file")
    path.mkdir()
    refused(path, "folder")


@pytest.mark.skipif(sys.platform == "win32", reason="pipes and permissions of POSIX")
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_pipe_is_not_waited_for_and_a_locked_file_is_said_to_be_so(
    tmp_path: Path, ending: str, monkeypatch
) -> None:
    pipe, locked = tmp_path / f"pipe{ending}", tmp_path / f"locked{ending}"
    os.mkfifo(pipe)
    refused(pipe, "no ordinary file")
    locked.write_bytes(b"x")

    def denied(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")  # root, who runs tests too, may read all

    monkeypatch.setattr(Path, "read_bytes", denied)
    refused(locked, "may not be read")


@pytest.mark.parametrize("at", [14, 18, 22, 24, 26, 30])
def test_a_photoshop_file_with_nonsense_in_its_head_is_refused(
    tmp_path: Path, psd: Path, at: int
) -> None:
    content = bytearray(psd.read_bytes())
    content[at : at + 4] = b"\x00\x37\xff\xff"
    path = tmp_path / "hostile.psd"
    path.write_bytes(content)
    refused(path, "cannot be read|too large")


def test_without_psd_tools_a_sentence_says_what_to_install(tmp_path, monkeypatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr("livesketch.layered.import_module", missing)
    (tmp_path / "b.psd").write_bytes(b"8BPS")
    for use in (read_drawings, lambda path: write_drawing(doodle(), path)):
        with pytest.raises(DrawingError) as caught:
            use(tmp_path / "b.psd")
        assert "livesketch[psd]" in caught.value.hint
    assert (tmp_path / "b.psd").read_bytes() == b"8BPS"


# --- at the window


@pytest.fixture
def stage() -> Stage:
    session = Session()
    return Stage(session, Desk(session, None), None, quiet_rig(session), ())  # type: ignore[arg-type]


def told(desk: Desk) -> str:
    """What the person reads once the work that goes on beside the drawing is done."""
    end = time.monotonic() + 60
    while not desk.trouble:
        assert time.monotonic() < end
        desk.keep(time.monotonic())
    said, desk.trouble = desk.trouble, ""
    return said


def test_a_picture_is_saved_while_one_draws_on_as_it_was_when_it_was_asked_for(stage, tmp_path):
    stage.session.document = doodle()
    path = tmp_path / "a.png"
    assert act(stage, "save", path) == "Saving a.png…"
    act(stage, "save", tmp_path / "b.png")
    stage.session.document.clear()
    assert told(stage.desk) == f"Saved {path}."
    assert "b.png" in told(stage.desk)
    assert pixels(path)[..., 3].max() == 255
    assert (pixels(path) == pixels(tmp_path / "b.png")).all()
    assert not stage.session.document.is_saved
    stage.desk.close()


def test_what_was_asked_for_is_saved_although_the_program_ends(stage, tmp_path) -> None:
    stage.session.document = doodle()
    act(stage, "save", tmp_path / "a.png")
    act(stage, "save", tmp_path / "b.png")
    stage.desk.close()
    assert pixels(tmp_path / "a.png")[..., 3].max() == 255
    assert pixels(tmp_path / "b.png")[..., 3].max() == 255


def test_a_picture_that_cannot_be_saved_is_said_and_the_next_one_is(stage, tmp_path) -> None:
    stage.session.document = doodle()
    act(stage, "save", tmp_path / "none" / "a.png")
    act(stage, "save", tmp_path / "b.png")
    assert "no folder" in told(stage.desk)
    assert not stage.desk.is_news
    assert "b.png" in told(stage.desk)
    stage.desk.close()


def test_a_photoshop_file_is_opened_by_the_way(stage, tmp_path, psd: Path) -> None:
    assert stage.desk.open(psd) == ["Opening a.psd…"]
    assert "traced" in told(stage.desk)
    assert len(stage.session.document.strokes) > 5
    assert stage.session.document.name == "a"
    (tmp_path / "c.psd").write_bytes(b"no")
    stage.desk.open(tmp_path / "c.psd")
    assert "c.psd" in told(stage.desk)
    assert stage.session.document.name == "a"
    stage.desk.close()


def test_only_the_programs_own_file_counts_as_saved(stage, tmp_path) -> None:
    stage.session.document = doodle()
    stage.session.document.add(across(Brush(), 0.5))
    for ending in ("svg", "ndjson"):
        assert act(stage, "save", tmp_path / f"a.{ending}") == f"Saved {tmp_path / 'a'}.{ending}."
        assert not stage.session.document.is_saved
    act(stage, "save", tmp_path / "a.other")
    assert (tmp_path / "a.other.livesketch").is_file()
    assert stage.session.document.is_saved
