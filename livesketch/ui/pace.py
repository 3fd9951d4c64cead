"""The window's beat where no screen gives one: 60 turns a second."""

import time


class Pacer:
    """Keeps a steady grid of ticks; a late turn is followed at once, and lost ticks stay lost."""

    def __init__(self, rate: float = 60.0) -> None:
        self.step = 1.0 / rate
        self.due = time.monotonic()  # when the turn that runs now was to start

    def wait(self) -> None:
        """Until the next tick; not at all if it has passed."""
        now = time.monotonic()
        self.due += self.step
        if self.due < now - self.step:
            self.due = now
        if self.due > now:
            time.sleep(self.due - now)  # in place of the screen, which would have made us wait
