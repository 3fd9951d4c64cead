"""A tablet's pen in the real window: what it drew is on the screen and in the journal, once and whole."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tiny import write_tiny

from livesketch.canvas.document import Document
from livesketch.canvas.drawing_file import Journal
from livesketch.canvas.stroke import Stroke
from livesketch.frames import Picture
from livesketch.ui import theme
from livesketch.ui.layout import arrange

pytest.importorskip("Xlib", reason="python-xlib is not installed: pens on X11 cannot be tried")

HERE = Path(__file__).parent / "tablet"
DRIVERS = [Path(folder) / "xorg/modules" for folder in ("/usr/lib", "/usr/lib64")]
PAPER = arrange((1280, 720)).paper
INK = 110


@dataclass
class Shown:
    """What the software tablet drew, what the screen showed of it, and what the crash left."""

    drawn: dict[str, np.ndarray]  # (N, 3) x, y in paper sides, pressure
    document: Document
    picture: Callable[[str], Picture]  # the paper's part of a screenshot

    @property
    def strokes(self) -> list[Stroke]:
        return [event.stroke for event in self.document.events if event.stroke is not None]


def need_a_tablet() -> None:
    names = ("drivers/dummy_drv.so", "input/inputtest_drv.so")
    if shutil.which("Xorg") is None or not all(
        any((folder / name).is_file() for folder in DRIVERS) for name in names
    ):
        pytest.skip("Xorg with its dummy and inputtest drivers is not installed")
    for tool in ("xdpyinfo", "xdotool"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")


def run_on_tablet(script: str, folder: Path, *facts: object) -> Path:
    """A script of tests/tablet beside the software tablet; the program's own folder."""
    home = folder / "home"
    result = subprocess.run(
        [HERE / "with_tablet", sys.executable, HERE / script, folder, *map(str, facts)],
        capture_output=True,
        text=True,
        timeout=900,
        env={
            **os.environ,
            "PYTHONPATH": str(HERE.parent.parent),
            "LIVESKETCH_HOME": str(home),
            "TABLET_TIMEOUT": "800",
        },
    )
    assert result.returncode == 0, f"{result.stderr}\n{(folder / 'program.txt').read_text()}"
    return home


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Shown:
    need_a_tablet()
    folder = tmp_path_factory.mktemp("pen")
    model = write_tiny(folder / "tiny.safetensors")
    facts = ["--model", str(model), "--runtime", "torch", "--stabilizer", "0"]
    home = run_on_tablet("draw_in_window.py", folder, *facts)
    drawn = {}
    for name, points in json.loads((folder / "facts.json").read_text())["drawn"].items():
        table = np.array(points)
        table[:, 0] = (table[:, 0] - PAPER.x) / PAPER.w
        table[:, 1] = (table[:, 1] - PAPER.y) / PAPER.h
        drawn[name] = table

    def picture(name: str) -> Picture:
        whole = np.asarray(Image.open(folder / f"{name}.png").convert("RGB"))
        return whole[PAPER.y : PAPER.bottom, PAPER.x : PAPER.right]

    return Shown(drawn, Journal(home / "data" / "journal").recover(), picture)


def darkness(paper: Picture, x: float, top: float, bottom: float) -> float:
    """Pixels of ink down a column of the paper, parts of pixels counted as such."""
    first, last = round(top * PAPER.h), round(bottom * PAPER.h)
    column = paper[first:last, round(x * PAPER.w)].astype(float).mean(axis=1)
    return float(((column.max() - column) / 215).sum())


def test_the_line_is_as_wide_as_the_pen_pressed(shown: Shown) -> None:
    paper = shown.picture("pressure")
    widths = [darkness(paper, x, 0.15, 0.25) for x in (0.14, 0.3, 0.5, 0.7, 0.86)]
    assert widths == sorted(widths)
    assert widths[-1] > 2.0 * widths[0]
    assert widths[0] > 0.5


def test_sixty_samples_are_sixty_samples_with_place_pressure_and_time(shown: Shown) -> None:
    for name, number in (("swelling", 0), ("wave", 1), ("through", 3)):
        stroke, drawn = shown.strokes[number], shown.drawn[name]
        assert len(stroke) == len(drawn) == 60
        assert np.abs(stroke.table[:, :2] - drawn[:, :2]).max() * PAPER.w < 0.1  # pixels
        assert np.abs(stroke.table[:, 2] - drawn[:, 2]).max() < 0.002
        times = stroke.table[:, 5]
        assert np.all(np.diff(times) >= 0)
        assert 0.25 < times[-1] - times[0] < 10.0


def test_nothing_is_drawn_twice_and_nothing_that_began_elsewhere(shown: Shown) -> None:
    """Seven presses on the paper, seven strokes; one that came from the rail is none."""
    names = [stroke.brush.name for stroke in shown.strokes]
    assert names == ["pen", "pen", "eraser", "pen", "eraser", "pen", "pen"]
    below = shown.picture("undone")[round(0.6 * PAPER.h) : round(0.95 * PAPER.h), 20:-20]
    assert below.min() > 200


def test_the_eraser_tip_erases_and_the_button_undoes_it_at_the_pens_touch(shown: Shown) -> None:
    before, after, undone = (
        darkness(shown.picture(name), 0.5, 0.38, 0.5) for name in ("pressure", "erased", "undone")
    )
    assert before > 1.5
    assert after < 0.1
    assert undone == pytest.approx(before, abs=0.01)
    assert [event.kind for event in shown.document.events].count("undo") == 1


def test_a_stroke_goes_on_while_the_window_is_rearranged(shown: Shown) -> None:
    """Tab and the panel's key were pressed while the pen was down: the line has no corner."""
    stroke = shown.strokes[3]
    assert np.ptp(stroke.points[:, 1]) < 0.001
    assert np.diff(stroke.points[:, 0]).max() < 0.015


def test_the_first_side_button_moves_the_paper_and_draws_nothing(shown: Shown) -> None:
    def line(name: str) -> int:
        """How far down the straight line lies, in pixels."""
        top = round(0.58 * PAPER.h)
        column = shown.picture(name)[top:, round(0.5 * PAPER.w)].max(axis=1)
        return top + int(np.median(np.nonzero(column < INK)[0]))

    assert line("moved") - line("moved back") == pytest.approx(60, abs=3)
    assert line("moved back") == pytest.approx(0.7 * PAPER.h, abs=3)


def test_with_the_second_side_button_held_the_tip_erases(shown: Shown) -> None:
    assert darkness(shown.picture("moved back"), 0.7, 0.66, 0.74) > 1.0
    assert darkness(shown.picture("rubbed"), 0.7, 0.66, 0.74) < 0.1
    assert darkness(shown.picture("rubbed"), 0.6, 0.66, 0.74) > 1.0


def test_an_unplugged_pen_ends_its_stroke_and_the_mouse_draws_on(shown: Shown) -> None:
    torn, mouse = shown.strokes[5:]
    drawn = shown.drawn["torn"][:30]
    assert len(torn) == 30
    assert np.abs(torn.points - drawn[:, :2]).max() * PAPER.w < 0.1
    assert mouse.points[0] == pytest.approx((0.6, 0.92), abs=0.005)
    assert len(set(mouse.table[:, 2])) > 3  # its speed is its pressure
    assert shown.document.chain.count == 6  # the undone eraser is not among them


@pytest.mark.parametrize(
    ("strokes", "count"), [(10, 200), pytest.param(100, 1000, marks=pytest.mark.long)]
)
def test_of_very_many_samples_none_is_lost_and_none_comes_out_of_order(
    tmp_path: Path, strokes: int, count: int
) -> None:
    """As fast as the X server takes them: far faster than a hand, and than the window is drawn."""
    need_a_tablet()
    model = write_tiny(tmp_path / "tiny.safetensors")
    facts = ["--model", str(model), "--runtime", "torch", "--stabilizer", "0"]
    facts += ["--jitter", "0"]  # what is drawn here is finer than any tremble
    home = run_on_tablet("draw_many.py", tmp_path, strokes, count, *facts)
    drawn = np.load(tmp_path / "drawn.npy")
    found = Journal(home / "data" / "journal").recover().strokes
    assert [len(stroke) for stroke in found] == [count] * strokes
    heard = np.stack([stroke.table for stroke in found])
    assert np.abs(heard[..., :2] - drawn[..., :2]).max() * PAPER.w < 0.1  # pixels
    assert np.abs(heard[..., 2] - drawn[..., 2]).max() < 0.002
    assert (np.diff(heard.reshape(-1, 6)[:, 5]) >= 0).all()


def test_two_strokes_measure_the_hand_and_the_cursor_shows_how_it_presses(tmp_path: Path) -> None:
    need_a_tablet()
    model = write_tiny(tmp_path / "tiny.safetensors")
    facts = ["--model", str(model), "--runtime", "torch", "--stabilizer", "0"]
    home = run_on_tablet("draw_measured.py", tmp_path, *facts)

    def paper(name: str) -> Picture:
        whole = np.asarray(Image.open(tmp_path / f"{name}.png").convert("RGB"))
        return whole[PAPER.y : PAPER.bottom, PAPER.x : PAPER.right]

    def orange(name: str, x: float) -> int:
        part = paper(name)[:, round(x * PAPER.w) - 48 : round(x * PAPER.w) + 48].astype(int)
        return int((np.abs(part - theme.ACCENT).max(axis=2) < 60).sum())

    assert orange("hovering 0.2", 0.2) > 20
    assert orange("hovering 0.7", 0.2) == 0  # it went with the pen
    assert orange("hovering 0.7", 0.7) < orange("pressed 0.3", 0.7) < orange("pressed 0.9", 0.7)
    before, after = Journal(home / "data" / "journal").recover().strokes
    assert before.samples[20].pressure == pytest.approx(0.4, abs=0.01)
    assert after.samples[20].pressure == pytest.approx(1.0, abs=0.02)
    widths = [darkness(paper("after"), 0.5, top, top + 0.1) for top in (0.3, 0.75)]
    assert widths[1] > 1.3 * widths[0]
