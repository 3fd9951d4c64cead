"""A small web server that is turned by hand: it never waits, and a slow visitor delays nobody."""

import base64
import hmac
import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from livesketch.errors import OutputError

MOST_VISITORS = 16
LARGEST_REQUEST = 8192  # bytes
PATIENCE_S = 10.0  # for a request that does not come, an answer that is not taken
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
STREAM = "multipart/x-mixed-replace; boundary=frame"
_WORDS = {
    200: "OK",
    204: "No Content",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    503: "Service Unavailable",
}


@dataclass(frozen=True)
class Asked:
    """A request: `headers` have names in lower case."""

    method: str
    path: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Answer:
    """`is_stream`: what follows are the pictures, until the visitor goes."""

    status: int = 200
    kind: str = "text/plain; charset=utf-8"
    body: bytes = b""
    is_stream: bool = False
    headers: tuple[tuple[str, str], ...] = ()


@dataclass
class _Visitor:
    connection: socket.socket
    since: float
    heard: bytearray = field(default_factory=bytearray)
    to_say: bytearray = field(default_factory=bytearray)
    is_watching: bool = False
    seen: int = 0  # the number of the picture that was offered last
    is_leaving: bool = False  # when all is said


class Server:
    """turn() does what can be done now. `answer` says what is at a path; passwords are seen to here.

    Without a password only this machine is served, and only under its own name: a web page from
    elsewhere that points its name here is turned away.
    """

    def __init__(
        self,
        host: str,
        port: int,
        password: str,
        answer: Callable[[Asked], Answer],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if host not in LOOPBACK and not password:
            raise OutputError(
                f"The page is not shown at {host} without a password.",
                "Set a password, or leave the address out: then only this machine sees it.",
            )
        self._password, self._answer, self._clock = password, answer, clock
        self._visitors: dict[socket.socket, _Visitor] = {}
        self._selector = selectors.DefaultSelector()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._door = socket.socket(family, socket.SOCK_STREAM)
        try:
            self._door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._door.bind((host, port))
            self._door.listen(MOST_VISITORS)
            self._door.setblocking(False)
        except OSError as error:
            self.close()
            raise OutputError(
                f"The page cannot be shown at {host}:{port}: {error.strerror}.",
                "Choose another port.",
            ) from error
        self._selector.register(self._door, selectors.EVENT_READ)

    @property
    def port(self) -> int:
        return self._door.getsockname()[1]

    @property
    def watching(self) -> int:
        return sum(visitor.is_watching for visitor in self._visitors.values())

    def turn(self) -> None:
        """Hear, answer, let go; never waits."""
        now = self._clock()
        for key, events in self._selector.select(0):
            if key.fileobj is self._door:
                self._greet(now)
                continue
            visitor: _Visitor = key.data
            try:
                if events & selectors.EVENT_READ:
                    self._hear(visitor, now)
                if events & selectors.EVENT_WRITE:
                    self._say(visitor, now)
            except (OSError, ValueError):
                self._let_go(visitor)
        for visitor in list(self._visitors.values()):
            is_waited_for = bool(visitor.to_say) or not visitor.is_watching
            if is_waited_for and now - visitor.since > PATIENCE_S:
                self._let_go(visitor)

    def offer(self, number: int, jpeg: Callable[[], bytes]) -> None:
        """The picture called `number`, to everybody who watches, has not seen it, and has taken what
        came before. `jpeg` is called only if somebody wants it."""
        for visitor in self._visitors.values():
            if visitor.is_watching and not visitor.to_say and visitor.seen != number:
                data = jpeg()
                head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(data)}\r\n\r\n"
                visitor.seen = number
                self._speak(visitor, head.encode() + data + b"\r\n", self._clock())

    def close(self) -> None:
        for visitor in list(self._visitors.values()):
            self._let_go(visitor)
        self._door.close()
        self._selector.close()

    def _greet(self, now: float) -> None:
        try:
            connection, _ = self._door.accept()
        except OSError:
            return
        connection.setblocking(False)
        visitor = _Visitor(connection, now)
        self._visitors[connection] = visitor
        self._selector.register(connection, selectors.EVENT_READ, visitor)
        if len(self._visitors) > MOST_VISITORS:
            self._respond(visitor, Answer(503, body=b"Too many visitors."), now)

    def _hear(self, visitor: _Visitor, now: float) -> None:
        data = visitor.connection.recv(4096)
        if not data:
            self._let_go(visitor)
            return
        if visitor.is_watching or visitor.is_leaving:
            return  # whatever a watcher says, it has been answered
        visitor.heard += data
        head, end, _ = bytes(visitor.heard).partition(b"\r\n\r\n")
        if end:
            self._respond(visitor, self._considered(head), now)
        elif len(visitor.heard) > LARGEST_REQUEST:
            self._respond(visitor, Answer(400), now)

    def _considered(self, head: bytes) -> Answer:
        asked = parsed(head)
        if asked is None:
            return Answer(400)
        if self._password:
            if not _knows(asked.headers.get("authorization", ""), self._password):
                realm = ("WWW-Authenticate", 'Basic realm="livesketch", charset="UTF-8"')
                return Answer(401, headers=(realm,))
        elif _name(asked.headers.get("host", "")) not in LOOPBACK:
            return Answer(403)
        return self._answer(asked)

    def _respond(self, visitor: _Visitor, answer: Answer, now: float) -> None:
        lines = [f"HTTP/1.1 {answer.status} {_WORDS[answer.status]}"]
        lines += [f"Content-Type: {STREAM if answer.is_stream else answer.kind}"]
        if not answer.is_stream:
            lines.append(f"Content-Length: {len(answer.body)}")
        lines += [f"{name}: {value}" for name, value in answer.headers]
        lines += ["Cache-Control: no-store", "X-Content-Type-Options: nosniff"]
        lines += ["X-Frame-Options: DENY", "Connection: close", "", ""]
        visitor.is_watching = answer.is_stream
        visitor.is_leaving = not answer.is_stream
        self._speak(visitor, "\r\n".join(lines).encode("latin-1") + answer.body, now)

    def _speak(self, visitor: _Visitor, data: bytes, now: float) -> None:
        visitor.to_say += data
        visitor.since = now
        both = selectors.EVENT_READ | selectors.EVENT_WRITE
        self._selector.modify(visitor.connection, both, visitor)

    def _say(self, visitor: _Visitor, now: float) -> None:
        sent = visitor.connection.send(visitor.to_say)
        del visitor.to_say[:sent]
        visitor.since = now if sent else visitor.since
        if not visitor.to_say:
            self._selector.modify(visitor.connection, selectors.EVENT_READ, visitor)
            if visitor.is_leaving:
                self._let_go(visitor)

    def _let_go(self, visitor: _Visitor) -> None:
        if self._visitors.pop(visitor.connection, None) is not None:
            self._selector.unregister(visitor.connection)
            visitor.connection.close()


def parsed(head: bytes) -> Asked | None:
    """A request's first lines; None where they are none."""
    lines = head.decode("latin-1").split("\r\n")
    words = lines[0].split(" ")
    if len(words) != 3 or not words[1].startswith("/") or not words[2].startswith("HTTP/1."):
        return None
    headers = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon or name != name.strip() or not name:
            return None
        headers[name.lower()] = value.strip()
    return Asked(words[0], words[1].partition("?")[0], headers)


def _knows(authorization: str, password: str) -> bool:
    kind, _, coded = authorization.partition(" ")
    if kind.lower() != "basic":
        return False
    try:
        _, _, said = base64.b64decode(coded, validate=True).partition(b":")
    except ValueError:
        return False
    return hmac.compare_digest(said, password.encode())


def _name(host: str) -> str:
    """The name in "localhost:8080" or "[::1]:8080"."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()
