"""The live loop: listen, look, hand over, collect, show."""

import logging
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from livesketch import pauses
from livesketch.acts import Stage, act, change_source, invitation
from livesketch.beat import Beat
from livesketch.controls.actions import Action
from livesketch.controls.key_file import key_path, read_keys
from livesketch.controls.keys import default_keys
from livesketch.desk import Desk
from livesketch.errands import SLOW_S, Errands
from livesketch.errors import LivesketchError, ModelError, OutputError, SourceError
from livesketch.frames import Frame, Request, Result
from livesketch.hand import open_hand
from livesketch.latency import Measures
from livesketch.parameters import Value
from livesketch.past import Past
from livesketch.pipeline import Pipeline, model_tasks, open_live
from livesketch.places import user_dir
from livesketch.player import Player
from livesketch.remotes import safety_first
from livesketch.revival import SHOW, Keeper, go_on
from livesketch.rig import open_rig
from livesketch.rig_options import RigOptions
from livesketch.session import Session, meet, person, restore, save
from livesketch.showing import example_frame, ghost
from livesketch.sound.routes import with_route
from livesketch.sources.paper import Source as Paper
from livesketch.ui.view import Message, View
from livesketch.ui.window import Window
from livesketch.views import view_of
from livesketch.worker import Bell

log = logging.getLogger(__name__)

CALM_HZ, PEN_HZ = 60, 120  # where no vsync holds the loop; a pen in motion is answered sooner
DEFAULT = "default"  # the model that takes over where the one of the last time is gone
SLICE_S = 0.012  # of a large drawing that is opened, in one turn


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
    rig: RigOptions = field(default_factory=RigOptions)
    is_guarded: bool = False  # what it takes to go on after a crash is kept
    is_going_on: bool = False  # there was one


class App:
    """turn() is one round of the loop; nothing in it waits, but for the screen and the next beat."""

    def __init__(self, options: AppOptions) -> None:
        session = Session()
        self._kept = user_dir("config") / "settings.json"
        shows = user_dir("data") / "show"
        kept = shows / SHOW if options.is_going_on else self._kept
        is_performing = options.rig.is_show or options.rig.cues is not None  # no time for a tour
        is_first_time = not (options.is_private or is_performing or self._kept.exists())
        keys, notes = (default_keys(), []) if options.is_private else read_keys(key_path())
        notes += [] if options.is_private else restore(session, kept)
        for name, value in options.values.items() if not options.is_going_on else ():
            session.set(name, value)
        for name, form in options.rig.forms.items() if not options.is_going_on else ():
            session.outputs.setdefault(name, {}).update(form)
        for one in options.rig.routes if not options.is_going_on else ():
            session.routes = with_route(session.routes, one)
        session.model = options.model or session.model
        session.runtime = options.runtime or session.runtime
        if options.seed is not None and not options.is_going_on:
            meet(session, person(options.seed))
        folder = None if options.is_private else user_dir("data") / "journal"
        bell = Bell()
        player = Player(open_live, session.model, session.runtime, bell)
        tasks = model_tasks()
        rig, words = open_rig(session, options.rig, player.code_of, player.style_space)
        notes += words
        self.stage = Stage(
            session=session,
            desk=Desk(session, folder),
            player=player,
            rig=rig,
            models=tuple(tasks),
            tasks=tasks,
        )
        self.measures = Measures()
        self._options = options
        self._paper: Paper | None = None
        self._asked: Request | None = None
        self._answer: Result | None = None  # the newest one
        self._past = Past()
        self._is_new = False  # _answer has not been on the screen yet
        self._pipeline: Pipeline | None = None  # whose faces are on the cards
        self._errands = Errands(example_frame())
        self._message: Message | None = None
        self._beat = Beat(bell)
        self._keeper = Keeper(shows) if options.is_guarded else None
        self._must_open = False
        notes += go_on(self.stage, shows) if options.is_going_on else self._begin(options)
        notes += [invitation(self.stage)] if invitation(self.stage) else []
        self._recoverable = self.stage.desk.recoverable
        facts = options.size, "livesketch", options.is_full_screen, keys, is_first_time
        self.window = Window(*facts)
        self._hand = open_hand(self.window.native_id, self.window.driver, keys)
        for sentence in notes:
            self._say(sentence)

    def _begin(self, options: AppOptions) -> list[str]:
        """With what the command line named."""
        self._must_open = options.source != "paper"  # until its first frame came
        if self._must_open:
            change_source(self.stage, options.source, options.source_spec)
        if options.path is not None:
            act(self.stage, "open", options.path)
        return []

    def run(self) -> None:
        """Until the window is closed, the system says so, or `frames` were shown."""
        frames, known = self._options.frames, None
        # SDL would make a closed window of it, which a show does not take without a second key.
        before = signal.signal(signal.SIGTERM, self._told_to_end)
        try:
            while self.window.is_open and not self.stage.is_over:
                self.turn()
                if self.measures.faces_shown and self._pipeline is not known:
                    known = self._pipeline
                    pauses.shorten()
                if frames is not None and self.measures.frames_shown >= frames:
                    break
        finally:
            signal.signal(signal.SIGTERM, before)
            pauses.restore()

    def _told_to_end(self, number: int, frame: FrameType | None) -> None:
        self.stage.is_over = True

    def turn(self, actions: Sequence[Action] = ()) -> None:
        """`actions` are done after those of the window."""
        self.measures.turn(time.monotonic(), 1 / CALM_HZ)
        self.stage.pointers.clear()
        rig = self.stage.rig
        asked = [action for action in (*self._heard(), *actions) if not self._is_learnt(action)]
        for action in safety_first((*rig.actions(), *asked)):
            self._try(lambda action=action: self._do(action))
        for step in (self._listen, self._look, self._collect, rig.show):
            self._try(step)
        for sentence in rig.news():
            self._say(sentence)
        self.stage.desk.keep(time.monotonic())
        if self._keeper is not None:
            self._keeper.keep(self.stage.session, rig)
        flipped = self.window.show(self._view())
        stage, answer = self.stage, self._answer if self._is_new else None
        self._is_new = False
        # a model that is still waking says nothing about the road
        self.measures.shown(flipped, stage.pointers, answer, stage.player.is_ready)
        self._beat.rest(
            PEN_HZ if stage.is_pen_down else CALM_HZ,
            None if stage.source is None else lambda: self._try(self._look),
        )

    def close(self) -> None:
        """What the person made is kept, whatever else fails."""
        if self._keeper is not None:
            self._keeper.close()
        self._try(self.stage.desk.close)
        if not self._options.is_private:
            self._try(lambda: save(self.stage.session, self._kept))
        self._try(self.stage.rig.close)
        self.stage.player.close()
        parked = self.stage.live.parked
        for source in (self.stage.source, None if parked is None else parked.source):
            if source is not None:
                source.close()
        self._hand.close()
        self.window.close()

    # the steps of a turn

    def _heard(self) -> list[Action]:
        window = self.window
        asked = window.events()
        held = window.is_shift_down, window.is_panning
        return self._hand.hear(asked, window.paper_under, *held)

    def _is_learnt(self, action: Action) -> bool:
        """True where it was touched to teach a MIDI control, and is not to be done."""
        sentence = self.stage.rig.learn_from(action)
        if sentence:
            self._say(sentence, is_error=False)
        return bool(sentence)

    def _do(self, action: Action) -> None:
        if self.window.apply(action):  # asked for from elsewhere
            return
        if action.name == "copy_face":
            if self.stage.face is None:
                raise OutputError("There is no face yet.", "Draw something first.")
            self.window.copy(self.stage.face)
            self._say("The face is in the clipboard.", is_error=False)
            return
        news = act(self.stage, action.name, action.value)
        if action.name in ("recover", "forget", "open", "freeze_lines"):
            self._recoverable = self.stage.desk.recoverable
        if news:
            self._say(news, is_error=False)

    def _listen(self) -> None:
        self.stage.has_changed |= self.stage.rig.listen()

    def _look(self) -> None:
        """Ask the model when the frame or the settings changed, and not otherwise."""
        stage = self.stage
        if stage.player.pipeline is not self._pipeline:  # another model has taken over
            self._pipeline = stage.player.pipeline
            self._errands.forget()
            stage.has_changed = True
        now = time.monotonic()
        stage.has_changed |= stage.rig.director.turn(now)
        if self._past.has_ended(stage, now):
            stage.player.forget()
            self._asked = self._paper = None  # a drawing's face is to be made anew
        frame = self._read()
        if frame is not None:
            stage.frame = frame
            self._must_open = False
        is_asked = stage.frame is not None and (frame is not None or stage.has_changed)
        errand = self._errand(is_asked, is_live=frame is not None and frame.is_live)
        if errand is not None:
            stage.player.submit(errand)
        elif stage.frame is not None and is_asked:
            stage.has_changed = False
            self._asked = self._request(stage.frame)
            stage.player.submit(self._asked)

    def _read(self) -> Frame | None:
        stage = self.stage
        if stage.source is not None:
            return stage.source.read()
        if self._paper is None or self._paper.document is not stage.desk.document:
            self._paper = Paper(stage.desk.document)
        return self._paper.read(bool(stage.session.values["framing"]), SLICE_S)

    def _errand(self, is_asked: bool, is_live: bool) -> Request | None:
        """Something by the way, when nothing else is to be done.

        A camera leaves no pause: now and then an errand takes the place of a frame.
        """
        stage, now = self.stage, time.monotonic()
        has_time = not is_asked and stage.player.is_idle
        has_time |= is_live and self._errands.is_due(now)
        if not has_time or stage.is_pen_down or stage.player.slowest_s > SLOW_S:
            return None
        task = self._pipeline.model.task if self._pipeline is not None else ""
        return self._errands.next(stage.session, stage.rig, stage.frame, now, task)

    def _request(self, frame: Frame) -> Request:
        session, live = self.stage.session, self.stage.live
        look = live.look(self.stage.rig.director.look, float(session.played["me_other"]))
        is_picture = frame.picture is not None
        over = live.overlay.lines() if is_picture else ()
        wants_look = live.wants_look and is_picture
        room = live.room if is_picture else None
        return Request(frame, session.settings(), session.model, look, over, wants_look, room)

    def _collect(self) -> None:
        session, player = self.stage.session, self.stage.player
        self.stage.desk.suggest(self._answer)
        try:
            result = player.newest()
        except ModelError:
            self.stage.live.wants_look = False
            session.model, session.runtime = player.model, player.runtime
            if (player.is_dead or player.is_failing) and session.model != DEFAULT:
                session.model, session.runtime = DEFAULT, "auto"
                player.choose(session.model, session.runtime)
            elif player.is_failing and session.runtime != "openvino":  # it needs no graphics card
                session.runtime = "openvino"
                player.choose(session.model, session.runtime)
            raise
        if result is None:
            return
        if result.trouble:
            self._say(result.trouble)
        if self._errands.take(result):
            return
        self._answer = self.stage.rig.answer = result
        live = self.stage.live
        news, is_error = live.follow(result, session)
        if live.is_signed:
            live.is_signed = False
            self._do(Action("freeze_lines"))
        if news:
            self.stage.has_changed = True
            self._say(news, is_error=is_error)
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
        stage = self.stage
        if stage.desk.trouble:
            self._say(stage.desk.trouble, is_error=not stage.desk.is_news)
            stage.desk.trouble = ""
        return view_of(
            stage,
            stage.desk.paper(self.window.paper_side, ghost(self._answer)),
            self._hand,
            self._errands,
            self._answer,
            is_answered=self._answer is not None and self._answer.request is self._asked,
            measures=self.measures,
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
