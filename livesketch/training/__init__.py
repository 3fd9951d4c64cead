"""Training: from a folder of photos to a weights file. `add_arguments` and `run` are the command line's door."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `livesketch train`; loads nothing heavy."""
    add = parser.add_argument
    add("--data", type=Path, required=True, help="folder of prepared photos")
    add(
        "--photos",
        type=Path,
        nargs="+",
        metavar="PATH",
        help="prepare these folders and tars first",
    )
    add(
        "--parts",
        type=Path,
        metavar="DIR",
        help="Quick, Draw! .ndjson of eyes, mouths …, with --photos",
    )
    add("--framed", action="store_true", help="the photos are already cut to one frame: keep it")
    add(
        "--ages",
        type=Path,
        metavar="CSV",
        help="photo,years of some people, with --photos: whoever is not in it is taken for an adult",
    )
    add(
        "--masks",
        type=Path,
        metavar="TAR",
        help="photos and a *_masks/ folder of class numbers, with --photos",
    )
    add("--out", type=Path, help="folder for checkpoints, samples and models; none: only prepare")
    add(
        "--network",
        default="compact",
        choices=("compact", "pix2pix", "psp"),
        help="what to learn; pix2pix is the baseline that ours is measured against; psp an "
        "encoder for your own StyleGAN2 generator",
    )
    add(
        "--generator",
        type=Path,
        metavar="FILE",
        help="with --network psp: a StyleGAN2 or StyleGAN2-ADA file, which stays as it is",
    )
    add("--task", default="sketch", help="what the model is to see: sketch, mask, lowres, photo")
    add(
        "--part",
        default="both",
        choices=("both", "painter", "reader", "finer"),
        help="learn only this part; finer makes the faces of --model twice as large",
    )
    add(
        "--size", type=int, default=256, choices=(128, 256, 512), help="side of the faces in pixels"
    )
    add("--minutes", type=float, default=60, help="how long; the same command goes on later")
    add("--start", type=Path, metavar="FILE", help="weights or a training state to begin from")
    add(
        "--model",
        type=Path,
        metavar="FILE",
        help="another task for the people of this model: learn a reader only; with --part finer, whose faces",
    )
    add(
        "--features",
        type=Path,
        metavar="DIR",
        help="folder with mobilenetv2_035.npz: better faces in less time",
    )
    add(
        "--likeness",
        action="store_true",
        help="with --features: it counts who a face is, as mobilefacenet.npz in that folder sees it",
    )
    add(
        "--photo-reader",
        type=Path,
        metavar="FILE",
        help="what --part reader --task photo has learned: it counts where painted features lie",
    )
    add("--seed", type=int, default=0, help="the same seed and data give the same examples")
    add("--batch", type=int, default=16, help="examples a step, of all processes together")
    add("--device", default="", help="cpu, cuda; none: the best there is")
    add(
        "--sources",
        default="",
        help="where the photos are from and their terms, for the model's card",
    )
    add(
        "--style-space",
        default="",
        metavar="ID",
        help="if it is that of the --start model, its looks stay the same people",
    )
    add("--terms", default="", help="the terms of the weights, in a few words")
    add(
        "--finish",
        action="store_true",
        help="only write the model of what --out has learned so far",
    )
    add("--preview", action="store_true", help="only write a sheet of what would be learned from")


def run(args: argparse.Namespace) -> None:
    """Prepare, preview or train, as the flags say. Raises LivesketchError kinds."""
    from livesketch.errors import UsageError

    if args.minutes <= 0 or args.batch < 4:
        raise UsageError("training needs more than 0 minutes and at least 4 examples a step")
    if args.likeness and args.features is None:
        raise UsageError(
            "--likeness needs a network that knows people",
            hint="give the folder with mobilefacenet.npz as --features",
        )
    is_plain = args.task == "sketch" and args.part == "both" and args.model is None
    if args.network == "pix2pix" and not is_plain:
        raise UsageError(
            "pix2pix learns to paint from drawings, all in one",
            hint="leave out --task, --part and --model",
        )
    if (args.network == "psp") != (args.generator is not None):
        raise UsageError(
            "an encoder learns to steer a generator, and needs one",
            hint="--network psp goes with --generator FILE",
        )
    if args.network == "psp" and (args.part != "both" or args.model is not None):
        raise UsageError("an encoder is learned all in one", hint="leave out --part and --model")
    if args.part == "finer" and args.model is None:
        raise UsageError(
            "what makes faces larger learns from a model's faces", hint="give --model FILE"
        )
    if args.photos:
        from livesketch.training.prepare import SIDE, PrepareOptions, prepare

        photos, side = tuple(args.photos), max(SIDE, args.size)
        known = PrepareOptions(
            photos, args.data, args.parts, args.framed, args.masks, args.ages, side
        )
        prepare(known, _say)
    if args.preview:
        from livesketch.training import preview
        from livesketch.training.dataset import open_prepared

        sheet = args.data / "preview.png"
        preview.write_png(sheet, preview.examples(open_prepared(args.data), args.task, args.seed))
        _say(f"wrote {sheet}")
    elif args.out:
        _learn(args)
    elif not args.photos:
        raise UsageError(
            "nothing to do", hint="give --out to train, --photos to prepare, or --preview"
        )


READING = 0.3  # of the time, where both parts are learned


def _learn(args: argparse.Namespace) -> None:
    """The parts one after the other, then the weights file, if all its parts are there."""
    from livesketch.training import world
    from livesketch.training.finish import (
        FinishOptions,
        finish,
        finish_encoder,
        finish_finer,
        finish_pix2pix,
    )
    from livesketch.training.loop import TrainOptions, kept, train

    whole = {"pix2pix": ("pix2pix",), "psp": ("encoder",)}.get(args.network, ("reader", "painter"))
    is_whole, size = len(whole) == 1, args.size
    if args.generator is not None:
        from livesketch.training.encode_step import SIDE
        from livesketch.training.frozen import frozen

        size = min(SIDE, frozen(args.generator).network.config.img_resolution)
    needed = whole if args.model is None else ("reader",)
    if args.part == "finer":
        needed = ("finer",)
    parts = needed if args.part == "both" else (args.part,)
    rank, _ = world.join()
    try:
        for part in () if args.finish else parts:
            alone = {"reader": READING, "painter": 1 - READING}[part] if len(parts) > 1 else 1.0
            options = TrainOptions(
                data=args.data,
                out=args.out,
                part=part,
                task=args.task,
                size=size,
                minutes=args.minutes * alone,
                start=args.start,
                model=args.model,
                generator=args.generator,
                features=args.features,
                has_likeness=args.likeness,
                photo_reader=args.photo_reader,
                seed=args.seed,
                batch=args.batch,
                device=args.device,
            )
            train(options, _say)
    finally:
        world.leave()
    if rank:  # the first process writes the model
        return
    missing = [part for part in needed if not kept(args.out, part, args.task).exists()]
    if missing:
        how = "without --finish" if is_whole else f"--part {missing[0]}"
        _say(f"no model yet: the {missing[0]} is still to be learned ({how})")
        return
    options = FinishOptions(
        data=args.data,
        out=args.out,
        task=args.task,
        size=size,
        seed=args.seed,
        model=args.model,
        start=args.start,
        generator=args.generator,
        style_space=args.style_space,
        sources=args.sources,
        terms=args.terms,
    )
    ends = {"pix2pix": finish_pix2pix, "psp": finish_encoder}
    end = finish_finer if args.part == "finer" else ends.get(args.network, finish)
    end(options, _say)


def _say(sentence: str) -> None:
    print(sentence, flush=True)
