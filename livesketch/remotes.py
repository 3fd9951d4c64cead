"""Who plays from elsewhere: OSC, MIDI and the page's buttons, heard every turn and never waited for."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from livesketch.controls.actions import Action
from livesketch.controls.addresses import SAFETY
from livesketch.controls.midi import Midi
from livesketch.controls.osc import Osc
from livesketch.errors import LivesketchError
from livesketch.parameters import Value

log = logging.getLogger(__name__)

MOST_FAILURES = 20  # in a row; whoever fails as often is heard no more


@dataclass
class Remotes:
    """Those that are open. `troubles` are sentences for the operator about what failed, each once."""

    osc: Osc | None = None
    midi: Midi | None = None

    def __post_init__(self) -> None:
        self.troubles: list[str] = list(self.midi.notes) if self.midi is not None else []
        self._failures = {"OSC": 0, "MIDI": 0}

    @property
    def words(self) -> str:
        """For the operator: what is listened to."""
        said = []
        if self.osc is not None:
            host, port = self.osc.address
            said.append(f"OSC {port}" if host == "127.0.0.1" else f"OSC {host}:{port}")
        if self.midi is not None:
            state = self.midi.state
            said.append(state if self.midi.is_learning else state.partition(": ")[0])
        return "  ".join(said)

    @property
    def trouble(self) -> str:
        """What is missing to hear somebody, and what to do about it; "" where nothing is."""
        state = "" if self.midi is None else self.midi.state
        return state if ": " in state and state.startswith("no MIDI") else ""

    @property
    def beat_s(self) -> float | None:
        """Seconds a beat by MIDI clock; None where there is none."""
        return None if self.midi is None else self.midi.beat_s

    def actions(self, values: Mapping[str, Value], pressed: Iterable[str] = ()) -> list[Action]:
        """What was asked since the last turn, safety first. `pressed` are the page's buttons."""
        asked: list[Action] = []
        if self.osc is not None:
            asked += self._heard("OSC", self.osc.actions)
        if self.midi is not None:
            midi = self.midi
            asked += self._heard("MIDI", lambda: midi.actions(values))
        asked += [Action(name) for name in pressed]
        return safety_first(asked)

    def tell(self, values: Mapping[str, Value]) -> None:
        """Whoever listens, and the controller's lights, learn what changed."""
        for name, one in (("OSC", self.osc), ("MIDI", self.midi)):
            if one is not None:
                tell = one.tell
                self._heard(name, lambda tell=tell: tell(values) or [])

    def close(self) -> None:
        for one in (self.osc, self.midi):
            if one is not None:
                one.close()
        self.osc = self.midi = None

    def _heard(self, name: str, listen: Callable[[], list[Action]]) -> list[Action]:
        try:
            heard = listen()
            self._failures[name] = 0
            return heard
        except LivesketchError as error:  # such as a profile that the disk does not take
            log.warning("%s: %s", name, error)
            self.troubles.append(str(error))
        except Exception as error:
            self._failed(name, error)
        return []

    def _failed(self, name: str, error: Exception) -> None:
        self._failures[name] += 1
        if self._failures[name] == 1:
            log.exception("%s failed", name)
        if self._failures[name] < MOST_FAILURES:
            return
        self.troubles.append(f"{name} is not heard any more: {error or type(error).__name__}.")
        if name == "OSC":
            self.osc = None
        else:
            self.midi = None


def safety_first(actions: Iterable[Action]) -> list[Action]:
    """The same actions, in order, but blackout, freeze and panic before everything else."""
    return sorted(actions, key=lambda action: action.name not in SAFETY)
