"""An hour's drawing at the window, its samples ten times closer together: the memory stays flat."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from tiny import write_tiny

DRAWS = """
    import gc, itertools, json, math, os, sys, time
    from livesketch.app import App, AppOptions
    from livesketch.controls.actions import Action, Pointer

    model, strokes = sys.argv[1], int(sys.argv[2])
    SAMPLES, AT_ONCE = 100, 10

    def memory_mb():
        gc.collect()
        pages = int(open("/proc/self/statm").read().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def stroke(number):
        middle, tilt = (0.3 + 0.4 * (number * 0.618 % 1), 0.3 + 0.4 * (number * 0.382 % 1)), number % 7
        for n in range(SAMPLES):
            angle = 2 * math.pi * n / SAMPLES * (1 + number % 3)
            x, y = middle[0] + 0.2 * math.cos(angle), middle[1] + 0.1 * math.sin(angle + tilt)
            kind = "down" if n == 0 else "up" if n == SAMPLES - 1 else "move"
            press = 0.2 + 0.6 * abs(math.sin(angle))
            yield Action("pointer", Pointer(kind, x, y, time.monotonic(), number % 11 == 10, press))

    app = App(AppOptions(model=model, runtime="torch", values={"stabilizer": 0.2}))
    while not app.stage.player.is_ready:
        app.turn()
    early, seen = 0.0, []
    for number in range(strokes):
        actions = stroke(number)
        while some := list(itertools.islice(actions, AT_ONCE)):
            app.turn(some)
        if number % 9 == 8:
            app.turn([Action("undo")])
        if number % 60 == 59:  # another sheet of paper, every two minutes
            app.turn([Action("clear")])
        if number == max(strokes // 10, 5):
            early = memory_mb()
        if number % max(strokes // 20, 1) == 0:
            seen.append(round(memory_mb(), 1))
    late = memory_mb()
    kept = len(app.stage.session.document.events)
    app.close()
    print(json.dumps({"early": early, "late": late, "seen": seen, "kept": kept}))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is measured as on Linux")
@pytest.mark.parametrize("strokes", [40, pytest.param(1800, marks=pytest.mark.long)])
def test_memory_is_flat_while_one_draws_for_an_hour(tmp_path: Path, strokes: int) -> None:
    """1800 strokes are an hour: one every two seconds."""
    model = write_tiny(tmp_path / "tiny.safetensors")
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(DRAWS), str(model), str(strokes)],
        capture_output=True,
        text=True,
        timeout=4 * 3600,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "SDL_VIDEODRIVER": "dummy",
            "LIVESKETCH_HOME": str(tmp_path / "home"),
        },
    )
    assert run.returncode == 0, run.stderr
    figures = json.loads(run.stdout.splitlines()[-1])
    assert figures["kept"] >= strokes  # all of it can be undone
    assert figures["late"] - figures["early"] < 50, figures
