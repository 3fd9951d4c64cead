"""What the trainer learns from: bent photos, drawings of them, and points that stay on them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from training_data import landmarks, write_prepared

from livesketch.errors import SourceError
from livesketch.models.networks.face_lines import OVAL, POINTS
from livesketch.training import examples, raster, warp
from livesketch.training.dataset import open_prepared
from livesketch.training.doodles import doodle
from livesketch.training.drawing import Face, hand_drawn, prefix
from livesketch.training.examples import meaning, mirrored, portrait, reading
from livesketch.training.geometry import CHIN, LEFT, RIGHT, TOP
from livesketch.training.parsing import REGIONS

HAT = REGIONS.index("hat")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    return open_prepared(write_prepared(tmp_path_factory.mktemp("prepared")))


def _face() -> Face:
    t = np.linspace(0, 2 * np.pi, 128)
    outline = np.stack([0.5 + 0.35 * np.cos(t), 0.55 + 0.45 * np.sin(t)], 1).astype(np.float32)
    return Face(landmarks(), outline, (outline < 0.95).all(1))


def _path(strokes: list[np.ndarray]) -> float:
    return sum(float(np.linalg.norm(np.diff(s, axis=0), axis=1).sum()) for s in strokes)


@pytest.mark.parametrize("make", [reading, portrait])
def test_the_same_seed_gives_the_same_example(prepared, make):
    one, two, other = (make(prepared, 128, np.random.default_rng(seed)) for seed in (3, 3, 4))
    for name, array in vars(one).items():
        assert np.array_equal(array, getattr(two, name))
    assert not np.array_equal(one.points, other.points)


@pytest.mark.parametrize("size", [128, 256])
def test_examples_have_the_size_asked_for(prepared, size):
    for seed in range(20):
        drawn = reading(prepared, size, np.random.default_rng(seed))
        painted = portrait(prepared, size, np.random.default_rng(seed))
        assert drawn.seen.shape == (1, size, size)
        assert painted.picture.shape == (size, size, 3)
        assert painted.straight.shape == (128, 128, 3)
        for made in (drawn, painted):
            assert made.points.shape == (len(POINTS), 2)
            assert made.points.dtype == np.float32
            assert made.regions.shape == (len(REGIONS), 32, 32)
            assert (made.regions.sum(0) == 4).all()  # every quarter of a cell is something


def test_drawings_are_of_many_kinds_and_some_are_only_begun(prepared):
    ink = [
        (reading(prepared, 128, np.random.default_rng(seed)).seen < 128).mean()
        for seed in range(60)
    ]
    assert max(ink) < 0.4
    assert np.mean(np.array(ink) > 0.005) > 0.8
    assert np.quantile(ink, 0.9) > 3 * np.quantile(ink, 0.1)


def test_lines_of_a_drawing_lie_where_its_landmarks_are(prepared):
    """Otherwise a reader would learn to look for features beside their lines."""
    near, beside = [], []
    for seed in range(60):
        made = reading(prepared, 128, np.random.default_rng(seed))
        thick = raster.smaller(255 - made.seen[0], 4)  # 4 x 4 pixels to a cell
        face = made.points[[POINTS.index(index) for index in OVAL[:-1]]]
        for points, found in ((face, near), (face * 0.5 + 0.02, beside)):
            x, y = np.clip(points * 32, 0, 31).astype(int).T
            found.append((thick[y, x] > 20).mean())
    assert np.mean(near) > 0.4
    assert np.mean(near) > 2.5 * np.mean(beside)


def test_ink_of_a_bent_photo_lies_where_that_of_the_prepared_one_does(prepared, monkeypatch):
    """The prepared lines are the edge of a bright oval; drawn again, they are found at the same places."""
    i, bending = 0, warp.random_warp(landmarks(), np.random.default_rng(1), True)
    t = np.linspace(0, 2 * np.pi, 128)
    everything = np.stack([0.5 + 0.9 * np.cos(t), 0.5 + 0.9 * np.sin(t)], 1).astype(np.float32)
    face, inked = Face(landmarks(), everything, np.ones(128, bool)), []
    for share in (0.0, 1.0):
        monkeypatch.setattr(examples, "FRESH", share)
        rng = np.random.default_rng(5)
        inked.append(examples._ink(prepared, i, face, bending, 256, 0.0, rng) < 128)
    before, again = inked
    assert before.any()
    assert again.any()
    near = raster.smaller((before * 255).astype(np.uint8), 8) > 0
    there = raster.smaller((again * 255).astype(np.uint8), 8) > 0
    assert (near & there).sum() > 0.8 * near.sum()
    assert there.mean() < 0.5  # lines, not shades


def test_a_portrait_has_its_face_where_its_points_and_regions_are(prepared):
    """The prepared photos show a bright oval; skin is what is bright, and the oval bounds it."""
    for seed in range(20):
        made = portrait(prepared, 128, np.random.default_rng(seed))
        bright = made.picture.mean(-1) > 125
        skin = (made.regions[1] / 4).repeat(4, 0).repeat(4, 1) > 0.5
        assert (bright == skin).mean() > 0.93
        oval = raster.filled(made.points[[POINTS.index(index) for index in OVAL]], 128) > 0
        assert (oval & skin).sum() / (oval | skin).sum() > 0.75


def test_half_of_the_portraits_are_mirrored_with_left_and_right_changed(prepared):
    right, left = (POINTS.index(index) for index in (33, 263))
    for seed in range(40):
        for make in (reading, portrait):
            made = make(prepared, 128, np.random.default_rng(seed))
            assert made.points[right, 0] < made.points[left, 0]  # the person's right is on our left


def test_a_mirrored_face_is_mirrored_twice_the_same():
    points = landmarks()[POINTS]
    assert np.allclose(mirrored(mirrored(points)), points, atol=1e-6)
    assert np.abs(mirrored(points) - points).mean() < 1e-4  # this face is its own mirror image


def test_regions_bend_with_their_photo(prepared):
    """A hat a photo would have at one spot is where warp.points says that the spot went."""
    regions = np.zeros((64, 64), np.uint8)
    regions[12:16, 20:24] = HAT
    marked = replace(prepared, regions=np.repeat(regions[None], len(prepared.pictures), 0))
    for seed in range(12):
        bending = warp.random_warp(landmarks(), np.random.default_rng(seed))
        quarters = meaning(marked, 0, bending)[1][HAT].astype(float)
        rows, columns = (np.mgrid[:32, :32] + 0.5) / 32
        found = np.array([(columns * quarters).sum(), (rows * quarters).sum()]) / quarters.sum()
        went = warp.points(bending, np.array([[22 / 64, 14 / 64]], np.float32))[0]
        assert np.linalg.norm(found - went) < 0.02


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


def test_every_skin_tone_is_shown_though_few_photos_have_it(tmp_path):
    tone = np.array([60.0] * 40 + [35.0] * 55 + [-20.0] * 5, np.float32)
    data = open_prepared(write_prepared(tmp_path, tone=tone))
    shown = np.diff(data.chances, prepend=0)
    assert shown.sum() == pytest.approx(1)
    assert shown[95:].sum() > 0.2


def test_a_reader_is_shown_the_one_wide_face_more_often_than_any_usual_one(tmp_path):
    folder = write_prepared(tmp_path, count=30)
    marks = np.load(folder / "landmarks.npy")
    marks[7, :, 0] = (marks[7, :, 0] - 0.5) * 1.3 + 0.5
    np.save(folder / "landmarks.npy", marks)
    data = open_prepared(folder)
    often = np.diff(data.unusual, prepend=0) / np.diff(data.chances, prepend=0)
    assert often.argmax() == 7
    assert often[7] > 2 * np.median(often)


def test_lips_are_drawn_apart_as_far_as_asked_for_and_only_then():
    def gap(opened: float, seed: int) -> float:
        bent = warp.random_warp(landmarks(), np.random.default_rng(seed), opened=opened)
        return float(np.linalg.norm(np.subtract(*warp.points(bent, landmarks()[[13, 14]]))))

    plain, wide = ([gap(by, seed) for seed in range(150)] for by in (0.0, 0.08))
    assert np.quantile(wide, 0.95) > 1.5 * np.quantile(plain, 0.95)
    assert np.median(wide) < 1.5 * np.median(plain)  # most mouths are as they were


@pytest.mark.parametrize("spoil", ["missing", "empty", "uneven", "text", "old"])
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
    elif spoil == "old":  # prepared before there were regions
        (tmp_path / "regions.npy").unlink()
    else:
        path.write_text("hello")
    with pytest.raises(SourceError):
        open_prepared(tmp_path)


@pytest.mark.parametrize(("apart", "furthest"), [(0.0, (0.0, 0.06)), (0.03, (0.075, 1.0))])
def test_lips_that_are_open_are_shown_further_open_and_closed_ones_are_not_torn(
    tmp_path, apart: float, furthest: tuple[float, float]
) -> None:
    folder = write_prepared(tmp_path)
    landmarks = np.load(folder / "landmarks.npy")
    height = landmarks[:, 152, 1] - landmarks[:, 10, 1]
    middle = (landmarks[:, 13, 1] + landmarks[:, 14, 1]) / 2
    landmarks[:, 13, 1], landmarks[:, 14, 1] = (
        middle - apart * height / 2,
        middle + apart * height / 2,
    )
    np.save(folder / "landmarks.npy", landmarks)
    data, row = open_prepared(folder), {index: k for k, index in enumerate(POINTS)}

    def seen(seed: int) -> float:
        points = portrait(data, 128, np.random.default_rng(seed)).points
        high = np.linalg.norm(points[row[152]] - points[row[10]])
        return float(np.linalg.norm(points[row[14]] - points[row[13]]) / high)

    assert furthest[0] < max(map(seen, range(60))) + 1e-6 < furthest[1]
