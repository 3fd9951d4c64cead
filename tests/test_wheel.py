"""An installed wheel plays as well as a checkout: it carries its weights and pictures and renders a face."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out)]
    done = subprocess.run([*build, str(ROOT)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = out.glob("livesketch-*.whl")
    return path


def test_the_wheel_carries_what_the_program_shows_and_plays(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    shipped = [
        path
        for folder in ("assets", "weights")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    assert shipped
    for path in shipped:
        assert f"livesketch/{path.relative_to(ROOT).as_posix()}" in names
    assert not [name for name in names if name.startswith(("tests/", "runs/"))]


def test_the_installed_wheel_renders_a_face(wheel: Path, tmp_path: Path) -> None:
    # The libraries are those of this environment; livesketch itself comes from the wheel alone.
    site = tmp_path / "site"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--target", str(site), str(wheel)], check=True, timeout=120)
    picture = Image.new("L", (256, 256), 255)
    pen = ImageDraw.Draw(picture)
    pen.ellipse((66, 54, 190, 222), outline=0, width=3)
    pen.ellipse((92, 120, 112, 130), outline=0, width=3)
    pen.ellipse((144, 120, 164, 130), outline=0, width=3)
    pen.arc((102, 160, 154, 190), 20, 160, fill=0, width=3)
    picture.save(tmp_path / "head.png")
    path = os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    environment = os.environ | {"PYTHONPATH": path}
    render = [sys.executable, "-m", "livesketch", "render", "head.png", "-o", "faces"]
    run = subprocess.run(
        render,
        capture_output=True,
        text=True,
        timeout=180,
        cwd=tmp_path,
        env=environment,
    )
    assert run.returncode == 0, run.stderr
    face = np.asarray(Image.open(tmp_path / "faces/head.png")).astype(float)
    assert face.shape[0] >= 128
    middle = face[
        face.shape[0] // 4 : -face.shape[0] // 4, face.shape[1] // 4 : -face.shape[1] // 4
    ]
    assert middle.std() > 10, "a face has light and shadow"
    assert middle[..., 0].mean() > middle[..., 2].mean(), "skin is warmer than blue"
    where = subprocess.run(
        [sys.executable, "-c", "from livesketch.places import assets_dir; print(assets_dir())"],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
        env=environment,
    )
    assert where.stdout.strip() == str(site / "livesketch/assets")
