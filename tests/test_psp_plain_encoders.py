"""The W and the naive W+ encoder of the pSp paper: published files of them see, play and are refused as they should."""

import json
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from published import (
    SMALL,
    SMALL_PSP,
    Change,
    averaging,
    far,
    holding,
    psp_content,
    saying,
    small_psp,
    with_nan,
    without,
)
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from livesketch import bench
from livesketch.errors import ModelError
from livesketch.models import checkpoint, foreign, weights
from livesketch.models.engine import open_model
from livesketch.models.networks import psp
from livesketch.models.networks.norms import BatchNorm
from livesketch.models.pixels import picture_from
from livesketch.models.runtimes.arithmetic import gmac

BODY = (
    32,
    16,
    24,
    16,
)  # widths that differ: some blocks have a shortcut of their own, some have not
STRIDES = [2 if k in (0, 3, 7, 21) else 1 for k in range(24)]
KINDS = ("w", "wplus")


def small(kind: str) -> psp.Network:
    network = small_psp(replace(SMALL_PSP, body=BODY, encoder=kind))
    for module in network.encoder.modules():
        if isinstance(module, BatchNorm):
            module.weight.add_(1)  # as a trained one: what is drawn gets through to the end
    return network


def saved(path: Path, content: dict) -> Path:
    torch.save(content, path)
    return path


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return request.param


def drawing() -> np.ndarray:
    made = np.ones((256, 256), np.float32)
    made[90:120, 50:200] = 0
    return made


# the published arithmetic once more, in float64, from the names in the file alone


def norm(state: dict[str, Tensor], name: str, x: Tensor) -> Tensor:
    at = (1, -1, 1, 1)
    mean, var = (state[f"{name}.running_{what}"].reshape(at) for what in ("mean", "var"))
    scale, shift = (state[f"{name}.{what}"].reshape(at) for what in ("weight", "bias"))
    return (x - mean) / (var + 1e-5).sqrt() * scale + shift


def prelu(x: Tensor, slope: Tensor) -> Tensor:
    return torch.where(x > 0, x, x * slope.reshape(1, -1, 1, 1))


def last_map(state: dict[str, Tensor], x: Tensor) -> Tensor:
    x = F.conv2d(x, state["input_layer.0.weight"], padding=1)
    x = prelu(norm(state, "input_layer.1", x), state["input_layer.2.weight"])
    for k, stride in enumerate(STRIDES):
        at = f"body.{k}.res_layer"
        y = F.conv2d(norm(state, f"{at}.0", x), state[f"{at}.1.weight"], padding=1)
        y = prelu(y, state[f"{at}.2.weight"])
        y = norm(state, f"{at}.4", F.conv2d(y, state[f"{at}.3.weight"], None, stride, 1))
        share = torch.einsum("nchw->nc", y) / (y.shape[2] * y.shape[3])
        share = (share @ state[f"{at}.5.fc1.weight"][:, :, 0, 0].T).clamp(min=0)
        share = share @ state[f"{at}.5.fc2.weight"][:, :, 0, 0].T
        y = y / (1 + torch.exp(-share))[:, :, None, None]
        short = f"body.{k}.shortcut_layer"
        if f"{short}.0.weight" in state:
            x = norm(state, f"{short}.1", F.conv2d(x, state[f"{short}.0.weight"], None, stride))
        else:
            x = F.max_pool2d(x, 1, stride)
        x = x + y
    return x


def cells(x: Tensor) -> Tensor:
    """Averages in 7 x 7 cells, which overlap by a row where 7 does not divide the side."""
    n = x.shape[2]
    spans = [slice(k * n // 7, -(-(k + 1) * n // 7)) for k in range(7)]
    rows = [torch.stack([x[:, :, a, b].mean((2, 3)) for b in spans], -1) for a in spans]
    return torch.stack(rows, -2)


def plain(content: dict, x: Tensor) -> Tensor:
    """What the published file says its latents are: (N, num_ws, w_dim)."""
    state = {
        name.removeprefix("encoder."): value.double()
        for name, value in content["state_dict"].items()
        if name.startswith("encoder.")
    }
    seen = last_map(state, x.double())
    if "output_layer_2.3.weight" in state:
        seen = cells(norm(state, "output_layer_2.0", seen)).flatten(1)
        seen = seen @ state["output_layer_2.3.weight"].T + state["output_layer_2.3.bias"]
    else:
        seen = seen.sum((2, 3)) / 256
    w = seen @ state["linear.weight"].T / seen.shape[1] ** 0.5 + state["linear.bias"]
    return w.reshape(len(x), -1, SMALL.w_dim) + content["latent_avg"].double()


@pytest.mark.parametrize("has_options", [True, False], ids=["options", "names alone"])
def test_a_published_file_sees_what_its_tensors_say(
    tmp_path: Path, kind: str, has_options: bool
) -> None:
    content = psp_content(small(kind))
    blank = np.ones((256, 256), np.float32)
    x = torch.from_numpy(np.stack([drawing(), blank]))[:, None]
    wanted = plain(content, x)
    wanted = wanted.expand(-1, SMALL.num_ws, -1)
    if not has_options:
        del content["opts"]
    path = saved(tmp_path / "face.pt", content)
    held, words = foreign.load(path)
    assert ("the paper's W)" if kind == "w" else "naive W+") in words
    foreign.save(held, tmp_path / "face.safetensors", held.metadata)
    again = checkpoint.load(tmp_path / "face.safetensors")
    assert again.config == held.config
    for network in (held.network, again.network):
        assert isinstance(network, psp.Network)
        assert network.config.encoder == kind
        with torch.inference_mode():
            ws = network.encode(x)
        assert far(ws.numpy(), wanted.numpy()) < 1e-5
        assert far(ws[0].numpy(), ws[1].numpy()) > 0.01  # it looks at the drawing
        different = len({tuple(w.tolist()) for w in ws[0]})
        assert different == (1 if kind == "w" else SMALL.num_ws)


def test_a_file_that_does_not_start_at_the_average_has_none_added(tmp_path: Path) -> None:
    content = psp_content(small("w"))
    content["opts"]["start_from_latent_avg"] = False
    held, _ = foreign.load(saved(tmp_path / "face.pt", content))
    assert isinstance(held.network, psp.Network)
    assert not held.network.latent_avg.any()


def test_files_from_before_there_were_other_encoders_load_unchanged(tmp_path: Path) -> None:
    network, path = small_psp(), tmp_path / "old.safetensors"
    checkpoint.save(path, "psp", network, None, {"task": "sketch"}, torch.float32)
    with safe_open(path, framework="pt") as file:
        said = dict(file.metadata())
    config = json.loads(said["config"])
    assert config.pop("encoder") == "gradual"
    save_file(load_file(path), path, said | {"config": json.dumps(config)})
    loaded = checkpoint.load(path)
    assert loaded.config == network.config
    state = loaded.network.state_dict()
    assert all(torch.equal(state[name], value) for name, value in network.state_dict().items())


@pytest.mark.parametrize("encoder", ["", "W", None, 1, ["w"], {"w": 1}])
def test_a_config_with_an_encoder_that_is_not_known_is_refused(encoder: object) -> None:
    with pytest.raises(ModelError, match="encoder that is not known"):
        psp.config_from({"generator": {}, "encoder": encoder})


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (without("encoder.linear.bias"), "lacks encoder.linear.bias"),
        (
            holding("encoder.latlayer1.weight", torch.zeros(16, 24, 1, 1)),
            "holds encoder.latlayer1.weight",
        ),
        (holding("encoder.linear.weight", torch.zeros(512, 16)), "linear.weight in another shape"),
        (holding("encoder.linear.weight", torch.zeros(16, 8)), "linear.weight in another shape"),
        (with_nan("encoder.linear.weight"), "not finite"),
        (
            saying(encoder_type="GradualStyleEncoder", learn_in_w=False),
            "says that its encoder is GradualStyleEncoder, but holds the tensors of",
        ),
        (averaging(3, 16), "average latents that do not fit"),
    ],
)
def test_a_file_that_is_not_whole_is_refused_in_a_sentence(
    tmp_path: Path, kind: str, change: Change, word: str
) -> None:
    content = psp_content(small(kind))
    change(content)
    with pytest.raises(ModelError, match=r"odd\.pt") as caught:
        foreign.load(saved(tmp_path / "odd.pt", content))
    assert word in caught.value.message
    assert caught.value.message.endswith(".")
    assert caught.value.hint


def test_cells_of_the_naive_encoder_are_looked_at_one_by_one(tmp_path: Path) -> None:
    content = psp_content(small("wplus"))
    content["state_dict"]["encoder.output_layer_2.3.weight"] = torch.zeros(16, 16 * 9)
    with pytest.raises(ModelError, match=r"output_layer_2\.3\.weight in another shape"):
        foreign.load(saved(tmp_path / "odd.pt", content))


# at play


def test_it_is_brought_in_and_plays_as_drawn(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIVESKETCH_HOME", str(tmp_path / "home"))
    network = small(kind)
    path = saved(tmp_path / "other.pt", psp_content(network))
    info = weights.add(path)
    assert (info.task, info.network, info.resolution) == ("sketch", "psp", 64)
    model = open_model("other", "cpu", "torch")
    with torch.inference_mode():
        wanted = network.encode(torch.from_numpy(drawing())[None, None])[0].numpy()
    assert far(model.encode(drawing()[None]), wanted) < 1e-5
    ws = model.steered(drawing(), 3)
    face = model.face(drawing(), 3)
    assert np.array_equal(face, model.painted(ws))
    exact = picture_from(model.generate(ws))
    assert np.abs(face.astype(int) - exact).mean() < 4
    assert not np.array_equal(face, model.face(np.ones((256, 256), np.float32), 3))


@pytest.mark.skipif(find_spec("openvino") is None, reason="OpenVINO is not installed")
def test_openvino_sees_and_paints_the_same(tmp_path: Path, kind: str) -> None:
    from livesketch.models.runtimes.wplus_openvino import Compiled

    network = small(kind)
    x = drawing()[None]
    with torch.inference_mode():
        wanted = network.encode(torch.from_numpy(x)[None])[0].numpy()
        image = network(torch.from_numpy(x)[None])[0].numpy()
    compiled = Compiled(network, "f32")
    assert far(compiled.latents(x), wanted) < 1e-4
    assert far(compiled.image(wanted), image) < 1e-4
    model = open_model(str(saved(tmp_path / "face.pt", psp_content(network))), runtime="openvino")
    assert model.runtime == "openvino"
    assert model.face(drawing(), 3).shape == (64, 64, 3)


def test_the_bench_tells_its_parts(tmp_path: Path, kind: str) -> None:
    path = saved(tmp_path / "face.pt", psp_content(small(kind)))
    figures = bench.run(bench.BenchOptions(str(path), "torch", seconds=0.3))
    assert figures["steps_ms"]["encoder"] > 0
    assert figures["gmac"] > 0


def test_the_paper_s_plain_encoders_take_less_arithmetic_than_its_own() -> None:
    own, w, naive = (gmac(psp.Config(encoder=kind))["encoder"] for kind in psp.ENCODERS)
    assert w < naive < own
