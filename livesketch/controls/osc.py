"""Open Sound Control: one UDP socket that is read every turn and never waited for."""

import socket
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress

from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.osc_packet import OscPacket
from pythonosc.osc_packet import ParseError as OscParseError

from livesketch.controls.actions import Action
from livesketch.controls.addresses import ROOT, Address, action_for, addresses, takes
from livesketch.errors import UsageError
from livesketch.parameters import Value

PORT = 9000
TURN_S = 0.002  # what reading and answering may take, a turn
KEPT = 16  # messages that may wait at one address before they are boiled down to one
LARGEST = 65_536  # bytes; UDP has no larger packets
MOST_LISTENERS = 8
QUERY, LISTEN = ROOT + "?", ROOT + "listen"
_TYPES = frozenset("ifhdsTFNtbrm[]")
_BUNDLE = b"#bundle\x00"

Peer = tuple[str, int]


class Osc:
    """Knobs and actions by `/livesketch/<name>`; addresses() says which.

    `/livesketch/?` is answered with one message an address; `/livesketch/listen` asks to be told
    of every knob that changes. Loopback, unless another `host` is asked for.
    """

    def __init__(
        self,
        port: int = PORT,
        host: str = "127.0.0.1",
        found: Mapping[str, Address] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._found = {
            one.path.encode(): one for one in (addresses() if found is None else found).values()
        }
        self._clock = clock
        self._waiting: dict[bytes, deque[bytes]] = {}
        self._ready: dict[bytes, Action] = {}
        self._asking: Peer | None = None
        self._listeners: dict[Peer, None] = {}
        self._told: dict[str, Value] = {}
        self.received = 0  # packets
        # Malformed ones, unknown addresses, values that make no sense; not those that a later and
        # better one overruled before anybody looked into them.
        self.ignored = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        try:
            self._socket.bind((host, port))
        except OSError as error:
            self._socket.close()
            raise UsageError(
                f"OSC cannot listen at {host}:{port}: {error.strerror}.", "Choose another port."
            ) from error

    @property
    def address(self) -> Peer:
        return self._socket.getsockname()

    def actions(self) -> list[Action]:
        """What was asked since the last turn: one Action an address, safety first. Never waits, and
        takes about two milliseconds at most; what does not fit comes next turn."""
        end = self._clock() + TURN_S
        self._receive(end - TURN_S / 2)
        names = sorted(self._waiting, key=lambda path: not self._found[path].is_safety)
        asked = []
        for path in names:
            # Safety is never put off: however short the time, those messages are looked at.
            if self._clock() >= end and not self._found[path].is_safety:
                break
            self._boil_down(path)
            del self._waiting[path]
            action = self._ready.pop(path, None)
            if action is not None:
                asked.append(action)
        if self._asking is not None:
            peer, self._asking = self._asking, None
            self._answer(peer)
        return asked

    def tell(self, values: Mapping[str, Value]) -> None:
        """Send the knobs that changed since the last time to everybody who listens."""
        changed = {name: value for name, value in values.items() if self._told.get(name) != value}
        self._told.update(changed)
        for peer in self._listeners:
            for name, value in changed.items():
                self._send(peer, ROOT + name, [value])

    def close(self) -> None:
        self._socket.close()

    def _receive(self, end: float) -> None:
        """Take packets from the socket; the system's own buffer bounds those that wait there."""
        while self._clock() < end:
            try:
                data, peer = self._socket.recvfrom(LARGEST)
            except BlockingIOError:
                return
            except OSError:  # Windows: an earlier answer reached nobody
                continue
            self.received += 1
            for message in messages(data):
                self._take(message, peer)

    def _take(self, message: bytes, peer: Peer) -> None:
        path, _, _ = message.partition(b"\x00")
        if len(message) % 4:
            self.ignored += 1
        elif path == QUERY.encode():
            self._asking = peer
        elif path == LISTEN.encode():
            if peer not in self._listeners and len(self._listeners) >= MOST_LISTENERS:
                del self._listeners[next(iter(self._listeners))]  # the oldest is long gone
            self._listeners[peer] = None
            self._told.clear()
        elif path in self._found:
            self._waiting.setdefault(path, deque()).append(message)
            if len(self._waiting[path]) >= KEPT:
                self._boil_down(path)
        else:
            self.ignored += 1

    def _boil_down(self, path: bytes) -> None:
        """Of what waits, keep the last that makes sense; of a button, any press. Nothing is parsed
        that a later message overrules."""
        address, waiting = self._found[path], self._waiting[path]
        while waiting:
            arguments = parsed(waiting.pop())
            action = None if arguments is None else action_for(address, arguments)
            if action is not None:
                self._ready[path] = action
                waiting.clear()
            elif arguments is None or address.kind != "press":
                self.ignored += 1

    def _answer(self, peer: Peer) -> None:
        for one in self._found.values():
            self._send(peer, one.path, [one.kind, takes(one), one.help])

    def _send(self, peer: Peer, path: str, arguments: Iterable[Value]) -> None:
        builder = OscMessageBuilder(address=path)
        for argument in arguments:
            builder.add_arg(argument)
        with suppress(OSError):  # a listener that went away is no concern of the show
            self._socket.sendto(builder.build().dgram, peer)


def messages(packet: bytes) -> list[bytes]:
    """The messages of a packet, bundles in bundles taken apart without recursion: a hostile one could
    be thousands deep. What is malformed is passed on, or left out."""
    found, waiting = [], [packet]
    while waiting:
        part = waiting.pop()
        if not part.startswith(_BUNDLE):
            found.append(part)
            continue
        at, inner = len(_BUNDLE) + 8, []
        while at + 4 <= len(part):
            length = int.from_bytes(part[at : at + 4], "big")
            if length == 0 or at + 4 + length > len(part):
                break
            inner.append(part[at + 4 : at + 4 + length])
            at += 4 + length
        waiting += reversed(inner)
    return found


def parsed(message: bytes) -> list[object] | None:
    """A message's arguments; None where it is malformed."""
    if len(message) % 4:
        return None
    path, _, _ = message.partition(b"\x00")
    tags = message[(len(path) // 4 + 1) * 4 :].partition(b"\x00")[0]
    if tags and (tags[:1] != b"," or not _TYPES.issuperset(tags[1:].decode("latin-1"))):
        return None  # python-osc would write each unknown type into the log: a flood of lines
    try:
        found = OscPacket(message).messages
    except (OscParseError, ValueError, IndexError, OverflowError, OSError):
        return None
    return list(found[0].message) if len(found) == 1 else None
