"""The training: examples in, one step after another, checkpoints and samples out."""

from __future__ import annotations

import copy
import csv
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import numpy as np
import torch

from livesketch.errors import OutputError, UsageError
from livesketch.models import checkpoint
from livesketch.models.networks import compact
from livesketch.training import looks, preview, state
from livesketch.training.dataset import Prepared, example, open_prepared
from livesketch.training.state import State
from livesketch.training.step import Batch, one_step

SAY_EVERY, SAVE_EVERY = 30, 240  # seconds


@dataclass(frozen=True)
class TrainOptions:
    data: Path
    out: Path
    task: str = "sketch"
    size: int = 256
    minutes: float = 60
    start: Path | None = None
    seed: int = 0
    blend: float = 1.0  # of what was learned; the rest is the start
    batch: int = 16
    detail_share: float = 0.25  # of a batch is painted at full size, the rest at 128
    device: str = ""
    workers: int = -1  # processes that make examples; -1: one per spare core
    sources: str = ""
    style_space: str = ""
    terms: str = ""
    teacher: Path | None = None  # a playable model whose faces are bent along with their drawings
    steps: int = 0  # stop after so many steps in all; 0: only the clock stops it


class Batches(torch.utils.data.Dataset):
    """Step number -> the arrays of its batch: the same for the same seed, whoever asks."""

    def __init__(self, data: Prepared, size: int, count: int, seed: int, is_bold: bool) -> None:
        self.data, self.size, self.count = data, size, count
        self.seed, self.is_bold = seed, is_bold

    def __len__(self) -> int:
        return 2**40

    def __getitem__(self, step: int) -> tuple[np.ndarray, ...]:
        rng = np.random.default_rng((self.seed, step))
        made = [example(self.data, self.size, rng, self.is_bold) for _ in range(self.count)]
        return (
            np.stack([e.drawing for e in made]),
            np.stack([e.whole for e in made]),
            np.stack([e.straight for e in made]),
            np.stack([e.field for e in made]).astype(np.float32),
            np.stack([e.picture for e in made]),
            np.stack([e.points for e in made]).astype(np.float32),
            np.array([e.faithful for e in made], np.float32),
            np.array([e.drawing is not e.whole and (e.drawing != e.whole).any() for e in made]),
        )


def batches(options: TrainOptions, first: int, device: torch.device) -> Iterator[Batch]:
    """Batches from step `first` on, made ahead in other processes where there are cores to spare."""
    prepared, is_bold = open_prepared(options.data), options.teacher is not None
    data = Batches(prepared, options.size, options.batch, options.seed, is_bold)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    workers = (cores or 1) - 1 if options.workers < 0 else options.workers
    order = range(first, 2**31)
    loader = torch.utils.data.DataLoader(
        data, batch_size=None, sampler=order, num_workers=workers, collate_fn=tuple
    )
    layout = torch.channels_last
    for arrays in loader:
        x, whole, straight, field, y, points, faithful, begun = (
            torch.as_tensor(a).to(device) for a in arrays
        )
        pictures = y.permute(0, 3, 1, 2).float() / 127.5 - 1
        yield Batch(
            (x[:, None].float() / 255).contiguous(memory_format=layout),
            (whole[:, None].float() / 255).contiguous(memory_format=layout),
            (straight[:, None].float() / 255).contiguous(memory_format=layout),
            field,
            pictures.contiguous(memory_format=layout),
            points,
            faithful,
            begun,
        )


def train(options: TrainOptions, say: Callable[[str], None]) -> None:
    """Train until the minutes are over; start the same command again to go on.

    Writes into options.out: state.pt (resumable), model.safetensors (playable), log.csv, sheets.
    Raises LivesketchError kinds for whatever a user can do something about.
    """
    if options.task != "sketch":
        raise UsageError(
            f"the task {options.task!r} cannot be trained yet", hint="use --task sketch"
        )
    device = torch.device(options.device or ("cuda" if torch.cuda.is_available() else "cpu"))
    data = open_prepared(options.data)
    _folder(options.out)
    learned = state.new(options.task, _config(options), device, options.seed)
    kept = options.out / "state.pt"
    if kept.exists():
        state.resume(learned, kept)
        say(f"going on at step {learned.step}, {learned.pictures} pictures")
    elif options.start is not None:
        left = state.warm(learned, options.start)
        say(f"starting from {options.start.name}; new: {', '.join(left[:4]) or 'nothing'}")
    teacher = None
    if options.teacher is not None:
        teacher = checkpoint.load(options.teacher).network.to(device)
        teacher.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    clock = begin = time.monotonic()
    shown, written, first = begin, begin, learned.step
    end = begin + options.minutes * 60
    for batch in batches(options, learned.step, device):
        now = time.monotonic()
        if now >= end or (options.steps and learned.step >= options.steps):
            break
        part = (now - begin) / (end - begin)
        warmth, share = learned.step - first, options.detail_share
        values = one_step(learned, batch, options.seed, share, warmth, part, teacher)
        if learned.step % 50 == 0 or time.monotonic() - shown > SAY_EVERY:
            _log(options.out / "log.csv", learned, values)
        if time.monotonic() - shown > SAY_EVERY:
            rate = (learned.step - first) * options.batch / (time.monotonic() - clock)
            say(_line(learned, rate, end - time.monotonic(), values))
            shown = time.monotonic()
        if time.monotonic() - written > SAVE_EVERY:
            _write(learned, data, options)
            written = time.monotonic()
    _write(learned, data, options)
    _finish(learned, data, options, say)
    say(f"ended at step {learned.step}, {learned.pictures} pictures: {options.out}")


def finish(options: TrainOptions, say: Callable[[str], None]) -> None:
    """Write model.safetensors of what was learned so far, its random looks evened out."""
    data, kept = open_prepared(options.data), options.out / "state.pt"
    learned = state.new(options.task, _config(options), torch.device("cpu"), options.seed)
    state.resume(learned, kept)
    _finish(learned, data, options, say)


def _finish(
    learned: State, data: Prepared, options: TrainOptions, say: Callable[[str], None]
) -> None:
    """The training state keeps the old variables, so that it can go on."""
    network = copy.deepcopy(learned.networks["average"]).cpu()
    encoder = copy.deepcopy(learned.networks["style_encoder"]).cpu()
    if options.start is not None and options.blend < 1:
        begun = state.new(options.task, _config(options), torch.device("cpu"), options.seed)
        state.warm(begun, options.start)
        state.toward(network, begun.networks["network"], options.blend)
        state.toward(encoder, begun.networks["style_encoder"], options.blend)
    shares = looks.even_out(
        cast(compact.Network, network), cast(compact.StyleEncoder, encoder), data, options.seed
    )
    say("skin tones of random looks, very light to dark: " + " ".join(f"{s:.0%}" for s in shares))
    path = options.out / "model.safetensors"
    checkpoint.save(path, "compact", network, encoder, _metadata(learned, options))
    sheet = options.out / f"sheet-{learned.pictures:08d}.png"
    preview.write_png(sheet, preview.faces(network, data, options.size))


def _config(options: TrainOptions) -> compact.Config:
    return compact.Config(img_resolution=options.size)


def _folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{path} cannot be made: {error.strerror}") from error


def _line(learned: State, rate: float, left: float, values: dict[str, float]) -> str:
    numbers = "  ".join(f"{k} {v:.3f}" for k, v in values.items())
    return f"{learned.pictures} pictures, {rate:.1f}/s, {left / 60:.0f} min left  {numbers}"


LOGGED = ["step", "pictures", "critic", "sharp", "finder", "adversarial", "l1", "match", "kl"]
LOGGED += ["obeyed", "grown", "norm", "smudged", "taught"]


def _log(path: Path, learned: State, values: dict[str, float]) -> None:
    row = {"step": learned.step, "pictures": learned.pictures, **values}
    try:
        with path.open("a", newline="") as file:
            writer = csv.DictWriter(file, LOGGED)
            if file.tell() == 0:
                writer.writeheader()
            writer.writerow(row)
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written: {error.strerror}",
            hint="make room and start the same command again to go on",
        ) from error


def _write(learned: State, data: Prepared, options: TrainOptions) -> None:
    state.save(learned, options.out / "state.pt")
    state.export(learned, options.out / "model.safetensors", _metadata(learned, options))
    sheet = options.out / f"sheet-{learned.pictures:08d}.png"
    preview.write_png(sheet, preview.faces(learned.networks["average"], data, options.size))


def _metadata(learned: State, options: TrainOptions) -> dict[str, str]:
    return {
        "task": learned.task,
        "style_space": options.style_space or f"{options.out.name}-{options.seed}",
        "sources": options.sources or f"prepared photos in {options.data.name}",
        "terms": options.terms,
        "pictures": str(learned.pictures),
        "command": _command(options),
        "date": datetime.now(UTC).date().isoformat(),
    }


def _command(options: TrainOptions) -> str:
    """What was typed, without the folders of the machine it was typed on."""
    words = f"livesketch train --task {options.task} --size {options.size} --batch {options.batch}"
    words += f" --seed {options.seed} --minutes {options.minutes:g} --blend {options.blend:g}"
    for flag, path in (("start", options.start), ("teacher", options.teacher)):
        words += f" --{flag} {path.name}" if path is not None else ""
    return words
