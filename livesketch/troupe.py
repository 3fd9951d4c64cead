"""Who plays along in a rehearsal: a witness who sees what an audience sees, a device that hangs, a microphone that fails."""

import numpy as np

from livesketch.errors import SourceError
from livesketch.frames import Picture, Show
from livesketch.outputs.painter import Painter
from livesketch.sound.block import RATE
from livesketch.sound.microphone import Take
from livesketch.worker import Latest

SIZE = (320, 180)


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
    """A sink that hangs when it is told to."""

    def __init__(self, hangs: Latest[float]) -> None:
        self._hangs = hangs

    def send(self, picture: Picture) -> None:
        seconds = self._hangs.take()
        if seconds is not None:
            Latest[bool]().take(timeout=seconds)

    def close(self) -> None:
        pass


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
