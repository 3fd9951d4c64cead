"""Playing cues: at once or as an eased morph, from wherever the show stands; and wandering by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from livesketch.frames import CodeOf, Look, Morph
from livesketch.looks.cues import Cue, ease
from livesketch.parameters import Value


@dataclass(frozen=True, eq=False)
class Scene:
    """Who is on stage, and the knobs that the cues have a say in."""

    look: Look | Morph
    values: Mapping[str, Value]


@dataclass(frozen=True, eq=False)
class _Way:
    """From one scene to a cue."""

    start: Look
    values: Mapping[str, Value]
    cue: Cue
    began: float
    seconds: float


class CuePlayer:
    """Remembers where the show is in its list. Times are time.monotonic() seconds.

    `code_of` is asked only when a morph is left before its end: the person half way has no seed.
    """

    def __init__(self, cues: Sequence[Cue], code_of: CodeOf, style_space: str = "") -> None:
        self.cues = list(cues)
        self._code_of, self.style_space = code_of, style_space
        self.index = -1  # before the first one
        self._way: _Way | None = None

    @property
    def coming(self) -> Cue | None:
        """The next one: what the operator sees before the audience does."""
        return self.cues[self.index + 1] if self.index + 1 < len(self.cues) else None

    def next(self, scene: Scene, now: float, beat_s: float = 0.5) -> bool:
        """Go to the next cue from `scene`, which is on stage now; False at the end of the list."""
        return self.go(self.index + 1, scene, now, beat_s)

    def previous(self, scene: Scene, now: float, beat_s: float = 0.5) -> bool:
        return self.go(self.index - 1, scene, now, beat_s)

    def go(self, index: int, scene: Scene, now: float, beat_s: float = 0.5) -> bool:
        """False, and nothing happens, where there is no such cue."""
        if not 0 <= index < len(self.cues):
            return False
        self.index = index
        self.come_to(self.cues[index], scene, now, beat_s)
        return True

    def come_to(self, cue: Cue, scene: Scene, now: float, beat_s: float = 0.5) -> None:
        """Also for a cue that is in no list."""
        start = still(scene.look, self._code_of, self.style_space)
        self._way = _Way(start, dict(scene.values), cue, now, cue.takes(beat_s))

    @property
    def is_on_its_way(self) -> bool:
        return self._way is not None

    def stop(self) -> None:
        """Stay where it is: the panic key, or a hand on a knob that a morph is turning."""
        self._way = None

    def at(self, now: float) -> Scene | None:
        """What is to be on stage now; None when nothing is on its way. The end is told once."""
        way = self._way
        if way is None:
            return None
        share = 1.0 if way.seconds <= 0 else (now - way.began) / way.seconds
        if share >= 1:
            self._way = None
            return Scene(way.cue.look, dict(way.cue.values))
        t = ease(way.cue.ease, share)
        values = {
            name: mixed(way.values.get(name, value), value, t)
            for name, value in way.cue.values.items()
        }
        return Scene(Morph(way.start, way.cue.look, t), values)


class Drift:
    """A slow walk through looks, round and round: `seconds` from one to the next."""

    def __init__(self, looks: Sequence[Look], seconds: float, began: float) -> None:
        if not looks or seconds <= 0:
            raise ValueError("somebody to walk to, and time to do it in")
        self._looks, self._seconds, self._began = tuple(looks), seconds, began

    def at(self, now: float) -> Look | Morph:
        steps, share = divmod(max(0.0, now - self._began) / self._seconds, 1.0)
        here = int(steps) % len(self._looks)
        there = (here + 1) % len(self._looks)
        if here == there:
            return self._looks[here]
        return Morph(self._looks[here], self._looks[there], ease("smooth", share))


def still(look: Look | Morph, code_of: CodeOf, style_space: str) -> Look:
    """The person that a morph shows just now, as a Look of its own."""
    if isinstance(look, Look):
        return look
    if look.t in (0.0, 1.0):
        return look.end if look.t else look.start
    return Look("half way", look.end.seed, code_of(look), style_space)


def mixed(start: Value, end: Value, t: float) -> Value:
    """Numbers glide; switches and choices change when the way begins."""
    if isinstance(start, bool | str) or isinstance(end, bool | str):
        return end
    return start + t * (end - start)
