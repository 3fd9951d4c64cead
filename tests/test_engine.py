"""A model that plays: same face for the same drawing, on any runtime, whatever the caches hold."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny import TINY, write_tiny

import livesketch.models
import livesketch.models.choice
from livesketch.errors import LivesketchError, ModelError
from livesketch.frames import FACE_PARTS, Look, Mask, Picture, Sketch
from livesketch.models.blend import blended, rows_of
from livesketch.models.engine import Model, open_model
from livesketch.parameters import parameter
from livesketch.pipeline import open_alone, open_pipeline
from livesketch.places import weights_dir

RUNTIMES = ("openvino", "torch")


def head(size: int = 128, mouth: float = 0.7) -> Sketch:
    """An oval with a mouth."""
    y, x = (np.mgrid[:size, :size] + 0.5) / size
    oval = np.abs(np.hypot((x - 0.5) / 0.3, (y - 0.5) / 0.38) - 1) < 0.05
    lips = (np.abs(y - mouth) < 0.012) & (np.abs(x - 0.5) < 0.1)
    return (1 - (oval | lips)).astype(np.float32)


def distance(one: Picture, other: Picture) -> float:
    """Mean difference in levels of 0..255."""
    return float(np.abs(one.astype(np.float32) - other).mean())


@pytest.fixture(scope="module")
def weights(played: Path) -> Path:
    return played / "tiny.safetensors"


@pytest.fixture(scope="module", params=RUNTIMES)
def model(request: pytest.FixtureRequest, weights: Path) -> Model:
    return open_model(str(weights), runtime=request.param)


def test_a_sketch_becomes_a_colour_picture(model: Model) -> None:
    face = model.face(head())
    assert face.shape == (model.resolution, model.resolution, 3)
    assert face.dtype == np.uint8
    assert face.flags.c_contiguous


def test_the_same_drawing_and_look_give_the_same_pixels_in_another_session(
    model: Model, weights: Path
) -> None:
    first = model.face(head(), 7)
    model.face(head(mouth=0.6), 3)
    assert np.array_equal(model.face(head(), 7), first)
    again = open_model(str(weights), runtime=model.runtime)  # its cache is empty: all is made anew
    assert np.array_equal(again.face(head(), Look(seed=7)), first)


def test_a_face_that_was_handed_out_does_not_change_later(model: Model) -> None:
    first = model.face(head(), 1)
    kept = first.copy()
    model.face(head(mouth=0.6), 2)
    assert np.array_equal(first, kept)


def test_another_look_is_another_person_and_another_line_another_face(model: Model) -> None:
    face = model.face(head(), 1)
    assert distance(face, model.face(head(), 2)) > 0
    assert distance(face, model.face(head(mouth=0.5), 1)) > 0


def test_faithful_changes_how_lines_bind(model: Model) -> None:
    loose = model.face(head(), 1, {"faithful": 0.0})
    middle = model.face(head(), 1, {"faithful": 0.5})
    assert distance(loose, model.face(head(), 1, {"faithful": 1.0})) > 0
    assert np.array_equal(middle, model.face(head(), 1))


def test_a_part_binds_by_its_own_and_people_are_turned(model: Model) -> None:
    plain = model.face(head(), 1)
    for name in ("eyes_faithful", "hair_faithful", "kin", "skin", "hair_colour", "smile", "age"):
        assert distance(plain, model.face(head(), 1, {name: 1.0})) > 0, name
        assert np.array_equal(plain, model.face(head(), 1, {name: parameter(name).default}))


def test_a_studio_changes_who_is_hard_to_paint_and_nobody_else(model: Model) -> None:
    looks = range(1, 9)
    plain = [model.face(head(), look) for look in looks]
    asked = [model.face(head(), look, {"studio": 1.0}) for look in looks]
    left = [model.face(head(), look, {"studio": 0.0}) for look in looks]
    changed = [distance(a, b) > 0 for a, b in zip(plain, asked, strict=True)]
    assert 3 <= sum(changed) < len(looks)
    # most of them nobody holds back but in a studio
    assert sum(distance(a, b) > 0 for a, b in zip(plain, left, strict=True)) < sum(changed)


def test_a_larger_sketch_gives_nearly_the_same_face(model: Model) -> None:
    other = distance(model.face(head()), model.face(np.ones((128, 128), np.float32)))
    assert distance(model.face(head()), model.face(head(512))) < other


@pytest.mark.usefixtures("warm_home")
def test_runtimes_agree_up_to_rounding(weights: Path) -> None:
    models = [open_model(str(weights), runtime=name) for name in RUNTIMES]
    for age in (0.0, 1.0, -0.5, 0.0):
        faces = [model.face(head(), 7, {"age": age}) for model in models]
        assert distance(*faces) < 2
        assert int(np.abs(faces[0].astype(int) - faces[1]).max()) <= 16


WRONG = {
    "colours": (np.ones((64, 64, 3), np.float32), "(64, 64, 3)"),
    "oblong": (np.ones((64, 32), np.float32), "(64, 32)"),
    "empty": (np.ones((0, 0), np.float32), "(0, 0)"),
    "bytes": (np.full((64, 64), 255, np.uint8), "uint8"),
    "levels": (np.full((64, 64), 255, np.float32), "255"),
    "not a number": (np.full((64, 64), np.nan, np.float32), "nan"),
    "a list": ([[1.0]], "list"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_sketch_is_refused_naming_both_sides(weights: Path, name: str) -> None:
    sketch, said = WRONG[name]
    with pytest.raises(ModelError, match="A sketch") as caught:
        open_model(str(weights), runtime="torch").face(sketch)  # type: ignore[arg-type]
    assert said in str(caught.value)


def test_a_seed_is_the_same_person_on_every_machine(model: Model) -> None:
    code = model.code_of(7)
    assert code[:3] == pytest.approx([0.00123015, 0.29874556, -0.2741378], abs=1e-6)
    assert np.array_equal(code, model.code_of(Look(seed=7)))


def test_a_code_counts_only_in_its_own_style_space(model: Model) -> None:
    code = np.linspace(-1, 1, model.code_size, dtype=np.float32)
    assert np.array_equal(model.code_of(Look(seed=3, code=code, style_space="test")), code)
    foreign = Look(seed=3, code=code, style_space="elsewhere")
    assert np.array_equal(model.code_of(foreign), model.code_of(3))
    with pytest.raises(ModelError, match="code"):
        model.code_of(Look(code=code[:-1], style_space="test"))


def test_who_is_on_the_way_is_the_same_on_every_runtime(weights: Path, warm_home: Path) -> None:
    sketch, faces = np.ones((64, 64), np.float32), {}
    sketch[20:40, 30] = 0
    for runtime in RUNTIMES:
        model = open_model(str(weights), runtime=runtime)
        ends = [model.code_of(seed) for seed in (1, 2)]
        ways = [*ends, rows_of(ends[0]), blended(ends[0], ends[1], 0.5)]
        faces[runtime] = [
            model.face(sketch, Look(code=way, style_space="test")).astype(int) for way in ways
        ]
        start, end, alone, half = faces[runtime]
        assert np.array_equal(alone, start)
        gaps = [np.abs(half - face).mean() for face in (start, end)]
        assert max(gaps) < np.abs(start - end).mean()
    one, other = (faces[runtime][3] for runtime in RUNTIMES)
    assert np.abs(one - other).mean() < 1


def test_of_a_blend_nobody_may_be_missing(model: Model) -> None:
    blend = blended(model.code_of(1), model.code_of(2), 0.5)
    assert np.array_equal(model.code_of(Look(code=blend, style_space="test")), blend)
    with pytest.raises(ModelError, match="code"):
        model.code_of(Look(code=blend[:1], style_space="test"))


def test_a_strange_photo_s_look_lies_no_further_out_than_people_do(model, monkeypatch) -> None:
    photo = np.zeros((64, 64, 3), np.uint8)
    for length, kept in ((9.0, 1.0), (0.5, 0.5)):
        code = np.full(model.code_size, length, np.float32)
        monkeypatch.setattr(model._runtime, "code_of", lambda _, code=code: code)
        assert np.allclose(model.look_of(photo).code, kept)


@pytest.mark.usefixtures("warm_home")
def test_a_photo_gives_a_look_that_all_runtimes_understand_alike(weights: Path) -> None:
    photo = np.random.default_rng(1).integers(0, 255, (90, 120, 3), np.uint8)
    looks = [open_model(str(weights), runtime=name).look_of(photo, "me") for name in RUNTIMES]
    assert looks[0].name == "me"
    assert looks[0].style_space == "test"
    assert looks[0].seed == looks[1].seed
    assert looks[0].code is not None
    assert looks[1].code is not None
    assert np.allclose(looks[0].code, looks[1].code, atol=1e-4)
    other = open_model(str(weights), runtime="torch").look_of(np.invert(photo))
    assert other.code is not None
    assert not np.allclose(other.code, looks[0].code, atol=1e-3)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_weights_without_a_style_encoder_say_so(tmp_path: Path, runtime: str) -> None:
    path = write_tiny(tmp_path / "plain.safetensors", with_style_encoder=False)
    with pytest.raises(ModelError, match="photo"):
        open_model(str(path), runtime=runtime).look_of(np.zeros((64, 64, 3), np.uint8))


def test_the_w_plus_road_is_refused_with_its_sentence(model: Model) -> None:
    for call in (model.encode, model.generate):
        with pytest.raises(ModelError, match="this network has no W\\+ road") as caught:
            call(np.zeros((1, 128, 128), np.float32))
        assert caught.value.hint == "use face()"


def test_the_device_is_told_in_words(model: Model) -> None:
    assert model.device.startswith("CPU, ")


def test_a_model_of_a_task_that_is_not_played_is_named_as_such(tmp_path: Path) -> None:
    path = write_tiny(tmp_path / "looks.safetensors", task="look")
    with pytest.raises(ModelError, match="'look'"):
        open_model(str(path))


MASKS = replace(TINY, input_channels=len(FACE_PARTS), input_size=64)
PHOTOS = replace(TINY, input_channels=3)


def painted(size: int = 128, hair: int = 13) -> Mask:
    """A mask: skin in an oval, hair above it."""
    y, x = (np.mgrid[:size, :size] + 0.5) / size
    mask = np.where(np.hypot((x - 0.5) / 0.4, (y - 0.45) / 0.42) < 1, hair, 0)
    return np.where(np.hypot((x - 0.5) / 0.3, (y - 0.6) / 0.32) < 1, 1, mask).astype(np.uint8)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_painted_mask_becomes_a_face(tmp_path: Path, runtime: str) -> None:
    path = write_tiny(tmp_path / "masks.safetensors", task="mask", config=MASKS)
    model = open_model(str(path), runtime=runtime)
    model.warm_up()
    face = model.face(painted(), 1)
    assert face.shape == (128, 128, 3)
    assert distance(face, model.face(painted(hair=0), 1)) > 0
    assert distance(face, model.face(painted(256), 1)) < 0.5 * distance(
        face, model.face(np.zeros((64, 64), np.uint8), 1)
    )
    for wrong, said in (
        (head(), "float32"),
        (np.full((64, 64), 19, np.uint8), "19"),
        (np.zeros((64, 32), np.uint8), "(64, 32)"),
    ):
        with pytest.raises(ModelError, match="A mask") as caught:
            model.face(wrong)
        assert said in caught.value.message


@pytest.mark.parametrize("task", ["photo", "lowres"])
def test_a_photo_that_is_redone_keeps_its_own_person_unless_another_is_asked_for(
    tmp_path: Path, task: str
) -> None:
    path = write_tiny(tmp_path / "photos.safetensors", task=task, config=PHOTOS)
    model = open_model(str(path), runtime="torch")
    model.warm_up()
    photo = np.random.default_rng(1).integers(0, 255, (90, 120, 3), np.uint8)
    own = model.face(photo)
    assert np.array_equal(own, model.face(photo, model.look_of(photo)))
    assert distance(own, model.face(photo, 1)) > 0
    assert distance(own, model.face(np.invert(photo))) > 0
    with pytest.raises(ModelError, match="A picture"):
        model.face(head())


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"runtime": "onnx"}, "'onnx'"),
        ({"device": "toaster", "runtime": "torch"}, "'toaster'"),
        ({"device": "cuda:99", "runtime": "torch"}, "'cuda:99'"),
        ({"device": "cuda", "runtime": "openvino"}, "'cuda'"),
    ],
)
def test_what_is_not_here_is_refused_with_a_hint(
    weights: Path, asked: dict[str, Any], said: str
) -> None:
    with pytest.raises(ModelError) as caught:
        open_model(str(weights), **asked)
    assert said in caught.value.message
    assert caught.value.hint


# threads


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_window_keeps_a_core_and_work_for_files_takes_them_all(
    weights: Path, runtime: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[int] = []
    if runtime == "torch":
        monkeypatch.setattr("torch.set_num_threads", used.append)
    else:
        # through the runtime: whoever imports openvino first has it call home
        core = livesketch.models.choice.runtime_module("openvino").openvino.Core  # type: ignore[attr-defined]
        compiled = core.compile_model

        def compile_model(*given: Any) -> object:
            used.append(given[-1]["INFERENCE_NUM_THREADS"])
            return compiled(*given)

        monkeypatch.setattr(core, "compile_model", compile_model)
    for module in ("livesketch.models.machine", "livesketch.pipeline"):
        monkeypatch.setattr(f"{module}.cores", lambda: 3)
    for opened, threads in ((open_pipeline, 2), (open_alone, 3)):
        used.clear()
        opened(str(weights), runtime).close()
        assert set(used) == {threads}


# choosing a runtime


def test_auto_measures_once_and_remembers(
    weights: Path, warm_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[str] = []
    spans = {"openvino": 9.0, "torch": 3.0}

    def face_ms(runtime: object) -> float:
        measured.append(runtime.name)  # type: ignore[attr-defined]
        return spans[measured[-1]]

    monkeypatch.setattr(livesketch.models.choice, "face_ms", face_ms)
    assert open_model(str(weights)).runtime == "torch"
    assert sorted(measured) == ["openvino", "torch"]
    assert open_model(str(weights)).runtime == "torch"
    assert len(measured) == 2
    (warm_home / "cache" / "runtimes.json").write_text("[not json")
    spans["torch"] = 8.9  # quicker by too little to be worth its slow start
    assert open_model(str(weights)).runtime == "openvino"


def test_auto_really_measures(weights: Path) -> None:
    runtime = livesketch.models.choice.runtime_module("torch").open_runtime(weights, "", "compact")
    assert 0 < livesketch.models.choice.face_ms(runtime, 1) < 10_000


def test_without_openvino_torch_plays_and_asking_for_it_is_answered(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    monkeypatch.delitem(sys.modules, "livesketch.models.runtimes.openvino_runtime", raising=False)
    assert open_model(str(weights)).runtime == "torch"
    with pytest.raises(ModelError, match="openvino") as caught:
        open_model(str(weights), runtime="openvino")
    assert "pip install openvino" in caught.value.hint


def _converted(home: Path) -> Path:
    (folder,) = (home / "cache" / "openvino").iterdir()
    return folder


@pytest.fixture
def warm_home(own_home: Path, played: Path) -> Path:
    """It was played here before, but not measured which runtime is the quickest."""
    shutil.copytree(played / "cache" / "openvino", own_home / "cache" / "openvino")
    return own_home


def _cut(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("name", "damage"),
    [("paint.bin", _flip), ("settle.xml", _cut), ("style.bin", Path.unlink), ("files.json", _cut)],
)
def test_a_damaged_cache_is_made_anew(
    weights: Path,
    warm_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    damage: Callable[[Path], None],
) -> None:
    face = open_model(str(weights), runtime="openvino").face(head())
    damage(_converted(warm_home) / name)
    assert np.array_equal(open_model(str(weights), runtime="openvino").face(head()), face)
    openvino_runtime = livesketch.models.runtime_module("openvino")
    monkeypatch.setattr(openvino_runtime, "torch_part", None)  # nothing is converted any more
    assert np.array_equal(open_model(str(weights), runtime="openvino").face(head()), face)


@pytest.mark.usefixtures("warm_home")
def test_a_cache_that_cannot_be_written_only_costs_time(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    face = open_model(str(weights), runtime="openvino").face(head())
    blocked = tmp_path / "file"
    blocked.write_text("a file where a folder should be")
    monkeypatch.setenv("LIVESKETCH_HOME", str(blocked))
    model = open_model(str(weights))
    assert model.runtime in RUNTIMES
    assert np.array_equal(open_model(str(weights), runtime="openvino").face(head()), face)


def test_other_weights_under_the_same_name_are_not_mistaken_for_the_old_ones(
    tmp_path: Path,
) -> None:
    path = write_tiny(tmp_path / "mine.safetensors", seed=1)
    face = open_model(str(path), runtime="openvino").face(head())
    write_tiny(path, seed=2)
    assert distance(open_model(str(path), runtime="openvino").face(head()), face) > 0


@pytest.mark.usefixtures("warm_home")
def test_a_warm_start_loads_no_torch(weights: Path) -> None:
    open_model(str(weights), runtime="openvino").face(head())
    program = (
        "import sys, numpy, livesketch\n"
        f"model = livesketch.open_model({str(weights)!r}, runtime='openvino')\n"
        "model.face(numpy.ones((64, 64), numpy.float32), look=7)\n"
        "assert 'torch' not in sys.modules and 'mediapipe' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=120)


def test_plain_torch_is_there_to_be_measured_against(weights: Path) -> None:
    assert open_model(str(weights), runtime="torch").eager_ms() > 0


# the shipped model


@pytest.fixture(scope="module")
def default_weights() -> Path:
    path = weights_dir() / "default.safetensors"
    if not path.is_file():
        pytest.skip("weights/default.safetensors has not been made yet")
    return path


def test_the_default_model_makes_pictures_not_noise(default_weights: Path) -> None:
    model = open_model()
    faces = np.stack([model.face(head(model.sketch_size), seed) for seed in range(1, 5)])
    assert faces.shape[1] >= 128
    steps = np.abs(np.diff(faces.astype(np.float32), axis=2)).mean()
    assert faces.std() > 20
    assert steps < 12
    assert distance(faces[0], faces[1]) > 3


def test_errors_are_of_one_family() -> None:
    with pytest.raises(LivesketchError, match="'nobody'"):
        open_model("nobody")


def test_nothing_is_reported_to_anybody(tmp_path: Path, weights: Path) -> None:
    """OpenVINO would write its reporter's files into the home folder, and call its maker."""
    program = (
        "import sys, numpy, livesketch\n"
        "model = livesketch.open_model(sys.argv[1])\n"
        "model.face(numpy.ones((128, 128), numpy.float32))\n"
        "loaded = [name for name, module in sys.modules.items() if module is not None]\n"
        "print([name for name in loaded if 'openvino_telemetry' in name])\n"
    )
    home = tmp_path / "home"
    home.mkdir()
    environment = {**os.environ, "HOME": str(home), "LIVESKETCH_HOME": str(tmp_path / "ours")}
    said = subprocess.run(
        [sys.executable, "-c", program, str(weights)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert said.stdout.strip().endswith("[]")
    assert [path.name for path in home.iterdir() if path.name == "intel"] == []
