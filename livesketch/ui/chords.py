"""A pygame key event as a chord of controls/keys.py."""

import sys

import pygame

_NAMES = {
    pygame.K_SPACE: "space",
    pygame.K_TAB: "tab",
    pygame.K_ESCAPE: "escape",
    pygame.K_RETURN: "return",
    pygame.K_KP_ENTER: "return",
    pygame.K_DELETE: "delete",
    pygame.K_BACKSPACE: "backspace",
    pygame.K_PAGEDOWN: "pagedown",
    pygame.K_PAGEUP: "pageup",
}
_COMMAND = pygame.KMOD_META if sys.platform == "darwin" else pygame.KMOD_CTRL


def chord_of(event: pygame.Event) -> str:
    """ "ctrl+shift+z", "space", "["; empty for a key that means nothing here."""
    ctrl = bool(event.mod & (_COMMAND | pygame.KMOD_CTRL))
    alt = bool(event.mod & pygame.KMOD_ALT)
    sign = getattr(event, "unicode", "")
    if len(sign) == 1 and sign.isprintable() and not sign.isalnum() and not sign.isspace():
        return sign  # however this keyboard makes it: "[" is AltGr+8 on a German one
    name = _NAMES.get(event.key) or pygame.key.name(event.key)
    place = getattr(event, "scancode", 0) - pygame.KSCAN_A
    if not (name and name.isascii()) and 0 <= place < 26:
        name = chr(ord("a") + place)  # Ctrl+Z is where it was on a Greek or Cyrillic keyboard
    if not name:
        return ""
    shift = bool(event.mod & pygame.KMOD_SHIFT)
    held = [word for word, is_down in (("ctrl", ctrl), ("alt", alt), ("shift", shift)) if is_down]
    return "+".join([*held, name.lower()])


def held_keys() -> frozenset[str]:
    """Which of shift, ctrl and alt are down now."""
    mod = pygame.key.get_mods()
    flags = (("shift", pygame.KMOD_SHIFT), ("ctrl", _COMMAND | pygame.KMOD_CTRL))
    return frozenset(name for name, flag in (*flags, ("alt", pygame.KMOD_ALT)) if mod & flag)
