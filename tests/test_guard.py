"""The guard: a crash or a stand-still is followed by a new start that goes on; a meant end is an end."""

import sys
from pathlib import Path

import pytest

from livesketch.guard import guard

# A program that does what its number of starts says; "pulse" makes its loop go round once.
PROGRAM = """
import os, pathlib, signal, sys, time
folder, plan = pathlib.Path(sys.argv[1]), sys.argv[2].split(",")
runs = folder / "runs"
with runs.open("a") as file:
    file.write(" ".join(sys.argv[3:]) + "\\n")
step = plan[min(len(runs.read_text().splitlines()), len(plan)) - 1]
pulse = pathlib.Path(os.environ["LIVESKETCH_PULSE"])
if step != "refuse":
    pulse.touch()
    time.sleep(0.6)
if step == "crash":
    os.kill(os.getpid(), signal.SIGKILL)
if step == "hang":
    time.sleep(60)
if step == "slowly":
    pulse.unlink()
    time.sleep(2.5)
sys.exit({"well": 0, "slowly": 0, "refuse": 2, "broken": 1}.get(step, 0))
"""


def play(folder: Path, plan: str, still_s: float = 10.0) -> tuple[int, list[str]]:
    program = folder / "program.py"
    program.write_text(PROGRAM)
    command = (sys.executable, str(program), str(folder), plan)
    code = guard(("draw", "--show"), command, still_s)
    return code, (folder / "runs").read_text().splitlines()


def test_a_meant_end_is_an_end(tmp_path: Path) -> None:
    assert play(tmp_path, "well") == (0, ["draw --show"])


@pytest.mark.parametrize("step", ["crash", "broken"])
def test_a_crash_is_followed_by_a_start_that_goes_on(tmp_path: Path, step: str) -> None:
    assert play(tmp_path, f"{step},well") == (0, ["draw --show", "draw --show --go-on"])


def test_a_program_that_stands_still_is_ended_and_goes_on(tmp_path: Path) -> None:
    code, runs = play(tmp_path, "hang,well", still_s=1.0)
    assert (code, len(runs)) == (0, 2)


def test_what_cannot_be_had_is_said_once_and_not_tried_again(tmp_path: Path) -> None:
    assert play(tmp_path, "refuse") == (2, ["draw --show"])


def test_an_end_that_takes_its_time_is_waited_for(tmp_path: Path) -> None:
    assert play(tmp_path, "slowly", still_s=1.0) == (0, ["draw --show"])


def test_a_program_that_cannot_live_is_given_up(tmp_path: Path) -> None:
    code, runs = play(tmp_path, "broken")
    assert code == 1
    assert len(runs) == 5
