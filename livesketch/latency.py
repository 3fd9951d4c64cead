"""How late things are and how many there are a second, over the last moments."""

from collections import deque


class Spans:
    """The newest `size` durations, and what half or nearly all of them stay under."""

    def __init__(self, size: int = 240) -> None:
        self._spans: deque[float] = deque(maxlen=size)

    def add(self, seconds: float) -> None:
        self._spans.append(seconds)

    def __len__(self) -> int:
        return len(self._spans)

    def percentile(self, percent: float) -> float | None:
        """Milliseconds; None before anything was measured. Nearest rank."""
        if not self._spans:
            return None
        ordered = sorted(self._spans)
        return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]

    def clear(self) -> None:
        self._spans.clear()


class Rate:
    """How often something happened in the last `window` seconds."""

    def __init__(self, window: float = 2.0) -> None:
        self._window = window
        self._times: deque[float] = deque()

    def add(self, now: float) -> None:
        self._times.append(now)
        self._forget(now)

    def per_second(self, now: float) -> float:
        self._forget(now)
        if len(self._times) < 2:
            return 0.0
        return (len(self._times) - 1) / max(1e-6, self._times[-1] - self._times[0])

    def _forget(self, now: float) -> None:
        while self._times and self._times[0] < now - self._window:
            self._times.popleft()
