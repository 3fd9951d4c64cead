"""What each action does to what is being played: one function an action, found by its name in ACTS."""

import random
from collections.abc import Callable
from pathlib import Path

from livesketch.camera_acts import CAMERA_ACTS
from livesketch.controls.actions import Pointer
from livesketch.errors import OutputError, SourceError, UsageError
from livesketch.kinds import kind_of
from livesketch.outputs.files import write_png
from livesketch.paper_acts import PAPER_ACTS, knob_turned
from livesketch.places import free_name, home_folder
from livesketch.rig_acts import RIG_ACTS
from livesketch.session import meet, person
from livesketch.sources.webcam import list_cameras
from livesketch.staging import Stage, change_source, freeze

__all__ = ["ACTS", "RUNTIMES", "Stage", "act", "change_source"]

RUNTIMES = ("auto", "openvino", "torch")
PRIVATE = "Nothing is recorded, and nothing leaves this machine, unless you ask for it."
# task -> what a model of it wants of the person
INVITATIONS = {
    "mask": "Paint the parts of a face: choose a colour under the paper.",
    "lowres": "Sit before the camera (W), or open a picture (Ctrl+O).",
    "photo": "Sit before the camera (W), or open a picture (Ctrl+O).",
    "look": "It paints random people: Space brings the next one.",
}
STEP = 1.2  # the pen's width grows and shrinks by this factor


def act(stage: Stage, name: str, value: object) -> str:
    """Do it; returns what to tell the person, or nothing. LivesketchError where it cannot be done."""
    waits = stage.rig.holds_back(name, value)
    return waits or _done(stage, name, value) or ""


def _done(stage: Stage, name: str, value: object) -> str | None:
    if name in PAPER_ACTS:
        return PAPER_ACTS[name](stage.session, stage.desk, value)
    if name in CAMERA_ACTS:
        stage.has_changed = True
        return CAMERA_ACTS[name](stage.session, stage.live, value)
    if name in RIG_ACTS:
        stage.has_changed = True
        return RIG_ACTS[name](stage.rig, value)
    if name not in ACTS:
        raise UsageError(f"There is no action called {name!r}.")
    return ACTS[name](stage, value)


def _pointer(stage: Stage, value: object) -> None:
    if isinstance(value, Pointer):
        if stage.session.source != "paper":
            stage.live.overlay.pointer(value, stage.live.traced)
            stage.has_changed = True
            return
        stage.desk.pointer(value)
        # A report that added nothing, such as the lift of a pen, waits for no face.
        stage.pointers.append(min(value.time, stage.session.document.newest_time))


def _tool(name: str) -> Callable[[Stage, object], None]:
    def choose(stage: Stage, value: object) -> None:
        stage.session.tool = name

    return choose


def _wider(factor: float) -> Callable[[Stage, object], None]:
    def change(stage: Stage, value: object) -> None:
        name = "eraser_size" if stage.session.tool == "eraser" else "size"
        stage.session.set(name, float(stage.session.values[name]) * factor)

    return change


def _undo(stage: Stage, value: object) -> str:
    return "" if _stepped(stage, stage.page.undo) else "There is nothing to undo."


def _redo(stage: Stage, value: object) -> str:
    return "" if _stepped(stage, stage.page.redo) else "There is nothing to redo."


def _stepped(stage: Stage, step: Callable[[], bool]) -> bool:
    """True where there was a step to take; a Clear that is stepped over brings back who was there."""
    left = stage.session.document.sheet
    is_done = step()
    stage.company.stepped(left, stage.session)
    stage.has_changed = True
    return is_done


def _clear(stage: Stage, value: object) -> None:
    session, page = stage.session, stage.page
    full, before = page.sheet, session.look
    page.clear()
    stage.has_changed = True
    if page is not session.document:
        return
    if not session.is_held:
        _next_person(stage, None)
    stage.company.cleared(full, before, session)


def _set(stage: Stage, value: object) -> None:
    if not (isinstance(value, tuple) and len(value) == 2):
        raise UsageError("A knob and its value are needed.")
    if not knob_turned(stage.session, str(value[0]), value[1]):
        stage.session.set(str(value[0]), value[1])
    stage.has_changed = True


def _framing(stage: Stage, value: object) -> str:
    is_framed = not stage.session.values["framing"]
    _set(stage, ("framing", is_framed))
    return "The head is found in your drawing." if is_framed else "The whole paper is the picture."


def _step_person(step: int) -> Callable[[Stage, object], None]:
    def go(stage: Stage, value: object) -> None:
        session = stage.session
        index = session.look_index + step
        if index >= len(session.looks):
            meet(session, person(max(one.seed for one in session.looks) + 1))
        else:
            session.look_index = max(0, index)
        stage.has_changed = True

    return go


_next_person = _step_person(1)


def _random_person(stage: Stage, value: object) -> None:
    meet(stage.session, person(random.randrange(1_000_000)))
    stage.has_changed = True


def _pick_look(stage: Stage, value: object) -> None:
    if isinstance(value, int) and 0 <= value < len(stage.session.looks):
        stage.session.look_index = value
        stage.has_changed = True


def _hold(stage: Stage, value: object) -> str:
    held = stage.session.is_held = not stage.session.is_held
    return "This person stays." if held else "A cleared paper brings another person."


def _source(stage: Stage, value: object) -> None:
    name = str(value)
    if name != "paper" and name not in stage.specs:
        raise UsageError(f"No {name} is open yet.", "Ctrl+O opens one, or drop it on the window.")
    change_source(stage, name, stage.specs.get(name, ""))


def _toggle_camera(stage: Stage, value: object) -> str:
    if stage.session.source != "paper":
        change_source(stage, "paper")
        return ""
    change_source(stage, stage.camera, stage.specs[stage.camera])
    return PRIVATE if stage.camera == "webcam" else ""


def _next_camera(stage: Stage, value: object) -> str:
    """The one after the one that plays, by the system's list."""
    cameras = list_cameras()
    if not cameras:
        raise SourceError("No camera is plugged in.", "Plug one in: it is found by itself.")
    numbers = [str(camera.number) for camera in cameras]
    here = stage.session.source_spec if stage.session.source == "webcam" else ""
    at = (numbers.index(here) + 1) % len(numbers) if here in numbers else 0
    change_source(stage, "webcam", numbers[at])
    return f"{cameras[at].name}. {PRIVATE}"


def _choose_model(stage: Stage, value: object) -> str:
    stage.session.model = str(value)
    stage.player.choose(stage.session.model, stage.session.runtime)
    return f"Warming up {stage.session.model}… {invitation(stage)}".strip()


def invitation(stage: Stage) -> str:
    """What the chosen model wants, where that is no drawing."""
    return INVITATIONS.get(stage.tasks.get(stage.session.model, "sketch"), "")


def _next_model(stage: Stage, value: object) -> str:
    names = stage.models
    if len(names) < 2:
        return "There is one model here. `livesketch weights add FILE` brings another."
    here = names.index(stage.session.model) if stage.session.model in names else -1
    return _choose_model(stage, names[(here + 1) % len(names)])


def _runtime(stage: Stage, value: object) -> str:
    if value not in RUNTIMES:
        raise UsageError(
            f"There is no runtime called {value}.", f"Choose from: {', '.join(RUNTIMES)}."
        )
    stage.session.runtime = str(value)
    return _choose_model(stage, stage.session.model)


def _next_runtime(stage: Stage, value: object) -> str:
    here = RUNTIMES.index(stage.session.runtime) if stage.session.runtime in RUNTIMES else -1
    coming = RUNTIMES[(here + 1) % len(RUNTIMES)]
    return f"{_runtime(stage, coming)} Runtime: {coming}."


def _open(stage: Stage, value: object) -> str:
    path = Path(str(value))
    kind = kind_of(path)
    if kind == "cues":
        notes = stage.rig.director.load(path)
        found = f"{len(stage.rig.director.cues)} cues from {path.name}."
        return " ".join([found, *notes])
    if kind == "drawing":
        notes = stage.desk.open(path)
        change_source(stage, "paper")
        return " ".join(notes)
    change_source(stage, "folder" if path.is_dir() else kind or "picture", str(path))
    return ""


def _save(stage: Stage, value: object) -> str:
    path = Path(str(value)) if value is not None else stage.session.document.path
    if path is None:
        raise OutputError("This drawing has no name yet.", "Save it under a name.")
    return stage.desk.save(path)


def _save_face(stage: Stage, value: object) -> str:
    if stage.face is None:
        raise OutputError("There is no face yet.", "Draw something first.")
    path = (
        Path(str(value))
        if value is not None
        else free_name(home_folder("Pictures"), "face", ".png")
    )
    write_png(stage.face, path)
    return f"Saved {path}."


def _recover(stage: Stage, value: object) -> str:
    stage.desk.recover()
    change_source(stage, "paper")
    return "Your drawing is back."


def _forget(stage: Stage, value: object) -> None:
    stage.desk.forget()


def _quit(stage: Stage, value: object) -> None:
    stage.is_over = True


def _confirm(stage: Stage, value: object) -> str | None:
    action = stage.rig.confirmed()
    return None if action is None else _done(stage, action.name, action.value)


ACTS: dict[str, Callable[[Stage, object], str | None]] = {
    "pointer": _pointer,
    "pen": _tool("pen"),
    "eraser": _tool("eraser"),
    "smaller": _wider(1 / STEP),
    "larger": _wider(STEP),
    "undo": _undo,
    "redo": _redo,
    "clear": _clear,
    "framing": _framing,
    "set": _set,
    "next_person": _next_person,
    "previous_person": _step_person(-1),
    "random_person": _random_person,
    "pick_look": _pick_look,
    "hold": _hold,
    "toggle_camera": _toggle_camera,
    "next_camera": _next_camera,
    "source": _source,
    "freeze_lines": freeze,
    "model": _choose_model,
    "next_model": _next_model,
    "runtime": _runtime,
    "next_runtime": _next_runtime,
    "open": _open,
    "save": _save,
    "save_face": _save_face,
    "recover": _recover,
    "forget": _forget,
    "quit": _quit,
    "confirm": _confirm,
}
