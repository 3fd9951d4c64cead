"""Between two looks: arithmetic on their codes."""

import numpy as np

from livesketch.frames import Code


def between(start: Code, end: Code, t: float) -> Code:
    """The code a share t (0..1) of the way from `start` to `end`; exactly these at 0 and 1.

    In z, codes (Z,), the direction turns at an even speed (slerp, Shoemake 1985) and the length
    changes evenly: a straight line between two random codes would pass near the middle of the
    space, where everybody looks like the average person. W+, codes (num_ws, w_dim), is no sphere
    around 0: there the way is straight (Karras 2019, §4.1). Both codes of one shape.
    """
    if start.shape != end.shape:
        raise ValueError(f"codes of one shape are needed, not {start.shape} and {end.shape}")
    t = min(max(t, 0.0), 1.0)
    if t == 0 or np.array_equal(start, end):
        return start
    if t == 1:
        return end
    a, b = start.astype(np.float64), end.astype(np.float64)
    if start.ndim == 2:
        return ((1 - t) * a + t * b).astype(np.float32)
    lengths = np.linalg.norm(a), np.linalg.norm(b)
    if min(lengths) < 1e-9:
        return ((1 - t) * a + t * b).astype(np.float32)
    a, b = a / lengths[0], b / lengths[1]
    angle = np.arccos(np.clip((a * b).sum(), -1, 1))
    if angle < 1e-4 or np.pi - angle < 1e-4:  # the same way, or exactly opposite ways
        direction = (1 - t) * a + t * b
    else:
        direction = (np.sin((1 - t) * angle) * a + np.sin(t * angle) * b) / np.sin(angle)
    return (((1 - t) * lengths[0] + t * lengths[1]) * direction).astype(np.float32)
