"""The rehearsal: what an audience must never see is counted, and faults leave no trace on any output."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest
from stage import GREEN, RED, show
from tiny import write_tiny

from livesketch.soak import EVENT_S, FAULT_S, SoakOptions, Witness, run


@pytest.fixture
def forgetful(caplog: pytest.LogCaptureFixture) -> None:
    """pytest keeps every record of the log, and with it the pictures that a failed step had in hand."""
    caplog.set_level(logging.CRITICAL)


def rehearse(tmp_path: Path, minutes: float, seed: int, **pace: float) -> dict:
    model = write_tiny(tmp_path / "tiny.safetensors")
    figures = run(SoakOptions(minutes, seed, str(model), "torch", **pace))
    assert figures["stops"] == 0
    assert figures["unasked_black"] == 0
    assert figures["unasked_change"] == 0
    return figures


def test_a_short_rehearsal_with_many_faults_shows_nothing_unasked(tmp_path: Path) -> None:
    figures = rehearse(tmp_path, 0.17, 4, event_s=0.1, fault_s=0.5)
    # A busy machine plays fewer turns in the same time.
    assert sum(figures["events"].values()) > 10
    assert len(figures["faults"]) >= 3
    assert figures["faces_shown"] > 3


@pytest.mark.long
@pytest.mark.usefixtures("forgetful")
def test_two_hundred_faults_in_four_minutes(tmp_path: Path) -> None:
    figures = rehearse(tmp_path, 4, 2, event_s=0.1, fault_s=1.2)
    print(figures)
    assert sum(figures["faults"].values()) >= 150
    assert figures["memory_growth_mb"] is None or figures["memory_growth_mb"] < 100


@pytest.mark.long
@pytest.mark.usefixtures("forgetful")
def test_an_hour_in_six_minutes_with_two_hundred_faults(tmp_path: Path) -> None:
    """Events and faults ten times closer together than in the hour below."""
    figures = rehearse(tmp_path, 6, 1, event_s=EVENT_S / 10, fault_s=FAULT_S / 10)
    print(figures)
    assert sum(figures["faults"].values()) >= 150
    assert figures["memory_growth_mb"] is None or figures["memory_growth_mb"] < 100


@pytest.mark.long
@pytest.mark.usefixtures("forgetful")
def test_an_hour_with_two_hundred_faults(tmp_path: Path) -> None:
    figures = rehearse(tmp_path, 60, 1)
    print(figures)
    assert sum(figures["faults"].values()) >= 150
    assert figures["memory_growth_mb"] is None or figures["memory_growth_mb"] < 100


def test_the_witness_sees_black_that_nobody_asked_for_and_a_held_picture_that_changes() -> None:
    witness = Witness()
    witness.show(show(RED))
    witness.show(replace(show(RED), is_blackout=True))
    assert (witness.unasked_black, witness.unasked_change) == (0, 0)
    witness.show(show((0, 0, 0)))  # a black face in a room that is not
    assert witness.unasked_black == 0
    witness.show(replace(show(RED), is_held=True))
    witness._painter._picture = None  # the output forgot what it held
    witness.show(replace(show(GREEN), is_held=True))
    assert witness.unasked_change == 1
