"""Puts what was measured into files: whole, or not there at all."""

import json
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np

from livesketch.canvas.disk import write_safely
from livesketch.errors import OutputError
from livesketch.frames import Picture


def write_bytes(data: bytes, path: Path) -> None:
    """Makes the folder too. Raises a LivesketchError where one of them cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"{path.parent} cannot be made: {error.strerror}.", "Choose another folder."
        ) from error
    write_safely(path, data)


def write_json(values: Mapping[str, object], path: Path) -> None:
    write_bytes((json.dumps(values, indent=1, allow_nan=False) + "\n").encode(), path)


def write_png(picture: Picture, path: Path) -> None:
    _, data = cv2.imencode(".png", np.ascontiguousarray(picture[..., ::-1]))  # OpenCV speaks BGR
    write_bytes(data.tobytes(), path)
