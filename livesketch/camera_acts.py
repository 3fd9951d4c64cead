"""What each action does to the camera's side: who is followed, in which lines, and whose look it takes."""

from collections.abc import Callable
from pathlib import Path

from livesketch.errors import UsageError
from livesketch.live import Live, read_room
from livesketch.parameters import parameter
from livesketch.session import Session, next_choice

CameraAct = Callable[[Session, Live, object], str | None]


def _line_style(session: Session, live: Live, value: object) -> str:
    style = next_choice(session, "line_style")
    session.set("line_style", style)
    return f"Lines: {style}."


def _next_face(session: Session, live: Live, value: object) -> str:
    most = int(parameter("person").high)
    person = int(float(session.values["person"])) % most + 1
    session.set("person", person)
    return f"Following person {person} from the left, where there are so many."


def _composite(session: Session, live: Live, value: object) -> str:
    way = next_choice(session, "composite")
    session.set("composite", way)
    return f"Shown: {way}."


def _my_look(session: Session, live: Live, value: object) -> str:
    live.wants_look = True
    return "Looking at you…"


def _room(session: Session, live: Live, value: object) -> str:
    if value is None:
        raise UsageError("Which picture?", "Ctrl+B asks for its file.")
    path = Path(str(value))
    live.room = read_room(path)
    session.set("background", "replaced")
    if session.values["composite"] == parameter("composite").default:
        return f"{path.name} is behind you as soon as the camera's picture is shown: key C."
    return f"{path.name} is behind you."


CAMERA_ACTS: dict[str, CameraAct] = {
    "line_style": _line_style,
    "next_face": _next_face,
    "composite": _composite,
    "my_look": _my_look,
    "room": _room,
}
