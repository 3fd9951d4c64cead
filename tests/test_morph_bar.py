"""The morph's bar: from one person to another in four seconds, always further away, never in a leap."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from conftest import ROOT

from livesketch.evaluation.features import IDENTITY_FILE, load_features
from livesketch.evaluation.finder import Finder
from livesketch.frames import Look, Morph, Picture, Request
from livesketch.looks.cues import Cue
from livesketch.looks.playing import CuePlayer, Scene
from livesketch.parameters import defaults, frozen
from livesketch.pipeline import open_pipeline
from livesketch.showing import example_frame

SECONDS = 4.0
FOLDER = ROOT.parent / "shared" / "data" / "weights"  # of the network that tells people apart
# Of the whole way: finding the eyes anew in each picture makes the distance tremble by so much.
TREMBLE = 0.02

Far = Callable[[Picture, Picture], float]


def walk(start: int, end: int, frames: int) -> list[Picture]:
    """The faces of a morph as a cue list plays it."""
    pipeline = open_pipeline("default", "auto")
    people = [Look(f"look {seed}", seed) for seed in (start, end)]
    player = CuePlayer([], lambda look: np.zeros(1, np.float32))  # nobody leaves half way
    cue = Cue("there", people[1], frozen({}), SECONDS)
    player.come_to(cue, Scene(people[0], {}), now=0.0)
    drawing, settings, faces = example_frame(), frozen(defaults()), []
    for now in np.linspace(0, SECONDS, frames):
        scene = player.at(float(now))
        look: Look | Morph = people[1] if scene is None else scene.look
        face = pipeline.process(Request(drawing, settings, "default", look)).face
        assert face is not None
        faces.append(face)
    return faces


def by_identity() -> Far | None:
    """Degrees between who they are; None where the network is not here.

    The angle, since 1 - cosine grows with its square: twice as far would count four times.
    """
    if not (FOLDER / IDENTITY_FILE).is_file():
        return None
    network, finder = load_features([FOLDER]).identity, Finder()
    assert network is not None

    def far(one: Picture, other: Picture) -> float:
        codes = []
        for picture in (one, other):
            marks = finder.find(picture)
            assert marks is not None, "there is a face all the way"
            codes.append(network.of(picture, marks))
        return float(np.degrees(np.arccos(np.clip(codes[0] @ codes[1], -1, 1))))

    return far


def by_pixels(one: Picture, other: Picture) -> float:
    return float(np.sqrt(((one.astype(float) - other.astype(float)) ** 2).mean()))


def check(faces: list[Picture], far: Far, name: str) -> None:
    steps = [far(one, other) for one, other in pairwise(faces)]
    usual = float(np.median(steps))
    away = [far(faces[0], face) for face in faces]
    back = [earlier - later for earlier, later in pairwise(away)]
    print(
        f"{name}: largest step {max(steps) / usual:.2f} x the median,"
        f" back at most {max(back) / away[-1]:.3f} of the way, {away[-1]:.2f} away in the end"
    )
    assert max(steps) <= 3 * usual
    assert max(back) <= TREMBLE * away[-1]
    assert away[-1] >= (1 - TREMBLE) * max(away)


def test_a_morph_gets_further_and_further_away_without_a_leap() -> None:
    faces = walk(5, 40, 11)
    far = by_identity()
    check(faces, far or by_pixels, "pixels" if far is None else "identity")


@pytest.mark.long
@pytest.mark.parametrize(("start", "end"), [(3, 12), (1, 2), (5, 40), (77, 8)])
def test_the_bar_of_the_morph_between_several_people(start: int, end: int) -> None:
    far = by_identity()
    if far is None:
        pytest.skip("the network that tells people apart is not here")
    check(walk(start, end, 41), far, f"identity {start} to {end}")
