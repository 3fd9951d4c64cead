"""Everything that is being played, as plain data: it can be kept in a file and restored."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from livesketch.canvas.document import Document
from livesketch.canvas.viewpoint import HOME, Viewpoint
from livesketch.disk import write_whole
from livesketch.errors import LivesketchError, OutputError
from livesketch.frames import Look, Settings
from livesketch.parameters import Value, checked, defaults, frozen, parameter
from livesketch.sound.routes import Route, facts_of, routes_from

VERSION = 1
LOOKS_AT_FIRST = 8


@dataclass
class Session:
    """What a person has before them. `app` owns the one there is."""

    document: Document = field(default_factory=Document)
    values: dict[str, Value] = field(default_factory=defaults)
    looks: list[Look] = field(
        default_factory=lambda: [person(n) for n in range(1, LOOKS_AT_FIRST + 1)]
    )
    look_index: int = 0
    is_held: bool = True  # a new drawing keeps the person; otherwise it brings another one
    tool: str = "pen"
    model: str = "default"
    runtime: str = "auto"
    source: str = "paper"
    source_spec: str = ""
    view: Viewpoint = HOME  # how the paper lies before the eye
    outputs: dict[str, dict[str, object]] = field(default_factory=dict)  # what each looks like
    sound: str | None = None  # a microphone that is listened to; "": the usual one; None: nobody
    routes: list[Route] = field(default_factory=list)  # which knobs follow what is heard
    driven: dict[str, float] = field(default_factory=dict)  # where those stand; `values` stay
    brush_knobs: dict[str, dict[str, Value]] = field(default_factory=dict)  # of brushes put away

    @property
    def look(self) -> Look:
        return self.looks[self.look_index]

    @property
    def played(self) -> dict[str, Value]:
        """The knobs as they are played: `values`, but for those that follow the sound."""
        return {**self.values, **self.driven} if self.driven else self.values

    def settings(self) -> Settings:
        return frozen(self.played)

    def set(self, name: str, value: object) -> None:
        """Turn a knob; UsageError for one that does not exist or a value that makes no sense."""
        self.values[name] = checked(name, value)


def next_choice(session: Session, name: str) -> str:
    """What comes after a parameter's choice, the first after the last one; it is not set yet."""
    choices = parameter(name).choices
    return choices[(choices.index(str(session.values[name])) + 1) % len(choices)]


def person(seed: int) -> Look:
    return Look(name=f"look {seed}", seed=seed)


def meet(session: Session, who: Look) -> None:
    """Show this person; one not met before joins the looks."""
    for index, known in enumerate(session.looks):
        is_same = known.code is None and who.code is None and known.seed == who.seed
        if known is who or is_same:
            session.look_index = index
            return
    session.looks.append(who)
    session.look_index = len(session.looks) - 1


def facts(session: Session) -> dict[str, object]:
    """What is kept of it: all that is not in the drawing. Looks that came from a photo go with their
    drawing, not here."""
    return {
        "version": VERSION,
        "values": session.values,
        "looks": [
            {"name": one.name, "seed": one.seed} for one in session.looks if one.code is None
        ],
        "seed": session.look.seed,
        "is_held": session.is_held,
        "model": session.model,
        "runtime": session.runtime,
        "outputs": session.outputs,
        "routes": facts_of(session.routes),
        "brush_knobs": session.brush_knobs,
    }


def save(session: Session, path: Path) -> None:
    """restore() reads it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(facts(session), indent=1))
    except OSError as error:
        raise OutputError(
            f"The settings cannot be kept in {path}: {error.strerror}.", "Free some space there."
        ) from error


def restore(session: Session, path: Path) -> list[str]:
    """Bring back what was kept; returns sentences about what could not be. No file: nothing happens."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(kept, dict):
            raise ValueError("not an object")
    except FileNotFoundError:
        return []
    except (OSError, ValueError):
        return ["The settings of the last time cannot be read; these are the usual ones."]
    notes = []
    values = kept.get("values")
    for name, value in values.items() if isinstance(values, dict) else ():
        try:
            session.set(str(name), value)
        except LivesketchError as error:
            notes.append(str(error))
    session.brush_knobs = _brushes_from(kept.get("brush_knobs"))
    session.routes = routes_from(kept.get("routes"))
    outputs = kept.get("outputs")
    session.outputs = {
        str(name): dict(form)
        for name, form in (outputs.items() if isinstance(outputs, dict) else ())
        if isinstance(form, dict)
    }
    looks = [_look_from(one) for one in kept.get("looks") or [] if isinstance(one, dict)]
    session.looks = [one for one in looks if one is not None] or session.looks
    seeds = [one.seed for one in session.looks]
    session.look_index = seeds.index(kept["seed"]) if kept.get("seed") in seeds else 0
    session.is_held = bool(kept.get("is_held", session.is_held))
    for name in ("model", "runtime"):
        if isinstance(kept.get(name), str):
            setattr(session, name, kept[name])
    return notes


def _look_from(kept: dict[str, object]) -> Look | None:
    seed, name = kept.get("seed"), kept.get("name")
    if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
        return None
    return Look(name=str(name or f"look {seed}"), seed=seed)


def _brushes_from(kept: object) -> dict[str, dict[str, Value]]:
    """Knobs of brushes; what makes no sense is left out."""
    brushes: dict[str, dict[str, Value]] = {}
    for name, knobs in kept.items() if isinstance(kept, dict) else ():
        for knob, value in knobs.items() if isinstance(knobs, dict) else ():
            try:
                brushes.setdefault(str(name), {})[str(knob)] = checked(str(knob), value)
            except LivesketchError:
                continue
    return brushes
