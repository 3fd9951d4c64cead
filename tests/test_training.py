"""`livesketch train`: it learns both parts, goes on where it stopped, keeps what is whole, and says what is wrong."""

import argparse
import csv
from dataclasses import replace
from functools import partial
from itertools import repeat
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from tiny import TINY, write_tiny
from training_data import write_prepared
from training_stage import options, silence, small_networks

from livesketch import training
from livesketch.errors import ModelError, OutputError, SourceError, UsageError
from livesketch.models import checkpoint
from livesketch.models.networks.face_lines import MAPS, PARTS, POINTS, Lines
from livesketch.training import batches, loop, paint_step, preview, progress, state
from livesketch.training.dataset import open_prepared
from livesketch.training.read_step import importance

__all__ = ["small_networks"]  # every test here stands on it


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    return write_prepared(tmp_path_factory.mktemp("prepared"))


def saved(path: Path) -> dict:
    return torch.load(path, weights_only=True)


@pytest.fixture
def steady(monkeypatch) -> None:
    """Nothing depends on how long ago the training was started."""

    def pace(learned: state.State, warmth: int, part: float) -> None:
        for optimizer in learned.optimizers.values():
            for group in optimizer.param_groups:
                group["lr"] = group["rate"]

    def step(learned, batch, lines, features, people, placing, warmth):
        return paint_step.paint_step(learned, batch, lines, features, people, placing, 50)

    monkeypatch.setattr(loop, "_pace", pace)
    monkeypatch.setattr(loop, "paint_step", step)


# learning


@pytest.mark.parametrize("part", ["reader", "painter"])
def test_every_network_changes_in_a_step(data, tmp_path, part):
    made = options(data, tmp_path, 2, part=part, size=256)
    before = loop._new(made, open_prepared(data), torch.device("cpu"), None)
    loop.train(made, silence)
    after = saved(loop.kept(tmp_path, part, "sketch"))["networks"]
    assert set(after) == set(before.networks)
    for name, module in before.networks.items():
        own = module.state_dict()
        moved = [key for key in own if not torch.equal(own[key], after[name][key])]
        assert len(moved) > 0.7 * len(own), name


@pytest.mark.parametrize("part", ["reader", "painter"])
def test_going_on_gives_what_an_unbroken_run_gives(data, tmp_path, steady, part):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    loop.train(options(data, whole, 4, part=part), silence)
    loop.train(options(data, parts, 2, part=part), silence)
    assert saved(loop.kept(parts, part, "sketch"))["step"] == 2
    said: list[str] = []
    loop.train(options(data, parts, 4, part=part), said.append)
    assert said[0] == "going on at step 2, 8 pictures"
    one, two = (saved(loop.kept(folder, part, "sketch")) for folder in (whole, parts))
    assert one["step"] == two["step"] == 4
    assert one["pictures"] == two["pictures"] == 16
    for name, tensors in one["networks"].items():
        for key, tensor in tensors.items():
            assert torch.equal(tensor, two["networks"][name][key]), (name, key)


@pytest.fixture
def by_heart(monkeypatch) -> None:
    """Every step shows the same batch, and is logged."""
    readings, portraits = loop.readings, loop.portraits
    monkeypatch.setattr(loop, "readings", lambda *given: repeat(next(readings(*given))))
    monkeypatch.setattr(loop, "portraits", lambda *given: repeat(next(portraits(*given))))
    monkeypatch.setattr(loop, "WARM_UP", {"reader": 1, "painter": 1})
    monkeypatch.setattr(loop, "SAY_EVERY", 0)
    monkeypatch.setattr(state, "NEW_RATE", 4e-3)


@pytest.mark.parametrize(
    ("part", "figures"),
    [("reader", ["misplaced", "mislabelled", "nme_percent"]), ("painter", ["l1", "match"])],
)
def test_what_is_shown_again_and_again_is_learned(data, tmp_path, by_heart, part, figures):
    loop.train(options(data, tmp_path, 24, part=part, task="lowres"), silence)
    path = loop.kept(tmp_path, part, "lowres").with_suffix(".csv")
    rows = list(csv.DictReader(path.open()))
    for name in figures:
        values = [float(row[name]) for row in rows]
        assert np.mean(values[-6:]) < 0.93 * np.mean(values[:6]), name


def test_a_sheet_shows_how_far_it_is(data, tmp_path):
    for part, size in (("reader", (12 * 256, 2 * 256)), ("painter", (8 * 128, 5 * 128))):
        loop.train(options(data, tmp_path, 1, part=part), silence)
        (sheet,) = tmp_path.glob(f"{loop.kept(tmp_path, part, 'sketch').stem}-*.png")
        assert Image.open(sheet).size == size
        assert np.asarray(Image.open(sheet)).std() > 10
    assert not list(tmp_path.glob("*.part"))


def test_every_part_of_a_face_counts_alike():
    weight = importance()
    assert weight.shape == (len(POINTS),)
    assert weight.min() > 0
    shares = [sum(weight[POINTS.index(i)] for i in set(indices)) for indices in PARTS.values()]
    assert np.allclose([float(s) for s in shares], 1 / len(PARTS), atol=1e-5)


def test_where_people_look_counts_more():
    ticks = torch.zeros(1, len(POINTS), 2) + 0.9
    for index in (33, 133, 159, 145):
        ticks[0, POINTS.index(index)] = 0.3
    weight = paint_step.looked_at(Lines()(ticks), 128)
    assert weight.shape == (1, 1, 128, 128)
    assert weight[0, 0, 38, 38] > 4
    assert weight[0, 0, 70, 20] == 1
    assert len(MAPS) == max(rows.stop for rows in paint_step.LOOKED_AT)


# beginning from something


def test_a_start_takes_what_fits(data, tmp_path):
    config = replace(TINY, input_size=256)
    start = write_tiny(tmp_path / "start.safetensors", seed=5, config=config)
    given = checkpoint.load(start)
    prepared, cpu = open_prepared(data), torch.device("cpu")
    for task, fits in (("sketch", True), ("photo", False)):
        made = options(data, tmp_path, 1, start=start, task=task)
        reader = loop._new(made, prepared, cpu, None).networks["network"].state_dict()
        own = given.network.reader.state_dict()  # type: ignore[union-attr]
        assert torch.equal(reader["heat.weight"], own["heat.weight"])
        assert (reader["inp.weight"].shape == own["inp.weight"].shape) == fits
        assert not fits or torch.equal(reader["inp.weight"], own["inp.weight"])
    large = loop._new(
        options(data, tmp_path, 1, start=start, part="painter", size=256), prepared, cpu, None
    )
    painter, own = large.networks["network"], given.network.painter  # type: ignore[union-attr]
    assert torch.equal(painter.get_parameter("rgb.weight"), own.rgb.weight)  # type: ignore[union-attr]
    assert given.style_encoder is not None
    for name, tensor in given.style_encoder.state_dict().items():
        assert torch.equal(large.networks["style_encoder"].state_dict()[name], tensor)
    # what is new learns faster than what was known
    new, known = large.optimizers["painters"].param_groups[:2]
    assert len(new["params"]) == len(list(painter.detail.parameters()))  # type: ignore[union-attr]
    assert new["rate"] > known["rate"]


@pytest.mark.parametrize("part", ["reader", "painter"])
def test_a_start_may_be_a_training_state(data, tmp_path, part):
    loop.train(options(data, tmp_path, 2, part=part), silence)
    path = loop.kept(tmp_path, part, "sketch")
    made = options(data, tmp_path / "new", 1, part=part, start=path)
    fresh = loop._new(made, open_prepared(data), torch.device("cpu"), None)
    assert fresh.step == 0
    for name, tensor in saved(path)["networks"]["average"].items():
        assert torch.equal(fresh.networks["network"].state_dict()[name], tensor)


def test_an_untrained_reader_says_where_landmarks_usually_are(data):
    prepared = open_prepared(data)
    fresh = loop._new(options(data, data, 1), prepared, torch.device("cpu"), None)
    with torch.no_grad():
        points, *_ = fresh.networks["network"](torch.rand(2, 1, 256, 256))
    usual = torch.from_numpy(np.asarray(prepared.landmarks)[:, POINTS].mean(0))
    assert (points - usual).abs().mean() < 0.05


def test_a_broken_or_foreign_start_is_one_sentence(data, tmp_path):
    for name, content in (("a.safetensors", b"<html>"), ("b.pt", b"words"), ("c.pt", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ModelError) as caught:
            loop.train(options(data, tmp_path / "out", 1, start=tmp_path / name), silence)
        assert "\n" not in str(caught.value)


# what is kept


def test_another_size_task_or_a_broken_state_is_refused(data, tmp_path):
    loop.train(options(data, tmp_path, 1, part="painter"), silence)
    with pytest.raises(ModelError, match="trained at 128"):
        loop.train(options(data, tmp_path, 1, part="painter", size=256), silence)
    loop.train(options(data, tmp_path, 1, task="mask"), silence)
    path = tmp_path / "reader-mask.pt"
    path.rename(tmp_path / "reader-sketch.pt")
    with pytest.raises(ModelError, match="'mask', not 'sketch'"):
        loop.train(options(data, tmp_path, 1), silence)
    raw = (tmp_path / "painter.pt").read_bytes()
    for content in (raw[: len(raw) // 2], b"", b"words", b"PK\x03\x04" + bytes(200)):
        (tmp_path / "painter.pt").write_bytes(content)
        with pytest.raises(ModelError, match="not a training state"):
            loop.train(options(data, tmp_path, 1, part="painter"), silence)


def test_a_hostile_state_never_runs(data, tmp_path):
    trap = tmp_path / "sprung"

    class Hostile:
        def __reduce__(self):
            return (Path.touch, (trap,))

    path = tmp_path / "reader-sketch.pt"
    for content in (Hostile(), {"networks": {"network": Hostile()}}):
        torch.save(content, path)
        with pytest.raises(ModelError):
            loop.train(options(data, tmp_path, 1), silence)
        assert not trap.exists()


def test_a_full_disk_keeps_the_last_state_and_the_run_goes_on_later(data, tmp_path, monkeypatch):
    loop.train(options(data, tmp_path, 1), silence)
    path = tmp_path / "reader-sketch.pt"
    before = path.read_bytes()

    def full(_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(state.os, "fsync", full)
        with pytest.raises(OutputError, match="could not be written") as caught:
            loop.train(options(data, tmp_path, 2), silence)
    assert "start the same command again" in caught.value.hint
    assert path.read_bytes() == before
    assert not list(tmp_path.glob("*.part"))
    loop.train(options(data, tmp_path, 2), silence)
    assert saved(path)["step"] == 2


def test_an_out_folder_that_cannot_be_made_is_one_sentence(data, tmp_path):
    (tmp_path / "file").write_text("a file where a folder should be")
    with pytest.raises(OutputError, match="cannot be made"):
        loop.train(options(data, tmp_path / "file" / "out", 1), silence)


def test_steps_grow_and_shrink_with_the_time_that_is_left(data, tmp_path):
    learned = loop._new(options(data, tmp_path, 1), open_prepared(data), torch.device("cpu"), None)

    def rate(warmth: int, part: float) -> float:
        loop._pace(learned, warmth, part)
        (group,) = learned.optimizers["reader"].param_groups
        return group["lr"] / group["rate"]

    assert rate(0, 0.0) < 0.1
    assert rate(1000, 0.2) == 1
    assert 1 > rate(1000, 0.8) > rate(1000, 0.95) > rate(1000, 0.999) > 0


def test_the_log_can_be_read_as_a_table(data, tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "SAY_EVERY", 0)
    for part in ("reader", "painter"):
        for steps in (2, 3):  # and it goes on in the same file
            loop.train(options(data, tmp_path, steps, part=part, size=256), silence)
        path = loop.kept(tmp_path, part, "sketch").with_suffix(".csv")
        rows = list(csv.DictReader(path.open()))
        assert [row["step"] for row in rows] == ["1", "2", "3"]
        assert [row["pictures"] for row in rows] == ["4", "8", "12"]
        named = [name for name in progress.LOGGED[part] if rows[0][name]]
        # without --features six are empty, without --photo-reader one
        assert len(named) >= len(progress.LOGGED[part]) - 7
        assert all(np.isfinite(float(rows[0][name])) for name in named)


class Threads(torch.utils.data.Dataset):
    """How many OpenCV would start, asked where examples are made."""

    def __getitem__(self, step: int) -> tuple[np.ndarray, ...]:
        import cv2

        return (np.array(cv2.getNumThreads()),)


def test_those_who_make_examples_do_not_starve_each_other():
    made = batches._arrays(Threads(), 0, 2)  # type: ignore[arg-type]
    assert [int(next(made)[0]) for _ in range(2)] == [1, 1]


# the command


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    training.add_arguments(parser)
    return parser.parse_args(words)


@pytest.mark.parametrize("task", ["sketch", "mask", "lowres", "photo"])
def test_a_preview_shows_what_would_be_learned_from(data, capsys, task):
    training.run(arguments("--data", str(data), "--preview", "--task", task))
    side = preview.INPUTS[task][1]
    sheet = Image.open(data / "preview.png")
    assert sheet.size == (preview.COLUMNS * side, 4 * side)
    red = (np.asarray(sheet) == (230, 40, 40)).all(-1)
    assert red.reshape(4, side, 12, side).any((1, 3)).all()  # landmarks are marked in each
    assert "preview.png" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words", [(), ("--minutes", "0", "--out", "x"), ("--batch", "1", "--out", "x")]
)
def test_flags_that_make_no_sense_are_one_sentence(data, words):
    with pytest.raises(UsageError):
        training.run(arguments("--data", str(data), *words))


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(SourceError, match="no prepared photos"):
        training.run(arguments("--data", str(tmp_path / "nowhere"), "--out", str(tmp_path / "out")))


def test_a_task_there_is_none_of_is_one_sentence(data, tmp_path):
    with pytest.raises(UsageError, match="'oil'"):
        training.run(arguments("--data", str(data), "--out", str(tmp_path), "--task", "oil"))


def test_one_part_alone_says_what_is_still_missing(data, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(loop, "TrainOptions", partial(loop.TrainOptions, workers=0, steps=1))
    words = ("--data", str(data), "--out", str(tmp_path), "--batch", "4", "--size", "128")
    training.run(arguments(*words, "--part", "reader"))
    assert (tmp_path / "reader-sketch.pt").exists()
    assert not (tmp_path / "painter.pt").exists()
    assert "--part painter" in capsys.readouterr().out.splitlines()[-1]
    assert not list(tmp_path.glob("*.safetensors"))
