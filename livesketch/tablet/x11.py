"""Pens on X11: pressure, tilt and the eraser tip, through XInput2 on the program's own window.

A second connection to the X server listens beside the window's own, so whatever draws the window
need not know. python-xlib leaves an event's axes unread; they are read here (XI2 protocol,
section "DeviceEvent").
"""

import struct
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from Xlib.display import Display
from Xlib.error import ConnectionClosedError, DisplayError, XError
from Xlib.ext import xinput

from livesketch.canvas.stroke import Sample
from livesketch.errors import SourceError
from livesketch.tablet.pen import PenEvent

_HEAD = struct.Struct("=HIIIIIiiiiHHH2xI20x")  # up to the masks of buttons and valuators
_PLACE = ("Abs X", "Abs Y")
_PRESSURE, _TILT_X, _TILT_Y = "Abs Pressure", "Abs Tilt X", "Abs Tilt Y"
_TIP = 1  # button
_NEAR_S = 0.3  # a pen is near until that long after it was last heard of
_SAME_PX = 4.0  # coarse axes are told to no more than some pixels
_STRANGE = 3  # as many misses mean that the axes are not those of the whole desktop
_CHANGES = xinput.SlaveAdded | xinput.SlaveRemoved | xinput.DeviceEnabled | xinput.DeviceDisabled


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
    misses: int = _STRANGE  # reports in a row whose place is not where the axes are

    def pressure(self) -> float:
        axis = self.axes[_PRESSURE]
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


def open_on(window_id: int) -> "XInputPen":
    return XInputPen(window_id)


class XInputPen:
    """All pens that draw on one window.

    `read` never waits. Samples are in pixels of the window, finer than a pixel, and carry the X
    server's own time stamps on the clock of time.monotonic().
    """

    def __init__(self, window_id: int, display_name: str | None = None) -> None:
        try:
            # its methods for pens are added when it runs
            self._display: Any = Display(display_name)
        except (DisplayError, OSError) as error:
            raise SourceError("The X server cannot be asked for pens.", str(error)) from error
        if not self._display.has_extension("XInputExtension"):
            self._display.close()
            raise SourceError("This X server knows no pens.", "The mouse draws.")
        self._display.xinput_query_version()
        self._opcode = self._display.display.get_extension_major("XInputExtension")
        for kind in (xinput.ButtonPress, xinput.ButtonRelease, xinput.Motion):
            self._display.display.ge_event_data.pop((self._opcode, kind), None)
        self._window = self._display.create_resource_object("window", window_id)
        root = self._display.screen().root
        root.xinput_select_events([(xinput.AllDevices, xinput.HierarchyChangedMask)])
        self._devices: dict[int, Device] = {}
        self._last_device, self._is_eraser = "", False
        self._last: Sample | None = None
        self._heard = -_NEAR_S
        self._clock_lead: float | None = None  # ours before the server's, seconds
        self._stamped = 0.0
        self._is_open = True
        self._measure_desktop()
        self._find_devices()

    @property
    def label(self) -> str:
        """Which pen draws: the one that was last used, or the first."""
        if not self._devices:
            return "no pen"
        return f"{self._last_device or next(iter(self._devices.values())).name}, pressure"

    @property
    def devices(self) -> list[Device]:
        return list(self._devices.values())

    @property
    def is_plugged_in(self) -> bool:
        return self._is_open and bool(self._devices)

    @property
    def is_eraser_near(self) -> bool:
        return self._is_eraser and self.is_near

    @property
    def is_near(self) -> bool:
        """A pen touches or hovers: the mouse moves that the server makes of it should be dropped."""
        is_down = any(device.is_down for device in self._devices.values())
        return is_down or time.monotonic() - self._heard < _NEAR_S

    @property
    def hover(self) -> Sample | None:
        """Where the pen is, while it is near and not down."""
        is_down = any(device.is_down for device in self._devices.values())
        return self._last if self.is_near and not is_down else None

    def read(self) -> list[PenEvent]:
        """What the pens did since the last call, every report in its order."""
        events: list[PenEvent] = []
        if not self._is_open:
            return events
        try:
            while self._display.pending_events():
                event = self._display.next_event()
                if event.type == 35 and event.extension == self._opcode:  # a generic event
                    with suppress(XError):  # a pen that went while it was asked about
                        events += self._understood(event)
        except (ConnectionClosedError, OSError):
            self._is_open = False
            events += self._lifted(self._devices)
        return events

    def close(self) -> None:
        if self._is_open:
            self._is_open = False
            self._display.close()

    # --- inside

    def _understood(self, event: Any) -> list[PenEvent]:
        kind, data = event.evtype, event.data
        if kind == xinput.HierarchyChanged:
            return self._find_devices() if data.flags & _CHANGES else []
        if kind not in (xinput.ButtonPress, xinput.ButtonRelease, xinput.Motion):
            return []
        head = _HEAD.unpack_from(data)
        device = self._devices.get(head[0])
        if device is None:
            return []
        stamp, button = head[1], head[2]
        before_place = device.place()
        device.values.update(_valuators(data, head[10], head[11]))
        self._heard = time.monotonic()
        self._last_device, self._is_eraser = device.name, device.is_eraser
        if kind == xinput.ButtonPress:
            self._measure_desktop()
        x, y = self._in_window(device, before_place, *(fixed / 65536 for fixed in head[6:10]))
        sample = Sample(
            x,
            y,
            device.pressure(),
            device.tilt(_TILT_X),
            device.tilt(_TILT_Y),
            self._on_our_clock(stamp),
        )
        before, self._last = self._last, sample
        if kind == xinput.Motion:
            return [PenEvent("move", sample, device.is_eraser)] if device.is_down else []
        if button != _TIP or device.is_down == (kind == xinput.ButtonPress):
            return []
        device.is_down = kind == xinput.ButtonPress
        if device.is_down:
            return [PenEvent("down", sample, device.is_eraser)]
        if before is not None:  # a pen in the air presses nothing: the line keeps its width
            sample = replace(sample, pressure=before.pressure)
        return [PenEvent("up", sample, device.is_eraser)]

    def _in_window(
        self,
        device: Device,
        before: tuple[float, float] | None,
        root_x: float,
        root_y: float,
        event_x: float,
        event_y: float,
    ) -> tuple[float, float]:
        """From the axes themselves: what the server calls the event's place can lag by one report.

        `before`: where the device was at the report before this one.
        """
        share, (width, height) = device.place(), self._desktop
        is_as_told = any(
            max(abs(one[0] * width - root_x), abs(one[1] * height - root_y)) < _SAME_PX
            for one in (share, before)
            if one is not None
        )
        device.misses = 0 if is_as_told else device.misses + 1
        if share is None or device.misses >= _STRANGE:
            return event_x, event_y  # mapped to a part of the desktop, or in a way not known here
        return share[0] * width - (root_x - event_x), share[1] * height - (root_y - event_y)

    def _measure_desktop(self) -> None:
        geometry = self._display.screen().root.get_geometry()
        self._desktop = (geometry.width, geometry.height)

    def _on_our_clock(self, stamp: int) -> float:
        """The server stamps in milliseconds that begin anew after 49 days."""
        now = time.monotonic()
        lead = now - stamp / 1000
        if self._clock_lead is None or abs(lead - self._clock_lead) > 60.0:
            self._clock_lead = lead
        self._clock_lead = min(self._clock_lead, lead)  # what was on the way the shortest time
        self._stamped = max(self._stamped, min(stamp / 1000 + self._clock_lead, now))
        return self._stamped

    def _find_devices(self) -> list[PenEvent]:
        """Look who is there, listen to them; a pen that is gone is lifted first."""
        found: dict[int, Device] = {}
        for info in self._display.xinput_query_device(xinput.AllDevices).devices:
            if info.use not in (xinput.SlavePointer, xinput.FloatingSlave) or not info.enabled:
                continue
            axes = {}
            for one in info.classes:
                if one.type == xinput.ValuatorClass and one.label:
                    name = self._display.get_atom_name(one.label)
                    axes[name] = Axis(one.number, one.min, one.max)
            if _PRESSURE in axes:
                text = info.name
                name = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
                known = self._devices.get(info.deviceid)
                device = known or Device(name, "eraser" in name.lower(), axes)
                found[info.deviceid] = device
        gone = {number: one for number, one in self._devices.items() if number not in found}
        events = self._lifted(gone)
        mask = xinput.ButtonPressMask | xinput.ButtonReleaseMask | xinput.MotionMask
        fresh = [number for number in found if number not in self._devices]
        self._devices = found
        if fresh:
            refused: list[XError] = []
            self._display.set_error_handler(lambda error, _request: refused.append(error))
            self._window.xinput_select_events([(number, mask) for number in fresh])
            self._display.sync()
            if refused:
                raise SourceError("The window cannot be listened to for pens.", "The mouse draws.")
        return events

    def _lifted(self, devices: dict[int, Device]) -> list[PenEvent]:
        events = []
        for device in devices.values():
            if device.is_down and self._last is not None:
                device.is_down = False
                events.append(PenEvent("up", self._last, device.is_eraser))
        return events


def _valuators(data: bytes, button_words: int, valuator_words: int) -> dict[int, float]:
    """Axis number -> value, of the axes that an event tells of."""
    start = _HEAD.size + 4 * button_words
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
