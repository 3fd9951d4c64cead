"""How late things are and how many there are a second, over the last moments."""

from collections import deque
from collections.abc import Sequence

from livesketch.frames import Frame, Result


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
        # two quick ones are no rate yet
        return (len(self._times) - 1) / max(0.5, now - self._times[0])

    def _forget(self, now: float) -> None:
        while self._times and self._times[0] < now - self._window:
            self._times.popleft()


class Measures:
    """What the status line and `bench` read: from a hand or a camera to the return of the flip."""

    def __init__(self) -> None:
        self.pen_to_ink = Spans()
        self.pen_to_pixel = Spans()
        self.camera_to_pixel = Spans()
        self.late = Spans(1200)  # starts of turns after their tick
        self.faces = Rate()
        self.faces_shown = 0
        self.frames_shown = 0
        self._tick: float | None = None  # the next one
        self._unanswered: list[float] = []  # stamps of pen samples whose face was not shown yet
        self._newest: Frame | None = None

    def turn(self, began: float, every_s: float) -> None:
        """A turn of the loop begins. The ticks lie `every_s` apart, and a turn that comes after
        several of them is late by the first."""
        if self._tick is None:
            self._tick = began + every_s
        elif began >= self._tick:
            late = began - self._tick
            self.late.add(late)
            self._tick += every_s * (late // every_s + 1)

    def shown(
        self, flipped: float, pointers: Sequence[float], answer: Result | None, is_awake: bool
    ) -> None:
        """The flip returned: `pointers` are on the paper now, and `answer`, if new, beside it."""
        self.frames_shown += 1
        for stamp in pointers:
            self.pen_to_ink.add(flipped - stamp)
        if is_awake:
            self._unanswered += pointers
        if answer is None:
            return
        frame = answer.request.frame
        self.faces.add(flipped)
        self.faces_shown += 1
        if frame.is_live and frame is not self._newest:
            self.camera_to_pixel.add(flipped - frame.time)
        self._newest = frame
        for stamp in self._unanswered:
            if stamp <= frame.time:
                self.pen_to_pixel.add(flipped - stamp)
        self._unanswered = [stamp for stamp in self._unanswered if stamp > frame.time]
