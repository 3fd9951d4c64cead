"""The morph's bar: from one person to another in four seconds, always further away, never in a leap."""

from collections.abc import Callable

import numpy as np
import pytest
from conftest import ROOT
from numpy.typing import NDArray

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
PAIRS = [
    *((3, 12), (1, 2), (5, 40), (77, 8), (4, 9), (21, 6)),
    *((14, 33), (10, 50), (2, 61), (99, 7), (18, 27), (30, 11)),
]
BACK = 0.02  # of the whole way: so much does the network waver when a pixel changes
BEYOND = 0.05  # who is half way may be a little further from the first person than the second is

Code = NDArray[np.float32]  # of length one
CodesOf = Callable[[list[Picture]], Code]


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


def by_identity() -> CodesOf | None:
    """Who they are, (N, 128); None where the network is not here.

    The drawing holds still and so does the head, so every face is cut out at one place, the median
    of where its landmarks are found: found anew in each, they tremble by a quarter of a pixel, and
    half of every step would be that trembling.
    """
    if not (FOLDER / IDENTITY_FILE).is_file():
        return None
    network, finder = load_features([FOLDER]).identity, Finder()
    assert network is not None

    def codes(faces: list[Picture]) -> Code:
        found = [finder.find(face) for face in faces[:: max(1, len(faces) // 10)]]
        marks = [one for one in found if one is not None]
        assert len(marks) == len(found), "there is a face all the way"
        place = np.median(marks, axis=0)
        return np.stack([network.of(face, place) for face in faces])

    return codes


def by_pixels(faces: list[Picture]) -> Code:
    """Where the network is not here: the faces themselves, shrunk, as directions."""
    flat = np.stack([face[::8, ::8].reshape(-1).astype(np.float32) for face in faces])
    return flat / np.linalg.norm(flat, axis=1, keepdims=True)


def degrees(one: Code, other: Code) -> NDArray[np.float64]:
    """The angle between codes, which is a distance: half the way is half of it.

    1 - cosine is none: it grows with the square, so that twice the step would count four times.
    """
    cosine = (one.astype(np.float64) * other).sum(-1)
    return np.degrees(np.arccos(np.clip(cosine, -1, 1)))


def check(codes: Code, name: str) -> None:
    steps = degrees(codes[:-1], codes[1:])
    away, left = degrees(codes[:1], codes), degrees(codes, codes[-1:])
    whole = away[-1]
    squared = 1 - np.cos(np.radians(steps))
    print(
        f"{name}: largest step {steps.max() / np.median(steps):.2f} x the median"
        f" (by 1 - cosine {squared.max() / np.median(squared):.2f} x),"
        f" back at most {max(0.0, np.diff(left).max()) / whole:.3f} of the way,"
        f" {away.max() / whole - 1:.3f} beyond, {whole:.1f} degrees in all"
    )
    assert steps.max() <= 3 * np.median(steps)
    assert np.diff(left).max() <= BACK * whole, "it comes nearer all the way"
    assert away.max() <= (1 + BEYOND) * whole


def test_a_morph_comes_nearer_and_nearer_without_a_leap() -> None:
    codes = by_identity()
    check((codes or by_pixels)(walk(5, 40, 11)), "pixels" if codes is None else "identity")


@pytest.mark.long
@pytest.mark.parametrize(("start", "end"), PAIRS)
def test_the_bar_of_the_morph_between_many_people(start: int, end: int) -> None:
    codes = by_identity()
    if codes is None:
        pytest.skip("the network that tells people apart is not here")
    check(codes(walk(start, end, 41)), f"identity {start} to {end}")
