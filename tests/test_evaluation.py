"""`livesketch evaluate`: reads a set of drawings, measures, and says honestly what it could not measure."""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest
from measuring import measures_of, small_appearance, small_identity
from PIL import Image
from tiny import write_tiny

from livesketch import evaluation
from livesketch.canvas.document import Document
from livesketch.canvas.doodle import base, draw, strokes
from livesketch.canvas.drawing_file import save
from livesketch.errors import LivesketchError, UsageError
from livesketch.evaluation import obedience as obedience_module
from livesketch.evaluation.bars import BARS
from livesketch.evaluation.features import Appearance, Features, Identity, RealFaces
from livesketch.evaluation.figures import contract, details
from livesketch.evaluation.finder import Finder, read_square
from livesketch.evaluation.growth import growth, strokes_of_head
from livesketch.evaluation.instruments import Instruments
from livesketch.evaluation.landmarks import SKIN_TONES
from livesketch.evaluation.measure import Effort, measure
from livesketch.evaluation.obedience import obedience
from livesketch.evaluation.people import people
from livesketch.evaluation.report import page, write_report
from livesketch.evaluation.sheets import contact_sheet
from livesketch.evaluation.stillness import moved, stillness
from livesketch.evaluation.tier_figures import tier_figures
from livesketch.evaluation.tiers import TIERS, Drawing, read_tiers
from livesketch.frames import Picture, Sketch

DATA = Path(__file__).parent / "data"
FACES = sorted(DATA.glob("face-*.jpg"))
KEYS = ["n", "face_found", "nme_percent", "fd", "diversity", "identity_50_100", "largest_jump"]


def silence(_: str) -> None:
    pass


@pytest.fixture(scope="module")
def finder() -> Iterator[Finder]:
    finder = Finder()
    yield finder
    finder.close()


@pytest.fixture(scope="module")
def metrics(shared: Path) -> Iterator[ModuleType]:
    with measures_of(shared) as module:
        yield module


@pytest.fixture(scope="module")
def photos() -> list[Picture]:
    return [np.asarray(cv2.resize(read_square(path), (192, 192)), np.uint8) for path in FACES]


@pytest.fixture(scope="module")
def features() -> Features:
    rng = np.random.default_rng(0)
    return Features(
        Appearance(small_appearance(rng)),
        Identity(small_identity(rng)),
        RealFaces(9, np.zeros(10), np.eye(10)),
    )


@pytest.fixture
def the_set(tmp_path: Path) -> Path:
    """Three Quick, Draw! doodles in one file, a drawing with a photo, a picture, and what is broken."""
    root = tmp_path / "set"
    for tier in ("doodles", "amateur", "skilled"):
        (root / tier).mkdir(parents=True)
    (root / "doodles" / "faces.ndjson").write_bytes((DATA / "quickdraw-face.ndjson").read_bytes())
    (root / "doodles" / "broken.ndjson").write_text("{not json")
    save(Document.from_strokes(strokes(base(1))), root / "amateur" / "doodle.livesketch")
    Image.open(FACES[0]).save(root / "amateur" / "doodle.photo.png")
    grey = np.rint(draw(strokes(base(2))) * 255).astype(np.uint8)
    Image.fromarray(grey).save(root / "skilled" / "lines.png")
    (root / "skilled" / "lines.photo.jpg").write_bytes(FACES[1].read_bytes())
    (root / "skilled" / "notes.txt").write_text("not a drawing")
    return root


def with_model(photos: list[Picture], find: Callable, features: Features) -> Instruments:
    """A model of two people: it looks at how much ink there is, and at the look's parity."""

    def face(sketch: Sketch, look: int, begun_at: object) -> Picture:
        return photos[(int(sketch.sum()) + look) % len(photos)]

    return Instruments(face, find, features, silence)


# --- reading the set


def test_the_set_is_read_tier_by_tier_and_what_is_broken_is_named(the_set: Path) -> None:
    said: list[str] = []
    tiers = read_tiers(the_set, said.append)
    assert tuple(tiers) == TIERS
    assert [len(tiers[tier]) for tier in TIERS] == [3, 1, 1, 0]
    assert [bool(drawing.strokes) for drawing in tiers["doodles"]] == [True] * 3
    assert tiers["skilled"][0].strokes is None
    assert tiers["amateur"][0].photo == the_set / "amateur" / "doodle.photo.png"
    assert len(said) == 1
    assert "broken.ndjson" in said[0]
    assert len(read_tiers(the_set, silence, limit=2)["doodles"]) == 2


def test_a_drawing_over_a_photo_stays_where_the_photo_is(the_set: Path) -> None:
    drawing = read_tiers(the_set, silence)["amateur"][0]
    assert drawing.strokes is not None
    expected = draw(strokes(base(1)))
    ink = np.argwhere(drawing.sketch < 0.5)
    assert np.abs(ink.min(0) - np.argwhere(expected < 0.5).min(0)).max() <= 2
    assert np.array_equal(drawing.at(drawing.strokes), drawing.sketch)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda folder: None, "There is no folder"),
        (lambda folder: folder.mkdir(), "holds none of the folders"),
        (lambda folder: (folder / "traced").mkdir(parents=True), "no drawings"),
    ],
)
def test_a_set_without_drawings_is_refused_in_words(
    tmp_path: Path, make: Callable[[Path], None], sentence: str
) -> None:
    make(tmp_path / "set")
    with pytest.raises(UsageError, match=sentence):
        read_tiers(tmp_path / "set", silence)


# --- measures that need a model


def test_the_photo_itself_would_be_a_perfect_face(
    the_set: Path, photos: list[Picture], finder: Finder, features: Features
) -> None:
    drawing = replace(read_tiers(the_set, silence)["skilled"][0], photo=FACES[0])
    perfect = Instruments(lambda sketch, look, _: photos[0], finder.find, features, silence)
    other = Instruments(lambda sketch, look, _: photos[1], finder.find, features, silence)
    nme = tier_figures("skilled", [drawing], (1,), perfect, {}).nme_percent
    worse = tier_figures("skilled", [drawing], (1,), other, {}).nme_percent
    assert nme is not None
    assert worse is not None
    assert nme < 1 < worse


def test_one_face_for_every_drawing_has_no_diversity_and_never_jumps(
    the_set: Path, photos: list[Picture], finder: Finder, features: Features
) -> None:
    doodles = read_tiers(the_set, silence)["doodles"]
    same = Instruments(lambda sketch, look, _: photos[0], finder.find, features, silence)
    figures = tier_figures("doodles", doodles, (1, 2, 3), same, {})
    assert (figures.n, figures.faces, figures.face_found) == (3, 9, 1.0)
    assert figures.diversity == pytest.approx(0, abs=1e-5)
    assert figures.identity_50_100 == pytest.approx(1, abs=1e-5)
    assert figures.largest_jump == pytest.approx(0, abs=1e-5)
    assert figures.found_at == {10: 1, 25: 1, 50: 1, 75: 1, 100: 1}
    assert figures.fd is not None


def test_a_person_who_comes_with_the_last_stroke_is_a_jump(
    photos: list[Picture], finder: Finder, features: Features
) -> None:
    lines = Document.from_strokes(strokes(base(0))).strokes
    drawing = Drawing("doodle", draw(strokes(base(0))), tuple(lines))
    assert strokes_of_head(lines) == 1
    whole = drawing.at(lines)
    tools = Instruments(
        lambda sketch, look, _: photos[int(np.array_equal(sketch, whole))],
        finder.find,
        features,
        silence,
    )
    grown = growth(drawing, tools)
    assert features.identity is not None
    codes = []
    for photo in photos[:2]:
        marks = finder.find(photo)
        assert marks is not None
        codes.append(features.identity.of(photo, marks))
    assert grown.largest_jump == pytest.approx(1 - float(codes[0] @ codes[1]), abs=1e-5)
    assert grown.identity_50_100 == pytest.approx(float(codes[0] @ codes[1]), abs=1e-5)


def test_a_drawing_of_very_many_strokes_is_not_measured_forever(
    photos: list[Picture], features: Features
) -> None:
    lines = Document.from_strokes(strokes(base(0)) * 40).strokes
    asked: list[int] = []

    def face(sketch: Sketch, look: int, begun_at: object) -> Picture:
        asked.append(look)
        return photos[0]

    growth(
        Drawing("many", draw([]), tuple(lines)),
        Instruments(face, lambda _: None, features, silence),
    )
    assert len(asked) < 40 < len(lines)


def test_blank_pictures_are_no_faces_and_nothing_else_is_claimed_of_them(
    the_set: Path, finder: Finder, features: Features
) -> None:
    blank = Instruments(
        lambda sketch, look, _: np.full((64, 64, 3), 128, np.uint8), finder.find, features, silence
    )
    drawings = read_tiers(the_set, silence)
    figures = tier_figures("skilled", drawings["skilled"], (1,), blank, {})
    assert figures.face_found == 0
    assert figures.nme_percent is None
    assert figures.diversity is None
    shown = people(drawings["skilled"][0].sketch, range(1, 4), blank)
    assert shown.face_found == 0
    assert shown.skin_tone is None
    rhos = obedience(range(1), 2, blank)
    assert set(rhos.values()) == {0.0}


def test_skin_tones_are_shares_that_follow_the_faces(
    photos: list[Picture], finder: Finder, features: Features
) -> None:
    dark = (photos[0].astype(np.float32) * 0.25).astype(np.uint8)
    tools = Instruments(
        lambda sketch, look, _: dark if look % 4 == 0 else photos[0], finder.find, features, silence
    )
    shown = people(np.ones((64, 64), np.float32), range(1, 9), tools)
    assert shown.skin_tone is not None
    assert list(shown.skin_tone) == list(SKIN_TONES)
    assert sum(shown.skin_tone.values()) == pytest.approx(1)
    assert shown.skin_tone["dark"] == pytest.approx(0.25)
    assert shown.diversity is not None


def test_a_face_that_turns_with_the_head_obeys_and_one_that_does_not_is_not_praised(
    photos: list[Picture], finder: Finder, features: Features, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(obedience_module, "SWEEPS", {"head_tilt": (-18, 18)})

    def turned(sketch: Sketch, *_: object) -> Picture:
        y, x = np.nonzero(sketch < 0.5)
        tilt = np.degrees(np.polyfit(y - y.mean(), x - x.mean(), 1)[0])
        turn = cv2.getRotationMatrix2D((96, 96), float(tilt), 1)
        return np.asarray(cv2.warpAffine(photos[0], turn, (192, 192)), np.uint8)

    obeys = Instruments(turned, finder.find, features, silence)
    stubborn = Instruments(lambda sketch, look, _: photos[0], finder.find, features, silence)
    assert obedience(range(1), 5, obeys)["head_tilt"] > 0.85
    assert obedience(range(1), 5, stubborn) == {"head_tilt": 0.0}


def test_stillness_is_the_mean_change_over_eight_shifts(features: Features) -> None:
    def copies(sketch: Sketch, *_: object) -> Picture:
        grey = np.rint(sketch * 255).astype(np.uint8)
        return np.repeat(grey[..., None], 3, axis=2)

    tools = Instruments(copies, lambda picture: None, features, silence)
    sketch = np.ones((256, 256), np.float32)
    sketch[100, 100] = 0
    # the dot leaves one pixel and darkens another
    assert stillness([sketch], tools) == pytest.approx(2 * 255 / 256**2)
    assert moved(sketch, 1, -1)[99, 101] == 0
    assert stillness([], tools) is None


# --- the whole


def small_measure(the_set: Path, tools: Instruments):
    effort = Effort(drawings=None, looks=4, bases=1, steps=2, growing=None)
    conditions = {"model": "two photos", "faithful": "0.5", "feature space": "random"}
    return measure(read_tiers(the_set, silence), tools, None, effort, conditions)


def test_the_figures_have_the_promised_shape_and_the_report_shows_them(
    the_set: Path, photos: list[Picture], finder: Finder, features: Features, tmp_path: Path
) -> None:
    figures = small_measure(the_set, with_model(photos, finder.find, features))
    promised = contract(figures)
    assert list(promised) == [*TIERS, "obedience", "skin_tone", "stillness"]
    for tier in TIERS:
        assert list(promised[tier]) == KEYS  # type: ignore[call-overload]
    assert promised["traced"] == dict.fromkeys(KEYS) | {"n": 0}
    assert len(promised["obedience"]) == 8  # type: ignore[arg-type]
    more = details(figures)
    assert more["doodles"]["face_found_at"]["10"] == 1  # type: ignore[index]
    assert json.loads(json.dumps(more, allow_nan=False)) == more
    write_report(figures, tmp_path / "report")
    text = (tmp_path / "report" / "report.md").read_text(encoding="utf-8")
    assert json.loads((tmp_path / "report" / "evaluate.json").read_text()) == promised
    shown = [line.split("](")[1][:-1] for line in text.splitlines() if line.startswith("![")]
    assert {"doodles.png", "doodles-growing.png", "skilled.png", "looks.png"} <= set(shown)
    for name in shown:
        assert Image.open(tmp_path / "report" / name).size[0] > 300
    for bar in BARS:
        assert bar.what in text
    assert "| traced | 0 | – |" in page(figures, [])


def test_a_report_that_cannot_be_written_is_one_sentence(
    the_set: Path, photos: list[Picture], finder: Finder, tmp_path: Path
) -> None:
    figures = small_measure(the_set, with_model(photos, finder.find, Features()))
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(LivesketchError, match="cannot be made"):
        write_report(figures, tmp_path / "taken" / "report")


def arguments(*argv: str | Path) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    evaluation.add_arguments(parser)
    return parser.parse_args([str(arg) for arg in argv])


def test_the_command_measures_a_model_and_writes_null_for_what_it_cannot(
    the_set: Path, tmp_path: Path
) -> None:
    weights = write_tiny(tmp_path / "tiny.safetensors")
    out = tmp_path / "figures.json"
    args = arguments(the_set, "--model", weights, "--runtime", "torch", "--json", out, "--quick")
    figures = evaluation.run(args, silence)
    assert json.loads(out.read_text()) == figures
    doodles = figures["doodles"]
    assert isinstance(doodles, dict)
    assert doodles["n"] == 3
    assert doodles["fd"] is None
    assert doodles["diversity"] is None
    assert isinstance(figures["stillness"], float)


@pytest.mark.parametrize(
    "flags",
    [
        ("--model", "nobody-made-this"),
        ("--features", "nowhere"),
        ("--faithful", "nan"),
    ],
)
def test_what_cannot_be_measured_with_is_refused_in_words(
    the_set: Path, flags: tuple[str, str]
) -> None:
    with pytest.raises(LivesketchError) as caught:
        evaluation.run(arguments(the_set, *flags), silence)
    assert "\n" not in str(caught.value)


def test_asking_for_help_loads_nothing_heavy() -> None:
    code = (
        "import argparse, sys\nfrom livesketch import evaluation\n"
        "evaluation.add_arguments(argparse.ArgumentParser())\n"
        "assert not {'torch', 'cv2', 'mediapipe', 'numpy'} & set(sys.modules), sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_sheet_shows_every_picture_in_its_place() -> None:
    one, two = (np.full((16, 16, 3), value, np.uint8) for value in (80, 200))
    sheet = contact_sheet([[one, two], [two, one], [one]], side=32, across=2)
    assert sheet[20, 20, 0] == 80
    assert sheet[20, 56, 0] == 200
    assert sheet[20, 96, 0] == 200
    assert sheet[56, 20, 0] == 80
    assert (sheet[56, 56] < 40).all()


# --- agreement with shared/metrics


def test_our_sweeps_and_shifts_give_their_figures(
    metrics: ModuleType,
    photos: list[Picture],
    finder: Finder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(metrics.doodle, "STEPS", 3)
    monkeypatch.setattr(metrics.doodle, "BASES", 2)
    rng = np.random.default_rng(5)
    warps = [
        cv2.getRotationMatrix2D((96, 96), float(rng.uniform(-15, 15)), float(rng.uniform(0.8, 1.1)))
        for _ in range(7)
    ]
    made = [np.asarray(cv2.warpAffine(photos[0], warp, (192, 192)), np.uint8) for warp in warps]

    def theirs(sketch: np.ndarray, look: int) -> Picture:
        return made[int((sketch < 128).sum()) % len(made)]

    def ours(sketch: Sketch, look: int, _: object) -> Picture:
        return theirs(np.rint(sketch * 255).astype(np.uint8), look)

    tools = Instruments(ours, finder.find, Features(), silence)
    told = metrics.obedience(theirs, metrics.FaceFinder())
    assert obedience(range(2), 3, tools) == pytest.approx(told, abs=1e-6)
    sketch = draw(strokes(base(0)))
    levels = np.rint(sketch * 255).astype(np.uint8)
    assert stillness([sketch], tools) == pytest.approx(metrics.stillness(theirs, levels), rel=1e-5)
