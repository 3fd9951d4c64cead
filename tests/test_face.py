"""Finding a face, and cutting out the square that a network was trained on."""

import io
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from livesketch.errors import TraceError
from livesketch.frames import Picture, Place
from livesketch.models.machine import cores
from livesketch.tracing import meshes
from livesketch.tracing.face import Face, FaceFinder, crop, in_place, silhouette
from livesketch.tracing.framing import out_of_place
from livesketch.tracing.quiet import quiet

DATA = Path(__file__).parent / "data"


def portrait(name: str = "face-one") -> Picture:
    return np.array(Image.open(DATA / f"{name}.jpg").convert("RGB"))


def on_stage(face_side: int, size: tuple[int, int] = (640, 480), seed: int = 0) -> Picture:
    """A portrait somewhere in a larger grey picture."""
    rng = np.random.default_rng(seed)
    width, height = size
    stage = np.full((height, width, 3), 90, np.uint8)
    small = cv2.resize(portrait(), (face_side, face_side), interpolation=cv2.INTER_AREA)
    x, y = rng.integers(0, width - face_side), rng.integers(0, height - face_side)
    stage[y : y + face_side, x : x + face_side] = small
    return stage


def centre(place: Place) -> tuple[float, float]:
    return place.x + place.side / 2, place.y + place.side / 2


@pytest.fixture(scope="module")
def finder() -> Iterator[FaceFinder]:
    finder = FaceFinder(is_still=True)
    yield finder
    finder.close()


def found(finder: FaceFinder, picture: Picture) -> Face:
    face = finder.find(picture)
    assert face is not None
    return face


def test_a_framed_portrait_is_found_as_the_whole_picture(finder: FaceFinder) -> None:
    face = found(finder, portrait())
    assert face.landmarks.shape == (478, 3)
    assert face.landmarks.dtype == np.float32
    assert face.place.side == pytest.approx(256, rel=0.06)
    assert centre(face.place) == pytest.approx((128, 128), abs=8)


def test_the_place_of_framed_pictures_is_the_whole_picture_in_the_middle(
    finder: FaceFinder, shared: Path
) -> None:
    places = []
    with tarfile.open(shared / "data/faces/val-cc0.tar") as tar:
        for member in tar.getmembers()[::10]:
            file = tar.extractfile(member)
            assert file is not None
            picture = np.array(Image.open(io.BytesIO(file.read())).convert("RGB"))
            place = found(finder, picture).place
            places.append([*centre(place), place.side, place.roll])
    x, y, side, roll = np.median(places, axis=0)
    assert side == pytest.approx(512, rel=0.015)
    assert (x, y) == pytest.approx((256, 256), abs=4)
    assert abs(roll) < 1


def test_moving_the_picture_moves_the_landmarks(finder: FaceFinder) -> None:
    there = np.full((400, 500, 3), 128, np.uint8)
    there[100:356, 200:456] = portrait()
    moved = found(finder, there).landmarks - found(finder, portrait()).landmarks
    assert np.median(moved[:, 0]) == pytest.approx(200, abs=2)
    assert np.median(moved[:, 1]) == pytest.approx(100, abs=2)


@pytest.mark.parametrize("angle", [-30, 20])
def test_a_rolled_head_is_levelled(finder: FaceFinder, angle: float) -> None:
    turn = cv2.getRotationMatrix2D((128, 128), -angle, 1.0)  # OpenCV turns the other way
    rolled = np.asarray(cv2.warpAffine(portrait(), turn, (256, 256)), np.uint8)
    face = found(finder, rolled)
    assert face.place.roll == pytest.approx(angle, abs=4)
    again = found(finder, crop(rolled, face.place, 256))
    assert abs(again.place.roll) < 3
    assert again.place.side == pytest.approx(256, rel=0.06)


def test_landmarks_lie_on_the_same_features_in_the_crop(finder: FaceFinder) -> None:
    picture = on_stage(200)
    face = found(finder, picture)
    cut = crop(picture, face.place, 256)
    expected = found(finder, cut).landmarks[:, :2]
    got = in_place(face.landmarks, face.place, 256)[:, :2]
    assert np.abs(got - expected).mean() < 3


def test_a_place_and_back_is_where_it_was() -> None:
    points = np.random.default_rng(0).uniform(0, 300, (20, 3)).astype(np.float32)
    place = Place(30, -20, 210, 17)
    back = out_of_place(in_place(points, place, 256), place, 256)
    np.testing.assert_allclose(back, points, atol=1e-3)


ALONE = """
import time
import cv2
import numpy as np
from livesketch.frames import Place
from livesketch.tracing.framing import crop

picture, place = np.zeros((480, 640, 3), np.uint8), Place(100.0, 80.0, 256.0, 12.0)
cv2.setNumThreads(1)
crop(picture, place, 256)
others = time.process_time() - time.thread_time()
for _ in range(20):
    crop(picture, place, 256)
    time.sleep(0.005)  # to the next picture
others = time.process_time() - time.thread_time() - others
print(others / 20)
"""


@pytest.mark.skipif(cores() < 2, reason="numpy has a second thread where there is a second core")
def test_cutting_out_a_face_sets_no_other_thread_spinning() -> None:
    """Between two pictures numpy's second thread would take the core that the model needs."""
    usual = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    run = [sys.executable, "-c", ALONE]
    done = subprocess.run(run, env=usual, capture_output=True, text=True, check=True)
    assert float(done.stdout) < 0.0003


def test_crop_takes_the_pixels_that_in_place_names() -> None:
    picture = np.zeros((300, 400, 3), np.uint8)
    picture[148:153, 248:253] = 255  # around (250.5, 150.5), counted in corners
    place = Place(180, 90, 120, 25)
    cut = crop(picture, place, 240)
    rows, columns = np.nonzero(cut[..., 0] > 128)
    spot = in_place(np.array([[250.5, 150.5]], np.float32), place, 240)[0]
    assert columns.mean() + 0.5 == pytest.approx(spot[0], abs=0.5)
    assert rows.mean() + 0.5 == pytest.approx(spot[1], abs=0.5)


def test_the_crop_of_the_whole_picture_is_the_picture() -> None:
    np.testing.assert_array_equal(crop(portrait(), Place(0, 0, 256), 256), portrait())


def test_outside_the_picture_the_crop_fades_without_stripes() -> None:
    rng = np.random.default_rng(1)
    picture = rng.integers(0, 255, (100, 100, 3)).astype(np.uint8)
    cut = crop(picture, Place(-100, -100, 300), 256).astype(float)
    assert cut.shape == (256, 256, 3)
    assert np.abs(np.diff(cut[100:150, 100:150], axis=1)).max() > 60
    assert np.abs(np.diff(cut[:40], axis=1)).max() < 12


def test_a_crop_of_a_far_larger_picture_skips_nothing() -> None:
    stripes = np.zeros((2000, 2000, 3), np.uint8)
    stripes[:, ::2] = 200
    cut = crop(stripes, Place(200, 200, 1600, 3), 200)
    assert cut.std() < 12
    assert cut.mean() == pytest.approx(100, abs=3)


def test_a_small_face_is_found(finder: FaceFinder) -> None:
    picture = on_stage(70, (480, 480))  # the head itself is about 45 pixels high
    x, y = centre(found(finder, picture).place)
    rows, columns = np.nonzero((picture != 90).any(2))
    assert (x, y) == pytest.approx((columns.mean(), rows.mean()), abs=12)


def test_a_small_live_face_is_found_soon_and_kept() -> None:
    finder = FaceFinder(is_still=False)
    picture = on_stage(70)
    seen = [finder.find(picture) is not None for _ in range(30)]
    finder.close()
    assert any(seen[:20])
    assert all(seen[seen.index(True) :])


def test_a_live_face_is_followed_across_a_change_of_format() -> None:
    finder = FaceFinder(is_still=False)
    sizes = ((640, 480), (640, 480), (320, 240), (800, 600))
    places = [found(finder, on_stage(200, size, seed=2)).place for size in sizes]
    finder.close()
    assert all(place.side == pytest.approx(200, rel=0.1) for place in places)


def test_after_a_cut_the_face_is_found_at_once() -> None:
    finder = FaceFinder(is_still=False)
    for seed in (2, 2, 5, 7):
        found(finder, on_stage(200, seed=seed))
    finder.close()


def test_a_face_in_the_dark_is_found(finder: FaceFinder) -> None:
    dim = (on_stage(220) * 0.15).astype(np.uint8)
    assert finder.find(dim) is not None


def test_no_face_where_there_is_none(finder: FaceFinder) -> None:
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 255, (240, 320, 3)).astype(np.uint8)
    ramp = np.tile(np.linspace(0, 255, 320).astype(np.uint8)[None, :, None], (240, 1, 3))
    blurred = np.asarray(cv2.GaussianBlur(portrait(), (0, 0), 40), np.uint8)
    for picture in (noise, ramp, blurred, np.zeros((9, 9, 3), np.uint8)):
        assert finder.find(picture) is None


def test_a_large_photo_gives_landmarks_in_its_own_pixels(finder: FaceFinder) -> None:
    large = cv2.resize(portrait(), (2600, 2600), interpolation=cv2.INTER_CUBIC)
    assert found(finder, np.asarray(large, np.uint8)).place.side == pytest.approx(2600, rel=0.06)


def test_the_silhouette_tells_the_person_from_the_background(finder: FaceFinder) -> None:
    for mask in (silhouette(portrait()), finder.silhouette(portrait())):
        assert mask is not None
        assert mask.shape == (256, 256)
        assert mask.dtype == np.float32
        assert mask[100:200, 100:150].min() > 0.8
        assert mask[:60, :12].max() < 0.3


def test_a_mediapipe_without_models_says_which_file_it_needs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(meshes, "has_bundled_models", lambda: False)
    with pytest.raises(TraceError) as caught:
        FaceFinder(is_still=True)
    assert "face_landmarker.task" in caught.value.hint
    assert meshes.open_segmenter() is None


def test_starting_says_nothing_on_the_terminal() -> None:
    program = (
        "import numpy as np; from PIL import Image; from livesketch.tracing.face import FaceFinder;"
        f"p = np.array(Image.open({str(DATA / 'face-one.jpg')!r}).convert('RGB'));"
        "f = FaceFinder(is_still=False); print(f.find(p) is not None, f.silhouette(p).shape);"
        "f.close(); import sys; print('mine', file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split() == ["True", "(256,", "256)"]
    assert done.stderr == "mine\n"


def test_our_own_errors_are_not_swallowed_by_the_quiet() -> None:
    program = (
        "import os; from livesketch.tracing.quiet import quiet\n"
        "try:\n"
        "    with quiet():\n"
        "        os.write(2, b'W0000 00:00 chatter\\nsomething real\\n')\n"
        "        raise KeyError\n"
        "except KeyError:\n"
        "    os.write(2, b'after\\n')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stderr == "something real\nafter\n"


def test_quiet_can_be_entered_again() -> None:
    for _ in range(3):
        with quiet():
            pass
