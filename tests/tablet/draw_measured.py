"""Run by with_tablet: a pen hovers, is measured with two strokes and draws; keeps what was seen.

draw_measured.py FOLDER ARGUMENT...: the arguments are the program's; screenshots go to FOLDER.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from draw_in_window import SIZE, Show, ink, is_paper_in_place, line, look, place, press
from pen import Pen

from livesketch.frames import Picture
from livesketch.ui import theme


def orange(picture: Picture, x: float, y: float, reach: int = 48) -> int:
    """Pixels of the cursor's colour around a place of the paper."""
    column, row = (round(v) for v in place(x, y))
    part = picture[row - reach : row + reach, column - reach : column + reach].astype(int)
    return int((np.abs(part - theme.ACCENT).max(axis=2) < 60).sum())


def main() -> None:
    folder = Path(sys.argv[1])
    show = Show(folder, sys.argv[2:])
    pen = Pen(str(Path(os.environ["TABLET_DIR"]) / "pen.sock"), SIZE)
    show.until(is_paper_in_place, "the paper")

    # In the air: the circle is where the pen is.
    for x in (0.2, 0.7):
        pen.proximity(True, *place(x, 0.3))
        pen.move(*place(x, 0.3))
        show.until(lambda p, x=x: orange(p, x, 0.3) > 20, "the circle under the pen")
        show.keep(f"hovering {x}")

    # On the paper, held: a disc beside the circle.
    bare = orange(look(), 0.7, 0.3)
    pen.button(True, *place(0.7, 0.3), 0.3)
    for pressure in (0.3, 0.9):
        pen.move(*place(0.7, 0.3), pressure)
        show.until(lambda p, least=bare: orange(p, 0.7, 0.3) > least, f"a disc at {pressure}")
        show.settled()
        show.keep(f"pressed {pressure}")
        bare = orange(look(), 0.7, 0.3)
    pen.button(False, *place(0.7, 0.3))
    pen.proximity(False, *place(0.7, 0.3))
    show.until(lambda p: ink(p, 0.1, 0.9) > 0, "a dot")
    show.settled()
    press("ctrl+z")
    show.until(lambda p: not ink(p, 0.1, 0.9) and not is_said(p), "an empty paper")

    # A firm line before it is measured, the two strokes, the same firm line after it.
    firm = 0.4
    pen.stroke(line((0.1, 0.35), (0.9, 0.35), lambda share: firm))
    show.until(lambda p: ink(p, 0.3, 0.4) > 200, "the line before")
    press("ctrl+p")
    hint = news(show.until(is_said, "what to do next"))
    pen.stroke(line((0.1, 0.5), (0.9, 0.5), lambda share: 0.1))
    firmer = news(show.until(is_other_than(hint), "what to do after the light one"))
    pen.stroke(line((0.1, 0.6), (0.9, 0.6), lambda share: firm))
    show.until(is_other_than(firmer), "that it is measured")
    show.until(lambda p: ink(p, 0.45, 0.65) == 0, "nothing of the two strokes")
    show.settled()
    show.keep("measured")
    pen.stroke(line((0.1, 0.8), (0.9, 0.8), lambda share: firm))
    show.until(lambda p: ink(p, 0.75, 0.85) > 200, "the line after")
    show.settled()
    show.keep("after")
    show.close()


def news(picture: Picture) -> bytes:
    """The beginning of the news over the status line, as it looks."""
    return picture[-24:, :500].tobytes()


def is_other_than(before: bytes) -> Callable[[Picture], bool]:
    """Other news than that is said."""
    return lambda picture: is_said(picture) and news(picture) != before


def is_said(picture: Picture) -> bool:
    """News: a bar with a green edge over the status line."""
    return bool(np.abs(picture[-12, 1].astype(int) - theme.GREEN).max() < 20)


if __name__ == "__main__":
    main()
