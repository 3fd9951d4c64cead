"""How flat a pen is laid: the angles that it reports become one number."""

import math

_UPRIGHT, _FLAT = 38.0, 62.0  # degrees off upright: a hand that writes; the side of the lead


def lean(tilt_x: float, tilt_y: float) -> float:
    """0 for a pen held as one writes, 1 for one that is laid flat; tilts in degrees off upright."""
    if tilt_x == 0.0 and tilt_y == 0.0:
        return 0.0
    across, down = (math.tan(math.radians(min(abs(t), 89.0))) for t in (tilt_x, tilt_y))
    angle = math.degrees(math.atan(math.hypot(across, down)))
    share = min(max((angle - _UPRIGHT) / (_FLAT - _UPRIGHT), 0.0), 1.0)
    return share * share * (3.0 - 2.0 * share)
