"""MediaPipe's newer interface, with the file that a user adds: it sees what the bundled models see.

Its landmarker is nothing that may lie in this repository unasked; name it to have it tried:
LIVESKETCH_LANDMARKER=face_landmarker.task pytest tests/test_tasks.py
"""

import os
import shutil
from pathlib import Path

import cv2
import mediapipe
import numpy as np
import pytest
from PIL import Image

from livesketch.errors import TraceError
from livesketch.frames import Picture
from livesketch.places import user_dir
from livesketch.tracing import meshes
from livesketch.tracing.face import FaceFinder
from livesketch.tracing.framing import place_of

DATA = Path(__file__).parent / "data"
NAMED = os.environ.get("LIVESKETCH_LANDMARKER", "")
EYE_CORNERS = 33, 263

needs_file = pytest.mark.skipif(
    not Path(NAMED).is_file(), reason="LIVESKETCH_LANDMARKER names no face_landmarker.task"
)


@pytest.fixture
def newer(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with a MediaPipe that brings no models, its file where the user has put it."""
    folder = user_dir("data")
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(NAMED, folder / meshes.LANDMARKER_FILE)
    monkeypatch.setattr(meshes, "has_bundled_models", lambda: False)


def portrait(name: str) -> Picture:
    return np.array(Image.open(DATA / f"face-{name}.jpg").convert("RGB"))


def room(*people: tuple[str, int, int]) -> Picture:
    """(480, 800, 3): portraits before a grey wall, each with its left edge and its side."""
    picture = np.full((480, 800, 3), 110, np.uint8)
    for name, x, side in people:
        person = cv2.resize(portrait(name), (side, side), interpolation=cv2.INTER_AREA)
        picture[60 : 60 + side, x : x + side] = person
    return picture


@needs_file
@pytest.mark.usefixtures("newer")
@pytest.mark.parametrize(
    ("people", "most"),  # a small face is off by as many pixels as a large one
    [(("one", 80, 380), 0.02), (("two", 80, 380), 0.02), (("one", 300, 160), 0.08)],
)
def test_the_landmarks_are_those_of_the_bundled_models(
    people: tuple[str, int, int], most: float
) -> None:
    picture = room(people)
    new, old = meshes.open_mesh(is_still=True), meshes._BundledMesh(is_still=True)
    found, known = new.points(picture), old.points(picture)
    new.close()
    old.close()
    assert found is not None
    assert known is not None
    assert found.shape == (478, 3)
    eyes = np.hypot(*(known[EYE_CORNERS[0], :2] - known[EYE_CORNERS[1], :2]))
    assert np.hypot(*(found - known)[:, :2].T).mean() < most * eyes


@needs_file
@pytest.mark.usefixtures("newer")
def test_everybody_is_found_where_they_are() -> None:
    picture = room(("one", 40, 320), ("two", 440, 320))
    crowd = meshes.open_crowd()
    places = crowd.places(picture)
    crowd.close()
    mesh = meshes._BundledMesh(is_still=True)
    for place, (left, right) in zip(places, ((0, 400), (400, 800)), strict=True):
        points = mesh.points(np.ascontiguousarray(picture[:, left:right]))
        assert points is not None
        known = place_of(points)
        assert abs(place.x - left - known.x) < 0.06 * known.side
        assert abs(place.y - known.y) < 0.06 * known.side
        assert abs(place.side - known.side) < 0.06 * known.side
    mesh.close()


@needs_file
@pytest.mark.usefixtures("newer")
def test_a_live_face_is_followed_a_small_one_is_found_and_in_noise_there_is_none() -> None:
    finder = FaceFinder(is_still=False)
    noise = np.random.default_rng(0).integers(0, 256, (480, 640, 3), np.uint8)
    assert finder.find(noise) is None
    for x in range(60, 300, 20):
        face = finder.find(room(("one", x, 300)))
        assert face is not None
        assert abs(face.place.x + face.place.side / 2 - x - 150) < 20
    finder.close()
    finder = FaceFinder(is_still=False)
    small = room(("two", 500, 90))
    assert any(finder.find(small) is not None for _ in range(12))
    finder.close()


def test_a_person_is_cut_out_as_the_bundled_model_does_it() -> None:
    """The bundled file of this MediaPipe, through the newer interface."""
    path = (
        Path(mediapipe.__file__).parent / "modules/selfie_segmentation/selfie_segmentation.tflite"
    )
    if not path.is_file():
        pytest.skip("this MediaPipe brings no models")
    new, old = meshes._TaskSegmenter(path), meshes._BundledSegmenter()
    cut, known = new.person(portrait("one")), old.person(portrait("one"))
    new.close()
    old.close()
    assert 0.1 < known.mean() < 0.9
    assert np.abs(cut - known).mean() < 0.01


@pytest.mark.parametrize("data", [b"", b"nonsense" * 100])
def test_a_file_that_is_no_model_is_one_sentence(
    own_home: Path, monkeypatch: pytest.MonkeyPatch, data: bytes
) -> None:
    folder = user_dir("data")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / meshes.LANDMARKER_FILE).write_bytes(data)
    monkeypatch.setattr(meshes, "has_bundled_models", lambda: False)
    with pytest.raises(TraceError, match=r"face_landmarker\.task is not a model"):
        FaceFinder(is_still=True)
    (folder / meshes.SEGMENTER_FILE).write_bytes(data)
    with pytest.raises(TraceError, match=r"selfie_segmenter\.tflite is not a model"):
        meshes.open_segmenter()
