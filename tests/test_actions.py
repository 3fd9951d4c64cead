"""The table of actions: what keys, buttons, key help and docs are made from."""

from livesketch.controls.actions import ACTIONS, WINDOW_ACTIONS, row


def test_every_action_has_one_name_and_says_what_it_does() -> None:
    names = [action.name for action in ACTIONS]
    assert len(names) == len(set(names))
    assert all(action.help and action.group for action in ACTIONS)


def test_no_key_asks_for_two_things() -> None:
    chords = [chord for action in ACTIONS for chord in action.keys]
    assert len(chords) == len(set(chords))


def test_what_the_window_does_itself_has_a_key() -> None:
    for name in WINDOW_ACTIONS:
        action = row(name)
        assert action is not None
        assert action.keys
    assert row("nothing") is None
