"""The real window as a person uses it: a screen, a mouse, a keyboard, and what is seen afterwards."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from screen import SIZE, Screen

from livesketch.frames import Picture
from livesketch.outputs.files import VideoFile
from livesketch.places import weights_dir
from livesketch.sources.picture import read_picture
from livesketch.tracing.face import FaceFinder
from livesketch.ui import theme
from livesketch.ui.layout import arrange

HERE = Path(__file__).parent
LAYOUT = arrange(SIZE)
INK = 110  # darker than that on the paper is a line

pytestmark = pytest.mark.skipif(
    not (weights_dir() / "default.safetensors").is_file(), reason="no default model in weights/"
)


def quickdraw_face() -> list[list[tuple[float, float]]]:
    """The strokes of a person's doodle (Quick, Draw! by Google, CC BY 4.0), in pixels of the paper."""
    line = (HERE / "data" / "quickdraw-face.ndjson").read_text().splitlines()[0]
    paper, strokes = LAYOUT.paper, []
    for xs, ys, *_ in json.loads(line)["drawing"]:
        points = zip(xs, ys, strict=True)
        strokes.append(
            [
                (
                    paper.x + paper.w * (0.2 + 0.6 * x / 255),
                    paper.y + paper.h * (0.15 + 0.7 * y / 255),
                )
                for x, y in points
            ]
        )
    return strokes


def part(picture: Picture, side: str) -> Picture:
    rect = LAYOUT.paper if side == "paper" else LAYOUT.face
    return np.ascontiguousarray(picture[rect.y : rect.bottom, rect.x : rect.right])


def accept(picture: Picture) -> tuple[int, int] | None:
    """The middle of the one orange button over the paper."""
    head = LAYOUT.paper_head
    over = picture[head.y : head.bottom, head.x : head.right].astype(int)
    ys, xs = np.nonzero(np.abs(over - theme.ACCENT).max(axis=2) < 12)
    if len(xs) < 400:
        return None
    return head.x + int(np.median(xs)), head.y + int(np.median(ys))


def drawn(screen: Screen) -> int:
    """Pixels of ink once the whole drawing is on the screen: the same in twenty looks."""
    seen: list[int] = []

    def is_settled(picture: Picture) -> bool:
        seen.append(ink(picture))
        return seen[-1] > 500 and len(seen) >= 20 and len(set(seen[-20:])) == 1

    screen.until(is_settled, "the drawing")
    return seen[-1]


def ink(picture: Picture) -> int:
    """Pixels of lines on the paper, away from its rounded corners."""
    paper = part(picture, "paper")
    inside = paper[20:-20, 20:-20]
    return int((inside.max(axis=2) < INK).sum())


def has_face(finder: FaceFinder) -> Callable[[Picture], bool]:
    """Whether there is a face beside the paper. Looking where there is none takes the finder a second, of
    the processor that the program needs: it is asked once of each picture that is not empty."""
    known: set[bytes] = set()

    def is_found(picture: Picture) -> bool:
        face = part(picture, "face")
        if face.std() < 15 or face.tobytes() in known:
            return False
        known.add(face.tobytes())
        return finder.find(face) is not None

    return is_found


@pytest.fixture(scope="module")
def finder() -> Iterator[FaceFinder]:
    finder = FaceFinder(is_still=True)
    yield finder
    finder.close()


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the first start keeps of the model for all later ones."""
    return tmp_path_factory.mktemp("converted")


@pytest.fixture
def home(tmp_path: Path, converted: Path) -> Path:
    (tmp_path / "cache").symlink_to(converted)
    return tmp_path


@pytest.fixture
def screen(home: Path) -> Iterator[Screen]:
    screen = Screen(home=home)
    try:
        screen.until(lambda picture: part(picture, "paper").mean() > 200, "the paper")
        yield screen
    finally:
        screen.close()


def test_a_doodle_becomes_a_person_and_nothing_undone_is_lost(
    screen: Screen, finder: FaceFinder
) -> None:
    strokes = quickdraw_face()
    for stroke in strokes:
        screen.stroke(stroke)
    screen.until(has_face(finder), "a face beside the doodle")
    lines = drawn(screen)
    screen.key(*["ctrl+z"] * 10)
    screen.until(lambda picture: ink(picture) < lines / 10, "the paper after ten times undo")
    screen.key(*["ctrl+y"] * 10)
    screen.until(lambda picture: abs(ink(picture) - lines) < lines / 20, "the drawing after redo")
    screen.key("Delete")
    screen.until(lambda picture: ink(picture) < lines / 10, "the cleared paper")
    screen.key("ctrl+z")
    screen.until(
        lambda picture: abs(ink(picture) - lines) < lines / 20, "the drawing after undoing Clear"
    )


def test_to_the_camera_and_back_with_one_key(home: Path, finder: FaceFinder) -> None:
    video = home / "person.mp4"
    face = read_picture(HERE / "data" / "face-one.jpg")
    clip = VideoFile(video, (480, 480), fps=25)
    for n in range(25):
        moved = np.roll(cv2.resize(face, (400, 400)), n, axis=1)
        frame = np.full((480, 480, 3), 90, np.uint8)
        frame[40:440, 40:440] = moved
        clip.write(frame)
    clip.close()
    screen = Screen("webcam", "--video", str(video), home=home)
    try:
        screen.until(has_face(finder), "the camera's face")
        screen.key("w")
        screen.until(lambda picture: ink(picture) < 50, "the empty paper")
        for stroke in quickdraw_face():
            screen.stroke(stroke)
        lines = drawn(screen)
        screen.key("w")
        screen.until(lambda picture: abs(ink(picture) - lines) > lines / 10, "the camera again")
        screen.key("w")
        screen.until(
            lambda picture: abs(ink(picture) - lines) < lines / 20, "the drawing, still there"
        )
    finally:
        screen.close()


def test_a_drawing_survives_a_crash(home: Path) -> None:
    screen = Screen(home=home)
    try:
        screen.until(lambda picture: part(picture, "paper").mean() > 200, "the paper")
        for stroke in quickdraw_face():
            screen.stroke(stroke)
        lines = drawn(screen)
        journals = home / "data" / "journal"
        size = [0]

        def is_written(_: Picture) -> bool:
            before, size[0] = size[0], sum(f.stat().st_size for f in journals.iterdir())
            return size[0] > 2000 and size[0] == before

        screen.until(is_written, "the journal")
        screen.program.kill()
        screen.program.wait(10)
        screen.start()
        screen.until(lambda picture: part(picture, "paper").mean() > 200, "the paper again")
        button = accept(screen.until(lambda picture: accept(picture) is not None, "the offer"))
        assert button is not None
        screen.hand("mousemove", *button, "click", 1)
        screen.until(lambda picture: abs(ink(picture) - lines) < lines / 20, "the drawing back")
    finally:
        screen.close()
