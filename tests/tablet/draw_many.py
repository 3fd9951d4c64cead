"""Run by with_tablet: draws very many samples on the program's own window with the software pen.

draw_many.py FOLDER STROKES SAMPLES ARGUMENT...: the arguments are the program's; drawn.npy goes to FOLDER.
"""

import os
import shutil
import sys
import time
from pathlib import Path

import numpy as np
from draw_in_window import SIZE, Show, is_paper_in_place, place
from pen import Pen

from livesketch.canvas.drawing_file import Journal


def samples(stroke: int, count: int) -> np.ndarray:
    """(count, 3): x, y in paper sides and pressure, no two in a row alike."""
    n = np.arange(count)
    x = 0.1 + 0.8 * (n + 0.5) / count
    y = 0.5 + 0.35 * np.sin(n / 31 + stroke)
    return np.stack([x, y, 0.1 + 0.9 * ((37 * n + 11 * stroke) % 997) / 997], axis=1)


def kept(folder: Path) -> int:
    """How many samples the program has in its journal by now; it holds the file, so a copy is asked."""
    copy = folder / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for file in (Path(os.environ["LIVESKETCH_HOME"]) / "data" / "journal").glob("*.journal"):
        shutil.copy(file, copy)
    journal = Journal(copy)
    found = journal.recoverable()
    return sum(len(stroke) for stroke in journal.recover(found[0]).strokes) if found else 0


def main() -> None:
    folder, strokes, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    show = Show(folder, sys.argv[4:])
    pen = Pen(str(Path(os.environ["TABLET_DIR"]) / "pen.sock"), SIZE)
    show.until(is_paper_in_place, "the paper")
    drawn = np.stack([samples(number, count) for number in range(strokes)])
    np.save(folder / "drawn.npy", drawn)
    for stroke in drawn:
        pen.stroke([(*place(x, y), pressure) for x, y, pressure in stroke.tolist()], 0.0)
    until = time.monotonic() + 60 + drawn.size / 500
    while kept(folder) < strokes * count and time.monotonic() < until:
        time.sleep(1.0)  # the program draws what it heard: that takes longer than the pen took
    show.close()


main()
