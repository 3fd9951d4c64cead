"""The command line: the only place that prints or exits. Each command imports what it needs when it runs."""

import argparse
import contextlib
import difflib
import json
import logging
import logging.handlers
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from livesketch import flags, stage_flags
from livesketch.controls.reference import keys_table, knobs_table, osc_page, page
from livesketch.disk import write_whole
from livesketch.errors import LivesketchError, SourceError, UsageError
from livesketch.revival_names import PULSE
from livesketch.worker import has_stragglers

if TYPE_CHECKING:
    from livesketch.models.weights import ModelInfo
    from livesketch.render import Step

log = logging.getLogger(__name__)

OK, BROKEN, FAILED, STOPPED = 0, 1, 2, 130


def main() -> NoReturn:
    code = run(sys.argv[1:])
    try:
        sys.stdout.flush()
    except (BrokenPipeError, AttributeError):
        _forget_stdout()
    if has_stragglers():
        logging.shutdown()
        os._exit(code)  # the interpreter's own end would abort inside the library they hang in
    sys.exit(code)


def run(argv: Sequence[str]) -> int:
    """The whole program; returns its exit code. Whatever happens, a person reads one sentence."""
    handler = _log_handler()
    logging.getLogger().addHandler(handler)
    try:
        return _command(list(argv))
    except LivesketchError as error:
        log.info("%s", error, exc_info=True)
        _complain(str(error))
        return FAILED
    except SystemExit as end:  # argparse has printed its help
        return end.code if isinstance(end.code, int) else OK
    except KeyboardInterrupt:
        _complain("stopped.")
        return STOPPED
    except BrokenPipeError:  # the reader, such as `head`, had enough
        _forget_stdout()
        return OK
    except Exception as error:
        log.exception("%s", " ".join(argv))
        where = getattr(handler, "baseFilename", None)
        details = (
            f"Details are in {where}." if where else "There is no log: its place cannot be written."
        )
        _complain(f"Something went wrong ({type(error).__name__}). {details}")
        return BROKEN
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()


def _command(argv: list[str]) -> int:
    if argv and argv[0] in ("-h", "--help"):
        print(_help())
        return OK
    if argv == ["--version"]:
        from livesketch import __version__

        print(f"livesketch {__version__}")
        return OK
    name, rest = _chosen(argv)
    command = COMMANDS[name]
    parser = flags.parser(name, command.help)
    command.arguments(parser)
    args = parser.parse_args(rest)
    args.words = [name, *rest]
    return command.run(args)


def _chosen(argv: list[str]) -> tuple[str, list[str]]:
    """The command's name and its arguments; flags or a file alone are for the window."""
    if not argv:
        return "draw", []
    first = argv[0]
    if first in COMMANDS:
        return first, argv[1:]
    if first.startswith("-") or Path(first).suffix or Path(first).exists():
        return "draw", argv
    near = difflib.get_close_matches(first, COMMANDS, 1)
    hint = f"Did you mean {near[0]}?" if near else "livesketch --help lists what there is."
    raise UsageError(f"There is no command {first!r}.", hint)


# --- what the commands do


def _draw(args: argparse.Namespace) -> int:
    if args.file is not None and not args.file.exists():
        raise SourceError(f"There is no file {args.file}.", "Check the path.")
    return _play(args, "paper", "", args.file)


def _webcam(args: argparse.Namespace) -> int:
    if args.video is None:
        return _play(args, "webcam", args.camera or "0", None)
    if args.video.is_dir():
        return _play(args, "folder", str(args.video), None)
    if not args.video.is_file():
        raise SourceError(f"There is no file {args.video}.", "Check the path.")
    return _play(args, "video", str(args.video), None)


def _play(args: argparse.Namespace, source: str, spec: str, path: Path | None) -> int:
    _check_model(args.model)
    _check_screen()
    is_guarded = args.show if args.guard is None else args.guard
    if is_guarded and not os.environ.get(PULSE):  # else this is the program that is guarded
        from livesketch.guard import guard

        return guard(args.words, say=_complain)
    from livesketch import app

    app.run(
        app.AppOptions(
            source=source,
            source_spec=spec,
            path=path,
            model=args.model,
            runtime=args.runtime,
            seed=None if args.look is None else args.look.seed,
            values=flags.values(args),
            frames=args.frames,
            size=args.size,
            is_full_screen=args.full_screen,
            rig=stage_flags.rig(args),
            is_guarded=is_guarded,
            is_going_on=args.go_on,
        )
    )
    return OK


def _check_model(name: str | None) -> None:
    """Before a window opens, and without loading anything heavy."""
    if name is not None:
        from livesketch.models.weights import find, read

        read(find(name))


def _check_screen() -> None:
    """Chooses how SDL opens a window; UsageError where there is no screen for one."""
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    if not sys.platform.startswith("linux") or os.environ.get("SDL_VIDEODRIVER"):
        return
    named = {"DISPLAY": "x11", "WAYLAND_DISPLAY": "wayland"}
    drivers = [driver for name, driver in named.items() if os.environ.get(name)]
    if not drivers:
        raise UsageError(
            "There is no screen to open a window on.",
            "Over SSH, livesketch render INPUT -o OUT makes faces without one; "
            "to use this machine's own screen say DISPLAY=:0 livesketch.",
        )
    # Left to itself SDL plays on unseen where the screen that is named does not answer.
    os.environ["SDL_VIDEODRIVER"] = ",".join(drivers)


def _render(args: argparse.Namespace) -> int:
    from livesketch import render

    _check_model(args.model)
    values = flags.values(args)
    if args.frontal:
        values.setdefault("face_me", 1.0)
    options = render.RenderOptions(
        inputs=render.files_in(args.inputs),
        out=args.out,
        model=args.model or "default",
        runtime=args.runtime or "auto",
        is_traced=args.trace or args.frontal,
        percents=args.strokes,
        look=args.look,
        has_own_look=args.own_look or (args.frontal and args.look is None),
        values=values,
    )
    if args.own_look and not options.is_traced:
        raise UsageError("Only a photo shows a look.", "Say --trace too, where photos are given.")
    return _follow(render.render(options), len(options.inputs), args.out, "face")


def _replay(args: argparse.Namespace) -> int:
    from tqdm import tqdm

    from livesketch import timelapse

    _check_model(args.model)
    options = timelapse.TimelapseOptions(
        drawing=args.drawing,
        out=args.out,
        model=args.model or "default",
        runtime=args.runtime or "auto",
        page=args.page,
        side=args.side,
        fps=args.fps,
        speed=args.speed,
        seconds=args.seconds,
        is_whole=args.undone,
        look=args.look,
        values=flags.values(args),
    )
    with tqdm(total=100, unit="%", leave=False, disable=None) as bar:
        count = timelapse.timelapse(
            options, progress=lambda share: bar.update(round(100 * share) - bar.n)
        )
    print(f"{args.out}: {count} pictures, {count / args.fps:.1f} s")
    return OK


def _trace(args: argparse.Namespace) -> int:
    from livesketch import render
    from livesketch.tracing.files import tracer

    values = flags.values(args)
    style, detail = values.get("line_style", "contour"), values.get("line_detail", 0.5)
    inputs = render.files_in(args.inputs, kinds=("picture",))
    with tracer(str(style), float(detail), args.svg) as draw:
        return _follow(
            render.trace(inputs, args.out, draw, args.svg), len(inputs), args.out, "sketch"
        )


def _follow(steps: "Iterable[Step]", inputs: int, out: Path, what: str) -> int:
    """Shows how far it is; names what is broken; 2 if anything was."""
    from tqdm import tqdm

    written, broken = 0, 0
    plural = {"face": "faces", "sketch": "sketches"}[what]
    # disable=None: a bar on a terminal only
    with tqdm(total=inputs, unit=f" {plural}", leave=False, disable=None) as bar:
        try:
            for step in steps:
                if step.more:
                    bar.total += step.more
                    bar.refresh()
                for sentence in (step.note, str(step.error or "")):
                    if sentence:
                        bar.clear()
                        _complain(sentence)
                written += step.written is not None
                broken += step.error is not None
                bar.update(step.is_face)
        except KeyboardInterrupt:
            bar.close()
            _complain(f"stopped. What is in {out} is whole.")
            return STOPPED
    if written:
        print(f"{written} {what if written == 1 else plural} in {out}")
    return FAILED if broken else OK


def _models(args: argparse.Namespace) -> int:
    from livesketch.models.listing import held_lines
    from livesketch.models.weights import list_models

    models = list_models()
    if not models:
        raise UsageError(
            "There are no models here.",
            "livesketch weights get fetches one, weights add FILE brings one; livesketch train makes one.",
        )
    for model in models:
        print("\n".join(held_lines(model)))
    return OK


def _weights(args: argparse.Namespace) -> int:
    from livesketch.models import listing, weights

    if args.doing == "list":
        print("\n".join(listing.lines()))
        return OK
    if args.doing == "get":
        info = _fetched(args)
        print(f"{info.name} is here now: {info.path}")
    elif args.doing == "add":
        info = weights.add(args.file, args.name)
        print(f"{info.name} is here now: {info.path}")
    else:
        info = weights.check(args.file)
        print(
            f"{info.name} is sound: {info.network}, {info.task}, {info.resolution}×{info.resolution}"
        )
    print("\n".join(line for line in listing.held_lines(info) if "  from: " not in line))
    print(f"    SHA-256 {info.digest}")
    if not info.terms:
        print("    terms: none are named")
    return OK


def _fetched(args: argparse.Namespace) -> "ModelInfo":
    from tqdm import tqdm

    try:
        from livesketch.models import fetching
    except ImportError as error:
        raise UsageError(
            f"Nothing can be fetched: {error}.", "Install what is missing: pip install gdown."
        ) from error

    with tqdm(unit="B", unit_scale=True, leave=False, disable=None) as bar:

        def show(so_far: int, total: int | None) -> None:
            bar.total = total
            bar.update(so_far - bar.n)

        return fetching.get(args.what, args.name, args.sha256, show)


def _devices(args: argparse.Namespace) -> int:
    from livesketch.devices import survey

    for finding in survey():
        print(finding.kind)
        for line in finding.found:
            print(f"    {line}")
        if finding.missing:
            print(f"  - {finding.missing}")
        if finding.hint:
            print(f"    {finding.hint}")
    return OK


def _bench(args: argparse.Namespace) -> int:
    _check_model(args.model)
    try:
        _check_screen()
    except UsageError:
        _complain("there is no screen here: the window is measured without one.")
        os.environ["SDL_VIDEODRIVER"] = "dummy"
    if sys.stderr.isatty():
        _complain("measuring for half a minute. Leave the machine alone meanwhile.")
    from livesketch import bench

    figures = bench.run(bench.BenchOptions(args.model or "default", args.runtime or "auto"))
    counted = figures["faces_counted"]
    if counted is not None and counted < bench.ENOUGH:
        _complain(f"the window showed {counted} faces in a minute: its figures are rough.")
    text = json.dumps(figures, indent=2)
    print(text)
    if args.json is not None:
        _write(args.json, text + "\n")
    return OK


def _soak(args: argparse.Namespace) -> int:
    _check_model(args.model)
    try:
        _check_screen()
    except UsageError:
        os.environ["SDL_VIDEODRIVER"] = "dummy"
    from livesketch import soak

    figures = soak.run(
        soak.SoakOptions(args.minutes, args.seed, args.model or "default", args.runtime or "auto")
    )
    text = json.dumps(figures, indent=2)
    print(text)
    if args.json is not None:
        _write(args.json, text + "\n")
    is_sound = not (figures["stops"] or figures["unasked_black"] or figures["unasked_change"])
    return OK if is_sound else BROKEN


def _write(path: Path, text: str) -> None:
    try:
        write_whole(path, text)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}.", "Name another file."
        ) from error


def _controls(args: argparse.Namespace) -> int:
    if args.osc:
        print(osc_page())
        return OK
    print(page() if args.markdown else f"{keys_table()}\n\n{knobs_table()}")
    return OK


def _evaluate(args: argparse.Namespace) -> int:
    from livesketch import evaluation

    _check_model(args.model)
    print(json.dumps(evaluation.run(args, _complain), indent=1))
    return OK


def _train(args: argparse.Namespace) -> int:
    from livesketch import training

    training.run(args)
    return OK


@dataclass(frozen=True)
class Command:
    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


def _no_flags(parser: argparse.ArgumentParser) -> None:
    pass


def _evaluate_flags(parser: argparse.ArgumentParser) -> None:
    from livesketch import evaluation

    evaluation.add_arguments(parser)


def _train_flags(parser: argparse.ArgumentParser) -> None:
    from livesketch import training

    training.add_arguments(parser)


COMMANDS: dict[str, Command] = {
    "draw": Command(
        "Draw with a pen or a mouse; a face follows.", stage_flags.with_stage(flags.draw), _draw
    ),
    "webcam": Command(
        "The same window, beginning with a camera.", stage_flags.with_stage(flags.webcam), _webcam
    ),
    "render": Command("Files in, faces out, without a window.", flags.render, _render),
    "replay": Command("A drawing as a film, stroke by stroke.", flags.replay, _replay),
    "trace": Command("Photos to the sketches the model would see.", flags.trace, _trace),
    "bench": Command("Latency and speed on this machine.", flags.bench, _bench),
    "soak": Command("A rehearsal: a seeded show with faults.", stage_flags.soak, _soak),
    "evaluate": Command("Measure a model on drawings.", _evaluate_flags, _evaluate),
    "models": Command("What can be loaded, its origin, its terms.", _no_flags, _models),
    "weights": Command("Weights files: list, get, add, check.", flags.weights, _weights),
    "devices": Command("What is plugged in, and what is missing.", _no_flags, _devices),
    "train": Command("Make a model from a folder of photos.", _train_flags, _train),
    "controls": Command("All keys and knobs.", flags.controls, _controls),
}


def _help() -> str:
    lines = [
        "usage: livesketch [COMMAND] ...",
        "",
        "Draw, or face a camera, and a photographic human face follows every line.",
        "Without a command: draw.",
        "",
    ]
    lines += [f"  {name:<10}{command.help}" for name, command in COMMANDS.items()]
    return "\n".join([*lines, "", "livesketch COMMAND --help says more about each."])


# --- where words and troubles go


def _complain(sentence: str) -> None:
    if sys.stderr is not None:  # it can be closed: then print() would take stdout
        with contextlib.suppress(OSError, ValueError):
            print(f"livesketch: {sentence}", file=sys.stderr, flush=True)


def _forget_stdout() -> None:
    """So that Python's own last flush meets no closed pipe."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _log_handler() -> logging.Handler:
    """What a sentence leaves out goes to livesketch.log. A log that cannot be written stops nobody."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")  # a console may know no ×
    logging.captureWarnings(True)
    logging.getLogger().setLevel(logging.INFO)
    handler: logging.Handler = logging.NullHandler()
    # On a machine that only trains there is no platformdirs; what it says goes to the terminal.
    if find_spec("platformdirs") is not None:
        from livesketch.places import user_dir

        folder = user_dir("log")
        with contextlib.suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            handler = logging.handlers.RotatingFileHandler(
                folder / "livesketch.log", maxBytes=1_000_000, backupCount=1, encoding="utf-8"
            )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    return handler
