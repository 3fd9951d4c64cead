"""What can go wrong, said to a person: one sentence and what to do about it.

LivesketchError
├── UsageError      the command line, a parameter's value
├── SourceError     a camera, a video, a picture file
├── TraceError      finding a face, drawing its lines
├── DrawingError    a drawing file, its journal
├── ModelError      weights, devices, runtimes
└── OutputError     a file or screen that finished pictures go to
"""


class LivesketchError(Exception):
    """`message` is a sentence a user understands; `hint` says what to try next, or is empty."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class UsageError(LivesketchError):
    """What was asked for does not exist or is out of range."""


class SourceError(LivesketchError):
    """Frames cannot be had from where they were asked of."""


class TraceError(LivesketchError):
    """A photo cannot be turned into lines."""


class DrawingError(LivesketchError):
    """A drawing cannot be read or kept."""


class ModelError(LivesketchError):
    """Weights cannot be loaded or played."""


class OutputError(LivesketchError):
    """A finished picture cannot be put where it should go."""
