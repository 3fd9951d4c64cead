"""A pose that is held freezes the lines as they were before it; what one does anyway never does."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from livesketch.frames import Place, Traced
from livesketch.parameters import parameter
from livesketch.posing import EYES_SHUT, HELD_S, MOUTH_OPEN, NEVER, POSES, Posing
from livesketch.sources.picture import read_picture
from livesketch.tracing.chains import EYES, LIPS_INNER
from livesketch.tracing.face import FaceFinder, in_place
from livesketch.tracing.pose import pose_of

FPS = 30
PHOTO = Path(__file__).parent / "data" / "face-one.jpg"


@pytest.fixture(scope="module")
def face() -> NDArray[np.float32]:
    """Landmarks in pixels of a square of 256."""
    finder = FaceFinder(is_still=True)
    found = finder.find(read_picture(PHOTO))
    finder.close()
    assert found is not None
    return in_place(found.landmarks, found.place, 256)


def posed(
    face: NDArray[np.float32], eyes: float = 1.0, mouth: float = 0.0, turn: float = 0.0
) -> NDArray[np.float32]:
    """Eyes as far open as so many times now; the mouth by so many of its widths; turned by degrees."""
    out = face.copy()
    for eye in EYES:
        upper, lower = list(eye[1:8]), list(eye[9:16])
        middle = (out[upper, 1] + out[lower[::-1], 1]) / 2
        out[upper, 1] = middle + eyes * (out[upper, 1] - middle)
        out[lower, 1] = middle[::-1] + eyes * (out[lower, 1] - middle[::-1])
    wide = np.hypot(*(face[LIPS_INNER[10]] - face[LIPS_INNER[0]])[:2])
    out[list(LIPS_INNER[11:20]), 1] += np.float32(mouth * wide)
    angle = np.radians(turn)
    centre = out.mean(0)
    turned = np.array(
        [[np.cos(angle), 0, np.sin(angle)], [0, 1, 0], [-np.sin(angle), 0, np.cos(angle)]]
    )
    return ((out - centre) @ turned.T + centre).astype(np.float32)


def traced(landmarks: NDArray[np.float32]) -> Traced:
    picture = np.zeros((480, 640, 3), np.uint8)
    square = np.zeros((256, 256, 3), np.uint8)
    return Traced(picture, Place(0, 0, 256), square, landmarks, None, None, "contour", 0.5)


def freezes(posing: Posing, kind: str, *parts: tuple[float, NDArray[np.float32]]) -> list[float]:
    """Seconds at which it froze; a part is how long a face was shown."""
    moments, time, rng = [], 10.0, np.random.default_rng(0)
    for seconds, landmarks in parts:
        for _ in range(round(seconds * FPS)):
            noisy = landmarks + rng.normal(0, 0.15, landmarks.shape).astype(np.float32)
            if posing.held(traced(noisy), time, kind) is not None:
                moments.append(time - 10.0)
            time += 1 / FPS
    return moments


def test_the_knob_offers_the_poses_and_is_off() -> None:
    assert parameter("freeze_pose").choices == POSES
    assert parameter("freeze_pose").default == NEVER


def test_shut_eyes_that_are_held_freeze_once_what_was_seen_before(
    face: NDArray[np.float32],
) -> None:
    posing, frozen = Posing(), []
    for n in range(6 * FPS):
        landmarks = posed(face, eyes=0.2 if n >= 2 * FPS else 1.0)
        found = posing.held(traced(landmarks), n / FPS, EYES_SHUT)
        frozen += [(n / FPS, found)] if found is not None else []
    assert len(frozen) == 1
    assert frozen[0][0] == pytest.approx(2 + HELD_S, abs=0.1)
    assert pose_of(frozen[0][1].landmarks).eyes > 0.8 * pose_of(face).eyes


def test_a_mouth_held_open_freezes_too(face: NDArray[np.float32]) -> None:
    wide = posed(face, mouth=0.8)
    assert freezes(Posing(), MOUTH_OPEN, (2, face), (3, wide)) == [pytest.approx(3.5, abs=0.1)]


@pytest.mark.parametrize("kind", [EYES_SHUT, MOUTH_OPEN])
def test_what_one_does_anyway_never_freezes(face: NDArray[np.float32], kind: str) -> None:
    blinks = [(2.5, face), (0.3, posed(face, eyes=0.1))] * 8
    doze = [(2.0, face), (1.2, posed(face, eyes=0.1))] * 4
    speech = [(0.2, posed(face, mouth=m)) for m in (0.1, 0.7, 0.3, 0.6) * 12]
    looks_down = [(2.0, face), (4.0, posed(face, eyes=0.65))]
    turned = [(2.0, face), (4.0, posed(face, eyes=0.1, mouth=0.8, turn=50))]
    for film in (blinks, doze, speech, looks_down, turned):
        assert freezes(Posing(), kind, *film) == []


def test_who_comes_with_shut_eyes_or_never_asked_is_left_alone(face: NDArray[np.float32]) -> None:
    shut = posed(face, eyes=0.1)
    assert freezes(Posing(), EYES_SHUT, (5, shut)) == []
    assert freezes(Posing(), NEVER, (2, face), (5, shut)) == []


def test_it_has_to_be_let_go_before_it_freezes_again(face: NDArray[np.float32]) -> None:
    shut = posed(face, eyes=0.1)
    moments = freezes(Posing(), EYES_SHUT, (2, face), (6, shut), (0.4, face), (4, shut))
    assert len(moments) == 1
    again = freezes(Posing(), EYES_SHUT, (2, face), (3, shut), (2, face), (3, shut))
    assert len(again) == 2


def test_a_face_that_was_lost_for_a_while_begins_anew(face: NDArray[np.float32]) -> None:
    posing = Posing()
    for n in range(2 * FPS):
        posing.held(traced(face), n / FPS, EYES_SHUT)
    shut = traced(posed(face, eyes=0.1))
    assert all(posing.held(shut, 9 + n / FPS, EYES_SHUT) is None for n in range(3 * FPS))
