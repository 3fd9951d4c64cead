"""What the actions of a show do: one function an action, (rig, value) -> what to tell the operator."""

import time
from collections.abc import Callable

from livesketch.errors import UsageError
from livesketch.outputs.backdrop import lift
from livesketch.outputs.forms import checked_form
from livesketch.places import user_dir
from livesketch.rig import Rig
from livesketch.sound.routes import Route, with_route

Act = Callable[[Rig, object], str | None]


def _switched(value: object, now: bool) -> bool:
    return bool(value) if isinstance(value, bool | int | float) else not now


def _blackout(rig: Rig, value: object) -> None:
    rig.is_blackout = _switched(value, rig.is_blackout)


def _freeze(rig: Rig, value: object) -> None:
    rig.freeze(_switched(value, rig.is_frozen))


def _panic(rig: Rig, value: object) -> None:
    rig.panic(_switched(value, rig.is_panic))


def _safe_picture(rig: Rig, value: object) -> str:
    if rig.answer is None or rig.answer.face is None:
        raise UsageError("There is no face yet.", "Draw something first.")
    rig.safe = rig.answer
    return "Panic brings back this face from now on."


def _step(step: int) -> Act:
    def go(rig: Rig, value: object) -> str:
        return rig.director.go(rig.director.index + step, rig.clock())

    return go


def _cue(rig: Rig, value: object) -> str:
    return rig.director.go(value if isinstance(value, int) else -1, rig.clock())


def _keep_cue(rig: Rig, value: object) -> str:
    director = rig.director
    if director.path is None:
        folder = user_dir("data") / "cues"
        director.path = folder / time.strftime("cues-%Y-%m-%d-%H%M%S.toml")
    cue = director.keep()
    return f"Kept as cue {director.index + 1}, {cue.name}, in {director.path}."


def _drift(rig: Rig, value: object) -> str:
    rig.director.drift(not rig.director.is_drifting, rig.clock())
    return "Drifting." if rig.director.is_drifting else "It stays with this person."


def _tap(rig: Rig, value: object) -> str:
    rig.director.tempo.tap(rig.clock())
    return f"{rig.director.tempo.per_minute:.0f} beats a minute."


def _output(rig: Rig, value: object) -> None:
    name = str(value)
    if rig.audience.is_open(name):
        rig.audience.close(name)
        if name == "second screen":
            lift()
    else:
        rig.audience.open(name)


def _shape_output(rig: Rig, value: object) -> str:
    if not (isinstance(value, tuple) and len(value) == 3):
        raise UsageError("An output, what of it, and its value are needed.")
    name, key = str(value[0]), str(value[1])
    form = {key: checked_form(name, key, value[2])}
    rig.session.outputs.setdefault(name, {}).update(form)
    return "" if rig.audience.shape(name, form) else "From the next recording on."


def _keep_replay(rig: Rig, value: object) -> str:
    path = rig.audience.keep_replay()
    return "" if path else "The last half minute is remembered from now on."


def _learn(rig: Rig, value: object) -> str:
    midi = rig.remotes.midi
    if midi is None:
        raise UsageError("No MIDI is listened to.", "Begin with: livesketch --midi.")
    rig.is_learning = not rig.is_learning
    midi.stop_learning()
    return "Touch in the window what a knob or pad shall do." if rig.is_learning else ""


def _listen(rig: Rig, value: object) -> str:
    session = rig.session
    session.sound = "" if session.sound is None else None
    return "It listens." if session.sound is not None else "Nobody listens any more."


def _microphone(rig: Rig, value: object) -> None:
    rig.session.sound = None if value is None else str(value)


def _route(rig: Rig, value: object) -> str | None:
    session = rig.session
    if isinstance(value, Route):
        session.routes = with_route(session.routes, value)
    else:
        session.routes = [one for one in session.routes if one.knob != value]
    return None


RIG_ACTS: dict[str, Act] = {
    "blackout": _blackout,
    "freeze": _freeze,
    "panic": _panic,
    "safe_picture": _safe_picture,
    "next_cue": _step(1),
    "previous_cue": _step(-1),
    "cue": _cue,
    "keep_cue": _keep_cue,
    "drift": _drift,
    "tap": _tap,
    "second_screen": lambda rig, value: _output(rig, "second screen"),
    "record": lambda rig, value: _output(rig, "recorder"),
    "output": _output,
    "shape_output": _shape_output,
    "keep_replay": _keep_replay,
    "learn": _learn,
    "listen": _listen,
    "microphone": _microphone,
    "follow": lambda rig, value: rig.listener.learn(str(value)),
    "route": _route,
}
