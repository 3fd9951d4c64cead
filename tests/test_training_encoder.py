"""`livesketch train --network psp`: an encoder learns to steer a frozen generator of one's own."""

import csv
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from published import SMALL, far, g_ema, reference, small_generator
from torch import Tensor
from training_data import write_prepared

from livesketch import cli, open_model
from livesketch.errors import ModelError
from livesketch.models import checkpoint
from livesketch.models.networks import stylegan2
from livesketch.training import finish, loop, state
from livesketch.training.dataset import open_prepared
from livesketch.training.encode_examples import CHANNELS, encoding_of
from livesketch.training.encode_step import EncodeBatch, Judges, encode_step, painted
from livesketch.training.frozen import Frozen, frozen

SPACE = "own-people"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_prepared(tmp_path_factory.mktemp("prepared"))


@pytest.fixture(scope="module")
def generator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small generator of nobody: untrained, but every w paints another picture."""
    torch.manual_seed(0)
    network = stylegan2.Network(SMALL).eval().requires_grad_(False)
    path = tmp_path_factory.mktemp("generator") / "own.safetensors"
    said = {"task": "look", "style_space": SPACE}
    checkpoint.save(path, "stylegan2", network, None, said, torch.float32)
    return path


def _options(data: Path, out: Path, generator: Path, steps: int, **more: Any) -> loop.TrainOptions:
    some = {"size": 64, "batch": 4, "minutes": 9, "workers": 0, "device": "cpu", "steps": steps}
    return loop.TrainOptions(
        data=data, out=out, part="encoder", generator=generator, **(some | more)
    )


def _quiet(_: str) -> None:
    pass


def _learned(folder: Path, task: str = "sketch") -> dict[str, Any]:
    return state.read(folder / f"encoder-{task}.pt")


# what it begins with


def test_it_starts_at_the_average_of_the_generators_people(generator: Path) -> None:
    given = frozen(generator)
    assert given.style_space == SPACE
    z = torch.randn(4000, SMALL.z_dim, generator=torch.Generator().manual_seed(9))
    mean = given.network.mapping(z).mean(0)
    assert torch.allclose(given.average, mean.expand(SMALL.num_ws, -1), atol=0.1)
    learned = state.new_encoder("sketch", given.encoder_config(1), 64, torch.device("cpu"), 0, None)
    with torch.no_grad():
        away = learned.networks["average"](torch.ones(1, 1, 256, 256))
    assert away.shape == (1, SMALL.num_ws, SMALL.w_dim)
    assert away.norm() < 0.5 * given.average.norm()


def test_published_generators_are_taken_as_they_are(tmp_path: Path) -> None:
    network = small_generator()
    file = tmp_path / "rosinality.pt"
    average = torch.linspace(-1, 1, SMALL.w_dim)
    torch.save({"g_ema": g_ema(network), "latent_avg": average}, file)
    given = frozen(file)
    assert given.style_space.startswith("published-")
    assert torch.equal(given.average[3], average)
    ws = torch.randn(1, SMALL.num_ws, SMALL.w_dim)
    assert far(given.network(ws).numpy(), network(ws).numpy()) < 1e-5
    ada = frozen(reference("stylegan2_ada_64_labels.pkl"))
    assert ada.network.config.c_dim > 0
    assert ada.average.shape == (ada.network.config.num_ws, ada.network.config.w_dim)
    (tmp_path / "page.pt").write_text("<html>")
    with pytest.raises(ModelError, match="web page"):
        frozen(tmp_path / "page.pt")


@pytest.mark.parametrize("task", CHANNELS)
def test_every_task_shows_what_its_published_model_is_shown(data: Path, task: str) -> None:
    prepared = open_prepared(data)
    one, same = (encoding_of(task)(prepared, 64, np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(one.seen, same.seen)
    assert one.seen.shape == (CHANNELS[task], 256, 256)
    assert one.seen.dtype == np.uint8
    assert one.picture.shape == (64, 64, 3)
    if task == "mask":
        assert set(np.unique(one.seen)) == {0, 255}
        assert (one.seen.sum(0, dtype=int) == 255).all()
    if task == "photo":
        small = one.seen.transpose(1, 2, 0).reshape(64, 4, 64, 4, 3).mean((1, 3))
        assert np.abs(small - one.picture).max() <= 1


# what it is told


def _batch(count: int, side: int, made: torch.Generator) -> EncodeBatch:
    seen = torch.rand(count, 1, 256, 256, generator=made)
    pictures = torch.rand(count, 3, side, side, generator=made) * 2 - 1
    return EncodeBatch(seen, pictures, torch.rand(count, 5, 2, generator=made))


def _new(given: Frozen, task: str = "sketch") -> state.State:
    config = given.encoder_config(CHANNELS[task])
    return state.new_encoder(task, config, 64, torch.device("cpu"), 0, None)


def _floats(values: dict[str, Tensor]) -> dict[str, float]:
    return {name: float(value) for name, value in values.items()}


def test_the_losses_are_those_of_the_paper_and_the_generator_stays(generator: Path) -> None:
    given = frozen(generator)
    before = {k: t.clone() for k, t in given.network.state_dict().items()}
    learned = _new(given)
    batch = _batch(4, 64, torch.Generator().manual_seed(1))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        away = learned.networks["network"](batch.seen).float().detach()
    made = painted(given, away, 64)
    values = _floats(encode_step(learned, batch, given, Judges()))
    assert values["l2"] == pytest.approx((made - batch.pictures).square().mean().item(), rel=0.02)
    assert values["w_norm"] == pytest.approx(away.flatten(1).norm(dim=1).mean().item(), rel=0.02)
    assert values["loss"] == pytest.approx(values["l2"] + 0.005 * values["w_norm"], rel=1e-4)
    assert all(torch.equal(t, before[k]) for k, t in given.network.state_dict().items())


class _Colour(torch.nn.Module):
    """Stands for a frozen network: a picture's mean colour, as features and as who it is."""

    def forward(self, pictures: Tensor, points: Tensor | None = None) -> Any:
        mean = pictures.mean((2, 3)) + 2
        return [mean[:, :, None, None]] if points is None else torch.nn.functional.normalize(mean)


def test_who_it_is_counts_for_photos_and_not_for_drawings(generator: Path) -> None:
    given, judge = frozen(generator), _Colour()
    judges = Judges(judge, judge)  # type: ignore[arg-type]
    for task, is_told in (("sketch", False), ("photo", True)):
        batch = _batch(4, 64, torch.Generator().manual_seed(1))
        batch = replace(batch, seen=batch.seen.expand(-1, CHANNELS[task], -1, -1).contiguous())
        values = _floats(encode_step(_new(given, task), batch, given, judges))
        assert values["alike"] > 0
        assert ("unlike" in values) == is_told
        wanted = values["l2"] + 0.8 * values["alike"] + 0.005 * values["w_norm"]
        wanted += 0.1 * values.get("unlike", 0.0)
        assert values["loss"] == pytest.approx(wanted, rel=1e-4)


def test_it_learns_to_steer(generator: Path) -> None:
    """Dark and light drawings of dark and light people of the generator itself."""
    given = frozen(generator)
    learned = _new(given)
    people = given.network.latents(torch.randn(2, SMALL.z_dim, generator=_seeded(5)))
    with torch.no_grad():
        faces = given.network(people)
    made = _seeded(6)

    def batch() -> EncodeBatch:
        which = torch.arange(2)
        shade = which[:, None, None, None] * 0.8 + 0.1
        seen = (shade + 0.05 * torch.rand(2, 1, 256, 256, generator=made)).clamp(0, 1)
        return EncodeBatch(seen, faces[which], torch.zeros(2, 5, 2))

    for group in learned.optimizers["encoder"].param_groups:
        group["lr"] = 3e-3
    first = [encode_step(learned, batch(), given, Judges())["l2"] for _ in range(2)]
    rest = [encode_step(learned, batch(), given, Judges())["l2"] for _ in range(20)]
    assert np.mean(rest[-3:]) < 0.5 * np.mean(first)


def _seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


# the run


def test_a_training_ends_in_a_model_that_plays(
    data: Path,
    generator: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(loop, "TrainOptions", partial(_stopped, loop.TrainOptions))
    monkeypatch.setattr(loop, "SAY_EVERY", 0)
    words = f"train --network psp --generator {generator} --data {data} --out {tmp_path} --batch 4"
    assert cli.run([*words.split(), "--sources", "nobody", "--terms", "none"]) == 0
    assert "ended at step 2" in capsys.readouterr().out
    path = tmp_path / "sketch.safetensors"
    model = open_model(str(path), device="cpu")
    assert (model.kind, model.task, model.resolution) == ("psp", "sketch", 64)
    assert model.style_space == SPACE  # its looks are the generator's people
    drawn = np.ones((100, 100), np.float32)
    drawn[40:60, 20:80] = 0
    face = model.face(drawn, 3)
    assert face.shape == (64, 64, 3)
    assert np.array_equal(model.face(drawn, 3), face)
    people = open_model(str(generator), device="cpu")
    assert far(model.latents_of(4), people.latents_of(4)) < 2e-3  # halves of numbers
    said = checkpoint.load(path).metadata
    assert (said["pictures"], said["sources"], said["terms"]) == ("8", "nobody", "none")
    for sheet in (tmp_path / "encoder-sketch-00000008.png", path.with_suffix(".png")):
        assert Image.open(sheet).size == (8 * 64, 3 * 64)
    rows = list(csv.DictReader((tmp_path / "encoder-sketch.csv").open()))
    assert float(rows[-1]["l2"]) > 0
    assert not list(tmp_path.glob("*.part"))


def _stopped(kind: Any, **given: Any) -> loop.TrainOptions:
    return kind(**given | {"steps": 2, "workers": 0, "device": "cpu"})


def test_going_on_gives_what_an_unbroken_run_gives(
    data: Path, generator: Path, tmp_path: Path
) -> None:
    loop.train(_options(data, tmp_path / "whole", generator, 2), _quiet)
    loop.train(_options(data, tmp_path / "parts", generator, 1), _quiet)
    said: list[str] = []
    loop.train(_options(data, tmp_path / "parts", generator, 2), said.append)
    assert "going on at step 1" in said[0]
    one, two = _learned(tmp_path / "whole"), _learned(tmp_path / "parts")
    assert one["step"] == two["step"] == 2
    for name in ("network", "average"):
        for key, tensor in one["networks"][name].items():
            assert torch.allclose(tensor, two["networks"][name][key], atol=1e-4), (name, key)


def test_a_start_from_a_model_or_a_state_takes_what_it_learned(
    data: Path, generator: Path, tmp_path: Path
) -> None:
    loop.train(_options(data, tmp_path, generator, 1), _quiet)
    options = finish.FinishOptions(data, tmp_path, size=64, generator=generator)
    path = finish.finish_encoder(options, _quiet)
    wanted, given = _learned(tmp_path)["networks"]["average"], frozen(generator)
    for start in (tmp_path / "encoder-sketch.pt", path):
        config = given.encoder_config(1)
        made = state.new_encoder("sketch", config, 64, torch.device("cpu"), 9, start)
        for name, tensor in made.networks["network"].state_dict().items():
            assert torch.allclose(tensor, wanted[name], atol=2e-3), name


def test_what_does_not_fit_is_one_sentence(
    data: Path, generator: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    common = f"train --data {data} --out {tmp_path / 'x'}"
    for more, said in (
        ("--network psp", "needs one"),
        (f"--generator {generator}", "--network psp"),
        (f"--network psp --generator {generator} --part painter", "all in one"),
        (f"--network psp --generator {tmp_path / 'no.pt'}", "no.pt"),
        (f"--network psp --generator {generator} --task hat", "no task"),
    ):
        assert cli.run([*common.split(), *more.split()]) == 2, more
        assert said in capsys.readouterr().err
    assert (
        cli.run([*common.split(), *f"--network psp --generator {generator} --finish".split()]) == 0
    )
    assert "still to be learned" in capsys.readouterr().out
