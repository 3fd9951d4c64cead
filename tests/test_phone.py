"""A phone as a camera, by the address of its MJPEG stream: it plays, stalls, goes away, and comes back by itself."""

import socket
import time
from collections.abc import Iterator

import pytest
from phone import Phone

from livesketch.errors import SourceError
from livesketch.frames import Frame
from livesketch.sources import open_source
from livesketch.sources.webcam import Source

ANSWERS_S = 20.0  # on a busy machine
LOOK_S = 1.5  # what a look may take on a busy machine; the stream is silent for twice as long


@pytest.fixture
def phone() -> Iterator[Phone]:
    phone = Phone()
    yield phone
    phone.close()


@pytest.fixture
def source(phone: Phone) -> Iterator[Source]:
    source = open_source("webcam", phone.address)
    assert isinstance(source, Source)
    yield source
    source.close()


def picture_of(source: Source, level: int) -> Frame:
    """The first frame with so light a picture; what it says meanwhile is of no interest."""
    end = time.monotonic() + ANSWERS_S
    while time.monotonic() < end:
        try:
            if not source.wait(0.2):
                continue
        except SourceError:
            continue
        frame = source.read()
        assert frame is not None
        assert frame.picture is not None
        if abs(int(frame.picture[0, 0, 0]) - level) < 8:
            return frame
    raise AssertionError(f"no picture of {level} came")


def what_is_said(source: Source) -> str:
    """The sentence about the loss; no look at the camera waits for the network."""
    end = time.monotonic() + ANSWERS_S
    while time.monotonic() < end:
        began = time.monotonic()
        try:
            source.read()
        except SourceError as error:
            return f"{error.message} {error.hint}"
        finally:
            assert time.monotonic() - began < LOOK_S
        time.sleep(0)  # the thread that reads may go first
    raise AssertionError("nothing was said")


def test_a_phone_plays_and_its_pictures_are_live(phone: Phone, source: Source) -> None:
    frame = picture_of(source, 60)
    assert frame.is_live
    assert frame.picture is not None
    assert frame.picture.shape == (48, 64, 3)
    assert tuple(frame.picture[0, 0] // 16) == (60 // 16, 1, 1)  # RGB, not BGR
    phone.level = 180
    assert picture_of(source, 180).number > frame.number
    assert "64 × 48" in source.label


def test_a_phone_that_stalls_is_said_and_plays_on_when_it_goes_on(
    phone: Phone, source: Source
) -> None:
    picture_of(source, 60)
    phone.stall()
    assert what_is_said(source).startswith("The camera's address gives no pictures.")
    phone.level = 180
    phone.flow()
    picture_of(source, 180)


def test_a_phone_that_goes_away_and_comes_back_turned_is_picked_up_by_itself(
    phone: Phone, source: Source
) -> None:
    picture_of(source, 60)
    phone.go()
    said = what_is_said(source)
    assert said.startswith("The camera's address stopped.")
    assert "Plug" not in said
    phone.level, phone.size = 180, (48, 64)
    phone.come()
    frame = picture_of(source, 180)
    assert frame.picture is not None
    assert frame.picture.shape == (64, 48, 3)
    assert phone.visitors >= 2


def test_where_nobody_answers_the_network_is_named() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    source = open_source("webcam", f"http://127.0.0.1:{port}/video")
    assert isinstance(source, Source)
    with pytest.raises(SourceError, match="does not open") as caught:
        source.wait(ANSWERS_S)
    source.close()
    assert "network" in caught.value.hint
