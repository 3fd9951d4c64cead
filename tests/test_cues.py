"""Cue lists: written, edited by hand, read again; a typing mistake costs one value, never the show."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from livesketch.errors import OutputError
from livesketch.frames import Look
from livesketch.looks.cues import EASES, Cue, ease, read_cues, write_cues
from livesketch.parameters import PARAMETERS, frozen

IN_TMP = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
    max_examples=60,
)
KNOBS = st.fixed_dictionaries(
    {},
    optional={
        row.name: st.sampled_from(row.choices)
        if row.choices
        else st.booleans()
        if isinstance(row.default, bool)
        else st.floats(row.low, row.high)
        for row in PARAMETERS
    },
)
CODES = (
    st.none()
    | st.just(np.arange(8, dtype=np.float32).reshape(2, 4))
    | st.lists(st.floats(-4, 4, width=32), min_size=1, max_size=9).map(
        lambda numbers: np.array(numbers, np.float32)
    )
)
CUES = st.builds(
    lambda name, seed, code, space, values, seconds, beats, how: Cue(
        name,
        Look(name, seed, code, space if code is not None else ""),
        frozen(values),
        0.0 if beats else seconds,
        beats,
        how,
    ),
    st.text(min_size=1, max_size=20),
    st.integers(0, 2**40),
    CODES,
    st.text(max_size=8),
    KNOBS,
    st.floats(0, 3600),
    st.sampled_from([0.0, 0.5, 4.0, 16.0]),
    st.sampled_from(EASES),
)


@IN_TMP
@given(st.lists(CUES, max_size=5))
def test_what_is_written_is_read(tmp_path: Path, cues: list[Cue]) -> None:
    write_cues(cues, tmp_path / "show.toml")
    read, notes = read_cues(tmp_path / "show.toml")
    assert notes == []
    assert len(read) == len(cues)
    for one, other in zip(read, cues, strict=True):
        assert (one.name, one.look.seed, one.look.style_space) == (
            other.name,
            other.look.seed,
            other.look.style_space,
        )
        assert (one.seconds, one.beats, one.ease) == (other.seconds, other.beats, other.ease)
        assert dict(one.values) == dict(other.values)
        if other.look.code is None:
            assert one.look.code is None
        else:
            assert np.array_equal(one.look.code, other.look.code)  # type: ignore[arg-type]


def written(tmp_path: Path, text: str) -> tuple[list[Cue], list[str]]:
    (tmp_path / "show.toml").write_text(text, encoding="utf-8")
    return read_cues(tmp_path / "show.toml")


def test_a_list_typed_by_hand_is_read(tmp_path: Path) -> None:
    cues, notes = written(
        tmp_path,
        '# my show\n[[cue]]\nname = "Anna"\nseed = 7\nseconds = 4\n\n'
        '[[cue]]\nname = "Bert"\nseed = 12\nbeats = 8\nknobs = { faithful = 0.9, mirror = false }\n',
    )
    assert notes == []
    assert [(cue.name, cue.look.seed, cue.takes(0.5)) for cue in cues] == [
        ("Anna", 7, 4.0),
        ("Bert", 12, 4.0),
    ]
    assert dict(cues[1].values) == {"faithful": 0.9, "mirror": False}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("seconds = -3", "seconds"),
        ('beats = "four"', "beats"),
        ("seconds = nan", "seconds"),
        ('ease = "bouncy"', "bouncy"),
        ("knobs = { loudness = 3 }", "loudness"),
        ('knobs = { faithful = "much" }', "faithful"),
        ("knobs = 5", "knobs"),
        ('code = "not base64!"', "code"),
    ],
)
def test_a_value_that_makes_no_sense_is_named_and_the_cue_plays(
    tmp_path: Path, line: str, said: str
) -> None:
    cues, notes = written(tmp_path, f'[[cue]]\nname = "Anna"\nseed = 7\n{line}\n')
    assert [cue.look.seed for cue in cues] == [7]
    assert len(notes) == 1
    assert "Anna" in notes[0]
    assert said in notes[0]


def test_a_line_that_cannot_be_read_costs_one_cue(tmp_path: Path) -> None:
    cues, notes = written(
        tmp_path,
        "[[cue]]\nseed = 1\n\n[[cue]]\nseed = = 2\n\n[[cue]]\nseed = 3\n",
    )
    assert [cue.look.seed for cue in cues] == [1, 3]
    assert len(notes) == 1
    assert "cue 2, from line 4" in notes[0]


@pytest.mark.parametrize("seed", ['"Anna"', "-1", "true", "1.5"])
def test_a_cue_without_a_person_is_left_out_and_named(tmp_path: Path, seed: str) -> None:
    cues, notes = written(tmp_path, f'[[cue]]\nname = "Anna"\nseed = {seed}\n')
    assert cues == []
    assert "Anna has no person" in notes[0]


def test_an_endless_number_is_a_sentence(tmp_path: Path) -> None:
    cues, notes = written(tmp_path, f"[[cue]]\nseed = {'9' * 10_000}\n\n[[cue]]\nseed = 3\n")
    assert [cue.look.seed for cue in cues] == [3]
    assert len(notes) == 1


def test_a_missing_file_and_one_that_is_no_list_are_sentences(tmp_path: Path) -> None:
    assert "cannot be read" in read_cues(tmp_path / "none.toml")[1][0]
    assert "holds no cues" in written(tmp_path, "hello")[1][0]
    assert "two brackets" in written(tmp_path, "[cue]\nseed = 1")[1][0]


@IN_TMP
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda t: ("[[cue]]\n" + t).encode()))
def test_no_file_breaks_it(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "show.toml").write_bytes(data)
    cues, notes = read_cues(tmp_path / "show.toml")
    assert all(isinstance(note, str) for note in notes)
    assert all(cue.look.seed >= 0 for cue in cues)


def test_cues_that_cannot_be_kept_leave_the_old_ones(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot be kept"):
        write_cues([], tmp_path / "file" / "show.toml")


@pytest.mark.parametrize("name", EASES)
def test_easing_begins_at_0_ends_at_1_and_never_turns_back(name: str) -> None:
    way = [ease(name, t) for t in np.linspace(-0.2, 1.2, 141)]
    assert way[0] == 0
    assert way[-1] == 1
    assert (np.diff(way) >= 0).all()


def test_a_smooth_morph_begins_and_ends_without_a_jolt() -> None:
    assert ease("smooth", 0.01) < 1e-3
    assert ease("smooth", 0.99) > 1 - 1e-3
    assert ease("smooth", 0.5) == pytest.approx(0.5)
