"""What is asked of the default model, each bar beside the figure it is about."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from livesketch.evaluation.figures import Figures


@dataclass(frozen=True)
class Bar:
    """`figure` picks the number; `at_least` or `at_most` is what it should keep to."""

    what: str
    figure: Callable[[Figures], float | None]
    at_least: float | None = None
    at_most: float | None = None

    @property
    def words(self) -> str:
        return f"≥ {self.at_least:g}" if self.at_least is not None else f"≤ {self.at_most:g}"

    def is_met(self, value: float) -> bool:
        low = self.at_least is None or value >= self.at_least
        return low and (self.at_most is None or value <= self.at_most)


def _tier(tier: str, key: str) -> Callable[[Figures], float | None]:
    return lambda figures: getattr(figures.tiers[tier], key)


def _at(percent: int) -> Callable[[Figures], float | None]:
    return lambda figures: figures.tiers["doodles"].found_at.get(percent)


def _least(values: Iterable[float] | None) -> float | None:
    return min(values, default=None) if values is not None else None


BARS = (
    Bar("a face is found: doodles", _tier("doodles", "face_found"), at_least=0.995),
    *(Bar(f"… at {p} % of the pen path", _at(p), at_least=0.995) for p in (10, 25, 50, 75)),
    Bar("… traced photos", _tier("traced", "face_found"), at_least=0.995),
    Bar("… artists' outlines", _tier("skilled", "face_found"), at_least=0.995),
    Bar("… over random looks", lambda f: f.people.face_found, at_least=0.995),
    Bar("NME, traced photos, %", _tier("traced", "nme_percent"), at_most=2.3),
    Bar("Fréchet distance, traced photos", _tier("traced", "fd"), at_most=110),
    Bar("Fréchet distance, doodles", _tier("doodles", "fd"), at_most=120),
    Bar("obedience, the worst property", lambda f: _least(f.obedience.values()), at_least=0.7),
    Bar(
        "obedience at faithful = 1, the worst property",
        lambda f: _least((f.obedience_when_faithful or {}).values()),
        at_least=0.9,
    ),
    Bar("diversity, doodles in one look", _tier("doodles", "diversity"), at_least=0.6),
    Bar("diversity, one doodle in many looks", lambda f: f.people.diversity, at_least=0.8),
    Bar(
        "identity, half to whole drawing, doodles",
        _tier("doodles", "identity_50_100"),
        at_least=0.75,
    ),
    Bar("largest jump between strokes, doodles", _tier("doodles", "largest_jump"), at_most=0.15),
    Bar(
        "skin tone, the rarest class",
        lambda f: _least((f.people.skin_tone or {}).values()),
        at_least=0.08,
    ),
    Bar("stillness, ±1 px", lambda f: f.stillness, at_most=1.5),
)
