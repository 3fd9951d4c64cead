"""What it takes to go on after a crash: kept every second while it changes, brought back at the next start."""

import io
import json
import logging
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from livesketch.acts import Stage, act, change_source
from livesketch.disk import write_whole
from livesketch.errors import LivesketchError
from livesketch.frames import Frame, Look, Picture, Request, Result
from livesketch.revival_names import PULSE
from livesketch.rig import Rig
from livesketch.session import Session, facts
from livesketch.worker import Worker

log = logging.getLogger(__name__)

EVERY_S = 1.0
SHOW, FACE = "show.json", "face.npz"


@dataclass(frozen=True, eq=False)
class _Kept:
    show: str
    result: Result | None


class Keeper:
    """Remembers what lies on the disk; writing is done by a Worker, and a full disk stops nothing."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._due = 0.0
        self._kept: _Kept | None = None
        self._pulse = os.environ.get(PULSE)
        self._worker: Worker[_Kept, bool] = Worker(lambda: _Writer(folder).write, "keeper")

    def keep(self, session: Session, rig: Rig) -> None:
        """Every turn; it does something once a second."""
        now = self._clock()
        if now < self._due:
            return
        self._due = now + EVERY_S
        if self._pulse:
            with suppress(OSError):
                Path(self._pulse).touch()
        with suppress(Exception):  # the disk's troubles: the show goes on, the log has them
            self._worker.newest()
        result = rig.answer if rig.answer is not None and rig.answer.face is not None else None
        kept = _Kept(json.dumps(_facts(session, rig)), result)
        before = self._kept
        if before is None or (before.show, before.result) != (kept.show, kept.result):
            self._kept = kept
            self._worker.submit(kept)

    def close(self) -> None:
        """The end was meant: the guard need not look any more."""
        if self._pulse:
            with suppress(OSError):
                Path(self._pulse).unlink()
        self._worker.close(timeout=1.0)


class _Writer:
    """In the Worker: what did not change is not written again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._result: Result | None = None
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, kept: _Kept) -> bool:
        write_whole(self._folder / SHOW, kept.show)
        result = kept.result
        if result is not None and result is not self._result and result.face is not None:
            data = io.BytesIO()
            sketch = np.ones((1, 1), np.float32) if result.sketch is None else result.sketch
            np.savez(data, face=result.face, sketch=sketch)
            write_whole(self._folder / FACE, data.getvalue())
            self._result = result
        return True


def go_on(stage: Stage, folder: Path) -> list[str]:
    """Be where the show was, as far as it can be; sentences about what could not be brought back.

    The session itself comes from session.restore(), which reads the same file.
    """
    try:
        kept = json.loads((folder / SHOW).read_text(encoding="utf-8"))
        show = dict(kept["show"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return ["What was on stage is not known any more."]
    said: list[str] = []
    rig = stage.rig
    sound = show.get("sound")
    stage.session.sound = sound if isinstance(sound, str) else None
    rig.is_blackout = bool(show.get("is_blackout"))
    rig.answer = _last_face(folder / FACE, stage.session.look)
    stage.face = None if rig.answer is None else rig.answer.face
    if stage.desk.recoverable:
        _try(said, lambda: act(stage, "recover", None))
    source, spec = str(show.get("source", "paper")), str(show.get("source_spec", ""))
    if source != "paper":
        _try(said, lambda: change_source(stage, source, spec))
    cues = show.get("cues")
    if isinstance(cues, str):
        said += rig.director.resume(Path(cues), show.get("cue"))
    display = show.get("display")
    if isinstance(display, str) and display:
        rig.audience.be_on(display)
    for name in show.get("outputs") or ():
        _try(said, lambda name=name: rig.audience.open(str(name)))
    return said


def _try(said: list[str], step: Callable[[], Any]) -> None:
    try:
        step()
    except LivesketchError as error:
        said.append(str(error))


def _facts(session: Session, rig: Rig) -> dict[str, object]:
    director = rig.director
    return {
        **facts(session),
        "show": {
            "source": session.source,
            "source_spec": session.source_spec,
            "outputs": list(rig.audience.names),
            "display": rig.audience.display,
            "sound": session.sound,
            "is_blackout": rig.is_blackout,
            "cues": None if director.path is None else str(director.path.absolute()),
            "cue": director.index,
        },
    }


def _last_face(path: Path, look: Look) -> Result | None:
    """So that the audience sees it again before the model is awake."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            face, sketch = kept["face"], kept["sketch"]
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
    if not _is_picture(face) or sketch.ndim != 2:
        return None
    frame = Frame(0.0, sketch=sketch.astype(np.float32))
    return Result(Request(frame, {}, "", look), frame.sketch, face, 0.0, 0.0)


def _is_picture(face: Picture) -> bool:
    return face.ndim == 3 and face.shape[2] == 3 and face.dtype == np.uint8 and face.size > 0
