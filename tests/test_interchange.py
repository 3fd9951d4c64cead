"""Drawings of other programs open as lines; broken and hostile files are refused in one sentence."""

import json
import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from livesketch.canvas.brush import Brush
from livesketch.canvas.document import Document
from livesketch.canvas.doodle import Doodle, strokes
from livesketch.canvas.interchange import read_quickdraw, read_svg, write_svg
from livesketch.canvas.raster import render_sketch
from livesketch.canvas.stroke import strokes_of_face
from livesketch.errors import DrawingError

SIMPLIFIED = {"word": "face", "drawing": [[[0, 255, 128], [0, 0, 128]], [[10, 10], [5, 50]]]}
RAW = {"drawing": [[[3.5, 90.25], [1.0, 2.0], [0, 140]], [[5.0], [6.0], [600]]]}


def svg(tmp_path, body, page='viewBox="0 0 100 100"'):
    path = tmp_path / "a.svg"
    path.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" {page}>{body}</svg>')
    return path


def lines(document):
    return [stroke.points for stroke in document.strokes]


def test_quickdraw_drawings_are_centred_and_keep_their_shape(tmp_path):
    path = tmp_path / "a.ndjson"
    path.write_text(json.dumps(SIMPLIFIED) + "\n\n" + json.dumps(RAW) + "\n")
    first, second = read_quickdraw(path)
    points = np.concatenate(lines(first))
    assert points.min(0) == pytest.approx([0.12, 0.5 - 64 / 255 * 0.76])
    assert points.max(0) == pytest.approx([0.88, 0.5 + 64 / 255 * 0.76])
    assert len(first.strokes) == 2
    assert second.strokes[0].samples[1].time - second.strokes[0].samples[0].time == 0.14
    assert second.strokes[1].samples[0].time == pytest.approx(0.6)
    assert (first.name, second.name) == ("a-1", "a-2")


def test_a_quickdraw_file_cut_in_half_opens_with_what_is_whole(tmp_path):
    path = tmp_path / "a.ndjson"
    content = (json.dumps(SIMPLIFIED) + "\n").encode() * 3
    for cut in range(1, len(content), 7):
        path.write_bytes(content[:cut])
        whole = (cut + 1) // (len(content) // 3)
        if whole:
            assert len(read_quickdraw(path)) == whole
        else:
            with pytest.raises(DrawingError, match="holds no"):
                read_quickdraw(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"\x89PNG\r\n\x1a\n",
        b"[]",
        b'{"drawing": 7}',
        b'{"drawing": []}',
        b'{"drawing": [[[1,2],[3]]]}',
        b'{"drawing": [[["a"],["b"]]]}',
        b'{"drawing": [[[NaN],[1]]]}',
        b'{"drawing": [[[1e400],[1]]]}',
        b'{"drawing": [[[],[]]]}',
        b"[" * 100_000,
    ],
)
def test_what_is_no_quickdraw_file_is_refused(tmp_path, content):
    path = tmp_path / "a.ndjson"
    path.write_bytes(content)
    with pytest.raises(DrawingError, match=r"a\.ndjson"):
        read_quickdraw(path)


def test_real_quickdraw_files_open(shared):
    path = shared / "data" / "sketches" / "quickdraw" / "face.ndjson"
    documents = read_quickdraw(path)
    assert len(documents) == 145
    for document in documents:
        points = np.concatenate(lines(document))
        assert points.min() > 0.1
        assert points.max() < 0.9


def test_shapes_become_lines_where_they_stand(tmp_path):
    body = """
      <line x1="10" y1="20" x2="30" y2="20"/>
      <polyline points="10,10 20,10 20,30"/>
      <polygon points="10,10 20,10 20,30"/>
      <circle cx="50" cy="50" r="20"/>
      <ellipse cx="50" cy="50" rx="30" ry="10"/>
      <rect x="5" y="6" width="20" height="10"/>
    """
    line, polyline, polygon, circle, ellipse, rect = lines(read_svg(svg(tmp_path, body)))
    assert line[0] == pytest.approx([0.1, 0.2])
    assert line[-1] == pytest.approx([0.3, 0.2])
    assert polyline[-1] == pytest.approx([0.2, 0.3])
    assert polygon[-1] == pytest.approx(polygon[0])
    assert np.hypot(*(circle - 0.5).T) == pytest.approx(0.2)
    assert np.abs(ellipse - 0.5).max(0) == pytest.approx([0.3, 0.1])
    assert rect.min(0) == pytest.approx([0.05, 0.06])
    assert rect.max(0) == pytest.approx([0.25, 0.16])


@pytest.mark.parametrize(
    ("data", "points"),
    [
        ("M10 10L20 10", [(10, 10), (20, 10)]),
        ("m10,10 10,0 0,10z", [(10, 10), (20, 10), (20, 20), (10, 10)]),
        ("M10 10H30V40h-5v-5", [(10, 10), (30, 10), (30, 40), (25, 40), (25, 35)]),
        ("M1e1,10.0.5-5", [(10, 10), (0.5, -5)]),
        ("M10 10 20 20 L30 10 junk 4 5", [(10, 10), (20, 20), (30, 10)]),
        ("M10 10 Z", [(10, 10), (10, 10)]),
    ],
)
def test_path_data_is_read_as_browsers_do(tmp_path, data, points):
    (line,) = lines(read_svg(svg(tmp_path, f'<path d="{data}"/>')))
    corners = np.array(points) / 100
    for corner in corners:
        assert np.hypot(*(line - corner).T).min() < 1e-9
    length = np.hypot(*np.diff(line, axis=0).T).sum()
    assert length == pytest.approx(np.hypot(*np.diff(corners, axis=0).T).sum())


def test_curves_and_arcs_run_where_they_should(tmp_path):
    cubic = "M0 50 C0 22.4 22.4 0 50 0 S100 22.4 100 50"
    quadratic = "M10 50 Q30 10 50 50 T90 50"
    arcs = "M10 50 A40 40 0 0 1 90 50 a40 40 0 01-80 0"
    a, b, c = lines(
        read_svg(svg(tmp_path, "".join(f'<path d="{d}"/>' for d in (cubic, quadratic, arcs))))
    )
    assert np.hypot(*(a - 0.5).T) == pytest.approx(0.5, abs=0.002)
    assert b[:, 1].min() == pytest.approx(0.3, abs=0.005)
    assert b[:, 1].max() == pytest.approx(0.7, abs=0.005)  # the second arch hangs
    assert np.hypot(*(c - 0.5).T) == pytest.approx(0.4, abs=3e-4)
    assert len(np.unique(np.sign(c[:, 1] - 0.5).round())) >= 2


def test_an_arc_that_is_too_small_is_stretched(tmp_path):
    (line,) = lines(read_svg(svg(tmp_path, '<path d="M10 50 A1 1 0 0 1 90 50"/>')))
    assert np.hypot(*(line - 0.5).T) == pytest.approx(0.4, abs=3e-4)


def test_groups_and_transforms_are_followed(tmp_path):
    body = """
      <g transform="translate(50 50)"><g transform="rotate(90) scale(2)" stroke-width="3">
        <line x1="0" y1="0" x2="10" y2="0"/></g></g>
      <line x1="0" y1="0" x2="10" y2="0" transform="matrix(1 0 0 -1 20 30)"/>
      <line x1="10" y1="10" x2="20" y2="10" transform="rotate(180, 10, 20)"/>
      <line x1="0" y1="10" x2="0" y2="20" transform="skewX(45)" style="stroke-width: 4px"/>
    """
    document = read_svg(svg(tmp_path, body))
    a, b, c, d = lines(document)
    assert a[-1] == pytest.approx([0.5, 0.7])
    assert b[-1] == pytest.approx([0.3, 0.3])
    assert c[0] == pytest.approx([0.1, 0.3])
    assert c[-1] == pytest.approx([0.0, 0.3])
    assert d[0] == pytest.approx([0.1, 0.1])
    assert document.strokes[0].brush.size == pytest.approx(0.06)
    assert document.strokes[3].brush.size == pytest.approx(0.04)


def test_corners_of_straight_shapes_stay_corners(tmp_path):
    document = read_svg(svg(tmp_path, '<rect x="20" y="20" width="60" height="60"/>'))
    curve = document.strokes[0].paths[0].points[:, :2]
    off = np.abs(np.abs(curve - 0.5).max(1) - 0.3)
    assert off.max() < 0.003


def test_what_is_hidden_or_only_defined_is_left_out(tmp_path):
    body = """
      <defs><line x1="0" y1="0" x2="9" y2="9"/></defs>
      <clipPath><rect width="5" height="5"/></clipPath>
      <g display="none"><line x1="0" y1="0" x2="9" y2="9"/></g>
      <line style="visibility:hidden" x1="0" y1="0" x2="9" y2="9"/>
      <rect width="100" height="100" fill="white"/>
      <text>words</text>
      <line x1="10" y1="10" x2="20" y2="20"/>
    """
    (line,) = lines(read_svg(svg(tmp_path, body)))
    assert line[0] == pytest.approx([0.1, 0.1])


@pytest.mark.parametrize(
    ("page", "first"),
    [
        ('viewBox="-50 0 200 100"', (0.25, 0.25)),
        ('width="10mm" height="20mm"', (0.25, 0.0)),
        ("", (0.12, 0.5)),
        ('viewBox="9000 9000 10 10"', (0.12, 0.5)),
        ('viewBox="0 0 0 0"', (0.12, 0.5)),
        ('width="100%" height="100%"', (0.12, 0.5)),
    ],
)
def test_the_page_becomes_the_paper_and_a_drawing_without_one_is_centred(tmp_path, page, first):
    (line,) = lines(read_svg(svg(tmp_path, '<line x1="0" y1="0" x2="10" y2="0"/>', page)))
    assert line[0] == pytest.approx(first)


def test_a_drawing_written_as_svg_comes_back(tmp_path):
    document = Document.from_strokes(strokes(Doodle()), Brush("pen", 0.01))
    for stroke in Document.from_strokes(
        [np.array([[0.2, 0.2], [0.3, 0.5]])], Brush("eraser", 0.08)
    ).strokes:
        document.add(stroke)
    document.add(Document.from_strokes([np.array([[0.9, 0.1]])]).strokes[0])
    path = tmp_path / "a.svg"
    write_svg(document, path)
    again = read_svg(path)
    assert [stroke.brush.name for stroke in again.strokes] == [
        stroke.brush.name for stroke in document.strokes
    ]
    for one, other in zip(again.strokes, document.strokes, strict=True):
        assert one.brush.size == pytest.approx(other.brush.size, rel=0.01)
    sketch, place = render_sketch(document.strokes)
    sketch_again, place_again = render_sketch(again.strokes)
    assert place_again.side == pytest.approx(place.side, abs=0.01)
    assert np.abs(sketch - sketch_again).mean() < 0.01


BOMB = """<?xml version="1.0"?>
<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]>
<svg><text>&d;</text><line x1="0" y1="0" x2="9" y2="9"/></svg>"""
OUTSIDE = """<?xml version="1.0"?>
<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg><text>&x;</text></svg>"""


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"plain words", "not an SVG"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "not an SVG"),
        (b"<html><body>404</body></html>", "not an SVG"),
        (b"<svg>", "broken before"),
        (b"<svg></svg>", "no lines"),
        (b"<svg><path d='M'/></svg>", "no lines"),
        (b"<svg><circle r='nan'/><line x2='1e999'/></svg>", None),
        (BOMB.encode(), "entities"),
        (OUTSIDE.encode(), "entities"),
        (b"<svg>" + b"<g>" * 5000, "nested"),
        (b'<?xml version="1.0" encoding="klingon"?><svg/>', "SVG|encoding"),
    ],
)
def test_broken_and_hostile_svg_is_refused_in_one_sentence(tmp_path, content, words):
    path = tmp_path / "a.svg"
    path.write_bytes(content)
    if words is None:  # numbers out of this world draw nothing, or a dot
        assert len(read_svg(path).strokes) <= 1
        return
    with pytest.raises(DrawingError, match=words) as caught:
        read_svg(path)
    assert "a.svg" in caught.value.message


def test_too_many_points_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("livesketch.canvas.svg._MOST_POINTS", 1000)
    line = f'<polyline points="{"0 1 " * 400}"/>'
    assert len(read_svg(svg(tmp_path, line * 2)).strokes) == 2
    with pytest.raises(DrawingError, match="too many"):
        read_svg(svg(tmp_path, line * 3))


def test_a_list_without_end_is_not_read_to_its_end(tmp_path, monkeypatch):
    monkeypatch.setattr("livesketch.canvas.svg_path._MOST_NUMBERS", 2000)
    monkeypatch.setattr("livesketch.canvas.svg._MOST_POINTS", 900)
    with pytest.raises(DrawingError, match="too many"):
        read_svg(svg(tmp_path, f'<polyline points="{"0 1 " * 1_000_000}"/>'))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "shape",
    [
        '<path d="M1e308 1e308L-1e308 -1e308 1 1"/>',
        '<g transform="matrix(1e308,0,0,1e308,1e308,0) scale(1e300)"><path d="M0 0L9 9"/></g>',
        '<circle cx="5" cy="5" r="1e300"/>',
    ],
)
def test_what_lies_out_of_this_world_is_left_out(tmp_path, shape):
    with pytest.raises(DrawingError, match="holds no lines"):
        read_svg(svg(tmp_path, shape))
    line = '<line x1="10" y1="10" x2="20" y2="20"/>'
    assert len(read_svg(svg(tmp_path, shape + line)).strokes) == 1


def test_an_svg_cut_in_half_opens_with_what_is_whole(tmp_path):
    path = svg(tmp_path, '<line x1="10" y1="10" x2="20" y2="20"/>' * 20)
    content = path.read_bytes()
    for cut in range(120, len(content), 31):
        path.write_bytes(content[:cut])
        try:
            assert 1 <= len(read_svg(path).strokes) <= 20
        except DrawingError:
            assert cut < 140


NUMBERS = st.sampled_from(["1", "-2.5", "1e3", "0", ".5", "1e999", "nan", "--3", "", "9" * 400])
PATHS = st.lists(st.sampled_from("MmLlHhVvCcSsQqTtAaZz ,") | NUMBERS, max_size=40).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(PATHS)
def test_any_path_data_gives_finite_lines_or_a_sentence(tmp_path_factory, data):
    path = svg(tmp_path_factory.mktemp("svg"), f'<path d="{data}"/>')
    try:
        document = read_svg(path)
    except DrawingError:
        return
    for line in lines(document):
        assert np.isfinite(line).all()
        assert math.isfinite(float(np.abs(line).max()))


def test_missing_and_unwritable_files_are_named(tmp_path):
    for read in (read_svg, read_quickdraw):
        with pytest.raises(DrawingError, match="no file"):
            read(tmp_path / "none.svg")
        with pytest.raises(DrawingError, match="folder"):
            read(tmp_path)
    with pytest.raises(DrawingError, match="no folder"):
        write_svg(Document(), tmp_path / "none" / "a.svg")


def test_a_line_that_swells_is_written_as_it_swells_and_read_as_its_middle(tmp_path):
    x = np.linspace(0.2, 0.8, 40)
    line = np.stack([x, 0.4 + 0.2 * x, np.sin(np.pi * (x - 0.2) / 0.6)], 1)
    even = np.array([(0.2, 0.8), (0.8, 0.8)])
    document = Document.from_strokes(strokes_of_face([line, even]))
    path = tmp_path / "a.svg"
    write_svg(document, path)
    text = path.read_text()
    assert text.count("data-line") == 1
    assert text.count("stroke-width") == 1
    edge = np.array(re.findall(r"[\d.]+ [\d.]+", text.split('d="M')[1].split("Z")[0]))
    edge = np.array([one.split() for one in edge], float)
    middle = edge[np.abs(edge[:, 0] - 500) < 12][:, 1]
    start = edge[np.abs(edge[:, 0] - 200) < 6][:, 1]
    assert np.ptp(middle) == pytest.approx(26, abs=4)  # BROAD, in thousandths
    assert np.ptp(start) < 9
    again = read_svg(path)
    assert len(again.strokes) == 2
    points = again.strokes[0].points
    assert np.abs(points[:, 1] - (0.4 + 0.2 * points[:, 0])).max() < 0.002
