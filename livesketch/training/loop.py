"""The training: examples in, one step after another, checkpoints and samples out."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from livesketch.errors import OutputError, UsageError
from livesketch.models.networks import compact, pix2pix
from livesketch.models.networks.face_lines import POINTS, Lines
from livesketch.training import likeness, preview, progress, state, world
from livesketch.training.batches import Share, encodings, pairs, portraits, readings
from livesketch.training.dataset import Prepared, open_prepared
from livesketch.training.encode_examples import CHANNELS
from livesketch.training.encode_step import Judges, encode_step
from livesketch.training.examples import portrait, straight_portrait
from livesketch.training.finer_step import Artist, artist, finer_step
from livesketch.training.frozen import Frozen, frozen
from livesketch.training.paint_step import paint_step
from livesketch.training.perceptual import Features
from livesketch.training.pix2pix_step import pix2pix_step
from livesketch.training.placing import Placing
from livesketch.training.read_step import importance, read_step
from livesketch.training.state import State
from livesketch.training.tasks import INPUTS, seen_by

SAY_EVERY, SAVE_EVERY = 30, 240  # seconds
# of the time, in which steps grow smaller
LAST_PART = {"reader": 0.5, "painter": 0.45, "finer": 0.45, "pix2pix": 0.5, "encoder": 0.5}
FEWEST = {"painter": 4, "finer": 4}  # examples a process: their own people, and others'
WORN = 60  # heads of hair and clothes that a model knows
SUITED = 4  # coordinates of a code that follow those
WARM_UP = {"reader": 200, "painter": 100, "finer": 50, "pix2pix": 1, "encoder": 100}  # steps
FINER = 32  # channels of what makes faces twice as large

Step = Callable[[Any, int], dict[str, Tensor]]


@dataclass(frozen=True)
class TrainOptions:
    """What is to be learned, from what, and for how long."""

    data: Path
    out: Path
    # or "painter", or "finer"; or what has no parts: "pix2pix", or the "encoder" of a frozen generator
    part: str = "reader"
    task: str = "sketch"  # what the reader is shown
    size: int = 256  # side of the painter's faces
    minutes: float = 60
    start: Path | None = None
    model: Path | None = None  # whose painted faces are made twice as large
    generator: Path | None = None  # what an encoder learns to steer
    features: Path | None = None  # folder with the frozen network of perceptual.py
    has_likeness: bool = False  # who a face is counts, as a second one in that folder sees it
    photo_reader: Path | None = None  # with it counts where painted features lie
    seed: int = 0
    batch: int = 16
    device: str = ""
    workers: int = -1  # processes that make examples; -1: one per spare core
    steps: int = 0  # stop after so many steps in all; 0: only the clock stops it


def kept(out: Path, part: str, task: str) -> Path:
    """Where a part's training state lies; a painter serves every task."""
    return out / (f"{part}-{task}.pt" if part in ("reader", "encoder") else f"{part}.pt")


def train(options: TrainOptions, say: Callable[[str], None]) -> None:
    """Train one part until the minutes are over; start the same command again to go on.

    Writes into options.out: the part's state (resumable), its log, sheets. Raises LivesketchError
    kinds for whatever a user can do something about.
    """
    seen_by(options.task)
    rank, many = world.join()
    device = torch.device(options.device or ("cuda" if torch.cuda.is_available() else "cpu"))
    data = open_prepared(options.data)
    by = None
    if options.part == "finer" and options.model is not None:
        by = artist(options.model, device)
        options = replace(options, size=2 * by.config.img_resolution)
    side = data.pictures.shape[1]
    if options.part != "reader" and options.size > side:
        raise UsageError(
            f"the prepared photos are {side} pixels wide: they cannot teach faces of {options.size}",
            hint=f"give --size {side}, or prepare the photos anew with --size {options.size}",
        )
    _folder(options.out)
    features = None
    if options.features is not None and options.part in ("painter", "finer", "encoder"):
        features = Features(options.features).to(device).eval()
    given = None if options.generator is None else frozen(options.generator)
    learned = _new(options, data, device, features, given, by)
    path = kept(options.out, options.part, options.task)
    if path.exists():
        state.resume(learned, path)
        say(f"going on at step {learned.step}, {learned.pictures} pictures")
    if options.batch % many or options.batch // many < FEWEST.get(options.part, 1):
        raise UsageError(
            f"a batch of {options.batch} cannot be shared by {many} processes",
            hint=f"--batch takes a multiple of {many}, and not fewer than {4 * many} for a painter",
        )
    share = Share(options.batch, rank, many)
    step = _step(learned, options, features, device, given, by)
    begin = shown = written = time.monotonic()
    first = learned.step
    for batch in _batches(options, data, share, learned.step, device):
        now = time.monotonic()
        part = (now - begin) / (options.minutes * 60)
        is_over = part >= 1 or (options.steps > 0 and learned.step >= options.steps)
        if world.agreed(is_over, device):
            break
        _pace(learned, learned.step - first, part)
        torch.manual_seed(hash((options.seed, learned.step, rank)) % 2**31)
        values = step(batch, learned.step)
        learned.step, learned.pictures = learned.step + 1, learned.pictures + options.batch
        if rank:
            continue
        if learned.step % 50 == 0 or time.monotonic() - shown > SAY_EVERY:
            progress.log(options.out / f"{path.stem}.csv", learned, values)
        if time.monotonic() - shown > SAY_EVERY:
            rate = (learned.step - first) * options.batch / (time.monotonic() - begin)
            left = options.minutes * (1 - part)
            say(progress.line(learned, rate, left, values))
            shown = time.monotonic()
        if time.monotonic() - written > SAVE_EVERY:
            _write(learned, path, data, options, given, by)
            written = time.monotonic()
    if rank == 0:
        _write(learned, path, data, options, given, by)
        say(f"{options.part}: ended at step {learned.step}, {learned.pictures} pictures: {path}")
    world.wait()


def config_of(task: str, size: int) -> compact.Config:
    channels, side = INPUTS[task]
    return compact.Config(
        img_resolution=size,
        input_channels=channels,
        input_size=side,
        own=1,
        worn=WORN,
        lit=1,
        eased=1,
        suited=SUITED,
    )


def pix2pix_config(size: int) -> pix2pix.Config:
    return pix2pix.Config(img_resolution=size, input_size=size, downs=size.bit_length() - 1)


def _new(
    options: TrainOptions,
    data: Prepared,
    device: torch.device,
    features: Features | None,
    given: Frozen | None = None,
    by: Artist | None = None,
) -> State:
    if options.part == "encoder" and given is not None:
        config = given.encoder_config(CHANNELS[options.task])
        size, seed = options.size, options.seed
        return state.new_encoder(options.task, config, size, device, seed, options.start)
    if options.part == "pix2pix":
        return state.new_pix2pix(pix2pix_config(options.size), device, options.seed, options.start)
    if options.part == "finer" and by is not None:
        config = replace(by.config, finer=FINER)
        return state.new_finer(config, device, options.seed, features, options.start)
    config = config_of(options.task, options.size)
    if options.part == "painter":
        return state.new_painter(config, device, options.seed, features, options.start)
    mean = torch.from_numpy(np.asarray(data.landmarks)[:, POINTS].mean(0))
    return state.new_reader(options.task, config, device, options.seed, mean, options.start)


def _step(
    learned: State,
    options: TrainOptions,
    features: Features | None,
    device: torch.device,
    given: Frozen | None,
    by: Artist | None,
) -> Step:
    if options.part == "encoder" and given is not None:
        given.network.to(device)
        judges = Judges(features, _people(options, device))
        return lambda batch, warmth: encode_step(learned, batch, given, judges)
    if options.part == "finer" and by is not None:
        return lambda batch, warmth: finer_step(learned, batch, by, features, warmth)
    if options.part == "painter":
        lines, people, placing = Lines().to(device), None, None
        if options.features is not None and options.has_likeness:
            people = likeness.Likeness(options.features).to(device)
        if options.photo_reader is not None:
            placing = Placing(options.photo_reader, config_of("photo", options.size)).to(device)
        return lambda batch, warmth: paint_step(
            learned, batch, lines, features, people, placing, warmth
        )
    if options.part == "pix2pix":
        return lambda batch, warmth: pix2pix_step(learned, batch)
    weight = importance().to(device)
    return lambda batch, warmth: read_step(learned, batch, weight)


def _people(options: TrainOptions, device: torch.device) -> likeness.Likeness | None:
    """What knows who a face is, where the folder of frozen networks holds it."""
    if options.features is None or not (options.features / likeness.FILE).exists():
        return None
    return likeness.Likeness(options.features).to(device)


def _batches(
    options: TrainOptions, data: Prepared, share: Share, first: int, device: torch.device
) -> Iterator[Any]:
    if options.part in ("painter", "finer"):
        example = portrait if options.part == "painter" else straight_portrait
        size, seed = options.size, options.seed
        return portraits(data, example, size, seed, share, first, options.workers, device)
    if options.part == "pix2pix":
        return pairs(data, options.size, options.seed, share, first, options.workers, device)
    if options.part == "encoder":
        of, size, seed = options.task, options.size, options.seed
        return encodings(data, of, size, seed, share, first, options.workers, device)
    side = INPUTS[options.task][1]
    return readings(data, options.task, side, options.seed, share, first, options.workers, device)


def _pace(learned: State, warmth: int, part: float) -> None:
    """Every group's steps: small at first, then full, then ever smaller. part: of the time gone."""
    last = LAST_PART[learned.part]
    rate = min(1.0, (warmth + 1) / WARM_UP[learned.part]) * min(1.0, (1 - part) / last + 0.03)
    for optimizer in learned.optimizers.values():
        for group in optimizer.param_groups:
            group["lr"] = group["rate"] * rate


def _folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{path} cannot be made: {error.strerror}") from error


def _write(
    learned: State,
    path: Path,
    data: Prepared,
    options: TrainOptions,
    given: Frozen | None,
    by: Artist | None,
) -> None:
    state.save(learned, path)
    if learned.part == "encoder" and given is not None:
        encoder = learned.networks["average"]
        sheet = preview.encodings(encoder, given, learned.task, data, options.size)
    elif by is not None:
        sheet = preview.enlarged(learned.networks["average"], by, data, options.size)
    elif learned.part == "painter":
        sheet = preview.portraits(
            learned.networks["average"], learned.networks["style_encoder"], data, options.size
        )
    elif learned.part == "pix2pix":
        sheet = preview.pairs(learned.networks["network"], data, options.size)
    else:
        sheet = preview.readings(learned.networks["average"], options.task, data)
    preview.write_png(options.out / f"{path.stem}-{learned.pictures:08d}.png", sheet)
