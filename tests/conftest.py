"""What every test stands on: no window, no network, nothing written outside its own folder, few threads."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

# Before anything imports torch, OpenCV or SDL.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("SDL_VIDEODRIVER", "dummy")
os.environ.setdefault("SDL_AUDIODRIVER", "dummy")
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
# For fixtures that live longer than a test: they start before own_home.
_home = tempfile.mkdtemp(prefix="livesketch-tests-")
os.environ["LIVESKETCH_HOME"] = _home
atexit.register(shutil.rmtree, _home, ignore_errors=True)

# A slow moment of the machine is no error of the program.
settings.register_profile("livesketch", deadline=None)
settings.load_profile("livesketch")

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folders of this test: empty at its start."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("LIVESKETCH_HOME", str(home))
    return home


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with tiny.safetensors in it, and the cache that playing it once has left: that takes seconds."""
    from tiny import write_tiny

    from livesketch.models.engine import open_model

    home = tmp_path_factory.mktemp("played")
    with pytest.MonkeyPatch.context() as here:
        here.setenv("LIVESKETCH_HOME", str(home))
        open_model(str(write_tiny(home / "tiny.safetensors")))
    return home


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of pictures and drawings for measuring that lies beside the project; skips where it does not."""
    folder = Path(os.environ.get("LIVESKETCH_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip("../shared is absent: its pictures and drawings cannot be tried")
    return folder
