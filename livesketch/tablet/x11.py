"""Pens on X11: pressure, tilt and the eraser tip, through XInput2 on the program's own window.

A second connection to the X server listens beside the window's own, so whatever draws the window
need not know. python-xlib leaves an event's axes unread; they are read here (XI2 protocol,
section "DeviceEvent").
"""

import time
from contextlib import suppress
from dataclasses import replace
from typing import Any

from Xlib.display import Display
from Xlib.error import ConnectionClosedError, DisplayError, XError
from Xlib.ext import xinput

from livesketch.canvas.stroke import Sample
from livesketch.errors import SourceError
from livesketch.tablet.pen import PenEvent
from livesketch.tablet.reports import NEAR_S, Stamps
from livesketch.tablet.x11_device import (
    HEAD,
    PRESSURE,
    STRANGE,
    TILT_X,
    TILT_Y,
    Axis,
    Device,
    valuators,
)

_TIP = 1  # button
_SIDE_BUTTONS = {2: 1, 3: 2, 8: 3}  # as the server counts them -> as people do; 4 to 7 scroll
_SAME_PX = 4.0  # coarse axes are told to no more than some pixels
_CHANGES = xinput.SlaveAdded | xinput.SlaveRemoved | xinput.DeviceEnabled | xinput.DeviceDisabled


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
        self._heard = -NEAR_S
        self._stamps = Stamps()
        self._is_open = True
        self._measure_desktop()
        self._find_devices()

    @property
    def label(self) -> str:
        """Which pen draws: the one that was last used, or the first."""
        if not self._devices:
            return "no pen"
        devices = list(self._devices.values())
        device = next((one for one in devices if one.name == self._last_device), devices[0])
        return f"{device.name}, pressure{', tilt' if TILT_X in device.axes else ''}"

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
        return is_down or time.monotonic() - self._heard < NEAR_S

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
        head = HEAD.unpack_from(data)
        device = self._devices.get(head[0])
        if device is None:
            return []
        stamp, button = head[1], head[2]
        before_place = device.place()
        device.values.update(valuators(data, head[10], head[11]))
        self._heard = time.monotonic()
        self._last_device, self._is_eraser = device.name, device.is_eraser
        if kind == xinput.ButtonPress:
            self._measure_desktop()
        x, y = self._in_window(device, before_place, *(fixed / 65536 for fixed in head[6:10]))
        sample = Sample(
            x,
            y,
            device.pressure(),
            device.tilt(TILT_X),
            device.tilt(TILT_Y),
            self._stamps.ours(stamp / 1000),  # they begin anew after 49 days
        )
        before, self._last = self._last, sample
        if kind == xinput.Motion:
            told = "move" if device.is_down else "hover"
            return [PenEvent(told, sample, device.is_eraser)]
        if button in _SIDE_BUTTONS:
            return self._side_button(device, _SIDE_BUTTONS[button], kind == xinput.ButtonPress)
        if button != _TIP or device.is_down == (kind == xinput.ButtonPress):
            return []
        device.is_down = kind == xinput.ButtonPress
        if device.is_down:
            return [PenEvent("down", sample, device.is_eraser)]
        if before is not None:  # a pen in the air presses nothing: the line keeps its width
            sample = replace(sample, pressure=before.pressure)
        return [PenEvent("up", sample, device.is_eraser)]

    def _side_button(self, device: Device, number: int, is_press: bool) -> list[PenEvent]:
        if self._last is None or is_press == (number in device.held):
            return []
        (device.held.add if is_press else device.held.discard)(number)
        kind = "press" if is_press else "release"
        return [PenEvent(kind, self._last, device.is_eraser, number)]

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
        if share is None or device.misses >= STRANGE:
            return event_x, event_y  # mapped to a part of the desktop, or in a way not known here
        return share[0] * width - (root_x - event_x), share[1] * height - (root_y - event_y)

    def _measure_desktop(self) -> None:
        geometry = self._display.screen().root.get_geometry()
        self._desktop = (geometry.width, geometry.height)

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
            if PRESSURE in axes:
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
            for number in sorted(device.held):
                events += self._side_button(device, number, is_press=False)
        return events
