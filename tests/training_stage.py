"""A trainer of tiny networks for tests: the shipped shapes take seconds a step, and widths do not matter to it."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from tiny import TINY

from livesketch.models.networks import compact
from livesketch.training import directions, easing, finish, looks, loop, shapes, state
from livesketch.training.tasks import INPUTS


def config_of(task: str, size: int) -> compact.Config:
    channels, side = INPUTS[task]
    changes = {"img_resolution": size, "input_channels": channels, "input_size": side}
    return replace(TINY, worn=3, aged=0, **changes)


@pytest.fixture(autouse=True)
def small_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow(monkeypatch)


def narrow(patch: pytest.MonkeyPatch) -> None:
    """Tiny networks and critics, few looks."""
    for module in (loop, finish):
        patch.setattr(module, "config_of", config_of)
    for name in ("Discriminator", "DetailDiscriminator"):
        patch.setattr(state, name, partial(getattr(state, name), c=(8, 8, 8)))
    patch.setattr(looks, "PHOTOS", 30)
    patch.setattr(looks, "LOOKS", 30)
    patch.setattr(directions, "FACES", 40)
    patch.setattr(easing, "PHOTOS", 20)
    patch.setattr(shapes, "DRAWINGS", 20)


def options(data: Path, out: Path, steps: int, **changes: object) -> loop.TrainOptions:
    some = {"size": 128, "batch": 4, "minutes": 5, "workers": 0, "device": "cpu", "steps": steps}
    return loop.TrainOptions(data=data, out=out, **(some | changes))  # type: ignore[arg-type]


def silence(_: str) -> None:
    pass
