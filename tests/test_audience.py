"""Outputs side by side: each gets every Show, and what one does wrong is nobody else's business."""

from collections.abc import Callable, Iterator
from pathlib import Path

import av
import pytest
from stage import GREEN, RED, Clock, show, until

from livesketch.audience import Audience, light_of
from livesketch.errors import OutputError, UsageError
from livesketch.frames import Show
from livesketch.outputs import Output, Setup
from livesketch.worker import Latest


class Fake:
    """An output that does what a test wants."""

    def __init__(self) -> None:
        self.state = "playing"
        self.shown: list[Show] = []
        self.error: Exception | None = None
        self.closing: Latest[bool] | None = None  # close() waits for it

    def show(self, show: Show) -> None:
        if self.error is not None:
            raise self.error
        self.shown.append(show)

    def close(self) -> None:
        if self.closing is not None:
            self.closing.take(timeout=20)
        self.state = "closed"


class Hall:
    """An Audience of Fakes, and a clock."""

    def __init__(self, open_output: Callable[[str, Setup], Output] | None = None) -> None:
        self.clock = Clock()
        self.fakes: dict[str, Fake] = {}
        self.setups: dict[str, Setup] = {}
        self.audience = Audience(open_output=open_output or self._open, clock=self.clock)

    def _open(self, name: str, setup: Setup) -> Output:
        self.setups[name] = setup
        self.fakes[name] = Fake()
        return self.fakes[name]


@pytest.fixture
def hall() -> Iterator[Hall]:
    hall = Hall()
    yield hall
    for fake in hall.fakes.values():
        if fake.closing is not None:
            fake.closing.put(True)
    hall.audience.close_all(5)


def test_an_output_that_fails_disturbs_no_other_and_is_tried_again(hall: Hall) -> None:
    hall.audience.open("ndi")
    hall.audience.open("second screen")
    hall.fakes["ndi"].error = OSError("cable")
    for _ in range(3):
        hall.audience.show(show(RED))
    assert len(hall.fakes["second screen"].shown) == 3
    seats = {seat.name: seat for seat in hall.audience.seats()}
    assert (seats["ndi"].light, seats["ndi"].state) == ("bad", "broken: cable")
    assert seats["second screen"].light == "good"
    hall.fakes["ndi"].error = None
    hall.clock.now += 1.1
    hall.audience.show(show(RED))
    assert len(hall.fakes["ndi"].shown) == 1
    assert hall.audience.seats()[0].light == "good"


def test_closing_one_that_hangs_keeps_nobody_waiting(hall: Hall) -> None:
    hall.audience.open("ndi")
    hall.audience.open("page")
    hall.fakes["ndi"].closing = Latest()
    hall.audience.close("ndi")
    assert hall.audience.names == ("page",)
    hall.audience.show(show(GREEN))
    assert len(hall.fakes["page"].shown) == 1
    hall.fakes["ndi"].closing.put(True)
    assert until(lambda: (hall.audience.news(), hall.fakes["ndi"].state == "closed")[1])


def test_the_operator_sees_what_each_output_shows_in_its_own_layout(hall: Hall) -> None:
    hall.audience.setups["ndi"] = Setup(layout="drawing")
    hall.audience.open("ndi")
    hall.audience.open("page")
    hall.audience.show(show(RED))
    ndi, page = (seat.picture for seat in hall.audience.seats())
    assert ndi is not None
    assert page is not None
    middle = (page.shape[0] // 2, page.shape[1] // 2)
    assert tuple(page[middle]) == RED
    assert tuple(ndi[middle]) != RED


def test_an_open_output_changes_its_layout_without_a_break_and_alone(hall: Hall) -> None:
    hall.audience.open("ndi")
    hall.audience.open("page")
    first = hall.fakes["ndi"]
    hall.audience.shape("ndi", {"layout": "drawing"})
    hall.audience.show(show(RED))
    assert hall.fakes["ndi"] is first
    assert first.shown[0].layout == "drawing"
    assert hall.fakes["page"].shown[0].layout == "face"
    hall.audience.shape("ndi", {"layout": ""})
    hall.audience.show(show(RED))
    assert first.shown[1].layout == "face"


def test_another_size_opens_an_output_anew_but_never_breaks_a_recording(hall: Hall) -> None:
    hall.audience.open("ndi")
    first = hall.fakes["ndi"]
    assert hall.audience.shape("ndi", {"size": (640, 360)})
    assert hall.fakes["ndi"] is not first
    assert hall.setups["ndi"].size == (640, 360)
    hall.audience.open("replay")
    film = hall.fakes["replay"]
    assert not hall.audience.shape("replay", {"size": (640, 360)})
    assert hall.fakes["replay"] is film
    hall.audience.close("replay")
    hall.audience.open("replay")
    assert hall.setups["replay"].size == (640, 360)


def test_an_unknown_output_is_named(hall: Hall) -> None:
    with pytest.raises(UsageError, match="hologram"):
        hall.audience.open("hologram")


@pytest.mark.parametrize(
    ("state", "light"),
    [
        ("playing on DP-2", "good"),
        ("recording, 0:04", "good"),
        ("recording, 0:04, 3 dropped", "waiting"),
        ("opening", "waiting"),
        ("missing: no driver", "bad"),
        ("broken: gone", "bad"),
    ],
)
def test_what_a_light_means(state: str, light: str) -> None:
    assert light_of(state) == light


def test_a_recording_gets_a_name_of_its_own_and_never_replaces_a_file(
    hall: Hall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    hall.audience.open("recorder")
    first = hall.setups["recorder"].path
    assert first is not None
    assert first.parent == tmp_path
    first.touch()
    hall.audience.close("recorder")
    hall.audience.open("recorder")
    assert hall.setups["recorder"].path not in (None, first)
    hall.audience.setups["pictures"] = Setup(path=first)
    with pytest.raises(OutputError, match="already"):
        hall.audience.open("pictures")


def test_the_last_half_minute_is_kept_when_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    audience = Audience({"replay": Setup(size=(64, 48), fps=30)})
    assert audience.keep_replay() is None  # it begins to remember
    assert audience.names == ("replay",)
    for _ in range(10):
        audience.show(show(RED))
    path = audience.keep_replay()
    assert path is not None
    said: list[str] = []
    assert until(lambda: (audience.show(show(RED)), said.extend(audience.news()), said)[2])
    audience.close_all()
    assert said == [f"Kept {path}."]
    with av.open(str(path)) as film:
        assert sum(1 for _ in film.decode(video=0)) >= 1
