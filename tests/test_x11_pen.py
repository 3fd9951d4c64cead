"""A tablet's pen on a real X server: every report arrives in order, with its pressure, finer than a pixel."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("Xlib", reason="python-xlib is not installed: pens on X11 cannot be tried")

from livesketch.errors import SourceError
from livesketch.tablet.listing import described
from livesketch.tablet.x11 import XInputPen
from livesketch.tablet.x11_device import Axis, Device

HERE = Path(__file__).parent / "tablet"
DRIVERS = [Path(folder) / "xorg/modules" for folder in ("/usr/lib", "/usr/lib64")]


@pytest.fixture(scope="module")
def report() -> dict:
    """What a pen and an eraser drew on a window, and what was heard of it."""
    names = ("drivers/dummy_drv.so", "input/inputtest_drv.so")
    if shutil.which("Xorg") is None or not all(
        any((folder / name).is_file() for folder in DRIVERS) for name in names
    ):
        pytest.skip("Xorg with its dummy and inputtest drivers is not installed")
    if shutil.which("xdpyinfo") is None:
        pytest.skip("xdpyinfo (x11-utils) is not installed")
    result = subprocess.run(
        [HERE / "with_tablet", sys.executable, HERE / "draw_strokes.py"],
        capture_output=True,
        text=True,
        timeout=90,
        env={**os.environ, "PYTHONPATH": str(HERE.parent.parent), "TABLET_TIMEOUT": "60"},
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_every_sample_arrives_in_order_with_place_and_pressure(report):
    for stroke in report["strokes"]:
        drawn, heard = stroke["drawn"], stroke["heard"]
        assert [kind for kind, *_ in heard] == ["down"] + ["move"] * (len(drawn) - 1) + ["up"]
        for (x, y, pressure), (_, heard_x, heard_y, heard_pressure) in zip(
            drawn, heard, strict=False
        ):
            assert heard_x + 40 == pytest.approx(x, abs=0.02)  # where the window stands
            assert heard_y + 30 == pytest.approx(y, abs=0.02)
            assert heard_pressure == pytest.approx(pressure, abs=0.002)


def test_a_lifted_pen_does_not_thin_the_end_of_its_line(report):
    for stroke in report["strokes"]:
        assert stroke["heard"][-1][3] == pytest.approx(1.0, abs=0.01)


def test_the_eraser_tip_erases_and_the_label_says_who_draws(report):
    pen, eraser = report["strokes"]
    assert not any(pen["eraser"])
    assert all(eraser["eraser"])
    assert "stylus" in report["labels"][1]
    assert "eraser" in report["labels"][2]
    assert all("Abs Pressure" in axes for axes in report["axes"])


def test_stamps_are_the_pens_own_on_our_clock(report):
    for stroke in report["strokes"]:
        assert stroke["times"] == sorted(stroke["times"])
        assert min(stroke["lag"]) >= 0.0
        assert max(stroke["lag"]) < 15.0  # seconds: the machine may be busy


def test_a_pen_that_is_unplugged_ends_its_stroke(report):
    assert report["unplugged"][0] == "down"
    assert report["unplugged"][-1] == "up"
    assert report["left"] == 1


def test_a_pen_that_is_plugged_in_disturbs_no_stroke_and_is_heard(report):
    assert report["plugged"] == ["down"] + ["move"] * 30 + ["up"]
    assert report["back"] == 2


def test_side_buttons_are_told_and_let_go_with_an_unplugged_pen(report):
    assert report["buttons"] == [["press", 1], ["release", 1], ["press", 2], ["release", 2]]


def test_a_tablets_pens_are_listed_with_their_axes_and_ranges(report):
    stylus, eraser = report["listed"]
    assert stylus.startswith("Test Tablet Pen stylus: pressure 0 to 1000, ")
    assert "across 0 to 65535" in stylus
    assert "2 side buttons" in stylus
    assert "eraser" in eraser


def test_a_tablet_with_tilt_says_so_in_its_own_numbers():
    axes = {"Abs Pressure": (0.0, 8191.0), "Abs Tilt X": (-64.0, 63.0), "Abs Tilt Y": (-64.0, 63.0)}
    assert described("Slate stylus", axes, 1) == (
        "Slate stylus: pressure 0 to 8191, tilt across −64 to 63, tilt down −64 to 63, 1 side button"
    )


def test_where_there_is_no_x_server_one_sentence_says_so(monkeypatch):
    with pytest.raises(SourceError):
        XInputPen(1, ":31999")


def test_axes_of_any_range_become_pressure_and_degrees():
    axes = {
        "Abs Pressure": Axis(2, 100.0, 2100.0),
        "Abs Tilt X": Axis(3, -64.0, 63.0),
        "Abs Tilt Y": Axis(4, -9000.0, 9000.0),
    }
    device = Device("pen", False, axes)
    assert device.pressure() == 0.0
    device.values = {2: 1100.0, 3: -30.0, 4: 4500.0}
    assert device.pressure() == 0.5
    assert device.tilt("Abs Tilt X") == -30.0
    assert device.tilt("Abs Tilt Y") == 45.0
    assert Device("pen", False, {"Abs Pressure": axes["Abs Pressure"]}).tilt("Abs Tilt X") == 0.0


class Window:
    """What places need of a pen's connection: how large the desktop is."""

    _desktop = (2000, 1000)


def place_of(device: Device, x: float, y: float, root: tuple[float, float]) -> tuple[float, ...]:
    """A report with axes x, y in thousandths, on a window that stands at 100, 50."""
    before = device.place()
    device.values = {0: x, 1: y}
    window: Any = Window()
    return XInputPen._in_window(window, device, before, *root, root[0] - 100, root[1] - 50)


def test_a_pen_that_covers_the_desktop_is_where_its_axes_are_even_after_a_jump():
    device = Device("pen", False, {"Abs X": Axis(0, 0, 1000), "Abs Y": Axis(1, 0, 1000)})
    assert place_of(device, 100, 100, (200, 100)) == (100, 50)
    assert place_of(device, 101, 100, (200, 100)) == (102, 50)  # told one report late
    assert place_of(device, 101, 100, (202, 100)) == (102, 50)
    assert place_of(device, 900, 900, (202, 100)) == (1700, 850)


def test_a_pen_that_covers_one_of_two_screens_is_where_the_server_says():
    device = Device("pen", False, {"Abs X": Axis(0, 0, 1000), "Abs Y": Axis(1, 0, 1000)})
    for x in range(300, 400, 10):
        assert place_of(device, x, 500, (x, 500)) == (x - 100, 450)  # the left half of the desktop
