"""The door for people who import livesketch."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from tiny import write_tiny

import livesketch
from livesketch.errors import ModelError

ROOT = Path(__file__).parent.parent


def test_a_file_opens_and_plays(tmp_path: Path) -> None:
    model = livesketch.open_model(str(write_tiny(tmp_path / "mine.safetensors")), device=None)
    face = model.face(np.ones((256, 256), np.float32), look=7)
    assert face.shape == (128, 128, 3)
    assert (model.name, model.kind, model.task) == ("mine", "compact", "sketch")


def test_an_unknown_name_is_answered_with_a_sentence() -> None:
    with pytest.raises(ModelError, match="no model called 'nobody'") as caught:
        livesketch.open_model("nobody")
    assert caught.value.hint


def test_importing_the_package_loads_nothing_heavy() -> None:
    program = (
        "import sys, livesketch\n"
        "heavy = {'torch', 'openvino', 'mediapipe', 'pygame', 'cv2'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_the_version_is_the_projects() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert livesketch.__version__ == project["version"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", livesketch.__version__)
