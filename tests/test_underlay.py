"""The ghost of the face: it shines through the paper just where the drawing is that it answers."""

import numpy as np
import pytest
from stage import quiet_rig
from test_tools import Nobody

from livesketch.acts import Stage, act
from livesketch.canvas.document import Document
from livesketch.canvas.doodle import Doodle, strokes
from livesketch.canvas.paper import COLOURS, PaperRaster
from livesketch.canvas.raster import render_sketch
from livesketch.canvas.sheet import Sheet
from livesketch.canvas.stroke import strokes_from_points
from livesketch.canvas.underlay import Ghost, Underlay
from livesketch.canvas.viewpoint import HOME, Viewpoint
from livesketch.desk import Desk
from livesketch.session import Session

SIDE = 512
SHEET = Sheet()


def head(scale: float, left: float, top: float) -> Document:
    """A doodle of a head, so small and there."""
    lines = [np.asarray(line) * scale + (left, top) for line in strokes(Doodle())]
    return Document.from_strokes(strokes_from_points(lines))


def ghost_of(document: Document) -> Ghost:
    """As if the model gave back what it was shown: the drawing, framed."""
    sketch, place = render_sketch(document.strokes)
    gray = np.rint(sketch * 255).astype(np.uint8)
    return Ghost(np.repeat(gray[..., None], 3, axis=2), place)


def inked(document: Document, view: Viewpoint) -> np.ndarray:
    raster = PaperRaster(SIDE)
    raster.look_from(view)
    raster.update(document, budget_s=1e9)
    return raster.pixels.max(axis=2) < 90


@pytest.mark.parametrize("where", [(1.0, 0.0, 0.0), (0.4, 0.05, 0.1), (0.6, 0.4, 0.35)])
@pytest.mark.parametrize("view", [HOME, Viewpoint(zoom=1.6, angle=20.0, is_flipped=True)])
def test_the_ghost_lies_under_the_lines_it_answers(where, view):
    """However small or far off the head is drawn, and from wherever the paper is looked at."""
    document = head(*where)
    seen = Underlay().picture(SIDE, view, SHEET, ghost_of(document), 0.9, "light")
    assert seen is not None
    ink = inked(document, view)
    brightness = seen.max(axis=2).astype(float)
    assert ink.sum() > 300
    assert np.median(brightness[ink]) < 150
    assert np.median(brightness[~ink]) > 220


def test_beside_the_ghost_the_paper_is_paper_and_at_nought_there_is_none():
    ghost = ghost_of(head(0.4, 0.05, 0.1))
    dark = Ghost(np.zeros_like(ghost.face), ghost.place)
    seen = Underlay().picture(SIDE, HOME, SHEET, dark, 0.5, "light")
    assert seen is not None
    paper = np.array(COLOURS["light"][0])
    x, y, side = (round(v * SIDE) for v in (ghost.place.x, ghost.place.y, ghost.place.side))
    assert (seen[max(y, 0) + 40, max(x, 0) + 40] < 0.6 * paper).all()
    assert (seen[min(y + side, SIDE - 6) + 5, min(x + side, SIDE - 6) + 5] == paper).all()
    assert Underlay().picture(SIDE, HOME, SHEET, None, 0.5, "light") is None


def paper(stage: Stage, ghost: Ghost) -> np.ndarray:
    """The paper once all of it is painted; a large drawing takes several turns."""
    seen = [stage.desk.paper(SIDE, ghost)[0].copy() for _ in range(2)]
    while not np.array_equal(seen[-2], seen[-1]):
        seen.append(stage.desk.paper(SIDE, ghost)[0].copy())
    return seen[-1]


def test_one_key_brings_the_ghost_and_takes_it_away_and_no_line_of_the_drawing_changes():
    session = Session()
    stage = Stage(session, Desk(session, None), Nobody(), quiet_rig(session), ())  # type: ignore[arg-type]
    session.document = head(0.6, 0.2, 0.2)
    ghost = ghost_of(session.document)
    red = Ghost(np.full_like(ghost.face, (220, 20, 20)), ghost.place)
    before = paper(stage, red)
    act(stage, "ghost", None)
    through = paper(stage, red).astype(int)
    assert (through[..., 0] - through[..., 1] > 30).mean() > 0.2  # reddish
    assert (through.max(axis=2) < 90).sum() > 0.8 * (before.max(axis=2) < 90).sum()  # ink is ink
    act(stage, "ghost", None)
    assert np.array_equal(paper(stage, red), before)
