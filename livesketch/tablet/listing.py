"""Which pens with pressure are plugged in: asked of the X server or of the kernel, nothing is opened."""

import os
import sys
from importlib import import_module
from pathlib import Path


def x11_pens() -> list[str]:
    """Devices of the X server that report pressure."""
    name = os.environ.get("DISPLAY")
    if not name:
        return []
    try:
        # python-xlib is there on Linux only
        xdisplay, xinput = import_module("Xlib.display"), import_module("Xlib.ext.xinput")
        display = xdisplay.Display(name)
    except Exception:  # displays() says what is wrong with the desktop
        return []
    try:
        if not display.has_extension("XInputExtension"):
            return []
        pens = []
        for device in display.xinput_query_device(xinput.AllDevices).devices:
            labels = [
                display.get_atom_name(one.label)
                for one in device.classes
                if one.type == xinput.ValuatorClass and one.label
            ]
            if "Abs Pressure" in labels:
                tilt = ", tilt" if "Abs Tilt X" in labels else ""
                device_name = (
                    device.name.decode(errors="replace")
                    if isinstance(device.name, bytes)
                    else device.name
                )
                pens.append(f"{device_name} (pressure{tilt})")
        return pens
    finally:
        display.close()


def kernel_pens(root: Path) -> list[str]:
    """Devices whose tool is a pen and which report pressure, as the kernel lists them."""
    listing = root / "proc/bus/input/devices"
    if not listing.is_file():
        return []
    pen_tool, pressure = 0x140, 0x18  # BTN_TOOL_PEN and ABS_PRESSURE of linux/input-event-codes.h
    pens = []
    for block in listing.read_text(errors="replace").split("\n\n"):
        facts = dict(line[3:].split("=", 1) for line in block.splitlines() if "=" in line[3:])
        if _has_bit(facts.get("KEY", ""), pen_tool) and _has_bit(facts.get("ABS", ""), pressure):
            pens.append(f"{facts.get('Name', 'a tablet').strip(chr(34))} (pressure)")
    return pens


def _has_bit(words: str, bit: int) -> bool:
    """Whether a bit is set in the kernel's list of hexadecimal words, highest word first."""
    width = 64 if sys.maxsize > 2**32 else 32
    row = [int(word, 16) for word in words.split()][::-1]
    return bit // width < len(row) and bool(row[bit // width] >> (bit % width) & 1)
