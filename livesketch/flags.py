"""What may be said on the command line: each command's flags, most of them made from the table of knobs."""

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NoReturn

from livesketch.controls.reference import shown
from livesketch.errors import UsageError
from livesketch.frames import Look
from livesketch.kinds import PAGES
from livesketch.models import RUNTIMES
from livesketch.parameters import PARAMETERS, WHOSE, Parameter, Value, checked, parameter

RENDERED = ("framing", "line_style", "line_detail", "face_me", "smoothing", "shrink")


def parser(name: str, what: str) -> argparse.ArgumentParser:
    """One that raises UsageError instead of printing its usage and ending the program."""
    made = argparse.ArgumentParser(prog=f"livesketch {name}", description=what, allow_abbrev=False)
    made.error = _refuse(made.prog)
    return made


def _refuse(prog: str) -> Callable[..., NoReturn]:
    def refuse(message: str) -> NoReturn:
        sentence = message[:1].upper() + message[1:].rstrip(".") + "."
        raise UsageError(sentence, f"See {prog} --help.")

    return refuse


def draw(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", type=Path, help="a drawing, picture or video to open")
    _window_arguments(parser)


def webcam(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--camera", help="its number, name or URL (usually 0)")
    which.add_argument(
        "--video", type=Path, metavar="FILE", help="a video file, or a folder of pictures, instead"
    )
    _window_arguments(parser)


def _window_arguments(parser: argparse.ArgumentParser) -> None:
    _model_arguments(parser)
    parser.add_argument("--frames", type=count, metavar="N", help="end after N shown frames")
    parser.add_argument(
        "--size", type=size, default=(1440, 810), metavar="WxH", help="of the window"
    )
    parser.add_argument("--full-screen", action="store_true", help="fill the screen")
    _knobs(parser, PARAMETERS)


def _model_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", metavar="NAME|FILE", help="see livesketch models")
    parser.add_argument("--runtime", choices=("auto", *RUNTIMES), help="what computes the faces")
    parser.add_argument("--look", type=_look, metavar="SEED", help="who the face is: a number")


def render(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "inputs",
        nargs="+",
        type=Path,
        metavar="INPUT",
        help="pictures of sketches, .livesketch, .ndjson, .svg, .psd; photos and videos with --trace; "
        "or folders of them",
    )
    parser.add_argument(
        "-o", "--out", required=True, type=Path, help="a folder, a .png, or for a video an .mp4"
    )
    parser.add_argument("--trace", action="store_true", help="pictures and videos are photographs")
    parser.add_argument(
        "--own-look",
        action="store_true",
        help="with --trace: the look of who is in the photo",
    )
    parser.add_argument(
        "--frontal",
        action="store_true",
        help="photos of turned heads, seen from the front: --trace --own-look --face-me 1; "
        "with --look SEED somebody else",
    )
    parser.add_argument(
        "--strokes",
        type=_percents,
        default=(),
        metavar="10,25,50",
        help="drawings also as they were at so many percent of the pen's path",
    )
    _model_arguments(parser)
    _knobs(parser, [row for row in PARAMETERS if row.group in WHOSE or row.name in RENDERED])


def replay(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("drawing", type=Path, help="a .livesketch, .svg, .psd or .ndjson drawing")
    parser.add_argument(
        "-o", "--out", required=True, type=Path, help="the film: .mp4, .gif or .webp"
    )
    parser.add_argument("--page", choices=PAGES, default=PAGES[0], help="what is seen")
    parser.add_argument("--side", type=_side, default=512, help="pixels of each picture's side")
    parser.add_argument("--fps", type=_fps, default=25, help="pictures a second, 1 to 60")
    how_fast = parser.add_mutually_exclusive_group()
    how_fast.add_argument(
        "--speed", type=_speed, default=4.0, help="times as fast as it was drawn (usually 4)"
    )
    how_fast.add_argument("--seconds", type=_speed, help="how long the drawing takes in the film")
    parser.add_argument(
        "--undone", action="store_true", help="also show strokes that were taken back"
    )
    _model_arguments(parser)
    alone = [row for row in PARAMETERS if row.group in WHOSE and row.name != "faces"]
    _knobs(parser, [*alone, parameter("framing")])


def trace(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("inputs", nargs="+", type=Path, metavar="PHOTO", help="or folders of them")
    parser.add_argument("-o", "--out", required=True, type=Path, help="a folder, or one .png")
    parser.add_argument("--svg", action="store_true", help="also as strokes: STEM.svg")
    _knobs(parser, [row for row in PARAMETERS if row.name in ("line_style", "line_detail")])


def weights(parser: argparse.ArgumentParser) -> None:
    doing = parser.add_subparsers(dest="doing", required=True, metavar="list|get|add|check")
    doing.add_parser("list", help="the files that are here, and the published ones")
    getting = doing.add_parser("get", help="fetch published weights, check and convert them")
    getting.add_argument("what", metavar="NAME|URL", help="see livesketch weights list")
    getting.add_argument("--name", help="what to call it here")
    getting.add_argument(
        "--sha256", default="", metavar="HEX", help="refuse the file if it is any other"
    )
    adding = doing.add_parser("add", help="check a file and keep it among your own")
    adding.add_argument("file", type=Path)
    adding.add_argument("--name", help="what to call it; usually as the file is called")
    checking = doing.add_parser("check", help="read a file whole and say whether it is sound")
    checking.add_argument("file", metavar="FILE|NAME")
    for one in doing.choices.values():
        one.error = _refuse(one.prog)


def bench(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", metavar="NAME|FILE", help="see livesketch models")
    parser.add_argument("--runtime", choices=("auto", *RUNTIMES), help="what computes the faces")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures there")


def controls(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--markdown", action="store_true", help="as a page to publish")
    parser.add_argument("--osc", action="store_true", help="every OSC address, as such a page")


def _knobs(parser: argparse.ArgumentParser, rows: Iterable[Parameter]) -> None:
    """One flag a row of the table."""
    group = parser.add_argument_group("knobs (those of the window's panel)")
    for row in rows:
        flags = ["--" + row.name.replace("_", "-")]
        if row.name == "size":
            flags = [f"--{row.group}-size"]  # --size is the window's
        elif row.name == "line_style":
            flags.append("--style")
        if row.choices:
            meta = "|".join(row.choices)
        elif isinstance(row.default, bool):
            meta = "on|off"
        else:
            meta = f"{row.low:g}..{row.high:g}"
        words = f"{row.help} Usually {shown(row.default)}."
        group.add_argument(
            *flags,
            dest=f"knob_{row.name}",
            type=_knob(row),
            metavar=meta,
            help=words.replace("%", "%%"),
        )


def _knob(row: Parameter) -> Callable[[str], Value]:
    def value(text: str) -> Value:
        said = checked(row.name, text)
        if isinstance(said, float) and said != float(text):
            raise UsageError(
                f"{row.name} cannot be {text}.", f"It goes from {row.low:g} to {row.high:g}."
            )
        return said

    return value


def values(args: argparse.Namespace) -> dict[str, Value]:
    given = vars(args).items()
    return {
        name[5:]: value for name, value in given if name.startswith("knob_") and value is not None
    }


def count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of frames such as 100")
    return int(text)


def size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().replace("×", "x").partition("x")
    if not (
        width.isdigit() and height.isdigit() and 0 < int(width) < 20000 and 0 < int(height) < 20000
    ):
        raise argparse.ArgumentTypeError(f"{text!r} is not a size such as 1280x720")
    return int(width), int(height)


def _side(text: str) -> int:
    if not text.isdigit() or not 16 <= int(text) <= 4096 or int(text) % 2:
        raise argparse.ArgumentTypeError(f"{text!r} is not an even number from 16 to 4096")
    return int(text)


def _fps(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 60:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 60")
    return int(text)


def _speed(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0.01 <= number <= 10_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0 such as 4")
    return number


def _percents(text: str) -> tuple[float, ...]:
    try:
        numbers = tuple(dict.fromkeys(float(part) for part in text.split(",")))
    except ValueError:
        numbers = ()
    if not numbers or not all(0 < number <= 100 for number in numbers):
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of percents such as 10,25,50,100")
    return numbers


def _look(text: str) -> Look:
    seed = text.lower().removeprefix("look").strip()
    if not (seed.isascii() and seed.isdigit() and int(seed) < 2**63):
        raise argparse.ArgumentTypeError(f"there is no look {text!r}: give a number, 0 or more")
    return Look(name=f"look {int(seed)}", seed=int(seed))
