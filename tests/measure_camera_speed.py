"""Measures, as JSON, from a camera's picture to its face on the window of the display it is started on."""

import json
import sys
import time
from pathlib import Path

import cv2
import numpy as np

from livesketch.app import App, AppOptions
from livesketch.bench import clip_of_faces
from livesketch.controls.actions import Action
from livesketch.latency import Measures
from livesketch.pipeline import open_pipeline

HZ, SIZE = 60.0, (640, 480)
WARM_S, PATIENCE_S = 3.0, 120.0
ENOUGH = 3  # faces


def main(seconds: float, folder: Path) -> dict[str, float | None]:
    film = folder / "camera.avi"
    pipeline = open_pipeline("default")
    file = cv2.VideoWriter(str(film), cv2.VideoWriter.fourcc(*"MJPG"), HZ, SIZE)
    for picture in clip_of_faces(pipeline):
        file.write(np.ascontiguousarray(picture[..., ::-1]))
    file.release()
    pipeline.close()
    app = App(AppOptions(model="default", is_private=True))

    def turn_until(end: float) -> None:
        while time.monotonic() < end:
            app.turn()

    try:
        end = time.monotonic() + PATIENCE_S
        while not app.stage.player.is_ready and time.monotonic() < end:
            app.turn()
        app.turn((Action("open", film),))
        while not app.measures.faces_shown and time.monotonic() < end:
            app.turn()
        turn_until(time.monotonic() + min(WARM_S, seconds))
        app.measures = Measures()
        start = time.monotonic()
        turn_until(start + seconds)
        while app.measures.faces_shown < ENOUGH and time.monotonic() < start + PATIENCE_S:
            app.turn()  # a busy machine takes longer, and says so in the figures
        spent, spans = time.monotonic() - start, app.measures.camera_to_pixel
        return {
            "faces": app.measures.faces_shown,
            "faces_per_s": round(app.measures.faces_shown / spent, 1),
            "p50_ms": spans.percentile(50),
            "p95_ms": spans.percentile(95),
        }
    finally:
        app.close()


if __name__ == "__main__":
    print(json.dumps(main(float(sys.argv[1]), Path(sys.argv[2]))))
