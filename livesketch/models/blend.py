"""Whom one meets on the way between people: several codes in one, each with its share."""

import numpy as np
from numpy.typing import NDArray

from livesketch.frames import Code

MOST = 8  # people in one code


def blended(start: Code, end: Code, t: float) -> Code:
    """Who is a share t (0..1) of the way from `start` to `end`: (M, Z + 1), or exactly these at 0 and 1.

    Both are (Z,) or such a blend: each row a person's code and, last, that person's share. What is
    made of people (hair, an answer to the drawn head) the network makes of each of them, and goes
    from the one to the other by the shares. Somebody on the way between blends is a blend of all
    of them; of more than MOST, the least go.
    """
    t = min(max(t, 0.0), 1.0)
    if t == 0 or np.array_equal(start, end):
        return start
    if t == 1:
        return end
    here, there = rows_of(start), rows_of(end)
    here[:, -1] *= 1 - t
    there[:, -1] *= t
    rows = np.concatenate([here, there])
    if len(rows) > MOST:
        rows = rows[np.sort(np.argsort(-rows[:, -1], kind="stable")[:MOST])]
        rows[:, -1] /= rows[:, -1].sum()
    return rows


def rows_of(code: Code, count: int = 0) -> NDArray[np.float32]:
    """A copy of a code as a blend (M, Z + 1), with nobody's rows at the end to make up `count`."""
    rows = code.copy() if code.ndim == 2 else np.append(code, np.float32(1))[None]
    missing = max(0, count - len(rows))
    return np.pad(rows, ((0, missing), (0, 0))).astype(np.float32)


def is_code(code: Code, size: int, may_blend: bool) -> bool:
    """Whether it is one person's code (size,), or, where it may be, a blend of such."""
    if not np.isfinite(code).all():
        return False
    if code.shape == (size,) or not may_blend:
        return code.shape == (size,)
    if code.ndim != 2 or code.shape[1] != size + 1 or not 0 < len(code) <= MOST:
        return False
    shares = code[:, -1]
    return bool(shares.min() >= 0 and abs(shares.sum() - 1) < 1e-3)
