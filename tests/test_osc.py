"""OSC: what a controller sends is done within a turn; floods and nonsense change nothing."""

import logging
import socket
import time
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.osc_packet import OscPacket

from livesketch.controls.actions import Action
from livesketch.controls.addresses import addresses
from livesketch.controls.osc import KEPT, MOST_LISTENERS, Osc, messages, parsed
from livesketch.errors import UsageError


def message(name: str, *arguments: object) -> bytes:
    builder = OscMessageBuilder(address=f"/livesketch/{name}")
    for argument in arguments:
        builder.add_arg(argument)  # type: ignore[arg-type]
    return builder.build().dgram


@pytest.fixture
def osc() -> Iterator[Osc]:
    out = Osc(port=0, found=addresses())
    yield out
    out.close()


@pytest.fixture
def client(osc: Osc) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.connect(osc.address)
        out.settimeout(5)
        yield out


def turns(osc: Osc, packets: int) -> list[Action]:
    """Turn until so many packets came in: loopback delivers at once, but says so to nobody."""
    asked, end = osc.actions(), time.monotonic() + 5
    while osc.received < packets and time.monotonic() < end:
        asked += osc.actions()
    return asked + osc.actions()


def test_a_knob_is_turned_and_a_button_pressed(osc: Osc, client: socket.socket) -> None:
    client.send(message("faithful", 0.75))
    client.send(message("next_person"))
    asked = turns(osc, 2)
    assert Action("set", ("faithful", 0.75)) in asked
    assert Action("next_person") in asked


def test_the_last_value_counts_and_a_press_is_not_lost_to_its_release(
    osc: Osc, client: socket.socket
) -> None:
    packet = OscBundleBuilder(IMMEDIATELY)
    for data in (
        message("faithful", 0.1),
        message("undo", 1.0),
        message("faithful", 0.75),
        message("undo", 0.0),
    ):
        packet.add_content(OscPacket(data).messages[0].message)
    client.send(packet.build().dgram)
    assert set(turns(osc, 1)) == {Action("set", ("faithful", 0.75)), Action("undo")}


def test_a_value_that_makes_no_sense_leaves_the_last_one_that_did(
    osc: Osc, client: socket.socket
) -> None:
    client.send(message("faithful", 0.25))
    client.send(message("faithful", "much"))
    client.send(message("faithful", 0.5)[:-2])
    assert turns(osc, 3)[-1:] == [Action("set", ("faithful", 0.25))]
    assert osc.ignored >= 1


def test_any_number_of_broken_messages_leaves_the_last_good_one(
    osc: Osc, client: socket.socket
) -> None:
    client.send(message("faithful", 0.25))
    for _ in range(3 * KEPT):
        client.send(message("faithful", "much"))
    end = time.monotonic() + 5
    while osc.received < 3 * KEPT + 1 and time.monotonic() < end:
        osc._receive(time.monotonic() + 0.01)
    assert osc.actions() == [Action("set", ("faithful", 0.25))]
    assert osc.ignored == 3 * KEPT


def test_safety_comes_first_even_when_there_is_no_time(osc: Osc, client: socket.socket) -> None:
    for name in ("size", "faithful", "smoothing"):
        client.send(message(name, 0.5))
    client.send(message("panic"))
    client.send(message("blackout"))
    end = time.monotonic() + 5
    while len(osc._waiting) < 5 and time.monotonic() < end:
        osc._receive(time.monotonic() + 0.01)
    osc._clock = lambda: float("inf")  # the turn is over before it began
    assert {action.name for action in osc.actions()} == {"panic", "blackout"}
    osc._clock = time.monotonic
    assert {action.name for action in osc.actions()} == {"set"}


@pytest.mark.parametrize("count", [3000, pytest.param(300_000, marks=pytest.mark.long)])
def test_a_flood_keeps_to_its_time_and_ends_in_the_last_valid_value(
    osc: Osc, client: socket.socket, count: int
) -> None:
    longest, asked = 0.0, []
    for number in range(count):  # the long one: a minute of it
        client.send(
            message("faithful", number / (count - 1)) if number % 2 else b"/livesketch/faithful\x01"
        )
        if number % 80 == 79:  # 5,000 a second, 60 turns a second
            began = time.thread_time()
            asked = osc.actions() or asked
            longest = max(longest, time.thread_time() - began)
    asked = turns(osc, osc.received) or asked
    assert longest < 0.016, "no turn is late because of it"
    assert asked[-1] == Action("set", ("faithful", 1.0))
    assert all(len(waiting) <= KEPT for waiting in osc._waiting.values())


def test_unknown_addresses_are_counted_and_closed_ones_are_unknown(
    osc: Osc, client: socket.socket
) -> None:
    for name in ("quit", "save", "../faithful", "faithful/x"):
        client.send(message(name, "x"))
    assert turns(osc, 4) == []
    assert osc.ignored == 4


def test_all_addresses_can_be_asked_for(osc: Osc, client: socket.socket) -> None:
    client.send(message("?"))
    assert turns(osc, 1) == []
    answers = {}
    for _ in addresses():
        one = OscPacket(client.recv(4096)).messages[0].message
        answers[one.address] = one.params
    assert answers["/livesketch/faithful"][:2] == ["number", "0 to 1"]
    assert set(answers) == {one.path for one in addresses().values()}


def test_who_listens_is_told_of_knobs_that_change_and_only_of_those(
    osc: Osc, client: socket.socket
) -> None:
    client.send(message("listen"))
    turns(osc, 1)
    osc.tell({"faithful": 0.5, "mirror": True})
    osc.tell({"faithful": 0.5, "mirror": False})
    told = [OscPacket(client.recv(4096)).messages[0].message for _ in range(3)]
    assert [(one.address, one.params) for one in told] == [
        ("/livesketch/faithful", [0.5]),
        ("/livesketch/mirror", [True]),
        ("/livesketch/mirror", [False]),
    ]


def test_controllers_that_came_and_went_leave_room_for_the_next(
    osc: Osc, client: socket.socket
) -> None:
    for number in range(2 * MOST_LISTENERS):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.connect(osc.address)
            other.send(message("listen"))
            turns(osc, number + 1)
    client.send(message("listen"))
    turns(osc, 2 * MOST_LISTENERS + 1)
    osc.tell({"faithful": 0.5})
    assert OscPacket(client.recv(4096)).messages[0].message.params == [0.5]
    assert len(osc._listeners) <= MOST_LISTENERS


def test_a_port_that_is_taken_is_one_sentence(osc: Osc) -> None:
    with pytest.raises(UsageError, match="another port"):
        Osc(port=osc.address[1])


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
    max_examples=300,
)
@given(
    st.one_of(
        st.binary(max_size=200),
        st.binary(max_size=60).map(lambda rest: b"/livesketch/faithful\0\0\0\0," + rest),
        st.binary(max_size=60).map(lambda rest: b"#bundle\0" + bytes(8) + rest),
        st.tuples(st.text("ifhdsbTFN[]rmt", max_size=8), st.binary(max_size=60)).map(
            lambda pair: b"/livesketch/undo\0\0\0\0," + pair[0].encode() + b"\0\0" + pair[1]
        ),
    )
)
def test_no_packet_breaks_it_or_fills_the_log(
    caplog: pytest.LogCaptureFixture, packet: bytes
) -> None:
    with caplog.at_level(logging.DEBUG):
        caplog.clear()
        for one in messages(packet):
            arguments = parsed(one)
            assert arguments is None or isinstance(arguments, list)
        assert not caplog.records


def test_a_bundle_thousands_deep_is_taken_apart() -> None:
    packet = message("undo")
    while len(packet) < 60_000:
        packet = b"#bundle\0" + bytes(8) + len(packet).to_bytes(4, "big") + packet
    assert messages(packet) == [message("undo")]
