"""A head drawn anywhere on the paper comes to where the model expects a head, and stays there."""

import json
import random

import numpy as np
import pytest

from livesketch.canvas.brush import Brush
from livesketch.canvas.chain import EMPTY
from livesketch.canvas.document import Document
from livesketch.canvas.doodle import Doodle, base, strokes
from livesketch.canvas.framing import Framing, place_for
from livesketch.canvas.stroke import Sample, strokes_from_points
from livesketch.frames import WHOLE_PAPER


def ring(x, y, width, height, n=40, start=-0.5, share=1.0):
    angle = np.pi * (start + 2 * share * np.linspace(0, 1, n))
    return np.stack([x + width / 2 * np.cos(angle), y + height / 2 * np.sin(angle)], axis=1)


def head(x=0.5, y=0.5, height=0.6):
    """A head and its features."""
    return [(line - [0.5, 0.54]) * (height / 0.66) + [x, y] for line in strokes(Doodle())]


def place_of(lines, brush=None):
    return place_for(strokes_from_points(lines, brush))


def in_frame(point, place):
    return (np.asarray(point) - [place.x, place.y]) / place.side


@pytest.mark.parametrize("height", [0.12, 0.3, 0.66, 1.4])
@pytest.mark.parametrize("centre", [(0.15, 0.12), (0.5, 0.5), (0.8, 0.9)])
def test_a_head_of_any_size_anywhere_is_brought_to_its_place(height, centre):
    place = place_of(head(centre[0], centre[1], height))
    assert in_frame(centre, place) == pytest.approx([0.5, 0.54], abs=0.01)
    assert height / place.side == pytest.approx(0.66, abs=0.01)


def test_a_head_in_its_place_is_left_in_its_place():
    for seed in range(8):
        place = place_of(strokes(base(seed)))
        assert place.side == pytest.approx(1.0, abs=0.08)
        assert place.x == pytest.approx(0.0, abs=0.06)
        assert place.y == pytest.approx(0.0, abs=0.06)


def test_a_wide_head_fits():
    place = place_of([ring(0.5, 0.5, 0.9, 0.5), *head(height=0.4)[1:]])
    assert 0.9 / place.side < 0.7
    assert in_frame((0.5, 0.5), place) == pytest.approx([0.5, 0.54], abs=0.003)


def test_the_first_eye_is_not_taken_for_a_head():
    eye = [ring(0.4, 0.45, 0.12, 0.07), ring(0.4, 0.45, 0.04, 0.04), ring(0.4, 0.45, 0.02, 0.02)]
    brow = [np.array([[0.34, 0.38], [0.4, 0.37], [0.46, 0.38]])]
    for count in range(1, 4):
        assert place_of(eye[:count]) == WHOLE_PAPER
    assert place_of(eye + brow) == WHOLE_PAPER
    both = [line + np.array([0.2, 0.0]) for line in eye + brow]
    assert place_of(eye + brow + both) == WHOLE_PAPER
    around = place_of([*eye, *brow, *both, ring(0.5, 0.55, 0.5, 0.66)])
    assert in_frame((0.5, 0.55), around) == pytest.approx([0.5, 0.54], abs=0.003)


def test_a_head_round_a_large_eye_takes_over():
    eye_first = [ring(0.4, 0.4, 0.3, 0.28), ring(0.5, 0.55, 0.8, 0.9)]
    place = place_of(eye_first)
    assert 0.9 / place.side == pytest.approx(0.66, abs=0.003)


def test_hair_ears_and_hat_do_not_move_the_head():
    lines = head(0.4, 0.5, 0.4)
    before = place_of(lines)
    rng = np.random.default_rng(1)
    lines += [ring(0.25, 0.5, 0.06, 0.1), ring(0.56, 0.5, 0.06, 0.1)]
    lines.append(ring(0.4, 0.42, 0.5, 0.6, share=0.5, start=-1.0))
    lines.append(ring(0.4, 0.35, 0.55, 0.7))  # an outline of hair all round
    lines.append(np.array([[0.1, 0.3], [0.7, 0.3], [0.55, 0.05], [0.25, 0.05], [0.1, 0.3]]))
    lines += [rng.random((5, 2)) for _ in range(60)]
    assert place_of(lines) == before


def test_the_frame_steps_at_most_twice_while_the_first_outline_is_drawn():
    for width, height, start in ((0.2, 0.3, -0.5), (0.5, 0.66, 0.3), (0.9, 1.2, 0.0)):
        document, framing, places = Document(), Framing(), [WHOLE_PAPER]
        line = ring(0.5, 0.5, width, height, n=200, start=start)
        document.begin(Brush(), Sample(*line[0]))
        for x, y in line[1:].tolist():
            document.extend([Sample(x, y)])
            place = framing.place(document.chain, document.growing)
            if place != places[-1]:
                places.append(place)
        assert len(places) <= 3
        assert height / places[-1].side == pytest.approx(0.66, rel=0.12)


def test_an_unclosed_jaw_with_features_in_it_is_a_head():
    jaw = ring(0.3, 0.3, 0.3, 0.4, start=0.0, share=0.5)
    inner = [line * 0.4 + [0.1, 0.14] for line in strokes(Doodle())[1:]]
    place = place_of([jaw, *inner])
    assert place.side < 0.75
    assert in_frame((0.3, 0.4), place) == pytest.approx([0.5, 0.54], abs=0.06)


def test_features_without_any_outline_come_to_where_features_are():
    lines = strokes(Doodle())[1:]
    place = place_of([*lines, np.array([[0.5, 0.6]])])
    assert place.side == pytest.approx(1.0, abs=0.25)
    moved = [line * 1.8 - [0.6, 0.5] for line in lines]
    far = place_of([*moved, np.array([[0.3, 0.58]])])
    eye = (np.array([0.4, 0.49]) * 1.8 - [0.6, 0.5]).tolist()
    assert in_frame(eye, far) == pytest.approx([0.4, 0.49], abs=0.06)


def test_an_erased_head_is_forgotten():
    first = strokes_from_points(head(0.25, 0.25, 0.35))
    wipe = strokes_from_points(
        [
            np.array(
                [[0.0, y] if n % 2 else [0.5, y] for n, y in enumerate(np.arange(0, 0.55, 0.04))]
            )
        ],
        Brush("eraser", 0.12),
    )
    second = strokes_from_points(head(0.7, 0.7, 0.4))
    place = place_for([*first, *wipe, *second])
    assert in_frame((0.7, 0.7), place) == pytest.approx([0.5, 0.54], abs=0.01)


def test_erasing_a_little_keeps_the_head():
    lines = strokes_from_points(head(0.4, 0.5, 0.5))
    wipe = strokes_from_points([np.array([[0.4, 0.2], [0.45, 0.3]])], Brush("eraser", 0.05))
    dot = strokes_from_points([np.array([[0.9, 0.9]])])
    assert place_for([*lines, *wipe, *dot]) == place_for(lines)


def test_nothing_and_almost_nothing_show_the_whole_paper():
    assert place_for([]) == WHOLE_PAPER
    assert Framing().place(EMPTY) == WHOLE_PAPER
    assert place_of([np.array([[0.5, 0.5]])]) == WHOLE_PAPER
    assert place_of([np.array([[0.1, 0.5], [0.9, 0.5]])]) == WHOLE_PAPER
    assert place_of([np.array([[0.5, 0.5]])] * 10) == WHOLE_PAPER


def random_lines(seed):
    rng = np.random.default_rng(seed)
    lines = head(rng.random(), rng.random(), rng.uniform(0.1, 1.0)) if seed % 2 else []
    for _ in range(rng.integers(1, 12)):
        kind = rng.integers(3)
        if kind == 0:
            lines.append(
                ring(*rng.random(2), *rng.uniform(0.02, 0.8, 2), share=rng.uniform(0.4, 1.3))
            )
        elif kind == 1:
            lines.append(np.cumsum(rng.normal(0, 0.05, (20, 2)), axis=0) + rng.random(2))
        else:
            lines.append(rng.random((rng.integers(1, 4), 2)))
    order = rng.permutation(len(lines))
    return [lines[n] for n in order]


@pytest.mark.parametrize("seed", range(25))
def test_the_place_depends_on_the_strokes_alone(seed):
    """Sample by sample with looks at odd moments, undone and redone: always as from scratch."""
    random.seed(seed)
    document, framing = Document(), Framing()
    for line in random_lines(seed):
        brush = Brush("eraser", 0.1) if random.random() < 0.15 else Brush()
        for number, (x, y) in enumerate(line.tolist()):
            if number == 0:
                document.begin(brush, Sample(x, y))
            else:
                document.extend([Sample(x, y)])
            if random.random() < 0.1:
                place = framing.place(document.chain, document.growing)
                assert place == place_for(document.strokes_so_far)
        growing = framing.place(document.chain, document.growing)
        document.end()
        assert framing.place(document.chain) == growing == place_for(document.strokes)
        if random.random() < 0.2:
            steps = random.randrange(1, 4)
            for _ in range(steps):
                document.undo()
            assert framing.place(document.chain) == place_for(document.strokes)
            for _ in range(random.randrange(steps + 1)):
                document.redo()


def quickdraw(shared):
    path = shared / "data" / "sketches" / "quickdraw" / "face.ndjson"
    for line in path.read_text().splitlines():
        yield [np.array(row, float).T / 255.0 for row in json.loads(line)["drawing"]]


def test_real_doodles_are_framed_the_same_wherever_they_stand(shared):
    framed = same = 0
    rng = np.random.default_rng(7)
    drawings = list(quickdraw(shared))
    for lines in drawings:
        middle = place_of([line * 0.7 + 0.15 for line in lines])
        framed += middle != WHOLE_PAPER
        size = rng.uniform(0.35, 1.2)
        shift = rng.uniform(-0.2, 0.6, 2)
        other = place_of([line * size + shift for line in lines])
        corner = (np.array([other.x, other.y]) - shift) / size
        expected = (np.array([middle.x, middle.y]) - 0.15) / 0.7
        same += bool(
            abs(other.side / size - middle.side / 0.7) < 0.02 * middle.side / 0.7
            and np.abs(corner - expected).max() < 0.02
        )
    assert framed >= 0.97 * len(drawings)
    assert same >= 0.95 * len(drawings)
