"""After a crash the show is where it was: the drawing, the people, the cue, the outputs, and the last face at once."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from stage import until
from test_app import HEAD, Play
from tiny import write_tiny

from livesketch.app import App, AppOptions
from livesketch.outputs import Setup
from livesketch.outputs.displays import Display
from livesketch.outputs.forms import SCREEN
from livesketch.outputs.second_screen import SecondScreen
from livesketch.rig_options import RigOptions


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Play]]:
    plays: list[Play] = []
    model = str(write_tiny(tmp_path / "tiny.safetensors"))

    def begin(**options) -> Play:
        values = {"model": model, "runtime": "torch", "size": (720, 405), "is_guarded": True}
        play = Play(App(AppOptions(**{**values, **options})))
        plays.append(play)
        return play

    yield begin
    for play in plays:
        if play.app.window.is_open:
            play.app.close()


def crash(play: Play) -> None:
    """As if the process were gone: nothing is saved, the journal's lock is free."""
    play.app.stage.desk.close()
    play.app.stage.rig.close()
    play.app.stage.player.close()
    play.app.window.close()


def kept(home: Path) -> dict:
    path = home / "data" / "show" / "show.json"
    return json.loads(path.read_text()) if path.is_file() else {}


def test_the_show_goes_on_where_it_was(start, own_home: Path, tmp_path: Path) -> None:
    cues = tmp_path / "show.toml"
    cues.write_text('[[cue]]\nname = "A"\nseed = 90\n[[cue]]\nname = "B"\nseed = 91\n')
    setups = {"page": Setup(port=0)}
    play = start(rig=RigOptions(cues=cues, outputs=("page",), setups=setups))
    play.until(lambda view: play.app.stage.player.is_ready, "the model")
    play.draw(*HEAD)
    play.do("next_cue")
    play.do("set", ("faithful", 0.9))
    play.do("blackout")
    face = play.until(lambda view: view.is_fresh, "the face").face
    strokes = play.app.stage.session.document.strokes
    show = own_home / "data" / "show"
    assert until(
        lambda: (
            play.app.turn(),
            kept(own_home).get("show", {}).get("cue") == 0
            and kept(own_home)["show"]["is_blackout"]
            and kept(own_home)["values"]["faithful"] == 0.9
            and (show / "face.npz").is_file()
            and np.array_equal(np.load(show / "face.npz")["face"], face),  # type: ignore[arg-type]
        )[1]
    )
    crash(play)
    again = start(is_going_on=True, rig=RigOptions(setups=setups))
    again.app.turn()
    rig = again.app.stage.rig
    assert np.array_equal(again.view.face, face)  # type: ignore[arg-type]
    assert rig.is_blackout
    assert rig.audience.names == ("page",)
    assert rig.director.index == 0
    assert rig.director.coming is not None
    assert rig.director.coming.name == "B"
    assert again.app.stage.session.look.seed == 90
    assert again.app.stage.session.values["faithful"] == 0.9
    assert again.app.stage.session.document.strokes == strokes
    again.until(lambda view: view.is_fresh, "the face made anew")
    assert np.array_equal(again.view.face, face)  # type: ignore[arg-type]


def test_the_second_screen_comes_back_on_its_own_display_however_the_window_lies_now(
    start, own_home: Path
) -> None:
    play = start()
    there = [Display("DP-1", 0, 0, 2000, 2000), *(Display(name, 2000, 0, 9, 9) for name in "AB")]
    rig = play.app.stage.rig
    rig.audience.setups[SCREEN] = Setup(display="B")
    rig.audience.open_output = lambda name, setup: SecondScreen(setup, lambda: there)
    play.do("second_screen")
    assert until(lambda: (play.app.turn(), kept(own_home).get("show", {}).get("display"))[1])
    crash(play)
    again = start(is_going_on=True)  # where there is no such display
    again.app.turn()
    (seat,) = again.app.stage.rig.audience.seats()
    assert seat.state == "missing: the display B is not plugged in"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"show": 7}', '{"show": {"outputs": ["x"]}}'])
def test_what_was_kept_may_be_broken(start, own_home: Path, text: str) -> None:
    folder = own_home / "data" / "show"
    folder.mkdir(parents=True)
    (folder / "show.json").write_text(text)
    (folder / "face.npz").write_bytes(b"PK\x03\x04 nothing")
    play = start(is_going_on=True)
    play.until(lambda view: play.app.stage.player.is_ready, "the model")
    play.draw(*HEAD)
    play.until(lambda view: view.is_fresh, "a face")


def test_a_disk_that_takes_nothing_stops_no_show(start, own_home: Path) -> None:
    (own_home / "data").mkdir(parents=True)
    (own_home / "data" / "show").write_text("in the way")
    play = start()
    play.until(lambda view: play.app.stage.player.is_ready, "the model")
    play.draw(*HEAD)
    play.until(lambda view: view.is_fresh, "a face")
