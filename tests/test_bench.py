"""The bench measures real work: other drawings, a hand at its own pace, faces that are found."""

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from tiny import write_tiny

from livesketch import bench, cli
from livesketch.controls.actions import Pointer
from livesketch.latency import Measures
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
        "faces_counted",
        "pen_to_ink_ms",
        "pen_to_pixel_ms",
        "camera_to_pixel_ms",
        "ui_late_ms",
        "steps_ms",
        "eager_ratio",
    }
    assert figures["faces_per_s"] > 0
    assert figures["faces_counted"] >= bench.ENOUGH
    for name in ("pen_to_ink_ms", "pen_to_pixel_ms"):
        assert 0 < figures[name]["p50"] <= figures[name]["p95"]
    assert figures["camera_to_pixel_ms"] == {"p50": None, "p95": None}  # it makes no faces
    assert {one.name for one in own_home.iterdir()} <= {"cache", "log"}


class Slow:
    """A window whose model shows a face at every `each`-th turn."""

    def __init__(self, each: int) -> None:
        self.measures, self.turns, self._each = Measures(), 0, each

    def turn(self, actions: object = ()) -> None:
        self.turns += 1
        self.measures.faces_shown += self.turns % self._each == 0


def test_a_slow_model_is_measured_until_there_are_faces_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bench, "WARM_S", 0.0)
    app = Slow(each=50)
    measures, rate = bench._measured(app, 0.0, lambda now: ())  # type: ignore[arg-type]
    assert measures.faces_shown == bench.ENOUGH
    assert rate > 0
    assert app.turns == 50 * bench.ENOUGH


def test_a_model_that_is_too_slow_is_not_waited_for_for_ever_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "WARM_S", 0.0)
    monkeypatch.setattr(bench, "LONGEST_S", 0.05)
    measures, rate = bench._measured(Slow(each=10**9), 0.0, lambda now: ())  # type: ignore[arg-type]
    assert (measures.faces_shown, rate) == (0, 0.0)
    monkeypatch.setattr(bench, "run", lambda options: {"faces_counted": 3})
    path = write_tiny(tmp_path / "tiny.safetensors")
    assert cli.run(["bench", "--model", str(path)]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out) == {"faces_counted": 3}
    assert "showed 3 faces in a minute" in said.err


def test_the_clip_of_the_default_model_is_traced() -> None:
    if not (weights_dir() / "default.safetensors").is_file():
        pytest.skip("weights/default.safetensors has not been made yet")
    pipeline = open_pipeline("default", "torch")
    steps = bench.tracing_steps(pipeline, bench.clip_of_faces(pipeline)[:12])
    pipeline.close()
    assert set(steps) == {"find", "crop", "lines"}
