"""What an answer means to the person at the window: is it fresh, what was traced, what is to be said."""

from livesketch.frames import Result, Sketch
from livesketch.pipeline import Pipeline
from livesketch.player import Player

LIVE_S = 0.25  # a face as old as that still answers a camera


def is_fresh(answer: Result | None, is_answered: bool, now: float) -> bool:
    """A camera's newest frame is always still on its way: there a recent one counts."""
    if answer is None or answer.face is None:
        return False
    frame = answer.request.frame
    return is_answered or (frame.is_live and now - frame.time < LIVE_S)


def traced(answer: Result | None) -> Sketch | None:
    """What a photo became; None for a drawing."""
    is_photo = answer is not None and answer.request.frame.picture is not None
    return answer.sketch if answer is not None and is_photo else None


def note(player: Player, answer: Result | None) -> str:
    """A few quiet words about the face side."""
    if player.is_dead:
        return "no model"
    if not player.is_ready:
        return "waking the model…"
    return answer.note if answer is not None else ""


def device_words(pipeline: Pipeline | None) -> str:
    """The model that plays, and where."""
    if pipeline is None:
        return ""
    model = pipeline.model
    return f"{model.name} {model.resolution} · {model.device} · {model.runtime}"
