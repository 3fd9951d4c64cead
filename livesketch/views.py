"""The View of a turn: everything that the window shows, gathered from those who know it."""

import time
from collections.abc import Sequence

from livesketch.acts import RUNTIMES, Stage
from livesketch.errands import Errands
from livesketch.frames import Picture, Result
from livesketch.hand import Hand
from livesketch.latency import Measures
from livesketch.outputs.forms import SCREEN
from livesketch.rig import Rig
from livesketch.showing import (
    device_words,
    is_fresh,
    note,
    paper_marks,
    seen,
    source_choices,
    traced,
)
from livesketch.sound.hearing import SOURCES
from livesketch.sources import SOURCES as PLACES
from livesketch.ui.view import (
    Choice,
    CueCard,
    LookCard,
    Message,
    OutputCard,
    PixelRect,
    ShowView,
    SoundView,
    Stats,
    View,
)


def view_of(
    stage: Stage,
    paper: tuple[Picture, Sequence[PixelRect]],
    hand: Hand,
    errands: Errands,
    answer: Result | None,
    is_answered: bool,
    measures: Measures,
    message: Message | None,
    recoverable: str,
) -> View:
    """`paper` is its picture and what changed in it; `is_answered`: nothing newer was asked."""
    session, pipeline, now = stage.session, stage.player.pipeline, time.monotonic()
    document, played = session.document, session.played
    return View(
        source=session.source,
        paper=paper[0],
        paper_dirty=tuple(paper[1]),
        is_empty=stage.desk.document.is_empty and not stage.desk.document.sheet.mask.count,
        traced=traced(answer) if session.source != "paper" else None,
        seen=seen(answer) if session.source != "paper" else None,
        drawing_name=document.name or "untitled drawing",
        path=document.path,
        is_saved=document.is_saved,
        can_undo=stage.page.can_undo,
        can_redo=stage.page.can_redo,
        tool="eraser" if hand.is_erasing else session.tool,
        marks=paper_marks(session, stage.desk),
        face=stage.face,
        is_fresh=is_fresh(answer, is_answered, stage.frame, now),
        note=note(stage.player, answer if is_answered else None),
        look_name=session.look.name,
        is_held=session.is_held,
        looks=tuple(LookCard(who.name, errands.cards.picture(who)) for who in session.looks),
        look_index=session.look_index,
        values=played,
        kind=pipeline.model.kind if pipeline is not None else "",
        task=pipeline.model.task if pipeline is not None else "",
        model=session.model,
        models=tuple(Choice(name, name) for name in stage.models),
        runtime=session.runtime,
        runtimes=tuple(Choice(name, name) for name in RUNTIMES),
        sources=source_choices(PLACES),
        input_label=hand.label if stage.source is None else stage.source.label,
        device=device_words(pipeline, played),
        stats=Stats(
            measures.pen_to_pixel.percentile(50),
            measures.pen_to_pixel.percentile(95),
            measures.faces.per_second(now) or None,
        ),
        message=message,
        recoverable=recoverable,
        outputs=stage.rig.audience.names,
        outputs_offered=stage.rig.audience.offered,
        sound=sound_of(stage.rig),
        show=show_of(stage.rig, errands) if stage.rig.is_playing else None,
    )


def sound_of(rig: Rig) -> SoundView:
    listener, session = rig.listener, rig.session
    return SoundView(
        session.sound,
        listener.state,
        listener.names,
        tuple(float(getattr(listener.heard, source)) for source in SOURCES),
        listener.learning,
        tuple(session.routes),
    )


def show_of(rig: Rig, errands: Errands) -> ShowView:
    """What the operator sees of the show."""
    director, cues = rig.director, rig.director.cues
    here = cues[director.index].name if 0 <= director.index < len(cues) else ""
    coming = director.coming
    return ShowView(
        is_blackout=rig.is_blackout,
        is_frozen=rig.is_frozen,
        is_panic=rig.is_panic,
        has_safe=rig.safe is not None,
        outputs=tuple(
            OutputCard(
                seat.name,
                seat.state,
                seat.light,
                seat.picture,
                seat.setup.layout,
                seat.setup.size,
                seat.setup.flip,
                seat.setup.corners,
                seat.setup.crop,
                is_screen=seat.name == SCREEN,
            )
            for seat in rig.audience.seats()
        ),
        cue=CueCard(here) if here else None,
        next_cue=None if coming is None else CueCard(coming.name, errands.preview),
        number=f"{director.index + 1}/{len(cues)}" if cues else "",
        tempo=f"{60 / director.beat_s:.0f} bpm" if director.is_in_time else "",
        is_moving=director.is_moving,
        trouble=rig.remotes.trouble,
        remotes="  ".join(part for part in (rig.remotes.words, _sound_words(rig)) if part),
    )


def _sound_words(rig: Rig) -> str:
    state = rig.listener.state
    return "sound" if state == "listening" else f"sound {state.partition(':')[0]}" if state else ""
