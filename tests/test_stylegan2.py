"""StyleGAN2 generators paint what the published code painted."""

import math

import numpy as np
import pytest
import torch
from published import SMALL, TOLERANCE, far, reference, small_generator, varied

from livesketch.errors import ModelError
from livesketch.models import foreign
from livesketch.models.networks import stylegan2

PUBLISHED = ("stylegan2_ada_64", "stylegan2_ada_64_labels", "stylegan2_ada_128_fp16")


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_generators_paint_what_they_painted(name: str) -> None:
    wanted = np.load(reference(f"{name}.npz"))
    network = foreign.load(reference(f"{name}.pkl"))[0].network
    assert isinstance(network, stylegan2.Network)
    labels = torch.from_numpy(wanted["c"]) if wanted["c"].shape[1] else None
    with torch.inference_mode():
        ws = network.latents(torch.from_numpy(wanted["z"]), labels, float(wanted["truncation_psi"]))
        assert far(ws.numpy(), wanted["w"]) < TOLERANCE
        for key, has_noise in (("image_const_noise", True), ("image_no_noise", False)):
            assert far(network(ws, has_noise).numpy(), wanted[key]) < TOLERANCE
            # batch one takes another way through the convolutions
            alone = network(ws[:1], has_noise).numpy()
            assert far(alone, wanted[key][:1]) < TOLERANCE


def test_latents_follow_the_papers_mapping() -> None:
    """Plain arithmetic beside it: the reference's own latents are all near the average."""
    config = stylegan2.Config(
        img_resolution=32, channels=(8, 8, 8, 8), z_dim=6, w_dim=10, c_dim=3, mapping_layers=2
    )
    network = stylegan2.Network(config)
    varied(network, seed=3)
    z, c = torch.randn(4, 6), torch.eye(4, 3)
    state = {k: v.double().numpy() for k, v in network.mapping.state_dict().items()}

    def unit(x: np.ndarray) -> np.ndarray:
        return x / np.sqrt((x**2).mean(1, keepdims=True) + 1e-8)

    label = c.numpy() @ state["embed.weight"].T / math.sqrt(3) + state["embed.bias"]
    x = np.concatenate([unit(z.double().numpy()), unit(label)], 1)
    for k in range(2):
        weight, bias = state[f"layers.{k}.weight"], state[f"layers.{k}.bias"]
        x = x @ weight.T * (0.01 / math.sqrt(weight.shape[1])) + bias * 0.01
        x = np.where(x > 0, x, 0.2 * x) * math.sqrt(2)
    for truncation in (1.0, 0.7, 0.0):
        wanted = state["w_avg"] + truncation * (x - state["w_avg"])
        made = network.latents(z, c, truncation)
        assert made.shape == (4, 8, 10)
        assert far(made[:, 5].double().numpy(), wanted) < 1e-5
    assert np.abs(x[0] - x[1]).max() > 0.1


def test_a_generator_with_labels_asks_for_one() -> None:
    network = stylegan2.Network(stylegan2.Config(32, (8, 8, 8, 8), 8, 8, c_dim=2))
    with pytest.raises(ModelError, match="label"):
        network.latents(torch.zeros(1, 8))


def test_one_picture_alone_is_the_same_as_among_others() -> None:
    network = small_generator()
    ws = network.latents(torch.randn(3, SMALL.z_dim))
    with torch.inference_mode():
        among, alone = network(ws), network(ws[1:2])
    assert far(alone.numpy(), among[1:2].numpy()) < 1e-4
    assert far(among[:1].numpy(), among[1:2].numpy()) > 0.05


def test_every_layer_is_steered_by_its_own_latents() -> None:
    network = small_generator()
    ws = network.latents(torch.randn(1, SMALL.z_dim)).clone()
    with torch.inference_mode():
        before = network(ws)
        for k in range(SMALL.num_ws):
            changed = ws.clone()
            changed[:, k] += 1
            assert not torch.allclose(network(changed), before, atol=1e-3)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"img_resolution": 2**20}, "size"),
        ({"channels": [512] * 4}, "channels"),
        ({"channels": [10**9] * 9}, "channels"),
        ({"w_dim": True}, "w_dim"),
        ({"mapping_layers": 10**6}, "mapping_layers"),
        ({"clamp": float("nan")}, "clamp"),
        ({"hooks": 1}, "fields"),
    ],
)
def test_a_config_that_cannot_be_is_refused(given: dict, word: str) -> None:
    with pytest.raises(ModelError, match=word):
        stylegan2.config_from(given)
