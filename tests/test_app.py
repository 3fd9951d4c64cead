"""The live loop without a screen: what a hand does, and what the window is given to show."""

import gc
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from tiny import write_tiny

from livesketch.app import CALM_HZ, PEN_HZ, App, AppOptions
from livesketch.controls.actions import Action, Pointer
from livesketch.errors import SourceError
from livesketch.models import weights
from livesketch.outputs.files import VideoFile
from livesketch.sources.picture import read_picture
from livesketch.ui.view import View

HERE = Path(__file__).parent


class Play:
    """An App whose every View is kept."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.view = View()
        show = app.window.show

        def keep(view: View) -> float:
            self.view = view
            return show(view)

        app.window.show = keep  # type: ignore[method-assign]

    def do(self, name: str, value: object = None) -> None:
        self.app.turn((Action(name, value),))

    def draw(self, *points: tuple[float, float]) -> None:
        now = time.monotonic()
        kinds = ["down", *["move"] * (len(points) - 2), "up"]
        for n, (kind, (x, y)) in enumerate(zip(kinds, points, strict=True)):
            self.do("pointer", Pointer(kind, x, y, now + n * 0.004, False))  # type: ignore[arg-type]

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


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_tiny(tmp_path / "tiny.safetensors")


@pytest.fixture
def start(model: Path) -> Iterator[Callable[..., Play]]:
    plays: list[Play] = []

    def begin(**options) -> Play:
        values = {"model": str(model), "runtime": "torch", "size": (720, 405), **options}
        play = Play(App(AppOptions(**values)))
        plays.append(play)
        play.until(lambda view: play.app.stage.player.is_ready, "the model")
        return play

    yield begin
    for play in plays:
        play.app.close()


HEAD = tuple(
    (0.5 + 0.25 * np.cos(t), 0.5 + 0.33 * np.sin(t)) for t in np.linspace(0, 2 * np.pi, 30)
)


def test_an_empty_paper_has_no_face_and_the_first_line_brings_one(start) -> None:
    play = start()
    play.until(lambda view: not view.note, "a quiet window")
    assert play.view.is_empty
    assert play.view.face is None
    play.app.turn((Action("pointer", Pointer("down", 0.3, 0.3, time.monotonic(), False)),))
    for n in range(20):
        play.do("pointer", Pointer("move", 0.3 + n / 50, 0.3, time.monotonic(), False))
    view = play.until(lambda view: view.face is not None, "a face while the pen is still down")
    assert play.app.stage.session.document.is_drawing
    assert view.face is not None
    assert view.face.shape == (128, 128, 3)


def test_the_light_is_green_only_for_the_newest_stroke(start) -> None:
    play = start()
    play.draw(*HEAD)
    play.until(lambda view: view.is_fresh, "the green light")
    play.do("pointer", Pointer("down", 0.4, 0.4, time.monotonic(), False))
    play.do("pointer", Pointer("up", 0.45, 0.4, time.monotonic(), False))
    play.until(lambda view: view.is_fresh, "the green light again")
    assert play.view.stats.p50_ms is not None


def test_nothing_is_computed_when_nothing_changes(start) -> None:
    play = start()
    play.draw(*HEAD)
    play.until(
        lambda view: view.is_fresh and all(card.picture is not None for card in view.looks), "rest"
    )
    shown = play.app.measures.faces_shown
    for _ in range(20):
        play.app.turn()
    assert play.app.measures.faces_shown == shown
    assert play.app.stage.player.is_idle


def test_another_person_another_face_and_back(start) -> None:
    play = start()
    play.draw(*HEAD)
    first = play.until(lambda view: view.is_fresh, "the first face").face
    play.do("next_person")
    second = play.until(lambda view: view.is_fresh, "the second").face
    play.do("previous_person")
    again = play.until(lambda view: view.is_fresh, "the first again").face
    assert not np.array_equal(first, second)
    assert np.array_equal(first, again)


def test_clear_keeps_a_held_person_and_brings_another_otherwise(start) -> None:
    play = start()
    look = play.view.look_index
    play.draw(*HEAD)
    play.do("clear")
    assert play.view.look_index == look
    play.do("hold")
    play.draw(*HEAD)
    play.do("clear")
    assert play.view.look_index != look


def test_a_file_of_nothing_but_the_head_has_its_face_and_a_damaged_one_takes_nothing_away(
    start, tmp_path: Path
) -> None:
    play, path = start(), tmp_path / "head.livesketch"
    play.draw(*HEAD)
    face = play.until(lambda view: view.is_fresh, "a face").face
    play.do("save", path)
    play.do("clear")
    play.until(lambda view: view.face is None, "no face")
    play.do("open", path)
    again = play.until(lambda view: view.face is not None and view.is_fresh, "its face")
    assert np.array_equal(again.face, face)
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    play.do("open", path)
    assert "head.livesketch is damaged" in play.said
    assert not play.view.is_empty
    assert play.view.face is not None


def test_undoing_clear_brings_back_the_very_face_and_redo_the_empty_paper(start) -> None:
    play = start()
    play.do("hold")
    play.draw(*HEAD)
    first = play.until(lambda view: view.is_fresh, "a face")
    play.do("clear")
    play.until(lambda view: view.face is None, "no face")
    assert play.view.look_name != first.look_name
    play.do("undo")
    again = play.until(lambda view: view.is_fresh, "the face again")
    assert again.look_name == first.look_name
    assert np.array_equal(again.face, first.face)
    play.do("redo")
    play.until(lambda view: view.face is None, "no face again")
    assert play.view.look_name != first.look_name


def test_undo_goes_back_through_clear_painted_parts_and_other_people(start) -> None:
    play = start()
    play.draw(*HEAD)
    play.do("next_person")
    play.draw((0.3, 0.3), (0.4, 0.3), (0.5, 0.35))
    play.do("mask")
    play.draw((0.5, 0.7), (0.55, 0.7), (0.6, 0.7))
    document = play.app.stage.session.document
    drawn, sheet = document.strokes, document.sheet
    play.do("clear")
    play.do("next_person")
    play.do("pen")
    play.draw((0.2, 0.8), (0.3, 0.8), (0.4, 0.8))
    steps = [len(document.strokes)]
    while document.can_undo:
        play.do("undo")
        steps.append(len(document.strokes))
        if len(steps) == 3:
            assert document.strokes == drawn
            assert document.sheet is sheet
    assert steps == [1, 0, 2, 2, 1, 0]
    while document.can_redo:
        play.do("redo")
    assert len(document.strokes) == 1


def test_a_knob_changes_the_face_without_a_new_line(start) -> None:
    play = start()
    play.draw(*HEAD)
    before = play.until(lambda view: view.is_fresh, "the face").face
    play.do("set", ("faithful", 0.0))
    after = play.until(lambda view: view.is_fresh and view.face is not before, "the changed face")
    assert after.values["faithful"] == 0.0


def test_what_cannot_be_opened_is_said_and_the_drawing_stays(start, tmp_path: Path) -> None:
    play = start()
    play.draw(*HEAD)
    strokes = play.app.stage.session.document.strokes
    broken = tmp_path / "broken.livesketch"
    broken.write_bytes(b"")
    for path in (tmp_path / "none.livesketch", broken, tmp_path / "none.png", tmp_path / "x.mp4"):
        play.do("open", path)
        assert path.name in play.said
        assert play.app.stage.session.document.strokes == strokes
        assert play.view.source == "paper"


def test_another_model_takes_over_and_a_broken_one_changes_nothing(start, tmp_path: Path) -> None:
    play = start()
    play.draw(*HEAD)
    before = play.until(lambda view: view.is_fresh, "the face").face
    page = tmp_path / "page.safetensors"
    page.write_text("<html>quota</html>")
    play.do("model", str(page))
    play.until(lambda view: bool(view.message and view.message.is_error), "a sentence")
    assert "page.safetensors" in play.said
    assert np.array_equal(play.view.face, before)  # type: ignore[arg-type]
    assert play.view.model != str(page)
    other = write_tiny(tmp_path / "other.safetensors", seed=5)
    play.do("model", str(other))
    play.until(
        lambda view: view.is_fresh and not np.array_equal(view.face, before),  # type: ignore[arg-type]
        "the other model's face of the same drawing",
    )
    assert not play.view.is_empty


def test_a_model_of_the_last_time_that_is_gone_gives_way_to_the_default(
    own_home: Path, played: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "weights_dir", lambda: tmp_path / "shipped")
    shutil.copytree(played / "cache", own_home / "cache")
    ours = own_home / "data" / "weights"
    ours.mkdir(parents=True)
    shutil.copy(played / "tiny.safetensors", ours / "default.safetensors")
    gone = write_tiny(tmp_path / "gone.safetensors", seed=3)
    app = App(AppOptions(model=str(gone), runtime="torch"))
    app.close()
    gone.unlink()
    play = Play(App(AppOptions()))
    try:
        play.draw(*HEAD)
        play.until(lambda view: view.is_fresh, "a face")
        assert play.view.model == "default"
        assert "gone.safetensors" in play.said
    finally:
        play.app.close()


def test_another_runtime_by_key_keeps_drawing_and_person(
    start, own_home: Path, played: Path
) -> None:
    shutil.copytree(played / "cache", own_home / "cache")
    play = start(model=str(played / "tiny.safetensors"))
    play.draw(*HEAD)
    play.until(lambda view: view.is_fresh, "the face")
    for _ in range(3):
        before = play.app.stage.player.pipeline
        play.do("next_runtime")
        play.until(
            lambda view, before=before: play.app.stage.player.pipeline is not before,
            "the other runtime",
        )
        play.until(lambda view: view.is_fresh, "its face")
    assert play.view.runtime == "torch"
    assert not play.view.is_empty


def test_a_source_without_a_file_says_how_to_open_one(start) -> None:
    play = start()
    for name in ("video", "picture"):
        play.do("source", name)
        assert name in play.said
        assert "Ctrl+O" in play.said
        assert play.view.source == "paper"
    play.do("open", HERE / "data" / "face-one.jpg")
    play.do("source", "paper")
    play.do("source", "picture")
    assert play.view.source == "picture"


def test_a_photo_is_traced_and_the_pen_is_one_key_away(start) -> None:
    play = start()
    play.draw(*HEAD)
    play.do("open", HERE / "data" / "face-one.jpg")
    view = play.until(lambda view: view.traced is not None, "the traced photo")
    assert view.source == "picture"
    play.do("toggle_camera")
    assert play.view.source == "paper"
    assert not play.view.is_empty


def test_an_unsaved_drawing_is_offered_next_time(start) -> None:
    play = start()
    play.draw(*HEAD)
    strokes = play.app.stage.session.document.strokes
    play.app.close()
    again = start()
    again.app.turn()
    assert "not saved" in again.view.recoverable
    again.do("recover")
    assert again.app.stage.session.document.strokes == strokes
    assert not again.view.recoverable


def test_opening_another_drawing_does_not_lose_the_unsaved_one(start, tmp_path: Path) -> None:
    play = start()
    play.draw(*HEAD)
    strokes = play.app.stage.session.document.strokes
    saved = tmp_path / "other.livesketch"
    play.do("save", saved)
    play.draw((0.2, 0.2), (0.3, 0.3))
    unsaved = play.app.stage.session.document.strokes
    play.do("open", saved)
    assert play.app.stage.session.document.strokes == strokes
    play.do("recover")
    assert play.app.stage.session.document.strokes == unsaved


def test_save_and_face_land_on_disk(start, tmp_path: Path) -> None:
    play = start()
    play.draw(*HEAD)
    play.until(lambda view: view.is_fresh, "the face")
    play.do("save", tmp_path / "mine")
    assert (tmp_path / "mine.livesketch").is_file()
    play.do("save_face", tmp_path / "face.png")
    assert (tmp_path / "face.png").is_file()
    play.do("save_face", tmp_path / "no" / "such" / "face.png")
    assert "face.png" in play.said
    assert play.app.stage.session.document.is_saved


def test_a_camera_named_at_the_start_must_open(model: Path) -> None:
    app = App(AppOptions(source="webcam", source_spec="99", model=str(model), runtime="torch"))
    try:
        with pytest.raises(SourceError, match="99"):
            turn_for(app, 60)
    finally:
        app.close()


def turn_for(app: App, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        app.turn()


def test_a_camera_chosen_later_that_does_not_open_is_a_sentence(start) -> None:
    play = start()
    play.draw(*HEAD)
    play.until(lambda view: view.is_fresh, "the face")
    play.app.stage.specs["webcam"] = "99"
    play.do("toggle_camera")
    play.until(lambda view: "99" in play.said, "a sentence about the camera")
    assert play.view.face is not None  # the last face stays


def test_a_full_disk_does_not_stop_the_drawing(start, own_home: Path) -> None:
    play = start()
    shutil.rmtree(own_home / "data" / "journal", ignore_errors=True)
    (own_home / "data" / "journal").write_text("in the way")
    play.draw(*HEAD)
    play.until(lambda view: bool(play.said), "a sentence about the journal")
    play.draw((0.4, 0.7), (0.6, 0.7))
    assert len(play.app.stage.session.document.strokes) == 2


def test_it_ends_by_itself_after_so_many_frames(model: Path) -> None:
    app = App(AppOptions(model=str(model), runtime="torch", frames=5))
    app.run()
    assert app.measures.frames_shown == 5
    app.close()


def test_what_a_model_brought_is_not_looked_through_while_it_plays(start) -> None:
    play = start(frames=2000)
    play.draw(*HEAD)
    turn, frozen = play.app.turn, []

    def watched() -> None:
        turn()
        frozen.append(gc.get_freeze_count())
        if frozen[-1]:
            raise StopIteration

    play.app.turn = watched
    with pytest.raises(StopIteration):
        play.app.run()
    assert frozen[0] == 0
    assert frozen[-1] > 10_000
    assert gc.get_freeze_count() == 0  # the program that goes on may forget


def test_with_a_camera_too_the_people_get_their_little_faces_and_the_light_is_green(
    start, tmp_path: Path
) -> None:
    clip = VideoFile(tmp_path / "clip.mp4", (320, 240), fps=30)
    face = read_picture(HERE / "data" / "face-one.jpg")
    for _ in range(30):
        frame = np.full((240, 320, 3), 120, np.uint8)
        frame[20:220, 60:260] = cv2.resize(face, (200, 200))
        clip.write(frame)
    clip.close()
    play = start(source="video", source_spec=str(tmp_path / "clip.mp4"))
    play.until(lambda view: view.is_fresh and view.traced is not None, "the green light")
    play.until(
        lambda view: all(card.picture is not None for card in view.looks), "everybody's little face"
    )


def test_the_little_faces_are_whom_the_looks_would_show_in_this_drawing(start) -> None:
    play = start()

    def little() -> list[bytes]:
        pictures = [card.picture for card in play.view.looks]
        return [b"" if picture is None else picture.tobytes() for picture in pictures]

    play.until(lambda view: all(little()), "everybody's little face")
    before = little()
    play.draw(*HEAD)
    play.until(
        lambda view: all(one != other for one, other in zip(little(), before, strict=True)),
        "little faces of those who are drawn here",
    )
    play.do("clear")
    play.until(lambda view: little() == before, "the looks themselves again")


def test_a_drawing_replays_in_the_window_with_its_faces_and_comes_back(start) -> None:
    play = start(values={"replay_speed": 50.0, "stabilizer": 0.0})
    play.draw(*HEAD)
    play.draw((0.4, 0.4), (0.45, 0.4), (0.46, 0.41))
    face = play.until(lambda view: view.is_fresh, "a face").face
    document = play.app.stage.session.document
    strokes = document.strokes
    play.do("replay")
    retold = play.app.stage.desk.document
    assert retold is not document
    play.until(lambda view: play.app.stage.desk.document is document, "the end of the replay")
    assert tuple(retold.strokes) == tuple(strokes)
    assert document.strokes == strokes
    again = play.until(lambda view: view.is_fresh, "its face").face
    assert np.array_equal(face, again)
    play.do("replay")
    play.draw((0.5, 0.5), (0.5, 0.55), (0.5, 0.6))  # who draws has seen enough
    assert play.app.stage.desk.document is document
    assert len(document.strokes) == 3


@pytest.mark.parametrize("tool", ["pen", "eraser", "ellipse", "mask", "select"])
def test_while_the_pen_is_down_the_loop_goes_round_at_its_beat(start, monkeypatch, tool) -> None:
    play = start()
    play.draw(*HEAD)
    beats: list[float] = []
    rest = play.app._beat.rest

    def told(hz: float, glance=None) -> bool:
        beats.append(hz)
        return rest(hz, glance)

    monkeypatch.setattr(play.app._beat, "rest", told)
    play.do(tool)
    for n, kind in enumerate(("down", "move", "move", "up")):
        play.do("pointer", Pointer(kind, 0.3 + n / 50, 0.3, time.monotonic(), False))
    play.app.turn()
    assert beats == [CALM_HZ, PEN_HZ, PEN_HZ, PEN_HZ, CALM_HZ, CALM_HZ]
