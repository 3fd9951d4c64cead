"""Plays the chosen model in a Worker, behind another one that looks at the camera's next picture meanwhile; a
model that is chosen is warmed beside them and takes over when it is ready."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from weakref import WeakSet

from livesketch.errors import ModelError
from livesketch.eyes import Drawn, Eyes
from livesketch.frames import Code, Look, Morph, Request, Result
from livesketch.pipeline import Pipeline
from livesketch.worker import Bell, Latest, Worker

log = logging.getLogger(__name__)

SILENCE_S = 2.0  # a warm worker that says nothing for so long is replaced
FIRST_ANSWER_S = 60.0  # the first of a kind also loads the face finder, or compiles
FAILURES = 3  # in a row, and something else has to play
REPLACEMENTS = 3  # in a row, without one answer; then it is the model's fault
# How much later than just in time the next picture is looked at: where both steps want the same two cores, a
# tenth fewer faces come, each by a fifth fresher
SPARE_S = 0.006

Open = Callable[
    [str, str], Pipeline
]  # (model, runtime) -> a warm pipeline; runs in the worker's thread


@dataclass
class _Part:
    """One model and the thread it lives in, and the thread of its eyes."""

    model: str
    runtime: str
    worker: Worker[Drawn, Result] | None = None
    eyes: Worker[Request, None] | None = None
    pipeline: Pipeline | None = None  # set by the worker's thread once it is open
    opened: Latest[Eyes] = field(default_factory=Latest)  # by it, too
    kinds: set[bool] = field(default_factory=set)  # whether pictures, drawings were answered yet
    slowest_s: float = 0.0
    asked: Request | None = None
    failures: int = 0  # in a row


class Player:
    """submit() and newest() never wait. newest() raises what went wrong, once; playing goes on.

    `bell` is rung when there is something new.
    """

    def __init__(
        self, open_pipeline: Open, model: str, runtime: str = "auto", bell: Bell | None = None
    ) -> None:
        self._open = open_pipeline
        self._bell = bell
        self._playing = self._begin(model, runtime)
        self._next: _Part | None = None
        self._awaited: WeakSet[Request] = WeakSet()
        self._replaced = 0
        self.replaced = 0  # workers that fell silent, ever

    @property
    def model(self) -> str:
        return self._playing.model

    @property
    def runtime(self) -> str:
        return self._playing.runtime

    @property
    def pipeline(self) -> Pipeline | None:
        """What plays now; None until the first model is warm."""
        return self._playing.pipeline

    @property
    def is_ready(self) -> bool:
        worker = self._playing.worker
        return worker is not None and worker.is_ready

    @property
    def is_dead(self) -> bool:
        """The model could not even be opened, and no other one is coming."""
        return self._playing.worker is None and self._next is None

    @property
    def is_failing(self) -> bool:
        """Its answers are errors, such as a graphics card whose memory is full."""
        return self._playing.failures >= FAILURES and self._next is None

    @property
    def is_idle(self) -> bool:
        """Warm, and everything that was asked is answered."""
        return self.is_ready and self._playing.asked is None

    @property
    def slowest_s(self) -> float:
        """Seconds of the slowest recent answer."""
        return self._playing.slowest_s

    def code_of(self, look: Look | Morph) -> Code:
        """What the model that plays calls a person; ModelError while there is none."""
        if self.pipeline is None:
            raise ModelError("The model is still waking.", "Wait for the first face.")
        return self.pipeline.code_of(look)

    def style_space(self) -> str:
        return "" if self.pipeline is None else self.pipeline.model.style_space

    def choose(self, model: str, runtime: str) -> None:
        """Warm this model; the old one plays on until then."""
        if self._next is not None:
            _leave(self._next)
        self._next = self._begin(model, runtime)

    def submit(self, request: Request) -> None:
        """What has a picture goes to the eyes first; the newest of each kind replaces what was not yet begun."""
        part = self._playing
        part.asked = request
        self._awaited.add(request)
        if request.frame.picture is None and part.worker is not None:
            part.worker.submit(Drawn(request))
        elif part.eyes is not None:
            part.eyes.submit(request)

    def forget(self) -> None:
        """What was asked until now is not waited for any more: newest() will not give its answer."""
        self._awaited = WeakSet()
        self._playing.asked = None

    def newest(self) -> Result | None:
        self._take_over()
        part = self._playing
        if part.worker is None:
            return None
        result = self._answer(part, part.worker)
        if result is None:
            self._replace_if_silent(part, part.worker)
        return result

    def close(self) -> None:
        for part in (self._playing, self._next):
            if part is not None:
                _leave(part, timeout=1.0)

    def _begin(self, model: str, runtime: str) -> _Part:
        part = _Part(model, runtime)
        part.worker = worker = Worker(
            lambda: _painting(part, self._open(model, runtime)), f"model {model}", self._bell
        )
        opened = part.opened
        part.eyes = Worker(lambda: _looking(opened, worker), name=f"eyes of {model}")
        return part

    def _answer(self, part: _Part, worker: Worker[Drawn, Result]) -> Result | None:
        try:
            if part.eyes is not None:
                part.eyes.newest()  # raises what went wrong there
            result = worker.newest()
        except Exception as error:
            part.asked = None
            part.failures += 1
            if worker.has_failed:
                _leave(part)
                part.worker = None
            elif self.is_failing and not isinstance(error, ModelError):
                raise ModelError(
                    f"The model {part.model} fails again and again: {error or type(error).__name__}.",
                    "Another one takes over, if there is one; the last good face stays.",
                ) from error
            raise
        if result is not None:
            self._replaced = part.failures = 0
            part.kinds.add(result.request.frame.picture is not None)
            part.slowest_s = max(0.9 * part.slowest_s, result.finished - result.started)
            if result.request is part.asked:
                part.asked = None
            if result.request not in self._awaited:
                return None
        return result

    def _take_over(self) -> None:
        coming = self._next
        if coming is None or coming.worker is None:
            return
        if coming.worker.has_failed:
            self._next = None
            _leave(coming)
            coming.worker.newest()  # raises why
        elif coming.worker.is_ready:
            old, self._playing, self._next = self._playing, coming, None
            _leave(old)
            if old.asked is not None:
                self.submit(old.asked)

    def _replace_if_silent(self, part: _Part, worker: Worker[Drawn, Result]) -> None:
        if not worker.is_ready or part.asked is None:
            return
        is_picture = part.asked.frame.picture is not None
        is_first = is_picture not in part.kinds
        patience = FIRST_ANSWER_S if is_first else max(SILENCE_S, 4 * part.slowest_s)
        silence = worker.silent_for()
        if is_picture and part.eyes is not None and part.eyes.is_ready:
            silence = max(silence, part.eyes.silent_for())
        if silence < patience:
            return
        log.error("model %s silent for %.1f s: replaced", part.model, silence)
        asked = part.asked
        _leave(part)
        self._replaced += 1
        self.replaced += 1
        self._playing = self._begin(part.model, part.runtime)
        if self._replaced >= REPLACEMENTS:
            self._replaced = 0
            raise ModelError(
                f"The model {part.model} gives no answer.", "Choose another model or runtime."
            )
        self.submit(asked)


def _painting(part: _Part, pipeline: Pipeline) -> Callable[[Drawn], Result]:
    part.pipeline = pipeline
    part.opened.put(pipeline.eyes)
    return lambda drawn: pipeline.painted(drawn)  # a rehearsal may stand in between


def _looking(opened: Latest[Eyes], worker: Worker[Drawn, Result]) -> Callable[[Request], None]:
    """Waits for the model; then each picture that was looked at waits until the one before it is painted,
    so that the next one is the newest there is, and none is looked at in vain."""
    eyes = opened.take(timeout=None)

    def look(request: Request) -> None:
        if eyes is None:
            return
        began = time.monotonic()
        drawn = eyes.drawn(request)
        spent = time.monotonic() - began
        worker.hand_over(drawn)
        # A picture that is taken so late is no older than it must be when its turn comes.
        opened.take(max(0.0, worker.took_s - spent) + SPARE_S)

    return look


def _leave(part: _Part, timeout: float = 0.0) -> None:
    """Without waiting for it: a hung thread is left to itself."""
    part.opened.close()
    for worker in (part.worker, part.eyes):
        if worker is not None:
            worker.close(timeout)
