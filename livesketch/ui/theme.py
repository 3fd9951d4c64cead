"""Colours and measures of the window. Measures are in units: pixels of a 1440 × 810 window."""

Colour = tuple[int, int, int]

ROOM: Colour = (22, 23, 26)  # behind everything
SUNK: Colour = (28, 29, 33)  # the status line, a face side without a face
RAISED: Colour = (35, 36, 41)  # panel, cards
HOVER: Colour = (46, 48, 54)
LINE: Colour = (58, 60, 67)  # tracks, hairlines, faint outlines
PAPER: Colour = (247, 245, 240)
PAPER_LINE: Colour = (221, 217, 207)  # faint outlines on the paper
DARK_PAPER_LINE: Colour = (62, 63, 69)
PAPER_TEXT: Colour = (140, 136, 127)
INK: Colour = (22, 23, 26)
TEXT: Colour = (226, 224, 218)
GREY: Colour = (150, 151, 156)
FAINT: Colour = (92, 94, 101)  # what cannot be used now
ACCENT: Colour = (255, 122, 69)
GREEN: Colour = (122, 201, 134)
KNOB: Colour = (232, 230, 225)

BODY = 14.6  # text sizes
SMALL = 13.6
HEAD = 15.4
TITLE = 20.0

RADIUS = 10.0
RAIL = 64.0  # width of the icons' column
CELL = 40.0  # one icon of it
HEAD_ROW = 46.0
GAP = 24.0  # between the pictures
MARGIN = 24.0
KNOBS_ROW = 78.0
STATUS_ROW = 34.0
STAGE_ROW = 86.0
PANEL = 304.0
