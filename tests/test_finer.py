"""Faces of twice the size: asked for by a knob, sharper than an enlarged picture can be, the same person."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from test_engine import distance, head
from tiny import TINY, tiny_network, write_tiny
from training_data import write_prepared
from training_stage import options, silence, small_networks

from livesketch import cli, training
from livesketch.errors import LivesketchError, ModelError, UsageError
from livesketch.models import checkpoint
from livesketch.models.engine import open_model
from livesketch.models.networks import compact
from livesketch.models.networks.finer import Finer
from livesketch.models.networks.played import PlayedFiner
from livesketch.models.pixels import picture_from, unfolded
from livesketch.training import finish, loop
from livesketch.training.finish import FinishOptions

__all__ = ["small_networks"]  # every test here stands on it

LARGE = replace(TINY, finer=4)
RUNTIMES = ("openvino", "torch")


def lively(finer: torch.nn.Module, seed: int = 1) -> None:
    """What begins as nothing would hide what is done with it."""
    torch.manual_seed(seed)
    for weight in finer.parameters():
        weight.requires_grad_(False).add_(0.1 * torch.randn_like(weight))


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    """A model of 128-pixel faces that can be made 256, with something added to them."""
    path = tmp_path_factory.mktemp("models") / "large.safetensors"
    network = tiny_network(LARGE)
    assert network.finer is not None
    lively(network.finer)
    said = {"task": "sketch", "style_space": "large"}
    checkpoint.save(path, "compact", network, None, said)
    return path


def test_untrained_it_is_the_enlarged_face() -> None:
    face = torch.rand(2, 3, 64, 64) * 2 - 1
    wanted = F.interpolate(face, scale_factor=2.0, mode="bilinear", align_corners=False)
    with torch.inference_mode():
        assert torch.allclose(Finer(8)(face), wanted, atol=1e-6)


def test_what_is_played_is_what_was_learned() -> None:
    finer = Finer(8)
    lively(finer)
    face = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    with torch.inference_mode():
        x = torch.from_numpy(face).permute(2, 0, 1)[None].float() / 127.5 - 1
        wanted = picture_from(finer(x)[0].numpy())
        made = unfolded(PlayedFiner(finer)(torch.from_numpy(face)[None])[0].numpy())
    assert made.shape == (128, 128, 3)
    assert wanted.std() > 5
    assert np.abs(made.astype(int) - wanted).max() <= 1


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_knob_says_how_large_faces_are(file: Path, runtime: str) -> None:
    model = open_model(str(file), device="cpu", runtime=runtime)
    small, large = (model.face(head(), 3, {"face_side": side}) for side in ("auto", "512"))
    assert small.shape == (128, 128, 3), "a processor makes them small unless it is told to"
    assert large.shape == (256, 256, 3)
    assert large.flags.c_contiguous
    sides = [model.side({"face_side": side}) for side in ("auto", "256", "512")]
    assert sides == [128, 256, 256]
    # the same face: what is added are details
    again = large.reshape(128, 2, 128, 2, 3).mean((1, 3)).astype(np.uint8)
    assert distance(again, small) < 40
    assert np.array_equal(model.face(head(), 3, {"face_side": "512"}), large)


def test_runtimes_make_the_same_large_face(file: Path) -> None:
    faces = [
        open_model(str(file), device="cpu", runtime=runtime).face(head(), 3, {"face_side": "512"})
        for runtime in RUNTIMES
    ]
    assert distance(*faces) < 2


def test_on_a_card_faces_are_large_unless_they_are_to_be_small(file: Path, monkeypatch) -> None:
    model = open_model(str(file), device="cpu", runtime="torch")
    monkeypatch.setattr(model._runtime, "is_card", True)
    assert model.face(head()).shape == (256, 256, 3)
    assert model.side({"face_side": "512"}) == 256


def test_a_model_that_cannot_makes_the_faces_it_can(tmp_path: Path) -> None:
    model = open_model(str(write_tiny(tmp_path / "small.safetensors")), device="cpu")
    assert model.face(head(), 1, {"face_side": "512"}).shape == (128, 128, 3)
    assert model.side({"face_side": "512"}) == 128


def test_another_task_has_large_faces_where_its_people_have(file: Path) -> None:
    # its file was written before anybody could make them larger
    config = replace(TINY, input_channels=19, input_size=64, eased=0, aged=0)
    said = {"task": "mask", "style_space": "large"}
    path = file.with_name("masks.safetensors")
    checkpoint.save(path, "compact", tiny_network(config), None, said, own="reader.")
    model = open_model(str(path), device="cpu", runtime="torch")
    mask = np.zeros((64, 64), np.uint8)
    assert model.face(mask, 1, {"face_side": "512"}).shape == (256, 256, 3)
    # and they come into the studio with them
    candid, studio = ([model.face(mask, k, {"studio": s}) for k in range(8)] for s in (0.0, 1.0))
    assert not all(np.array_equal(a, b) for a, b in zip(candid, studio, strict=True))
    assert distance(model.face(mask, 1), model.face(mask, 1, {"age": 1.0})) > 0  # and grow old


def test_files_are_rendered_as_large_as_is_asked(file: Path, tmp_path: Path) -> None:
    drawing = tmp_path / "head.png"
    Image.fromarray((head() * 255).astype(np.uint8)).save(drawing)
    for said, side in (((), 128), (("--face-side", "512"), 256)):
        out = tmp_path / f"{side}.png"
        asked = ["render", str(drawing), "--model", str(file), "-o", str(out), *said]
        assert cli.run(asked) == 0
        assert Image.open(out).size == (side, side)


# learning it


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    return write_prepared(tmp_path_factory.mktemp("prepared"), count=12)


@pytest.fixture(scope="module")
def model_file(tmp_path_factory) -> Path:
    return write_tiny(tmp_path_factory.mktemp("own") / "own.safetensors")


def test_it_learns_from_a_models_faces_and_leaves_their_painter_as_it_is(
    data, model_file, tmp_path
) -> None:
    some = {"part": "finer", "model": model_file, "size": 256}
    loop.train(options(data, tmp_path, 2, **some), silence)
    first = torch.load(tmp_path / "finer.pt", weights_only=True)
    said: list[str] = []
    loop.train(options(data, tmp_path, 4, **some), said.append)
    assert "going on at step 2" in said[0]
    learned = torch.load(tmp_path / "finer.pt", weights_only=True)
    assert learned["step"] == 4
    moved = [
        not torch.equal(tensor, learned["networks"]["network"][name])
        for name, tensor in first["networks"]["network"].items()
    ]
    assert all(moved)
    before = checkpoint.load(model_file)
    path = finish.finish_finer(FinishOptions(data, tmp_path, model=model_file), silence)
    after = checkpoint.load(path)
    assert after.config == replace(before.config, finer=loop.FINER)
    assert after.style_space == before.style_space
    assert after.metadata["enlargements"] == "16"
    kept = after.network.state_dict()
    assert all(torch.equal(kept[k], v) for k, v in before.network.state_dict().items())
    one, two = (open_model(str(p), runtime="torch", device="cpu") for p in (model_file, path))
    assert np.array_equal(one.face(head(), 3), two.face(head(), 3))
    assert two.face(head(), 3, {"face_side": "512"}).shape == (256, 256, 3)


def test_another_painter_of_the_same_people_keeps_what_makes_faces_larger(data, tmp_path) -> None:
    network = tiny_network(replace(LARGE, input_size=256, worn=3))
    assert network.finer is not None
    lively(network.finer)
    start = tmp_path / "start.safetensors"
    said = {"task": "sketch", "style_space": "large"}
    checkpoint.save(start, "compact", network, compact.StyleEncoder(network.config), said)
    for part in ("reader", "painter"):
        loop.train(options(data, tmp_path, 1, part=part, start=start), silence)
    for space, is_kept in (("large", True), ("other", False)):
        some = FinishOptions(data, tmp_path, size=128, start=start, style_space=space)
        held = checkpoint.load(finish.finish(some, silence))
        assert bool(held.config.finer) == is_kept
        if is_kept:
            assert isinstance(held.network.finer, Finer)
            kept = held.network.finer.state_dict()
            for name, tensor in network.finer.state_dict().items():
                assert torch.allclose(kept[name], tensor, atol=1e-2), name


def test_photos_that_are_too_small_teach_no_large_faces(data, tmp_path) -> None:
    model = write_tiny(tmp_path / "m.safetensors", config=replace(TINY, img_resolution=256))
    with pytest.raises(UsageError, match="cannot teach faces of 512") as caught:
        loop.train(options(data, tmp_path, 1, part="finer", model=model, size=512), silence)
    assert "--size 512" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("more", "what"),
    [((), "learns from a model's faces"), (("--model", "nowhere.safetensors"), "there is no file")],
)
def test_without_a_model_it_is_said_what_is_missing(data, tmp_path, more, what) -> None:
    import argparse

    parser = argparse.ArgumentParser()
    training.add_arguments(parser)
    said = ["--data", str(data), "--out", str(tmp_path / "o"), "--part", "finer", *more]
    with pytest.raises(LivesketchError, match=what):
        training.run(parser.parse_args(said))


def test_a_model_without_people_is_refused(data, tmp_path) -> None:
    path = write_tiny(tmp_path / "m.safetensors", with_style_encoder=False)
    with pytest.raises(ModelError, match="style encoder"):
        loop.train(options(data, tmp_path, 1, part="finer", model=path, size=256), silence)
