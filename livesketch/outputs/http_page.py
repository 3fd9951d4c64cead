"""A web page with the picture and a remote, for a phone in the wings or a browser on a video wall."""

import html
from collections.abc import Sequence
from io import BytesIO

from PIL import Image

from livesketch.frames import Picture, Show
from livesketch.outputs import Setup
from livesketch.outputs.http_server import Answer, Asked, Server
from livesketch.outputs.sender import Sender
from livesketch.worker import Queue

QUALITY = 85
HEADER = "x-livesketch"  # a form on somebody else's page cannot send it
# The name that is asked for, and what its button says.
BUTTONS: tuple[tuple[str, str], ...] = (
    ("blackout", "Blackout"),
    ("freeze", "Hold the picture"),
    ("panic", "Panic"),
    ("previous_cue", "Previous cue"),
    ("next_cue", "Next cue"),
    ("previous_person", "Previous person"),
    ("next_person", "Next person"),
    ("random_person", "Somebody else"),
    ("toggle_camera", "Pen or camera"),
    ("clear", "Clear the paper"),
    ("undo", "Undo"),
)

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ margin: 0; background: #16171a; color: #aaa; font: 16px sans-serif; text-align: center }}
img {{ width: 100vw; max-height: 80vh; object-fit: contain; display: block }}
button {{ margin: .4em; padding: .8em 1em; border: 0; border-radius: .4em; font: inherit;
  background: #2a2c31; color: #eee }}
button:active {{ background: #ff7a45 }}
</style></head><body>
<img src="/stream" alt="the face on stage"><div>{buttons}</div>
<script>
for (const button of document.querySelectorAll("button"))
  button.onclick = () => fetch("/do/" + button.dataset.name,
    {{ method: "POST", headers: {{ "X-Livesketch": "1" }} }});
</script></body></html>
"""


class HttpPage:
    """An Output. `asked()` gives the names of the buttons that were pressed, in order."""

    def __init__(self, setup: Setup, buttons: Sequence[tuple[str, str]] = BUTTONS) -> None:
        self._asked: Queue[str] = Queue(32)
        self.ports: Queue[int] = Queue(1)  # where it is, once it is open: port 0 means any
        self._sender = Sender(
            lambda: _Page(setup, buttons, self._asked, self.ports),
            setup.size,
            setup.layout,
            "page",
        )

    @property
    def state(self) -> str:
        return self._sender.state

    def show(self, show: Show) -> None:
        """The server is turned by it too, so it is called every turn."""
        self._sender.show(show)

    def asked(self) -> list[str]:
        return list(iter(self._asked.take, None))

    def close(self) -> None:
        self._sender.close()


class _Page:
    """A Sink: the server, and the newest picture as JPEG."""

    def __init__(
        self,
        setup: Setup,
        buttons: Sequence[tuple[str, str]],
        asked: Queue[str],
        ports: Queue[int],
    ) -> None:
        self._asked, self._names = asked, {name for name, _ in buttons}
        self._page = page(setup.name or "livesketch", buttons)
        self._picture: Picture | None = None
        self._jpeg = b""
        self._number = 0
        self._server = Server(setup.host, setup.port, setup.password, self._answer)
        ports.put(self._server.port)

    def send(self, picture: Picture) -> None:
        if picture is not self._picture:
            self._picture, self._jpeg = picture, b""
            self._number += 1
        self._server.turn()
        self._server.offer(self._number, self._newest)

    def close(self) -> None:
        self._server.close()

    def _newest(self) -> bytes:
        """Encoded once, and only if somebody wants it."""
        if not self._jpeg and self._picture is not None:
            file = BytesIO()
            Image.fromarray(self._picture).save(file, "JPEG", quality=QUALITY)
            self._jpeg = file.getvalue()
        return self._jpeg

    def _answer(self, asked: Asked) -> Answer:
        if asked.method == "POST":
            name = asked.path.removeprefix("/do/")
            if HEADER not in asked.headers:
                return Answer(403)
            if name not in self._names:
                return Answer(404)
            return Answer(204 if self._asked.put(name) else 503)
        if asked.method not in ("GET", "HEAD"):
            return Answer(405)
        if asked.path == "/":
            return Answer(kind="text/html; charset=utf-8", body=self._page)
        if asked.path == "/stream":
            return Answer(is_stream=True)
        if asked.path == "/face.jpg":
            return Answer(kind="image/jpeg", body=self._newest())
        return Answer(404)


def page(title: str, buttons: Sequence[tuple[str, str]]) -> bytes:
    words = "".join(
        f'<button data-name="{html.escape(name)}">{html.escape(label)}</button>'
        for name, label in buttons
    )
    return _PAGE.format(title=html.escape(title), buttons=words).encode()


def open_output(setup: Setup) -> HttpPage:
    return HttpPage(setup)
