"""A drawing retold: the same strokes, the same faces bit for bit, at any speed, into any kind of film."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from tiny import write_tiny

from livesketch import cli
from livesketch.canvas.brush import Brush
from livesketch.canvas.document import Document
from livesketch.canvas.drawing_file import load, save
from livesketch.canvas.retelling import Retelling
from livesketch.canvas.stroke import Stroke, strokes_from_points
from livesketch.errors import LivesketchError
from livesketch.frames import Look, Request
from livesketch.kinds import PAGES
from livesketch.models.engine import open_model
from livesketch.parameters import defaults, frozen
from livesketch.pipeline import Pipeline
from livesketch.post.pages import laid_out, page_size
from livesketch.sources.paper import Source as Paper
from livesketch.timelapse import TimelapseOptions, faces, timelapse

HEAD = np.array([(0.5 + 0.25 * np.cos(t), 0.5 + 0.35 * np.sin(t)) for t in np.linspace(0, 6.3, 40)])
EYE, OTHER = np.array([(0.38, 0.42), (0.44, 0.42)]), np.array([(0.56, 0.42), (0.62, 0.42)])
MOUTH = np.array([(0.42, 0.68), (0.5, 0.71), (0.58, 0.68)])


def drawing() -> Document:
    """A head, an eye that was taken back, another one, a pencil mouth; one stroke was moved."""
    document = Document()
    head, eye, other, mouth = strokes_from_points([HEAD, EYE, OTHER, MOUTH])
    (pencil,) = strokes_from_points([MOUTH + 0.02], Brush("pencil", 0.02, opacity=0.5))
    for stroke in (head, eye):
        document.add(stroke)
    document.undo()
    for stroke in (other, mouth, pencil):
        document.add(stroke)
    document.rearrange([head, mouth, pencil])
    return document


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny(tmp_path_factory.mktemp("weights") / "tiny.safetensors")


@pytest.fixture
def road(weights: Path) -> Iterator[Pipeline]:
    pipeline = Pipeline(open_model(str(weights), runtime="torch"))
    yield pipeline
    pipeline.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "me.livesketch"
    save(drawing(), path)
    return path


@pytest.mark.parametrize("is_whole", [False, True])
@pytest.mark.parametrize("step_s", [0.01, 0.3, 1000.0])
def test_at_the_end_the_same_drawing_sample_for_sample(is_whole, step_s):
    document = drawing()
    telling = Retelling(document, is_whole)
    at = 0.0
    while not telling.is_over:
        telling.advance(at)
        at += step_s
    assert telling.document == document
    assert at <= telling.seconds + 2 * step_s + 1.0


def test_what_was_undone_is_skipped_or_seen_as_one_likes():
    def most(is_whole):
        telling, seen = Retelling(drawing(), is_whole), []
        for n in range(4000):
            telling.advance(n * 0.01)
            seen.append([len(one) for one in telling.document.strokes_so_far])
        return max(map(len, seen)), seen

    most_plain, plain = most(False)
    most_whole, whole = most(True)
    assert most_plain == 3
    assert most_whole == 4  # before one of them was taken out
    assert all(len(a) <= len(b) for a, b in pairwise(plain))
    assert any(len(a) > len(b) for a, b in pairwise(whole))


def test_the_faces_are_those_of_the_drawing_bit_for_bit_however_often_and_fast(file, weights):
    def told(every_s):
        with_road = Pipeline(open_model(str(weights), runtime="torch"))
        options = TimelapseOptions(file, Path("no.mp4"), look=Look(seed=3))
        document = load(file)
        made = []
        for drawn, face, _, _ in faces(document, options, with_road, every_s):
            made.append((len(drawn.strokes), None if face is None else face.copy()))
        with_road.close()
        return made

    once, again, faster = told(0.05), told(0.05), told(0.2)
    assert len(once) == len(again) > 2 * len(faster)
    for (count, face), (other_count, other) in zip(once, again, strict=True):
        assert count == other_count
        assert (face is None) == (other is None)
        assert face is None or other is None or np.array_equal(face, other)
    road = Pipeline(open_model(str(weights), runtime="torch"))
    frame = Paper(load(file)).read()
    assert frame is not None
    shown = road.process(Request(frame, frozen(defaults()), "default", Look(seed=3))).face
    assert shown is not None
    for _, last in (once[-1], faster[-1]):
        assert last is not None
        assert np.array_equal(last, shown)
    road.close()


def hand_drawn(count: int) -> Document:
    """Strokes of every brush at their own pace, some taken back, some erased, all over the paper."""
    rng = np.random.default_rng(count)
    lines = [
        np.cumsum(rng.normal(0, 0.006, (30, 2)), axis=0) + rng.random(2) * 0.6 + 0.2
        for _ in range(count)
    ]
    pressed = [np.column_stack([line, rng.uniform(0.05, 1.0, 30)]) for line in lines]
    document = Document()
    for number, plain in enumerate(strokes_from_points(pressed)):
        brush = Brush("eraser", 0.03) if number % 7 == 6 else Brush(("pen", "pencil")[number % 2])
        document.add(Stroke(plain.table, brush))
        if number % 5 == 4:
            document.undo()
    return document


@pytest.mark.parametrize(
    ("count", "name"), [(12, ""), pytest.param(150, "default", marks=pytest.mark.long)]
)
def test_a_replayed_drawing_has_the_faces_that_were_seen_while_it_was_drawn(
    tmp_path, weights, count, name
):
    """After each stroke of the hand, and after each stroke of the replay of the saved file."""
    road = Pipeline(open_model(name or str(weights), runtime="auto" if name else "torch"))
    live, seen = Document(), {}
    source = Paper(live)

    def look(paper):
        frame = paper.read()
        assert frame is not None
        face = road.process(Request(frame, frozen(defaults()), "default", Look(seed=3))).face
        return None if face is None else face.copy()

    for stroke in hand_drawn(count).strokes:
        live.begin(stroke.brush, stroke.samples[0])
        for sample in stroke.samples[1:]:
            live.extend([sample])
            if sample is stroke.samples[len(stroke) // 2]:
                look(source)  # a face on the way, as at the window
        live.end()
        seen[len(live.strokes)] = look(source)
    save(live, tmp_path / "me.livesketch")
    telling = Retelling(load(tmp_path / "me.livesketch"))
    told, at, compared = Paper(telling.document), 0.0, 0
    while not telling.is_over:
        before = len(telling.document.strokes)
        telling.advance(at)
        at += 0.01
        now = len(telling.document.strokes)
        if now != before and not telling.document.is_drawing:
            face, first = look(told), seen[now]
            assert (face is None) == (first is None)
            assert face is None or np.array_equal(face, first), f"after stroke {now}"
            compared += 1
    assert compared >= 0.8 * len(seen)
    road.close()


@pytest.mark.parametrize("page", PAGES)
def test_every_page_shows_what_it_says(page):
    paper, face = np.full((40, 40, 3), 200, np.uint8), np.full((64, 64, 3), 90, np.uint8)
    width, height = page_size(page, 50)
    picture = laid_out(paper, face, page, 50)
    assert picture.shape == (height, width, 3)
    assert (picture == 90).all(axis=2).any()
    assert (picture == 200).all(axis=2).any() == (page != "face")
    assert not (laid_out(paper, None, page, 50) == 90).all(axis=2).any()


@pytest.mark.parametrize("ending", ["mp4", "gif", "webp"])
def test_a_film_of_every_kind_has_its_pictures_and_its_length(file, road, tmp_path, ending):
    out = tmp_path / f"film.{ending}"
    options = TimelapseOptions(file, out, side=64, fps=10, seconds=2.0, page="picture in picture")
    count = timelapse(options, lambda model, runtime: road)
    assert 15 + 18 <= count <= 15 + 24
    if ending == "mp4":
        with av.open(str(out)) as film:
            assert sum(1 for _ in film.decode(video=0)) == count
    else:
        with Image.open(out) as film:
            total, n = 0, 0
            while True:
                film.load()
                total += film.info["duration"]
                n += 1
                try:
                    film.seek(n)
                except EOFError:
                    break
        assert n > 8
        assert total == pytest.approx(1000 * count / 10, rel=0.1)
    assert [path.name for path in tmp_path.iterdir() if path != file] == [out.name]


def test_from_the_command_line(file, weights, tmp_path, capsys):
    out = tmp_path / "film.gif"
    said = ["replay", str(file), "-o", str(out), "--model", str(weights), "--runtime", "torch"]
    assert cli.run([*said, "--side", "48", "--fps", "5", "--seconds", "1", "--undone"]) == 0
    assert out.exists()
    assert "pictures" in capsys.readouterr().out
    old = tmp_path / "old.gif"
    said[3] = str(old)
    assert (
        cli.run([*said, "--side", "48", "--fps", "5", "--seconds", "1", "--undone", "--age=1"]) == 0
    )
    assert old.read_bytes() != out.read_bytes()
    assert cli.run([*said[:3], str(tmp_path / "film.avi"), "--model", str(weights)]) == 2
    assert ".mp4 .gif .webp" in capsys.readouterr().err
    assert cli.run(["replay", str(tmp_path / "none.livesketch"), "-o", str(out)]) == 2
    assert "no file" in capsys.readouterr().err


def test_an_empty_drawing_is_said_to_be_empty(road, tmp_path):
    path = tmp_path / "empty.livesketch"
    save(Document(), path)
    with pytest.raises(LivesketchError, match="empty paper"):
        timelapse(TimelapseOptions(path, tmp_path / "a.gif"), lambda model, runtime: road)
