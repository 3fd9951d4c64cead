"""pix2pix's published generators load, paint what they painted where they were trained, and play."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from unet import State, computed, published

from livesketch import cli, open_model
from livesketch.errors import ModelError
from livesketch.frames import Look
from livesketch.models import checkpoint, foreign, weights
from livesketch.models.networks import pix2pix

EITHER = pytest.mark.parametrize("norm", ["instance", "batch"])


def _saved(path: Path, content: object, is_legacy: bool = False) -> Path:
    torch.save(content, path, _use_new_zipfile_serialization=not is_legacy)
    return path


def _far(one: torch.Tensor, other: torch.Tensor) -> float:
    assert one.shape == other.shape
    return (one - other).abs().max().item()


def _drawings(side: int = 32, count: int = 2) -> torch.Tensor:
    return torch.rand(count, 1, side, side, generator=torch.Generator().manual_seed(5))


def _painted(network: torch.nn.Module, x: torch.Tensor) -> torch.Tensor:
    with torch.inference_mode():
        return network(x, torch.zeros(len(x), 1), torch.zeros(len(x), 10))


def _sketch() -> np.ndarray:
    sketch = np.ones((64, 64), np.float32)
    sketch[20:24, 10:50] = 0
    return sketch


# what is read


@EITHER
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("downs", [5, 6, 7])
def test_a_published_generator_paints_what_the_paper_says(
    tmp_path: Path, norm: str, channels: int, downs: int
) -> None:
    state = published(norm, downs, channels=channels)
    held, words = foreign.load(_saved(tmp_path / "latest_net_G.pth", state))
    side = 2**downs
    many = f"{channels} input channel{'s' if channels == 3 else ''}"
    assert words == f"pix2pix, a U-Net generator, {norm} normalisation, {many}, {side}×{side}"
    assert (held.network_name, held.task) == ("pix2pix", "sketch")
    x = _drawings(side)
    wanted = computed(state, (x * 2 - 1).repeat(1, channels, 1, 1))
    assert wanted.std() > 0.1
    assert _far(_painted(held.network, x), wanted) < 1e-4


@EITHER
@pytest.mark.parametrize("is_legacy", [False, True], ids=["zip", "legacy"])
def test_the_size_of_the_paper_loads_from_both_containers(
    tmp_path: Path, norm: str, is_legacy: bool
) -> None:
    state = published(norm, downs=8, ngf=2)
    held, _ = foreign.load(_saved(tmp_path / "latest_net_G.pth", state, is_legacy))
    assert held.config.img_resolution == 256
    x = _drawings(256, 1)
    assert _far(_painted(held.network, x), computed(state, x * 2 - 1)) < 1e-4


def test_by_default_the_network_is_that_of_the_paper() -> None:
    with torch.device("meta"):
        network = pix2pix.Network(pix2pix.Config(norm="batch", input_nc=3))
    ours = sorted(tuple(t.shape) for t in network.state_dict().values())
    wanted = published("batch", downs=8, ngf=64, channels=3)
    theirs = [tuple(t.shape) for n, t in wanted.items() if not n.endswith("batches_tracked")]
    assert ours == sorted(theirs)
    assert sum(p.numel() for p in network.parameters()) == 54_413_955


def test_names_of_a_training_on_several_cards_are_the_same_model(tmp_path: Path) -> None:
    state = published("instance")
    parallel = {f"module.{name}": tensor for name, tensor in state.items()}
    held, _ = foreign.load(_saved(tmp_path / "a.pth", parallel))
    x = _drawings()
    assert _far(_painted(held.network, x), computed(state, x * 2 - 1)) < 1e-4


def test_statistics_that_old_releases_kept_of_instances_are_left_out(tmp_path: Path) -> None:
    state = published("instance")
    old = dict(state)
    for name, count in (("1.model.2", 4), ("1.model.6", 2)):
        old[f"model.model.{name}.running_mean"] = torch.ones(count)
        old[f"model.model.{name}.running_var"] = torch.ones(count)
    held, words = foreign.load(_saved(tmp_path / "old.pth", old))
    assert "instance" in words
    x = _drawings()
    assert _far(_painted(held.network, x), computed(state, x * 2 - 1)) < 1e-4


# how it plays


@EITHER
def test_an_added_generator_keeps_every_number_and_plays(
    tmp_path: Path, norm: str, caplog: pytest.LogCaptureFixture
) -> None:
    file = _saved(tmp_path / "latest_net_G.pth", published(norm))
    info = weights.add(file, "rival")
    assert info.trained_on.startswith("pix2pix, a U-Net generator")
    assert (info.network, info.task, info.resolution) == ("pix2pix", "sketch", 32)
    assert "commercial" in info.terms
    held, wanted = checkpoint.load(info.path), foreign.load(file)[0]
    for name, tensor in wanted.network.state_dict().items():
        assert torch.equal(held.network.state_dict()[name], tensor)
    faces = []
    for name in ("rival", str(file), str(info.path)):
        model = open_model(name, device="cpu")
        assert (model.kind, model.runtime, model.resolution) == ("pix2pix", "torch", 32)
        faces.append(model.face(_sketch()))
    assert faces[0].shape == (32, 32, 3)
    assert faces[0].std() > 5
    assert np.array_equal(faces[0], faces[1])
    assert np.array_equal(faces[0], faces[2])
    assert not [r for r in caplog.records if r.levelname == "WARNING"]


def test_it_follows_lines_and_knows_no_looks(tmp_path: Path) -> None:
    model = open_model(str(_saved(tmp_path / "g.pth", published("instance"))))
    face = model.face(_sketch(), 1)
    assert np.array_equal(model.face(_sketch(), 2, {"faithful": 1.0}), face)
    assert not np.array_equal(model.face(np.ones((64, 64), np.float32), 1), face)
    assert np.array_equal(model.face(_sketch(), Look(seed=7)), face)


def test_roads_it_does_not_have_are_one_sentence(tmp_path: Path) -> None:
    file = _saved(tmp_path / "g.pth", published("instance"))
    path = str(weights.add(file).path)
    model = open_model(path)
    with pytest.raises(ModelError, match="no W\\+ road"):
        model.encode(np.zeros((1, 32, 32), np.float32))
    with pytest.raises(ModelError, match="cannot take a look"):
        model.look_of(np.zeros((64, 64, 3), np.uint8))
    for name in (path, str(file)):
        with pytest.raises(ModelError) as caught:
            open_model(name, runtime="openvino")
        assert caught.value.hint == "Choose the runtime torch."


def test_its_speed_is_measured_like_any_other(tmp_path: Path) -> None:
    info = weights.add(_saved(tmp_path / "g.pth", published("batch")))
    assert open_model(info.name).eager_ms() > 0


def test_the_command_line_says_what_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = _saved(tmp_path / "latest_net_G.pth", published("batch"))
    assert cli.run(["weights", "add", str(file), "--name", "rival"]) == 0
    assert "rival is here now" in capsys.readouterr().out
    assert cli.run(["models"]) == 0
    assert "pix2pix, a U-Net generator, batch normalisation" in capsys.readouterr().out


# what is refused


def _lacks(state: State) -> None:
    del state["model.model.1.model.1.weight"]


def _lacks_bias(state: State) -> None:
    del state["model.model.1.model.3.model.1.bias"]


def _ends_early(state: State) -> None:
    for name in [n for n in state if n.count("model.") > 4]:
        del state[name]


def _has_more(state: State) -> None:
    state["model.model.9.weight"] = torch.zeros(3)


def _is_nan(state: State) -> None:
    state["model.model.1.model.3.model.1.weight"][0, 0, 0, 0] = float("nan")


def _is_other(state: State) -> None:
    state["model.model.1.model.1.weight"] = torch.zeros(4, 2, 3, 3)


def _is_flat(state: State) -> None:
    state["model.model.0.weight"] = torch.zeros(7)


def _is_text(state: State) -> None:
    state["model.model.3.bias"] = "none"  # type: ignore[assignment]


def _is_endless(state: State) -> None:
    inside = "model.model.1."
    for _ in range(40):
        state[f"{inside}model.1.weight"] = torch.zeros(2, 2, 4, 4)
        inside += "model.3."


def _is_wide(state: State) -> None:
    state["model.model.0.weight"] = torch.zeros(1).expand(10**6, 1, 4, 4)


def _is_huge(state: State) -> None:
    state["model.model.1.model.1.weight"] = torch.zeros(1).expand(10**5, 10**5, 4, 4)


REFUSED = [
    (_lacks, "lacks"),
    (_lacks_bias, "lacks"),
    (_ends_early, "downs"),
    (_has_more, "does not have"),
    (_is_nan, "not finite"),
    (_is_other, "shape"),
    (_is_flat, "shape"),
    (_is_text, "something else"),
    (_is_endless, "downs"),
    (_is_wide, "ngf"),
    (_is_huge, "shape"),
]


@pytest.mark.parametrize(("change", "word"), REFUSED)
def test_a_file_that_is_not_whole_is_refused(
    tmp_path: Path, change: Callable[[State], None], word: str
) -> None:
    state = published("instance")
    change(state)
    path = _saved(tmp_path / "odd.pth", state)
    with pytest.raises(ModelError, match=word) as caught:
        weights.add(path)
    assert "odd.pth" in caught.value.message
    assert "\n" not in str(caught.value)
    assert caught.value.hint


def test_a_variance_below_zero_is_refused(tmp_path: Path) -> None:
    state = published("batch")
    state["model.model.1.model.2.running_var"][1] = -1
    with pytest.raises(ModelError, match="variance"):
        foreign.load(_saved(tmp_path / "odd.pth", state))


@pytest.mark.parametrize(("channels", "painted"), [(3, 1), (7, 3), (1, 2)])
def test_a_generator_of_other_pictures_is_named(
    tmp_path: Path, channels: int, painted: int
) -> None:
    state = published("instance", channels=channels, painted=painted)
    with pytest.raises(ModelError, match="channels"):
        foreign.load(_saved(tmp_path / "odd.pth", state))


@pytest.mark.parametrize("share", [0.001, 0.4, 0.9, 0.999])
@pytest.mark.parametrize("is_legacy", [False, True], ids=["zip", "legacy"])
def test_a_file_cut_short_is_refused(tmp_path: Path, share: float, is_legacy: bool) -> None:
    path = _saved(tmp_path / "latest_net_G.pth", published("instance"), is_legacy)
    raw = path.read_bytes()
    path.write_bytes(raw[: int(len(raw) * share)])
    with pytest.raises(ModelError) as caught:
        foreign.load(path)
    assert "\n" not in str(caught.value)


def test_a_converted_file_cut_short_or_spoiled_is_refused(tmp_path: Path) -> None:
    path = weights.add(_saved(tmp_path / "g.pth", published("instance"))).path
    raw = path.read_bytes()
    cut = tmp_path / "cut.safetensors"
    for share in (0.01, 0.5, 0.999):
        cut.write_bytes(raw[: int(len(raw) * share)])
        with pytest.raises(ModelError):
            open_model(str(cut))
    held = checkpoint.load(path)
    held.network.up[0].bias.fill_(float("nan"))  # type: ignore[index]
    foreign.save(held, cut, held.metadata)
    with pytest.raises(ModelError, match="not finite"):
        weights.check(cut)


SMALL = pix2pix.Config(img_resolution=32, input_size=32, ngf=2, downs=5)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"ngf": 10**9}, "ngf"),
        ({"ngf": True}, "ngf"),
        ({"ngf": "64"}, "ngf"),
        ({"downs": 30}, "downs"),
        ({"downs": 7}, "halvings"),
        ({"img_resolution": 512}, "halvings"),
        ({"input_nc": 0}, "input_nc"),
        ({"input_channels": 3}, "input_channels"),
        ({"z_dim": 10**9}, "z_dim"),
        ({"norm": "layer"}, "layer"),
        ({"norm": ["batch"]}, "normalised"),
        ({"depth": 1}, "fields"),
    ],
)
def test_a_config_that_cannot_be_is_refused(given: dict, word: str) -> None:
    with pytest.raises(ModelError, match=word):
        pix2pix.config_from(given)
    if word != "fields":
        with pytest.raises(ModelError):
            pix2pix.Network(replace(pix2pix.Config(), **given))


def test_only_training_drops_maps_at_random() -> None:
    torch.manual_seed(0)
    network = pix2pix.Network(replace(SMALL, img_resolution=64, input_size=64, downs=6))
    x = _drawings(64)
    assert _far(_painted(network.eval(), x), _painted(network, x)) == 0
    network.train()
    assert _far(_painted(network, x), _painted(network, x)) > 0
