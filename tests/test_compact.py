"""The small network: what goes in, what comes out, and what a hostile config cannot do."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from tiny import TINY, tiny_network

from livesketch.errors import ModelError
from livesketch.models.knobs import AGE, DIRECTIONS, KNOBS
from livesketch.models.networks import NETWORKS, compact, module_of
from livesketch.models.networks.face_lines import MAPS, POINTS
from livesketch.models.networks.painter import Detail


def _inputs(config: compact.Config, count: int = 2) -> tuple[torch.Tensor, ...]:
    maker = torch.Generator().manual_seed(1)
    side = config.input_size
    x = torch.rand(count, config.input_channels, side, side, generator=maker)
    z = torch.randn(count, config.z_dim, generator=maker)
    return x, z, torch.full((count, len(KNOBS)), 0.5)


@pytest.mark.parametrize("size", [128, 256, 512])
def test_a_face_is_as_large_as_the_config_says(size):
    config = replace(TINY, img_resolution=size)
    with torch.no_grad():
        assert tiny_network(config)(*_inputs(config)).shape == (2, 3, size, size)


@pytest.mark.parametrize(("channels", "side"), [(1, 256), (19, 64), (3, 64), (3, 128)])
def test_what_is_read_may_be_a_drawing_a_mask_or_a_photo(channels, side):
    config = replace(TINY, input_channels=channels, input_size=side)
    with torch.no_grad():
        assert tiny_network(config)(*_inputs(config)).shape == (2, 3, 128, 128)


def test_people_with_hair_of_their_own_play():
    config = replace(TINY, worn=3)
    with torch.no_grad():
        assert tiny_network(config)(*_inputs(config)).shape == (2, 3, 128, 128)


def test_before_it_learns_detail_a_face_is_the_smaller_one_enlarged_smoothly():
    torch.manual_seed(1)
    features, face = torch.randn(1, 8, 64, 64), torch.randn(1, 3, 128, 128)
    with torch.no_grad():
        large = Detail(8, (4, 4), 1)(features, face)
    smooth = F.interpolate(face, scale_factor=2.0, mode="bilinear", align_corners=False)
    assert torch.allclose(large, smooth, atol=1e-5)


def test_one_call_is_read_settle_paint():
    network = tiny_network()
    x, z, knobs = _inputs(TINY)
    with torch.no_grad():
        points, logits, hull = network.reader(x)
        maps, regions, who, at = network.settle(points, logits, hull, z, knobs)
        face, age = network.painter(maps, regions, who), knobs[:, AGE : AGE + 1]
        assert network.ageing is not None
        assert torch.equal(network(x, z, knobs), network.ageing(face, at, regions, who, age))
    assert points.shape == (2, len(POINTS), 2)
    assert logits.shape == regions.shape == (2, TINY.regions, 32, 32)
    assert maps.shape == (2, len(MAPS), 64, 64)
    assert at.shape == (2, 32 * 32, 2)
    assert torch.allclose(regions.sum(1), torch.ones(2, 32, 32), atol=1e-5)


def test_faces_of_a_batch_do_not_see_each_other():
    network = tiny_network()
    x, z, knobs = _inputs(TINY)
    with torch.no_grad():
        both = network(x, z, knobs)
        alone = network(x[:1], z[:1], knobs[:1])
    assert torch.allclose(both[:1], alone, atol=1e-5)


def test_who_is_shown_and_every_knob_change_the_face():
    network = tiny_network()
    x, z, knobs = _inputs(TINY)
    z = z + 3 * network.settle.hard  # nobody whom a studio leaves as they are
    with torch.no_grad():
        face = network(x, z, knobs)
        assert not torch.allclose(face, network(x, z + 1, knobs), atol=1e-4)
        for k, name in enumerate(KNOBS):
            turned = knobs.clone()
            turned[:, k] = -0.5 if name in (*DIRECTIONS, "age") else 0.0
            assert not torch.allclose(face, network(x, z, turned), atol=1e-4), name


def test_a_larger_network_starts_as_the_smaller_one_enlarged():
    small = tiny_network().painter
    large = tiny_network(replace(TINY, img_resolution=256), seed=1).painter
    large.load_state_dict(small.state_dict(), strict=False)
    maps, regions = torch.rand(2, len(MAPS), 64, 64), torch.rand(2, TINY.regions, 32, 32)
    z = torch.randn(2, TINY.z_dim)
    with torch.no_grad():
        coarse, fine = small(maps, regions, z), large(maps, regions, z)
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
        {"encoder": [64, 64, 128, 10**7]},
        {"encoder": 64},
        {"reader": [64, 96, 160]},
        {"reader": [0, 96, 160, 192]},
        {"regions": 10**6},
        {"shapes": 0},
        {"shapes": None},
        {"input_size": 2**20},
        {"input_size": 100},
        {"input_size": 256.0},
        {"input_channels": 0},
        {"decoder": [True, 16, 16]},
        {"head": 47},
        {"detail": [25, 32]},
        {"detail": [24, 32, 32]},
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
    assert sum(p.numel() for p in network.parameters()) < 9e6
    assert _gmac(network) < 1.7


def _gmac(network: compact.Network) -> float:
    """Multiplications of one face, in thousands of millions, counted by hooks on convolutions."""
    counted: list[float] = []

    def count(module, _, out):
        per_pixel = module.weight.numel() if isinstance(module, torch.nn.Conv2d) else 0
        counted.append(per_pixel * out.shape[-1] * out.shape[-2] / 1e9)

    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d):
            module.register_forward_hook(count)
    with torch.no_grad():
        network(*_inputs(network.config, 1))
    return sum(counted)


@pytest.mark.parametrize("worn", [0, 3])
def test_it_exports_to_openvino_and_plays_the_same(worn):
    openvino = pytest.importorskip("openvino")
    network = tiny_network(replace(TINY, worn=worn))
    given = _inputs(TINY, 1)
    exported = openvino.convert_model(network, example_input=given)
    exported.reshape({k: list(tensor.shape) for k, tensor in enumerate(given)})
    hints = {"INFERENCE_PRECISION_HINT": "f32"}
    play = openvino.Core().compile_model(exported, "CPU", hints)
    with torch.no_grad():
        wanted = network(*given).numpy()
    assert abs(play(list(given))[0] - wanted).max() < 1e-3
