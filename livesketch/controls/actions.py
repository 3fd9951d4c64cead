"""Everything that may be asked of the program: one table that keys, buttons, the key help and the docs come from."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Action:
    """One wish. `name` is a row of ACTIONS; what `value` holds is written in that row."""

    name: str
    value: object = None


@dataclass(frozen=True)
class ActionRow:
    """`keys` are chords as controls/keys.py writes them; `value` says in words what the action carries."""

    name: str
    help: str
    group: str
    keys: tuple[str, ...] = ()
    value: str = ""
    may_repeat: bool = False  # holding the key down asks again and again


@dataclass(frozen=True, slots=True)
class Pointer:
    """A plain fact about the mouse or a pen on the paper: nothing is smoothed, dropped or guessed.

    x, y in units of the paper's side (0..1 is the paper, outside is possible while dragging);
    `time` is time.monotonic() seconds and never goes back; `is_eraser`: the right button, or the
    eraser is in hand. A "down" is always followed by its "up". `pressure` 0..1 and `tilt` (degrees
    across and down) are those that a real pen reports; a mouse has None.
    """

    kind: Literal["down", "move", "up"]
    x: float
    y: float
    time: float
    is_eraser: bool
    pressure: float | None = None
    tilt: tuple[float, float] = (0.0, 0.0)
    is_constrained: bool = False  # Shift is down

    @property
    def place(self) -> tuple[float, float]:
        return self.x, self.y


SWITCH = "on or off; nothing: the other way round"

ACTIONS: tuple[ActionRow, ...] = (
    ActionRow("pen", "Draw", "drawing", ("b",)),
    ActionRow("eraser", "Erase (also the right mouse button)", "drawing", ("e", "pen2")),
    ActionRow("line", "Straight line (Shift: at steps of 15°)", "drawing", ("i",)),
    ActionRow("ellipse", "Ellipse (Shift: circle)", "drawing", ("o",)),
    ActionRow("select", "Pick strokes or the photo; move, turn, scale them", "drawing", ("v",)),
    ActionRow("select_all", "Pick every stroke", "drawing", ("ctrl+a",)),
    ActionRow("delete", "Delete what is picked", "drawing", ("backspace",)),
    ActionRow("mask", "Paint parts of the face", "drawing", ("u",)),
    ActionRow("fill", "Fill with a part of the face", "drawing", ("shift+u",)),
    ActionRow("next_part", "Next part to paint", "drawing", ("shift+y",)),
    ActionRow("next_brush", "Next brush: ink, pencil, marker", "drawing", ("n",)),
    ActionRow("symmetry", "Symmetry: on, off", "drawing", ("y",)),
    ActionRow("smaller", "Smaller pen or eraser", "drawing", ("[",), may_repeat=True),
    ActionRow("larger", "Larger pen or eraser", "drawing", ("]",), may_repeat=True),
    ActionRow("calibrate", "Measure the pen's pressure with two strokes", "drawing", ("ctrl+p",)),
    ActionRow("undo", "Undo", "drawing", ("ctrl+z",), may_repeat=True),
    ActionRow("redo", "Redo", "drawing", ("ctrl+y", "ctrl+shift+z"), may_repeat=True),
    ActionRow("clear", "Clear the paper (undo brings it back)", "drawing", ("delete",)),
    ActionRow("framing", "Find the head in the drawing: on, off", "drawing", ("a",)),
    ActionRow("nearer", "Look closer", "paper", ("+", "="), may_repeat=True),
    ActionRow("farther", "Look from farther away", "paper", ("-",), may_repeat=True),
    ActionRow("turn_left", "Turn the paper left", "paper", ("ctrl+left",), may_repeat=True),
    ActionRow("turn_right", "Turn the paper right", "paper", ("ctrl+right",), may_repeat=True),
    ActionRow("pan", "Move the paper while held", "paper", ("z", "pen1"), SWITCH),
    ActionRow("flip", "See the paper as in a mirror", "paper", ("x",)),
    ActionRow("home", "The whole paper, upright", "paper", ("home",)),
    ActionRow("ghost", "The face shines through the paper: on, off", "paper", ("g",)),
    ActionRow("suggest", "Show suggested lines: on, off", "paper", ("s",)),
    ActionRow(
        "accept",
        "Take over the suggested lines of the part under the mouse",
        "paper",
        ("q",),
        value="(x, y) before the eye",
    ),
    ActionRow("photo", "Lay a photo under the drawing", "paper", ("ctrl+r",), value="pathlib.Path"),
    ActionRow("lock_photo", "Lock the photo, free it", "paper", ("k",)),
    ActionRow("dark_paper", "Dark paper, light paper", "paper", ("d",)),
    ActionRow("replay", "Replay the drawing with its faces; stop", "paper", ("t",)),
    ActionRow("next_person", "Next person", "face", ("space",)),
    ActionRow("previous_person", "Previous person", "face", ("shift+space",)),
    ActionRow("random_person", "Somebody else", "face", ("r",)),
    ActionRow("hold", "Hold this person", "face", ("h",)),
    ActionRow("toggle_camera", "Pen or camera", "source", ("w",)),
    ActionRow("next_camera", "Next camera", "source", ("shift+w",)),
    ActionRow("line_style", "Next line style of the camera", "source", ("l",)),
    ActionRow("next_face", "Follow the next person in the picture", "source", ("shift+n",)),
    ActionRow("freeze_lines", "Freeze the camera's lines to edit them, go on", "source", ("j",)),
    ActionRow("composite", "The face alone, in the picture, the drawing on it", "source", ("c",)),
    ActionRow("room", "Choose the picture behind me", "source", ("ctrl+b",), value="pathlib.Path"),
    ActionRow("my_look", "Take my own look from the picture", "source", ("shift+s",)),
    ActionRow("next_model", "Next model", "source", ("m",)),
    ActionRow("next_runtime", "Next runtime of the model", "source", ("shift+m",)),
    ActionRow("blackout", "Blackout: every output is black", "stage", ("f9", "."), SWITCH),
    ActionRow("freeze", "Hold the picture that the audience sees", "stage", ("f10",), SWITCH),
    ActionRow("panic", "Panic: the safe picture, until pressed again", "stage", ("f12",), SWITCH),
    ActionRow("safe_picture", "Let this face be the safe picture", "stage", ("shift+f12",)),
    ActionRow("next_cue", "Next cue", "stage", ("pagedown",)),
    ActionRow("previous_cue", "Previous cue", "stage", ("pageup",)),
    ActionRow("keep_cue", "Keep this scene as a cue", "stage", ("f2",)),
    ActionRow("drift", "Drift slowly from person to person: on, off", "stage", ("f3",)),
    ActionRow("tap", "Tap the tempo", "stage", ("f4",)),
    ActionRow("second_screen", "Second screen: open, close", "stage", ("f5",)),
    ActionRow("keep_replay", "Save the last half minute", "stage", ("f6",)),
    ActionRow("record", "Record: begin, end", "stage", ("f7",)),
    ActionRow("listen", "Listen to the microphone: on, off", "stage", ("f8",)),
    ActionRow("learn", "MIDI: learn what is touched next", "stage", ("ctrl+m",)),
    ActionRow(
        "open", "Open a drawing, picture or video", "file", ("ctrl+o",), value="pathlib.Path"
    ),
    ActionRow("examples", "Open an example drawing", "file", ("ctrl+shift+o",)),
    ActionRow("save", "Save the drawing", "file", ("ctrl+s",), value="pathlib.Path, None: its own"),
    ActionRow("save_as", "Save the drawing under another name", "file", ("ctrl+shift+s",)),
    ActionRow("save_face", "Save the face as PNG", "file", ("ctrl+e",), value="pathlib.Path"),
    ActionRow("copy_face", "Copy the face", "file", ("ctrl+c",)),
    ActionRow("panel", "All knobs", "window", ("p",)),
    ActionRow("focus", "Only the pictures, only the face, everything", "window", ("tab",)),
    ActionRow("full_screen", "Full screen", "window", ("f", "f11")),
    ActionRow("help", "These keys", "window", ("f1", "?")),
    ActionRow("tour", "The first steps, once more", "window", ("shift+f1",)),
    ActionRow("key_file", "Write the keys that can be changed into a file", "window", ("ctrl+k",)),
    ActionRow("leave", "Close what lies on top, leave full screen", "window", ("escape",)),
    ActionRow("quit", "Quit", "window", ("ctrl+q",)),
    ActionRow("confirm", "Yes, end the show (after Ctrl+Q)", "window", ("return",)),
    ActionRow("set", "Turn a knob", "values", value="(parameter name, value)"),
    ActionRow("source", "Where the lines come from", "values", value="a name of SOURCES"),
    ActionRow("model", "Choose a model", "values", value="its name"),
    ActionRow("runtime", "Choose what runs the model", "values", value="its name"),
    ActionRow("pick_look", "Choose a person", "values", value="index into View.looks"),
    ActionRow("cue", "Go to a cue", "values", value="its place in the list, from 0"),
    ActionRow("output", "Open an output, or close it", "values", value="a name of OUTPUTS"),
    ActionRow("microphone", "Listen to this one", "values", value="a part of its name"),
    ActionRow("follow", "The next knob touched follows it", "values", value="a name of SOURCES"),
    ActionRow("route", "A knob follows a sound, or no more", "values", value="a Route, or a knob"),
    ActionRow(
        "shape_output",
        "An output's own layout, size, flip, corners, edges",
        "values",
        value="(a name of OUTPUTS, what, its value)",
    ),
    ActionRow("pointer", "The mouse or a pen on the paper", "values", value="Pointer"),
    ActionRow("view", "Move the paper before the eye", "values", value="(what, x, y[, at])"),
    ActionRow("recover", "Open the drawing that was not saved", "values"),
    ActionRow("forget", "Forget the drawing that was not saved", "values"),
)

# The window does these by itself; Window.apply() takes them from OSC and MIDI too.
WINDOW_ACTIONS = frozenset({"panel", "focus", "full_screen", "help", "leave", "pan", "tour"})


_BY_NAME = {row.name: row for row in ACTIONS}


def row(name: str) -> ActionRow | None:
    return _BY_NAME.get(name)
