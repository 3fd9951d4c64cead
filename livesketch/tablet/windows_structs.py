"""What Windows says of a pen, as its headers lay it out (winuser.h, POINTER_PEN_INFO), and what it means.

Plain ctypes of fixed sizes: it can be tried on any system.
"""

import ctypes
from dataclasses import dataclass

from livesketch.canvas.stroke import Sample
from livesketch.tablet.reports import Report

IN_RANGE, IN_CONTACT, CANCELED = 0x0002, 0x0004, 0x8000  # POINTER_FLAG_…
BARREL, INVERTED, ERASER = 0x1, 0x2, 0x4  # PEN_FLAG_…
HAS_PRESSURE, HAS_TILT_X, HAS_TILT_Y = 0x1, 0x4, 0x8  # PEN_MASK_…
FULL_PRESSURE = 1024
_SAME_PX = 3.0  # the finer place must agree with the coarse one


class Point(ctypes.Structure):
    _fields_ = (("x", ctypes.c_int32), ("y", ctypes.c_int32))


class Rect(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_int32) for name in ("left", "top", "right", "bottom"))


class PointerInfo(ctypes.Structure):
    _fields_ = (
        ("pointerType", ctypes.c_uint32),
        ("pointerId", ctypes.c_uint32),
        ("frameId", ctypes.c_uint32),
        ("pointerFlags", ctypes.c_uint32),
        ("sourceDevice", ctypes.c_void_p),
        ("hwndTarget", ctypes.c_void_p),
        ("ptPixelLocation", Point),
        ("ptHimetricLocation", Point),
        ("ptPixelLocationRaw", Point),
        ("ptHimetricLocationRaw", Point),
        ("dwTime", ctypes.c_uint32),
        ("historyCount", ctypes.c_uint32),
        ("InputData", ctypes.c_int32),
        ("dwKeyStates", ctypes.c_uint32),
        ("PerformanceCount", ctypes.c_uint64),
        ("ButtonChangeType", ctypes.c_int32),
    )


class PenInfo(ctypes.Structure):
    _fields_ = (
        ("pointerInfo", PointerInfo),
        ("penFlags", ctypes.c_uint32),
        ("penMask", ctypes.c_uint32),
        ("pressure", ctypes.c_uint32),  # 0..1024
        ("rotation", ctypes.c_uint32),
        ("tiltX", ctypes.c_int32),  # degrees
        ("tiltY", ctypes.c_int32),
    )


class DeviceInfo(ctypes.Structure):
    """POINTER_DEVICE_INFO; a WCHAR is two bytes wherever this is read."""

    _fields_ = (
        ("displayOrientation", ctypes.c_uint32),
        ("device", ctypes.c_void_p),
        ("pointerDeviceType", ctypes.c_int32),  # 1 a pen on a screen, 2 a pen beside it
        ("monitor", ctypes.c_void_p),
        ("startingCursorId", ctypes.c_uint32),
        ("maxActiveContacts", ctypes.c_uint16),
        ("productString", ctypes.c_uint16 * 520),
    )

    @property
    def name(self) -> str:
        return bytes(self.productString).decode("utf-16-le", "replace").partition("\0")[0]


class DeviceProperty(ctypes.Structure):
    _fields_ = (
        ("logicalMin", ctypes.c_int32),
        ("logicalMax", ctypes.c_int32),
        ("physicalMin", ctypes.c_int32),
        ("physicalMax", ctypes.c_int32),
        ("unit", ctypes.c_uint32),
        ("unitExponent", ctypes.c_uint32),
        ("usagePageId", ctypes.c_uint16),
        ("usageId", ctypes.c_uint16),
    )


# usage page and usage of a tablet's axes (USB HID Usage Tables, digitizers) -> their name in listing.py
AXES = {
    (0x0D, 0x30): "Abs Pressure",
    (0x0D, 0x3D): "Abs Tilt X",
    (0x0D, 0x3E): "Abs Tilt Y",
    (0x0D, 0x41): "Abs Rotation",
    (0x01, 0x30): "Abs X",
    (0x01, 0x31): "Abs Y",
}


@dataclass(frozen=True)
class Surface:
    """Where a device's own units (hundredths of a millimetre) lie on the screen's pixels."""

    device: Rect
    display: Rect

    def place(self, at: Point) -> tuple[float, float] | None:
        wide, high = self.device.right - self.device.left, self.device.bottom - self.device.top
        if wide <= 0 or high <= 0:
            return None
        across, down = (at.x - self.device.left) / wide, (at.y - self.device.top) / high
        left, top = self.display.left, self.display.top
        return (
            left + across * (self.display.right - left),
            top + down * (self.display.bottom - top),
        )


def place_of(info: PointerInfo, surface: Surface | None) -> tuple[float, float]:
    """On the screen, in pixels: finer than one where the device's own units can be trusted."""
    coarse = info.ptPixelLocationRaw
    fine = None if surface is None else surface.place(info.ptHimetricLocationRaw)
    if fine is None or max(abs(fine[0] - coarse.x), abs(fine[1] - coarse.y)) > _SAME_PX:
        return float(coarse.x), float(coarse.y)
    return fine


def has_pressure(info: PenInfo) -> bool:
    return bool(info.penMask & HAS_PRESSURE)


def report_of(info: PenInfo, place: tuple[float, float], time: float) -> Report:
    """place: in pixels of the window; time: on our clock."""
    flags, pen, mask = info.pointerInfo.pointerFlags, info.penFlags, info.penMask
    is_gone = bool(flags & CANCELED)
    sample = Sample(
        *place,
        pressure=min(info.pressure / FULL_PRESSURE, 1.0),
        tilt_x=float(info.tiltX) if mask & HAS_TILT_X else 0.0,
        tilt_y=float(info.tiltY) if mask & HAS_TILT_Y else 0.0,
        time=time,
    )
    return Report(
        sample,
        is_near=bool(flags & IN_RANGE) and not is_gone,
        is_down=bool(flags & IN_CONTACT) and not is_gone,
        is_eraser=bool(pen & (INVERTED | ERASER)),
        buttons=frozenset({1} if pen & BARREL else ()),
    )
