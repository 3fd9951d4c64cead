"""Which pens with pressure are plugged in: asked of the X server or of the kernel, nothing is opened."""

import os
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

_AXES = (
    ("pressure", "Abs Pressure"),
    ("tilt across", "Abs Tilt X"),
    ("tilt down", "Abs Tilt Y"),
    ("turn", "Abs Rotation"),
    ("wheel", "Abs Wheel"),
    ("across", "Abs X"),
    ("down", "Abs Y"),
)


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
            if device.use == xinput.MasterPointer:
                continue  # it repeats what the devices under it are
            axes = {
                display.get_atom_name(one.label): (one.min, one.max)
                for one in device.classes
                if one.type == xinput.ValuatorClass and one.label
            }
            counts = [len(one.labels) for one in device.classes if one.type == xinput.ButtonClass]
            buttons = sum(2 <= n <= 3 or n >= 8 for n in range(1, max(counts, default=0) + 1))
            if "Abs Pressure" in axes:
                name = device.name
                name = name.decode(errors="replace") if isinstance(name, bytes) else str(name)
                pens.append(described(name, axes, buttons))
        return pens
    finally:
        display.close()


def described(name: str, axes: Mapping[str, tuple[float, float]], buttons: int = 0) -> str:
    """ "Slate stylus: pressure 0 to 8191, tilt −64 to 63, 2 side buttons": what the pen can tell, as it
    counts. buttons: at its side. axes: the X server's names -> lowest and highest value."""
    facts = []
    for words, axis in _AXES:
        if axis in axes:
            low, high = axes[axis]
            facts.append(f"{words} {_number(low)} to {_number(high)}")
    if buttons:
        facts.append(f"{buttons} side button{'s' if buttons > 1 else ''}")
    return f"{name}: {', '.join(facts)}"


def _number(value: float) -> str:
    return f"{value:g}".replace("-", "−") if abs(value) < 1e6 else f"{value:.0f}".replace("-", "−")


def kernel_pens(root: Path) -> list[str]:
    """Devices whose tool is a pen and which report pressure, as the kernel lists them."""
    listing = root / "proc/bus/input/devices"
    if not listing.is_file():
        return []
    # BTN_TOOL_PEN, and axes, of linux/input-event-codes.h
    pen_tool, axes = 0x140, {"pressure": 0x18, "tilt": 0x1A, "distance": 0x19, "wheel": 0x08}
    pens = []
    for block in listing.read_text(errors="replace").split("\n\n"):
        facts = dict(line[3:].split("=", 1) for line in block.splitlines() if "=" in line[3:])
        told = [words for words, bit in axes.items() if _has_bit(facts.get("ABS", ""), bit)]
        if _has_bit(facts.get("KEY", ""), pen_tool) and "pressure" in told:
            pens.append(f"{facts.get('Name', 'a tablet').strip(chr(34))}: {', '.join(told)}")
    return pens


def _has_bit(words: str, bit: int) -> bool:
    """Whether a bit is set in the kernel's list of hexadecimal words, highest word first."""
    width = 64 if sys.maxsize > 2**32 else 32
    row = [int(word, 16) for word in words.split()][::-1]
    return bit // width < len(row) and bool(row[bit // width] >> (bit % width) & 1)
