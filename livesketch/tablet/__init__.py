"""Pens: what a hand does with a mouse or a tablet becomes samples of a stroke."""

# name -> where it lives
PENS: dict[str, str] = {
    "mouse": "livesketch.tablet.mouse",
    "x11": "livesketch.tablet.x11",  # needs python-xlib, so Linux
    "recorded": "livesketch.tablet.recorded",
}
