"""Which knob follows what is heard, how far, and how smoothly."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from livesketch.errors import LivesketchError, UsageError
from livesketch.parameters import PARAMETERS, Parameter, checked, parameter
from livesketch.sound.hearing import SOURCES, Heard

SMOOTH_S, MOST_SMOOTH_S = 0.15, 10.0
WORDS = "Say SOURCE=KNOB, SOURCE=KNOB:LOW..HIGH or SOURCE=KNOB:LOW..HIGH:SECONDS."


@dataclass(frozen=True)
class Route:
    """`source` at 0 turns `knob` to `low`, at 1 to `high`; `smooth_s`: time constant in seconds."""

    source: str
    knob: str
    low: float
    high: float
    smooth_s: float = SMOOTH_S


def can_follow(row: Parameter) -> bool:
    """Numbers can; switches and choices cannot."""
    return not row.choices and not isinstance(row.default, bool | str)


def route(
    source: str,
    knob: str,
    low: float | None = None,
    high: float | None = None,
    smooth_s: float = SMOOTH_S,
) -> Route:
    """A checked Route, over the knob's whole range unless it is said; UsageError where it makes no sense."""
    if source not in SOURCES:
        raise UsageError(
            f"There is no sound called {source!r}.", f"There are: {', '.join(SOURCES)}."
        )
    row = parameter(knob)
    if not can_follow(row):
        can = ", ".join(one.name for one in PARAMETERS if can_follow(one))
        raise UsageError(f"{knob} is no number that could follow a sound.", f"These can: {can}.")
    ends = [row.low if low is None else low, row.high if high is None else high]
    low, high = (float(checked(knob, end)) for end in ends)
    if not (math.isfinite(smooth_s) and 0 <= smooth_s <= MOST_SMOOTH_S):
        raise UsageError(
            f"{smooth_s:g} is no smoothing.", f"It takes 0 to {MOST_SMOOTH_S:g} seconds."
        )
    return Route(source, knob, low, high, smooth_s)


def route_of(text: str) -> Route:
    """ "onset=smile:0..0.8:0.1" """
    source, equals, rest = text.partition("=")
    knob, *more = rest.split(":")
    if not equals or len(more) > 2:
        raise UsageError(f"{text!r} is no sound that drives a knob.", WORDS)
    try:
        low = high = None
        if more:
            one, dots, other = more[0].partition("..")
            if not dots:
                raise ValueError(more[0])
            low, high = float(one), float(other)
        smooth_s = float(more[1]) if len(more) > 1 else SMOOTH_S
    except ValueError as error:
        raise UsageError(f"{text!r} is no sound that drives a knob.", WORDS) from error
    return route(source.strip(), knob.strip(), low, high, smooth_s)


def facts_of(routes: Sequence[Route]) -> list[dict[str, object]]:
    """For the session's file."""
    return [vars(one).copy() for one in routes]


def routes_from(kept: object) -> list[Route]:
    """Those in a session's file; what makes no sense is left out."""
    found = []
    for one in kept if isinstance(kept, list) else ():
        try:
            if isinstance(one, dict):
                found.append(
                    route(
                        str(one["source"]),
                        str(one["knob"]),
                        float(one["low"]),
                        float(one["high"]),
                        float(one["smooth_s"]),
                    )
                )
        except (LivesketchError, KeyError, TypeError, ValueError):
            continue
    return found


def with_route(routes: Sequence[Route], new: Route) -> list[Route]:
    """A knob follows one sound: a new route takes the place of the old one."""
    here = [number for number, one in enumerate(routes) if one.knob == new.knob]
    if not here:
        return [*routes, new]
    return [new if number == here[0] else one for number, one in enumerate(routes)]


class Follow:
    """Remembers where each knob is on its way."""

    def __init__(self) -> None:
        self._shares: dict[tuple[str, str], float] = {}
        self._now: float | None = None

    def values(self, routes: Sequence[Route], heard: Heard, now: float) -> Mapping[str, float]:
        """knob -> its value at `now`, time.monotonic()."""
        span = 0.0 if self._now is None else max(0.0, now - self._now)
        is_first, self._now = self._now is None, now
        found, shares = {}, {}
        for one in routes:
            goal, key = float(getattr(heard, one.source)), (one.source, one.knob)
            before = self._shares.get(key, 0.0)
            step = 1.0 if one.smooth_s <= 0 else 1 - math.exp(-span / one.smooth_s)
            shares[key] = (
                before if is_first and one.smooth_s > 0 else before + step * (goal - before)
            )
            found[one.knob] = one.low + shares[key] * (one.high - one.low)
        self._shares = shares
        return found
