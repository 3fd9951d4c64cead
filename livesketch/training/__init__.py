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
        "--out", type=Path, help="folder for checkpoints, samples and the model; none: only prepare"
    )
    add("--task", default="sketch", help="what the model is to see: sketch")
    add(
        "--size", type=int, default=256, choices=(128, 256, 512), help="side of the faces in pixels"
    )
    add("--minutes", type=float, default=60, help="how long; the same command goes on later")
    add("--start", type=Path, metavar="FILE", help="weights or state.pt to begin from")
    add(
        "--teacher",
        type=Path,
        metavar="FILE",
        help="a model whose faces are bent with their drawings",
    )
    add(
        "--blend",
        type=float,
        default=1.0,
        metavar="SHARE",
        help="write weights that far from --start (0) to what was learned (1)",
    )
    add("--seed", type=int, default=0, help="the same seed and data give the same examples")
    add("--batch", type=int, default=16, help="examples a step")
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
        help="kept only if old looks stay the same people",
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

    if not 0 <= args.blend <= 1:
        raise UsageError("--blend is a share from 0, the start, to 1, all that was learned")
    if args.minutes <= 0 or args.batch < 4:
        raise UsageError("training needs more than 0 minutes and at least 4 examples a step")
    if args.photos:
        from livesketch.training.prepare import PrepareOptions, prepare

        prepare(PrepareOptions(tuple(args.photos), args.data, args.parts, args.framed), _say)
    if args.preview:
        from livesketch.training import preview
        from livesketch.training.dataset import open_prepared

        sheet = args.data / "preview.png"
        preview.write_png(sheet, preview.examples(open_prepared(args.data), args.size, args.seed))
        _say(f"wrote {sheet}")
    elif args.out:
        from livesketch.training.loop import TrainOptions, finish, train

        options = TrainOptions(
            data=args.data,
            out=args.out,
            task=args.task,
            size=args.size,
            minutes=args.minutes,
            start=args.start,
            teacher=args.teacher,
            seed=args.seed,
            blend=args.blend,
            batch=args.batch,
            device=args.device,
            sources=args.sources,
            style_space=args.style_space,
            terms=args.terms,
        )
        (finish if args.finish else train)(options, _say)
    elif not args.photos:
        raise UsageError(
            "nothing to do", hint="give --out to train, --photos to prepare, or --preview"
        )


def _say(sentence: str) -> None:
    print(sentence, flush=True)
