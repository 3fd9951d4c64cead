"""Weights files: what is saved comes back, and nothing broken or hostile gets in."""

import json
import pickle
import struct
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tiny import TINY, tiny_network, write_tiny

from livesketch.errors import ModelError
from livesketch.models import checkpoint


@pytest.fixture
def weights(tmp_path) -> Path:
    return write_tiny(tmp_path / "tiny.safetensors")


def _header(path: Path) -> dict:
    raw = path.read_bytes()
    (length,) = struct.unpack("<Q", raw[:8])
    return json.loads(raw[8 : 8 + length])


def _rewrite(path: Path, change) -> None:
    """Save a file again with its tensors and metadata changed."""
    tensors, metadata = load_file(path), _header(path)["__metadata__"]
    change(tensors, metadata)
    save_file(tensors, path, metadata)


def _with_header(path: Path, header: dict, body: bytes = b"") -> None:
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + body)


def test_what_is_saved_comes_back(weights):
    loaded = checkpoint.load(weights)
    network = tiny_network()
    assert loaded.network_name == "compact"
    assert loaded.task == "sketch"
    assert loaded.style_space == "test"
    assert loaded.config == TINY
    assert loaded.metadata["sources"] == "nothing"
    assert loaded.style_encoder is not None
    assert not loaded.network.training
    for name, tensor in network.state_dict().items():
        assert loaded.network.state_dict()[name].dtype == torch.float32
        assert torch.allclose(loaded.network.state_dict()[name], tensor, rtol=1e-3, atol=1e-3)


def test_a_style_encoder_may_be_missing(tmp_path):
    path = write_tiny(tmp_path / "bare.safetensors", with_style_encoder=False)
    assert checkpoint.load(path).style_encoder is None


def test_numbers_are_kept_in_half_precision(weights):
    assert {t.dtype for t in load_file(weights).values()} == {torch.float16}


def test_saving_leaves_no_scraps_and_a_failure_keeps_the_old_file(weights, monkeypatch):
    before = weights.read_bytes()

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint.os, "fsync", full)
    with pytest.raises(ModelError, match="No space left"):
        write_tiny(weights, seed=3)
    assert weights.read_bytes() == before
    assert [p.name for p in weights.parent.iterdir()] == [weights.name]


def test_a_missing_file_is_one_sentence(tmp_path):
    with pytest.raises(ModelError, match="there is no file"):
        checkpoint.load(tmp_path / "nothing.safetensors")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 7,
        b"<!DOCTYPE html><html><body>Quota exceeded</body></html>" * 20,
        b"not a model at all, only words " * 100,
        struct.pack("<Q", 2**62) + b"{}",
        struct.pack("<Q", 2) + b"{}",
        struct.pack("<Q", 2) + b"[]",
        struct.pack("<Q", 5) + b'{"a":',
        struct.pack("<Q", 60000) + b"[" * 60000,
    ],
    ids=["empty", "short", "html", "text", "huge", "bare", "list", "broken", "deep"],
)
def test_what_is_no_weights_file_is_refused(tmp_path, content):
    path = tmp_path / "bad.safetensors"
    path.write_bytes(content)
    with pytest.raises(ModelError):
        checkpoint.load(path)


def test_a_web_page_is_recognised(tmp_path):
    path = tmp_path / "page.safetensors"
    path.write_bytes(b"<!DOCTYPE html><html></html>" * 10)
    with pytest.raises(ModelError) as error:
        checkpoint.load(path)
    assert "web page" in error.value.hint


def test_a_hostile_pickle_never_runs(tmp_path):
    trap = tmp_path / "sprung"

    class Hostile:
        def __reduce__(self):
            return (Path.touch, (trap,))

    path = tmp_path / "bad.safetensors"
    for write in (
        lambda: path.write_bytes(pickle.dumps(Hostile())),
        lambda: torch.save(Hostile(), path),
    ):
        write()
        with pytest.raises(ModelError):
            checkpoint.load(path)
        assert not trap.exists()


@pytest.mark.parametrize("share", [0.1, 0.5, 0.999])
def test_a_file_cut_short_is_refused(weights, share):
    raw = weights.read_bytes()
    weights.write_bytes(raw[: int(len(raw) * share)])
    with pytest.raises(ModelError):
        checkpoint.load(weights)


def test_gigabytes_that_are_only_claimed_are_never_allocated(weights):
    header = _header(weights)
    header["reader.inp.weight"] = {
        "dtype": "F32",
        "shape": [2**20, 2**20],
        "data_offsets": [0, 2**42],
    }
    _with_header(weights, header)
    with pytest.raises(ModelError, match="cut short"):
        checkpoint.load(weights)


def test_a_config_that_asks_for_gigabytes_is_refused(weights):
    def grow(_, metadata):
        metadata["config"] = json.dumps({"encoder": [10**6] * 4})

    _rewrite(weights, grow)
    with pytest.raises(ModelError, match="encoder"):
        checkpoint.load(weights)


def test_missing_extra_reshaped_and_infinite_numbers_are_refused(tmp_path):
    def drop(tensors, _):
        del tensors["painter.whole.bias"]

    def add(tensors, _):
        tensors["painter.whole.extra"] = torch.zeros(1)

    def reshape(tensors, _):
        tensors["painter.whole.bias"] = torch.zeros(3)

    def poison(tensors, _):
        tensors["painter.whole.bias"][0] = float("nan")

    for change, word in (
        (drop, "lacks"),
        (add, "does not have"),
        (reshape, "shape"),
        (poison, "finite"),
    ):
        path = write_tiny(tmp_path / f"{word.split()[0]}.safetensors")
        _rewrite(path, change)
        with pytest.raises(ModelError, match=word):
            checkpoint.load(path)


def test_another_program_s_safetensors_is_refused(tmp_path):
    path = tmp_path / "other.safetensors"
    save_file({"weight": torch.zeros(3)}, path)
    with pytest.raises(ModelError, match="not one of livesketch's"):
        checkpoint.load(path)


@pytest.mark.parametrize(
    ("field", "value"),
    [("network", "subprocess"), ("task", "mining"), ("config", "{"), ("config", "[]")],
)
def test_metadata_must_name_what_this_program_knows(weights, field, value):
    def change(_, metadata):
        metadata[field] = value

    _rewrite(weights, change)
    with pytest.raises(ModelError):
        checkpoint.load(weights)
