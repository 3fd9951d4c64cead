"""Who was there before a Clear and after it: a step back over it, or forth, brings them back with the strokes."""

from dataclasses import dataclass

from livesketch.canvas.document import Document
from livesketch.canvas.sheet import Sheet
from livesketch.frames import Look
from livesketch.session import Session, meet


@dataclass
class _Clear:
    full: Sheet
    empty: Sheet
    before: Look  # who is to be met on the full one
    after: Look


class Company:
    """Remembers the Clears of the drawing on the desk; another drawing begins anew."""

    def __init__(self) -> None:
        self._document: Document | None = None
        self._clears: list[_Clear] = []

    def cleared(self, full: Sheet, before: Look, session: Session) -> None:
        """The session's drawing was `full` a moment ago, and `before` was there."""
        document = session.document
        if document is not self._document:
            self._document, self._clears = document, []
        if document.sheet is not full:
            self._clears.append(_Clear(full, document.sheet, before, session.look))

    def stepped(self, left: Sheet, session: Session) -> None:
        """An undo or a redo led from `left` to the sheet as it is now."""
        here = session.document.sheet
        for one in self._clears if session.document is self._document else ():
            if one.empty is left and one.full is here:
                one.after = session.look
                return meet(session, one.before)
            if one.full is left and one.empty is here:
                one.before = session.look
                return meet(session, one.after)
