"""Several people before one camera: a face for each, nobody twice, and a seat for as long as one stays."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from tiny import write_tiny

from livesketch.everybody import GONE_S, Everybody
from livesketch.frames import Frame, Look, Picture, Request, Result, Settings
from livesketch.models.engine import open_model
from livesketch.parameters import defaults, frozen
from livesketch.pipeline import Pipeline
from livesketch.post.sheet import drawings_side_by_side, side_by_side

DATA = Path(__file__).parent / "data"
FPS = 10


def scene(*people: tuple[str, int, int, int]) -> Picture:
    """A grey stage of 640 by 480 with (name, x, y, side) on it."""
    stage = np.full((480, 640, 3), 96, np.uint8)
    for name, x, y, side in people:
        portrait = np.array(Image.open(DATA / f"{name}.jpg").convert("RGB"))
        stage[y : y + side, x : x + side] = cv2.resize(
            portrait, (side, side), interpolation=cv2.INTER_AREA
        )
    return stage


def settings_of(**knobs: float | str | bool) -> Settings:
    return frozen(defaults() | {"mirror": False, "everybody": True} | knobs)


def film_of(*scenes: Picture, start: float = 1.0) -> Iterator[Frame]:
    for n, picture in enumerate(scenes):
        yield Frame(start + n / FPS, n, picture=picture, is_live=True)


@pytest.fixture
def everybody() -> Iterator[Everybody]:
    everybody = Everybody(256)
    yield everybody
    everybody.close()


def seats(everybody: Everybody, frame: Frame) -> dict[int, float]:
    """Seat -> middle of the face, from left to right."""
    assert frame.picture is not None
    people = everybody.traced(frame, frame.picture, settings_of(), {})
    places = [(one.seat, one.traced.place) for one in people]
    return {seat: place.x + place.side / 2 for seat, place in places}


def test_each_has_a_seat_of_their_own_and_keeps_it_while_they_move(everybody: Everybody) -> None:
    def two(n: int) -> Picture:
        return scene(("face-one", 20 + 4 * n, 100, 240), ("face-two", 400 - 4 * n, 130, 180))

    seen = [seats(everybody, frame) for frame in film_of(*(two(n) for n in range(10)))]
    assert [len(one) for one in seen[2:]] == [2] * 8
    assert seen[2][0] == pytest.approx(20 + 8 + 120, abs=25)  # the nearest is the first
    assert seen[-1][0] == pytest.approx(20 + 36 + 120, abs=25)
    assert seen[-1][1] == pytest.approx(400 - 36 + 90, abs=25)


def test_who_comes_later_gets_the_next_seat_and_who_leaves_gives_theirs_back(
    everybody: Everybody,
) -> None:
    alone = scene(("face-one", 20, 100, 240))
    both = scene(("face-one", 20, 100, 240), ("face-two", 400, 130, 180))
    other = scene(("face-two", 400, 130, 180))
    for frame in film_of(*[alone] * 3):
        assert list(seats(everybody, frame)) == [0]
    came = [seats(everybody, frame) for frame in film_of(*[both] * 10, start=1.3)]
    assert sorted(came[-1]) == [0, 1]
    went = [seats(everybody, frame) for frame in film_of(*[other] * int(3 * FPS), start=2.3)]
    assert all(list(one) == [1] for one in went[1 : int(FPS * GONE_S) - 2])
    assert went[-1][1] == pytest.approx(490, abs=25)  # and the other is not taken for two
    assert list(went[-1]) == [1]


def test_one_person_is_never_two(everybody: Everybody) -> None:
    alone = scene(("face-two", 150, 60, 380))
    assert [len(seats(everybody, frame)) for frame in film_of(*[alone] * 15)] == [1] * 15


# with a model


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    path = write_tiny(tmp_path_factory.mktemp("weights") / "tiny.safetensors")
    pipeline = Pipeline(open_model(str(path), runtime="torch"))
    yield pipeline
    pipeline.close()


BOTH = scene(("face-one", 20, 100, 240), ("face-two", 400, 130, 180))


def processed(pipeline: Pipeline, is_live: bool = True, **knobs: float | str) -> Result:
    results = [
        pipeline.process(
            Request(
                Frame(frame.time, frame.number, picture=frame.picture, is_live=is_live),
                settings_of(**knobs),
                "tiny",
                Look(seed=5),
            )
        )
        for frame in film_of(*[BOTH] * (4 if is_live else 1))
    ]
    return results[-1]


@pytest.mark.parametrize("is_live", [True, False])
def test_two_people_are_two_faces_side_by_side(pipeline: Pipeline, is_live: bool) -> None:
    result = processed(pipeline, is_live)
    assert result.face is not None
    assert result.sketch is not None
    side = len(result.face)
    room = side // 4
    assert (result.face[: room - 2] == (22, 23, 26)).all()  # above and below
    left, right = result.face[room:-room, : side // 2], result.face[room:-room, side // 2 :]
    assert left.std() > 3
    assert np.abs(left.astype(int) - right).mean() > 2
    ink = result.sketch < 0.5
    assert ink[:, : len(ink) // 2].any()
    assert ink[:, len(ink) // 2 :].any()


def test_both_faces_go_back_into_the_picture(pipeline: Pipeline) -> None:
    plain = scene(("face-one", 20, 100, 240), ("face-two", 400, 130, 180))[:, 80:560]
    result = processed(pipeline, composite="face in picture")
    assert result.face is not None
    shown = cv2.resize(result.face, (480, 480)).astype(int)
    change = np.abs(shown - plain).mean(2)
    assert change[180:260, 20:100].mean() > 3  # a face each
    assert change[190:260, 370:440].mean() > 3
    assert change[:80].mean() < 2


def test_pictures_side_by_side_are_as_large_as_fits() -> None:
    faces = [np.full((64, 64, 3), 60 * n, np.uint8) for n in range(1, 4)]
    out = side_by_side(faces)
    assert out.shape == (64, 64, 3)
    assert out[10, 10, 0] == 60
    assert out[10, 50, 0] == 120
    assert out[50, 32, 0] == 180  # the last row is in the middle
    assert tuple(out[50, 4]) == (22, 23, 26)
    assert side_by_side(faces[:1]) is faces[0]
    assert drawings_side_by_side([np.zeros((64, 64), np.float32)] * 2)[0, 0] == 1
