"""The command line: quick help, one sentence and exit code 2 for what is wrong, one and the log for the rest."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from livesketch import cli, flags
from livesketch.controls.reference import keys_table
from livesketch.parameters import PARAMETERS

ROOT = Path(__file__).parent.parent
HEAVY = {"torch", "mediapipe", "pygame", "cv2", "openvino", "av", "jax", "matplotlib"}


def program(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The program as a user starts it."""
    return subprocess.run(
        [sys.executable, str(ROOT / "run.py"), *words],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
        env=os.environ | environment,
    )


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """The one line on stderr."""
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("livesketch: ")
    return lines[0]


@pytest.mark.parametrize("command", [(), *((name,) for name in cli.COMMANDS)], ids=str)
def test_help_is_quick_and_loads_nothing_heavy(command: tuple[str, ...]) -> None:
    script = (
        "import sys, json\n"
        "from livesketch.cli import run\n"
        "code = run(sys.argv[1:])\n"
        "print(json.dumps([code, sorted({name.split('.')[0] for name in sys.modules})]))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, *command, "--help"],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
    )
    code, modules = json.loads(run.stdout.splitlines()[-1])
    assert code == 0, run.stderr
    assert "usage: livesketch" in run.stdout
    assert not HEAVY & set(modules)


def test_help_names_every_command() -> None:
    text = program("--help").stdout
    for name in cli.COMMANDS:
        assert f"\n  {name} " in text


def test_three_ways_to_start_are_one_program() -> None:
    here = program("--version").stdout
    module = subprocess.run(
        [sys.executable, "-m", "livesketch", "--version"],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
    )
    assert here == module.stdout
    assert here.startswith("livesketch 0.")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("rendr a.png", "Did you mean render?"),
        ("fly", "--help lists"),
        ("render", "required: INPUT"),
        ("render a.png", "required: -o"),
        ("render a.png -o out --nonsense", "nrecognized arguments: --nonsense"),
        ("render a.png -o out --faithful 9", "0 to 1"),
        ("render a.png -o out --faithful high", "Give a number"),
        ("render a.png -o out --framing maybe", "on or off"),
        ("render a.png -o out --style crayon", "contour, ink, edges, artist, pencil"),
        ("render a.png -o out --strokes 10,x", "not a list of percents"),
        ("render a.png -o out --strokes 0", "not a list of percents"),
        ("render a.png -o out --strokes 101", "not a list of percents"),
        ("render a.png -o out --look Bob", "there is no look 'Bob'"),
        ("render a.png -o out --runtime abacus", "abacus"),
        ("render nowhere.png -o out.jpg", "made as .png"),
        ("draw --size big", "not a size"),
        ("draw --frames none", "not a number of frames"),
        ("draw no-such-file.livesketch", "There is no file"),
        ("no-such-file.livesketch", "There is no file"),
        ("draw --model no-such-model", "no model called 'no-such-model'"),
        ("webcam --model no-such-model", "no model called 'no-such-model'"),
        ("render run.py -o out --model no-such-model", "no model called 'no-such-model'"),
        ("bench --model no-such-model", "no model called 'no-such-model'"),
        ("webcam --video no-such-film.mp4", "There is no file"),
        ("webcam --camera 0 --video film.mp4", "not allowed with"),
        ("weights", "required"),
        ("weights fetch", "invalid choice"),
        ("weights check no-such-model", "no model called"),
        ("weights add no-such-file.safetensors", "There is no file"),
        ("train --data", "expected one argument"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_code_2(
    words: str,
    expected: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.py").write_text("not a drawing")
    assert cli.run(words.split()) == 2
    assert expected in said(capsys)
    assert not (tmp_path / "out").exists()


def test_no_screen_is_said_and_names_the_way_over_ssh(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("a Linux system without a desktop")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    assert cli.run([]) == 2
    assert "livesketch render" in said(capsys)


def test_a_screen_that_does_not_answer_is_said(tmp_path: Path) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("a Linux system with an X server that is gone")
    run = program("draw", "--frames", "1", DISPLAY=":4711", WAYLAND_DISPLAY="", SDL_VIDEODRIVER="")
    assert run.returncode == 2, run.stderr
    (line,) = run.stderr.strip().splitlines()
    assert "livesketch render" in line


def test_what_nobody_foresaw_is_one_sentence_and_the_log_has_the_rest(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, own_home: Path
) -> None:
    def broken(args: object) -> int:
        raise KeyError("the cat sat on it")

    monkeypatch.setitem(cli.COMMANDS, "devices", cli.Command("", lambda parser: None, broken))
    assert cli.run(["devices"]) == 1
    log = own_home / "log" / "livesketch.log"
    assert str(log) in said(capsys)
    assert "Traceback" in log.read_text()
    assert "the cat sat on it" in log.read_text()


def test_a_log_that_cannot_be_written_stops_nobody(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "home").write_text("a file where the folder should be")
    monkeypatch.setenv("LIVESKETCH_HOME", str(tmp_path / "home"))
    assert cli.run(["controls"]) == 0
    assert "Undo" in capsys.readouterr().out


def test_ctrl_c_ends_without_a_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(args: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setitem(cli.COMMANDS, "devices", cli.Command("", lambda parser: None, stopped))
    assert cli.run(["devices"]) == 130
    assert "stopped" in said(capsys)


@pytest.mark.skipif(os.name == "nt", reason="a shell's pipe")
@pytest.mark.parametrize("words", ["controls", "--help"])
def test_a_reader_that_has_enough_is_no_error(words: str) -> None:
    line = f'"{sys.executable}" run.py {words} | true; echo "code ${{PIPESTATUS[0]}}"'
    run = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert run.stdout.strip() == "code 0"
    assert run.stderr == ""


def test_the_tables_of_the_controls_are_complete(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["controls", "--markdown"]) == 0
    page = capsys.readouterr().out
    for row in PARAMETERS:
        assert f"| {row.name} |" in page
    assert "`Ctrl+Z`" in page


def test_every_address_is_on_a_page_with_what_it_takes(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["controls", "--osc"]) == 0
    page = capsys.readouterr().out
    for row in PARAMETERS:
        assert f"| `/livesketch/{row.name}` |" in page
    assert "| `/livesketch/blackout` | 0 or 1 |" in page
    assert "/livesketch/record`" not in page  # nobody on a network records
    assert "record" in page.rstrip().splitlines()[-1]


def test_the_readme_shows_the_keys_as_they_are() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    between = readme.partition("keeps them equal -->")[2].partition("<!-- end of keys -->")[0]
    assert between.strip() == keys_table(), "run `livesketch controls` and put the table there"


def test_every_knob_is_a_flag_of_the_window() -> None:
    parser = flags.parser("draw", "")
    flags.draw(parser)
    words = ["--pen-size", "12", "--mirror", "off", "--line-style", "ink", "--faithful", "0.25"]
    given = flags.values(parser.parse_args(words))
    assert given == {"size": 12.0, "mirror": False, "line_style": "ink", "faithful": 0.25}
    text = parser.format_help()
    for row in PARAMETERS:
        assert row.help.split()[0] in text


def test_devices_prints_every_kind(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["devices"]) == 0
    text = capsys.readouterr().out
    for kind in (
        "cameras",
        "displays",
        "tablets",
        "MIDI ports",
        "PyTorch",
        "OpenVINO",
        "MediaPipe",
    ):
        assert f"\n{kind}\n" in "\n" + text


def test_a_training_machine_needs_no_platformdirs() -> None:
    script = (
        "import sys\n"
        "for name in ('platformdirs', 'cv2', 'pygame', 'mediapipe', 'av', 'PIL', 'tqdm', 'openvino'):\n"
        "    sys.modules[name] = None\n"
        "from livesketch.cli import run\n"
        "sys.exit(run(['train', '--help']))\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, cwd=ROOT
    )
    assert run.returncode == 0, run.stderr
