"""Published models are brought in once, keep every number, and play."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from published import (
    SMALL,
    TOLERANCE,
    far,
    g_ema,
    psp_content,
    reference,
    small_generator,
    small_psp,
)
from published import psp_file as psp_content_of
from tiny import write_tiny

from livesketch import cli, open_model
from livesketch.errors import ModelError
from livesketch.models import weights


@pytest.fixture
def psp_file(tmp_path: Path) -> Path:
    path = tmp_path / "famous.pt"
    torch.save(psp_content(small_psp()), path)
    return path


@pytest.fixture
def generator_file(tmp_path: Path) -> Path:
    path = tmp_path / "look.pt"
    torch.save({"g_ema": g_ema(small_generator())}, path)
    return path


def test_an_added_model_sees_and_paints_exactly_as_before(psp_file: Path) -> None:
    info = weights.add(psp_file)
    assert info.path == weights.own_dir() / "famous.safetensors"
    assert (info.name, info.network, info.task) == ("famous", "psp", "sketch")
    assert (info.source, info.resolution) == ("yours", 64)
    assert info.trained_on.startswith("pixel2style2pixel, sketch to face")
    assert "commercial" in info.terms
    network = small_psp()
    x = np.random.default_rng(0).random((1, 256, 256), np.float32)
    with torch.inference_mode():
        wanted = network.encode(torch.from_numpy(x)[None])
        picture = network.generator(wanted)[0].numpy()
    for name in ("famous", str(psp_file), str(info.path)):
        model = open_model(name, device="cpu")
        ws = model.encode(x)
        assert (ws.shape, ws.dtype) == ((SMALL.num_ws, SMALL.w_dim), np.float32)
        assert far(ws, wanted[0].numpy()) < 1e-5
        assert far(model.generate(ws), picture) < 1e-5


@pytest.mark.long
def test_a_model_of_full_size_is_brought_in_and_plays(tmp_path: Path) -> None:
    wanted = np.load(reference("psp_sketch_1024.npz"))
    file = tmp_path / "sketch.pt"
    torch.save(psp_content_of("sketch_1024"), file)
    info = weights.add(file)
    file.unlink()
    assert (info.task, info.resolution) == ("sketch", 1024)
    model = open_model("sketch", device="cpu")
    ws = model.encode(wanted["input"][0])
    assert far(ws, wanted["latents"][0]) < TOLERANCE
    middle = model.generate(ws)[:, 480:544, 480:544]
    assert far(middle, wanted["image_full_centre_64"][0]) < TOLERANCE


def test_a_published_pickle_plays_from_its_file_and_converted(tmp_path: Path) -> None:
    file = reference("stylegan2_ada_128_fp16.pkl")
    wanted = np.load(reference("stylegan2_ada_128_fp16.npz"))
    info = weights.add(file, "ada")
    for name in ("ada", str(file)):
        model = open_model(name, device="cpu")
        assert far(model.generate(wanted["w"][0]), wanted["image_const_noise"][0]) < TOLERANCE
        with pytest.raises(ModelError, match="no encoder"):
            model.encode(np.zeros((0, 256, 256), np.float32))
    assert info.task == "look"


def test_a_drawing_has_a_face_and_the_look_paints_its_fine_layers(psp_file: Path) -> None:
    model = open_model(str(psp_file), device="cpu")
    assert (model.kind, model.sketch_size, model.resolution) == ("psp", 256, 64)
    sketch = np.ones((100, 100), np.float32)
    sketch[40:60, 20:80] = 0
    face = model.face(sketch, look=3)
    assert (face.shape, face.dtype) == ((64, 64, 3), np.uint8)
    assert np.array_equal(model.face(sketch, look=3), face)
    assert not np.array_equal(model.face(sketch, look=4), face)
    assert not np.array_equal(model.face(np.ones_like(sketch), look=3), face)


def test_seeds_are_people_of_the_generator(generator_file: Path) -> None:
    model = open_model(str(generator_file), device="cpu")
    one, other = model.latents_of(1, 0.7), model.latents_of(2, 0.7)
    assert one.shape == (SMALL.num_ws, SMALL.w_dim)
    assert far(one, other) > 0.05
    assert np.array_equal(model.latents_of(1, 0.0), model.latents_of(2, 0.0))
    assert model.generate(one).shape == (3, 64, 64)
    # what is drawn counts for nothing
    paper = np.ones((64, 64), np.float32)
    assert not np.array_equal(model.face(paper, 1), model.face(paper, 2))
    assert np.array_equal(model.face(paper, 1), model.face(np.zeros_like(paper), 1))
    average = {"truncation": 0.0}
    assert np.array_equal(model.face(paper, 1, average), model.face(paper, 2, average))


def test_adding_twice_is_harmless_but_a_name_is_not_taken_from_another(
    psp_file: Path, generator_file: Path
) -> None:
    first = weights.add(psp_file)
    assert weights.add(psp_file).digest == first.digest
    with pytest.raises(ModelError, match="another model called 'famous'"):
        weights.add(generator_file, "famous")
    weights.add(write_tiny(psp_file.with_name("tiny.safetensors")))
    with pytest.raises(ModelError, match="another model called 'tiny'"):
        weights.add(generator_file, "tiny")
    assert weights.check("famous").digest == first.digest


def test_what_the_networks_cannot_take_is_said(psp_file: Path) -> None:
    model = open_model(str(psp_file), device="cpu")
    wrong: list[tuple[Any, Any]] = [
        (model.encode, np.zeros((3, 256, 256), np.float32)),
        (model.encode, np.zeros((1, 128, 128), np.float32)),
        (model.encode, np.full((1, 256, 256), np.nan, np.float32)),
        (model.encode, np.zeros((1, 256, 256), np.int32)),
        (model.generate, np.zeros((3, 16), np.float32)),
    ]
    for call, given in wrong:
        with pytest.raises(ModelError, match="takes"):
            call(given)
    with pytest.raises(ModelError, match="on the CPU"):
        open_model(str(psp_file), device="cuda", runtime="openvino")


def test_no_room_to_bring_it_to_is_said(
    psp_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "home"
    blocked.mkdir()
    (blocked / "data").write_text("a file where a folder should be")
    monkeypatch.setenv("LIVESKETCH_HOME", str(blocked))
    with pytest.raises(ModelError, match="cannot be brought"):
        weights.add(psp_file)


def test_the_command_line_says_what_it_is(
    psp_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["weights", "check", str(psp_file)]) == 0
    assert "psp, sketch, 64×64" in capsys.readouterr().out
    assert cli.run(["weights", "add", str(psp_file), "--name", "mine"]) == 0
    assert "mine is here now" in capsys.readouterr().out
    assert cli.run(["models"]) == 0
    assert "pixel2style2pixel, sketch to face, 1 input channel, 64×64" in capsys.readouterr().out
    (psp_file.parent / "page.pt").write_text("<html>Quota exceeded</html>")
    assert cli.run(["weights", "add", str(psp_file.parent / "page.pt")]) == 2
    assert "web page" in capsys.readouterr().err
