"""MediaPipe's two generations behind one interface: a picture goes in, 478 points or a silhouette come out.

The bundled models (mediapipe up to 0.10.21) are the default. Newer releases carry no models and
have only the Tasks interface; they use `face_landmarker.task`, and if it is there
`selfie_segmenter.tflite`, from the user's data folder.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

# TensorFlow Lite and absl read these when they are loaded.
os.environ.setdefault("GLOG_minloglevel", "2")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import mediapipe as mp

from livesketch.errors import TraceError
from livesketch.frames import Picture, Place
from livesketch.places import user_dir
from livesketch.tracing.chains import COUNT
from livesketch.tracing.framing import place_of
from livesketch.tracing.quiet import quiet

LANDMARKER_FILE = "face_landmarker.task"
SEGMENTER_FILE = "selfie_segmenter.tflite"


class Mesh(Protocol):
    """Finds the points of one face."""

    def points(self, picture: Picture) -> NDArray[np.float32] | None:
        """float32 (478, 3): x, y in pixels of the picture, z on x's scale; None: no face."""
        ...

    def close(self) -> None: ...


class Crowd(Protocol):
    """Finds all the faces in a picture, roughly."""

    def places(self, picture: Picture) -> list[Place]:
        """The square around each, in pixels of the picture, from left to right."""
        ...

    def close(self) -> None: ...


class Segmenter(Protocol):
    """Tells a person from what is behind."""

    def person(self, picture: Picture) -> NDArray[np.float32]:
        """float32 (H, W), 0 behind .. 1 person."""
        ...

    def close(self) -> None: ...


def has_bundled_models() -> bool:
    return hasattr(mp, "solutions")


def open_mesh(is_still: bool) -> Mesh:
    """`is_still`: every picture by itself; otherwise a face is followed from one to the next."""
    return _BundledMesh(is_still) if has_bundled_models() else _TaskMesh(_task(LANDMARKER_FILE))


def open_crowd() -> Crowd:
    return _BundledCrowd() if has_bundled_models() else _TaskCrowd(_task(LANDMARKER_FILE))


def open_segmenter() -> Segmenter | None:
    """None where there is no model for it: the outline of the face then stands in."""
    if has_bundled_models():
        return _BundledSegmenter()
    path = user_dir("data") / SEGMENTER_FILE
    return _TaskSegmenter(path) if path.is_file() else None


def _task(name: str) -> Path:
    path = user_dir("data") / name
    if not path.is_file():
        raise TraceError(
            "This MediaPipe brings no model for finding faces.",
            f"Put MediaPipe's {name} into {path.parent}, or use Python 3.11 or 3.12.",
        )
    return path


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """A file that is no model is one sentence."""
    try:
        yield
    except (RuntimeError, ValueError) as error:
        raise TraceError(
            f"{path.name} is not a model that MediaPipe can read.", "Fetch it again."
        ) from error


def _array(landmarks: Any, picture: Picture) -> NDArray[np.float32]:
    height, width = picture.shape[:2]
    points = np.array([(p.x, p.y, p.z) for p in landmarks], np.float32)
    return points[:COUNT] * np.array([width, height, width], np.float32)


class _BundledMesh:
    def __init__(self, is_still: bool) -> None:
        with quiet():
            self._mesh: Any = mp.solutions.face_mesh.FaceMesh(  # type: ignore[attr-defined]
                static_image_mode=is_still, refine_landmarks=True
            )
            self._mesh.process(np.full((64, 64, 3), 110, np.uint8))
        self._has_spoken = False

    def points(self, picture: Picture) -> NDArray[np.float32] | None:
        if self._has_spoken:
            faces = self._mesh.process(picture).multi_face_landmarks
        else:
            with quiet():  # the first face found has one more thing to say
                faces = self._mesh.process(picture).multi_face_landmarks
            self._has_spoken = bool(faces)
        return _array(faces[0].landmark, picture) if faces else None

    def close(self) -> None:
        self._mesh.close()


class _BundledCrowd:
    """The detector for up to five metres: it finds faces of a fifteenth of the picture's width."""

    def __init__(self) -> None:
        with quiet():
            self._detector: Any = mp.solutions.face_detection.FaceDetection(  # type: ignore[attr-defined]
                model_selection=1, min_detection_confidence=0.5
            )
            self._detector.process(np.full((64, 64, 3), 110, np.uint8))

    def places(self, picture: Picture) -> list[Place]:
        height, width = picture.shape[:2]
        found = []
        for detection in self._detector.process(picture).detections or ():
            box = detection.location_data.relative_bounding_box
            wide, tall = box.width * width, box.height * height
            found.append(_square((box.xmin + box.width / 2) * width, box.ymin * height, wide, tall))
        return sorted(found, key=lambda place: place.x + place.side / 2)

    def close(self) -> None:
        self._detector.close()


def _square(middle: float, top: float, wide: float, tall: float) -> Place:
    """From a detector's box, brows to chin, to about the square that place_of() gives."""
    side = 1.6 * max(wide, tall)
    return Place(middle - side / 2, top + 0.4 * tall - side / 2, side)


class _BundledSegmenter:
    def __init__(self) -> None:
        with quiet():
            self._person: Any = mp.solutions.selfie_segmentation.SelfieSegmentation(  # type: ignore[attr-defined]
                model_selection=0
            )
            self._person.process(np.full((64, 64, 3), 110, np.uint8))

    def person(self, picture: Picture) -> NDArray[np.float32]:
        return np.array(self._person.process(picture).segmentation_mask, np.float32)

    def close(self) -> None:
        self._person.close()


class _TaskMesh:
    """Every picture by itself: following is done by the smoothing that comes after."""

    def __init__(self, path: Path, faces: int = 1) -> None:
        vision = mp.tasks.vision
        options = vision.FaceLandmarkerOptions(
            base_options=mp.tasks.BaseOptions(model_asset_path=str(path)), num_faces=faces
        )
        with quiet(), _readable(path):
            self._mesh = vision.FaceLandmarker.create_from_options(options)

    def points(self, picture: Picture) -> NDArray[np.float32] | None:
        return next(iter(self.all_points(picture)), None)

    def all_points(self, picture: Picture) -> list[NDArray[np.float32]]:
        image = mp.Image(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(picture))
        return [_array(face, picture) for face in self._mesh.detect(image).face_landmarks]

    def close(self) -> None:
        self._mesh.close()


class _TaskCrowd:
    MOST = 6

    def __init__(self, path: Path) -> None:
        self._mesh = _TaskMesh(path, faces=self.MOST)

    def places(self, picture: Picture) -> list[Place]:
        found = [place_of(points) for points in self._mesh.all_points(picture)]
        upright = [Place(one.x, one.y, one.side) for one in found]
        return sorted(upright, key=lambda place: place.x + place.side / 2)

    def close(self) -> None:
        self._mesh.close()


class _TaskSegmenter:
    def __init__(self, path: Path) -> None:
        vision = mp.tasks.vision
        options = vision.ImageSegmenterOptions(
            base_options=mp.tasks.BaseOptions(model_asset_path=str(path)),
            output_confidence_masks=True,
            output_category_mask=False,
        )
        with quiet(), _readable(path):
            self._person = vision.ImageSegmenter.create_from_options(options)

    def person(self, picture: Picture) -> NDArray[np.float32]:
        image = mp.Image(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(picture))
        masks = self._person.segment(image).confidence_masks
        return np.array(masks[-1].numpy_view(), np.float32).reshape(picture.shape[:2])

    def close(self) -> None:
        self._person.close()
