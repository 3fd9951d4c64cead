"""What may be said on the command line about the stage: outputs, remotes, cues."""

import argparse
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from livesketch import flags
from livesketch.errors import UsageError
from livesketch.models import RUNTIMES
from livesketch.outputs import OUTPUTS, Setup
from livesketch.outputs.forms import SCREEN, Form, checked_form
from livesketch.outputs.http_server import LOOPBACK
from livesketch.revival_names import GO_ON
from livesketch.rig_options import RigOptions
from livesketch.sound.hearing import SOURCES
from livesketch.sound.routes import route_of


def with_stage(
    arguments: Callable[[argparse.ArgumentParser], None],
) -> Callable[[argparse.ArgumentParser], None]:
    """A window command's flags, and those of the stage."""

    def add(parser: argparse.ArgumentParser) -> None:
        arguments(parser)
        _stage_arguments(parser)

    return add


def _stage_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("stage (docs/stage.md)")
    group.add_argument(
        "--show",
        action="store_true",
        help="play before an audience: a guard restarts the program should it crash, and ending takes two keys",
    )
    group.add_argument(
        "--guard",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="the guard alone, or --show without it",
    )
    group.add_argument(GO_ON, action="store_true", help="be where the show was when it crashed")
    group.add_argument(
        "--second-screen",
        nargs="?",
        const="",
        metavar="DISPLAY",
        help="a clean picture on another display (livesketch devices has their names)",
    )
    group.add_argument(
        "--out",
        action="append",
        default=[],
        choices=("virtual camera", "ndi", "spout", "syphon", "replay"),
        help="also send it there; can be said again",
    )
    group.add_argument(
        "--record",
        nargs="?",
        const="",
        metavar="FILE.mp4|FOLDER",
        help="record from the beginning; a folder gets one PNG a frame",
    )
    group.add_argument(
        "--page",
        nargs="?",
        const="127.0.0.1:8080",
        metavar="[HOST:]PORT",
        help="a web page with the picture and a remote; another host needs --page-password",
    )
    group.add_argument("--page-password", default="", metavar="WORD")
    group.add_argument(
        "--output-size", type=flags.size, metavar="WxH", help="of the others (usually 1280x720)"
    )
    group.add_argument(
        "--size-of",
        type=_of("size", flags.size),
        action="append",
        default=[],
        metavar="OUTPUT=WxH",
        help="of one of them, such as ndi=1920x1080; can be said again",
    )
    group.add_argument(
        "--layout-of",
        type=_of("layout", str),
        action="append",
        default=[],
        metavar="OUTPUT=LAYOUT",
        help='of one output, such as "second screen=side by side"; can be said again',
    )
    group.add_argument("--output-fps", type=flags.count, default=30, metavar="N")
    group.add_argument("--flip", choices=("h", "v", "hv"), help="the second screen")
    group.add_argument(
        "--edges",
        type=_edges,
        metavar="L,T,R,B",
        help="what stays black at the second screen's left, top, right and bottom, 0 to 0.45",
    )
    group.add_argument(
        "--corners",
        type=_corners,
        metavar="X,Y,X,Y,X,Y,X,Y",
        help="where the second screen's corners go, clockwise from the upper left, 0 to 1",
    )
    group.add_argument(
        "--sound", nargs="?", const="", metavar="NAME", help="listen to a microphone"
    )
    group.add_argument(
        "--follow",
        type=route_of,
        action="append",
        default=[],
        metavar="SOUND=KNOB[:LOW..HIGH[:SECONDS]]",
        help=f"a knob follows what is heard ({', '.join(SOURCES)}); can be said again",
    )
    group.add_argument(
        "--osc", nargs="?", const="127.0.0.1:9000", metavar="[HOST:]PORT", help="listen to OSC"
    )
    group.add_argument(
        "--midi", nargs="?", const="", metavar="NAME", help="listen to a MIDI controller"
    )
    group.add_argument("--cues", type=Path, metavar="FILE.toml", help="a list of cues to play")


def soak(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--minutes", type=_minutes, required=True, metavar="N")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="another show")
    parser.add_argument("--model", metavar="NAME|FILE", help="see livesketch models")
    parser.add_argument("--runtime", choices=("auto", *RUNTIMES), help="what computes the faces")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures there")


def _minutes(text: str) -> float:
    try:
        minutes = float(text)
    except ValueError:
        minutes = 0.0
    if not 0 < minutes <= 10_000:
        raise argparse.ArgumentTypeError(f"{text!r} are no minutes such as 60")
    return minutes


def rig(args: argparse.Namespace) -> RigOptions:
    """What the flags above ask for."""
    host, port = _address(args.page or "127.0.0.1:8080")
    if host not in LOOPBACK and not args.page_password:
        raise UsageError(
            f"The page is not shown at {host} without a password.",
            "Say --page-password too, or leave the address out: then only this machine sees it.",
        )
    usual = Setup(fps=args.output_fps)
    record = Path(args.record) if args.record else None
    setups = dict.fromkeys(OUTPUTS, usual)
    setups[SCREEN] = replace(usual, display=args.second_screen or "")
    setups["page"] = replace(usual, host=host, port=port, password=args.page_password)
    is_film = record is None or record.suffix.lower() == ".mp4"
    setups["recorder" if is_film else "pictures"] = replace(usual, path=record)
    opened = [
        *(["second screen"] if args.second_screen is not None else []),
        *args.out,
        *(["page"] if args.page is not None else []),
        *(["recorder" if is_film else "pictures"] if args.record is not None else []),
    ]
    return RigOptions(
        outputs=tuple(dict.fromkeys(opened)),
        setups=setups,
        forms=_forms(args),
        sound=args.sound,
        routes=tuple(args.follow),
        osc=None if args.osc is None else _address(args.osc),
        midi=args.midi,
        cues=args.cues,
        is_show=args.show,
    )


def _forms(args: argparse.Namespace) -> dict[str, Form]:
    """What was said of how the outputs look; the rest is as it was the last time."""
    forms: dict[str, Form] = {}
    if args.output_size is not None:
        forms = {name: {"size": args.output_size} for name in OUTPUTS if name != SCREEN}
    for key, value in (("flip", args.flip), ("corners", args.corners), ("crop", args.edges)):
        if value is not None:
            forms.setdefault(SCREEN, {})[key] = value
    for name, key, value in (*args.size_of, *args.layout_of):
        forms.setdefault(name, {})[key] = checked_form(name, key, value)
    return forms


def _of(key: str, read: Callable[[str], object]) -> Callable[[str], tuple[str, str, object]]:
    """Reads "OUTPUT=VALUE"."""

    def of(text: str) -> tuple[str, str, object]:
        name, equals, value = text.partition("=")
        if not equals:
            raise argparse.ArgumentTypeError(f"{text!r} names no output: say OUTPUT={key.upper()}")
        return name.strip(), key, read(value.strip())

    return of


def _edges(text: str) -> tuple[float, ...]:
    try:
        edges = [float(part) for part in text.split(",")]
        found = checked_form(SCREEN, "crop", edges)
    except (ValueError, UsageError):
        found = ()
    if not isinstance(found, tuple) or len(found) != 4:
        raise argparse.ArgumentTypeError(f"{text!r} are not four edges such as 0,0.1,0,0.1")
    return found


def _address(text: str) -> tuple[str, int]:
    """ "9000", "0.0.0.0:9000" or "[::1]:9000"."""
    host, _, port = text.rpartition(":")
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise UsageError(f"{text!r} is no address.", "Say a port such as 9000, or HOST:PORT.")
    return host.strip("[]") or "127.0.0.1", int(port)


def _corners(text: str) -> tuple[tuple[float, float], ...]:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != 8 or not all(-1 <= number <= 2 for number in numbers):
        raise argparse.ArgumentTypeError(f"{text!r} are not four corners: eight numbers")
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))
