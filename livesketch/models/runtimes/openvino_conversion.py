"""Turns a weights file into the form that OpenVINO reads, once; the only part of that road that needs torch.

One file for each step of the compact network: reading and painting may run in half precision, what
lies between them are places, and a place in half precision is off by a pixel.
"""

import warnings
from pathlib import Path
from typing import cast

import openvino
import torch
from openvino.frontend import FrontEndManager
from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder
from torch import Tensor, nn

from livesketch.models import checkpoint
from livesketch.models.blend import MOST
from livesketch.models.knobs import KNOBS
from livesketch.models.networks import compact
from livesketch.models.networks.played import Played, PlayedAgeing, PlayedFiner
from livesketch.models.pixels import STYLE_SIZE


def convert(weights: Path, folder: Path) -> None:
    """Write read.xml, settle.xml, paint.xml and, where the file has them, age.xml, finer.xml and style.xml (each with its .bin).

    The weights are checked on the way: ModelError. What OpenVINO cannot take: RuntimeError.
    """
    held = checkpoint.load(weights)
    config, network = held.config, cast(compact.Network, held.network)
    side, result = config.input_size, config.img_resolution
    drawing = torch.ones(1, config.input_channels, side, side)
    code, knobs = torch.zeros(1, MOST, config.z_dim + 1), torch.zeros(1, len(KNOBS))
    with torch.inference_mode():
        seen = (*network.reader(drawing), code, knobs)
        maps, regions, who, at = network.settle(*seen)
    _save(network.reader, (drawing,), folder / "read.xml")
    _save(network.settle, seen, folder / "settle.xml")
    _save(Played(network.painter), (maps, regions, who), folder / "paint.xml")
    face = torch.zeros(1, result, result, 3, dtype=torch.uint8)
    if network.ageing is not None:
        given = (face, at, regions, who, knobs[:, :1])
        _save(PlayedAgeing(network.ageing), given, folder / "age.xml")
    if network.finer is not None:
        _save(PlayedFiner(network.finer), (face,), folder / "finer.xml")
    if held.style_encoder is not None:
        photo = torch.zeros(1, 3, STYLE_SIZE, STYLE_SIZE)
        _save(held.style_encoder, (photo,), folder / "style.xml")


def _save(network: nn.Module, example: tuple[Tensor, ...], path: Path) -> None:
    # float32: what is compiled from this file equals, bit for bit, what the weights say
    openvino.save_model(converted(network, example), path, compress_to_fp16=False)


def converted(network: nn.Module, example: tuple[Tensor, ...]) -> openvino.Model:
    """The network for inputs of just these shapes, in memory. RuntimeError for what cannot be taken."""
    # not openvino.convert_model(): that one reports its use over the network
    front = FrontEndManager().load_by_framework("pytorch")
    with warnings.catch_warnings(), torch.inference_mode():
        warnings.simplefilter("ignore")  # torch announces that tracing will go one day
        decoder = TorchScriptPythonDecoder(network, example_input=example)
        loaded = front.load(decoder)
        model = front.convert(loaded)
    model.reshape({i: list(tensor.shape) for i, tensor in enumerate(example)})
    return model
