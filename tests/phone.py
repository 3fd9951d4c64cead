"""A phone's camera: MJPEG over HTTP from this machine, which stalls, hangs up, goes away and comes back."""

import io
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
from PIL import Image

PACE_S = 0.03


class Phone:
    """Serves until close(). `level` is how light its picture is; `size` (width, height)."""

    def __init__(self) -> None:
        self.level, self.size = 60, (64, 48)
        self.port = 0
        self.visitors = 0
        self._flows = threading.Event()  # cleared: connections stay open, nothing comes
        self._hang_up = threading.Event()
        self._server: ThreadingHTTPServer | None = None
        self._thread: threading.Thread | None = None
        self._flows.set()
        self.come()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/video"

    def come(self) -> None:
        """At the same address as before."""
        phone = self
        self._hang_up.clear()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=part")
                self.end_headers()
                phone.visitors += 1
                try:
                    phone._stream(self.wfile)
                except OSError:
                    return

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()

    def stall(self) -> None:
        self._flows.clear()

    def flow(self) -> None:
        self._flows.set()

    def go(self) -> None:
        """Every connection is cut, and nobody answers any more."""
        self._hang_up.set()
        self._flows.set()
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
            self._server = None

    def close(self) -> None:
        self.go()

    def _stream(self, out: io.BufferedIOBase) -> None:
        while not self._hang_up.wait(PACE_S):
            self._flows.wait()
            if self._hang_up.is_set():
                return
            jpeg = io.BytesIO()
            width, height = self.size
            picture = np.full((height, width, 3), (self.level, 20, 20), np.uint8)
            Image.fromarray(picture).save(jpeg, "JPEG", quality=95)
            data = jpeg.getvalue()
            head = f"--part\r\nContent-Type: image/jpeg\r\nContent-Length: {len(data)}\r\n\r\n"
            out.write(head.encode() + data + b"\r\n")
            out.flush()
