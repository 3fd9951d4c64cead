"""The page: the picture moves, the remote works, strangers stay out, slow visitors delay nobody."""

import base64
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from stage import GREEN, RED, Clock, show, until

from livesketch.errors import OutputError
from livesketch.frames import Show
from livesketch.outputs import Setup
from livesketch.outputs.http_page import HttpPage
from livesketch.outputs.http_server import (
    LARGEST_REQUEST,
    MOST_VISITORS,
    PATIENCE_S,
    Answer,
    Server,
    parsed,
)

SETUP = Setup(size=(64, 48), port=0)


class Wings:
    """A page that is open, and a browser of few words."""

    def __init__(self, setup: Setup) -> None:
        self.page = HttpPage(setup)
        self.on_stage = show(RED)
        self.port = 0
        assert until(self._find)

    def _find(self) -> bool:
        self.page.show(self.on_stage)
        self.port = self.page.ports.take() or 0
        return self.port > 0

    def ask(self, request: str, enough: bytes = b"", **headers: str) -> bytes:
        """Everything that is answered, or all up to `enough`."""
        host = headers.pop("Host", f"127.0.0.1:{self.port}")
        lines = [f"{request} HTTP/1.1", f"Host: {host}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        heard = bytearray()
        with socket.create_connection(("127.0.0.1", self.port), 5) as browser:
            browser.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
            browser.settimeout(0.002)

            def listen() -> bool:
                self.page.show(self.on_stage)
                try:
                    data = browser.recv(65536)
                except TimeoutError:
                    return False
                heard.extend(data)
                return not data or bool(enough and heard.count(enough) >= 2)

            assert until(listen)
        return bytes(heard)


@pytest.fixture
def wings() -> Iterator[Wings]:
    out = Wings(SETUP)
    yield out
    out.page.close()


def colour(jpeg: bytes) -> list[int]:
    return np.asarray(Image.open(BytesIO(jpeg)))[24, 32].tolist()


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def test_the_page_has_the_picture_and_the_remote(wings: Wings) -> None:
    answer = wings.ask("GET /")
    assert status(answer) == 200
    assert b'src="/stream"' in answer
    assert b'data-name="next_person"' in answer


def test_the_newest_picture_can_be_had(wings: Wings) -> None:
    first = wings.ask("GET /face.jpg").partition(b"\r\n\r\n")[2]
    assert np.abs(np.array(colour(first)) - RED).max() < 12
    wings.on_stage = show(GREEN)
    wings.ask("GET /")
    second = wings.ask("GET /face.jpg").partition(b"\r\n\r\n")[2]
    assert np.abs(np.array(colour(second)) - GREEN).max() < 12


def test_the_stream_shows_what_is_on_stage_and_then_what_comes(wings: Wings) -> None:
    with socket.create_connection(("127.0.0.1", wings.port), 5) as browser:
        browser.sendall(b"GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
        browser.settimeout(0.002)
        heard = bytearray()

        def pictures(count: int) -> bool:
            wings.page.show(wings.on_stage)
            with suppress(TimeoutError):
                heard.extend(browser.recv(65536))
            return heard.count(b"\xff\xd9\r\n") >= count

        assert until(lambda: pictures(1))
        wings.on_stage = show(GREEN)
        assert until(lambda: pictures(2))
    assert b"multipart/x-mixed-replace" in heard
    parts = bytes(heard).split(b"--frame\r\n")[1:]
    colours = [colour(part.partition(b"\r\n\r\n")[2]) for part in parts]
    assert np.abs(np.array(colours[0]) - RED).max() < 12
    assert np.abs(np.array(colours[1]) - GREEN).max() < 12


def test_a_blackout_blackens_the_page(wings: Wings) -> None:
    wings.on_stage = replace(show(RED), is_blackout=True)
    wings.ask("GET /")
    assert colour(wings.ask("GET /face.jpg").partition(b"\r\n\r\n")[2]) == [0, 0, 0]


def test_a_button_is_asked_for_once(wings: Wings) -> None:
    assert status(wings.ask("POST /do/next_person", X_Livesketch="1")) == 204
    assert wings.page.asked() == ["next_person"]
    assert wings.page.asked() == []


def test_a_form_on_another_page_and_an_unknown_button_do_nothing(wings: Wings) -> None:
    assert status(wings.ask("POST /do/next_person")) == 403
    assert status(wings.ask("POST /do/quit", X_Livesketch="1")) == 404
    assert status(wings.ask("DELETE /")) == 405
    assert status(wings.ask("GET /../../etc/passwd")) == 404
    assert wings.page.asked() == []


def test_a_name_that_somebody_else_pointed_here_is_turned_away(wings: Wings) -> None:
    assert status(wings.ask("GET /", Host="evil.example")) == 403
    assert status(wings.ask("GET /", Host="localhost:1")) == 200


def test_beyond_this_machine_a_password_is_needed() -> None:
    with pytest.raises(OutputError, match="password"):
        Server("0.0.0.0", 0, "", lambda asked: Answer())
    page = HttpPage(replace(SETUP, host="0.0.0.0"))
    assert until(lambda: (page.show(Show()), page.state.startswith("broken"))[1])
    assert "password" in page.state
    page.close()


def test_with_a_password_only_who_knows_it_is_let_in() -> None:
    wings = Wings(replace(SETUP, password="sesame"))
    right = base64.b64encode(b"me:sesame").decode()
    wrong = base64.b64encode(b"me:open").decode()
    assert status(wings.ask("GET /")) == 401
    assert status(wings.ask("GET /face.jpg", Authorization=f"Basic {wrong}")) == 401
    assert status(wings.ask("GET /", Authorization="Basic !!")) == 401
    assert status(wings.ask("GET /", Authorization=f"Basic {right}", Host="stage.lan")) == 200
    wings.page.close()


# the server by itself


def server(clock: Clock) -> Server:
    return Server("127.0.0.1", 0, "", lambda asked: Answer(is_stream=True), clock)


def visit(out: Server, data: bytes) -> socket.socket:
    visitor = socket.create_connection(("127.0.0.1", out.port), 5)
    visitor.sendall(data)
    return visitor


WATCH = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


def test_a_visitor_who_takes_nothing_is_let_go_and_costs_no_memory() -> None:
    clock = Clock()
    out = server(clock)
    visitor = visit(out, WATCH)
    assert until(lambda: (out.turn(), out.watching)[1])
    jpeg = bytes(1_000_000)
    for number in range(1, 41):  # more than the system keeps for a connection
        out.offer(number, lambda: jpeg)
        out.turn()
    (held,) = out._visitors.values()
    assert len(held.to_say) <= len(jpeg) + 500
    clock.now += PATIENCE_S + 1
    out.turn()
    assert out.watching == 0
    visitor.close()
    out.close()


def test_a_request_that_never_ends_is_refused_and_one_that_never_comes_forgotten() -> None:
    clock = Clock()
    out = server(clock)
    chatty, silent = visit(out, b"GET / HTTP/1.1\r\n" + b"a" * LARGEST_REQUEST), visit(out, b"G")
    chatty.settimeout(0.002)

    def refused() -> bool:
        out.turn()
        try:
            return chatty.recv(100).startswith(b"HTTP/1.1 400")
        except TimeoutError:
            return False

    assert until(refused)
    clock.now += PATIENCE_S + 1
    assert until(lambda: (out.turn(), not out._visitors)[1])
    for visitor in (chatty, silent):
        visitor.close()
    out.close()


def test_there_is_room_for_so_many() -> None:
    out = server(Clock())
    visitors = [visit(out, WATCH) for _ in range(MOST_VISITORS)]
    assert until(lambda: (out.turn(), out.watching == MOST_VISITORS)[1])
    late = visit(out, b"")
    late.settimeout(0.002)

    def refused() -> bool:
        out.turn()
        try:
            return late.recv(100).startswith(b"HTTP/1.1 503")
        except TimeoutError:
            return False

    assert until(refused)
    assert out.watching == MOST_VISITORS
    for visitor in (*visitors, late):
        visitor.close()
    assert until(lambda: (out.turn(), not out._visitors)[1])
    out.close()


def test_a_port_that_is_taken_is_one_sentence() -> None:
    out = server(Clock())
    with pytest.raises(OutputError, match="another port"):
        Server("127.0.0.1", out.port, "", lambda asked: Answer())
    out.close()


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=200) | st.binary(max_size=90).map(lambda b: b"GET / HTTP/1.1\r\n" + b))
def test_no_request_breaks_it(data: bytes) -> None:
    asked = parsed(data)
    assert asked is None or asked.path.startswith("/")
