"""Other drawings are other people of one look. Whom, says the place where the pen first touched the paper.

It is there with the first dot of ink, so that the same person is seen from the first line to the last.
"""

import numpy as np

from livesketch.frames import TRACED, Code, Point
from livesketch.models.blend import rows_of

TURNS = 15.0  # radians a paper side: within a twentieth of a side it is the same person
FAR = 1.15  # times: how far the whole share goes
SPUN = 1.25  # radians: how far two looks' answers to one place differ
SEED = 1  # of the directions in which places differ; other ones would be other people


def relative(code: Code, begun_at: Point, share: float) -> Code:
    """A code (Z,), or a blend (M, Z + 1), as likely as before, moved by share (0..1) of FAR spreads.

    The move is a smooth function of the place with unit spread (random Fourier features, Rahimi
    2007), and somewhat another one for each look, so that one place does not make all looks alike.
    Traced lines are nobody's drawing: they are the look itself.
    """
    if begun_at == TRACED:
        return code
    rows = rows_of(code)
    who = rows[:, :-1]
    numbers = np.random.Generator(np.random.PCG64(SEED))
    ways = numbers.standard_normal((2, who.shape[-1])) * TURNS
    phase = numbers.uniform(0, 2 * np.pi, who.shape[-1])
    moved = np.cos(np.asarray(begun_at) @ ways + phase + SPUN * who[:, ::-1]) * 2**0.5
    share = share * FAR
    who[:] = (who + moved * share) / np.sqrt(1 + share * share)
    return rows if code.ndim == 2 else who[0]
