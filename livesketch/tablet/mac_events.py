"""What macOS says of a pen with each event (NSEvent of AppKit), and what it means. Runs anywhere."""

from dataclasses import dataclass

from livesketch.canvas.stroke import Sample
from livesketch.tablet.reports import Report

# NSEventType
LEFT_DOWN, LEFT_UP, MOVED, DRAGGED, POINT, PROXIMITY = 1, 2, 5, 6, 23, 24
OTHERS = (3, 4, 7, 25, 26, 27)  # the right and further buttons: down, up, dragged
MASK = sum(1 << kind for kind in (LEFT_DOWN, LEFT_UP, MOVED, DRAGGED, POINT, PROXIMITY, *OTHERS))
# NSEventSubtype of a mouse's event that a tablet made, and NSPointingDeviceType
BY_POINT, BY_PROXIMITY = 1, 2
ERASER = 3
_TIP, _LOWER, _UPPER = 0x1, 0x2, 0x4  # NSEventButtonMaskPen…
_FULL_TILT = (
    60.0  # degrees that a tilt of 1.0 is taken to be: AppKit scales to the tablet's own most
)


@dataclass(frozen=True)
class MacEvent:
    """The fields that are read of one NSEvent. Place in points from the lower left of the window."""

    kind: int
    subtype: int = 0
    x: float = 0.0
    y: float = 0.0
    pressure: float = 0.0
    tilt_x: float = 0.0  # −1..1
    tilt_y: float = 0.0
    buttons: int = 0  # NSEventButtonMask
    stamp_s: float = 0.0  # since the machine was started: the clock of time.monotonic()
    is_entering: bool = False
    device: int = 0  # NSPointingDeviceType, told with proximity only


class MacState:
    """Remembers what only proximity events tell: which tip is near."""

    def __init__(self) -> None:
        self.is_eraser = False

    def report(self, event: MacEvent, height: float, before: Report | None) -> Report | None:
        """None for what no tablet made. height: of the window's inside; before: the last report."""
        if event.kind == PROXIMITY or event.subtype == BY_PROXIMITY:
            self.is_eraser = event.is_entering and event.device == ERASER
            at = before.sample if before is not None else Sample(event.x, height - event.y, 0.0)
            return Report(at, is_near=event.is_entering, is_eraser=self.is_eraser)
        if event.kind != POINT and event.subtype != BY_POINT:
            return None
        sample = Sample(
            event.x,
            height - event.y,
            min(max(event.pressure, 0.0), 1.0),
            _FULL_TILT * event.tilt_x,
            _FULL_TILT * event.tilt_y,
            event.stamp_s,
        )
        is_down = event.kind in (LEFT_DOWN, DRAGGED)
        if event.kind not in (LEFT_DOWN, LEFT_UP, MOVED, DRAGGED):
            is_down = bool(event.buttons & _TIP)
        side = ((1, _LOWER), (2, _UPPER))
        held = frozenset(number for number, bit in side if event.buttons & bit)
        return Report(sample, is_down=is_down, is_eraser=self.is_eraser, buttons=held)
