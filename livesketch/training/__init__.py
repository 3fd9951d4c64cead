"""Training: from a folder of photos to a weights file. `add_arguments` and `run` are the command line's door."""
