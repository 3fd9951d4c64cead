"""Pens: what a hand does with a mouse or a tablet becomes samples of a stroke."""

import logging
from importlib import import_module

from livesketch.errors import SourceError
from livesketch.tablet.pen import Pen
from livesketch.tablet.several import SeveralPens

# name -> where it lives
PENS: dict[str, str] = {
    "mouse": "livesketch.tablet.mouse",
    "x11": "livesketch.tablet.x11",  # needs python-xlib, so Linux
    "windows": "livesketch.tablet.windows",
    "mac": "livesketch.tablet.mac",
    "touch": "livesketch.tablet.touch",
    "recorded": "livesketch.tablet.recorded",
}
# what shows the window, as SDL calls it -> the pens that can be heard on it, the worthiest first
HEARD_ON: dict[str, tuple[str, ...]] = {
    "x11": ("x11", "touch"),
    "wayland": ("touch",),
    "windows": ("windows", "touch"),
    "cocoa": ("mac", "touch"),
}

log = logging.getLogger(__name__)


def open_pen(window_id: int, driver: str) -> Pen | None:
    """The pens with pressure that draw on the window; None where only the mouse can.

    driver: what shows the window, as SDL calls it. Where it could hear pens and does not, the log
    says why.
    """
    pens: list[Pen] = []
    for name in HEARD_ON.get(driver, ()):
        try:
            pens.append(import_module(PENS[name]).open_on(window_id))
        except ImportError as error:
            log.warning(
                "No pressure from %s pens, the mouse draws: %s is missing.", name, error.name
            )
        except SourceError as error:
            log.warning("No pressure from %s pens, the mouse draws: %s", name, error)
    if not pens:
        return None
    return pens[0] if len(pens) == 1 else SeveralPens(pens)
