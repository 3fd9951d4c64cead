"""`livesketch train --network pix2pix`: the baseline learns from the same drawings, in the same program."""

import argparse
import csv
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor
from training_data import write_prepared

from livesketch import cli, open_model, training
from livesketch.errors import ModelError, OutputError, UsageError
from livesketch.models import checkpoint
from livesketch.models.networks import pix2pix
from livesketch.training import finish, loop, preview, state
from livesketch.training.dataset import open_prepared
from livesketch.training.discriminator import PatchDiscriminator
from livesketch.training.examples import pair, reading
from livesketch.training.pix2pix_step import PairBatch, pix2pix_step


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_prepared(tmp_path_factory.mktemp("prepared"))


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """The paper's widths take half a minute a step; the trainer does not care about them."""
    paper = loop.pix2pix_config
    for module in (loop, finish):
        monkeypatch.setattr(module, "pix2pix_config", lambda size: replace(paper(size), ngf=2))
    monkeypatch.setattr(state, "PatchDiscriminator", partial(PatchDiscriminator, (4, 4, 8, 8)))


def _options(data: Path, out: Path, steps: int, **changes: Any) -> loop.TrainOptions:
    some = {"size": 128, "batch": 4, "minutes": 5, "workers": 0, "device": "cpu", "steps": steps}
    return loop.TrainOptions(data=data, out=out, part="pix2pix", **(some | changes))


def _quiet(_: str) -> None:
    pass


def _learned(folder: Path) -> dict[str, Any]:
    return state.read(folder / "pix2pix.pt")


# what it learns from


def test_it_sees_the_drawings_that_a_reader_sees(data: Path) -> None:
    prepared = open_prepared(data)
    for seed in range(12):
        one = pair(prepared, 256, np.random.default_rng(seed))
        other = reading(prepared, 256, np.random.default_rng(seed))
        assert np.array_equal(one.seen, other.seen)
        assert one.picture.shape == (256, 256, 3)
        assert one.picture.dtype == np.uint8


def test_the_photo_is_bent_and_mirrored_as_its_drawing_is(data: Path, tmp_path: Path) -> None:
    """With ink on one half of the photo only, drawing and photo agree on which half it is."""
    prepared = open_prepared(data)
    rows, columns = np.mgrid[:256, :256]
    blot = (np.hypot(rows - 120, columns - 60) < 24)[None]
    # a blot that is in the photo and in its ink lines, and nowhere else
    pictures = np.where(blot[..., None], 0, 255).astype(np.uint8).repeat(6, 0).repeat(3, -1)
    ink = np.where(blot, 0, 255).astype(np.uint8).repeat(6, 0)
    marked = replace(prepared, pictures=pictures, ink=ink)
    agree = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        made = pair(marked, 256, rng)
        dark = made.picture[..., 0] < 128
        seen = made.seen[0] < 128
        if dark.sum() > 300 and seen[dark].mean() > 0.5:  # drawn as ink lines
            agree.append((seen & dark).sum() / seen.sum())
    assert len(agree) > 8
    assert np.median(agree) > 0.85


def test_the_losses_are_those_of_the_paper(data: Path) -> None:
    torch.manual_seed(0)
    learned = state.new_pix2pix(loop.pix2pix_config(128), torch.device("cpu"), 0, None)
    batch = PairBatch(torch.rand(2, 1, 128, 128), torch.rand(2, 3, 128, 128) * 2 - 1)
    values = pix2pix_step(learned, batch)
    # at the start it paints grey, and the critic knows nothing: log 2 for either question
    assert values["critic"] == pytest.approx(np.log(2), abs=0.1)
    assert values["adversarial"] == pytest.approx(np.log(2), abs=0.15)
    assert values["l1"] == pytest.approx(batch.pictures.abs().mean().item(), abs=0.1)
    for optimizer in learned.optimizers.values():
        (group,) = optimizer.param_groups
        assert (group["rate"], group["betas"]) == (2e-4, (0.5, 0.999))


def test_the_critic_judges_patches_of_seventy_pixels_beside_the_drawing() -> None:
    critic = PatchDiscriminator()
    x, y = torch.rand(1, 1, 256, 256), torch.rand(1, 3, 256, 256, requires_grad=True)
    with torch.no_grad():
        critic.norm = torch.nn.Identity()  # type: ignore[assignment]  # it looks at all of the picture
    told = critic(x, y)
    assert told.shape == (1, 1, 30, 30)
    (slope,) = torch.autograd.grad(told[0, 0, 15, 15], y)
    rows = slope[0].abs().sum((0, 2)).nonzero().flatten()
    assert rows.max() - rows.min() + 1 == 70
    assert not torch.equal(critic(1 - x, y), told)


def test_it_learns_to_paint_what_a_drawing_stands_for() -> None:
    """Dark where the drawing is dark, in another colour on the left than on the right."""
    learned = state.new_pix2pix(loop.pix2pix_config(32), torch.device("cpu"), 0, None)
    made = torch.Generator().manual_seed(0)

    def batch() -> PairBatch:
        x = (torch.rand(8, 1, 4, 4, generator=made) > 0.5).float().repeat_interleave(8, 2)
        x = x.repeat_interleave(8, 3)
        return PairBatch(x, torch.cat([x, 1 - x, x], 1) * 1.6 - 0.8)

    for group in learned.optimizers["network"].param_groups:
        group["lr"] = 4e-3
    first = [pix2pix_step(learned, batch())["l1"] for _ in range(3)]
    rest = [pix2pix_step(learned, batch())["l1"] for _ in range(60)]
    assert rest[-1] < 0.4 * np.mean(first)


# the run


def test_a_training_ends_in_a_model_that_plays(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(loop, "TrainOptions", partial(_stopped, loop.TrainOptions))
    words = f"train --network pix2pix --data {data} --out {tmp_path} --size 128 --batch 4"
    assert cli.run([*words.split(), "--sources", "nobody", "--terms", "none"]) == 0
    assert "ended at step 2" in capsys.readouterr().out
    path = tmp_path / "model.safetensors"
    model = open_model(str(path))
    assert (model.kind, model.task, model.resolution) == ("pix2pix", "sketch", 128)
    assert model.face(np.ones((64, 64), np.float32)).shape == (128, 128, 3)
    said = checkpoint.load(path).metadata
    assert (said["pictures"], said["sources"], said["terms"]) == ("8", "nobody", "none")
    assert said["style_space"].startswith("pix2pix-")
    for sheet in (tmp_path / "pix2pix-00000008.png", path.with_suffix(".png")):
        assert Image.open(sheet).size == (preview.COLUMNS * 128, 3 * 128)
    assert not list(tmp_path.glob("*.part"))


def _stopped(kind: Any, **given: Any) -> loop.TrainOptions:
    return kind(**given | {"steps": 2, "workers": 0, "device": "cpu"})


def test_both_networks_change_and_the_log_is_a_table(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "SAY_EVERY", 0)
    before = state.new_pix2pix(loop.pix2pix_config(128), torch.device("cpu"), 0, None)
    loop.train(_options(data, tmp_path, 1), _quiet)
    after = _learned(tmp_path)["networks"]
    for name, module in before.networks.items():
        for key, tensor in module.state_dict().items():
            if key.endswith("weight"):
                assert not torch.equal(tensor, after[name][key]), (name, key)
    (row,) = list(csv.DictReader((tmp_path / "pix2pix.csv").open()))
    assert row["step"] == "1"
    assert 0 < float(row["l1"]) < 2


def test_going_on_gives_what_an_unbroken_run_gives(data: Path, tmp_path: Path) -> None:
    loop.train(_options(data, tmp_path / "whole", 3), _quiet)
    loop.train(_options(data, tmp_path / "parts", 1), _quiet)
    said: list[str] = []
    loop.train(_options(data, tmp_path / "parts", 3), said.append)
    assert "going on at step 1" in said[0]
    one, two = _learned(tmp_path / "whole"), _learned(tmp_path / "parts")
    assert one["step"] == two["step"] == 3
    for name in ("network", "discriminator"):
        for key, tensor in one["networks"][name].items():
            assert torch.allclose(tensor, two["networks"][name][key], atol=1e-4), (name, key)


def test_a_start_from_a_model_or_a_state_takes_what_it_learned(data: Path, tmp_path: Path) -> None:
    loop.train(_options(data, tmp_path, 1), _quiet)
    path = finish.finish_pix2pix(finish.FinishOptions(data, tmp_path), _quiet)
    wanted = _learned(tmp_path)["networks"]["network"]
    for start in (tmp_path / "pix2pix.pt", path):
        made = state.new_pix2pix(loop.pix2pix_config(128), torch.device("cpu"), 9, start)
        for name, tensor in made.networks["network"].state_dict().items():
            assert torch.allclose(tensor, wanted[name], atol=1e-4)


def test_what_does_not_fit_is_one_sentence(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    loop.train(_options(data, tmp_path, 1), _quiet)
    with pytest.raises(ModelError, match="128"):
        loop.train(_options(data, tmp_path, 2, size=256), _quiet)
    with pytest.raises(UsageError, match="256 pixels wide"):
        loop.train(_options(data, tmp_path / "large", 1, size=512), _quiet)
    common = f"train --network pix2pix --data {data} --out {tmp_path / 'x'}"
    for more in ("--task mask", "--part painter", f"--model {tmp_path / 'm.safetensors'}"):
        assert cli.run([*common.split(), *more.split()]) == 2
        assert "pix2pix learns to paint from drawings" in capsys.readouterr().err
    assert cli.run([*common.split(), "--finish"]) == 0
    assert "still to be learned" in capsys.readouterr().out


def test_a_full_disk_keeps_the_last_state(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop.train(_options(data, tmp_path, 1), _quiet)
    before = (tmp_path / "pix2pix.pt").read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(state.os, "fsync", full)
        with pytest.raises(OutputError, match="could not be written"):
            loop.train(_options(data, tmp_path, 2), _quiet)
    assert (tmp_path / "pix2pix.pt").read_bytes() == before


def test_nothing_but_the_flag_chooses_the_baseline(data: Path) -> None:
    parser = argparse.ArgumentParser()
    training.add_arguments(parser)
    assert parser.parse_args(["--data", str(data)]).network == "compact"
    assert replace(loop.pix2pix_config(256), ngf=64) == pix2pix.Config()


def test_a_sheet_leaves_a_training_as_it_was(data: Path) -> None:
    network = pix2pix.Network(loop.pix2pix_config(128)).train()
    before: dict[str, Tensor] = {k: t.clone() for k, t in network.state_dict().items()}
    one, two = (preview.pairs(network, open_prepared(data), 128) for _ in range(2))
    assert np.array_equal(one, two)
    assert network.training
    assert all(torch.equal(t, before[k]) for k, t in network.state_dict().items())
