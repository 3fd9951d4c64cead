"""Putting the face on the clipboard, so that it can be pasted as a picture elsewhere."""

import os
import shutil
import subprocess
import sys
import tempfile

import cv2
import numpy as np

from livesketch.errors import OutputError
from livesketch.frames import Picture
from livesketch.places import user_dir

_WINDOWS = (
    "Add-Type -AssemblyName System.Windows.Forms,System.Drawing;"
    "$m=New-Object IO.MemoryStream;[Console]::OpenStandardInput().CopyTo($m);"
    "[Windows.Forms.Clipboard]::SetImage([Drawing.Image]::FromStream($m))"
)


class Clipboard:
    """pygame offers no pictures, so a program of the system's own holds them: it outlives the window.

    Remembers that program only to know when it has ended.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def copy(self, picture: Picture) -> None:
        """(H, W, 3) RGB, as PNG. Returns at once; OutputError says what is missing."""
        bgr = np.ascontiguousarray(picture[..., ::-1])  # OpenCV speaks BGR
        is_done, png = cv2.imencode(".png", bgr)
        if not is_done:
            raise OutputError("The face cannot be copied.", "Save it with Ctrl+E instead.")
        try:
            self._hand_over(png.tobytes())
        except OSError as error:
            raise OutputError(
                f"The face cannot be copied: {error.strerror or error}.",
                "Save it with Ctrl+E instead.",
            ) from error

    def is_busy(self) -> bool:
        """The picture has not reached the clipboard yet."""
        return self._process is not None and self._process.poll() is None

    def _hand_over(self, png: bytes) -> None:
        command = _command(png)
        with tempfile.TemporaryFile() as feed:  # a pipe could fill up and make the window wait
            feed.write(png)
            feed.seek(0)
            self._process = subprocess.Popen(
                command,
                stdin=feed,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )


def _command(png: bytes) -> list[str]:
    """What takes a PNG from its standard input to the clipboard here."""
    if sys.platform == "win32":
        return ["powershell", "-NoProfile", "-STA", "-Command", _WINDOWS]
    if sys.platform == "darwin":  # AppleScript reads pictures from files only
        path = user_dir("cache") / "copied.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(png)
        script = f'set the clipboard to (read (POSIX file "{path}") as «class PNGf»)'
        return ["osascript", "-e", script]
    commands = []
    if os.environ.get("WAYLAND_DISPLAY"):
        commands.append(["wl-copy", "--type", "image/png"])
    if os.environ.get("DISPLAY"):
        commands.append(["xclip", "-selection", "clipboard", "-t", "image/png", "-i"])
    for command in commands:
        if shutil.which(command[0]):
            return command
    if not commands:
        raise OutputError("There is no clipboard here.", "Save the face with Ctrl+E instead.")
    package = "wl-clipboard" if os.environ.get("WAYLAND_DISPLAY") else "xclip"
    raise OutputError(
        "Pictures cannot be copied on this system yet.",
        f"Install {package} (on Debian: apt install {package}), or save the face with Ctrl+E.",
    )
