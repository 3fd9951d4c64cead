"""Models of other tasks in the real window: parts are painted, a folder plays the camera, the face follows."""

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from screen import Screen
from test_real_window import HERE, LAYOUT, has_face, part

from livesketch.canvas.mask import COLOURS
from livesketch.frames import FACE_PARTS, Picture
from livesketch.places import weights_dir
from livesketch.sources.picture import read_picture
from livesketch.tracing.face import FaceFinder

NUMBERS = {name: number for number, (name, _) in enumerate(FACE_PARTS)}

pytestmark = pytest.mark.skipif(
    not (weights_dir() / "mask.safetensors").is_file(), reason="no model of masks in weights/"
)


def swatch(picture: Picture, name: str) -> tuple[int, int]:
    """The middle of a part's colour in the palette under the paper."""
    knobs = LAYOUT.knobs
    under = picture[knobs.y : knobs.bottom, knobs.x : knobs.right].astype(int)
    ys, xs = np.nonzero(np.abs(under - COLOURS[NUMBERS[name]]).max(axis=2) < 3)
    assert len(xs) > 50, f"no {name} in the palette"
    return knobs.x + int(np.median(xs)), knobs.y + int(np.median(ys))


def has_palette(picture: Picture) -> bool:
    knobs = LAYOUT.knobs
    under = picture[knobs.y : knobs.bottom, knobs.x : knobs.right].astype(int)
    hair = np.abs(under - COLOURS[NUMBERS["hair"]]).max(axis=2) < 3
    return int(hair.sum()) > 50


def zigzag(x: float, y: float, width: float, height: float) -> list[tuple[float, float]]:
    """An ellipse filled by hand, in pixels of the screen; places are in sides of the paper."""
    paper, points = LAYOUT.paper, []
    for k, share in enumerate(np.linspace(-0.9, 0.9, max(3, round(height * 16)))):
        reach = width / 2 * (1 - share**2) ** 0.5 * (1 if k % 2 else -1)
        points += [(x + reach, y + share * height / 2), (x - reach, y + share * height / 2)]
    return [(paper.x + paper.w * a, paper.y + paper.h * b) for a, b in points]


def lies_at(picture: Picture, x: float, y: float, name: str) -> bool:
    """Whether that part's colour shines through at a place of the paper, in its sides."""
    paper = part(picture, "paper")
    side = paper.shape[0]
    seen = paper[round(y * side) - 3 : round(y * side) + 4, round(x * side)].astype(float)
    wanted = 0.55 * COLOURS[NUMBERS[name]] + 0.45 * np.array((247, 245, 240))
    return bool(np.abs(seen.mean(axis=0) - wanted).max() < 12)


def settled(screen: Screen, is_so: Callable[[Picture], bool], what: str) -> Picture:
    """The face once it is so and stands still in six looks."""
    before: list[Picture] = []

    def is_still(picture: Picture) -> bool:
        face = part(picture, "face")
        same = before and np.array_equal(before[-1], face)
        if not same:
            before.clear()
        before.append(face)
        return len(before) >= 6 and is_so(face)

    screen.until(is_still, what)
    return before[-1]


def two_people(folder: Path) -> Path:
    """A folder of pictures that plays the camera: one person for a second, then the other."""
    folder.mkdir()
    for number, name in enumerate(("face-one.jpg", "face-two.jpg")):
        picture = read_picture(HERE / "data" / name)
        wide = np.full((480, 640, 3), 100, np.uint8)
        wide[40:440, 120:520] = cv2.resize(picture, (400, 400))
        for k in range(12):
            Image.fromarray(wide).save(folder / f"{number}-{k:02d}.png")
    return folder


def test_a_face_is_painted_and_follows(tmp_path: Path) -> None:
    finder = FaceFinder(is_still=True)
    screen = Screen(
        "--eraser-size", "70", "--runtime", "torch", home=tmp_path
    )  # it is the brush's too
    try:
        screen.until(lambda picture: part(picture, "paper").mean() > 200, "the paper")
        screen.key("Escape")  # the tour of the first start
        # the model that plays goes on until the one of masks is warm
        names = ["default", "lowres", "mask"]
        for _ in range(names.index("mask")):
            screen.key("m")
        shown = screen.until(has_palette, "the palette")
        for name, x, y, width, height in (
            ("hair", 0.5, 0.42, 0.66, 0.7),
            ("skin", 0.5, 0.55, 0.48, 0.66),
        ):
            screen.hand("mousemove", *swatch(shown, name), "click", 1)
            screen.stroke(zigzag(x, y, width, height))
            screen.until(lambda p, at=(x, y, name): lies_at(p, *at), f"{name} on the paper")
        first = settled(screen, lambda face: finder.find(face) is not None, "a painted face")
        for name, x in (("l_eye", 0.61), ("r_eye", 0.39)):
            screen.hand("mousemove", *swatch(screen.look(), name), "click", 1)
            screen.stroke(
                [(LAYOUT.paper.x + LAYOUT.paper.w * x, LAYOUT.paper.y + LAYOUT.paper.h * 0.44)]
            )
            screen.until(lambda p, at=(x, 0.44, name): lies_at(p, *at), f"{name} on the paper")
        second = settled(
            screen, lambda face: not np.array_equal(face, first), "the face with painted eyes"
        )
        assert finder.find(second) is not None
        Image.fromarray(screen.look()).save(tmp_path / "painted.png")
    finally:
        screen.close()
        finder.close()
    kept = json.loads((tmp_path / "config" / "settings.json").read_text())
    assert kept["model"] == "mask"


def test_a_folder_of_pictures_is_made_small_and_large_again(tmp_path: Path) -> None:
    finder = FaceFinder(is_still=True)
    folder = two_people(tmp_path / "folder")
    words = ("webcam", "--video", str(folder), "--model", "lowres", "--runtime", "torch")
    screen = Screen(*words, home=tmp_path)
    try:
        is_face = has_face(finder)
        picture = screen.until(is_face, "a face made large")
        first = part(picture, "face")
        # on the left lies what the model is shown: a face in colours, not its lines
        left = part(picture, "paper")
        assert np.ptp(left.astype(int), axis=2).mean() > 8
        screen.until(
            lambda picture: (
                np.abs(part(picture, "face").astype(int) - first).mean() > 12 and is_face(picture)
            ),
            "the other person",
        )
        Image.fromarray(screen.look()).save(tmp_path / "lowres.png")
    finally:
        screen.close()
        finder.close()
