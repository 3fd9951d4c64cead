"""Playing cues: even morphs, no jump wherever one is left, tempo from a finger."""

import numpy as np
import pytest

from livesketch.frames import Code, Look, Morph
from livesketch.looks.cues import Cue
from livesketch.looks.morph import between
from livesketch.looks.playing import CuePlayer, Drift, Scene, mixed, still
from livesketch.looks.tempo import TapTempo
from livesketch.parameters import frozen


def code_of(look: Look | Morph) -> Code:
    if isinstance(look, Morph):
        return between(code_of(look.start), code_of(look.end), look.t)
    if look.code is not None:
        return look.code
    return np.random.default_rng(look.seed).standard_normal(64).astype(np.float32)


def cue(seed: int, seconds: float = 4.0, **more: object) -> Cue:
    return Cue(f"cue {seed}", Look(seed=seed), frozen(more), seconds)  # type: ignore[arg-type]


START = Scene(Look(seed=9), {"faithful": 0.0, "mirror": True})


def test_a_morph_comes_steadily_nearer_and_never_jumps() -> None:
    player = CuePlayer([cue(1)], code_of)
    assert player.next(START, 100.0)
    scenes = [player.at(100 + n / 30) for n in range(121)]
    codes = [code_of(scene.look) for scene in scenes if scene is not None]
    assert len(codes) == 121
    left = [float(np.linalg.norm(code - code_of(Look(seed=1)))) for code in codes]
    assert (np.diff(left) <= 1e-4).all()
    steps = np.linalg.norm(np.diff(codes, axis=0), axis=1)
    assert steps.max() < 3 * np.median(steps)
    assert left[-1] == 0
    assert player.at(110.0) is None, "nothing is on its way any more"


def test_a_cue_without_time_comes_at_once() -> None:
    player = CuePlayer([cue(1, 0.0, faithful=0.75)], code_of)
    player.next(START, 100.0)
    scene = player.at(100.0)
    assert scene is not None
    assert isinstance(scene.look, Look)
    assert scene.look.seed == 1
    assert scene.values == {"faithful": 0.75}


def test_beats_follow_the_tempo() -> None:
    player = CuePlayer([Cue("one", Look(seed=1), beats=4)], code_of)
    player.next(START, 100.0, beat_s=0.25)
    assert isinstance(player.at(100.9).look, Morph)  # type: ignore[union-attr]
    assert isinstance(player.at(101.0).look, Look)  # type: ignore[union-attr]


def test_leaving_a_morph_half_way_goes_on_from_there() -> None:
    player = CuePlayer([cue(1), cue(2), cue(3)], code_of, "space")
    player.next(START, 100.0)
    half = player.at(102.0)
    assert half is not None
    player.next(half, 102.0)
    after = player.at(102.0)
    assert after is not None
    assert np.allclose(code_of(after.look), code_of(half.look), atol=1e-5)
    again = player.at(103.0)
    assert again is not None
    assert player.previous(again, 103.0)
    back = player.at(103.0)
    assert back is not None
    assert np.allclose(code_of(back.look), code_of(again.look), atol=1e-5)
    assert player.index == 0


def test_knobs_glide_and_switches_change_at_the_beginning() -> None:
    player = CuePlayer([cue(1, 2.0, faithful=1.0, mirror=False)], code_of)
    player.next(START, 100.0)
    way = [player.at(100 + n / 10) for n in range(20)]
    faithful = [scene.values["faithful"] for scene in way if scene is not None]
    assert (np.diff(np.array(faithful, float)) >= 0).all()
    assert faithful[10] == pytest.approx(0.5)
    assert {scene.values["mirror"] for scene in way if scene is not None} == {False}


def test_the_operator_sees_what_comes_and_the_list_ends() -> None:
    player = CuePlayer([cue(1), cue(2)], code_of)
    assert player.coming is player.cues[0]
    assert not player.previous(START, 100.0)
    assert player.next(START, 100.0)
    assert player.coming is player.cues[1]
    assert player.next(START, 100.0)
    assert player.coming is None
    assert not player.next(START, 100.0)
    assert player.index == 1


def test_stopping_stays_where_it_is() -> None:
    player = CuePlayer([cue(1)], code_of)
    player.next(START, 100.0)
    player.stop()
    assert player.at(101.0) is None


def test_the_person_half_way_is_somebody_of_this_model() -> None:
    half = still(Morph(Look(seed=1), Look(seed=2), 0.5), code_of, "space")
    assert half.style_space == "space"
    assert np.array_equal(code_of(half), code_of(Morph(Look(seed=1), Look(seed=2), 0.5)))
    assert still(Morph(Look(seed=1), Look(seed=2), 1.0), code_of, "space").code is None


def test_a_drift_visits_everybody_in_small_steps_and_begins_again() -> None:
    looks = [Look(seed=seed) for seed in (1, 2, 3)]
    drift = Drift(looks, 10.0, began=100.0)
    codes = [code_of(drift.at(100 + n / 10)) for n in range(601)]
    steps = np.linalg.norm(np.diff(codes, axis=0), axis=1)
    assert steps.max() < 0.05 * np.linalg.norm(codes[0])
    for n, seed in ((0, 1), (100, 2), (200, 3), (300, 1)):
        assert np.allclose(codes[n], code_of(Look(seed=seed)), atol=1e-4)
    assert Drift(looks[:1], 5.0, 0.0).at(7.0) is looks[0]
    with pytest.raises(ValueError, match="walk"):
        Drift([], 5.0, 0.0)


def test_what_is_no_number_does_not_glide() -> None:
    assert mixed(0.0, 1.0, 0.25) == 0.25
    assert mixed("ink", "edges", 0.1) == "edges"
    assert mixed(True, False, 0.1) is False


def test_a_finger_taps_a_tempo_and_one_bad_tap_does_no_harm() -> None:
    tempo, now = TapTempo(), 100.0
    for pause in (0.0, 0.4, 0.41, 0.39, 0.8, 0.4, 0.4):
        now += pause
        tempo.tap(now)
    assert tempo.beat_s == pytest.approx(0.4)
    assert tempo.per_minute == pytest.approx(150)
    assert tempo.phase(now + 0.5) == pytest.approx(0.25)
    assert tempo.tap(now + 0.01) == pytest.approx(0.4), "it bounced"


def test_after_a_pause_the_tempo_begins_anew() -> None:
    tempo = TapTempo()
    for now in (100.0, 100.4, 100.8, 110.0, 111.0):
        tempo.tap(now)
    assert tempo.beat_s == pytest.approx(1.0)
