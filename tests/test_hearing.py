"""What is heard in made-up sounds: loudness, beats, and low, middle and high."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sounds import clicks, silence, tone

from livesketch.sound.block import RATE, Samples, resampled
from livesketch.sound.hearing import HOP, Heard, Hearing


def onsets(samples: Samples) -> list[float]:
    """When an onset was heard, in seconds."""
    hearing, found, before = Hearing(), [], 0.0
    for start in range(0, samples.size, HOP):
        now = hearing.feed(samples[start : start + HOP]).onset
        if now > before and now > 0.9:
            found.append(start / RATE)
        before = now
    return found


def test_silence_is_nothing_at_all() -> None:
    assert Hearing().feed(silence(1)) == Heard()


def test_louder_is_more() -> None:
    levels = [Hearing().feed(tone(440, 0.5, loud)).level for loud in (0.01, 0.1, 0.5, 1.0)]
    assert levels == sorted(levels)
    assert levels[0] > 0.2
    assert levels[-1] == pytest.approx(1.0, abs=0.02)


@pytest.mark.parametrize(("hz", "name"), [(100, "low"), (800, "mid"), (5000, "high")])
def test_each_band_hears_its_own(hz: float, name: str) -> None:
    heard = Hearing().feed(tone(hz, 0.5))
    own = getattr(heard, name)
    assert own > 0.8
    assert all(getattr(heard, other) < own - 0.3 for other in {"low", "mid", "high"} - {name})


def test_every_beat_is_heard_once_and_in_time() -> None:
    found = onsets(clicks(6, 2))
    assert len(found) == 11
    assert np.allclose(found, np.arange(0.5, 5.6, 0.5), atol=0.04)


def test_beats_over_a_steady_tone_are_heard_and_the_tone_is_none() -> None:
    steady = tone(300, 6, 0.2)
    assert len(onsets(steady)) <= 1  # its beginning
    assert len(onsets(np.clip(steady + clicks(6, 2), -1, 1))) == pytest.approx(11, abs=1)


def test_an_onset_fades() -> None:
    hearing = Hearing()
    hearing.feed(silence(0.3))
    hearing.feed(np.concatenate([clicks(0.6, 1), silence(0.02)])[: round(0.53 * RATE)])
    assert hearing.heard.onset > 0.5
    assert hearing.feed(silence(0.6)).onset == 0.0


def test_a_quiet_microphone_is_made_louder() -> None:
    quiet = tone(440, 0.5, 0.01)
    assert Hearing().feed(quiet, 40).level == pytest.approx(
        Hearing().feed(tone(440, 0.5, 1)).level, abs=0.02
    )


@settings(deadline=None, max_examples=40)
@given(st.lists(st.floats(width=32), max_size=3000), st.integers(1, 700))
def test_whatever_a_driver_delivers_stays_within_0_and_1(numbers: list[float], step: int) -> None:
    hearing, samples = Hearing(), np.array(numbers, np.float32)
    for start in range(0, samples.size, step):
        heard = hearing.feed(samples[start : start + step])
        assert all(0.0 <= one <= 1.0 for one in vars(heard).values())


def test_another_rate_sounds_the_same() -> None:
    times = np.arange(44_100) / 44_100
    other = (0.5 * np.sin(2 * np.pi * 440 * times)).astype(np.float32)
    same = resampled(other, 44_100)
    assert same.size == RATE
    assert np.abs(same - tone(440, 1)).max() < 0.02
