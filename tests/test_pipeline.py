"""One request at a time: what is traced, smoothed and made, and what is not made twice."""

import tarfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tiny import TINY, write_tiny

from livesketch.frames import FACE_PARTS, Frame, Look, Morph, Picture, Request, Settings, Sketch
from livesketch.looks.playing import still
from livesketch.models.engine import open_model
from livesketch.parameters import defaults, frozen
from livesketch.pipeline import Pipeline, model_tasks, open_pipeline
from livesketch.sources.picture import read_picture
from livesketch.tracing import face as tracing_face
from livesketch.tracing import lines as tracing_lines
from livesketch.tracing.chains import EYES, MOUTH_CORNERS
from livesketch.tracing.face import Face


class Finder:
    """Finds a face where the reddest pixel is; counts how often it is asked."""

    opened: list["Finder"]

    def __init__(self, is_still: bool) -> None:
        self.is_still, self.asked, self.cut = is_still, 0, 0
        self.opened.append(self)

    def find(self, picture: Picture, person: int = 0, taken: object = ()) -> Face | None:
        self.asked += 1
        y, x = np.unravel_index(int(picture[..., 0].argmax()), picture.shape[:2])
        if picture[y, x, 0] < 200:
            return None
        points = np.zeros((478, 3), np.float32)
        points[:, :2] = x, y
        for eye, side in zip(EYES, (-12, 12), strict=True):
            points[list(eye), 0] += side
            points[list(eye), 1] -= 12
        for corner, side in zip(MOUTH_CORNERS, (-8, 8), strict=True):
            points[corner, :2] += (side, 14)
        points[10, 1] -= 40
        points[152, 1] += 40
        return Face(points)

    def silhouette(self, picture: Picture) -> NDArray[np.float32] | None:
        self.cut += 1
        return None

    def close(self) -> None:
        self.opened.remove(self)


@pytest.fixture
def finders(monkeypatch: pytest.MonkeyPatch) -> list[Finder]:
    monkeypatch.setattr(tracing_face, "FaceFinder", Finder)
    Finder.opened = []
    return Finder.opened


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny(tmp_path_factory.mktemp("weights") / "tiny.safetensors")


@pytest.fixture
def pipeline(weights: Path) -> Pipeline:
    return Pipeline(open_model(str(weights), runtime="torch"))


def settings(**changed: float | bool | str) -> Settings:
    return frozen(defaults() | {"line_style": "ink"} | changed)


def ask(frame: Frame, look: Look | Morph | None = None, **changed: float | bool | str) -> Request:
    return Request(frame, settings(**changed), "tiny", look or Look())


def drawing(row: int = 60) -> Sketch:
    sketch = np.ones((128, 128), np.float32)
    sketch[row : row + 3, 30:90] = 0
    return sketch


def photo(x: int = 60, y: int = 70) -> Picture:
    """A textured picture with its reddest pixel at x, y."""
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 120, (140, 160, 3)).astype(np.uint8)
    picture[y - 3 : y + 3, x - 2 : x + 2, 1] = 0
    picture[y, x, 0] = 255
    return picture


# drawings


def test_a_drawing_becomes_a_face_and_names_its_request(pipeline: Pipeline) -> None:
    request = ask(Frame(1.0, 1, sketch=drawing()))
    result = pipeline.process(request)
    assert result.request is request
    assert result.sketch is request.frame.sketch
    assert result.face is not None
    assert np.array_equal(result.face, pipeline.model.face(drawing(), Look(), settings()))
    assert result.started <= result.finished
    assert set(result.steps_ms) == {"face"}


def test_an_empty_paper_has_no_face_and_no_complaint(pipeline: Pipeline) -> None:
    empty = Frame(1.0, 1, sketch=np.ones((128, 128), np.float32), is_empty=True)
    result = pipeline.process(ask(empty))
    assert result.face is None
    assert result.note == ""
    assert not result.steps_ms


def test_the_same_drawing_asked_for_again_is_not_computed_again(pipeline: Pipeline) -> None:
    first = pipeline.process(ask(Frame(1.0, 1, sketch=drawing())))
    again = pipeline.process(ask(Frame(2.0, 2, sketch=drawing()), line_detail=0.9))
    assert again.face is first.face
    assert not again.steps_ms
    for other in (
        ask(Frame(3.0, 3, sketch=drawing(70))),
        ask(Frame(4.0, 4, sketch=drawing()), Look(seed=9)),
        ask(Frame(5.0, 5, sketch=drawing()), faithful=1.0),
        ask(Frame(6.0, 6, sketch=drawing()), eyes_faithful=0.5),
        ask(Frame(7.0, 7, sketch=drawing()), kin=0.0),
        ask(Frame(8.0, 8, sketch=drawing()), smile=1.0),
    ):
        assert "face" in pipeline.process(other).steps_ms


def test_what_was_drawn_before_leaves_no_trace(weights: Path, pipeline: Pipeline) -> None:
    for row in (20, 40, 80):
        pipeline.process(ask(Frame(1.0, row, sketch=drawing(row)), Look(seed=row)))
    late = pipeline.process(ask(Frame(9.0, 99, sketch=drawing()), Look(seed=4)))
    fresh = Pipeline(open_model(str(weights), runtime="torch"))
    assert late.face is not None
    first = fresh.process(ask(Frame(0.0, 0, sketch=drawing()), Look(seed=4)))
    assert np.array_equal(late.face, first.face)  # type: ignore[arg-type]


def face_of(pipeline: Pipeline, look: Look | Morph) -> Picture:
    made = pipeline.process(ask(Frame(1.0, 1, sketch=drawing()), look)).face
    assert made is not None
    return made


def test_a_morph_goes_from_one_look_to_the_other(pipeline: Pipeline) -> None:
    one, other = Look(seed=1), Look(seed=2)

    face = partial(face_of, pipeline)
    assert np.array_equal(face(Morph(one, other, 0.0)), face(one))
    assert np.array_equal(face(Morph(one, other, 1.0)), face(other))
    middle = face(Morph(one, other, 0.5))
    assert not np.array_equal(middle, face(one))
    assert not np.array_equal(middle, face(other))


def test_a_morph_left_half_way_goes_on_from_that_very_face(pipeline: Pipeline) -> None:
    face = partial(face_of, pipeline)
    half = Morph(Look(seed=1), Look(seed=2), 0.5)
    left = still(half, pipeline.code_of, pipeline.model.style_space)
    assert np.array_equal(face(left), face(half))
    on = Morph(left, Look(seed=3), 0.01)
    further = Morph(left, Look(seed=3), 0.5)
    steps = [np.abs(face(look).astype(int) - face(half)).mean() for look in (on, further)]
    assert steps[0] < 0.2 * steps[1]


# other tasks


def test_a_model_of_masks_paints_masks_and_says_what_it_wants(tmp_path: Path) -> None:
    config = replace(TINY, input_channels=len(FACE_PARTS), input_size=64)
    path = write_tiny(tmp_path / "masks.safetensors", task="mask", config=config)
    masks = Pipeline(open_model(str(path), runtime="torch"))
    mask = np.zeros((64, 64), np.uint8)
    mask[10:50, 15:50] = 1
    result = masks.process(ask(Frame(1.0, 1, mask=mask), Look(seed=3)))
    assert result.face is not None
    assert np.array_equal(result.face, masks.model.face(mask, 3, settings()))
    assert set(result.steps_ms) == {"face"}
    for unlike in (Frame(2.0, 2, sketch=drawing()), Frame(3.0, 3, picture=photo())):
        answer = masks.process(ask(unlike))
        assert answer.face is None
        assert "painted" in answer.note


def pictures_of(tmp_path: Path, task: str) -> Pipeline:
    config = replace(TINY, input_channels=3)
    path = write_tiny(tmp_path / f"{task}.safetensors", task=task, config=config)
    return Pipeline(open_model(str(path), runtime="torch"))


def test_a_photo_is_redone_from_the_face_that_is_found_in_it(
    tmp_path: Path, finders: list[Finder]
) -> None:
    photos = pictures_of(tmp_path, "photo")
    made = photos.process(ask(Frame(1.0, 1, picture=photo()), Look(seed=3), photo_look=1.0))
    square = photos.eyes._tracer.face_square(photo(), 256)
    assert square is not None
    assert made.face is not None
    assert np.array_equal(made.seen, square)  # type: ignore[arg-type]
    assert np.array_equal(made.face, photos.model.face(square, 3, settings()))
    nobody = np.zeros((90, 90, 3), np.uint8)
    middle = photos.process(ask(Frame(2.0, 2, picture=nobody), Look(seed=3), photo_look=1.0)).face
    assert middle is not None
    assert np.array_equal(middle, photos.model.face(nobody, 3, settings()))
    answer = photos.process(ask(Frame(3.0, 3, sketch=drawing())))
    assert (answer.face, answer.note) == (None, "this model wants a camera or a picture")


def test_a_photo_stays_who_it_is_until_somebody_else_is_asked_for(
    tmp_path: Path, finders: list[Finder]
) -> None:
    photos = pictures_of(tmp_path, "photo")
    frame = Frame(1.0, 1, picture=photo())

    def face(share: float, seed: int) -> Picture:
        made = photos.process(ask(frame, Look(seed=seed), photo_look=share)).face
        assert made is not None
        return made

    own = face(0.0, 3)
    square = photos.process(ask(frame)).seen
    assert square is not None
    assert np.array_equal(own, photos.model.face(square, None, settings()))
    assert np.array_equal(own, face(0.0, 4))
    assert not np.array_equal(face(1.0, 3), face(1.0, 4))
    assert not np.array_equal(face(0.5, 3), own)


def test_the_person_before_a_camera_is_kept_over_noise_and_followed_when_they_leave(
    tmp_path: Path, finders: list[Finder]
) -> None:
    photos = pictures_of(tmp_path, "photo")
    other = np.asarray(255 - photo(), np.uint8)
    other[70, 60] = (255, 0, 0)

    def codes(pictures: list[Picture], gap: float) -> list[NDArray[np.float32]]:
        found = []
        for n, picture in enumerate(pictures):
            frame = Frame(100 + n * gap, n, picture=picture, is_live=True)
            photos.process(ask(frame, smoothing=0.0, mirror=False))
            assert photos._me is not None
            found.append(photos._me[1])
        return found

    first, second = codes([photo(), other], 0.04)
    (end,) = codes([other], 1.0)[-1:]
    pure = photos.model.look_of(photos.eyes._tracer.face_square(other, 256)).code  # type: ignore[arg-type]
    assert pure is not None
    assert 0 < np.abs(second - first).max() < 0.1 * np.abs(pure - first).max()
    assert np.abs(end - pure).max() <= np.abs(first - pure).max()


def test_a_picture_is_made_small_before_it_is_made_large_again(
    tmp_path: Path, finders: list[Finder]
) -> None:
    small = pictures_of(tmp_path, "lowres")
    frame = Frame(1.0, 1, picture=photo())
    for times, side in ((1.0, 256), (4.0, 64), (32.0, 8)):
        seen = small.process(ask(frame, shrink=times)).seen
        assert seen is not None
        assert seen.shape == (side, side, 3)
    thumbnail = photo()[40:90, 30:100]
    seen = small.process(ask(Frame(2.0, 2, picture=thumbnail), shrink=1.0)).seen
    assert np.array_equal(seen, thumbnail[:, 10:60])  # type: ignore[arg-type]


def test_a_live_picture_without_a_face_says_so(tmp_path: Path, finders: list[Finder]) -> None:
    photos = pictures_of(tmp_path, "photo")
    nobody = np.zeros((200, 200, 3), np.uint8)
    answer = photos.process(ask(Frame(1.0, 1, picture=nobody, is_live=True)))
    assert (answer.face, answer.note) == (None, "no face in the picture")


def test_several_people_are_shown_side_by_side_for_one_drawing(pipeline: Pipeline) -> None:
    frame = Frame(1.0, 1, sketch=drawing())
    one = pipeline.process(ask(frame, Look(seed=3))).face
    four = pipeline.process(ask(frame, Look(seed=3), faces="4")).face
    assert one is not None
    assert four is not None
    assert four.shape == one.shape
    half = one.shape[0] // 2
    quarters = [four[y : y + half, x : x + half] for y in (0, half) for x in (0, half)]
    for seed, quarter in enumerate(quarters, 3):
        whole = pipeline.model.face(drawing(), seed, settings())
        small = whole.reshape(half, 2, half, 2, 3).mean((1, 3))
        assert np.abs(quarter - small).max() <= 1
    nine = pipeline.process(ask(frame, Look(seed=3), faces="9")).face
    assert nine is not None
    assert nine.shape == one.shape


# pictures


def test_a_picture_is_traced_and_shows_its_steps(pipeline: Pipeline, finders: list[Finder]) -> None:
    result = pipeline.process(ask(Frame(1.0, 1, picture=photo())))
    assert result.sketch is not None
    assert result.sketch.shape == (pipeline.model.sketch_size,) * 2
    assert result.sketch.min() < 0.5
    assert result.face is not None
    assert set(result.steps_ms) == {"find", "crop", "lines", "face"}
    assert [finder.is_still for finder in finders] == [True]


def test_a_picture_without_a_face_says_so(pipeline: Pipeline, finders: list[Finder]) -> None:
    result = pipeline.process(ask(Frame(1.0, 1, picture=np.zeros((90, 90, 3), np.uint8))))
    assert result.face is None
    assert result.sketch is None
    assert result.note == "no face in the picture"


def test_a_knob_repeats_only_the_steps_behind_it(pipeline: Pipeline, finders: list[Finder]) -> None:
    frame = Frame(1.0, 1, picture=photo(), is_live=True)
    pipeline.process(ask(frame))
    steps = {
        "faithful": set(pipeline.process(ask(frame, faithful=0.9)).steps_ms),
        "detail": set(pipeline.process(ask(frame, faithful=0.9, line_detail=0.1)).steps_ms),
        "nothing": set(pipeline.process(ask(frame, faithful=0.9, line_detail=0.1)).steps_ms),
        "mirror": set(pipeline.process(ask(frame, mirror=False)).steps_ms),
    }
    assert steps["faithful"] == {"face"}
    assert steps["detail"] == {"lines", "face"}
    assert steps["nothing"] == set()
    assert steps["mirror"] == {"find", "crop", "lines", "face"}
    assert (finders[0].asked, finders[0].cut) == (2, 2)


def test_a_little_face_made_by_the_way_does_not_trace_the_camera_again(
    pipeline: Pipeline, finders: list[Finder]
) -> None:
    frame = Frame(1.0, 1, picture=photo(), is_live=True)
    pipeline.process(ask(frame))
    pipeline.process(ask(Frame(1.0, 1, sketch=drawing()), Look(seed=8)))
    assert set(pipeline.process(ask(frame)).steps_ms) == {"face"}
    assert finders[0].asked == 1


def test_only_a_live_picture_is_mirrored(pipeline: Pipeline, finders: list[Finder]) -> None:
    picture = photo(x=60)
    flipped = np.ascontiguousarray(picture[:, ::-1])
    still = pipeline.process(ask(Frame(1.0, 1, picture=picture))).sketch
    live = pipeline.process(ask(Frame(1.0, 2, picture=flipped, is_live=True), smoothing=0.0))
    assert still is not None
    assert live.sketch is not None
    assert np.allclose(still, live.sketch, atol=0.02)
    assert sorted(finder.is_still for finder in finders) == [False, True]


def test_live_landmarks_are_calmed_and_stills_are_not(
    pipeline: Pipeline, finders: list[Finder], monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[NDArray[np.float32]] = []
    rng = np.random.default_rng(3)

    def find(self: Finder, picture: Picture, person: int = 0, taken: object = ()) -> Face:
        face = Finder.find(self, picture)
        assert face is not None
        noise = rng.normal(0, 0.5, face.landmarks.shape)
        return Face((face.landmarks + noise).astype(np.float32))

    def draw(crop: Picture, landmarks: NDArray[np.float32], *rest: object) -> Sketch:
        drawn.append(landmarks)
        return drawing()

    monkeypatch.setattr(tracing_lines, "draw", draw)
    monkeypatch.setattr(
        tracing_face, "FaceFinder", type("Shaking", (Finder,), {"find": find, "opened": finders})
    )

    def shaken(is_live: bool, smoothing: float) -> float:
        """Pixels by which a point moves between two frames."""
        drawn.clear()
        for n in range(20):
            frame = Frame(10.0 + n / 30, n, picture=photo(), is_live=is_live)
            pipeline.process(ask(frame, smoothing=smoothing))
        pipeline.close()
        return float(np.abs(np.diff(np.stack(drawn)[5:], axis=0)).mean())

    raw = shaken(True, 0.0)
    assert shaken(True, 0.9) < 0.5 * raw
    assert shaken(False, 0.9) == pytest.approx(raw, rel=0.2)


def test_a_paused_live_frame_is_not_smoothed_twice(
    pipeline: Pipeline, finders: list[Finder]
) -> None:
    frames = [Frame(n / 30, n, picture=photo(x=60 + n), is_live=True) for n in range(3)]
    sketches = [pipeline.process(ask(frame)).sketch for frame in frames]
    again = pipeline.process(ask(frames[-1], smoothing=0.9)).sketch
    assert again is sketches[-1]


def test_the_look_of_a_photo_is_taken_from_its_face(
    pipeline: Pipeline, finders: list[Finder]
) -> None:
    look = pipeline.look_of(photo(), "me")
    assert look is not None
    assert look.name == "me"
    assert look.style_space == pipeline.model.style_space
    assert pipeline.look_of(np.zeros((90, 90, 3), np.uint8)) is None


def test_a_real_photo_goes_the_whole_way(pipeline: Pipeline, shared: Path, tmp_path: Path) -> None:
    with tarfile.open(shared / "data" / "faces" / "val-cc0.tar") as archive:
        first = next(one for one in archive if one.name.endswith((".jpg", ".png", ".webp")))
        archive.extract(first, tmp_path, filter="data")
    frame = Frame(1.0, 1, picture=read_picture(tmp_path / first.name))
    for style in ("contour", "ink", "edges"):
        result = pipeline.process(ask(frame, line_style=style))
        assert result.sketch is not None
        assert 0.005 < float((result.sketch < 0.5).mean()) < 0.4
        assert result.face is not None
    pipeline.close()


# opening


def test_a_pipeline_opens_by_name_warm_and_models_of_every_task_are_offered(own_home: Path) -> None:
    folder = own_home / "data" / "weights"
    write_tiny(folder / "mine.safetensors")
    write_tiny(folder / "masks.safetensors", task="mask")
    (folder / "broken.safetensors").write_bytes(b"<html>")
    tasks = model_tasks()
    assert tasks["mine"] == "sketch"
    assert tasks["masks"] == "mask"
    assert "broken" not in tasks
    pipeline = open_pipeline("mine", "torch")
    assert pipeline.model.name == "mine"
    result = pipeline.process(replace(ask(Frame(1.0, 1, sketch=drawing())), model="mine"))
    assert result.face is not None
