"""One canvas for camera and pen: lines that stick, lines that freeze, and the way back."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from tiny import write_tiny

from livesketch.acts import act
from livesketch.app import App, AppOptions
from livesketch.controls.actions import Action, Pointer
from livesketch.eyes import Drawn
from livesketch.frames import Result
from livesketch.outputs.files import VideoFile
from livesketch.sources.picture import read_picture
from livesketch.sources.webcam import Camera
from livesketch.tracing.pose import Pose
from livesketch.ui.view import View

HERE = Path(__file__).parent


class Play:
    def __init__(self, app: App) -> None:
        self.app = app
        self.view = View()
        show = app.window.show

        def keep(view: View) -> float:
            self.view = view
            return show(view)

        app.window.show = keep  # type: ignore[method-assign]

    @property
    def live(self):
        return self.app.stage.live

    def do(self, name: str, value: object = None) -> None:
        self.app.turn((Action(name, value),))

    def draw(self, *points: tuple[float, float], is_eraser: bool = False) -> None:
        now = time.monotonic()
        kinds = ["down", *["move"] * (len(points) - 2), "up"]
        for n, (kind, (x, y)) in enumerate(zip(kinds, points, strict=True)):
            self.do("pointer", Pointer(kind, x, y, now + n * 0.004, is_eraser))  # type: ignore[arg-type]

    def until(self, is_so: Callable[[View], bool], what: str) -> View:
        end = time.monotonic() + 60
        while not is_so(self.view):
            self.app.turn()
            assert time.monotonic() < end, f"{what}: not within a minute"
        return self.view

    @property
    def said(self) -> str:
        message = self.view.message
        return "" if message is None else f"{message.sentence} {message.hint}"


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    video = VideoFile(path, (320, 240), fps=30)
    face = cv2.resize(read_picture(HERE / "data" / "face-one.jpg"), (200, 200))
    for n in range(40):
        frame = np.full((240, 320, 3), 120, np.uint8)
        x = 60 + round(12 * np.sin(n * np.pi / 20))
        frame[20:220, x : x + 200] = face
        video.write(frame)
    video.close()
    return path


@pytest.fixture
def play(tmp_path: Path, clip: Path) -> Iterator[Play]:
    model = write_tiny(tmp_path / "tiny.safetensors")
    options = AppOptions(
        source="video",
        source_spec=str(clip),
        model=str(model),
        runtime="torch",
        size=(720, 405),
    )
    play = Play(App(options))
    play.until(lambda view: play.live.traced is not None, "a face in the video")
    yield play
    play.app.close()


def ink(view: View, x: float, y: float) -> float:
    assert view.traced is not None
    size = len(view.traced)
    spot = view.traced[int(y * size) - 2 : int(y * size) + 3, int(x * size)]
    return float(1 - spot.min())


def test_a_line_drawn_over_the_live_lines_stays_on_the_face(play: Play) -> None:
    play.draw(*((x, 0.04) for x in np.linspace(0.3, 0.7, 12)))
    assert play.app.stage.session.document.is_empty
    play.until(lambda view: ink(view, 0.5, 0.04) > 0.5, "the line in the sketch")
    last = play.live.traced
    seen = set()
    for _ in range(40):
        play.app.turn()
        if play.live.traced is not last:
            last = play.live.traced
            seen.add(ink(play.view, 0.5, 0.04) > 0.5)
    assert seen <= {True}
    assert play.view.can_undo
    play.do("undo")
    play.until(lambda view: ink(view, 0.5, 0.04) < 0.2, "the line to be gone")
    assert not play.view.can_undo


def test_the_cameras_lines_freeze_are_edited_as_strokes_and_let_go(play: Play) -> None:
    play.draw(*((x, 0.04) for x in np.linspace(0.3, 0.7, 12)))
    play.until(lambda view: ink(view, 0.5, 0.04) > 0.5, "the line in the sketch")
    source = play.app.stage.source
    play.do("freeze_lines")
    document = play.app.stage.session.document
    assert play.view.source == "paper", play.said
    assert len(document.strokes) > 8
    assert "Frozen" in play.said
    ours = document.strokes[-1].table
    assert ours[:, 1].mean() == pytest.approx(0.04, abs=0.02)
    frozen = play.until(lambda view: view.is_fresh, "the face of the frozen lines").face
    count = len(document.strokes)
    play.draw(*((x, 0.9) for x in np.linspace(0.2, 0.8, 12)))
    assert len(document.strokes) == count + 1
    play.until(
        lambda view: view.is_fresh and not np.array_equal(view.face, frozen),  # type: ignore[arg-type]
        "the face of the edited lines",
    )
    play.do("freeze_lines")
    assert play.view.source == "video"
    assert play.app.stage.source is source
    play.until(lambda view: view.is_fresh and view.traced is not None, "the live face again")
    assert play.app.stage.session.values["framing"] is True


def test_a_face_that_is_late_is_not_shown_where_the_camera_was_left(play: Play) -> None:
    """The person in it is gone, and so are their lines; the drawing's own face comes."""
    pipeline = play.app.stage.player.pipeline
    assert pipeline is not None
    painted, begun, go, late = pipeline.painted, threading.Event(), threading.Event(), []

    def slowly(drawn: Drawn) -> Result:
        result = painted(drawn)
        if drawn.people and not go.is_set():
            late.append(result.face)
            begun.set()
            go.wait(60)
        return result

    pipeline.painted = slowly  # type: ignore[method-assign]
    play.until(lambda _: begun.is_set(), "a face of the camera")
    shown = play.view.face
    play.do("source", "paper")
    traced = play.live.traced
    play.draw(*((0.5 + 0.2 * np.cos(t), 0.5 + 0.3 * np.sin(t)) for t in np.linspace(0, 6, 20)))
    assert play.view.face is shown
    faces = [play.view.face]

    def is_drawn(view: View) -> bool:
        faces.append(view.face)
        return view.is_fresh

    go.set()
    play.until(is_drawn, "the face of the drawing")
    assert not any(face is one for face in faces for one in late)
    assert play.view.traced is None
    assert play.live.traced is traced


def test_back_from_the_camera_the_drawing_has_its_own_face_again(play: Play) -> None:
    play.do("source", "paper")
    play.draw(*((0.5 + 0.2 * np.cos(t), 0.5 + 0.3 * np.sin(t)) for t in np.linspace(0, 6, 20)))
    own = play.until(lambda view: view.is_fresh, "its face").face
    play.do("toggle_camera")
    play.until(lambda view: view.is_fresh and view.traced is not None, "the camera's face")
    play.do("toggle_camera")
    play.until(lambda view: view.is_fresh and view.source == "paper", "its face again")
    assert np.array_equal(play.view.face, own)  # type: ignore[arg-type]


def test_leaving_a_frozen_camera_for_another_lets_it_go(play: Play, clip: Path) -> None:
    play.do("freeze_lines")
    closed = []
    parked = play.live.parked
    assert parked is not None
    assert parked.source is not None
    close = parked.source.close
    parked.source.close = lambda: (closed.append(True), close())  # type: ignore[method-assign]
    play.do("toggle_camera")
    assert closed == [True]
    assert play.live.parked is None
    assert play.app.stage.session.values["framing"] is True
    assert play.view.source == "video"


def test_an_eraser_takes_the_cameras_own_lines_away(play: Play) -> None:
    assert play.view.traced is not None
    size = len(play.view.traced)
    rows, columns = np.nonzero(play.view.traced < 0.3)
    y, x = float(rows[0]) / size, float(columns[0]) / size
    before = ink(play.view, x, y + 0.01)
    play.do("set", ("eraser_size", 120.0))
    play.draw(*((x + dx, y) for dx in np.linspace(-0.2, 0.2, 12)), is_eraser=True)
    assert before > 0.5
    play.until(lambda view: ink(view, x, y + 0.01) < 0.3, "the line to be wiped away")


def test_without_a_face_nothing_is_drawn_and_nothing_freezes(play: Play) -> None:
    play.live.traced = None
    play.live.overlay.pointer(Pointer("down", 0.5, 0.5, time.monotonic(), False), None)
    assert play.live.overlay.document.is_empty
    play.live.traced = None
    from livesketch.errors import UsageError

    with pytest.raises(UsageError, match="no face"):
        play.live.frozen()


def test_ones_own_look_joins_the_people_and_blends_with_another(play: Play) -> None:
    count = len(play.view.looks)
    play.do("my_look")
    view = play.until(lambda view: len(view.looks) == count + 1, "my own look")
    assert view.look_index == count
    assert view.looks[-1].name == "me"
    assert "This is you" in play.said
    me = play.live.me
    assert me is not None
    play.do("pick_look", 0)
    play.do("set", ("me_other", 0.25))
    asked = play.app._request(play.app.stage.frame)  # type: ignore[arg-type]
    assert (asked.look.start, asked.look.t) == (me, 0.25)  # type: ignore[union-attr]
    play.until(lambda view: view.is_fresh, "a face between the two")


def test_a_look_that_cannot_be_had_is_said_once(play: Play, tmp_path: Path) -> None:
    plain = write_tiny(tmp_path / "plain.safetensors", with_style_encoder=False)
    play.do("model", str(plain))
    play.until(lambda view: play.app.stage.player.model == str(plain), "the other model")
    play.do("my_look")
    play.until(lambda view: bool(view.message and view.message.is_error), "a sentence")
    assert not play.live.wants_look
    shutil.rmtree(tmp_path, ignore_errors=True)


def test_the_next_camera_is_said_by_name_and_so_is_what_happens_to_pictures(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("livesketch.acts.list_cameras", list)
    play.do("next_camera")
    assert "No camera is plugged in" in play.said
    assert play.view.source == "video"
    cameras = [Camera(97, "Studio Cam"), Camera(98, "HD Webcam")]
    monkeypatch.setattr("livesketch.acts.list_cameras", lambda: cameras)
    seen = [act(play.app.stage, "next_camera", None) for _ in range(3)]
    assert [words.partition(".")[0] for words in seen] == ["Studio Cam", "HD Webcam", "Studio Cam"]
    assert "Nothing is recorded" in seen[0]
    assert play.app.stage.session.source_spec == "97"


def test_a_pose_that_is_held_freezes_the_lines_without_a_hand(
    play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    eyes = [0.3]
    monkeypatch.setattr("livesketch.posing.pose_of", lambda traced: Pose(eyes[0], 0.0, 0.0))
    monkeypatch.setattr("livesketch.posing.HELD_S", 0.2)
    monkeypatch.setattr("livesketch.posing.LIVELY_S", 0.3)
    play.do("set", ("freeze_pose", "eyes shut"))
    recent = play.live.posing._recent
    play.until(lambda view: len(recent) > 4, "an awake face")
    assert play.view.source == "video"
    eyes[0] = 0.05
    play.until(lambda view: view.source == "paper", "the frozen lines")
    assert "Frozen" in play.said
    assert len(play.app.stage.session.document.strokes) > 8
    play.do("freeze_lines")
    play.until(lambda view: view.source == "video", "the camera")


def test_a_picture_of_ones_choice_is_behind_the_person(play: Play, tmp_path: Path) -> None:
    beach = tmp_path / "beach.png"
    Image.fromarray(np.full((900, 3000, 3), (10, 200, 60), np.uint8)).save(beach)
    play.do("composite")
    play.do("room", beach)
    assert "beach.png is behind you" in play.said
    assert play.view.values["background"] == "replaced"

    def is_there(view: View) -> bool:
        return view.face is not None and view.face[:6, :40].astype(int).mean((0, 1))[1] > 150

    play.until(is_there, "the beach")
    play.do("room", tmp_path / "none.png")
    assert "none.png" in play.said
    play.until(is_there, "the beach, still")
