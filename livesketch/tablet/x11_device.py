"""A pen as the X server describes it: its axes, their ranges, and what an event tells of them."""

import struct
from dataclasses import dataclass, field

_PLACE = ("Abs X", "Abs Y")
PRESSURE, TILT_X, TILT_Y = "Abs Pressure", "Abs Tilt X", "Abs Tilt Y"
HEAD = struct.Struct("=HIIIIIiiiiHHH2xI20x")  # up to the masks of buttons and valuators
STRANGE = 3  # as many misses mean that the axes are not those of the whole desktop


@dataclass(frozen=True)
class Axis:
    number: int
    low: float
    high: float


@dataclass
class Device:
    """A tip: tablets report the pen's eraser as a device of its own."""

    name: str
    is_eraser: bool
    axes: dict[str, Axis]
    values: dict[int, float] = field(default_factory=dict)  # events tell only what changed
    is_down: bool = False
    held: set[int] = field(default_factory=set)  # side buttons
    misses: int = STRANGE  # reports in a row whose place is not where the axes are

    def pressure(self) -> float:
        axis = self.axes[PRESSURE]
        value = self.values.get(axis.number, axis.low)
        return min(max((value - axis.low) / max(axis.high - axis.low, 1e-9), 0.0), 1.0)

    def place(self) -> tuple[float, float] | None:
        """On the desktop, 0..1 across and down; None where the device did not say yet."""
        shares = []
        for name in _PLACE:
            axis = self.axes.get(name)
            if axis is None or axis.number not in self.values or axis.high <= axis.low:
                return None
            shares.append((self.values[axis.number] - axis.low) / (axis.high - axis.low))
        return shares[0], shares[1]

    def tilt(self, name: str) -> float:
        """In degrees."""
        axis = self.axes.get(name)
        if axis is None:
            return 0.0
        most = max(abs(axis.low), abs(axis.high), 1e-9)
        value = self.values.get(axis.number, 0.0)
        return value if most <= 90.0 else 90.0 * value / most


def valuators(data: bytes, button_words: int, valuator_words: int) -> dict[int, float]:
    """Axis number -> value, of the axes that an event tells of."""
    start = HEAD.size + 4 * button_words
    mask = int.from_bytes(data[start : start + 4 * valuator_words], "little")
    place = start + 4 * valuator_words
    values: dict[int, float] = {}
    number = 0
    while mask >> number:
        if mask >> number & 1:
            whole, part = struct.unpack_from("=iI", data, place)
            values[number] = whole + part / 2**32
            place += 8
        number += 1
    return values
