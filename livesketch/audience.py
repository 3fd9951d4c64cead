"""What the audience gets: the outputs that are open, each handed the Show every turn, none disturbed by another."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from livesketch.errors import LivesketchError, OutputError, UsageError
from livesketch.frames import Picture, Show
from livesketch.outputs import OF_MAIN_THREAD, OUTPUTS, Output, Setup, open_output
from livesketch.outputs.forms import ITS_OWN, SCREEN, Form, shaped
from livesketch.outputs.http_page import HttpPage
from livesketch.outputs.painter import Painter
from livesketch.outputs.recorder import Recorder
from livesketch.outputs.second_screen import SecondScreen
from livesketch.places import free_name, home_folder
from livesketch.sound.block import Block
from livesketch.worker import Worker

log = logging.getLogger(__name__)

PREVIEW = (128, 72)  # pixels of what the operator sees of an output
PREVIEW_EVERY_S = 0.1
WHOLE = frozenset({"recorder", "pictures", "replay"})  # of one size from their first frame on
PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0  # before an output that failed is handed a Show again

Light = Literal["good", "waiting", "bad"]
Open = Callable[[str, Setup], Output]


@dataclass(frozen=True, eq=False)
class Seat:
    """One output as the operator sees it."""

    name: str
    state: str
    light: Light
    picture: Picture | None
    setup: Setup


@dataclass
class _Open:
    setup: Setup
    output: Output
    painter: Painter
    picture: Picture | None = None
    trouble: str = ""  # what its show() raised
    retry_at: float = 0.0
    pause: float = PAUSE_S


class Audience:
    """Outputs by name, one of each. Nothing here waits, and what one of them does wrong stays with it."""

    def __init__(
        self,
        setups: dict[str, Setup] | None = None,
        open_output: Open = open_output,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.setups = dict(setups or {})  # what each is to be when it is opened
        self.open_output, self._clock = open_output, clock
        self.has_sound = False  # the next film is to have the microphone in it
        self._seats: dict[str, _Open] = {}
        self._closing: list[tuple[str, Setup, Worker[Output, str]]] = []
        self._previewed = -float("inf")

    @property
    def names(self) -> tuple[str, ...]:
        """Those that are open, in the order in which they were opened."""
        return tuple(self._seats)

    @property
    def offered(self) -> tuple[str, ...]:
        return tuple(OUTPUTS)

    def is_open(self, name: str) -> bool:
        return name in self._seats

    def open(self, name: str) -> None:
        """LivesketchError where that is plain at once; else its state says how it goes."""
        if name not in OUTPUTS:
            raise UsageError(
                f"There is no output called {name!r}.", f"There are: {', '.join(OUTPUTS)}."
            )
        if name in self._seats:
            return
        setup = _placed(name, self.setups.get(name, Setup()))
        setup = replace(setup, has_sound=self.has_sound and name == "recorder")
        output = self.open_output(name, setup)
        self._seats[name] = _Open(setup, output, Painter(PREVIEW))

    def shape(self, name: str, form: Form) -> bool:
        """This output looks like that from now on (outputs/forms.py); False: from when it is opened again on."""
        self.setups[name] = shaped(self.setups.get(name, Setup()), form)
        seat = self._seats.get(name)
        if seat is None:
            return True
        if "size" in form and form["size"] != seat.setup.size:
            if name in WHOLE:
                return False
            self.close(name)
            self.open(name)
            return True
        seat.setup = shaped(seat.setup, form)
        if isinstance(seat.output, SecondScreen) and any(key in ITS_OWN for key in form):
            seat.output.shape(seat.setup)
        return True

    @property
    def display(self) -> str:
        """The name of the display that the second screen is on, or waits for; "" where there is none."""
        seat = self._seats.get(SCREEN)
        output = None if seat is None else seat.output
        return output.display if isinstance(output, SecondScreen) else ""

    def be_on(self, display: str) -> None:
        """The second screen, when it is opened: on this display and on no other, however it lies."""
        self.setups[SCREEN] = replace(self.setups.get(SCREEN, Setup()), display=display)

    def close(self, name: str) -> None:
        """What takes time, such as the end of a film, is done by a Worker; news() tells of it."""
        seat = self._seats.pop(name, None)
        if seat is None:
            return
        if name in OF_MAIN_THREAD:
            _closed(name, seat.output)
            return
        output = seat.output
        worker: Worker[Output, str] = Worker(
            lambda: lambda one: _closed(name, one), f"closing {name}"
        )
        worker.submit(output)
        self._closing.append((name, seat.setup, worker))

    def show(self, show: Show) -> None:
        """Every turn, whether or not anything is new."""
        now = self._clock()
        for name, seat in self._seats.items():
            if now < seat.retry_at:
                continue
            try:
                seat.output.show(_laid_out(show, seat.setup))
            except Exception as error:
                log.exception("%s failed", name)
                seat.trouble = f"broken: {error or type(error).__name__}"
                seat.retry_at = now + seat.pause
                seat.pause = min(2 * seat.pause, LONGEST_PAUSE_S)
            else:
                seat.trouble, seat.pause = "", PAUSE_S
        if now - self._previewed >= PREVIEW_EVERY_S:
            self._previewed = now
            for name, seat in self._seats.items():
                try:
                    seat.picture = seat.painter.paint(_laid_out(show, seat.setup))
                except Exception:
                    log.exception("no preview of %s", name)

    def hear(self, block: Block) -> None:
        """What the microphone heard, for the film that is being recorded."""
        seat = self._seats.get("recorder")
        if seat is not None and isinstance(seat.output, Recorder):
            seat.output.hear(block)

    def seats(self) -> tuple[Seat, ...]:
        found = []
        for name, seat in self._seats.items():
            state = seat.trouble or seat.output.state
            found.append(Seat(name, state, light_of(state), seat.picture, seat.setup))
        return tuple(found)

    def keep_replay(self) -> Path | None:
        """Begin to write the last half minute; None where nothing was remembered yet, now it begins."""
        seat = self._seats.get("replay")
        if seat is None or not isinstance(seat.output, Recorder):
            self.open("replay")
            return None
        path = free_name(home_folder("Videos"), "livesketch-replay", ".mp4")
        seat.output.keep(path)
        return path

    def asked(self) -> list[str]:
        """Names of the buttons that were pressed on the page."""
        seat = self._seats.get("page")
        return seat.output.asked() if seat is not None and isinstance(seat.output, HttpPage) else []

    def news(self) -> list[str]:
        """Sentences for the operator, each once."""
        said = []
        for seat in self._seats.values():
            if isinstance(seat.output, Recorder):
                said += seat.output.news()
        still = []
        for name, setup, worker in self._closing:
            state = worker.newest()
            if state is None:
                still.append((name, setup, worker))
                continue
            worker.close(timeout=0)
            if state.startswith("broken"):
                said.append(f"The {name} {'are' if name == 'pictures' else 'is'} {state}")
            elif setup.path is not None and setup.path.exists():
                said.append(f"Recorded {setup.path}.")
        self._closing = still
        return said

    def close_all(self, timeout: float = 20.0) -> None:
        """At the end: waits until films are whole, `timeout` seconds for all of them together."""
        until = time.monotonic() + timeout
        for name in list(self._seats):
            self.close(name)
        for name, _, worker in self._closing:
            if worker.newest(max(0.0, until - time.monotonic())) is None:
                log.error("%s did not close in time", name)
            worker.close(timeout=0)
        self._closing = []


def light_of(state: str) -> Light:
    """What an output's words mean at a glance."""
    if state.startswith(("broken", "missing")):
        return "bad"
    if state.startswith(("playing", "recording", "remembering")) and "dropped" not in state:
        return "good"
    return "waiting"


def _laid_out(show: Show, setup: Setup) -> Show:
    return replace(show, layout=setup.layout) if setup.layout else show


def _placed(name: str, setup: Setup) -> Setup:
    """With a file to write to, where the output writes one and none was named: a new one each time."""
    if name == "replay":
        return replace(setup, path=None)
    if name not in ("recorder", "pictures"):
        return setup
    ending = ".mp4" if name == "recorder" else ""
    named = setup.path
    if named is None:
        return replace(setup, path=free_name(home_folder("Videos"), "livesketch", ending))
    if named.is_dir():
        return replace(setup, path=free_name(named, "livesketch", ending))
    if named.exists():
        raise OutputError(f"{named} is there already.", "A recording never replaces a file.")
    return setup


def _closed(name: str, output: Output) -> str:
    """Its last state. An output that fails even now concerns nobody else."""
    try:
        output.close()
    except LivesketchError as error:
        return f"broken: {error}"
    except Exception as error:
        log.exception("%s did not close", name)
        return f"broken: {error or type(error).__name__}"
    return output.state or "closed"
