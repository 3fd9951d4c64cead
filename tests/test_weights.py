"""Weights files: only whole, sane ones are taken in, and hostile ones never run."""

import json
import os
import pickle
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from tiny import write_tiny

from livesketch.errors import ModelError
from livesketch.models import weights
from livesketch.models.engine import open_model


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny(tmp_path_factory.mktemp("weights") / "good.safetensors")


class Hostile:
    """Unpickled, it leaves a file behind."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, (f"touch {self.mark}",)


def _altered(good: Path, path: Path, change: Callable[[dict, dict], None]) -> Path:
    """A copy with other tensors or another config, still a valid .safetensors."""
    tensors = load_file(good)
    with good.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        said = json.loads(file.read(length))["__metadata__"]
    change(tensors, said)
    save_file(tensors, path, said)
    return path


# what there is


def test_shipped_and_own_models_are_listed_and_found(good: Path) -> None:
    info = weights.add(good)
    listed = {one.name: one for one in weights.list_models()}
    assert listed["good"].source == "yours"
    assert listed["good"].resolution == 128
    assert listed["good"].trained_on == "nothing"
    assert listed["good"].terms == "none"
    assert weights.find("good") == info.path
    assert weights.find(str(good)) == good


def test_a_broken_file_is_listed_with_its_problem_and_the_others_stay(good: Path) -> None:
    weights.add(good)
    (weights.own_dir() / "broken.safetensors").write_bytes(b"<html>")
    listed = {one.name: one.problem for one in weights.list_models()}
    assert "web page" in listed["broken"]
    assert listed["good"] == ""


def test_unknown_names_and_missing_files_say_what_there_is(good: Path) -> None:
    weights.add(good)
    with pytest.raises(ModelError, match="no model called 'goof'") as caught:
        weights.find("goof")
    assert "good" in caught.value.hint
    with pytest.raises(ModelError, match="no file"):
        weights.find("elsewhere/good.safetensors")


# taking in


def test_an_added_model_plays_under_its_new_name(good: Path) -> None:
    info = weights.add(good, "mine")
    assert info.name == "mine"
    assert info.path.read_bytes() == good.read_bytes()
    assert len(info.digest) == 64
    model = open_model("mine", runtime="torch")
    assert model.face(np.ones((64, 64), np.float32)).shape == (128, 128, 3)


def test_adding_twice_is_harmless_but_a_name_is_not_taken_from_another(
    good: Path, tmp_path: Path
) -> None:
    first = weights.add(good)
    assert weights.add(good).path == first.path
    other = write_tiny(tmp_path / "good.safetensors", seed=5)
    with pytest.raises(ModelError, match="another model called 'good'") as caught:
        weights.add(other)
    assert "--name" in caught.value.hint
    assert first.path.read_bytes() == good.read_bytes()


@pytest.mark.parametrize("name", ["../up", "a/b", "", ".hidden", "x" * 80])
def test_names_that_are_no_file_names_are_refused(good: Path, name: str) -> None:
    if name:
        with pytest.raises(ModelError, match="cannot be called"):
            weights.add(good, name)
    else:
        assert weights.add(good, name).name == "good"


def test_no_room_to_copy_to_is_said_and_leaves_nothing(
    good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "home"
    blocked.mkdir()
    (blocked / "data").write_text("a file where a folder should be")
    monkeypatch.setenv("LIVESKETCH_HOME", str(blocked))
    with pytest.raises(ModelError, match="cannot be copied") as caught:
        weights.add(good)
    assert caught.value.hint
    assert [path.name for path in blocked.iterdir()] == ["data"]


# checking


def test_a_whole_file_passes_and_shows_its_digest(good: Path) -> None:
    assert weights.check(good).digest == weights.digest_of(good)


def _zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02.")


FOREIGN: dict[str, tuple[Callable[[Path], object], str]] = {
    "html": (lambda p: p.write_text("<!DOCTYPE html><html><body>Quota exceeded"), "web page"),
    "empty": (lambda p: p.write_bytes(b""), "0 bytes"),
    "torch": (_zip, "PyTorch"),
    "png": (lambda p: p.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40)), "picture"),
    "text": (lambda p: p.write_text("these are no weights"), "no .safetensors"),
    "bomb": (lambda p: p.write_bytes(struct.pack("<Q", 2**62) + b"{" + bytes(99)), "cut short"),
    "other": (lambda p: save_file({"a": np.zeros(3, np.float32)}, p), "not one of livesketch's"),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_foreign_files_are_refused_in_words(tmp_path: Path, kind: str) -> None:
    write, said = FOREIGN[kind]
    path = tmp_path / "x.safetensors"
    write(path)
    for refuse in (weights.add, weights.check, lambda p: open_model(str(p))):
        with pytest.raises(ModelError) as caught:
            refuse(path)
        assert said in caught.value.message
        assert caught.value.hint
    assert not weights.own_dir().exists()


@pytest.mark.parametrize("suffix", ["safetensors", "pt", "pkl"])
def test_a_hostile_pickle_never_runs(tmp_path: Path, suffix: str) -> None:
    mark, path = tmp_path / "it_ran", tmp_path / f"evil.{suffix}"
    path.write_bytes(pickle.dumps(Hostile(mark)))
    for refuse in (weights.add, weights.check, lambda p: open_model(str(p))):
        with pytest.raises(ModelError, match="pickle"):
            refuse(path)
    assert not mark.exists()


def test_a_published_pt_in_a_zip_never_runs(tmp_path: Path) -> None:
    mark, path = tmp_path / "it_ran", tmp_path / "evil.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(Hostile(mark)))
    with pytest.raises(ModelError, match=r"PyTorch file .* was not run"):
        open_model(str(path))
    assert not mark.exists()


@pytest.mark.parametrize("share", [0.0001, 0.3, 0.999])
def test_a_file_cut_short_is_refused(good: Path, tmp_path: Path, share: float) -> None:
    path = tmp_path / "cut.safetensors"
    path.write_bytes(good.read_bytes()[: max(9, int(good.stat().st_size * share))])
    with pytest.raises(ModelError, match=r"cut\.safetensors"):
        weights.add(path)


def _nan(tensors: dict, said: dict) -> None:
    tensors["painter.rgb.weight"].flat[3] = np.nan


def _missing(tensors: dict, said: dict) -> None:
    del tensors["painter.rgb.weight"]


def _extra(tensors: dict, said: dict) -> None:
    tensors["stowaway"] = np.zeros(3, np.float16)


def _reshaped(tensors: dict, said: dict) -> None:
    tensors["painter.rgb.bias"] = np.zeros(7, np.float16)


def _huge(tensors: dict, said: dict) -> None:
    said["config"] = json.dumps(json.loads(said["config"]) | {"w_dim": 10**9})


def _unknown_network(tensors: dict, said: dict) -> None:
    said["network"] = "os"


def _config_is_text(tensors: dict, said: dict) -> None:
    said["config"] = "{not json"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_nan, "painter.rgb.weight"),
        (_missing, "painter.rgb.weight"),
        (_extra, "stowaway"),
        (_reshaped, "painter.rgb.bias"),
        (_huge, "w_dim"),
        (_unknown_network, "'os'"),
        (_config_is_text, "config"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(
    good: Path, tmp_path: Path, change: Callable[[dict, dict], None], said: str
) -> None:
    path = _altered(good, tmp_path / "odd.safetensors", change)
    for refuse in (weights.add, lambda p: open_model(str(p), runtime="torch")):
        with pytest.raises(ModelError) as caught:
            refuse(path)
        assert said in caught.value.message
