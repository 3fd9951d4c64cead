"""The stage's bars on two real displays: the short run holds what a busy machine can hold, the long one all of it."""

import shutil
import socket
from pathlib import Path

import pytest
from screen import figures_of
from tiny import write_tiny
from two_displays import serve

from livesketch.places import weights_dir


def measured(model: str, seconds: float, rounds: int, home: Path) -> dict:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with serve(home) as display:
        return figures_of(
            "measure_stage.py",
            model,
            seconds,
            port,
            rounds,
            home,
            display=display,
            home=home,
            timeout=1200,
        )


def test_a_saturated_model_and_a_flood_of_osc_leave_the_second_screen_playing(
    tmp_path: Path,
) -> None:
    figures = measured(str(write_tiny(tmp_path / "tiny.safetensors")), 0.7, 2, tmp_path)
    assert figures["state"].startswith("playing on DUMMY1")
    assert figures["faithful_after_flood"] == pytest.approx(79 / 80)
    assert figures["is_panel_used"]
    assert figures["faces"] > 0
    assert len(figures["wish_p50_ms"]) == 6
    assert max(figures["wish_p50_ms"].values()) < 1000


@pytest.mark.long
@pytest.mark.skipif(shutil.which("Xorg") is None, reason="no Xorg")
def test_the_bars_on_a_quiet_machine(tmp_path: Path) -> None:
    figures = measured(str(weights_dir() / "default.safetensors"), 30.0, 100, tmp_path)
    assert figures["faces"] > 30
    assert figures["is_panel_used"]
    assert figures["presents_per_s"] >= 58
    assert figures["interval_p99_ms"] <= 50
    assert figures["flooded_per_s"] >= 58
    assert max(figures["wish_p99_ms"].values()) <= 34, figures["wish_p99_ms"]
