"""Choosing a published model at the window: the old one plays on, and what OpenVINO cannot do is said."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from published import psp_content, small_psp
from tiny import write_tiny

from livesketch.app import App, AppOptions
from livesketch.controls.actions import Action, Pointer
from livesketch.models import torch_part
from livesketch.pipeline import Pipeline, open_live
from livesketch.ui.view import View

PATIENCE_S = 120.0


class Play:
    """An App whose newest View is kept."""

    def __init__(self, app: App) -> None:
        self.app, self.view = app, View()
        show = app.window.show

        def keep(view: View) -> float:
            self.view = view
            return show(view)

        app.window.show = keep  # type: ignore[method-assign]

    def draw(self, *points: tuple[float, float]) -> None:
        now = time.monotonic()
        kinds = ["down", *["move"] * (len(points) - 2), "up"]
        for n, (kind, (x, y)) in enumerate(zip(kinds, points, strict=True)):
            pointer = Pointer(kind, x, y, now + n * 0.004, False)  # type: ignore[arg-type]
            self.app.turn((Action("pointer", pointer),))

    def until(self, is_so: Callable[[View], bool], what: str) -> View:
        end = time.monotonic() + PATIENCE_S
        while not is_so(self.view):
            self.app.turn()
            assert time.monotonic() < end, f"{what}: not within {PATIENCE_S:.0f} s"
        return self.view


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    model = write_tiny(tmp_path / "tiny.safetensors")
    made = Play(App(AppOptions(model=str(model), runtime="torch", size=(720, 405))))
    made.until(lambda view: made.app.stage.player.is_ready, "the model")
    yield made
    made.app.close()


@pytest.fixture
def giant(tmp_path: Path) -> str:
    path = tmp_path / "giant.pt"
    torch.save(psp_content(small_psp()), path)
    return str(path)


def test_the_old_model_plays_on_until_the_giant_is_warm(play: Play, giant: str) -> None:
    player, may_open = play.app.stage.player, threading.Event()

    def loads_long(model: str, runtime: str) -> Pipeline:
        assert may_open.wait(PATIENCE_S)
        return open_live(model, runtime)

    player._open = loads_long
    old = player.model
    play.draw((0.3, 0.3), (0.5, 0.7), (0.7, 0.3))
    first = play.until(lambda view: view.is_fresh, "the old model's face").face
    assert first is not None
    play.app.turn((Action("model", giant),))
    play.draw((0.4, 0.4), (0.5, 0.5), (0.6, 0.45))
    second = play.until(
        lambda view: view.is_fresh and not np.array_equal(view.face, first),  # type: ignore[arg-type]
        "a face of the new line",
    ).face
    assert second is not None
    assert player.model == old
    assert second.shape == first.shape
    may_open.set()
    play.until(
        lambda view: view.is_fresh and view.face is not None and view.face.shape[0] == 64,
        "the giant's face of the same drawing",
    )
    assert player.model == giant


def test_what_openvino_cannot_compile_is_said_and_torch_paints(
    play: Play, giant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("openvino")

    def refuses(network: object) -> None:
        raise RuntimeError("no such operation")

    monkeypatch.setattr(torch_part("wplus_openvino"), "written", refuses)
    play.app.turn((Action("runtime", "auto"),))
    play.draw((0.3, 0.3), (0.5, 0.7), (0.7, 0.3))
    play.app.turn((Action("model", giant),))
    play.until(lambda view: play.app.stage.player.model == giant, "the giant")

    def is_said(view: View) -> bool:
        play.draw((0.4, 0.4), (0.5, 0.5), (0.6, 0.45))  # it is noticed with the next face
        return view.message is not None and "PyTorch plays on" in view.message.sentence

    play.until(is_said, "the sentence")
    play.until(lambda view: view.face is not None and view.face.shape[0] == 64, "its face")
    assert "torch" in play.view.device
