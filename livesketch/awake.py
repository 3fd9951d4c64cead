"""No screensaver while there is something to be seen, also where SDL's own way is missing: under X it needs libXss."""

import logging
from collections.abc import Callable
from importlib import import_module
from typing import Any

log = logging.getLogger(__name__)

EXTENSION, SUSPEND = "MIT-SCREEN-SAVER", 5


def keep_awake(driver: str) -> Callable[[], None]:
    """Until what is returned is called, or the program ends. `driver`: what shows windows, as SDL calls it.

    Only X is asked, which then does not switch the display off either; elsewhere SDL needs nothing more.
    """
    if driver != "x11":
        return lambda: None
    try:
        display = import_module("Xlib.display").Display()
        _suspend(display)
    except Exception as error:  # python-xlib lets sockets' and its own errors through
        log.info("the screensaver is left to SDL: %s", error)
        return lambda: None
    return display.close


def _suspend(display: Any) -> None:
    """python-xlib knows this extension, but not this wish of it (version 1.1 of MIT-SCREEN-SAVER)."""
    rq = import_module("Xlib.protocol.rq")

    class Suspend(rq.Request):
        _request = rq.Struct(
            rq.Card8("opcode"), rq.Opcode(SUSPEND), rq.RequestLength(), rq.Card32("suspend")
        )

    number = display.display.get_extension_major(EXTENSION)
    Suspend(display=display.display, opcode=number, suspend=1)
    display.sync()
