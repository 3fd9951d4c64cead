"""The bench measures real work: other drawings, a hand at its own pace, faces that are found."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from tiny import write_tiny

from livesketch import bench
from livesketch.controls.actions import Pointer
from livesketch.pipeline import Pipeline, open_pipeline
from livesketch.places import weights_dir


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    path = write_tiny(tmp_path_factory.mktemp("weights") / "tiny.safetensors")
    return open_pipeline(str(path), "torch")


def test_every_face_alone_is_of_another_drawing(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bytes] = []
    face = pipeline.model.face
    monkeypatch.setattr(
        pipeline.model, "face", lambda s, *rest: seen.append(s.tobytes()) or face(s, *rest)
    )
    spans = bench.faces_alone(pipeline, 0.3)
    assert len(seen) == len(set(seen)) > 3
    assert len(spans) <= len(seen)
    assert min(spans) > 0


def test_a_hand_draws_at_its_own_pace_whoever_looks() -> None:
    often, seldom = bench.Hand(), bench.Hand()
    a = [action for n in range(400) for action in often.moves(100 + n * 0.01)]
    b = [action for n in range(14) for action in seldom.moves(100 + n * 0.3)]
    shared = min(len(a), len(b))
    assert shared > 450
    assert a[:shared] == b[:shared]


def test_a_hand_puts_every_line_down_and_lifts_it() -> None:
    hand = bench.Hand()
    values = [a.value for n in range(2000) for a in hand.moves(5 + n * 0.01)]
    facts = [value for value in values if isinstance(value, Pointer)]
    assert len(facts) < len(values)  # the paper was cleared in between
    assert all(0 <= fact.x <= 1 and 0 <= fact.y <= 1 for fact in facts)
    assert all(one.time < following.time for one, following in pairwise(facts))
    kinds = "".join({"down": "(", "move": "-", "up": ")"}[fact.kind] for fact in facts)
    assert "((" not in kinds
    assert "()" not in kinds
    assert ")-" not in kinds


def test_the_clip_moves_and_a_model_that_makes_no_faces_has_no_tracing_figures(
    pipeline: Pipeline,
) -> None:
    clip = bench.clip_of_faces(pipeline)
    assert not np.array_equal(clip[0], clip[9])
    assert bench.tracing_steps(pipeline, clip[:5]) == {}


def test_the_whole_bench_at_a_window_leaves_the_users_things_alone(
    tmp_path: Path, own_home: Path
) -> None:
    path = write_tiny(tmp_path / "tiny.safetensors")
    figures = bench.run(bench.BenchOptions(str(path), "torch", seconds=0.6, size=(800, 450)))
    assert json.loads(json.dumps(figures)) == figures
    assert set(figures) == {
        "device",
        "runtime",
        "model",
        "resolution",
        "faces_per_s",
        "faces_per_s_alone",
        "pen_to_ink_ms",
        "pen_to_pixel_ms",
        "camera_to_pixel_ms",
        "ui_late_ms",
        "steps_ms",
        "eager_ratio",
    }
    assert figures["faces_per_s"] > 0
    for name in ("pen_to_ink_ms", "pen_to_pixel_ms"):
        assert 0 < figures[name]["p50"] <= figures[name]["p95"]
    assert figures["camera_to_pixel_ms"] == {"p50": None, "p95": None}  # it makes no faces
    assert {one.name for one in own_home.iterdir()} <= {"cache", "log"}


def test_the_clip_of_the_default_model_is_traced() -> None:
    if not (weights_dir() / "default.safetensors").is_file():
        pytest.skip("weights/default.safetensors has not been made yet")
    pipeline = open_pipeline("default", "torch")
    steps = bench.tracing_steps(pipeline, bench.clip_of_faces(pipeline)[:12])
    pipeline.close()
    assert set(steps) == {"find", "crop", "lines"}
