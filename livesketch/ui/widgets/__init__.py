"""The parts of the window, one file each: every one turns a View into Parts and remembers nothing."""
