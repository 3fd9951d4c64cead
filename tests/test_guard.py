"""The guard: a crash or a stand-still is followed by a new start that goes on; a meant end is an end."""

import sys
from collections.abc import Sequence
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
backdrop = pathlib.Path(os.environ["LIVESKETCH_BACKDROP"])
if step.startswith("covered"):
    (backdrop / "wanted").touch()
    (backdrop / "place.json").write_text("{}")
    while not (folder / "hung").exists():
        pulse.touch()
        time.sleep(0.05)
    step = step.split("-")[1]
if step != "refuse":
    for _ in range(12):  # long enough to be looked at, however busy the machine is
        pulse.touch()
        time.sleep(0.05)
if step == "crash":
    os.kill(os.getpid(), signal.SIGKILL)
if step == "hang":
    time.sleep(60)
if step == "slowly":
    pulse.unlink()
    time.sleep(4)
sys.exit({"well": 0, "slowly": 0, "refuse": 2, "broken": 1}.get(step, 0))
"""


# A curtain that hangs until somebody clicks on it, which it is as soon as the show is over.
CURTAIN = """
import pathlib, sys, time
mine, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
with (mine / "hung").open("a") as file:
    file.write("hung\\n")
while not (folder / "over").exists():
    time.sleep(0.05)
(mine / "clicked").touch()
"""


def play(
    folder: Path, plan: str, still_s: float = 10.0, said: list[str] | None = None
) -> tuple[int, list[str]]:
    program = folder / "program.py"
    program.write_text(PROGRAM)
    command = (sys.executable, str(program), str(folder), plan)
    curtain: Sequence[str] = (sys.executable, "-c", CURTAIN, str(folder))
    told = [] if said is None else said
    code = guard(("draw", "--show"), command, still_s, curtain=curtain, say=told.append)
    return code, (folder / "runs").read_text().splitlines()


def test_a_meant_end_is_an_end(tmp_path: Path) -> None:
    assert play(tmp_path, "well") == (0, ["draw --show"])


@pytest.mark.parametrize("step", ["crash", "broken"])
def test_a_crash_is_followed_by_a_start_that_goes_on(tmp_path: Path, step: str) -> None:
    assert play(tmp_path, f"{step},well") == (0, ["draw --show", "draw --show --go-on"])


def test_a_program_that_stands_still_is_ended_and_goes_on(tmp_path: Path) -> None:
    code, runs = play(tmp_path, "hang,well", still_s=2.0)
    assert (code, len(runs)) == (0, 2)


def test_what_cannot_be_had_is_said_once_and_not_tried_again(tmp_path: Path) -> None:
    assert play(tmp_path, "refuse") == (2, ["draw --show"])


def test_an_end_that_takes_its_time_is_waited_for(tmp_path: Path) -> None:
    assert play(tmp_path, "slowly", still_s=2.0) == (0, ["draw --show"])


def test_a_program_that_cannot_live_is_given_up(tmp_path: Path) -> None:
    code, runs = play(tmp_path, "broken")
    assert code == 1
    assert len(runs) == 5
    assert not (tmp_path / "hung").exists()  # there was no second screen to cover


def test_one_curtain_hangs_through_a_crash_and_falls_at_a_meant_end(tmp_path: Path) -> None:
    code, runs = play(tmp_path, "covered-crash,covered-well")
    assert (code, len(runs)) == (0, 2)
    assert (tmp_path / "hung").read_text().splitlines() == ["hung"]
    assert not (tmp_path / "clicked").exists()


def test_a_show_that_cannot_live_leaves_its_picture_until_somebody_clicks(tmp_path: Path) -> None:
    said: list[str] = []
    code, _ = play(tmp_path, "covered-broken", said=said)
    assert code == 1
    assert (tmp_path / "clicked").exists()
    assert "click" in said[0]
