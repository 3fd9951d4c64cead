"""What may be asked of the program (actions) and by whom: keys, OSC, MIDI."""
