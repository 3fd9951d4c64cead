"""The small network: what goes in, what comes out, and what a hostile config cannot do."""

from dataclasses import replace

import pytest
import torch
from tiny import TINY

from livesketch.errors import ModelError
from livesketch.models.networks import NETWORKS, compact, module_of


def _inputs(config: compact.Config, count: int = 2) -> tuple[torch.Tensor, ...]:
    maker = torch.Generator().manual_seed(1)
    side = config.img_resolution
    x = torch.rand(count, config.input_channels, side, side, generator=maker)
    z = torch.randn(count, config.z_dim, generator=maker)
    return x, z, torch.full((count,), 0.5)


@pytest.mark.parametrize("size", [128, 256, 512])
def test_a_face_is_as_large_as_its_drawing(size):
    config = replace(TINY, img_resolution=size)
    network = compact.Network(config).eval()
    x, z, faithful = _inputs(config)
    with torch.no_grad():
        assert network(x, z, faithful).shape == (2, 3, size, size)


def test_one_call_is_encode_and_generate():
    network = compact.Network(TINY).eval()
    x, z, faithful = _inputs(TINY)
    with torch.no_grad():
        at_once = network(x, z, faithful)
        in_two = network.generate(network.encode(x), z, faithful)
    assert torch.equal(at_once, in_two)


def test_faces_of_a_batch_do_not_see_each_other():
    network = compact.Network(TINY).eval()
    x, z, faithful = _inputs(TINY)
    with torch.no_grad():
        both = network(x, z, faithful)
        alone = network(x[:1], z[:1], faithful[:1])
    assert torch.allclose(both[:1], alone, atol=1e-5)


def test_who_and_how_faithful_change_the_face():
    torch.manual_seed(0)
    network = compact.Network(TINY).eval()
    x, z, faithful = _inputs(TINY)
    with torch.no_grad():
        face = network(x, z, faithful)
        assert not torch.allclose(face, network(x, z + 1, faithful), atol=1e-4)
        assert not torch.allclose(face, network(x, z, faithful * 0), atol=1e-4)


def test_plausible_faces_do_not_see_fine_features():
    torch.manual_seed(0)
    network = compact.Network(TINY).eval()
    x, z, _ = _inputs(TINY)
    with torch.no_grad():
        code = network.encode(x)
        assert code.spatial is not None
        other = code._replace(spatial=(*code.spatial[:2], code.spatial[2] + 5))
        none, all_of_it = torch.zeros(2), torch.ones(2)
        assert torch.equal(network.generate(code, z, none), network.generate(other, z, none))
        assert not torch.equal(
            network.generate(code, z, all_of_it), network.generate(other, z, all_of_it)
        )


def test_a_larger_network_starts_as_the_smaller_one_enlarged():
    torch.manual_seed(0)
    small = compact.Network(TINY).eval()
    large = compact.Network(replace(TINY, img_resolution=256)).eval()
    fitting = {k: v for k, v in small.state_dict().items() if k != "down.inp.weight"}
    large.load_state_dict(fitting, strict=False)
    x, z, faithful = _inputs(TINY)
    with torch.no_grad():
        code = small.encode(x)
        fine = large.generate(code, z, faithful)
        coarse = small.generate(code, z, faithful)
    enlarged = torch.nn.functional.interpolate(coarse, scale_factor=2, mode="bilinear")
    assert torch.allclose(fine, enlarged, atol=1e-5)


def test_the_style_encoder_reads_any_size():
    encoder = compact.StyleEncoder(TINY).eval()
    with torch.no_grad():
        for side in (128, 256, 512):
            mean, log_var = encoder(torch.rand(2, 3, side, side) * 2 - 1)
            assert mean.shape == log_var.shape == (2, TINY.z_dim)
            assert log_var.min() >= -8
            assert log_var.max() <= 4


@pytest.mark.parametrize(
    "insane",
    [
        {"img_resolution": 2**20},
        {"img_resolution": 255},
        {"img_resolution": True},
        {"img_resolution": None},
        {"z_dim": -1},
        {"z_dim": 10**9},
        {"w_dim": 2.5},
        {"w_dim": "192"},
        {"encoder": [64, 128]},
        {"encoder": [64, 128, 10**7]},
        {"encoder": 64},
        {"decoder": [True, 16, 16]},
        {"head": 47},
        {"detail": [25, 32]},
        {"detail": [24, [32]]},
        {"surprise": 1},
    ],
)
def test_an_insane_config_is_refused_before_anything_is_made(insane):
    with pytest.raises(ModelError):
        compact.config_from(insane)


def test_a_config_that_is_no_config_is_refused():
    for values in (None, 3, "compact", [1, 2]):
        with pytest.raises(ModelError):
            compact.config_from(values)


def test_the_table_knows_its_networks_and_no_others():
    for name in NETWORKS:
        assert hasattr(module_of(name), "Network")
    with pytest.raises(ModelError, match="no network called"):
        module_of("os")


def test_the_shipped_shape_is_small_enough_for_a_laptop():
    network = compact.Network(compact.Config())
    assert sum(p.numel() for p in network.parameters()) < 6e6
    assert _gmac(network) < 1.7


def _gmac(network: torch.nn.Module) -> float:
    """Multiplications of one face, in thousands of millions, counted by hooks on convolutions."""
    counted: list[float] = []

    def count(module, _, out):
        per_pixel = module.weight.numel() if isinstance(module, torch.nn.Conv2d) else 0
        counted.append(per_pixel * out.shape[-1] * out.shape[-2] / 1e9)

    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d):
            module.register_forward_hook(count)
    with torch.no_grad():
        network(torch.rand(1, 1, 256, 256), torch.zeros(1, 64), torch.ones(1))
    return sum(counted)


def test_it_exports_to_openvino_and_plays_the_same(tmp_path):
    openvino = pytest.importorskip("openvino")
    torch.manual_seed(0)
    network = compact.Network(TINY).eval()
    x, z, faithful = _inputs(TINY, 1)
    exported = openvino.convert_model(network, example_input=(x, z, faithful))
    exported.reshape({0: list(x.shape), 1: list(z.shape), 2: [1]})
    hints = {"INFERENCE_PRECISION_HINT": "f32"}
    play = openvino.Core().compile_model(exported, "CPU", hints)
    with torch.no_grad():
        wanted = network(x, z, faithful).numpy()
    assert abs(play([x, z, faithful])[0] - wanted).max() < 1e-3
