"""The rig of a show, all that stands around the face: outputs, remotes, the director, and the safety keys."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from livesketch.audience import Audience
from livesketch.controls.actions import Action
from livesketch.controls.addresses import addresses
from livesketch.controls.keys import chord_words, chords_of, default_keys
from livesketch.controls.midi import Midi
from livesketch.controls.midi_ports import RtMidi
from livesketch.controls.osc import Osc
from livesketch.director import Director
from livesketch.frames import CodeOf, Look, Result, Show
from livesketch.listening import Listener
from livesketch.outputs.forms import SCREEN, forms_from
from livesketch.parameters import Value
from livesketch.places import user_dir
from livesketch.remotes import Remotes
from livesketch.rig_options import RigOptions
from livesketch.session import Session

CONFIRM_S = 5.0  # after Ctrl+Q, how long Enter ends the show


@dataclass
class Rig:
    """Remembers what the audience may see. Everything in it is of the main thread."""

    session: Session
    director: Director
    audience: Audience
    remotes: Remotes
    listener: Listener
    is_show: bool = False
    clock: Callable[[], float] = time.monotonic

    def __post_init__(self) -> None:
        self.is_blackout = False
        self.is_panic = False
        self.answer: Result | None = None  # the model's newest
        self.safe: Result | None = None  # the safe picture
        self.is_learning = False  # the next thing touched in the window is for a MIDI control
        self._frozen: tuple[Result | None] | None = None
        self._pending: tuple[str, object, float] | None = None  # waits for the second key

    @property
    def is_frozen(self) -> bool:
        return self._frozen is not None

    @property
    def is_playing(self) -> bool:
        """Somebody may be looking: the operator needs the show's view."""
        return bool(self.is_show or self.audience.names or self.director.cues)

    def actions(self) -> list[Action]:
        """What remotes asked for since the last turn, safety first."""
        self.director.midi_beat_s = self.remotes.beat_s
        return self.remotes.actions(self._values(), self.audience.asked())

    def listen(self) -> bool:
        """Hear what the microphone heard; True if a knob that follows it was turned."""
        self.audience.has_sound = bool(self.session.values["record_sound"])
        blocks, is_turned = self.listener.turn(self.audience.is_open("recorder"))
        for block in blocks:
            self.audience.hear(block)
        return is_turned

    def show(self) -> None:
        """Hand the outputs what the audience may see now."""
        self.audience.show(self.seen())
        self._remember_display()
        self.remotes.tell(self._values())

    def seen(self) -> Show:
        result, is_panic = self.answer, self.is_panic and self.safe is not None
        if is_panic:
            result = self.safe
        elif self._frozen is not None:
            result = self._frozen[0]
        values = self.session.played
        return Show(
            result,
            self.is_blackout,
            is_held=self.is_frozen or self.is_panic,
            is_panic=is_panic,
            layout=str(values["layout"]),
            mix=float(values["mix"]),
        )

    def news(self) -> list[str]:
        said, self.remotes.troubles = self.remotes.troubles, []
        heard = self.listener.news()
        return [*said, *([heard] if heard else []), *self.audience.news()]

    def holds_back(self, name: str, value: object) -> str:
        """In a show, what would end it or uncover a screen waits for Enter; the sentence that says so."""
        uncovers = name == "second_screen" or (name == "output" and value == "second screen")
        is_grave = name == "quit" or (uncovers and self.audience.is_open("second screen"))
        if not self.is_show or not is_grave:
            return ""
        self._pending = (name, value, self.clock())
        words = "end the show" if name == "quit" else "close the second screen"
        key = chord_words(chords_of("confirm", default_keys())[0])
        return f"Press {key} within {CONFIRM_S:.0f} seconds to {words}."

    def confirmed(self) -> Action | None:
        """What was held back, if that is not too long ago."""
        pending, self._pending = self._pending, None
        if pending is None or self.clock() - pending[2] > CONFIRM_S:
            return None
        return Action(pending[0], pending[1])

    def learn_from(self, action: Action) -> str:
        """What was touched in the window is what the next MIDI control is for, or follows a sound; "" for other actions."""
        midi = self.remotes.midi
        name, value = action.name, action.value
        if name == "set" and isinstance(value, tuple):
            name, value = str(value[0]), None
            said = self.listener.touched(name)
            if said:
                return said
        if not self.is_learning or midi is None:
            return ""
        found = addresses(is_at_hand=True)
        if name not in found:
            return ""
        self.is_learning = False
        midi.learn(name, value if isinstance(value, int | str) else None)
        return f"Now touch the knob or pad that shall be: {found[name].title}."

    def freeze(self, is_on: bool) -> None:
        self._frozen = (self.answer,) if is_on else None

    def panic(self, is_on: bool) -> None:
        """The safe picture at once, and its person and nobody else behind it."""
        self.is_panic = is_on
        if not is_on:
            return
        self._frozen = None
        self.director.stop()
        if self.safe is not None and isinstance(self.safe.request.look, Look):
            self.director.settle(self.safe.request.look)

    def close(self) -> None:
        self.remotes.close()
        self.listener.close()
        self.audience.close_all()

    def _remember_display(self) -> None:
        """So that the second screen is there again when it is opened again, also on another evening."""
        name, forms = self.audience.display, self.session.outputs
        if name and forms.get(SCREEN, {}).get("last_display") != name:
            forms.setdefault(SCREEN, {})["last_display"] = name
            self.audience.shape(SCREEN, {"last_display": name})

    def _values(self) -> dict[str, Value]:
        """The knobs, and the safety switches, as remotes know them."""
        return {
            **self.session.values,
            "blackout": self.is_blackout,
            "freeze": self.is_frozen,
            "panic": self.is_panic,
        }


def open_rig(
    session: Session,
    options: RigOptions,
    code_of: CodeOf,
    style_space: Callable[[], str],
) -> tuple[Rig, list[str]]:
    """The rig, and sentences about what could not be had. UsageError for a port that is taken."""
    director = Director(session, code_of, style_space)
    notes = [] if options.cues is None else director.load(options.cues)
    osc = midi = None
    if options.osc is not None:
        host, port = options.osc
        osc = Osc(port, host)
    if options.midi is not None:
        midi = Midi(RtMidi(), user_dir("config") / "midi.json", options.midi)
    audience = Audience(dict(options.setups))
    session.outputs = forms_from(session.outputs)
    for name, form in session.outputs.items():
        audience.shape(name, form)
    session.sound = options.sound
    audience.has_sound = bool(session.values["record_sound"])
    listener = Listener(session)
    rig = Rig(session, director, audience, Remotes(osc, midi), listener, options.is_show)
    for name in options.outputs:
        audience.open(name)
    return rig, notes
