"""The live loop: listen, look, hand over, collect, show."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pygame

from livesketch.acts import RUNTIMES, Stage, act, change_source
from livesketch.controls.actions import Action
from livesketch.desk import Desk
from livesketch.errors import LivesketchError, ModelError, OutputError, SourceError
from livesketch.frames import Frame, Look, Request, Result
from livesketch.hand import open_hand
from livesketch.latency import Measures
from livesketch.looks.cards import LookCards
from livesketch.parameters import Value
from livesketch.pipeline import Pipeline, model_names, open_pipeline
from livesketch.places import user_dir
from livesketch.player import Player
from livesketch.session import Session, meet, person, restore, save
from livesketch.showing import (
    device_words,
    example_frame,
    ghost,
    is_fresh,
    note,
    paper_marks,
    source_choices,
    traced,
)
from livesketch.sources import SOURCES
from livesketch.sources.paper import Source as Paper
from livesketch.ui.view import Choice, LookCard, Message, Stats, View
from livesketch.ui.window import Window

log = logging.getLogger(__name__)

CALM_HZ, PEN_HZ = 60, 120  # where no vsync holds the loop; a pen in motion is answered sooner
CARD_EVERY_S = 0.5
DEFAULT = "default"  # the model that takes over where the one of the last time is gone
SLICE_S = 0.012  # of a large drawing that is opened, in one turn
SLOW_S = 0.25  # a model slower than that makes no little faces by the way


@dataclass(frozen=True)
class AppOptions:
    """What the command line asked for; None means as it was the last time."""

    source: str = "paper"
    source_spec: str = ""
    path: Path | None = None  # a drawing, a picture, a video to begin with
    model: str | None = None
    runtime: str | None = None
    seed: int | None = None
    values: Mapping[str, Value] = field(default_factory=dict)
    frames: int | None = None  # end after so many shown frames
    size: tuple[int, int] = (1440, 810)
    is_full_screen: bool = False
    is_private: bool = False  # nothing of the user's is read or kept: for measuring


class App:
    """turn() is one round of the loop; nothing in it waits, but for the screen."""

    def __init__(self, options: AppOptions) -> None:
        session = Session()
        self._kept = user_dir("config") / "settings.json"
        notes = [] if options.is_private else restore(session, self._kept)
        for name, value in options.values.items():
            session.set(name, value)
        session.model = options.model or session.model
        session.runtime = options.runtime or session.runtime
        if options.seed is not None:
            meet(session, person(options.seed))
        folder = None if options.is_private else user_dir("data") / "journal"
        self.stage = Stage(
            session=session,
            desk=Desk(session, folder),
            player=Player(open_pipeline, session.model, session.runtime),
            models=tuple(model_names()),
        )
        self.measures = Measures()
        self._options = options
        self._paper: Paper | None = None
        self._asked: Request | None = None
        self._answer: Result | None = None  # the newest one
        self._is_new = False  # _answer has not been on the screen yet
        self._pipeline: Pipeline | None = None  # whose faces are on the cards
        self._cards = LookCards()
        self._card_due = 0.0
        self._example = example_frame()
        self._recoverable = self.stage.desk.recoverable
        self._message: Message | None = None
        self._clock = pygame.time.Clock()
        self._must_open = options.source != "paper"  # until its first frame came
        if options.source != "paper":
            change_source(self.stage, options.source, options.source_spec)
        if options.path is not None:
            act(self.stage, "open", options.path)
        self.window = Window(options.size, "livesketch", options.is_full_screen)
        self._hand = open_hand(self.window.native_id, self.window.driver)
        for sentence in notes:
            self._say(sentence)

    def run(self) -> None:
        """Until the window is closed, or `frames` were shown."""
        frames = self._options.frames
        while self.window.is_open and not self.stage.is_over:
            self.turn()
            if frames is not None and self.measures.frames_shown >= frames:
                break

    def turn(self, actions: Sequence[Action] = ()) -> None:
        """`actions` are done after those of the window."""
        self.measures.turn(time.monotonic(), 1 / CALM_HZ)
        self.stage.pointers.clear()
        for action in (*self._heard(), *actions):
            self._try(lambda action=action: self._do(action))
        self._try(self._look)
        self._try(self._collect)
        self.stage.desk.keep(time.monotonic())
        flipped = self.window.show(self._view())
        stage, answer = self.stage, self._answer if self._is_new else None
        self._is_new = False
        # a model that is still waking says nothing about the road
        self.measures.shown(flipped, stage.pointers, answer, stage.player.is_ready)
        self._clock.tick(PEN_HZ if self.stage.session.document.is_drawing else CALM_HZ)

    def close(self) -> None:
        """What the person made is kept, whatever else fails."""
        self._try(self.stage.desk.close)
        if not self._options.is_private:
            self._try(lambda: save(self.stage.session, self._kept))
        self.stage.player.close()
        if self.stage.source is not None:
            self.stage.source.close()
        self._hand.close()
        self.window.close()

    # the steps of a turn

    def _heard(self) -> list[Action]:
        window = self.window
        return self._hand.hear(window.events(), window.paper_under, window.is_shift_down)

    def _do(self, action: Action) -> None:
        if action.name == "copy_face":
            if self.stage.face is None:
                raise OutputError("There is no face yet.", "Draw something first.")
            self.window.copy(self.stage.face)
            self._say("The face is in the clipboard.", is_error=False)
            return
        news = act(self.stage, action.name, action.value)
        if action.name in ("recover", "forget", "open"):
            self._recoverable = self.stage.desk.recoverable
        if news:
            self._say(news, is_error=False)

    def _look(self) -> None:
        """Ask the model when the frame or the settings changed, and not otherwise."""
        stage = self.stage
        if stage.player.pipeline is not self._pipeline:  # another model has taken over
            self._pipeline, self._cards = stage.player.pipeline, LookCards()
            stage.has_changed = True
        frame = self._read()
        if frame is not None:
            stage.frame = frame
            self._must_open = False
        is_asked = stage.frame is not None and (frame is not None or stage.has_changed)
        card = self._card(is_asked, is_live=frame is not None and frame.is_live)
        if card is not None:
            stage.player.submit(card)
        elif stage.frame is not None and is_asked:
            stage.has_changed = False
            self._asked = self._request(stage.frame, stage.session.look)
            stage.player.submit(self._asked)

    def _read(self) -> Frame | None:
        stage = self.stage
        if stage.source is not None:
            return stage.source.read()
        if self._paper is None or self._paper.document is not stage.session.document:
            self._paper = Paper(stage.session.document)
        return self._paper.read(bool(stage.session.values["framing"]), SLICE_S)

    def _card(self, is_asked: bool, is_live: bool) -> Request | None:
        """A little face that is missing, when nothing else is to be done.

        A camera leaves no pause: now and then a little face takes the place of a frame.
        """
        stage, now = self.stage, time.monotonic()
        has_time = (is_live and now >= self._card_due) or (not is_asked and stage.player.is_idle)
        if not has_time or stage.session.document.is_drawing or stage.player.slowest_s > SLOW_S:
            return None
        who = self._cards.missing(stage.session.looks)
        if who is None:
            return None
        self._card_due = now + CARD_EVERY_S
        return self._request(self._example, who)

    def _request(self, frame: Frame, who: Look) -> Request:
        return Request(frame, self.stage.session.settings(), self.stage.session.model, who)

    def _collect(self) -> None:
        session, player = self.stage.session, self.stage.player
        try:
            result = player.newest()
        except ModelError:
            session.model, session.runtime = player.model, player.runtime
            if player.is_dead and session.model != DEFAULT:
                session.model, session.runtime = DEFAULT, "auto"
                player.choose(session.model, session.runtime)
            raise
        if result is None:
            return
        if result.request.frame is self._example:
            self._cards.keep(result.request.look, result.face)
            return
        self._answer = result
        self._is_new = True
        if result.face is not None:
            self.stage.face = result.face
        elif result.request.frame.is_empty:
            self.stage.face = None

    # what is said and shown

    def _try(self, step: Callable[[], None]) -> None:
        """Nothing that fails in one step keeps the others from being done."""
        try:
            step()
        except LivesketchError as error:
            if self._must_open and isinstance(error, SourceError):
                raise
            log.warning("%s", error, exc_info=error.__cause__)
            self._say(error.message, error.hint)
        except Exception:
            log.exception("a turn failed")
            self._say("Something went wrong.", f"Details are in {user_dir('log')}.")

    def _say(self, sentence: str, hint: str = "", is_error: bool = True) -> None:
        self._message = Message(sentence, hint, time.monotonic(), is_error)

    def _view(self) -> View:
        stage, session = self.stage, self.stage.session
        document, answer = session.document, self._answer
        if stage.desk.trouble:
            self._say(stage.desk.trouble)
            stage.desk.trouble = ""
        paper, dirty = stage.desk.paper(self.window.paper_side, ghost(answer))
        pipeline = stage.player.pipeline
        is_answered = answer is not None and answer.request is self._asked
        now = time.monotonic()
        return View(
            source=session.source,
            paper=paper,
            paper_dirty=dirty,
            is_empty=document.is_empty,
            traced=traced(answer) if session.source != "paper" else None,
            drawing_name=document.name or "untitled drawing",
            path=document.path,
            is_saved=document.is_saved,
            can_undo=document.can_undo,
            can_redo=document.can_redo,
            tool="eraser" if self._hand.is_erasing else session.tool,
            marks=paper_marks(session, stage.desk),
            face=stage.face,
            is_fresh=is_fresh(answer, is_answered, now),
            note=note(stage.player, answer if is_answered else None),
            look_name=session.look.name,
            is_held=session.is_held,
            looks=tuple(LookCard(who.name, self._cards.picture(who)) for who in session.looks),
            look_index=session.look_index,
            values=session.values,
            kind=pipeline.model.kind if pipeline is not None else "",
            model=session.model,
            models=tuple(Choice(name, name) for name in stage.models),
            runtime=session.runtime,
            runtimes=tuple(Choice(name, name) for name in RUNTIMES),
            sources=source_choices(SOURCES),
            input_label=self._hand.label if stage.source is None else stage.source.label,
            device=device_words(pipeline),
            stats=Stats(
                self.measures.pen_to_pixel.percentile(50),
                self.measures.pen_to_pixel.percentile(95),
                self.measures.faces.per_second(now) or None,
            ),
            message=self._message,
            recoverable=self._recoverable,
        )


def run(options: AppOptions) -> None:
    """Open the window and play until it is closed. LivesketchError where it cannot even begin."""
    app = App(options)
    try:
        app.run()
    finally:
        app.close()
