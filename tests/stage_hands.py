"""Hands for measuring a show: real keys and a real mouse through the X server, and pads of a stand-in controller."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import mido
from Xlib import XK, X
from Xlib.display import Display
from Xlib.ext import xtest

from livesketch.controls.addresses import addresses
from livesketch.controls.midi import Midi
from livesketch.controls.midi_profile import Control, Target, write_profile
from livesketch.parameters import Value
from livesketch.ui.window import Window

SLIDER = 40  # pixels: one that the panel's edge cuts is lower
SETTLED = 5  # turns


class Fingers:
    """Keys pressed and a slider of the panel dragged, as the X server gives them to the window."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._display = Display()
        self._handle = self._display.create_resource_object("window", window.native_id)
        self._track: tuple[int, int, int] | None = None  # left, right and y on the screen
        self._knob = ""
        self._steps = 0

    def focus(self) -> None:
        self._handle.set_input_focus(X.RevertToParent, X.CurrentTime)
        self._display.sync()

    def press(self, key: str) -> None:
        code = self._display.keysym_to_keycode(XK.string_to_keysym(key))
        xtest.fake_input(self._display, X.KeyPress, code)
        xtest.fake_input(self._display, X.KeyRelease, code)
        self._display.flush()

    def grab(self, values: Mapping[str, Value]) -> bool:
        """Scroll the open panel until a slider can be held, and hold it; a call a turn until True."""
        self._steps += 1
        parts = {part.name: part.rect for part in self._window._parts}
        if "panel" not in parts or self._steps % SETTLED:  # what was scrolled moves a turn later
            return False
        origin = self._display.screen().root.translate_coords(self._handle, 0, 0)
        for name, rect in parts.items():
            knob = name.removeprefix("panel.")
            is_slider = name != knob and type(values.get(knob)) is float
            if is_slider and knob != "faithful" and rect.height >= SLIDER:
                left, y = rect.x + 20 + origin.x, rect.y + 31 + origin.y
                self._track, self._knob = (left, rect.right - 20 + origin.x, y), knob
                self._press(1, left, y)
                self._display.flush()
                return True
        self._press(5, parts["panel"].centerx + origin.x, parts["panel"].centery + origin.y)
        xtest.fake_input(self._display, X.ButtonRelease, 5)
        self._display.flush()
        return False

    def _press(self, button: int, x: int, y: int) -> None:
        xtest.fake_input(self._display, X.MotionNotify, x=x, y=y)
        xtest.fake_input(self._display, X.ButtonPress, button)

    def slide(self) -> None:
        """A little further along, to and fro."""
        if self._track is None:
            return
        left, right, y = self._track
        self._steps += 1
        way = self._steps * 3 % (2 * (right - left))
        x = left + min(way, 2 * (right - left) - way)
        xtest.fake_input(self._display, X.MotionNotify, x=x, y=y)
        self._display.flush()

    def value(self, values: Mapping[str, Value]) -> Value:
        """Of the knob whose slider is held."""
        return values[self._knob]

    def close(self) -> None:
        xtest.fake_input(self._display, X.ButtonRelease, 1)
        self._display.close()


class Pads:
    """A controller with a pad for each of `names`; it is its own port."""

    trouble = ""

    def __init__(self, profile: Path, names: tuple[str, ...]) -> None:
        self._notes = {name: 36 + number for number, name in enumerate(names)}
        self._pending: list[mido.Message] = []
        write_profile(
            {Control("note", 0, note): Target(name) for name, note in self._notes.items()}, profile
        )
        self.midi = Midi(self, profile, found=addresses(is_at_hand=True))

    def names(self) -> list[str]:
        return ["pads"]

    def open(self, name: str) -> "Pads":
        return self

    def press(self, name: str) -> None:
        """From any thread."""
        note = self._notes[name]
        self._pending.append(mido.Message("note_on", note=note, velocity=100))
        self._pending.append(mido.Message("note_off", note=note))

    def turn(self, knob: int, level: int) -> None:
        self._pending.append(mido.Message("control_change", control=knob, value=level))

    def tick(self) -> None:
        """One of its clock."""
        self._pending.append(mido.Message("clock"))

    def iter_pending(self) -> Iterable[mido.Message]:
        while self._pending:
            yield self._pending.pop(0)

    def send(self, msg: mido.Message) -> None:
        pass

    def close(self) -> None:
        pass
