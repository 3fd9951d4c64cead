"""How a drawing came about, undone strokes included, as lines of its file."""

from collections.abc import Iterator, Sequence
from typing import Any

from livesketch.canvas.document import Document
from livesketch.canvas.record import BrokenLineError, decoded_stroke, encoded_stroke
from livesketch.canvas.sheet import Event
from livesketch.canvas.sheet_record import decoded_edit, encoded_edit
from livesketch.canvas.stroke import Stroke
from livesketch.frames import Point

_PLAIN = ("undo", "redo", "clear")
_RUN = 200  # acts in one line: so many are lost with it


def encoded_story(document: Document) -> Iterator[dict[str, Any]]:
    """Nothing where the visible strokes are the whole story."""
    places = {id(stroke): place for place, stroke in enumerate(document.strokes)}
    acts = document.story
    if [id(act.stroke) for act in acts] == list(places):
        return
    run: list[Any] = []
    for act in acts:
        if act.stroke is None:
            edit = {"edit": encoded_edit(act.before, act.after)}
            run.append(act.kind if act.kind in _PLAIN else edit)
        elif id(act.stroke) in places:
            run.append(places[id(act.stroke)])
        else:
            if run:
                yield {"story": run}
            run = []
            yield {"undone": encoded_stroke(act.stroke)}
        if len(run) >= _RUN:
            yield {"story": run}
            run = []
    if run:
        yield {"story": run}


def decoded_story(
    lines: Sequence[dict[str, Any]], visible: Sequence[Stroke], begun_at: Point | None
) -> list[Event] | None:
    """What happened; None where the lines do not lead to the visible strokes any more. begun_at: where
    the first visible one was begun."""
    again = Document()
    try:
        if begun_at is not None and next(iter(lines[0].get("story", ())), None) == 0:
            again.begin_at(begun_at)
        for fields in lines:
            if "undone" in fields:
                again.add(decoded_stroke(fields["undone"]))
            for act in fields.get("story", ()):
                _do(act, again, visible)
    except (BrokenLineError, IndexError, TypeError):
        return None
    return again.events if tuple(again.strokes) == tuple(visible) else None


def _do(act: object, document: Document, visible: Sequence[Stroke]) -> None:
    if isinstance(act, int) and 0 <= act < len(visible):
        document.add(visible[act])
    elif act in _PLAIN:
        getattr(document, str(act))()
    elif isinstance(act, dict):
        document.edit(decoded_edit(act.get("edit"), document.sheet))
    else:
        raise BrokenLineError("an act that nobody knows")
