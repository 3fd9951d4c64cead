"""What the window remembers about itself between two turns; nothing of it belongs to the session."""

from dataclasses import dataclass, field

from livesketch.controls.actions import Pointer
from livesketch.ui.browser import Browser
from livesketch.ui.layout import Focus
from livesketch.ui.view import Message, Stats


@dataclass
class Desk:
    """Plain data: widgets read it, and what is heard on them may change it."""

    focus: Focus = Focus.EVERYTHING
    is_panel_open: bool = False
    is_help_open: bool = False
    has_stage: bool = False  # there is a show to be operated
    tour_card: int | None = None  # which card of the tour is shown, from 0; None: no tour
    folded: set[str] = field(
        default_factory=lambda: {"parts", "person", "look", "layers", "sound"}
    )  # groups of the panel
    opened: set[str] = field(default_factory=set)  # outputs whose rows the panel shows
    corner: int | None = None  # of the wall in the panel, that is being dragged
    panel_scroll: int = 0  # pixels
    browser: Browser | None = None
    browser_rows: int = 1  # how many of its rows are seen at once
    mouse: tuple[int, int] | None = None  # None: outside of the window
    moved_at: float = 0.0
    hovered: str = ""  # name of the part under the mouse
    hovered_since: float = 0.0
    grabbed: str = ""  # name of the part that hears the mouse until the button comes up
    grabbed_button: int = 0
    is_stroke_eraser: bool = False
    last_pointer: Pointer | None = None  # to end a stroke whose paper went away
    is_panning: bool = False  # the key that moves the paper is held
    is_paper_held: bool = False  # the hand that is down moves the paper
    drag_place: tuple[float, float] | None = None  # where the hand that moves the paper was
    tool: str = "pen"  # as asked for, a turn before the View says so
    fresh_at: float = -1.0e9  # when the green light was last deserved
    stats: Stats = field(
        default_factory=Stats
    )  # shown; taken over twice a second so that figures can be read
    stats_at: float = -1.0e9
    message: Message | None = None  # the newest one
    message_at: float = -1.0e9  # when it was first shown
    closed_message: Message | None = None  # put away by a click
