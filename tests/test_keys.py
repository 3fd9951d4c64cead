"""Which key asks for what."""

import pygame
import pytest

from livesketch.controls.keys import chord_words, chords_of, default_keys, keys_with
from livesketch.errors import UsageError
from livesketch.ui.chords import chord_of


def pressed(key: int, mod: int = 0, sign: str = "", scancode: int = 0) -> str:
    event = pygame.event.Event(pygame.KEYDOWN, key=key, mod=mod, unicode=sign, scancode=scancode)
    return default_keys().get(chord_of(event), "")


def test_the_keys_people_know_do_what_they_expect() -> None:
    ctrl, shift = pygame.KMOD_LCTRL, pygame.KMOD_LSHIFT
    assert pressed(pygame.K_z, ctrl, "\x1a") == "undo"
    assert pressed(pygame.K_z, ctrl | shift, "\x1a") == "redo"
    assert pressed(pygame.K_y, ctrl) == "redo"
    assert pressed(pygame.K_s, ctrl) == "save"
    assert pressed(pygame.K_s, ctrl | shift) == "save_as"
    assert pressed(pygame.K_c, ctrl) == "copy_face"
    assert pressed(pygame.K_SPACE, 0, " ") == "next_person"
    assert pressed(pygame.K_SPACE, shift, " ") == "previous_person"
    assert pressed(pygame.K_F1) == "help"
    assert pressed(pygame.K_TAB, 0, "\t") == "focus"
    assert pressed(pygame.K_TAB, pygame.KMOD_LALT, "\t") == ""  # switching to another program


def test_signs_count_however_a_keyboard_makes_them() -> None:
    assert pressed(pygame.K_LEFTBRACKET, 0, "[") == "smaller"
    assert pressed(pygame.K_8, pygame.KMOD_RALT, "[") == "smaller"  # German
    assert pressed(pygame.K_SLASH, pygame.KMOD_LSHIFT, "?") == "help"


def test_undo_is_where_it_was_on_a_cyrillic_keyboard() -> None:
    key_of_ya = 0x44F
    assert pressed(key_of_ya, pygame.KMOD_LCTRL, "", scancode=pygame.KSCAN_Z) == "undo"


def test_keys_can_be_changed_and_freed() -> None:
    keys = keys_with({"7": "next_person", "delete": ""})
    assert keys["7"] == "next_person"
    assert keys["space"] == "next_person"
    assert "delete" not in keys
    assert chords_of("next_person", keys) == ["space", "7"]
    with pytest.raises(UsageError, match="no action called 'fly'"):
        keys_with({"n": "fly"})


def test_chords_are_written_as_on_the_keys() -> None:
    assert chord_words("ctrl+shift+z") == "Ctrl+Shift+Z"
    assert chord_words("space") == "Space"
    assert chord_words("f1") == "F1"
    assert chord_words("[") == "["
    assert chord_words("ctrl++") == "Ctrl++"
