"""Drives the software pen of with_tablet: python pen.py SOCKET  draws one test stroke; or import Pen.

Speaks the protocol of Xorg's inputtest driver (version 1.1). Axes: 0 = x, 1 = y, 4 = pressure.
"""

import ctypes
import math
import socket
import sys
import time


class Valuators(ctypes.Structure):
    _fields_ = [
        ("has_unaccelerated", ctypes.c_uint32),
        ("mask", ctypes.c_uint8 * 8),
        ("values", ctypes.c_double * 64),
        ("unaccelerated", ctypes.c_double * 64),
    ]


HEADER = [("length", ctypes.c_uint32), ("type", ctypes.c_uint32)]


class Version(ctypes.Structure):
    _fields_ = [*HEADER, ("major", ctypes.c_uint16), ("minor", ctypes.c_uint16)]


class Sync(ctypes.Structure):
    _fields_ = HEADER


class Motion(ctypes.Structure):
    _fields_ = [*HEADER, ("is_absolute", ctypes.c_uint32), ("valuators", Valuators)]


class Proximity(ctypes.Structure):
    _fields_ = [*HEADER, ("is_in", ctypes.c_uint32), ("valuators", Valuators)]


class Button(ctypes.Structure):
    _fields_ = [
        *HEADER,
        ("is_absolute", ctypes.c_int32),
        ("button", ctypes.c_int32),
        ("is_press", ctypes.c_uint32),
        ("valuators", Valuators),
    ]


class Pen:
    """x, y in screen pixels; pressure 0..1."""

    def __init__(self, path: str, screen: tuple[int, int] = (1280, 720)) -> None:
        self.width, self.height = screen
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(5)
        self.socket.connect(path)
        self._send(Version(major=1, minor=1), 0)
        self.socket.recv(64)

    def _send(self, event: ctypes.Structure, kind: int) -> None:
        event.length, event.type = ctypes.sizeof(event), kind
        self.socket.sendall(bytes(event))

    def _send_and_sync(
        self, event: ctypes.Structure, kind: int, x: float, y: float, pressure: float
    ) -> None:
        for axis, value in {
            0: x / self.width * 65535,
            1: y / self.height * 65535,
            4: pressure * 1000,
        }.items():
            event.valuators.mask[axis // 8] |= 1 << (axis % 8)
            event.valuators.values[axis] = value
        self._send(event, kind)
        self._send(Sync(), 1)
        self.socket.recv(64)

    def move(self, x: float, y: float, pressure: float = 0.0) -> None:
        self._send_and_sync(Motion(is_absolute=1), 2, x, y, pressure)

    def proximity(self, is_in: bool, x: float, y: float) -> None:
        self._send_and_sync(Proximity(is_in=is_in), 3, x, y, 0.0)

    def button(
        self, is_press: bool, x: float, y: float, pressure: float = 0.0, button: int = 1
    ) -> None:
        self._send_and_sync(
            Button(is_absolute=1, button=button, is_press=is_press), 4, x, y, pressure
        )

    def stroke(self, points: list[tuple[float, float, float]], interval_s: float = 0.005) -> None:
        """points: (x, y, pressure), the pen down from the first to the last."""
        x, y, pressure = points[0]
        self.proximity(True, x, y)
        self.move(x, y)
        self.button(True, x, y, pressure)
        for x, y, pressure in points[1:]:
            self.move(x, y, pressure)
            if interval_s:
                time.sleep(interval_s)
        self.button(False, x, y)
        self.proximity(False, x, y)


if __name__ == "__main__":
    Pen(sys.argv[1]).stroke(
        [(200 + 6 * i, 300 + 80 * math.sin(i / 8), 0.05 + 0.95 * i / 59) for i in range(60)]
    )
