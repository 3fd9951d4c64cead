"""What is being played with, as one thing that the actions act on; how its source is changed and frozen."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from livesketch.canvas.document import Document
from livesketch.company import Company
from livesketch.desk import Desk
from livesketch.errors import UsageError
from livesketch.frames import Frame, Picture
from livesketch.live import Live, Overlay, Parked
from livesketch.player import Player
from livesketch.rig import Rig
from livesketch.session import Session
from livesketch.sources import Source, open_source


@dataclass
class Stage:
    """What actions act on. The app owns the one there is."""

    session: Session
    desk: Desk
    player: Player
    rig: Rig
    models: tuple[str, ...]
    tasks: Mapping[str, str] = field(default_factory=dict)  # of those models
    source: Source | None = None  # None: the paper, which needs no opening
    camera: str = "webcam"  # the source that the camera key goes to
    specs: dict[str, str] = field(default_factory=lambda: {"webcam": "0"})  # what each one read
    frame: Frame | None = None  # the newest one of the source
    face: Picture | None = None  # the last good one
    has_changed: bool = True  # the model is to be asked anew
    is_over: bool = False
    pointers: list[float] = field(default_factory=list)  # stamps of this turn's pen samples

    def __post_init__(self) -> None:
        self.live = Live(Overlay(self.session))
        self.company = Company()

    @property
    def is_pen_down(self) -> bool:
        """On the paper or over a live face."""
        return self.desk.is_pen_down or self.live.overlay.is_pen_down

    @property
    def page(self) -> Document:
        """What the pen draws on: the paper, or what lies over a live face."""
        is_paper = self.session.source == "paper"
        return self.session.document if is_paper else self.live.overlay.document


def change_source(stage: Stage, name: str, spec: str = "") -> None:
    """Go to another source; where it cannot be opened the one before plays on."""
    _leave_parked(stage)  # it may be the very same camera
    coming = None if name == "paper" else open_source(name, spec)
    if stage.source is not None:
        stage.source.close()
    stage.source = coming
    stage.session.source, stage.session.source_spec = name, spec
    stage.frame = None
    stage.has_changed = True
    if name != "paper":
        stage.specs[name] = spec
    if name in ("webcam", "video", "folder"):
        stage.camera = name


def freeze(stage: Stage, value: object = None) -> str:
    """The camera waits, open, while its lines lie on the paper; a second time it goes on."""
    session, live = stage.session, stage.live
    if session.source != "paper":
        stage.desk.put_down(live.frozen())
        is_framed = bool(session.values["framing"])
        live.parked = Parked(session.source, session.source_spec, stage.source, is_framed)
        session.values["framing"] = False  # it lies where the face lies
        stage.source, session.source, session.source_spec = None, "paper", ""
        news = "Frozen: these lines are yours to edit. The same key goes on with the camera."
    elif live.parked is not None:
        parked, live.parked = live.parked, None
        session.values["framing"] = parked.is_framed
        stage.source, session.source, session.source_spec = parked.source, parked.name, parked.spec
        news = "Live again. The frozen drawing stays on the paper."
    else:
        raise UsageError("No camera plays.", "Go to the camera first.")
    stage.frame, stage.has_changed = None, True
    return news


def _leave_parked(stage: Stage) -> None:
    parked, stage.live.parked = stage.live.parked, None
    if parked is None:
        return
    stage.session.values["framing"] = parked.is_framed
    if parked.source is not None:
        parked.source.close()
