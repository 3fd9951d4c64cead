"""Puts what was measured into files: whole, or not there at all."""

import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np

from livesketch.errors import OutputError
from livesketch.frames import Picture


def write_bytes(data: bytes, path: Path) -> None:
    """Raises OutputError where the file or its folder cannot be written."""
    part = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except OSError as error:
        raise OutputError(
            f"{path} was not written: {error.strerror or error}.", "Choose another place."
        ) from error
    finally:
        with suppress(OSError):
            part.unlink()


def write_json(values: Mapping[str, object], path: Path) -> None:
    write_bytes((json.dumps(values, indent=1, allow_nan=False) + "\n").encode(), path)


def write_png(picture: Picture, path: Path) -> None:
    _, data = cv2.imencode(".png", np.ascontiguousarray(picture[..., ::-1]))  # OpenCV speaks BGR
    write_bytes(data.tobytes(), path)
