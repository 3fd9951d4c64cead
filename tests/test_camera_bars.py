"""The camera's bars with the shipped model: a few photos in CI, many in the long run."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from measure_camera import drifts, photos, stillness

from livesketch.pipeline import Pipeline, open_pipeline


@pytest.fixture(scope="module")
def pipeline() -> Iterator[Pipeline]:
    pipeline = open_pipeline("default", "torch")
    yield pipeline
    pipeline.close()


@pytest.mark.parametrize("style", ["contour", "ink"])
@pytest.mark.parametrize("count", [1, pytest.param(12, marks=pytest.mark.long)])
def test_a_person_sitting_still_gives_a_still_face(
    pipeline: Pipeline, shared: Path, count: int, style: str
) -> None:
    figures = stillness(pipeline, photos(shared, count), style)
    assert figures["change"] <= 1.0
    assert figures["tremble_percent"] <= 0.3
    assert figures["same"] > 0.4


@pytest.mark.parametrize("count", [4, pytest.param(100, marks=pytest.mark.long)])
def test_round_trips_from_drawing_to_face_and_back_hardly_drift(
    pipeline: Pipeline, shared: Path, count: int
) -> None:
    """Median over photos; a handful of them may lie a little beyond."""
    drift = np.median(drifts(pipeline, photos(shared, count), "contour"), axis=0)
    slack = 1.2 if count < 50 else 1.0
    assert drift[0] <= 3.0 * slack
    assert drift[-1] <= 6.0 * slack
