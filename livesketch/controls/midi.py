"""MIDI controllers: knobs and pads learn what they are for, and take over softly; polled, never waited for."""

import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from mido import Message

from livesketch.controls.actions import Action
from livesketch.controls.addresses import (
    Address,
    action_for,
    addresses,
    scaled,
    share_of,
)
from livesketch.controls.midi_ports import Port, Ports
from livesketch.controls.midi_profile import Control, Target, read_profile, write_profile
from livesketch.parameters import Value

TURN_S = 0.002  # what reading may take, a turn
LOOK_S = 2.0  # how often it is looked which controllers are plugged in
NEAR = 2.5 / 127  # a knob this close to the value has it
TICKS = 24  # of MIDI clock, a beat


class Midi:
    """One controller, whichever is plugged in (or the one called `name`), and what it is for."""

    def __init__(
        self,
        ports: Ports,
        path: Path,
        name: str = "",
        found: Mapping[str, Address] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ports, self._path, self._wanted = ports, path, name
        self._found = addresses(is_at_hand=True) if found is None else found
        self._clock = clock
        self._port: Port | None = None
        self._looked = -float("inf")
        self._learning: Target | None = None
        self._stood: dict[Control, float] = {}  # where a knob stood last, 0..1
        self._set: dict[Control, float] = {}  # what a knob that has its value set it to
        self._told: dict[Control, int] = {}
        self._ticks: deque[float] = deque(maxlen=2 * TICKS + 1)
        self.name = ""
        self.profile, self.notes = read_profile(path, self._found)

    @property
    def is_learning(self) -> bool:
        return self._learning is not None

    @property
    def state(self) -> str:
        """Words for the operator."""
        if self._learning is not None:
            return f"touch what shall be: {self._found[self._learning.name].title}"
        return self.name or self._ports.trouble or "no MIDI controller"

    @property
    def beat_s(self) -> float | None:
        """Seconds a beat by the controller's MIDI clock; None where it sends none."""
        if len(self._ticks) <= TICKS or self._clock() - self._ticks[-1] > 1:
            return None
        return (self._ticks[-1] - self._ticks[0]) / (len(self._ticks) - 1) * TICKS

    def learn(self, name: str, value: int | str | None = None) -> None:
        """The next knob or pad that is touched will be for `name`; unknown names are not learnt."""
        if name in self._found:
            self._learning = Target(name, value)

    def stop_learning(self) -> None:
        self._learning = None

    def actions(self, values: Mapping[str, Value]) -> list[Action]:
        """What was turned and pressed since the last turn: one Action a name, safety first.

        `values` are the knobs as they are now: a knob that stands elsewhere does nothing until it
        passes there.
        """
        now = self._clock()
        self._look(now)
        if self._port is None:
            return []
        asked: dict[str, Action] = {}
        current = dict(values)
        try:
            for message in self._port.iter_pending():
                self._take(message, current, asked)
                if self._clock() - now > TURN_S:
                    break  # the rest waits in the port
        except OSError:
            self._lose()
        return sorted(asked.values(), key=lambda action: not self._is_safety(action))

    def tell(self, values: Mapping[str, Value]) -> None:
        """Move the controller's lights and motors to the values; only what changed is sent."""
        port = self._port
        if port is None or not hasattr(port, "send"):
            return
        for control, target in self.profile.items():
            if target.name not in values:
                continue
            level = round(127 * share_of(self._found[target.name], values[target.name]))
            if self._told.get(control) == level:
                continue
            self._told[control] = level
            try:
                port.send(_message(control, level))
            except (OSError, ValueError):
                return self._lose()

    def let_go(self) -> None:
        """Whatever is wrong with the port: it is opened anew when it is looked for the next time."""
        with suppress(Exception):  # the driver's own errors
            self._lose()
        self._looked = -float("inf")

    def close(self) -> None:
        if self._port is not None:
            self._port.close()
            self._port = None

    def _look(self, now: float) -> None:
        """Controllers come and go; the library does not tell."""
        if now - self._looked < LOOK_S:
            return
        self._looked = now
        names = self._ports.names()
        if self._port is not None and self.name not in names:
            self._lose()
        if self._port is None:
            wanted = [name for name in names if self._wanted.lower() in name.lower()]
            # The system's own loop is no controller.
            wanted.sort(key=lambda name: "through" in name.lower())
            if wanted:
                self._port = self._ports.open(wanted[0])
                self.name = wanted[0] if self._port is not None else ""
                self._told.clear()

    def _lose(self) -> None:
        port, self._port, self.name = self._port, None, ""
        if port is not None:
            try:
                port.close()
            except OSError:
                self._told.clear()

    def _take(self, message: Any, current: dict[str, Value], asked: dict[str, Action]) -> None:
        if message.type == "clock":
            self._ticks.append(self._clock())
            return
        heard = _heard(message)
        if heard is None:
            return
        control, share = heard
        if self._learning is not None and share > 0:
            self._bind(control, self._learning)
            return
        target = self.profile.get(control)
        if target is None:
            return
        address = self._found[target.name]
        if control.kind == "knob" and address.kind == "number":
            action = self._turned(control, address, share, current.get(target.name))
        else:
            action = self._pressed(control, address, target, share, current.get(target.name))
        self._stood[control] = share
        if action is not None:
            asked[target.name] = action
            if isinstance(action.value, tuple):
                current[target.name] = action.value[1]

    def _turned(
        self, control: Control, address: Address, share: float, value: Value | None
    ) -> Action | None:
        """Soft takeover: nothing jumps to where a knob happens to stand."""
        here = share_of(address, value) if value is not None else share
        before = self._stood.get(control, share)
        has_it = abs(self._set.get(control, -1.0) - here) < 1e-3
        passed = min(before, share) - NEAR <= here <= max(before, share) + NEAR
        if not (has_it or passed):
            self._set.pop(control, None)
            return None
        self._set[control] = share
        return action_for(address, [scaled(address, share)])

    def _pressed(
        self,
        control: Control,
        address: Address,
        target: Target,
        share: float,
        value: Value | None,
    ) -> Action | None:
        """A pad, or a button that sends 127 and 0 as a knob does."""
        if control.kind == "knob" and address.kind == "choice":
            return action_for(address, [scaled(address, share)])
        was_down = control.kind == "knob" and self._stood.get(control, 0.0) >= 0.5
        is_down = share > 0 if control.kind == "note" else share >= 0.5
        if not is_down or was_down:
            return None
        if target.value is not None:
            return action_for(address, [target.value])
        if address.kind == "switch":
            return action_for(address, [not value])
        if address.kind == "choice":
            here = address.choices.index(str(value)) if value in address.choices else -1
            return action_for(address, [address.choices[(here + 1) % len(address.choices)]])
        return action_for(address, [scaled(address, share)] if address.is_knob else [])

    def _bind(self, control: Control, target: Target) -> None:
        """One control, one target; it is kept at once."""
        self._learning = None
        self.profile = {
            known: other
            for known, other in self.profile.items()
            if known != control and other != target
        }
        self.profile[control] = target
        self._stood.pop(control, None)
        self._set.pop(control, None)
        write_profile(self.profile, self._path)

    def _is_safety(self, action: Action) -> bool:
        return action.name in self._found and self._found[action.name].is_safety


def _heard(message: Any) -> tuple[Control, float] | None:
    """Which control, and how far 0..1; None for what is neither knob nor pad."""
    if message.type == "control_change":
        return Control("knob", message.channel, message.control), message.value / 127
    if message.type == "note_on":
        return Control("note", message.channel, message.note), message.velocity / 127
    if message.type == "note_off":
        return Control("note", message.channel, message.note), 0.0
    return None


def _message(control: Control, level: int) -> Message:
    if control.kind == "knob":
        return Message(
            "control_change", channel=control.channel, control=control.number, value=level
        )
    return Message("note_on", channel=control.channel, note=control.number, velocity=level)
