"""Published models are read whole or refused in a sentence; nothing in a file ever runs."""

import argparse
import copy
import io
import os
import pickle
import struct
import sys
import types
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from published import (
    ENCODERS,
    SMALL,
    SMALL_PSP,
    Change,
    averaging,
    g_ema,
    holding,
    psp_content,
    reference,
    saying,
    small_generator,
    small_psp,
    with_nan,
    without,
)

from livesketch.errors import ModelError
from livesketch.models import foreign
from livesketch.models.networks import psp, stylegan2


def _saved(path: Path, content: object, is_legacy: bool = False) -> Path:
    torch.save(content, path, _use_new_zipfile_serialization=not is_legacy)
    return path


def _refused(path: Path) -> ModelError:
    with pytest.raises(ModelError) as caught:
        foreign.load(path)
    assert path.name in caught.value.message
    assert caught.value.message.endswith(".")
    assert caught.value.hint
    return caught.value


# what is read


@pytest.mark.parametrize("is_legacy", [False, True], ids=["zip", "legacy"])
def test_a_rosinality_generator_paints_what_it_did(tmp_path: Path, is_legacy: bool) -> None:
    network = small_generator()
    content = {
        "g": {"ignored": torch.zeros(3)},
        "g_ema": g_ema(network),
        "latent_avg": network.mapping.w_avg.clone(),
    }
    made, words = foreign.load(_saved(tmp_path / "look.pt", content, is_legacy))
    assert words == "a StyleGAN2 generator, 64×64"
    assert made.config == SMALL
    assert made.task == "look"
    z = torch.randn(2, SMALL.z_dim)
    assert isinstance(made.network, stylegan2.Network)
    with torch.inference_mode():
        wanted, got = (one(one.latents(z, None, 0.7)) for one in (network, made.network))
    assert torch.equal(got, wanted)


@pytest.mark.parametrize("is_legacy", [False, True], ids=["zip", "legacy"])
def test_a_psp_model_sees_what_it_did(tmp_path: Path, is_legacy: bool) -> None:
    network = small_psp()
    path = _saved(tmp_path / "face.pt", psp_content(network), is_legacy)
    made, words = foreign.load(path)
    assert words == "pixel2style2pixel, sketch to face, 1 input channel, 64×64"
    assert (made.network_name, made.task, made.config) == ("psp", "sketch", SMALL_PSP)
    x = torch.rand(1, 1, 256, 256)
    assert isinstance(made.network, psp.Network)
    with torch.inference_mode():
        assert torch.equal(made.network.encode(x), network.encode(x))
        assert torch.equal(made.network(x), network(x))


@pytest.mark.parametrize("is_legacy", [False, True], ids=["zip", "legacy"])
def test_what_pytorch_hangs_on_a_state_dict_is_no_tensor(tmp_path: Path, is_legacy: bool) -> None:
    network = small_psp()
    content = psp_content(network)
    state: Any = OrderedDict(content["state_dict"])
    state._metadata = OrderedDict({"": {"version": 1}})
    content["state_dict"] = state
    content["opts"] |= {"device": torch.device("cuda:0"), "more": argparse.Namespace(a=[1])}
    made, _ = foreign.load(_saved(tmp_path / "face.pt", content, is_legacy))
    assert made.config == SMALL_PSP


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"dataset_type": "ffhq_frontalize"}, "frontalization"),
        ({"resize_factors": "1,2,4,8,16,32"}, "super-resolution"),
        ({"exp_dir": "experiments/toonify"}, "toonify"),
        ({"dataset_type": "ffhq_encode"}, "inversion"),
    ],
)
def test_photo_tasks_are_told_by_their_options(tmp_path: Path, options: dict, words: str) -> None:
    network = psp.Network(psp.Config(3, SMALL_PSP.body, SMALL, 64))
    content = psp_content(network)
    content["opts"] = options
    assert words in foreign.load(_saved(tmp_path / "photo.pt", content))[1]


def test_one_average_is_for_all_layers_and_none_is_added_where_none_was(tmp_path: Path) -> None:
    network = small_psp()
    content = psp_content(network)
    content["latent_avg"] = network.latent_avg[0].clone()
    made = foreign.load(_saved(tmp_path / "a.pt", content))[0].network
    assert torch.equal(made.state_dict()["latent_avg"][5], network.latent_avg[0])
    content["opts"]["start_from_latent_avg"] = False
    made = foreign.load(_saved(tmp_path / "b.pt", content))[0].network
    assert not made.state_dict()["latent_avg"].any()


def test_a_pickle_s_own_source_is_not_run(tmp_path: Path, own_modules: dict) -> None:
    """The published pickles carry their program with them; here it would leave a mark."""
    mark = tmp_path / "it_ran"
    raw = reference("stylegan2_ada_64_labels.pkl").read_bytes()
    source = f"open({str(mark)!r}, 'w')".encode()
    empty = b"\x8c\nmodule_src\x94\x8c\x00\x94"
    assert raw.count(empty) == 1
    there = b"\x8c\nmodule_src\x94\x8c" + bytes([len(source)]) + source + b"\x94"
    start = raw.index(b"\x95")
    (length,) = struct.unpack("<Q", raw[start + 1 : start + 9])
    at = raw.index(empty)
    assert start < at < start + 9 + length
    grown = struct.pack("<Q", length + len(source))
    changed = raw.replace(empty, there, 1)
    path = tmp_path / "g.pkl"
    path.write_bytes(changed[: start + 1] + grown + changed[start + 9 :])
    _, words = foreign.load(path)
    assert words == "a StyleGAN2-ADA generator, 64×64, 3 labels"
    assert not mark.exists()


@pytest.fixture
def own_modules() -> Any:
    """Lets a test write pickles of classes that are not installed here; gone afterwards."""
    made: dict[str, types.ModuleType] = {}
    before = set(sys.modules)

    class EasyDict(dict):
        pass

    for name in ("dnnlib", "dnnlib.util"):
        made[name] = sys.modules[name] = types.ModuleType(name)
    EasyDict.__module__, EasyDict.__qualname__ = "dnnlib.util", "EasyDict"
    made["dnnlib.util"].EasyDict = EasyDict  # type: ignore[attr-defined]
    yield made
    for name in set(sys.modules) - before:
        if name.startswith("dnnlib"):
            del sys.modules[name]


def test_what_real_files_hold_beside_the_generator_is_read_over(
    tmp_path: Path, own_modules: dict
) -> None:
    easy = own_modules["dnnlib.util"].EasyDict
    beside = easy(path="faces", size=np.int64(3), rate=np.float32(0.5), more=easy(a=[1, {2, 3}]))
    raw = reference("stylegan2_ada_64_labels.pkl").read_bytes()
    # the whole published pickle, and a dict of the rest laid over it
    rest = pickle.dumps({"training_set_kwargs": beside, "D": None}, protocol=4)
    body = rest[2:-1]  # without protocol and end
    path = tmp_path / "network.pkl"
    path.write_bytes(raw[:-1] + b"\x8c\x04more" + _without_memo(body) + b"s.")
    made, _ = foreign.load(path)
    assert made.config.c_dim == 3


def _without_memo(body: bytes) -> bytes:
    """A pickle's body with its memo entries beyond those of the pickle it is set into."""
    content = pickle.loads(b"\x80\x04" + body + b".")
    stream = io.BytesIO()
    writer = pickle._Pickler(stream, 3)  # type: ignore[attr-defined]
    writer.fast = True  # no memo at all
    writer.dump(content)
    return stream.getvalue()[2:-1]


# what is refused


class Call:
    """Unpickled by a trusting reader, it calls `what` with `given`."""

    def __init__(self, what: Callable, *given: object) -> None:
        self.what, self.given = what, given

    def __reduce__(self) -> tuple[Callable, tuple]:
        return self.what, self.given


HOSTILE: dict[str, Callable[[Path], Call]] = {
    "os.system": lambda mark: Call(os.system, f"touch {mark}"),
    "builtins.eval": lambda mark: Call(eval, f"open({str(mark)!r}, 'w')"),
    "builtins.exec": lambda mark: Call(exec, f"open({str(mark)!r}, 'w')"),
    "torch.hub": lambda mark: Call(torch.hub.load, str(mark), "x"),
    "torch.load": lambda mark: Call(torch.load, str(mark)),
    "numpy": lambda mark: Call(np.ndarray.tofile, np.zeros(1), str(mark)),
    "getattr": lambda mark: Call(getattr, Path(mark), "touch"),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("form", ["pkl", "zip", "legacy", "G_ema"])
def test_hostile_pickles_never_run(tmp_path: Path, name: str, form: str) -> None:
    mark, path = tmp_path / "it_ran", tmp_path / "evil.pt"
    evil = HOSTILE[name](mark)
    if form == "pkl":
        path.write_bytes(pickle.dumps({"state_dict": evil}, protocol=4))
    elif form == "G_ema":
        path.write_bytes(pickle.dumps(OrderedDict(G=1, G_ema=evil), protocol=2))
    else:
        _saved(path, {"state_dict": {"a": torch.zeros(2)}, "opts": evil}, form == "legacy")
    error = _refused(path)
    assert "was not run" in error.message or "torch.hub" in name
    assert not mark.exists()


def test_the_hostile_pickles_of_these_tests_would_run(tmp_path: Path) -> None:
    mark = tmp_path / "it_ran"
    pickle.loads(pickle.dumps(HOSTILE["os.system"](mark)))
    assert mark.exists()


def test_a_pickle_cannot_alter_its_reader(tmp_path: Path) -> None:
    """BUILD on a stand-in: {} (state with slots) on OrderedDict, as a real attack would."""
    for target in (
        b"ccollections\nOrderedDict\n",
        b"cdnnlib.util\nEasyDict\n",
        b"ctorch\nFloatStorage\n",
    ):
        path = tmp_path / "evil.pkl"
        path.write_bytes(b"\x80\x02" + target + b"N}U\x06_tensorK\x01s\x86b.")
        _refused(path)
    assert foreign.load(reference("stylegan2_ada_64_labels.pkl"))[1]


@pytest.mark.parametrize(
    "raw",
    [
        b"\x80\x04\x8e" + struct.pack("<Q", 10 * 2**30) + b"x.",
        b"\x80\x04\x96" + struct.pack("<Q", 10 * 2**30) + b"x.",
        b"\x80\x04B" + struct.pack("<I", 2**31) + b"x.",
        b"\x80\x04Nr" + struct.pack("<I", 2**31 - 1) + b".",
        b"\x80\x04" + b"(" * 100_000 + b".",
        b"\x80\x04" + b"]" * 200_000,
        b"\x80\x04\x82\x01.",
        b"\x80\x04I" + b"9" * 5000 + b"\n.",
        b"\x80\x04.",
        b"\x80\x7f.",
        b"\x80\x02}U\x01ansU\x05G_emaKs.",
    ],
)
def test_pickles_that_claim_much_or_make_no_sense_are_refused(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "odd.pkl"
    path.write_bytes(raw)
    _refused(path)


def _peak() -> int:
    """Kilobytes of memory this process had at most."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def test_ten_gigabytes_that_are_only_claimed_are_never_allocated(tmp_path: Path) -> None:
    before = _peak()
    wide = torch.zeros(1).expand(50_000, 50_000)
    content = psp_content(small_psp())
    content["state_dict"]["encoder.latlayer1.weight"] = wide
    for is_legacy in (False, True):
        _refused(_saved(tmp_path / "wide.pt", content, is_legacy))
    raw = (_saved(tmp_path / "small.pt", {"g_ema": {"a": torch.zeros(7)}}, True)).read_bytes()
    # the count of the storage, in the program: seven becomes ten thousand million
    count = b"K\x07N"
    assert raw.count(count) == 1
    path = tmp_path / "deep.pt"
    path.write_bytes(raw.replace(count, b"\x8a\x05" + (10**10).to_bytes(5, "little") + b"N"))
    assert "more numbers" in _refused(path).message
    assert _peak() - before < 500_000


def test_zip_bombs_whose_parts_lie_over_each_other_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps({"state_dict": {}}))
        archive.writestr("archive/data/0", bytes(2**20))
        for number in range(1, 1000):  # a thousand million bytes, told of the same million
            again = copy.copy(archive.infolist()[1])
            again.filename = f"archive/data/{number}"
            archive.filelist.append(again)
    assert path.stat().st_size < 2 * 2**20
    assert "over each other" in _refused(path).message


def test_hooks_of_a_module_are_refused_before_anybody_could_call_them(tmp_path: Path) -> None:
    """Nothing in this file calls the function; a module that was built from it would."""
    state = {"_parameters": {}, "_forward_hooks": OrderedDict({0: torch.hub.load})}
    for content in ({"G_ema": state}, {"state_dict": {}, "opts": {"hook": os.system}}):
        path = tmp_path / "hooked.pkl"
        path.write_bytes(pickle.dumps(content, protocol=2))
        said = _refused(path).message
        assert "was not run" in said or "asks for a download" in said


def test_zip_bombs_are_refused_unopened(tmp_path: Path) -> None:
    path = tmp_path / "bomb.pt"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", pickle.dumps({"state_dict": {}}))
        archive.writestr("archive/data/0", bytes(200 * 2**20))
    assert path.stat().st_size < 2**20
    assert "packed" in _refused(path).message


def _blurs(content: dict) -> None:
    content["state_dict"]["decoder.convs.0.conv.blur.kernel"] += 0.01


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (without("encoder.latlayer1.weight"), "latlayer1"),
        (without("decoder.noises.noise_3"), "noise"),
        (holding("encoder.stowaway.weight", torch.zeros(3)), "stowaway"),
        (with_nan("encoder.styles.3.linear.weight"), "not finite"),
        (holding("decoder.convs.1.conv.weight", torch.zeros(1, 16, 16, 5, 5)), "shape"),
        (_blurs, "filters"),
        (saying(encoder_type=ENCODERS["w"]), "holds the tensors of GradualStyleEncoder"),
        (saying(encoder_type="Encoder4Editing"), "another kind"),
        (saying(learn_in_w=True), "one w for all layers"),
        (holding("encoder.latlayer1.weight", "none"), "something else"),
        (averaging(3, 5), "average"),
    ],
)
def test_a_psp_file_that_is_not_whole_is_refused(tmp_path: Path, change: Change, word: str) -> None:
    content = psp_content(small_psp())
    change(content)
    assert word in _refused(_saved(tmp_path / "odd.pt", content)).message


@pytest.mark.parametrize("name", ["lacks", "stowaway", "not finite", "another shape"])
def test_a_generator_that_is_not_whole_is_refused(tmp_path: Path, name: str) -> None:
    state = g_ema(small_generator())
    if name == "lacks":
        del state["convs.3.activate.bias"]
    elif name == "stowaway":
        state["convs.3.stowaway"] = torch.zeros(3)
    elif name == "not finite":
        state["style.2.weight"][1, 1] = float("inf")
    else:
        state["to_rgbs.1.bias"] = torch.zeros(1, 4, 1, 1)
    assert name in _refused(_saved(tmp_path / "odd.pt", {"g_ema": state})).message


@pytest.mark.parametrize("share", [0.0005, 0.3, 0.9, 0.9999])
def test_a_file_cut_short_is_refused(tmp_path: Path, share: float) -> None:
    whole = {
        "zip.pt": _saved(tmp_path / "a", {"g_ema": g_ema(small_generator())}).read_bytes(),
        "old.pt": _saved(tmp_path / "b", {"g_ema": g_ema(small_generator())}, True).read_bytes(),
        "ada.pkl": reference("stylegan2_ada_64_labels.pkl").read_bytes(),
    }
    for name, raw in whole.items():
        path = tmp_path / name
        path.write_bytes(raw[: int(len(raw) * share)])
        _refused(path)


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html><title>Google Drive - Quota exceeded</title>", "web page"),
        (b"PK\x03\x04 and nothing more", "archive"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "no pickle"),
        (pickle.dumps({"weights": [1, 2]}), "none of the models"),
        (pickle.dumps([1, 2]), "none of the models"),
    ],
)
def test_what_is_no_model_is_refused(tmp_path: Path, raw: bytes, word: str) -> None:
    path = tmp_path / "thing.pt"
    path.write_bytes(raw)
    assert word in _refused(path).message


def test_the_first_release_s_tensorflow_pickles_are_named(tmp_path: Path) -> None:
    path = tmp_path / "old.pkl"
    path.write_bytes(b"\x80\x03cdnnlib.tflib.network\nNetwork\n)\x81.")
    assert "TensorFlow" in _refused(path).message
