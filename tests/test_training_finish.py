"""What was learned becomes a weights file that plays, and another task keeps the people of the first."""

import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from tiny import TINY, write_tiny
from training_data import write_prepared
from training_stage import config_of, narrow, options, silence, small_networks

from livesketch import training
from livesketch.errors import LivesketchError, OutputError
from livesketch.frames import Look
from livesketch.models import checkpoint, weights
from livesketch.models.engine import open_model
from livesketch.training import ageing, finish, loop
from livesketch.training.dataset import AGES
from livesketch.training.finish import FinishOptions

__all__ = ["small_networks"]  # every test here stands on it


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    return write_prepared(tmp_path_factory.mktemp("prepared"), count=12)


@pytest.fixture(scope="module")
def learned(data, tmp_path_factory) -> Path:
    """A folder with a reader and a painter that saw a few pictures."""
    out = tmp_path_factory.mktemp("runs") / "anna"
    with pytest.MonkeyPatch.context() as patch:
        narrow(patch)
        for part, task in (("reader", "sketch"), ("painter", "sketch"), ("reader", "mask")):
            loop.train(options(data, out, 2, part=part, task=task), silence)
    return out


@pytest.fixture(scope="module")
def finished(data, learned) -> tuple[Path, list[str]]:
    said: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        narrow(patch)
        made = FinishOptions(data, learned, size=128, sources="nobody", terms="free")
        return finish.finish(made, said.append), said


def test_a_painter_that_went_on_keeps_the_people_where_their_style_space_is_asked_for(
    data, learned, finished, tmp_path
) -> None:
    first, _ = finished
    out = tmp_path / "further"
    for part in ("reader", "painter"):
        loop.train(options(data, out, 2, part=part, start=first), silence)
    made = FinishOptions(data, out, size=128, start=first, seed=3)
    said: list[str] = []
    kept = checkpoint.load(finish.finish(replace(made, style_space="anna-0"), said.append))
    assert kept.style_space == "anna-0"
    assert any("stay the people" in line for line in said)
    other = checkpoint.load(finish.finish(made, silence))
    assert other.style_space != "anna-0"
    before, same, new = (one.network.state_dict() for one in (checkpoint.load(first), kept, other))
    for name, tensor in before.items():
        if name.startswith("settle."):
            assert torch.equal(same[name], tensor), name
    assert not torch.equal(new["settle.kin"], same["settle.kin"])
    assert not torch.equal(same["painter.inp.weight"], before["painter.inp.weight"])


def test_where_ages_are_known_people_can_grow_old_and_stay_who_they_are(
    learned, finished, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(ageing, "FEWEST", 5)
    data = write_prepared(tmp_path / "data", count=16)
    np.save(data / AGES, np.array([70.0] * 5 + [8.0] * 5 + [np.nan] * 6, np.float32))
    first, _ = finished
    out = shutil.copytree(learned, tmp_path / "anna")
    made = FinishOptions(data, out, size=128)
    again = replace(made, start=first, style_space="anna-0")
    sketch = np.ones((256, 256), np.float32)
    for asked in (made, again):
        path = finish.finish(asked, silence)
        assert checkpoint.load(path).config.aged == ageing.WRINKLED
        old = open_model(str(path), runtime="torch")
        assert not np.array_equal(old.face(sketch), old.face(sketch, None, {"age": 1.0}))
    # the last one's people are those of the file from before anybody's age was known
    was, now = (checkpoint.load(one).network.state_dict() for one in (first, path))
    assert set(now) - set(was) == {"settle.aged", "ageing.changes", "ageing.wrinkles"}
    settled = [name for name in was if name.startswith("settle.")]
    assert all(torch.equal(now[name], was[name]) for name in settled)
    # and whoever takes people from a file takes what it knows of ages
    longer = replace(again, data=write_prepared(tmp_path / "other", count=6), start=path)
    kept = checkpoint.load(finish.finish(longer, silence)).network.state_dict()
    assert torch.equal(kept["ageing.changes"], now["ageing.changes"])
    assert kept["ageing.changes"].abs().max() > 0


def test_the_file_says_what_it_is_and_plays(finished) -> None:
    path, said = finished
    info = weights.check(path)
    assert (info.name, info.task, info.resolution) == ("sketch", "sketch", 128)
    assert (info.trained_on, info.terms, info.style_space) == ("nobody", "free", "anna-0")
    held = checkpoint.load(path)
    assert held.metadata["readings"] == held.metadata["pictures"] == "8"
    assert held.style_encoder is not None
    model = open_model(str(path), runtime="torch")
    sketch = np.ones((256, 256), np.float32)
    sketch[100:104, 60:200] = 0
    faces = [model.face(sketch, look) for look in (1, 2)]
    assert faces[0].shape == (128, 128, 3)
    assert not np.array_equal(faces[0], faces[1])
    assert not np.array_equal(faces[0], model.face(sketch, 1, {"smile": 1.0}))
    assert str(path) in said[-1]
    assert any("skin tones" in line for line in said)
    assert any("the knob skin" in line for line in said)


def test_what_is_shipped_is_the_average_of_what_was_learned(learned, finished) -> None:
    held = checkpoint.load(finished[0])
    for part, file in (("reader", "reader-sketch.pt"), ("painter", "painter.pt")):
        average = torch.load(learned / file, weights_only=True)["networks"]["average"]
        own = getattr(held.network, part).state_dict()
        for name, tensor in average.items():
            if not name.startswith("style.0"):  # that layer is evened out
                assert torch.allclose(own[name], tensor.float(), rtol=1e-3, atol=1e-3), name


def test_its_statistics_are_those_of_the_photos(finished) -> None:
    settle = checkpoint.load(finished[0]).network.settle
    assert settle.mean.std() > 0.05  # type: ignore[union-attr]
    assert settle.usual.argmax(0).unique().numel() > 3  # type: ignore[union-attr]
    assert settle.direction_codes[:2].norm(dim=1).min() > 0  # type: ignore[union-attr]


def test_a_sheet_shows_people_under_what_was_seen(finished) -> None:
    sheet = Image.open(finished[0].with_suffix(".png"))
    assert sheet.size == (12 * 128, 4 * 128)
    assert np.asarray(sheet)[:128].mean() > 150  # paper


def test_training_goes_on_after_a_file_was_written(data, learned, finished, tmp_path) -> None:
    for name in ("reader-sketch.pt", "painter.pt"):
        (tmp_path / name).write_bytes((learned / name).read_bytes())
    said: list[str] = []
    loop.train(options(data, tmp_path, 3, part="painter"), said.append)
    assert "going on at step 2" in said[0]


def test_another_task_has_the_same_people(data, learned, finished, tmp_path) -> None:
    path = finish.finish(
        FinishOptions(data, learned, task="mask", size=128, model=finished[0]), silence
    )
    one, two = checkpoint.load(finished[0]), checkpoint.load(path)
    assert two.task == "mask"
    assert two.style_space == one.style_space
    assert two.config.input_channels == 19
    for part in ("painter", "settle"):
        theirs = getattr(two.network, part).state_dict()
        for name, tensor in getattr(one.network, part).state_dict().items():
            assert torch.equal(tensor, theirs[name]), name
    assert path.stat().st_size < finished[0].stat().st_size  # it holds a reader alone
    sketches, masks = (open_model(str(p), runtime="torch") for p in (finished[0], path))
    look = sketches.look_of(np.random.default_rng(0).integers(0, 255, (128, 128, 3), np.uint8))
    assert np.array_equal(masks.code_of(look), sketches.code_of(look))
    face = masks.face(np.zeros((64, 64), np.uint8), look)
    assert not np.array_equal(face, masks.face(np.zeros((64, 64), np.uint8), Look(seed=1)))


def test_a_task_without_its_people_says_what_is_missing(data, learned, finished, tmp_path) -> None:
    path = finish.finish(
        FinishOptions(data, learned, task="mask", size=128, model=finished[0]), silence
    )
    alone = tmp_path / "mask.safetensors"
    alone.write_bytes(path.read_bytes())
    with pytest.raises(LivesketchError, match="'anna-0'") as caught:
        checkpoint.load(alone)
    assert "beside" in caught.value.hint
    # somebody else's people of the same name do not fit
    other = replace(TINY, w_dim=24)
    write_tiny(tmp_path / "other.safetensors", style_space="anna-0", config=other)
    with pytest.raises(LivesketchError, match="does not go with"):
        checkpoint.load(alone)


def test_a_part_that_was_not_learned_is_one_sentence(data, learned, tmp_path) -> None:
    (tmp_path / "reader-sketch.pt").write_bytes((learned / "reader-sketch.pt").read_bytes())
    for task in ("photo", "sketch"):
        with pytest.raises(LivesketchError, match="there is no file") as caught:
            finish.finish(FinishOptions(data, tmp_path, task, size=128), silence)
        assert "\n" not in str(caught.value)
    assert not list(tmp_path.glob("*.safetensors"))


def test_a_state_of_other_widths_is_one_sentence(data, learned, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(finish, "config_of", lambda t, s: replace(config_of(t, s), head=16))
    with pytest.raises(LivesketchError, match="does not fit this version"):
        finish.finish(FinishOptions(data, learned, size=128), silence)


def test_a_disk_that_is_full_at_the_end_is_said(data, learned, tmp_path, monkeypatch) -> None:
    for file in learned.glob("*.pt"):
        (tmp_path / file.name).write_bytes(file.read_bytes())

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint.os, "fsync", full)
    with pytest.raises(OutputError, match="No space left"):
        finish.finish(FinishOptions(data, tmp_path, size=128), silence)
    assert not list(tmp_path.glob("*.safetensors*"))


def test_one_command_learns_both_parts_and_writes_the_model(
    data, tmp_path, capsys, monkeypatch
) -> None:
    monkeypatch.setattr(loop, "TrainOptions", partial(loop.TrainOptions, workers=0, steps=1))
    out = tmp_path / "out"
    parser = training.argparse.ArgumentParser()
    training.add_arguments(parser)
    words = ["--data", str(data), "--out", str(out), "--batch", "4", "--size", "128"]
    training.run(parser.parse_args([*words, "--style-space", "mine", "--device", "cpu"]))
    assert checkpoint.load(out / "sketch.safetensors").style_space == "mine"
    heard = capsys.readouterr().out
    assert "reader: ended at step 1" in heard
    assert "painter: ended at step 1" in heard
    # only the file once more, of what there is
    (out / "sketch.safetensors").unlink()
    training.run(parser.parse_args([*words, "--finish"]))
    assert "ended at" not in capsys.readouterr().out
    assert checkpoint.load(out / "sketch.safetensors").style_space == "out-0"
