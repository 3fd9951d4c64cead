"""pixel2style2pixel sees and paints what the published code saw and painted."""

import gc

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from published import SMALL, TOLERANCE, far, psp_file, reference, small_psp

from livesketch.errors import ModelError
from livesketch.models import foreign
from livesketch.models.networks import psp


@pytest.mark.parametrize(
    "form",
    [
        "seg_256",
        pytest.param("sketch_1024", marks=pytest.mark.long),
        pytest.param("rgb_512", marks=pytest.mark.long),
    ],
)
def test_published_forms_see_and_paint_what_they_did(form: str) -> None:
    wanted = np.load(reference(f"psp_{form}.npz"))
    content = psp_file(form)
    found = foreign.recognised(content)
    content.clear()
    network = foreign.filled(found)
    del found
    assert isinstance(network, psp.Network)
    with torch.inference_mode():
        ws = network.encode(torch.from_numpy(wanted["input"]))
        assert far(ws.numpy(), wanted["latents"]) < TOLERANCE
        picture = network.generator(ws)
    side = picture.shape[-1]
    middle = slice(side // 2 - 32, side // 2 + 32)
    assert far(picture[..., middle, middle].numpy(), wanted["image_full_centre_64"]) < TOLERANCE
    small = F.adaptive_avg_pool2d(picture, 256)
    assert far(small.numpy(), wanted["image_256"]) < TOLERANCE
    del network
    gc.collect()


def test_every_layer_of_the_generator_gets_its_own_latents() -> None:
    network = small_psp()
    with torch.inference_mode():
        ws = network.encode(torch.rand(2, 1, 256, 256))
    assert ws.shape == (2, SMALL.num_ws, SMALL.w_dim)
    assert len({tuple(row.tolist()) for row in ws[0]}) == SMALL.num_ws
    assert far(ws[0].numpy(), ws[1].numpy()) > 1e-4


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"input_channels": 0}, "input_channels"),
        ({"body": [64, 128, 256, 10**9]}, "body"),
        ({"body": [64, 128, 256]}, "body"),
        ({"body": [64, 128, 256, 256]}, "differ"),
        ({"img_resolution": 512}, "two picture sizes"),
        ({"generator": {"img_resolution": 7}}, "size"),
        ({"generator": None}, "fields"),
        ({"opts": 1}, "fields"),
    ],
)
def test_a_config_that_cannot_be_is_refused(given: dict, word: str) -> None:
    with pytest.raises(ModelError, match=word):
        psp.config_from({"generator": {}} | given)
