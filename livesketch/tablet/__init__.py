"""Pens: what a hand does with a mouse or a tablet becomes samples of a stroke."""

import logging
from importlib import import_module

from livesketch.errors import SourceError
from livesketch.tablet.pen import Pen

# name -> where it lives
PENS: dict[str, str] = {
    "mouse": "livesketch.tablet.mouse",
    "x11": "livesketch.tablet.x11",  # needs python-xlib, so Linux
    "recorded": "livesketch.tablet.recorded",
}
# what shows the window, as SDL calls it -> the pens that can be heard on it
HEARD_ON: dict[str, str] = {"x11": "x11"}

log = logging.getLogger(__name__)


def open_pen(window_id: int, driver: str) -> Pen | None:
    """The pens with pressure that draw on the window; None where only the mouse can.

    driver: what shows the window, as SDL calls it. Where it could hear pens and does not, the log
    says why.
    """
    name = HEARD_ON.get(driver)
    if name is None:
        return None
    try:
        return import_module(PENS[name]).open_on(window_id)
    except ImportError as error:
        log.warning("Pens have no pressure here, the mouse draws: %s is missing.", error.name)
    except SourceError as error:
        log.warning("Pens have no pressure here, the mouse draws: %s", error)
    return None
