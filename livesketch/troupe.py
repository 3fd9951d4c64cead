"""Who plays along in a rehearsal: a witness who sees what an audience sees, a device that hangs, a microphone that
fails, a MIDI controller whose plug is loose, and a model's worst days."""

import random
import weakref
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Literal

import numpy as np
from mido import Message, Parser

from livesketch.errors import ModelError, SourceError
from livesketch.eyes import Drawn
from livesketch.frames import Picture, Result, Show
from livesketch.outputs.painter import Painter
from livesketch.pipeline import Pipeline
from livesketch.sound.block import RATE
from livesketch.sound.microphone import Take
from livesketch.worker import Latest

SIZE = (320, 180)
TICK_S = 0.5 / 24  # of MIDI clock, at 120 beats a minute
WAITING = 4096  # messages that a driver keeps


class Witness:
    """An Output that looks at every Show as an audience would, and counts."""

    def __init__(self) -> None:
        self._painter = Painter(SIZE)
        self.state = "playing"
        self.seen = 0
        self.unasked_black = 0
        self.unasked_change = 0  # while it was held, or in panic
        self.has_face = False
        self._held: tuple[bool, Picture] | None = None
        self.error: Exception | None = None

    def show(self, show: Show) -> None:
        if self.error is not None:
            error, self.error = self.error, None
            raise error
        picture = self._painter.paint(show)
        self.seen += 1
        if show.is_blackout:
            return  # asked for; what was held is held behind it
        self.has_face |= show.result is not None and show.result.face is not None
        if self.has_face and not picture.any():
            self.unasked_black += 1
        held = self._held
        if held is not None and show.is_held and held[0] == show.is_panic:
            self.unasked_change += not np.array_equal(held[1], picture)
        self._held = (show.is_panic, picture) if show.is_held else None

    def close(self) -> None:
        self.state = "closed"


class Device:
    """A sink that hangs when it is told to, and says in `hung` that it does."""

    def __init__(self, hangs: Latest[float], hung: Latest[bool]) -> None:
        self._hangs, self._hung = hangs, hung

    def send(self, picture: Picture) -> None:
        seconds = self._hangs.take()
        if seconds is not None:
            self._hung.put(True)
            Latest[bool]().take(timeout=seconds)

    def close(self) -> None:
        pass


class Meddler:
    """Stands between the worker and its model, and does to the next request what it was told to."""

    def __init__(self) -> None:
        self._trouble = ""

    @property
    def is_calm(self) -> bool:
        """What was thrown has met a request."""
        return not self._trouble

    def upset(self, how: Literal["raises", "hangs"]) -> None:
        self._trouble = how

    def join(self, pipeline: Pipeline | None) -> None:
        """A new model gets the same company."""
        if pipeline is None or "painted" in vars(pipeline):
            return
        known = weakref.ref(pipeline)  # one that was let go of must really go
        painted = type(pipeline).painted

        def troubled(drawn: Drawn) -> Result:
            trouble, self._trouble = self._trouble, ""
            if trouble == "raises":
                raise MemoryError("no room on the card")
            if trouble == "hangs":
                Latest[bool]().take(timeout=5.0)
            asked = known()
            if asked is None:
                raise ModelError("The model is gone.")
            return painted(asked, drawn)

        pipeline.painted = troubled  # type: ignore[method-assign]


class Beats:
    """A stream that is played a beat a turn, until it fails."""

    def __init__(self, seed: int) -> None:
        self._noise = np.random.default_rng(seed)
        self._take: Take | None = None
        self.active = False

    def open(self, name: str, take: Take) -> "Beats":
        """As the real library does it: what is called `name` may not be there."""
        if self._noise.random() < 0.2:
            raise SourceError("There is no microphone here.", "It is a rehearsal.")
        self._take, self.active = take, True
        return self

    def play(self) -> None:
        """What a turn of the loop would bring, loud or quiet."""
        if self.active and self._take is not None:
            loud = self._noise.random() ** 4
            samples = self._noise.uniform(-loud, loud, RATE // 60).astype(np.float32)
            self._take(samples, 0.0, RATE)

    def fail(self) -> None:
        self.active = False

    def close(self) -> None:
        self.active = False


class Controller:
    """The Ports of a machine with one controller, which is played, pulled out, and spoilt on the wire."""

    NAME = "rehearsal"

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        self._port: _Port | None = None
        self._back_at = -float("inf")
        self._is_plugged = True
        self._ticked: float | None = None  # None: its clock stands
        self.trouble = ""
        self.heard = 0  # messages that were really taken

    @property
    def is_open(self) -> bool:
        return self._port is not None and not self._port.is_closed

    @property
    def is_whole(self) -> bool:
        """Plugged in and heard, and all that it said was taken."""
        return self.is_open and not self.is_upset and self.is_read

    @property
    def is_read(self) -> bool:
        return self._port is None or not self._port.pending

    @property
    def is_upset(self) -> bool:
        return self._port is not None and self._port.error is not None

    def names(self) -> list[str]:
        return [self.NAME] if self._is_plugged else []

    def open(self, name: str) -> "_Port":
        self._port = _Port(self)
        return self._port

    def send(self, *messages: Message) -> None:
        """What a person does on it."""
        if self._port is not None and self._is_plugged:
            self._port.pending.extend(messages)

    def run_clock(self, is_on: bool, now: float) -> None:
        self._ticked = now if is_on else None

    def touch(self, rng: random.Random, now: float) -> None:
        """A knob swept, a pad, what a keyboard sends besides, or its clock started and stopped."""
        number, level = rng.randrange(20, 24), rng.randrange(128)
        sweep = range(level, min(level + 40, 128), 4)
        gestures = (
            [Message("control_change", control=number, value=one) for one in sweep],
            [Message(kind, channel=9, note=number + 16) for kind in ("note_on", "note_off")],
            [
                Message("pitchwheel", pitch=level),
                Message("program_change", program=level),
                Message("sysex", data=[level] * 16),
            ],
        )
        if rng.random() < 0.2:
            self.run_clock(rng.random() < 0.7, now)
        self.send(*rng.choice(gestures))

    def play(self, now: float) -> None:
        """What comes by itself: clock, and the plug that is put in again."""
        if not self._is_plugged and now >= self._back_at:
            self._is_plugged = True
        while self._ticked is not None and self._ticked + TICK_S <= now:
            self._ticked += TICK_S
            self.send(Message("clock"))

    def pull_out(self, back_at: float) -> None:
        self._is_plugged, self._back_at = False, back_at
        if self._port is not None:
            self._port.error = OSError("the controller is gone")

    def spoil(self, count: int = 2000) -> None:
        """So many bytes of noise, as the library cuts them into messages."""
        parser = Parser()
        parser.feed(self._rng.randbytes(count))
        self.send(*parser)

    def upset(self) -> None:
        """The driver raises, once, something that no page of its manual names."""
        if self._port is not None:
            self._port.error = RuntimeError("MidiInAlsa: unknown error")


class _Port:
    """One time that it was plugged in."""

    def __init__(self, owner: Controller) -> None:
        self._owner = owner
        self.pending: deque[Message] = deque(maxlen=WAITING)
        self.error: Exception | None = None
        self.is_closed = False

    def iter_pending(self) -> Iterable[Message]:
        return self._taken()

    def _taken(self) -> Iterator[Message]:
        self._check()
        while self.pending:
            self._owner.heard += 1
            yield self.pending.popleft()

    def send(self, msg: Message) -> None:
        self._check()

    def close(self) -> None:
        self.is_closed = True

    def _check(self) -> None:
        """A pulled plug stays pulled; anything else is raised once."""
        error = self.error
        if error is not None:
            if not isinstance(error, OSError):
                self.error = None
            raise error
