"""A show as it is played: what the audience sees after each key, whatever the model does meanwhile."""

import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pygame
import pytest
from pythonosc.osc_message_builder import OscMessageBuilder
from sounds import Studio, tone
from stage import Clock, until
from stage_hands import Pads
from test_app import HEAD, Play
from tiny import write_tiny

from livesketch.app import App, AppOptions
from livesketch.controls.actions import Action
from livesketch.controls.midi import TICKS, Midi
from livesketch.controls.midi_profile import Control, Target
from livesketch.frames import Show
from livesketch.outputs.painter import Painter
from livesketch.rig_options import RigOptions
from livesketch.sound.microphone import Microphone
from livesketch.ui.view import View


class Wall:
    """What an audience would see: an output that paints in the turn itself."""

    state = "playing"

    def __init__(self) -> None:
        self.painter = Painter((64, 48))
        self.picture = self.painter.paint(Show())

    def show(self, show: Show) -> None:
        self.picture = self.painter.paint(show)

    def close(self) -> None:
        self.state = "closed"

    @property
    def is_black(self) -> bool:
        return not self.picture.any()


class Stage:
    """The program, and a wall beside it."""

    def __init__(self, play: Play) -> None:
        self.play, self.app = play, play.app
        self.rig = play.app.stage.rig
        self.wall = Wall()
        self.rig.audience.open_output = lambda name, setup: self.wall
        self.rig.audience.open("ndi")

    def do(self, name: str, value: object = None) -> None:
        self.play.do(name, value)

    def draw(self) -> None:
        self.play.draw(*HEAD)
        self.play.until(lambda view: view.is_fresh, "a face")
        self.app.turn()


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Callable[..., Stage]]:
    plays: list[Play] = []
    model = write_tiny(tmp_path / "tiny.safetensors")

    def start(**options: object) -> Stage:
        rig = RigOptions(**options)  # type: ignore[arg-type]
        play = Play(App(AppOptions(model=str(model), runtime="torch", size=(720, 405), rig=rig)))
        plays.append(play)
        play.until(lambda view: play.app.stage.player.is_ready, "the model")
        return Stage(play)

    yield start
    for play in plays:
        play.app.close()


def test_blackout_is_black_in_the_same_turn_and_lifting_it_brings_the_face_back(begin) -> None:
    stage = begin()
    stage.draw()
    face = stage.wall.picture
    stage.do("blackout")
    assert stage.wall.is_black
    assert stage.play.view.face is not None  # the operator works on
    stage.do("blackout", True)
    assert stage.wall.is_black
    stage.do("blackout", False)
    assert np.array_equal(stage.wall.picture, face)


def test_a_frozen_picture_stays_while_the_operator_draws_on(begin) -> None:
    stage = begin()
    stage.draw()
    face = stage.wall.picture
    stage.do("freeze")
    stage.do("next_person")
    stage.play.until(lambda view: view.is_fresh, "the next person")
    stage.app.turn()
    assert np.array_equal(stage.wall.picture, face)
    stage.do("freeze")
    assert not np.array_equal(stage.wall.picture, face)


def test_panic_brings_the_safe_picture_at_once_although_the_model_hangs(begin) -> None:
    stage = begin()
    stage.play.until(lambda view: stage.rig.safe is not None, "a safe picture")
    stage.draw()
    stage.do("safe_picture")
    safe = stage.wall.picture
    stage.do("pick_look", 4)
    stage.play.until(lambda view: view.is_fresh, "somebody else")
    stage.app.turn()
    assert not np.array_equal(stage.wall.picture, safe)
    hang = stage.app.stage.player._playing
    assert hang.pipeline is not None
    go = threading.Event()
    hang.pipeline.painted = lambda drawn: go.wait(30) and None  # type: ignore[method-assign,return-value]
    stage.do("next_person")
    stage.do("freeze")
    stage.do("panic")
    assert np.array_equal(stage.wall.picture, safe)
    stage.do("random_person")
    stage.app.turn()
    assert np.array_equal(stage.wall.picture, safe)
    assert stage.rig.safe is not None
    go.set()


def test_panic_leaves_every_cue_and_goes_back_to_the_safe_person(begin, tmp_path: Path) -> None:
    cues = tmp_path / "show.toml"
    cues.write_text('[[cue]]\nname = "A"\nseed = 90\nseconds = 60.0\n')
    stage = begin(cues=cues)
    stage.draw()
    stage.do("safe_picture")
    who = stage.app.stage.session.look
    stage.do("next_cue")
    assert stage.rig.director.is_moving
    stage.do("panic")
    assert not stage.rig.director.is_moving
    assert stage.app.stage.session.look is who
    stage.do("panic")
    assert not stage.rig.is_panic


def test_safety_is_done_before_everything_else_of_the_turn(begin) -> None:
    stage = begin()
    order: list[str] = []
    done = stage.app._do
    stage.app._do = lambda action: (order.append(action.name), done(action))[1]  # type: ignore[method-assign]
    stage.app.turn([Action("clear"), Action("undo"), Action("panic"), Action("blackout")])
    assert order == ["panic", "blackout", "clear", "undo"]


def test_blackout_by_osc_is_black_in_the_turn_that_hears_it(begin) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    stage = begin(osc=("127.0.0.1", port))
    stage.draw()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        builder = OscMessageBuilder(address="/livesketch/blackout")
        builder.add_arg(1)
        client.sendto(builder.build().dgram, ("127.0.0.1", port))
        stage.app.turn()
        assert stage.wall.is_black


SAFETY_KEYS = {"blackout": pygame.K_F9, "freeze": pygame.K_F10, "panic": pygame.K_F12}


def test_black_hold_and_panic_by_key_osc_and_midi_are_there_in_the_very_turn_while_the_model_hangs(
    begin, tmp_path: Path
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    stage = begin(osc=("127.0.0.1", port))
    pads = Pads(tmp_path / "midi.json", tuple(SAFETY_KEYS))
    stage.rig.remotes.midi = pads.midi
    stage.draw()
    stage.do("safe_picture")
    go = threading.Event()
    playing = stage.app.stage.player.pipeline
    assert playing is not None
    playing.painted = lambda drawn: go.wait(30) and None  # type: ignore[method-assign,return-value]
    stage.do("next_person")
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.connect(("127.0.0.1", port))

    def by_key(name: str, is_on: bool) -> None:
        facts = {"key": SAFETY_KEYS[name], "mod": 0, "unicode": "", "scancode": 0}
        for kind in (pygame.KEYDOWN, pygame.KEYUP):
            pygame.event.post(pygame.event.Event(kind, facts))

    def by_osc(name: str, is_on: bool) -> None:
        builder = OscMessageBuilder(address=f"/livesketch/{name}")
        builder.add_arg(int(is_on))
        client.send(builder.build().dgram)

    def by_midi(name: str, is_on: bool) -> None:
        pads.press(name)

    try:
        for send in (by_key, by_osc, by_midi):
            for name in SAFETY_KEYS:
                for is_on in (True, False):
                    send(name, is_on)
                    stage.app.turn()
                    seen = stage.rig.seen()
                    assert seen.is_blackout == (is_on and name == "blackout"), (send, name)
                    assert seen.is_panic == (is_on and name == "panic"), (send, name)
                    is_held = is_on and name in ("freeze", "panic")
                    assert seen.is_held == is_held, (send, name)
    finally:
        go.set()
        client.close()


def test_a_knob_is_touched_in_the_window_and_then_on_the_controller(begin, tmp_path: Path) -> None:
    stage = begin()
    pads = Pads(tmp_path / "midi.json", ())
    stage.rig.remotes.midi = pads.midi
    stage.do("set", ("faithful", 0.0))
    stage.do("learn")
    stage.do("set", ("faithful", 0.7))
    assert stage.app.stage.session.values["faithful"] == 0.0  # learnt, not turned
    assert "faithful" in stage.play.said
    seen = []
    for level in (64, 40, 0, 127):  # learnt by, too high yet, takes over, turns
        pads.turn(21, level)
        stage.app.turn()
        seen.append(stage.app.stage.session.values["faithful"])
    assert seen == [0.0, 0.0, 0.0, 1.0]
    again = Midi(pads, tmp_path / "midi.json")
    assert again.profile == {Control("knob", 0, 21): Target("faithful")}


def test_a_sequencers_clock_is_the_tempo_that_the_operator_sees(begin, tmp_path: Path) -> None:
    stage, clock = begin(), Clock()
    pads = Pads(tmp_path / "midi.json", ())
    pads.midi = Midi(pads, tmp_path / "midi.json", clock=clock)
    stage.rig.remotes.midi = pads.midi
    for _ in range(2 * TICKS + 1):
        pads.tick()
        stage.app.turn()
        clock.now += 60 / 90 / TICKS
    assert stage.play.view.show is not None
    assert stage.play.view.show.tempo == "90 bpm"
    assert stage.rig.director.beat_s == pytest.approx(60 / 90, rel=0.01)


def test_whatever_fails_is_told_to_the_operator_and_changes_no_pixel_before_the_audience(
    begin, tmp_path: Path
) -> None:
    stage = begin()
    stage.draw()
    face = stage.wall.picture
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG nothing")
    cues = tmp_path / "broken.toml"
    cues.write_text("[[cue")
    wishes = [
        ("open", tmp_path / "gone.mp4"),
        ("source", "paper"),
        ("open", broken),
        ("source", "paper"),
        ("open", cues),
        ("open", tmp_path / "gone.svg"),
        ("next_cue", None),
        ("learn", None),
        ("output", "hologram"),
        ("runtime", "abacus"),
        ("save", tmp_path / "no" / "folder" / "here.png" / "x"),
    ]
    told = set()
    for name, value in wishes:
        stage.do(name, value)
        for _ in range(5):
            stage.app.turn()
            told.add(stage.play.said)
            assert np.array_equal(stage.wall.picture, face), (name, value)
    assert len(told) > len(wishes) // 2


def test_a_taken_port_is_one_sentence(begin) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(Exception, match="OSC cannot listen"):
            begin(osc=taken.getsockname())


def test_in_a_show_it_takes_a_second_key_to_end_it(begin) -> None:
    stage = begin(is_show=True)
    stage.do("quit")
    assert not stage.app.stage.is_over
    assert "Enter" in stage.play.said
    stage.rig.clock = lambda: time.monotonic() + 60
    stage.do("confirm")  # too late
    assert not stage.app.stage.is_over
    stage.rig.clock = time.monotonic
    stage.do("quit")
    stage.do("confirm")
    assert stage.app.stage.is_over


def test_a_show_that_the_system_tells_to_end_ends_without_a_second_key(begin) -> None:
    stage = begin(is_show=True)
    stage.app._options = replace(stage.app._options, frames=1000)
    show = stage.app.window.show

    def told(view: View) -> float:
        # raised for real here, once among many tests, it ended all of them; test_real_awake.py ends a program so
        heard = signal.getsignal(signal.SIGTERM)
        assert callable(heard)
        heard(signal.SIGTERM, None)
        return show(view)

    stage.app.window.show = told
    stage.app.run()
    assert stage.app.stage.is_over


def test_without_a_show_one_key_ends_it_and_enter_does_nothing(begin) -> None:
    stage = begin()
    stage.do("confirm")
    assert not stage.app.stage.is_over
    stage.do("quit")
    assert stage.app.stage.is_over


def test_an_output_that_raises_leaves_the_window_and_the_others_playing(begin) -> None:
    stage = begin()
    other = Wall()
    stage.rig.audience.open_output = lambda name, setup: other
    stage.do("output", "page")

    def fail(show: Show) -> None:
        raise RuntimeError("gone")

    stage.wall.show = fail  # type: ignore[method-assign]
    stage.draw()
    assert other.picture.any()
    show = stage.play.view.show
    assert show is not None
    assert [card.light for card in show.outputs] == ["bad", "good"]
    assert stage.play.view.message is None  # the operator sees the light


def test_the_next_cue_is_seen_by_the_operator_before_the_audience_sees_it(
    begin, tmp_path: Path
) -> None:
    cues = tmp_path / "show.toml"
    cues.write_text('[[cue]]\nname = "A"\nseed = 90\n[[cue]]\nname = "B"\nseed = 91\n')
    stage = begin(cues=cues)
    stage.draw()
    before = stage.wall.picture
    view = stage.play.until(
        lambda view: bool(
            view.show and view.show.next_cue and view.show.next_cue.picture is not None
        ),
        "the preview",
    )
    assert view.show is not None
    assert view.show.next_cue is not None
    assert view.show.next_cue.name == "A"
    assert np.array_equal(stage.wall.picture, before)
    preview = view.show.next_cue.picture
    stage.do("next_cue")
    stage.play.until(lambda view: view.is_fresh and not stage.rig.director.is_moving, "the cue")
    assert np.array_equal(stage.play.view.face, preview)  # type: ignore[arg-type]


def test_what_a_window_key_asks_for_can_be_asked_from_elsewhere(begin) -> None:
    stage = begin()
    stage.do("panel")
    assert stage.app.window._desk.is_panel_open


def test_outputs_end_well_when_the_program_does(begin) -> None:
    stage = begin()
    stage.draw()
    stage.rig.close()
    assert until(lambda: stage.wall.state == "closed")


def fill_the_card(stage: Stage, fact: str, heir: str, pick: int) -> None:
    """The model finds no room any more, until one with that `fact` plays; the audience keeps the last good face."""
    face, failing = stage.wall.picture, stage.app.stage.player.pipeline
    assert failing is not None

    def full(drawn: object) -> None:
        raise RuntimeError("CUDA out of memory")

    failing.painted = full  # type: ignore[method-assign,assignment]
    for step in range(20):
        if getattr(stage.app.stage.session, fact) == heir:
            break
        stage.do("pick_look", pick + step % 2)
        assert np.array_equal(stage.wall.picture, face)
        stage.play.until(lambda view: stage.app.stage.player.is_idle, "an answer")
    assert "CUDA out of memory" in stage.play.said
    stage.play.until(
        lambda view: getattr(stage.app.stage.player, fact) == heir, f"the other {fact}"
    )
    stage.play.until(lambda view: view.is_fresh, "its face")
    stage.app.turn()
    assert not np.array_equal(stage.wall.picture, face)


def test_a_model_whose_card_is_full_gives_way_and_the_audience_keeps_the_last_good_face(
    begin, own_home: Path
) -> None:
    write_tiny(own_home / "data" / "weights" / "default.safetensors", seed=9)
    stage = begin()
    stage.draw()
    fill_the_card(stage, "model", "default", pick=1)
    # and where the other one does not fit into it either, the processor takes over
    fill_the_card(stage, "runtime", "openvino", pick=3)


def test_in_the_program_a_loud_sound_asks_for_another_face_and_the_knob_shows_it(begin) -> None:
    stage = begin()
    studio, session = Studio(), stage.app.stage.session
    stage.rig.listener.open_microphone = lambda name: Microphone(name, studio.open)
    session.sound = ""
    stage.do("follow", "level")
    stage.app.turn([Action("set", ("smile", 0.5))])  # touched in the window: learnt, not turned
    assert session.values["smile"] == 0.0
    stage.draw()
    assert until(lambda: (stage.app.turn(), studio.streams)[1])
    asked = []

    def hears() -> bool:
        studio.streams[0].play(tone(440, 0.05, 1.0))
        stage.app.turn()
        result = stage.rig.answer
        asked.append(0.0 if result is None else float(result.request.settings["smile"]))
        return asked[-1] > 0.5

    assert until(hears)
    assert session.values["smile"] == 0.0
