"""Several people before one camera: each is followed and drawn on their own, and nobody twice."""

from dataclasses import dataclass

from livesketch.frames import Frame, Over, Picture, Place, Settings, Sketch, Traced
from livesketch.parameters import frozen
from livesketch.tracer import Steps, Tracer

MOST = 4  # people: each costs as much as one
LOOK_S = 0.5  # between two looks for somebody who came
GONE_S = 2.0  # who was not seen for so long has left


@dataclass(frozen=True, eq=False)
class Person:
    """`seat` is theirs as long as they are there: 0 for the first."""

    seat: int
    sketch: Sketch
    traced: Traced
    is_cut: bool  # somebody else than in the picture before


@dataclass(eq=False)
class _Seat:
    tracer: Tracer
    seen: float  # when there was somebody, in the frames' time
    place: Place | None  # where, in the newest picture


class Everybody:
    """Remembers who sits where."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._seats: dict[int, _Seat] = {}
        self._spare: Tracer | None = None  # looks for who comes
        self._looked: float | None = None  # when

    def traced(
        self,
        frame: Frame,
        picture: Picture,
        settings: Settings,
        steps: Steps,
        over: tuple[Over, ...] = (),
    ) -> list[Person]:
        """All who are in the picture, by their seats; `over` lies on the first. `steps` are summed."""
        settings = frozen({**settings, "person": 0.0})
        people: list[Person] = []
        if not frame.is_live:  # it has nothing to do with the one before
            for seat in self._seats.values():
                seat.place = None
        for number, seat in sorted(self._seats.items()):
            spent: Steps = {}
            on_top = () if people else over
            found = seat.tracer.trace(frame, picture, settings, spent, on_top, self._taken(seat))
            _add(steps, spent)
            seat.place = None if found is None else found[1].place
            if found is not None:
                seat.seen = frame.time
                people.append(Person(number, *found, seat.tracer.is_cut))
            elif not 0 <= frame.time - seat.seen < GONE_S:
                del self._seats[number]
                self._keep(seat.tracer)
        while came := self._came(frame, picture, settings, steps):
            people.append(came)
            if frame.is_live:  # others may have come with them: the next picture tells
                self._looked = None
                break
        return sorted(people, key=lambda one: one.seat)

    def close(self) -> None:
        for tracer in (*(seat.tracer for seat in self._seats.values()), self._spare):
            if tracer is not None:
                tracer.close()
        self._seats.clear()
        self._spare = None

    def _taken(self, own: _Seat | None = None) -> tuple[Place, ...]:
        """Where the others are, or were in the picture before."""
        others = (seat.place for seat in self._seats.values() if seat is not own)
        return tuple(place for place in others if place is not None)

    def _came(
        self, frame: Frame, picture: Picture, settings: Settings, steps: Steps
    ) -> Person | None:
        free = [number for number in range(MOST) if number not in self._seats]
        gap = None if self._looked is None else frame.time - self._looked
        is_soon = gap is not None and 0 <= gap < LOOK_S
        if not free or (is_soon and frame.is_live and self._seats):
            return None
        self._looked = frame.time
        tracer = self._spare or Tracer(self._size)
        self._spare = None
        spent: Steps = {}
        found = tracer.trace(frame, picture, settings, spent, (), self._taken())
        _add(steps, spent)
        if found is None:
            self._keep(tracer)
            return None
        self._seats[free[0]] = _Seat(tracer, frame.time, found[1].place)
        return Person(free[0], *found, True)

    def _keep(self, tracer: Tracer) -> None:
        if self._spare is None:
            self._spare = tracer
        else:
            tracer.close()


def _add(steps: Steps, spent: Steps) -> None:
    for step, ms in spent.items():
        steps[step] = steps.get(step, 0.0) + ms
