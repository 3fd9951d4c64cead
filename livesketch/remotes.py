"""Who plays from elsewhere: OSC, MIDI and the page's buttons, heard every turn and never waited for."""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from livesketch.controls.actions import Action
from livesketch.controls.addresses import SAFETY
from livesketch.controls.midi import Midi
from livesketch.controls.osc import Osc
from livesketch.errors import LivesketchError
from livesketch.parameters import Value

log = logging.getLogger(__name__)

MOST_FAILURES = 20  # in a row; whoever fails as often is left alone for a while
PAUSE_S, LONGEST_PAUSE_S = 1.0, 30.0


@dataclass
class _Patience:
    """With one of them, and with telling it something."""

    failures: int = 0  # in a row
    pause: float = PAUSE_S
    retry_at: float = -float("inf")


@dataclass
class Remotes:
    """Those that are open. `troubles` are sentences for the operator about what failed, each once."""

    osc: Osc | None = None
    midi: Midi | None = None
    clock: Callable[[], float] = time.monotonic
    _patience: defaultdict[str, _Patience] = field(default_factory=lambda: defaultdict(_Patience))

    def __post_init__(self) -> None:
        self.troubles: list[str] = list(self.midi.notes) if self.midi is not None else []

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
                self._heard(f"{name} feedback", lambda tell=tell: tell(values) or [])

    def close(self) -> None:
        for one in (self.osc, self.midi):
            if one is not None:
                one.close()
        self.osc = self.midi = None

    def _heard(self, name: str, listen: Callable[[], list[Action]]) -> list[Action]:
        patience = self._patience[name]
        if self.clock() < patience.retry_at:
            return []
        try:
            heard = listen()
        except LivesketchError as error:  # such as a profile that the disk does not take
            log.warning("%s: %s", name, error)
            self.troubles.append(str(error))
        except Exception as error:
            self._failed(name, error)
        else:
            patience.failures, patience.pause = 0, PAUSE_S
            return heard
        return []

    def _failed(self, name: str, error: Exception) -> None:
        patience = self._patience[name]
        patience.failures += 1
        if patience.failures == 1:
            log.exception("%s failed", name)
        if patience.failures < MOST_FAILURES:
            return
        if patience.pause == PAUSE_S:
            why = error or type(error).__name__
            self.troubles.append(f"{name} fails: {why}. It is tried again by itself.")
        if name == "MIDI" and self.midi is not None:
            self.midi.let_go()
        patience.retry_at = self.clock() + patience.pause
        patience.failures, patience.pause = 0, min(2 * patience.pause, LONGEST_PAUSE_S)


def safety_first(actions: Iterable[Action]) -> list[Action]:
    """The same actions, in order, but blackout, freeze and panic before everything else."""
    return sorted(actions, key=lambda action: action.name not in SAFETY)
