"""A pen that is laid flat: the pencil draws with the side of its lead."""

import numpy as np
import pytest

from livesketch.canvas.brush import BRUSHES, Brush
from livesketch.canvas.document import Document
from livesketch.canvas.drawing_file import load, save
from livesketch.canvas.paper import PaperRaster
from livesketch.canvas.raster import render_sketch
from livesketch.canvas.stabilizer import Average
from livesketch.canvas.stroke import Sample, Stroke
from livesketch.canvas.tilt import lean
from livesketch.session import Session
from livesketch.tools import brush_in_hand

SIDE = 400
PENCIL = BRUSHES["pencil"]


def line(tilt: float, y: float = 0.5, pressure: float = 1.0) -> list[Sample]:
    return [Sample(0.1 + n / 100, y, pressure, tilt, 0.0, n / 100) for n in range(81)]


def seen(*strokes: Stroke) -> np.ndarray:
    raster = PaperRaster(SIDE)
    raster.update(Document.from_strokes(strokes), budget_s=1e9)
    return raster.ink.astype(float) / 255


def width(ink: np.ndarray) -> float:
    """Of a level line, in pixels, however dark: where the rows hold a tenth of its darkest."""
    rows = ink[:, SIDE // 4 : 3 * SIDE // 4].mean(axis=1)
    return float((rows > 0.1 * rows.max()).sum())


def darkness(ink: np.ndarray) -> float:
    return float(ink[:, SIDE // 4 : 3 * SIDE // 4].mean(axis=1).max())


def test_a_hand_that_writes_does_not_lean_and_a_flat_one_does_whichever_way() -> None:
    assert [lean(x, y) for x, y in ((0, 0), (30, 0), (0, -35))] == [0.0, 0.0, 0.0]
    assert [lean(x, y) for x, y in ((64, 0), (0, -64), (90, 90))] == [1.0, 1.0, 1.0]
    assert 0.2 < lean(-50, 0) < 0.8
    angles = [lean(angle, 0.0) for angle in range(91)]
    assert angles == sorted(angles)


def test_laid_flat_the_pencil_is_broader_and_paler() -> None:
    upright, flat = seen(Stroke(line(20), PENCIL)), seen(Stroke(line(64), PENCIL))
    assert width(flat) > 3.5 * width(upright)
    assert darkness(flat) < 0.7 * darkness(upright)
    assert darkness(flat) > 0.05


def test_it_changes_evenly_while_the_pen_is_laid_down() -> None:
    samples = [Sample(0.1 + n / 100, 0.5, 1.0, 0.9 * n, 0.0, n / 100) for n in range(81)]
    ink = seen(Stroke(samples, PENCIL))
    widths = [float((ink[:, x : x + 10].mean(1) > 0.02).sum()) for x in range(120, 340, 20)]
    assert max(np.diff(widths)) < 7
    assert widths[-1] > 3 * widths[0]


def test_ink_does_not_care_and_neither_does_the_model() -> None:
    for tilt in (20.0, 64.0):
        assert np.array_equal(seen(Stroke(line(tilt), Brush())), seen(Stroke(line(0), Brush())))
        one, other = (render_sketch([Stroke(line(t), PENCIL)])[0] for t in (tilt, 0.0))
        assert np.array_equal(one, other)


def test_growing_sample_by_sample_it_is_painted_as_in_one_go_and_taken_back_without_trace() -> None:
    document, raster = Document(), PaperRaster(SIDE)
    samples = [
        Sample(0.1 + n / 100, 0.5 + 0.1 * np.sin(n / 5), 0.8, 60 * abs(np.sin(n / 9)), 20, n / 100)
        for n in range(81)
    ]
    document.begin(PENCIL, samples[0])
    for sample in samples[1:]:
        document.extend([sample])
        raster.update(document)
    document.end()
    raster.update(document)
    assert np.array_equal(raster.ink / 255, seen(Stroke(samples, PENCIL)))
    document.undo()
    raster.update(document)
    assert raster.ink.max() == 0


def test_a_mirrored_line_leans_on_both_sides() -> None:
    brush = Brush("pencil", 0.006, opacity=0.85, mirror=0.5, tilting=1.0)
    ink = seen(Stroke([Sample(0.2, y / 100, 1.0, 62.0, 0.0, y) for y in range(20, 80)], brush))
    left, right = ink[:, : SIDE // 2], ink[:, SIDE // 2 :]
    assert left.sum() > 100
    assert right.sum() == pytest.approx(left.sum(), rel=0.1)


def test_the_box_of_a_stroke_holds_all_of_its_ink() -> None:
    stroke = Stroke(line(64), PENCIL)
    rows, columns = np.nonzero(seen(stroke))
    left, top, right, bottom = stroke.box
    assert left * SIDE <= columns.min() + 1
    assert columns.max() <= right * SIDE + 1
    assert top * SIDE <= rows.min() + 1
    assert rows.max() <= bottom * SIDE + 1


def test_a_file_keeps_how_the_brush_leans_and_an_older_drawing_stays_as_it_was(tmp_path) -> None:
    path = tmp_path / "a.livesketch"
    save(Document.from_strokes([Stroke(line(64), PENCIL)]), path)
    assert load(path).strokes[0].brush.tilting == 1.0
    path.write_text(path.read_text().replace(',"tilting":1.0', "").replace(',"sum"', ',"was"'))
    assert load(path).strokes[0].brush.tilting == 0.0


def test_the_tilt_is_calmed_with_the_line() -> None:
    calm = Average(0.8)
    shaken = [Sample(n / 100, 0.5, 0.5, 50 + 8 * (-1) ** n, 0.0, n / 200) for n in range(60)]
    out = [one.tilt_x for sample in shaken for one in calm.push(sample)]
    assert np.ptp(out[20:]) < 4.0


def test_the_knob_turns_it_off_for_the_pencil_and_on_for_ink() -> None:
    session = Session()
    assert brush_in_hand(session, is_eraser=False).tilting == 0.0
    session.set("tilt", 0.6)
    assert brush_in_hand(session, is_eraser=False).tilting == 0.6
