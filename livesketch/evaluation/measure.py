"""Measures one model on one set, in order."""

from dataclasses import dataclass

from livesketch.canvas.doodle import base, draw, strokes
from livesketch.evaluation.figures import Figures
from livesketch.evaluation.instruments import Instruments
from livesketch.evaluation.obedience import obedience
from livesketch.evaluation.people import people
from livesketch.evaluation.photos import all_photos, photos_of
from livesketch.evaluation.sheets import as_picture
from livesketch.evaluation.stillness import stillness
from livesketch.evaluation.tier_figures import tier_figures
from livesketch.evaluation.tiers import Drawing

# Every drawing comes in three looks: a look is one person, and what a crowd is like no one person says.
LOOKS = (1, 2, 3)
STILL = 8  # drawings per tier that are moved by a pixel


@dataclass(frozen=True)
class Effort:
    """How much is measured. The bars hold for FULL; QUICK shows whether something broke."""

    drawings: int | None  # of each tier; None: all
    looks: int
    bases: int  # doodles whose properties are swept
    steps: int  # of a sweep
    growing: int | None  # drawings of each tier that are watched while they grow; None: all


FULL = Effort(drawings=None, looks=500, bases=8, steps=9, growing=None)
QUICK = Effort(drawings=12, looks=40, bases=2, steps=5, growing=4)


def measure(
    tiers: dict[str, list[Drawing]],
    tools: Instruments,
    faithful: Instruments | None,
    effort: Effort,
    conditions: dict[str, str],
) -> Figures:
    """`faithful`: the same instruments with the model at its most faithful; None leaves that out."""
    photos = {tier: photos_of(drawings, tools) for tier, drawings in tiers.items()}
    real = all_photos(photos)
    figures = {}
    for tier, drawings in tiers.items():
        if drawings:
            tools.say(f"{tier}: {len(drawings)} drawings")
        figures[tier] = tier_figures(tier, drawings, LOOKS, tools, real, effort.growing)
    bases = range(effort.bases)
    obeyed = obedience(bases, effort.steps, tools)
    obeyed_faithfully = None if faithful is None else obedience(bases, effort.steps, faithful)
    doodle = draw(strokes(base(0)))
    tools.say(f"looks: {effort.looks}")
    shown = people(doodle, range(1, effort.looks + 1), tools)
    calm = {
        tier: value
        for tier, drawings in tiers.items()
        if (value := stillness([drawing.sketch for drawing in drawings[:STILL]], tools)) is not None
    }
    return Figures(
        conditions=conditions,
        tiers=figures,
        photos=photos,
        obedience=obeyed,
        obedience_when_faithful=obeyed_faithfully,
        people=shown,
        stillness=sum(calm.values()) / len(calm) if calm else None,
        stillness_by_tier=calm,
        doodle=as_picture(doodle),
    )
