"""What a microphone hears: blocks of sound, what is heard in them, and the knobs that follow."""
