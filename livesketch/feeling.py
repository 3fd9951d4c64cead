"""How a real pen is felt: without the tremble of its rest, by the curve of a hand, measured with two strokes."""

from livesketch.canvas.pressure import Calibration, felt
from livesketch.canvas.stroke import Sample
from livesketch.controls.actions import Pointer
from livesketch.session import Session
from livesketch.tablet.jitter import Jitter


class Feeling:
    """Remembers how the pen pressed last, and what two strokes have told so far."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.pressure: float | None = None  # as the line takes it, of a pen that is down
        self.raw_pressure = 0.0  # as it was reported last
        self._jitter = Jitter(0.0)
        self._calibration: Calibration | None = None

    def sample(self, fact: Pointer, pressure: float) -> Sample:
        """pressure 0..1 as the pen reports it. The sample that the tool in hand is given."""
        values, self.raw_pressure = self._session.played, pressure
        if self._calibration is not None and fact.kind != "up":
            self._calibration.feed(fact.kind == "down", pressure)
        low, high = float(values["pressure_low"]), float(values["pressure_high"])
        pressure = felt(pressure, float(values["pressure_curve"]), low, high)
        self.pressure = pressure if fact.kind != "up" else None
        if fact.kind == "down":
            self._jitter = Jitter(float(values["jitter"]) / 1000)
        return self._jitter.push(Sample(fact.x, fact.y, pressure, *fact.tilt, fact.time))

    @property
    def is_measuring(self) -> bool:
        """The stroke that goes on is for measuring, and none of the drawing: it began after `calibrate`."""
        return self._calibration is not None and self._calibration.strokes > 0

    def calibrate(self) -> None:
        """The next two strokes say how this hand presses; they leave nothing on the paper."""
        self._calibration = Calibration()
        self._session.tool = "pen"

    def lifted(self) -> str:
        """A stroke is over. What it told in a sentence, or nothing; UsageError where two tell nothing."""
        measuring = self._calibration
        if measuring is None or not measuring.strokes:
            return ""
        if measuring.strokes < 2:
            return "Now a firm one."
        self._calibration = None
        low, high = measuring.range()
        self._session.set("pressure_low", low)
        self._session.set("pressure_high", max(high, low + 0.05))
        return "The pen is measured: it follows your hand."
