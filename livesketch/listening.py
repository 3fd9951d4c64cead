"""What the show hears: the microphone, the knobs that follow it, and the sound of a recording."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from livesketch.errors import LivesketchError
from livesketch.parameters import parameter
from livesketch.session import Session
from livesketch.sound.block import Block
from livesketch.sound.hearing import SOURCES, Heard, Hearing
from livesketch.sound.microphone import Microphone
from livesketch.sound.routes import Follow, route, with_route

STEPS = 200  # a knob is turned in such parts of its way: each new value costs a face


@dataclass
class Listener:
    """Of the main thread. It listens while the session says so, or a recording wants sound."""

    session: Session
    open_microphone: Callable[[str], Microphone] = Microphone
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self.heard = Heard()
        self.learning = ""  # a sound that waits for the knob it shall drive
        self._microphone: Microphone | None = None
        self._name = ""
        self._parting: list[Microphone] = []
        self._hearing, self._follow = Hearing(), Follow()

    @property
    def is_on(self) -> bool:
        return self._microphone is not None

    @property
    def names(self) -> tuple[str, ...]:
        """Of the microphones that are known; none before one was opened."""
        return () if self._microphone is None else self._microphone.names

    @property
    def state(self) -> str:
        """Words for the operator; empty while nobody listens."""
        return "" if self._microphone is None else self._microphone.state

    def turn(self, is_recording: bool) -> tuple[list[Block], bool]:
        """What was heard, in order; and whether a knob that follows it was turned."""
        self._parting = [one for one in self._parting if not one.has_left()]
        self._choose(is_recording)
        blocks = [] if self._microphone is None else self._microphone.turn()
        gain = float(self.session.values["sound_gain"])
        for block in blocks:
            self.heard = self._hearing.feed(block.samples, gain)
        if not blocks and self.state != "listening":
            self.heard = Heard()
        return blocks, self._drive()

    def news(self) -> str:
        return "" if self._microphone is None else self._microphone.news()

    def learn(self, source: str) -> str:
        """The next knob that is touched in the window follows this sound; again: it does not."""
        if source not in SOURCES or self.learning == source:
            self.learning = ""
            return ""
        self.learning = source
        return f"Touch in the window the knob that shall follow: {source}."

    def touched(self, name: str) -> str:
        """A knob was touched in the window; what to tell, or nothing where nobody waits for it."""
        if not self.learning:
            return ""
        source, self.learning = self.learning, ""
        try:
            new = route(source, name)
        except LivesketchError as error:
            return str(error)
        self.session.routes = with_route(self.session.routes, new)
        return f"{parameter(name).title} follows: {source}."

    def close(self) -> None:
        for one in (*self._parting, self._microphone):
            if one is not None:
                one.close()
        self._parting, self._microphone = [], None

    def _choose(self, is_recording: bool) -> None:
        session = self.session
        is_wanted = session.sound is not None or (
            is_recording and bool(session.values["record_sound"])
        )
        name = session.sound or ""
        if self._microphone is not None and (not is_wanted or name != self._name):
            self._microphone.leave()
            self._parting.append(self._microphone)
            self._microphone, self._hearing = None, Hearing()
        if is_wanted and self._microphone is None:
            self._microphone, self._name = self.open_microphone(name), name

    def _drive(self) -> bool:
        session, driven = self.session, self.session.driven
        before = dict(driven)
        driven.clear()  # the same object for all who read it
        if session.sound is not None and session.routes:
            values = self._follow.values(session.routes, self.heard, self.clock())
            for one in session.routes:
                span = (one.high - one.low) / STEPS
                steps = round((values[one.knob] - one.low) / span) if span else 0
                driven[one.knob] = one.low + steps * span
        return driven != before
