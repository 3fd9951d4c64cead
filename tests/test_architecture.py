"""The arrows of docs/design.md: who may import whom, and which library lives in which room."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "livesketch"
FLOOR = {
    "frames",
    "parameters",
    "errors",
    "worker",
    "places",
    "latency",
    "kinds",
    "disk",
    "revival_names",
    "awake",
}
COMMANDS = {
    "app",
    "render",
    "timelapse",
    "bench",
    "soak",
    "devices",
    "training",
    "evaluation",
    "tracing",
}
MAY_IMPORT = {
    "cli": COMMANDS | {"models", "controls", "flags", "stage_flags", "guard"},
    "flags": {"models", "controls"},
    "guard": set(),
    "curtain": {"outputs"},
    "listening": {"session", "sound"},
    "rig_acts": {"rig", "outputs", "sound"},
    "revival": {"acts", "rig", "session"},
    "stage_flags": {"flags", "models", "outputs", "rig_options", "sound"},
    "rig_options": {"outputs", "sound"},
    "app": {
        "sound",
        "acts",
        "beat",
        "pauses",
        "past",
        "desk",
        "errands",
        "remotes",
        "revival",
        "rig",
        "rig_options",
        "hand",
        "player",
        "showing",
        "views",
        "session",
        "ui",
        "controls",
        "sources",
        "outputs",
        "tablet",
        "looks",
        "pipeline",
    },
    "past": {"staging"},
    "camera_acts": {"live", "session"},
    "posing": {"pipeline"},
    "live": {"desk", "pipeline", "posing", "session", "canvas", "controls", "sources"},
    "company": {"session", "canvas"},
    "staging": {"company", "live", "desk", "player", "rig", "session", "canvas", "sources"},
    "acts": {
        "paper_acts",
        "camera_acts",
        "staging",
        "desk",
        "player",
        "rig",
        "session",
        "controls",
        "sources",
        "outputs",
        "rig_acts",
    },
    "paper_acts": {"desk", "tools", "session", "canvas", "sources", "controls"},
    "suggesting": {"tracing", "canvas"},
    "drawings": {"canvas", "layered"},
    "layered": {"canvas", "sources", "tracing"},
    "transfers": {"canvas", "drawings"},
    "desk": {
        "drawings",
        "transfers",
        "suggesting",
        "tools",
        "picking",
        "session",
        "canvas",
        "tablet",
        "controls",
        "feeling",
    },
    "feeling": {"session", "canvas", "tablet", "controls"},
    "tools": {"picking", "session", "canvas"},
    "picking": {"session", "canvas"},
    "hand": {"tablet", "controls"},
    "player": {"eyes", "pipeline"},
    "showing": {"player", "pipeline", "desk", "picking", "session", "canvas", "ui"},
    "rig": {
        "rig_options",
        "audience",
        "director",
        "remotes",
        "session",
        "controls",
        "outputs",
        "listening",
        "sound",
    },
    "audience": {"outputs", "sound"},
    "director": {"session", "looks"},
    "remotes": {"controls"},
    "errands": {"rig", "session", "looks"},
    "views": {"acts", "errands", "hand", "outputs", "rig", "showing", "sources", "ui", "sound"},
    "render": {"drawings", "sources", "canvas", "looks", "pipeline", "outputs"},
    "timelapse": {"render", "sources", "canvas", "pipeline", "outputs", "post"},
    "bench": {"app", "pipeline", "controls"},
    "soak": {"app", "bench", "controls", "mishaps", "outputs", "rig_options", "sound", "troupe"},
    "mishaps": {"controls"},
    "troupe": {"eyes", "outputs", "pipeline", "sound"},
    "devices": {"sources", "outputs", "tablet", "controls", "models", "sound"},
    "session": {"canvas", "sound"},
    "ui": {"session", "canvas", "controls", "sound"},
    "pipeline": {"everybody", "eyes", "sitting", "tracer", "models", "looks", "post"},
    "eyes": {"everybody", "tracer", "post"},
    "everybody": {"tracer"},
    "sitting": {"tracer", "models", "post"},
    "tracer": {"tracing", "post"},
    "outputs": {"post", "sound"},
    "sources": {"canvas"},
    "tablet": {"canvas"},
    "controls": {"parameters"},
    "sound": set(),
    "evaluation": {"pipeline", "models", "tracing", "canvas", "sources"},
    "training": {"models", "tracing", "canvas"},
    "__init__": {"models"},
    "__main__": {"cli"},
}
ONLY_IN = {
    "pygame": {"ui", "outputs/second_screen.py", "app.py", "curtain.py"},
    "torch": {"models", "training", "evaluation"},
    "openvino": {"models", "devices.py"},
    "mediapipe": {"tracing"},
    "threading": {"worker.py"},
    "multiprocessing": set(),
    "concurrent": set(),
}
LAZY = {"cli.py", "__init__.py"}  # and the choice tables, which are __init__ files
FILES = sorted(ROOT.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports(tree: ast.AST) -> list[tuple[str, ast.stmt]]:
    found: list[tuple[str, ast.stmt]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, node) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports are written in full"
            assert node.module is not None
            if node.module == "livesketch":
                found += [(f"livesketch.{alias.name}", node) for alias in node.names]
            else:
                found.append((node.module, node))
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_arrows(path: Path) -> None:
    here = room(path)
    allowed = MAY_IMPORT.get(here, set()) | FLOOR | {here}
    for name, node in imports(ast.parse(path.read_text(encoding="utf-8"))):
        if name.startswith("livesketch."):
            there = name.split(".")[1]
            if there == "__version__":
                continue
            assert there in allowed, f"line {node.lineno}: {here} must not import {there}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_libraries_have_rooms(path: Path) -> None:
    relative = path.relative_to(ROOT)
    for name, node in imports(ast.parse(path.read_text(encoding="utf-8"))):
        rooms = ONLY_IN.get(name.split(".")[0])
        if rooms is not None:
            assert relative.parts[0] in rooms or str(relative) in rooms, (
                f"line {node.lineno}: {name} does not belong into {relative}"
            )


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_nobody_prints_or_exits_but_the_command_line(path: Path) -> None:
    if room(path) in {"cli", "training"}:
        return
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            assert name not in {"print", "exit", "quit", "sys.exit", "os._exit"}, (
                f"line {node.lineno}: {name}() belongs into cli.py"
            )
            assert name != "time.sleep", f"line {node.lineno}: nobody sleeps to wait"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_file_says_what_it_is_for(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if text.strip():
        assert ast.get_docstring(ast.parse(text)), "a file opens with one sentence"
