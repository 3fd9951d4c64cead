"""A rehearsal: a seeded show with faults thrown into it, and a witness who counts what an audience must never see."""

import random
import socket
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pythonosc.osc_message_builder import OscMessageBuilder

from livesketch.app import App, AppOptions
from livesketch.bench import Hand
from livesketch.controls.actions import Action
from livesketch.controls.midi import Midi
from livesketch.controls.midi_profile import Control, Target, write_profile
from livesketch.errors import ModelError
from livesketch.mishaps import Mishap, Mishaps
from livesketch.outputs import Output, Setup
from livesketch.outputs.sender import Sender
from livesketch.rig_options import RigOptions
from livesketch.sound.microphone import Microphone
from livesketch.sound.routes import route
from livesketch.troupe import SIZE, Beats, Controller, Device, Meddler, Witness
from livesketch.worker import Latest

EVENT_S = 1.5  # on the average, ten times closer together than in a show
FAULT_S = 17.0  # 212 an hour: more than 200 even if the last ones do not come to pass
READY_WITHIN_S = 120.0
LATE_S = 0.05  # from one turn to the next: frames were late

SWITCHES = ("blackout", "freeze", "panic")
EVENTS = (
    *("next_cue", "cue", "next_person", "random_person", "drift", "tap"),
    *("knob", "osc", "midi", "layout", "output", "shape", "listen", *SWITCHES),
)
# What the controller's knobs and pads were taught before the show.
TAUGHT = {
    Control("knob", 0, 21): Target("faithful"),
    Control("knob", 0, 22): Target("mix"),
    Control("knob", 0, 23): Target("layout"),
    Control("note", 9, 36): Target("next_cue"),
    Control("note", 9, 37): Target("blackout"),
    Control("note", 9, 38): Target("panic"),
    Control("note", 9, 39): Target("pick_look", 2),
}
CUES = "".join(
    f'[[cue]]\nname = "{name}"\nseed = {seed}\n{how}\n'
    for name, seed, how in (
        ("Anna", 3, ""),
        ("Bert", 12, "seconds = 2.0\nknobs = { faithful = 0.9 }"),
        ("Cleo", 40, "beats = 4.0\nknobs = { faithful = 0.2 }"),
        ("Dora", 77, 'seconds = 1.0\nease = "linear"'),
    )
)


@dataclass(frozen=True)
class SoakOptions:
    minutes: float = 1.0
    seed: int = 0
    model: str = "default"
    runtime: str = "auto"
    event_s: float = EVENT_S
    fault_s: float = FAULT_S


def run(options: SoakOptions) -> dict[str, Any]:
    """Play, and say what happened. Needs a display, or SDL_VIDEODRIVER=dummy."""
    with tempfile.TemporaryDirectory(prefix="livesketch-soak-") as folder:
        cues = Path(folder) / "soak.toml"
        cues.write_text(CUES, encoding="utf-8")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.bind(("127.0.0.1", 0))
            port = _free_port()
            rig = RigOptions(cues=cues, osc=("127.0.0.1", port), setups={"page": Setup(port=0)})
            app = App(
                AppOptions(model=options.model, runtime=options.runtime, is_private=True, rig=rig)
            )
            client.connect(("127.0.0.1", port))
            try:
                return _Rehearsal(app, options, client, Path(folder)).play()
            finally:
                app.close()


class _Rehearsal:
    """One show: what a person does, what goes wrong, and what was counted."""

    def __init__(self, app: App, options: SoakOptions, client: socket.socket, folder: Path) -> None:
        self._app, self._options, self._client, self._folder = app, options, client, folder
        self._rng = random.Random(options.seed)
        self._hand = Hand()
        self._witness, self._meddler = Witness(), Meddler()
        self._hangs: Latest[float] = Latest()
        self._hung: Latest[bool] = Latest()
        self._beats = Beats(options.seed)
        self._controller = Controller(options.seed)
        profile = folder / "midi.json"
        write_profile(TAUGHT, profile)
        app.stage.rig.remotes.midi = Midi(self._controller, profile)
        app.stage.rig.listener.open_microphone = lambda name: Microphone(name, self._beats.open)
        app.stage.session.routes = [route("onset", "smile"), route("level", "mix")]
        self._events: Counter[str] = Counter()
        self._stops = self._late = 0
        audience = app.stage.rig.audience
        made: dict[str, Callable[[], Output]] = {
            "ndi": lambda: self._witness,
            "spout": lambda: Sender(lambda: Device(self._hangs, self._hung), SIZE),
        }
        usual = audience.open_output
        audience.open_output = lambda name, setup: (
            made[name]() if name in made else usual(name, setup)
        )
        for name in made:
            audience.open(name)

    def play(self) -> dict[str, Any]:
        app, options = self._app, self._options
        end = time.monotonic() + READY_WITHIN_S
        while not app.stage.player.is_ready:
            app.turn()
            if time.monotonic() > end:
                raise ModelError("The model does not become ready.", "Try another runtime.")
        began = now = time.monotonic()
        seconds = 60 * options.minutes
        end = began + seconds
        event = began
        mishaps = Mishaps(self._mishaps(), options.seed, round(seconds / options.fault_s), seconds)
        memory = _Memory()
        while now < end:
            actions: list[Action] = list(self._hand.moves(now))
            actions += mishaps.turn(now - began)
            while now >= event:
                event += self._rng.expovariate(1 / options.event_s)
                actions += self._event(now)
            self._beats.play()
            self._controller.play(now)
            self._turn(actions)
            before, now = now, time.monotonic()
            self._late += now - before > LATE_S
            memory.look((now - began) / seconds)
        late = app.measures.late
        return {
            "minutes": round((now - began) / 60, 2),
            "seed": options.seed,
            "frames": self._witness.seen,
            "stops": self._stops,
            "unasked_black": self._witness.unasked_black,
            "unasked_change": self._witness.unasked_change,
            "frames_late": self._late,
            "late_ms": {"p95": _rounded(late.percentile(95)), "p99": _rounded(late.percentile(99))},
            "faces_shown": app.measures.faces_shown,
            "model_restarts": app.stage.player.replaced,
            "memory_growth_mb": memory.growth,
            "memory_most_mb": memory.most,
            "events": dict(sorted(self._events.items())),
            "midi_messages": self._controller.heard,
            "faults": dict(sorted(mishaps.happened.items())),
        }

    def _turn(self, actions: Sequence[Action]) -> None:
        self._meddler.join(self._app.stage.player.pipeline)
        try:
            self._app.turn(actions)
        except Exception:  # the very thing that must not happen: it is counted
            self._stops += 1

    def _event(self, now: float) -> list[Action]:
        rng = self._rng
        name = rng.choice(EVENTS)
        self._events[name] += 1
        if name == "cue":
            return [Action("cue", rng.randrange(4))]
        if name == "knob":
            return [Action("set", ("faithful", rng.random()))]
        if name == "layout":
            return [Action("set", ("layout", rng.choice(("face", "side by side", "crossfade"))))]
        if name == "output":
            return [Action("output", "page")]
        if name == "shape":
            layout = rng.choice(("", "drawing", "side by side"))
            return [Action("shape_output", ("page", "layout", layout))]
        if name == "osc":
            self._send(rng.choice(("faithful", "smoothing", "glide")), rng.random())
            return []
        if name == "midi":
            self._controller.touch(rng, now)
            return []
        if name in SWITCHES:
            rig = self._app.stage.rig
            is_on = {"blackout": rig.is_blackout, "freeze": rig.is_frozen, "panic": rig.is_panic}
            # Off sooner than on, so that there is something to be seen.
            return [Action(name, not is_on[name] and rng.random() < 0.5)]
        return [Action(name)]

    def _mishaps(self) -> dict[str, Mishap]:
        beats, played, witness = self._beats, self._controller, self._witness
        model = self._meddler
        return {
            "an output raises": Mishap(self._break_output, is_done=lambda: witness.error is None),
            "a device hangs": Mishap(
                lambda: self._hangs.put(2.5), is_done=lambda: self._hung.take() is not None
            ),
            "the model raises": Mishap(
                lambda: model.upset("raises"), lambda: model.is_calm, lambda: model.is_calm
            ),
            "the model hangs": Mishap(
                lambda: model.upset("hangs"), lambda: model.is_calm, lambda: model.is_calm
            ),
            "the microphone fails": Mishap(beats.fail, lambda: beats.active),
            "OSC nonsense": Mishap(self._nonsense),
            "MIDI nonsense": Mishap(played.spoil, lambda: played.is_whole, lambda: played.is_read),
            "MIDI fails": Mishap(
                played.upset, lambda: played.is_whole, lambda: not played.is_upset
            ),
            "MIDI is unplugged": Mishap(
                lambda: played.pull_out(time.monotonic() + self._rng.uniform(0.1, 6.0)),
                lambda: played.is_whole,
                lambda: not played.is_open,
            ),
            "a camera that is not there": Mishap(self._no_camera),
            "a broken list of cues": Mishap(self._broken_cues),
        }

    def _break_output(self) -> None:
        self._witness.error = OSError("the cable was pulled")

    def _no_camera(self) -> list[Action]:
        return [Action("open", self._folder / "unplugged.mp4"), Action("source", "paper")]

    def _nonsense(self) -> None:
        for _ in range(300):
            self._client.send(self._rng.randbytes(self._rng.randrange(1, 200)))

    def _broken_cues(self) -> list[Action]:
        path = self._folder / "broken.toml"
        path.write_text("[[cue]]\nname = \nseed = x", encoding="utf-8")
        return [Action("open", path)]

    def _send(self, name: str, value: float) -> None:
        builder = OscMessageBuilder(address=f"/livesketch/{name}")
        builder.add_arg(value)
        self._client.send(builder.build().dgram)


class _Memory:
    """Megabytes above those at a fifth of the show (what it takes once is no growth); None where the
    system does not tell. `growth`: in the end, `most`: at the worst moment."""

    def __init__(self) -> None:
        self._early: int | None = None
        self.growth: int | None = None
        self.most: int | None = None

    def look(self, share: float) -> None:
        now = _memory_mb()
        if now is None or self._early is None or share < 0.2:
            self._early = now
            return
        self.growth = now - self._early
        self.most = max(self.growth, self.most or 0)


def _free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def _memory_mb() -> int | None:
    """What the program takes now; None where the system does not tell."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    line = next((one for one in status.splitlines() if one.startswith("VmRSS")), "")
    return int(line.split()[1]) // 1024 if line else None


def _rounded(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else round(milliseconds, 1)
