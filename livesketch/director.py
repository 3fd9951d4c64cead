"""Who is on stage now, and who comes next: cues, morphs, the tempo and drifting, played upon the session."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from livesketch.errors import UsageError
from livesketch.frames import CodeOf, Look, Morph, Settings
from livesketch.looks.cues import Cue, read_cues, write_cues
from livesketch.looks.playing import CuePlayer, Drift, Scene
from livesketch.looks.tempo import TapTempo
from livesketch.parameters import Value, frozen
from livesketch.session import Session, meet

PACES = ("glide", "drift_pace")  # how a scene is come to is no part of it


@dataclass
class Director:
    """Remembers the way from one scene to the next. `code_of` is what the model calls a person.

    The session holds the knobs and the person at the end of every way; `look` is the person who is
    to be shown, which during a morph is somebody in between.
    """

    session: Session
    code_of: CodeOf
    style_space: Callable[[], str]
    path: Path | None = None  # of the list of cues
    tempo: TapTempo = field(default_factory=TapTempo)
    midi_beat_s: float | None = None  # by MIDI clock; goes before the tapped one

    def __post_init__(self) -> None:
        self._player = CuePlayer((), self.code_of)
        self._drift: Drift | None = None
        self._between: Morph | None = None
        self._known = self.session.look  # to notice that a hand chose somebody else
        self._written: dict[str, Value] = {}  # the knobs as a way has set them last

    @property
    def look(self) -> Look | Morph:
        return self._between or self.session.look

    @property
    def cues(self) -> list[Cue]:
        return self._player.cues

    @property
    def index(self) -> int:
        """Of the cue that is on stage; -1 before the first one."""
        return self._player.index

    @property
    def coming(self) -> Cue | None:
        return self._player.coming

    @property
    def beat_s(self) -> float:
        return self.midi_beat_s or self.tempo.beat_s

    @property
    def is_in_time(self) -> bool:
        """Somebody gave a tempo."""
        return self.midi_beat_s is not None or self.tempo.is_tapped

    @property
    def is_drifting(self) -> bool:
        return self._drift is not None

    @property
    def is_moving(self) -> bool:
        return self._drift is not None or self._player.is_on_its_way

    def load(self, path: Path) -> list[str]:
        """Play this list from its beginning; sentences about what could not be read."""
        cues, notes = read_cues(path)
        if cues or not notes:
            self.stop()
            self._player = CuePlayer(cues, self.code_of)
            self.path = path
        return notes

    def resume(self, path: Path, index: object) -> list[str]:
        """The list as it was being played; the session knows who was on stage."""
        notes = self.load(path)
        if isinstance(index, int) and -1 <= index < len(self.cues):
            self._player.index = index
        self._known = self.session.look
        return notes

    def turn(self, now: float) -> bool:
        """Go on along the way; True if what is to be shown changed."""
        session = self.session
        if session.look is not self._known:
            self._chosen_by_hand(now)
        if self._drift is not None:
            look = self._drift.at(now)
            self._show(look)
            return True
        if self._player.is_on_its_way and any(
            session.values.get(name) != value for name, value in self._written.items()
        ):
            self.stop()  # a hand is on a knob that the morph was turning
        scene = self._player.at(now)
        if scene is None:
            return False
        for name, value in scene.values.items():
            session.set(name, value)
        self._written = {name: session.values[name] for name in scene.values}
        self._show(scene.look)
        return True

    def settings(self, cue: Cue) -> Settings:
        """The knobs as they will be once the cue is reached: for a preview."""
        return frozen({**self.session.values, **cue.values})

    def go(self, index: int, now: float) -> str:
        """To a cue of the list; returns what to tell the operator."""
        if not self.cues:
            return "There are no cues yet. F2 keeps this scene as one; a .toml file brings a list."
        if not 0 <= index < len(self.cues):
            return "That was the last cue." if index >= len(self.cues) else "This is the first cue."
        self._drift = None
        self._player.index = index
        self._come_to(self.cues[index], now)
        return ""

    def keep(self, name: str = "") -> Cue:
        """The scene as it is becomes a cue, after the one that is on stage, and is written to the list."""
        session = self.session
        look = session.look
        values = {key: value for key, value in session.values.items() if key not in PACES}
        seconds = float(session.values["glide"])
        number = len(self.cues) + 1
        cue = Cue(name or f"{number} {look.name}", look, frozen(values), seconds)
        self.cues.insert(self.index + 1, cue)
        self._player.index += 1
        if self.path is not None:
            write_cues(self.cues, self.path)
        return cue

    def drift(self, is_on: bool, now: float) -> None:
        looks = self.session.looks
        if not is_on:
            self._drift = None  # it stays with whoever is there
            return
        self._player.stop()
        here = self.session.look_index
        around = [*looks[here:], *looks[:here]]
        if len(around) < 2:
            raise UsageError("There is nobody to drift to.", "Meet more people: Space, or R.")
        self._drift = Drift(around, float(self.session.values["drift_pace"]), now)

    def stop(self) -> None:
        """Everything stays as it is."""
        self._player.stop()
        self._drift = None
        self._written = {}

    def settle(self, look: Look) -> None:
        """Be this person at once, on no way from anywhere."""
        self.stop()
        meet(self.session, look)
        self._between, self._known = None, self.session.look

    def _chosen_by_hand(self, now: float) -> None:
        session = self.session
        start = self._between or self._known
        chosen, self._known = session.look, session.look
        self._drift = None
        glide = float(session.values["glide"])
        if glide <= 0:
            self._player.stop()
            self._between = None
            return
        self._between = Morph(start, chosen, 0.0) if isinstance(start, Look) else start
        way = Cue(chosen.name, chosen, frozen({}), glide)
        self._player.style_space = self.style_space()
        self._player.come_to(way, Scene(start, {}), now)
        self._written = {}

    def _come_to(self, cue: Cue, now: float) -> None:
        scene = Scene(self.look, dict(self.session.values))
        glide = float(self.session.values["glide"])
        if not cue.seconds and not cue.beats and glide:
            cue = replace(cue, seconds=glide)
        self._written = {}
        self._player.style_space = self.style_space()
        self._player.come_to(cue, scene, now, self.beat_s)

    def _show(self, look: Look | Morph) -> None:
        session = self.session
        if isinstance(look, Morph):
            self._between = look
            if self._drift is not None:
                meet(session, look.start if look.t < 0.5 else look.end)
        else:
            self._between = None
            meet(session, look)
        self._known = session.look
