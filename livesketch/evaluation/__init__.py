"""How good a model is: `livesketch evaluate`. Importing this room loads nothing heavy."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

EPILOG = """\
SET is a folder with a folder per tier, doodles, amateur, skilled, traced (as many as you have), with
NAME.png, NAME.ndjson (Quick, Draw!) or NAME.livesketch, and beside it NAME.photo.png, .jpg or .webp
where a photo lies behind the drawing. What cannot be measured is null."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EPILOG
    parser.add_argument(
        "set", type=Path, metavar="SET", help="folder of drawings, a folder per tier"
    )
    parser.add_argument(
        "--model", default="default", metavar="NAME|FILE", help="see livesketch models"
    )
    parser.add_argument(
        "--features",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="folder with mobilenetv2_035.npz, mobilefacenet.npz, real_faces.npz, and"
        " inception-2015-12-05.pt if you have it; may be given more than once",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here")
    parser.add_argument(
        "--report", type=Path, metavar="DIR", help="write a page with pictures into this folder"
    )
    parser.add_argument(
        "--faithful", type=float, metavar="0..1", help="measure at this setting (default: middle)"
    )
    parser.add_argument(
        "--runtime", default="auto", metavar="NAME", help="torch, openvino or auto (default)"
    )
    parser.add_argument(
        "--quick", action="store_true", help="a small part of everything: is anything broken?"
    )


def run(args: argparse.Namespace, say: Callable[[str], None]) -> dict[str, object]:
    """Measures, writes what --json and --report ask for, and returns what --json holds.

    `say` gets a line of progress or a warning now and then. Raises LivesketchError.
    """
    from livesketch.evaluation.command import evaluate

    return evaluate(args, say)
