"""Copying the face."""

import stat
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from ui_stage import FACE

from livesketch.errors import OutputError
from livesketch.ui.clipboard import Clipboard

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="xclip and wl-copy are Linux programs"
)


def test_the_picture_arrives_as_png(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    got = tmp_path / "got.png"
    program = tmp_path / "xclip"
    program.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/words\ncat > {got}\n')
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("DISPLAY", ":7")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    clipboard = Clipboard()
    picture = FACE.copy()
    picture[10:20, 30:40] = (250, 3, 90)
    clipboard.copy(picture)
    assert clipboard._process is not None
    assert clipboard._process.wait(20) == 0
    assert not clipboard.is_busy()
    bgr = cv2.imread(str(got))
    assert bgr is not None
    assert np.array_equal(bgr[..., ::-1], picture)
    assert "image/png" in (tmp_path / "words").read_text()


def test_a_missing_program_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("DISPLAY", ":7")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with pytest.raises(OutputError) as caught:
        Clipboard().copy(FACE)
    assert "Install xclip" in caught.value.hint
