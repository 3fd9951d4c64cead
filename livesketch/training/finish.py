"""What was learned becomes a weights file: a reader, a painter, and statistics of the photos between them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import torch
from torch import nn

from livesketch.errors import LivesketchError, ModelError, OutputError
from livesketch.models import checkpoint
from livesketch.models.checkpoint import Checkpoint
from livesketch.models.networks import compact, pix2pix, psp
from livesketch.models.networks.finer import Finer
from livesketch.training import (
    ageing,
    directions,
    easing,
    looks,
    preview,
    shapes,
    state,
    suiting,
    wardrobe,
)
from livesketch.training.dataset import Prepared, open_prepared
from livesketch.training.encode_examples import CHANNELS
from livesketch.training.frozen import frozen
from livesketch.training.loop import FINER, config_of, kept, pix2pix_config


@dataclass(frozen=True)
class FinishOptions:
    """What goes into the file beside what was learned."""

    data: Path
    out: Path
    task: str = "sketch"
    size: int = 256
    seed: int = 0
    model: Path | None = None  # take everything but the reader from this weights file
    start: Path | None = None  # what the painter went on from
    generator: Path | None = None  # that an encoder learned to steer
    style_space: str = ""
    sources: str = ""
    terms: str = ""


def finish(options: FinishOptions, say: Callable[[str], None]) -> Path:
    """Write OUT/<task>.safetensors and a sheet. The training states stay, so that they can go on.

    With `model`, painter, style encoder and statistics are that file's, and so is its style space: a
    look is the same person in both. Where `start` is a weights file of the very style space that is
    wanted, its statistics are kept, and its looks stay the people they were, painted better. What makes
    that file's faces larger goes with any painter, and is kept, too.
    """
    data, config = open_prepared(options.data), config_of(options.task, options.size)
    given = None if options.model is None else _people(options.model)
    known = _known(options) if given is None else None
    if given is not None:
        config = replace(
            given.config, input_channels=config.input_channels, input_size=config.input_size
        )
    elif known is not None:
        is_as_large = known.config.img_resolution == config.img_resolution
        config = compact.borrowing(config, known.config)
        config = config if is_as_large else replace(config, finer=0)
    if given is None and not config.aged and ageing.can_age(data):
        config = replace(config, aged=ageing.WRINKLED)
    network, encoder = compact.Network(config).eval(), compact.StyleEncoder(config).eval()
    network.requires_grad_(False)
    encoder.requires_grad_(False)
    reader = state.read(kept(options.out, "reader", options.task))
    _load(network.reader, reader["networks"].get("average"))
    metadata = _card(options)
    metadata["readings"] = str(reader.get("pictures", 0))
    if given is not None:
        people = cast(compact.Network, given.network)
        network.painter, network.settle = people.painter, people.settle
        network.ageing = people.ageing
        encoder = cast(compact.StyleEncoder, given.style_encoder)
        metadata["style_space"] = given.style_space
        metadata["pictures"] = given.metadata.get("pictures", "")
    else:
        painted = state.read(kept(options.out, "painter", options.task))
        _load(network.painter, painted["networks"].get("average"))
        _load(encoder, painted["networks"].get("style_encoder"))
        metadata["style_space"] = options.style_space or f"{options.out.name}-{options.seed}"
        metadata["pictures"] = str(painted.get("pictures", 0))
        if known is None:
            _describe(network, encoder, data, options.seed, say)
        else:
            people = cast(compact.Network, known.network)
            _load(network.settle, network.settle.state_dict() | people.settle.state_dict())
            network.finer = people.finer if config.finer else None
            if people.ageing is not None:
                network.ageing = people.ageing
            elif config.aged:
                ageing.age(network, encoder, data)
            say(f"looks stay the people of {known.style_space}")
    path = options.out / f"{options.task}.safetensors"
    # another task for the same people needs no second copy of them
    own = "" if given is None else "reader."
    _save(path, "compact", network, encoder, metadata, own=own)
    sheet = preview.faces(network, options.task, data)
    preview.write_png(path.with_suffix(".png"), sheet)
    say(f"wrote {path}")
    return path


def finish_finer(options: FinishOptions, say: Callable[[str], None]) -> Path:
    """Write OUT/<task>.safetensors: `model` as it is, which now makes its faces twice as large, too."""
    if options.model is None:
        raise ModelError("what makes faces larger needs a model", hint="give --model FILE")
    given, learned = _people(options.model), state.read(kept(options.out, "finer", options.task))
    network = cast(compact.Network, given.network)
    network.config, network.finer = replace(given.config, finer=FINER), Finer(FINER)
    _load(network.finer, learned["networks"].get("average"))
    encoder = cast(compact.StyleEncoder, given.style_encoder)
    said = {k: v for k, v in given.metadata.items() if k not in ("network", "config", "format")}
    metadata = said | {"enlargements": str(learned.get("pictures", 0))}
    path = options.out / f"{options.task}.safetensors"
    _save(path, "compact", network, encoder, metadata)
    say(f"wrote {path}")
    return path


def finish_pix2pix(options: FinishOptions, say: Callable[[str], None]) -> Path:
    """Write OUT/model.safetensors and a sheet of what a pix2pix has learned so far."""
    data, learned = open_prepared(options.data), state.read(kept(options.out, "pix2pix", "sketch"))
    size = learned.get("size")
    config = pix2pix_config(size if type(size) is int else options.size)
    network = pix2pix.Network(config).eval().requires_grad_(False)
    _load(network, learned["networks"].get("network"))
    metadata = _card(options) | {"pictures": str(learned.get("pictures", 0))}
    # it has no looks, and must not be taken for the people of another model
    metadata["style_space"] = f"pix2pix-{options.out.name}-{options.seed}"
    path = options.out / "model.safetensors"
    _save(path, "pix2pix", network, None, metadata)
    preview.write_png(path.with_suffix(".png"), preview.pairs(network, data, config.img_resolution))
    say(f"wrote {path}")
    return path


def finish_encoder(options: FinishOptions, say: Callable[[str], None]) -> Path:
    """Write OUT/<task>.safetensors, encoder and generator in one, and a sheet."""
    if options.generator is None:
        raise ModelError("an encoder needs its generator", hint="give --generator FILE")
    data, given = open_prepared(options.data), frozen(options.generator)
    learned = state.read(kept(options.out, "encoder", options.task))
    network = psp.Network(given.encoder_config(CHANNELS[options.task])).eval()
    network.requires_grad_(False)
    _load(network.encoder, learned["networks"].get("average"))
    network.generator = given.network
    network.latent_avg.copy_(given.average)
    metadata = _card(options) | {"pictures": str(learned.get("pictures", 0))}
    # a look is one of the generator's own people
    metadata["style_space"] = options.style_space or given.style_space
    path = options.out / f"{options.task}.safetensors"
    _save(path, "psp", network, None, metadata)
    size = learned.get("size")
    side = size if type(size) is int else options.size
    sheet = preview.encodings(network.encoder, given, options.task, data, side)
    preview.write_png(path.with_suffix(".png"), sheet)
    say(f"wrote {path}")
    return path


def _card(options: FinishOptions) -> dict[str, str]:
    today = datetime.now(UTC).date().isoformat()
    said = {"task": options.task, "sources": options.sources, "terms": options.terms}
    return said | {"date": today}


def _save(path: Path, *what: Any, **how: Any) -> None:
    try:
        checkpoint.save(path, *what, **how)
    except LivesketchError as error:
        raise OutputError(error.message, error.hint) from error


def _describe(
    network: compact.Network,
    encoder: compact.StyleEncoder,
    data: Prepared,
    seed: int,
    say: Callable[[str], None],
) -> None:
    """What photos and the painter's own faces say of shapes, looks, hair and knobs, in place."""
    config = network.config
    shapes.describe(network.settle, data, seed)
    tones = looks.even_out(network, encoder, data, seed)
    say("skin tones of random looks, very light to dark: " + " ".join(f"{s:.0%}" for s in tones))
    if config.lit:
        network.settle.light.copy_(looks.light_of(network, seed))
    codes = shapes.codes_of(encoder, data, shapes.people(data))
    if config.eased:
        easing.ease(network, codes, data, seed)
    if config.own:
        shapes.give_features(network.settle, codes, data, seed)
    if config.worn:
        wardrobe.dress(network.settle, encoder, data, seed)
    if config.suited:
        suiting.suit(network.settle, codes, data)
    moved = directions.find(network, data, seed)
    for name, by in zip(moved.names, moved.by, strict=True):
        words = ", ".join(f"{n} {v:+.2f}" for n, v in zip(moved.names, by, strict=True))
        say(f"the knob {name} at its end moves, in spreads: {words}")
    if config.aged:
        ageing.age(network, encoder, data)


def _known(options: FinishOptions) -> Checkpoint | None:
    """The model that the painter went on from, if looks are to stay who they are there."""
    if options.start is None or options.start.suffix != ".safetensors":
        return None
    held = checkpoint.load(options.start)
    is_same = held.network_name == "compact" and held.style_space == options.style_space
    return held if is_same else None


def _people(path: Path) -> Checkpoint:
    given = checkpoint.load(path)
    if given.network_name != "compact" or given.style_encoder is None:
        raise ModelError(
            f"{path.name} holds no people for another task", hint="give a compact model's file"
        )
    return given


def _load(module: nn.Module, tensors: object) -> None:
    try:
        module.load_state_dict(copy.copy(tensors))  # type: ignore[arg-type]
    except (RuntimeError, TypeError, AttributeError) as error:
        raise ModelError("the training state does not fit this version of the trainer") from error
    module.to(torch.float32)
