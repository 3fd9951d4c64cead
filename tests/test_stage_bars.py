"""The stage's bars on two real displays: the short run holds what a busy machine can hold, the long one all of it."""

import shutil
import socket
import time
from pathlib import Path

import numpy as np
import pytest
from real_show import HEAD, draw_face, has_curtain, killed, still_face
from screen import figures_of
from tiny import write_tiny
from two_displays import audience, open_screen, serve

from livesketch.frames import Picture
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


def lines(picture: Picture) -> int:
    """Pixels of ink where the head was drawn."""
    xs, ys = zip(*HEAD, strict=True)
    drawn = picture[min(ys) - 10 : max(ys) + 10, min(xs) - 10 : max(xs) + 10]
    return int((drawn.max(axis=2) < 110).sum())


@pytest.mark.long
def test_a_killed_show_is_back_with_its_drawing_within_ten_seconds_and_follows_the_pen(
    tmp_path: Path,
) -> None:
    """By the default model, three times. The short run is in test_real_stage.py."""
    screen = open_screen("--second-screen", "--show", home=tmp_path)
    back, playing = [], []
    try:
        draw_face(screen)
        for number in range(3):
            screen.until(lambda picture: has_curtain(screen.program.pid), "the curtain")
            face, ink = still_face(screen), lines(screen.look())
            began = time.monotonic()
            killed(screen, lambda picture: None)
            screen.until(lambda picture: abs(lines(picture) - ink) < ink / 20, "the drawing")  # noqa: B023
            back.append(time.monotonic() - began)
            screen.stroke([(400 + 30 * number, 260), (400 + 30 * number, 330)])
            screen.until(lambda picture: not np.array_equal(audience(picture), face), "its face")  # noqa: B023
            playing.append(time.monotonic() - began)
    finally:
        screen.close()
    print({"back_s": np.round(back, 1).tolist(), "playing_s": np.round(playing, 1).tolist()})
    assert max(back) <= 10
