"""`livesketch train`: it runs, goes on where it stopped, keeps what is whole, and says what is wrong."""

import argparse
import csv
import io
import tarfile
import zlib
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from tiny import TINY, write_tiny
from training_data import write_prepared

from livesketch import training
from livesketch.errors import LivesketchError, ModelError, OutputError, SourceError, UsageError
from livesketch.models import checkpoint
from livesketch.models.networks import compact
from livesketch.training import loop, prepare, preview, state
from livesketch.training.dataset import open_prepared
from livesketch.training.discriminator import FeatureFinder


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    return write_prepared(tmp_path_factory.mktemp("prepared"))


@pytest.fixture(autouse=True)
def small_networks(monkeypatch):
    """The shipped shapes take seconds a step; the trainer does not care about widths."""

    def tiny(options: loop.TrainOptions) -> compact.Config:
        return replace(TINY, img_resolution=options.size)

    monkeypatch.setattr(loop, "_config", tiny)
    for name in ("Discriminator", "DetailDiscriminator", "FeatureFinder"):
        monkeypatch.setattr(state, name, partial(getattr(state, name), (8, 8, 8)))


def _options(data: Path, out: Path, steps: int, **changes) -> loop.TrainOptions:
    some = {"size": 256, "batch": 4, "minutes": 5, "workers": 0, "device": "cpu", "steps": steps}
    return loop.TrainOptions(data=data, out=out, **(some | changes))


def _quiet(_: str) -> None:
    pass


def test_it_learns_and_writes_a_model_that_plays(data, tmp_path):
    out, said = tmp_path / "out", []
    loop.train(_options(data, out, 3, sources="nobody"), said.append)
    model = checkpoint.load(out / "model.safetensors")
    assert model.task == "sketch"
    assert model.metadata["pictures"] == "12"
    assert model.metadata["sources"] == "nobody"
    assert model.style_encoder is not None
    assert Image.open(next(out.glob("sheet-*.png"))).size == (preview.COLUMNS * 256, 4 * 256)
    assert "ended at step 3" in said[-1]
    assert not list(out.glob("*.part"))


def test_every_network_changes_in_a_step(data, tmp_path):
    torch.manual_seed(0)
    before = state.new("sketch", replace(TINY, img_resolution=256), torch.device("cpu"), 0)
    loop.train(_options(data, tmp_path, 2), _quiet)
    after = torch.load(tmp_path / "state.pt", weights_only=True)["networks"]
    for name, module in before.networks.items():
        own = module.state_dict()
        assert any(not torch.equal(own[k], after[name][k]) for k in own), name


def test_going_on_gives_what_an_unbroken_run_gives(data, tmp_path):
    loop.train(_options(data, tmp_path / "whole", 4, size=128), _quiet)
    loop.train(_options(data, tmp_path / "parts", 2, size=128), _quiet)
    broken = torch.load(tmp_path / "parts" / "state.pt", weights_only=True)
    assert broken["step"] == 2
    said: list[str] = []
    loop.train(_options(data, tmp_path / "parts", 4, size=128), said.append)
    assert "going on at step 2" in said[0]
    one, two = (
        torch.load(tmp_path / name / "state.pt", weights_only=True) for name in ("whole", "parts")
    )
    assert one["step"] == two["step"] == 4
    for name in ("network", "discriminator", "finder"):
        for key, tensor in one["networks"][name].items():
            assert torch.allclose(tensor, two["networks"][name][key], atol=2e-3), (name, key)


def test_a_teacher_s_faces_are_learned(data, tmp_path):
    """With the teacher as start and no time to change, what was made is nearly what was taught."""
    teacher = write_tiny(tmp_path / "teacher.safetensors", seed=5)
    out = tmp_path / "out"
    options = _options(data, out, 1, size=256, start=teacher, teacher=teacher)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "SAY_EVERY", 0)
        loop.train(options, _quiet)
    (row,) = list(csv.DictReader((out / "log.csv").open()))
    assert 0 < float(row["taught"]) < 0.2


def test_a_start_takes_what_fits(data, tmp_path):
    start = write_tiny(tmp_path / "start.safetensors", seed=5)  # 128
    learned = state.new("sketch", replace(TINY, img_resolution=256), torch.device("cpu"), 0)
    left = state.warm(learned, start)
    given = checkpoint.load(start).network
    assert all("detail" in name for name in left)
    assert torch.equal(
        learned.networks["network"].get_parameter("out.weight"), given.get_parameter("out.weight")
    )
    drawing = torch.rand(1, 1, 128, 128)
    twice = drawing.repeat_interleave(2, 2).repeat_interleave(2, 3)
    with torch.no_grad():
        small = given.encode(drawing).ws  # type: ignore[operator]
        large = learned.networks["average"].encode(twice).ws  # type: ignore[operator]
    assert torch.allclose(small, large, atol=1e-5)


def test_another_task_s_checkpoint_is_refused(data, tmp_path):
    start = write_tiny(tmp_path / "mask.safetensors", task="mask")
    with pytest.raises(ModelError, match="mask"):
        loop.train(_options(data, tmp_path / "out", 1, start=start), _quiet)


def test_another_size_or_a_broken_state_is_refused(data, tmp_path):
    loop.train(_options(data, tmp_path, 1, size=128), _quiet)
    with pytest.raises(ModelError, match="128"):
        loop.train(_options(data, tmp_path, 1, size=256), _quiet)
    raw = (tmp_path / "state.pt").read_bytes()
    (tmp_path / "state.pt").write_bytes(raw[: len(raw) // 2])
    with pytest.raises(ModelError, match="not a training state"):
        loop.train(_options(data, tmp_path, 2, size=128), _quiet)


def test_a_hostile_state_never_runs(data, tmp_path):
    trap = tmp_path / "sprung"

    class Hostile:
        def __reduce__(self):
            return (Path.touch, (trap,))

    torch.save(Hostile(), tmp_path / "state.pt")
    with pytest.raises(ModelError):
        loop.train(_options(data, tmp_path, 1), _quiet)
    assert not trap.exists()


def test_a_full_disk_keeps_the_last_checkpoint_and_the_run_goes_on_later(
    data, tmp_path, monkeypatch
):
    loop.train(_options(data, tmp_path, 1, size=128), _quiet)
    before = (tmp_path / "state.pt").read_bytes()

    def full(_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(state.os, "fsync", full)
        with pytest.raises(OutputError, match="could not be written"):
            loop.train(_options(data, tmp_path, 2, size=128), _quiet)
    assert (tmp_path / "state.pt").read_bytes() == before
    loop.train(_options(data, tmp_path, 2, size=128), _quiet)
    assert torch.load(tmp_path / "state.pt", weights_only=True)["step"] == 2


def test_tasks_that_cannot_be_trained_yet_say_so(data, tmp_path):
    with pytest.raises(UsageError, match="cannot be trained yet"):
        loop.train(_options(data, tmp_path, 1, task="mask"), _quiet)


def test_the_log_can_be_read_as_a_table(data, tmp_path):
    path = tmp_path / "log.csv"
    learned = state.new("sketch", TINY, torch.device("cpu"), 0)
    for step in (1, 2):
        learned.step = step
        loop._log(path, learned, {"critic": 2.5, "l1": 0.1})
    rows = list(csv.DictReader(path.open()))
    assert [row["step"] for row in rows] == ["1", "2"]
    assert rows[0]["critic"] == "2.5"


def test_the_finder_learns_where_features_are():
    """A few dozen steps on one moving square: the same points, closer."""
    torch.manual_seed(0)
    finder = FeatureFinder((8, 8, 8))
    optimizer = torch.optim.Adam(finder.parameters(), 3e-3)
    errors = []
    for _ in range(30):
        places = torch.rand(4, 2) * 0.5 + 0.25
        y = torch.full((4, 3, 128, 128), -1.0)
        for n, (a, b) in enumerate((places * 128).int()):
            y[n, :, b - 12 : b + 12, a - 12 : a + 12] = 1
        error = (finder(y) - places[:, None]).abs().mean()
        optimizer.zero_grad()
        error.backward()
        optimizer.step()
        errors.append(error.item())
    assert np.mean(errors[-5:]) < 0.6 * np.mean(errors[:5])


def _args(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    training.add_arguments(parser)
    return parser.parse_args(words)


def test_a_preview_shows_what_would_be_learned_from(data, capsys):
    training.run(_args("--data", str(data), "--preview", "--size", "128"))
    assert Image.open(data / "preview.png").size == (preview.COLUMNS * 128, 8 * 128)
    assert "preview.png" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words", [(), ("--minutes", "0", "--out", "x"), ("--batch", "1", "--out", "x")]
)
def test_flags_that_make_no_sense_are_one_sentence(data, words):
    with pytest.raises(UsageError):
        training.run(_args("--data", str(data), *words))


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(SourceError, match="no prepared photos"):
        training.run(_args("--data", str(tmp_path / "nowhere"), "--out", str(tmp_path / "out")))


def _photos(shared: Path, folder: Path, count: int) -> list[Path]:
    """A few val-cc0 pictures (CC0) whose names do not fall into the held-out twentieth."""
    folder.mkdir(parents=True, exist_ok=True)
    out: list[Path] = []
    with tarfile.open(shared / "data" / "faces" / "val-cc0.tar") as tar:
        for member in tar:
            name = member.name.rsplit("/", 1)[-1]
            stream = tar.extractfile(member) if member.isfile() else None
            if stream is None or zlib.crc32(name.encode()) % prepare.HELD_OUT == 0:
                continue
            (folder / name).write_bytes(stream.read())
            out.append(folder / name)
            if len(out) == count:
                break
    return out


def test_photos_are_prepared_and_broken_ones_counted(shared, tmp_path, monkeypatch):
    photos = tmp_path / "photos"
    good = _photos(shared, photos / "deep" / "er", 3)
    (photos / "cut.jpg").write_bytes(good[0].read_bytes()[:900])
    (photos / "empty.png").write_bytes(b"")
    (photos / "words.png").write_text("a letter, not a picture")
    Image.fromarray(np.full((200, 200, 3), 127, np.uint8)).save(photos / "grey.png")
    (photos / "notes.txt").write_text("ignored")
    said: list[str] = []
    options = prepare.PrepareOptions((photos,), tmp_path / "data")
    prepare.prepare(options, said.append)
    made = open_prepared(tmp_path / "data")
    assert made.pictures.shape == (3, 256, 256, 3)
    assert "prepared 3 photos" in said[-1]
    assert "3 unreadable" in said[-1]
    assert "1 without a face" in said[-1]
    eyes = made.landmarks[:, [33, 133, 362, 263]].mean(1)
    assert np.abs(eyes - [0.5, 0.47]).max() < 0.06  # framed as the network expects

    def never(*_):
        raise AssertionError("what is done is not done again")

    monkeypatch.setattr(prepare, "_make_chunk", never)
    prepare.prepare(options, said.append)
    assert said[-1] == said[-2]


def test_a_tar_and_human_drawn_parts_are_prepared(shared, tmp_path):
    photos = _photos(shared, tmp_path / "photos", 2)
    with tarfile.open(tmp_path / "photos.tar", "w") as tar:
        for photo in photos:
            tar.add(photo, f"group/{photo.name}")
        info = tarfile.TarInfo("group/broken.png")
        info.size = 4
        tar.addfile(info, io.BytesIO(b"oops"))
    parts = shared / "data" / "sketches" / "quickdraw"
    options = prepare.PrepareOptions((tmp_path / "photos.tar",), tmp_path / "data", parts, True)
    prepare.prepare(options, _quiet)
    made = open_prepared(tmp_path / "data")
    assert len(made.pictures) == 2
    assert "eye" in made.parts
    assert "face" not in made.parts
    every = np.concatenate([stroke for drawing in made.parts["mouth"] for stroke in drawing])
    assert every.min() >= 0
    assert every.max() <= 1


@pytest.mark.parametrize("kind", ["missing", "empty", "faceless", "text"])
def test_photos_that_cannot_be_learned_from_are_one_sentence(tmp_path, kind):
    photos = tmp_path / "photos"
    if kind == "empty":
        photos.mkdir()
    elif kind == "faceless":
        photos.mkdir()
        for k in range(3):
            Image.fromarray(np.full((128, 128, 3), 40 * k, np.uint8)).save(photos / f"p{k}.png")
    elif kind == "text":
        photos.write_text("no tar either")
    with pytest.raises(LivesketchError) as error:
        prepare.prepare(prepare.PrepareOptions((photos,), tmp_path / "data"), _quiet)
    assert "\n" not in str(error.value)


def test_weights_on_the_way_keep_the_new_detail_and_half_of_the_rest() -> None:
    torch.manual_seed(0)
    config = replace(TINY, img_resolution=256)
    start, learned = compact.Network(config), compact.Network(config)
    before = {name: tensor.clone() for name, tensor in learned.state_dict().items()}
    state.toward(learned, start, 0.5)
    after = learned.state_dict()
    middle = (start.state_dict()["whole.weight"] + before["whole.weight"]) / 2
    assert torch.allclose(after["whole.weight"], middle)
    assert torch.equal(after["detail.inp.weight"], before["detail.inp.weight"])
    state.toward(learned, start, 0.0)
    assert torch.equal(learned.state_dict()["whole.weight"], start.state_dict()["whole.weight"])
