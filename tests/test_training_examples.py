"""What the trainer learns from: bent photos, drawings of them, and points that stay on them."""

from pathlib import Path

import numpy as np
import pytest
import torch
from training_data import landmarks, write_prepared

from livesketch.errors import SourceError
from livesketch.training import losses, raster, warp
from livesketch.training.dataset import example, open_prepared
from livesketch.training.doodles import doodle
from livesketch.training.drawing import Face, hand_drawn, prefix
from livesketch.training.geometry import CHIN, HELD, LEFT, RIGHT, TOP, mirrored


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return open_prepared(write_prepared(tmp_path_factory.mktemp("prepared")))


def _face() -> Face:
    t = np.linspace(0, 2 * np.pi, 128)
    outline = np.stack([0.5 + 0.35 * np.cos(t), 0.55 + 0.45 * np.sin(t)], 1).astype(np.float32)
    return Face(landmarks(), outline, (outline < 0.95).all(1))


def _path(strokes: list[np.ndarray]) -> float:
    return sum(float(np.linalg.norm(np.diff(s, axis=0), axis=1).sum()) for s in strokes)


def test_the_same_seed_gives_the_same_example(prepared):
    one, two = (example(prepared, 128, np.random.default_rng(3)) for _ in range(2))
    other = example(prepared, 128, np.random.default_rng(4))
    assert np.array_equal(one.drawing, two.drawing)
    assert np.array_equal(one.picture, two.picture)
    assert not np.array_equal(one.picture, other.picture)


@pytest.mark.parametrize("size", [128, 256])
def test_examples_have_the_size_asked_for(prepared, size):
    for seed in range(20):
        made = example(prepared, size, np.random.default_rng(seed))
        assert made.drawing.shape == made.whole.shape == (size, size)
        assert made.picture.shape == (size, size, 3)
        assert made.drawing.dtype == made.picture.dtype == np.uint8
        assert made.points.shape == (len(HELD), 2)
        assert 0 <= made.faithful <= 1


def test_a_beginning_has_no_more_ink_than_its_whole(prepared):
    begun = 0
    for seed in range(60):
        made = example(prepared, 128, np.random.default_rng(seed))
        assert (made.drawing >= made.whole).mean() > 0.999
        begun += int((made.drawing > made.whole).any())
    assert begun > 5


def test_points_follow_the_bent_picture():
    """A dot painted on a landmark is found where warp.points says it went."""
    places = landmarks()
    for seed in range(12):
        bending = warp.random_warp(places, np.random.default_rng(seed))
        mark = places[1]
        photo = np.zeros((256, 256), np.uint8)
        x, y = np.round(mark * 256 - 0.5).astype(int)
        photo[y - 2 : y + 3, x - 2 : x + 3] = 255
        bent = warp.bend(photo, warp.field(bending, 256), outside=0).astype(float)
        rows, columns = np.mgrid[:256, :256] + 0.5
        found = np.array([(columns * bent).sum(), (rows * bent).sum()]) / bent.sum() / 256
        exact = (np.array([x, y]) + 0.5) / 256
        went = warp.points(bending, exact[None].astype(np.float32))[0]
        assert np.linalg.norm(found - went) < 1.5 / 256


def test_warps_change_what_they_are_for():
    places, wide, tilt = landmarks(), [], []
    for seed in range(60):
        bent = warp.points(warp.random_warp(places, np.random.default_rng(seed)), places)
        across, tall = bent[RIGHT] - bent[LEFT], bent[CHIN] - bent[TOP]
        wide.append(np.linalg.norm(across) / np.linalg.norm(tall))
        tilt.append(np.degrees(np.arctan2(across[1], across[0])))
    assert np.ptp(wide) > 0.2
    assert np.ptp(tilt) > 15
    assert np.abs(tilt).max() < 35


def test_without_opencv_pictures_are_bent_and_drawn_nearly_the_same(monkeypatch):
    rng = np.random.default_rng(0)
    photo = warp.enlarge(rng.random((8, 8, 3)).astype(np.float32) * 255, 256).astype(np.uint8)
    bending = warp.random_warp(landmarks(), rng)
    strokes = [rng.random((6, 2)) for _ in range(4)]
    oval = landmarks()[[10, 454, 152, 234]]

    def everything():
        place = warp.field(bending, 256)
        return (
            warp.bend(photo, place),
            warp.bend(photo[..., 0], place, outside=255),
            raster.strokes(strokes, 256, 0.012),
            raster.filled(oval, 256) * 255,
            raster.smaller(photo, 2),
        )

    pytest.importorskip("cv2")
    with_it = everything()
    monkeypatch.setattr(warp, "cv2", None)
    monkeypatch.setattr(raster, "cv2", None)
    for one, two in zip(with_it, everything(), strict=True):
        assert one.shape == two.shape
        assert np.abs(one.astype(float) - two).mean() < 2.5


def test_a_careful_doodle_obeys_and_a_crude_one_strays():
    face, head = _face(), []
    for level in (0.0, 1.0):
        off = []
        for seed in range(30):
            egg = doodle(face, level, {}, np.random.default_rng(seed))[0]
            off.append(
                np.abs(np.ptp(egg[:, 0]) - (face.landmarks[RIGHT] - face.landmarks[LEFT])[0])
            )
        head.append(np.median(off))
    assert head[0] < 0.03
    assert head[1] > head[0]


def test_human_drawn_parts_are_placed_on_the_face():
    face = _face()
    box = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    parts = {"mouth": [[box]]}
    found = 0
    for seed in range(60):
        for stroke in doodle(face, 0.0, parts, np.random.default_rng(seed)):
            if len(stroke) == 4 and np.allclose(stroke[0] + stroke[2], stroke[1] + stroke[3]):
                middle = (stroke[0] + stroke[2]) / 2
                found += int(np.linalg.norm(middle - face.landmarks[[61, 291]].mean(0)) < 0.05)
    assert found > 0


@pytest.mark.parametrize("make", [hand_drawn, lambda f, v, r: doodle(f, v, {}, r)])
def test_every_stroke_can_be_drawn(make):
    for seed in range(40):
        rng = np.random.default_rng(seed)
        for stroke in make(_face(), rng.random(), rng):
            assert stroke.ndim == 2
            assert stroke.shape[1] == 2
            assert np.isfinite(stroke).all()


def test_a_prefix_is_the_first_part_of_the_pen_s_path():
    strokes = hand_drawn(_face(), 0.2, np.random.default_rng(1))
    whole = _path(strokes)
    for share in (0.1, 0.25, 0.5, 0.75):
        begun = prefix(strokes, share)
        assert abs(_path(begun) / whole - share) < 0.06
        for one, two in zip(begun, strokes, strict=False):
            assert np.array_equal(one, two[: len(one)])
    assert _path(prefix(strokes, 1.0)) == pytest.approx(whole)


def test_a_mirrored_face_is_mirrored_twice_the_same():
    points = landmarks()[HELD]
    assert np.allclose(mirrored(mirrored(points)), points, atol=1e-6)
    assert np.abs(mirrored(points) - points).mean() < 0.02  # a face is nearly its own mirror image


def test_every_skin_tone_is_shown_though_few_photos_have_it(tmp_path):
    tone = np.array([60.0] * 40 + [35.0] * 55 + [-20.0] * 5, np.float32)
    data = open_prepared(write_prepared(tmp_path, tone=tone))
    shown = np.diff(data.chances, prepend=0)
    assert shown.sum() == pytest.approx(1)
    assert shown[95:].sum() > 0.2


@pytest.mark.parametrize("spoil", ["missing", "empty", "uneven", "text"])
def test_a_folder_that_is_not_prepared_is_one_sentence(tmp_path, spoil):
    write_prepared(tmp_path)
    path: Path = tmp_path / "ink.npy"
    if spoil == "missing":
        path.unlink()
    elif spoil == "empty":
        for array in tmp_path.glob("*.npy"):
            np.save(array, np.load(array)[:0])
    elif spoil == "uneven":
        np.save(path, np.load(path)[:1])
    else:
        path.write_text("hello")
    with pytest.raises(SourceError):
        open_prepared(tmp_path)


def test_smudges_lie_where_lines_are():
    torch.manual_seed(0)
    true = torch.zeros(2, 3, 128, 128)
    drawings = torch.ones(2, 1, 256, 256)
    drawings[:, :, 100:104] = 0
    odd = losses.smudged(true, drawings)
    assert odd.shape == true.shape
    assert (odd[:, :, :40] == true[:, :, :40]).all()
    assert (odd[:, :, 50:52] - true[:, :, 50:52]).abs().mean() > 0.02


def test_the_straight_drawing_bent_by_the_field_is_the_bent_drawing(prepared):
    """What a teacher's face is bent by is what its drawing was bent by."""
    errors, blind = [], []
    for seed in range(30):
        made = example(prepared, 256, np.random.default_rng(seed), is_bold=True)
        straight, drawing = (
            torch.from_numpy(np.ascontiguousarray(a))[None, None].float() / 255
            for a in (made.straight, made.drawing)
        )
        field = torch.from_numpy(np.ascontiguousarray(made.field))[None]
        soft = [
            torch.nn.functional.avg_pool2d(a, 9, 1, 4)
            for a in (losses.bent(straight, field), drawing, straight)
        ]
        errors.append((soft[0] - soft[1]).abs().mean().item())
        blind.append((soft[2] - soft[1]).abs().mean().item())
    assert np.mean(errors) < 0.4 * np.mean(blind)
