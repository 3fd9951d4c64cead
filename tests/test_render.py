"""Files in, faces out: which files are written, what is said about the others, and that it is the window's road."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image, ImageDraw
from test_shape import turned
from tiny import TINY, write_tiny

from livesketch import cli
from livesketch.canvas.document import Document
from livesketch.canvas.drawing_file import save
from livesketch.canvas.prefix import prefix
from livesketch.errors import LivesketchError, ModelError, UsageError
from livesketch.frames import FACE_PARTS, Frame, Look, Picture, Request
from livesketch.models.engine import open_model
from livesketch.models.networks.compact import Config
from livesketch.outputs.files import VideoFile
from livesketch.outputs.names import Names, TakenError
from livesketch.parameters import defaults, frozen
from livesketch.pipeline import Pipeline
from livesketch.render import RenderOptions, Step, files_in, render
from livesketch.sources.paper import Source as Paper
from livesketch.sources.picture import read_picture
from livesketch.tracing.face import Face, FaceFinder
from livesketch.tracing.files import tracer

DATA = Path(__file__).parent / "data"
PHOTO = DATA / "face-one.jpg"

HEAD = [
    np.array([(0.5 + 0.25 * np.cos(t), 0.5 + 0.35 * np.sin(t)) for t in np.linspace(0, 6.2, 40)]),
    np.array([(0.38, 0.42), (0.44, 0.42)]),
    np.array([(0.56, 0.42), (0.62, 0.42)]),
    np.array([(0.42, 0.68), (0.5, 0.71), (0.58, 0.68)]),
]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny(tmp_path_factory.mktemp("weights") / "tiny.safetensors")


@pytest.fixture(scope="module")
def road(weights: Path) -> Iterator[Pipeline]:
    pipeline = Pipeline(open_model(str(weights), runtime="torch"))
    yield pipeline
    pipeline.close()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def made(road: Pipeline, *inputs: Path, out: Path, **wishes) -> list[Step]:
    options = RenderOptions(inputs=files_in(inputs), out=out, **wishes)
    return list(render(options, lambda model, runtime: road))


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def pixels(path: Path) -> Picture:
    return np.asarray(Image.open(path))


def errors(steps: list[Step]) -> list[str]:
    return [str(step.error) for step in steps if step.error is not None]


def sketch_file(path: Path, size: tuple[int, int] = (220, 180)) -> Path:
    picture = Image.new("L", size, 255)
    ImageDraw.Draw(picture).ellipse((50, 20, 170, 160), outline=0, width=4)
    picture.save(path)
    return path


def drawing(path: Path, **extra: object) -> Document:
    document = Document.from_strokes(HEAD)
    document.extra.update(extra)
    save(document, path)
    return document


def quickdraw(path: Path, count: int) -> Path:
    lines = []
    for number in range(count):
        strokes = [
            [
                [int(250 * x) for x in line[:, 0]],
                [int(250 * y) for y in line[:, 1] - 0.002 * number],
            ]
            for line in HEAD
        ]
        lines.append(json.dumps({"word": "face", "drawing": strokes}))
    path.write_text("\n".join(lines) + "\n")
    return path


def film(path: Path, faces: list[Picture | None], fps: int = 10) -> Path:
    """None: grey, nobody there."""
    with VideoFile(path, (256, 256), fps) as video:
        for face in faces:
            video.write(np.full((256, 256, 3), 110, np.uint8) if face is None else face)
    return path


@pytest.fixture(scope="module")
def photo() -> Picture:
    return np.asarray(Image.fromarray(read_picture(PHOTO)).resize((256, 256)))


def test_every_kind_of_file_gives_its_names_and_nothing_else(road: Pipeline, here: Path) -> None:
    sketch_file(here / "a.png")
    sketch_file(here / "b.webp")
    drawing(here / "c.livesketch")
    quickdraw(here / "one.ndjson", 1)
    quickdraw(here / "many.ndjson", 3)
    (here / "d.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100"><path '
        'd="M20 50 C20 10 80 10 80 50 C80 90 20 90 20 50" fill="none" stroke="black"/></svg>'
    )
    steps = made(road, here, out=here / "out")
    assert errors(steps) == []
    assert names(here / "out") == [
        "a.png",
        "b.png",
        "c.png",
        "d.png",
        "many-0001.png",
        "many-0002.png",
        "many-0003.png",
        "one.png",
    ]
    assert all(pixels(path).shape == (128, 128, 3) for path in (here / "out").iterdir())


def test_strokes_write_the_drawing_as_it_grew(road: Pipeline, here: Path) -> None:
    quickdraw(here / "face.ndjson", 2)
    made(road, here / "face.ndjson", out=here / "out", percents=(10.0, 50.0, 100.0))
    assert names(here / "out") == [
        f"face-000{n}{end}.png" for n in (1, 2) for end in ("-p10", "-p100", "-p50", "")
    ]
    whole = pixels(here / "out/face-0001.png")
    assert np.array_equal(pixels(here / "out/face-0001-p100.png"), whole)
    assert not np.array_equal(pixels(here / "out/face-0001-p50.png"), whole)


def test_a_prefix_is_the_face_the_window_shows_at_that_moment(road: Pipeline, here: Path) -> None:
    document = drawing(here / "face.livesketch")
    made(road, here / "face.livesketch", out=here / "out", percents=(40.0,))
    # as the window has it: the last stroke still grows under the pen
    live = Document()
    *finished, growing = prefix(document.strokes, 40.0)
    for stroke in finished:
        live.add(stroke)
    live.begin(growing.brush, growing.samples[0])
    for sample in growing.samples[1:]:
        live.extend([sample])
    frame = Paper(live).read(True)
    assert frame is not None
    shown = road.process(Request(frame, frozen(defaults()), "tiny", Look(seed=1))).face
    assert shown is not None
    assert np.array_equal(pixels(here / "out/face-p40.png"), shown)


def test_the_same_file_gives_the_same_face_whatever_came_before(road: Pipeline, here: Path) -> None:
    quickdraw(here / "many.ndjson", 3)
    drawing(here / "face.livesketch")
    made(road, here / "face.livesketch", out=here / "alone")
    made(road, here / "many.ndjson", here / "face.livesketch", out=here / "after")
    assert np.array_equal(pixels(here / "alone/face.png"), pixels(here / "after/face.png"))


def test_a_drawing_brings_its_own_person_unless_another_is_asked_for(
    road: Pipeline, here: Path
) -> None:
    drawing(here / "own.livesketch", seed=9)
    drawing(here / "none.livesketch")
    made(road, here, out=here / "usual")
    made(road, here, out=here / "ninth", look=Look(seed=9))
    own, none = (pixels(here / f"usual/{name}.png") for name in ("own", "none"))
    assert not np.array_equal(own, none)
    assert np.array_equal(own, pixels(here / "ninth/none.png"))
    assert np.array_equal(own, pixels(here / "ninth/own.png"))


def test_one_picture_can_be_named(road: Pipeline, here: Path) -> None:
    sketch_file(here / "a.png")
    made(road, here / "a.png", out=here / "new/face.png")
    assert names(here / "new") == ["face.png"]


@pytest.mark.parametrize(
    ("inputs", "out", "words"),
    [
        (("a.png", "b.png"), "face.png", "one file, and there are 2"),
        (("a.png",), "film.mp4", "cannot hold"),
        (("many.ndjson",), "face.png", "holds 3 drawings"),
        (("a.png",), "face.jpg", "made as .png"),
        (("a.png",), "a.png", "would replace an input"),
        (("empty",), "out", "nothing in"),
    ],
)
def test_a_name_that_cannot_hold_it_is_said(
    inputs: tuple[str, ...], out: str, words: str, road: Pipeline, here: Path
) -> None:
    sketch_file(here / "a.png")
    sketch_file(here / "b.png")
    quickdraw(here / "many.ndjson", 3)
    (here / "empty").mkdir()
    before = (here / "a.png").read_bytes()
    try:
        said = errors(made(road, *(here / name for name in inputs), out=here / out))
    except LivesketchError as error:
        said = [str(error)]
    assert len(said) == 1
    assert words in said[0]
    assert (here / "a.png").read_bytes() == before
    assert not (here / "face.png").exists()


def test_no_face_replaces_another_inputs_face_or_an_input(road: Pipeline, here: Path) -> None:
    for folder in ("one", "two"):
        (here / folder).mkdir()
        sketch_file(here / folder / "face.png")
    drawing(here / "Face.livesketch")
    steps = made(road, here / "one", here / "two", here / "Face.livesketch", out=here / "out")
    assert names(here / "out") == ["face.png"]
    assert len(errors(steps)) == 2
    assert all("already holds what came of" in error for error in errors(steps))
    in_place = made(road, here / "one", out=here / "one")
    assert "would replace an input" in errors(in_place)[0]


def test_names_are_asked_for_once(here: Path) -> None:
    given = Names(here / "out", [here / "a.svg"])
    assert given.path(here / "a.svg", ".png", "-p10").name == "a-p10.png"
    with pytest.raises(TakenError):
        given.path(here / "a.livesketch", ".png", "-p10")


def test_broken_drawings_among_many_do_not_stop_the_others(road: Pipeline, here: Path) -> None:
    (here / "broken.livesketch").write_text("not a drawing")
    sketch_file(here / "good.png")
    steps = made(
        road, here / "broken.livesketch", here / "gone.png", here / "good.png", out=here / "out"
    )
    assert len(errors(steps)) == 2
    assert names(here / "out") == ["good.png"]


def test_a_model_that_cannot_be_opened_concerns_all(here: Path) -> None:
    def broken(model: str, runtime: str) -> Pipeline:
        raise ModelError("There is no model.")

    sketch_file(here / "a.png")
    options = RenderOptions((here / "a.png",), here / "out")
    with pytest.raises(ModelError):
        list(render(options, broken))


def test_a_photo_is_traced_and_not_mirrored(road: Pipeline, here: Path, photo: Picture) -> None:
    Image.fromarray(photo).save(here / "photo.png")
    Image.fromarray(photo[:, ::-1]).save(here / "mirrored.png")
    steps = made(road, here, out=here / "out", is_traced=True)
    assert errors(steps) == []
    still = road.process(
        Request(Frame(time=0.0, picture=photo), frozen(defaults()), "tiny", Look())
    )
    assert still.face is not None
    assert np.array_equal(pixels(here / "out/photo.png"), still.face)
    assert not np.array_equal(pixels(here / "out/mirrored.png"), still.face)


def test_a_photo_without_trace_is_made_and_the_flag_is_named(
    road: Pipeline, here: Path, photo: Picture
) -> None:
    Image.fromarray(photo).save(here / "photo.png")
    steps = made(road, here / "photo.png", out=here / "out")
    assert any("--trace" in step.note for step in steps)


@pytest.mark.parametrize(
    ("task", "config"),
    [
        ("mask", replace(TINY, input_channels=len(FACE_PARTS), input_size=64)),
        ("photo", replace(TINY, input_channels=3)),
    ],
)
def test_masks_and_photos_become_faces_of_the_models_that_take_them(
    task: str, config: Config, here: Path, photo: Picture
) -> None:
    path = write_tiny(here / "models/other.safetensors", task=task, config=config)
    other = Pipeline(open_model(str(path), runtime="torch"))
    if task == "mask":
        seen = np.zeros((128, 128), np.uint8)
        seen[20:100, 30:100] = 1
        wanted = other.model.face(seen, Look())
    else:
        seen = photo
        face = other.eyes._tracer.face_square(photo, 256)
        assert face is not None
        wanted = other.model.face(face)  # its own person
    Image.fromarray(seen).save(here / "seen.png")
    assert errors(made(other, here / "seen.png", out=here / "out")) == []
    assert np.array_equal(pixels(here / "out/seen.png"), wanted)
    other.close()


def test_a_picture_of_nobody_is_named(road: Pipeline, here: Path) -> None:
    Image.new("RGB", (200, 200), (90, 120, 90)).save(here / "lawn.jpg")
    steps = made(road, here / "lawn.jpg", out=here / "out", is_traced=True)
    assert "lawn.jpg" in errors(steps)[0]
    assert "no face" in errors(steps)[0]


def test_a_film_keeps_its_length_and_its_last_face(
    road: Pipeline, here: Path, photo: Picture
) -> None:
    film(here / "film.mp4", [None, None, photo, photo, None, None])
    steps = made(road, here / "film.mp4", out=here / "faces.mp4", is_traced=True)
    assert errors(steps) == []
    with av.open(str(here / "faces.mp4")) as container:
        shown = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
        assert container.streams.video[0].average_rate == 10
    assert len(shown) == 6
    spread = [float(np.abs(face.astype(int) - shown[2]).mean()) for face in shown]
    assert max(spread) < 4, "the first face stands at the beginning, the last one to the end"


def test_a_film_of_nobody_leaves_no_file(road: Pipeline, here: Path) -> None:
    film(here / "film.mp4", [None] * 4)
    steps = made(road, here / "film.mp4", out=here / "out", is_traced=True)
    assert "No face was found in film.mp4" in errors(steps)[0]
    assert names(here / "out") == []


def test_a_film_needs_trace(road: Pipeline, here: Path, photo: Picture) -> None:
    film(here / "film.mp4", [photo])
    assert "--trace" in errors(made(road, here / "film.mp4", out=here / "out"))[0]


def test_stopping_in_the_middle_of_a_film_leaves_nothing_half(
    road: Pipeline, here: Path, photo: Picture
) -> None:
    film(here / "film.mp4", [photo] * 5)
    steps = render(
        RenderOptions((here / "film.mp4",), here / "out", is_traced=True), lambda m, r: road
    )
    for step in steps:
        if step.is_face:
            break
    steps.close()  # type: ignore[attr-defined]
    assert names(here / "out") == []


def test_a_folder_is_its_files_in_order_and_each_file_counts_once(here: Path) -> None:
    for name in ("b.png", "a.png", "note.txt"):
        (here / name).touch()
    (here / "c.svg").touch()
    assert [path.name for path in files_in([here, here / "a.png"])] == ["a.png", "b.png", "c.svg"]
    assert [path.name for path in files_in([here], ["picture"])] == ["a.png", "b.png"]
    (here / "sub").mkdir()
    with pytest.raises(UsageError):
        files_in([here / "sub"])


def test_the_command_makes_faces_and_says_how_many(
    here: Path, weights: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sketch_file(here / "a.png")
    drawing(here / "b.livesketch")
    words = ["render", "a.png", "b.livesketch", "-o", "out", "--strokes", "50", "--look", "3"]
    assert cli.run([*words, "--model", str(weights), "--runtime", "torch", "--faithful", "1"]) == 0
    heard = capsys.readouterr()
    assert "3 faces in out" in heard.out
    assert "a.png is a picture: it has no strokes" in heard.err
    assert names(here / "out") == ["a.png", "b-p50.png", "b.png"]


@pytest.mark.parametrize("said", ["--age=1", "--age=-1", "--skin=1", "--smile=1", "--kin=0"])
def test_who_a_face_is_may_be_said_as_in_the_window(here: Path, weights: Path, said: str) -> None:
    sketch_file(here / "a.png")
    words = ["render", "a.png", "--model", str(weights), "--runtime", "torch", "-o"]
    assert cli.run([*words, "plain.png"]) == cli.run([*words, "other.png", said]) == 0
    plain, other = (read_picture(here / name) for name in ("plain.png", "other.png"))
    assert not np.array_equal(plain, other)


def test_tracing_writes_what_the_model_would_see(
    road: Pipeline, here: Path, photo: Picture, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.fromarray(photo).save(here / "me.png")
    Image.new("RGB", (100, 100), (90, 120, 90)).save(here / "lawn.jpg")
    words = ["trace", "me.png", "lawn.jpg", "-o", "lines", "--svg", "--style", "ink"]
    assert cli.run(words) == 2
    heard = capsys.readouterr()
    assert "lawn.jpg" in heard.err
    assert names(here / "lines") == ["me.png", "me.svg"]
    drawn = pixels(here / "lines/me.png")
    assert drawn.shape == (256, 256)
    assert 0.01 < (drawn < 128).mean() < 0.5
    settings = frozen(defaults() | {"line_style": "ink"})
    seen = road.process(Request(Frame(time=0.0, picture=photo), settings, "tiny", Look())).sketch
    assert seen is not None
    with tracer("ink", 0.5, has_strokes=False, size=len(seen)) as trace:
        assert np.array_equal(trace(photo).sketch, seen)
    # and the strokes are a drawing again
    assert errors(made(road, here / "lines/me.svg", out=here / "out")) == []


def test_a_turned_head_is_drawn_facing_you_with_the_look_of_the_photo(
    road: Pipeline, here: Path, photo: Picture
) -> None:
    Image.fromarray(photo).save(here / "photo.png")
    facing = frozen(defaults() | {"face_me": 1.0, "mirror": False})
    own = road.look_of(photo)
    assert own is not None
    wanted = road.process(Request(Frame(0.0, picture=photo), facing, "tiny", own))
    plain = road.process(Request(Frame(0.0, picture=photo), frozen(defaults()), "tiny", own))
    assert wanted.face is not None
    assert plain.face is not None
    steps = made(
        road,
        here / "photo.png",
        out=here / "out",
        is_traced=True,
        has_own_look=True,
        values={"face_me": 1.0},
    )
    assert errors(steps) == []
    np.testing.assert_array_equal(pixels(here / "out/photo.png"), wanted.face)
    assert not np.array_equal(wanted.face, plain.face)


def test_frontal_says_all_three_at_once(
    weights: Path, here: Path, photo: Picture, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.fromarray(photo).save(here / "photo.png")
    Image.new("RGB", (100, 100), (90, 120, 90)).save(here / "lawn.png")
    model = ["--model", str(weights), "--runtime", "torch"]
    long = ["--trace", "--own-look", "--face-me", "1"]
    assert cli.run(["render", "photo.png", *long, "-o", "long.png", *model]) == 0
    assert cli.run(["render", "photo.png", "--frontal", "-o", "short.png", *model]) == 0
    np.testing.assert_array_equal(pixels(here / "short.png"), pixels(here / "long.png"))
    somebody = ["--frontal", "--look", "7"]
    assert cli.run(["render", "photo.png", *somebody, "-o", "seven.png", *model]) == 0
    assert not np.array_equal(pixels(here / "seven.png"), pixels(here / "short.png"))
    capsys.readouterr()
    assert cli.run(["render", "lawn.png", "--frontal", "-o", "none.png", *model]) == 2
    assert "lawn.png: no face in the picture" in capsys.readouterr().err
    assert not (here / "none.png").exists()


def test_a_profile_is_too_far_turned_for_its_front(
    road: Pipeline, here: Path, photo: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No picture of a profile may lie here: the mesh of a face is turned instead."""
    find, degrees = FaceFinder.find, 0.0

    def turned_away(finder: FaceFinder, picture: Picture, *others: Any) -> Face | None:
        found = find(finder, picture, *others)
        return None if found is None else Face(turned(found.landmarks, degrees))

    monkeypatch.setattr(FaceFinder, "find", turned_away)
    wishes = {"is_traced": True, "has_own_look": True}
    for degrees, is_made in ((50.0, True), (72.0, False)):
        source = here / f"{degrees:.0f}.png"
        Image.fromarray(photo).save(source)
        steps = made(road, source, out=here / "out", values={"face_me": 1.0}, **wishes)
        assert (here / "out" / source.name).exists() == is_made
        if not is_made:
            assert "turned away by 7" in errors(steps)[0]
            assert "less than 60°" in errors(steps)[0]
            plain = made(road, source, out=here / "plain", **wishes)
            assert errors(plain) == []


def test_a_model_that_is_shown_the_photo_turns_no_head(
    here: Path, photo: Picture, capsys: pytest.CaptureFixture[str]
) -> None:
    Image.fromarray(photo).save(here / "photo.png")
    path = write_tiny(
        here / "redo.safetensors", task="photo", config=replace(TINY, input_channels=3)
    )
    words = ["render", "photo.png", "--frontal", "-o", "a.png", "--model", str(path)]
    assert cli.run([*words, "--runtime", "torch"]) == 2
    assert "only lines can be turned to the front" in capsys.readouterr().err


def test_an_own_look_needs_a_photo(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sketch_file(here / "a.png")
    assert cli.run(["render", "a.png", "-o", "out", "--own-look"]) == 2
    assert "--trace" in capsys.readouterr().err
    assert cli.run(["trace", str(PHOTO), "-o", "lines", "--svg", "--style", "artist"]) == 0
    assert names(here / "lines") == ["face-one.png", "face-one.svg"]
