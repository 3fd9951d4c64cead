"""Choosing a published model at the window: the old one plays on, and what OpenVINO cannot do is said."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pygame
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


def mouse(kind: int, **facts: Any) -> None:
    pygame.event.post(pygame.event.Event(kind, touch=False, **facts))


def press(play: Play, name: str, share: float = 0.5) -> None:
    """A click on a control of the window, `share` of its width from the left, as the mouse makes it."""
    window, rect = play.app.window, None
    # the panel is longer than the window: the wheel at its edge brings everything there
    for notches in (0, *[-2] * 60, *[2] * 120):
        rects = {part.name: part.rect for part in window._parts}
        rect, panel = rects.get(name), rects["panel"]
        if rect is not None and panel.inflate(0, -40).contains(rect):
            break
        mouse(pygame.MOUSEMOTION, pos=(panel.x + 3, panel.centery), rel=(0, 0), buttons=(0, 0, 0))
        mouse(pygame.MOUSEWHEEL, x=0, y=notches, precise_x=0.0, precise_y=float(notches))
        play.app.turn()
        play.app.turn()
    else:
        pytest.fail(f"{name} is nowhere in the panel")
    place = round(rect.x + share * (rect.w - 1)), rect.centery
    for kind in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
        mouse(kind, pos=place, button=1)
    play.app.turn()
    play.app.turn()


def test_every_knob_of_a_giant_is_in_the_panel_and_turns_its_face(play: Play, giant: str) -> None:
    """Side by side, layers, truncation: what is shown is what the model makes with that knob."""
    play.app.turn((Action("model", giant),))
    play.draw((0.3, 0.3), (0.5, 0.7), (0.7, 0.3))
    play.until(lambda view: play.app.stage.player.model == giant, "the giant")
    play.until(lambda view: view.is_fresh and view.kind == "psp", "its face")
    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_p, mod=0, unicode="p"))
    play.app.turn()
    play.app.turn()
    for group in ("person", "look", "layers"):
        press(play, f"panel.group.{group}")

    def turned(name: str = "", share: float = 0.5) -> np.ndarray:
        """The face that answers the knobs as they stand after the click."""
        if name:
            press(play, name, share)
        player = play.app.stage.player
        made = play.until(lambda view: view.is_fresh and player.is_idle, name).face
        assert made is not None
        return made

    shown = turned()
    several = turned("panel.faces.4")
    faces = [several[y : y + 32, x : x + 32] for y in (0, 32) for x in (0, 32)]
    assert np.array_equal(faces[0], cv2.resize(shown, (32, 32), interpolation=cv2.INTER_AREA))
    # everybody else is somebody of their own, of the very same drawing
    assert all(
        np.abs(faces[a].astype(float) - faces[b]).mean() > 1 for a in range(4) for b in range(a)
    )
    assert np.array_equal(turned("panel.faces.1"), shown)
    strange = turned("panel.truncation", 0.0)
    assert np.array_equal(turned("panel.truncation", 1.0), shown)
    first, last = turned("panel.layer_1", 1.0), turned("panel.layer_10", 0.0)
    assert len({face.tobytes() for face in (shown, strange, first, last)}) == 4
    values = play.app.stage.session.values
    assert (values["layer_1"], values["layer_10"], values["look_mix"]) == (1.0, 0.0, 1.0)
