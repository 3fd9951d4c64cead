"""A download site on this machine: ranges, cut connections, quota pages, whatever sites do."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

QUOTA_PAGE = """<!DOCTYPE html><html><head><title>Google Drive - Quota exceeded</title></head>
<body><p class="uc-error-caption">Sorry, you can&#39;t view or download this file at this time.</p>
<p class="uc-error-subcaption">Too many users have viewed or downloaded this file recently.</p>
</body></html>"""
CONFIRM_PAGE = """<!DOCTYPE html><html><head><title>Google Drive - Virus scan warning</title></head>
<body><form id="download-form" action="https://drive.usercontent.google.com/download" method="get">
<input type="hidden" name="id" value="{id}"><input type="hidden" name="confirm" value="t"></form>
</body></html>""".replace("\n", "")


@dataclass
class Site:
    """What it holds, how it behaves, and what it was asked."""

    files: dict[str, bytes] = field(default_factory=dict)  # path -> what is there
    pages: dict[str, str] = field(default_factory=dict)  # path -> HTML in its place
    states: dict[str, int] = field(default_factory=dict)  # path -> an error's number
    cuts: list[int] = field(default_factory=list)  # the next answers end after so many bytes
    has_ranges: bool = True
    asked: list[tuple[str, str]] = field(default_factory=list)  # path, Range
    address: str = ""

    def url(self, path: str) -> str:
        return self.address + path


@contextmanager
def open_site() -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path
            site.asked.append((path, self.headers.get("Range", "")))
            if path in site.states:
                self.send_error(site.states[path])
            elif path in site.pages:
                self._send(200, site.pages[path].encode(), {"Content-Type": "text/html"})
            elif path in site.files:
                self._file(site.files[path])
            else:
                self.send_error(404)

        def _file(self, content: bytes) -> None:
            headers = {
                "Content-Type": "application/octet-stream",
                "Content-Disposition": 'attachment; filename="file.pt"',
            }
            range_asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
            if range_asked is None or not site.has_ranges:
                self._send(200, content, headers)
                return
            first = int(range_asked[1])
            headers["Content-Range"] = f"bytes {first}-{len(content) - 1}/{len(content)}"
            self._send(206, content[first:], headers)

        def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            cut = site.cuts.pop(0) if site.cuts else len(body)
            self.wfile.write(body[:cut])
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def lead_here(monkeypatch: pytest.MonkeyPatch, site: Site) -> None:
    """Every https address is answered by the site: it plays Google Drive and the makers' own hosts."""
    send = requests.Session.send

    def sent(session: requests.Session, request: requests.PreparedRequest, **rest: object):
        if request.url and request.url.startswith("https://"):
            request.url = site.address + "/" + request.url.removeprefix("https://")
        return send(session, request, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(requests.Session, "send", sent)
